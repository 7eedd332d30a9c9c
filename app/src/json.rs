//! Reading JSON: the browser parses it, and the types of `licensing::wire` are filled from what it made.
//!
//! Serde's own parser compiles reading for every type anew, with a message for everything that may be wrong; measured,
//! that was 30 KB of the client (brotli). Here only what our types use is read, and what does not fit is just that.

use std::fmt;

use js_sys::{Array, JSON, Object, Reflect};
use serde::de::value::U64Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use wasm_bindgen::{JsCast, JsValue};

/// The text as a value of this type; none when it is not one.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = JSON::parse(text).ok()?;
    T::deserialize(Js(value)).ok()
}

/// It does not fit.
#[derive(Debug)]
struct Misfit;

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("misfit")
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    // Said here so that no words are put together for nobody.
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
}

type Read<T> = Result<T, Misfit>;

/// What the browser made of JSON.
struct Js(JsValue);

impl Js {
    fn integer(&self) -> Read<i64> {
        let number = self.0.as_f64().ok_or(Misfit)?;
        // Every integer of ours is one that a double holds exactly.
        if number.trunc() == number && number.abs() <= MAX_SAFE {
            Ok(number as i64)
        } else {
            Err(Misfit)
        }
    }

    fn object(self, fields: &'static [&'static str]) -> Read<Fields> {
        Ok(Fields {
            object: self.0.dyn_into().map_err(|_| Misfit)?,
            fields,
        })
    }

    fn elements(self) -> Read<Elements> {
        let array: Array = self.0.dyn_into().map_err(|_| Misfit)?;
        Ok(Elements { array, next: 0 })
    }

    /// `"name"`, or `{"name": content}`. The name is looked up here, which spares every type the telling apart of names;
    /// one that is none of them gets the place after the last: `#[serde(other)]`, else a misfit.
    fn variant(self, names: &[&str]) -> Read<Variant> {
        let (name, content) = match self.0.as_string() {
            Some(name) => (name, JsValue::UNDEFINED),
            None => {
                let object: Object = self.0.dyn_into().map_err(|_| Misfit)?;
                let name = Object::keys(&object).get(0);
                let content = Reflect::get(&object, &name).map_err(|_| Misfit)?;
                (name.as_string().ok_or(Misfit)?, content)
            }
        };
        let place = names.iter().position(|known| *known == name);
        let place = place.unwrap_or(names.len()) as u64;
        Ok(Variant { place, content })
    }
}

/// The largest integer that a double holds exactly, with all below it.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            visitor.visit_i64(self.integer()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Js {
    type Error = Misfit;

    integers!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    integers!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_bool(self.0.as_bool().ok_or(Misfit)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_string(self.0.as_string().ok_or(Misfit)?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_seq(self.object(fields)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_enum(self.variant(names)?)
    }

    /// Only what our types use can be read.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Misfit)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map identifier ignored_any
    }
}

/// The fields of a struct in their order, which spares every type the telling apart of names; what a newer server adds
/// is not asked for. One that is absent takes its `#[serde(default)]`, which each that may be left out has.
struct Fields {
    object: Object,
    fields: &'static [&'static str],
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Read<Option<S::Value>> {
        match self.next()? {
            Some(value) => seed.deserialize(value).map(Some),
            None => Ok(None),
        }
    }
}

impl Fields {
    fn next(&mut self) -> Read<Option<Js>> {
        let [name, rest @ ..] = self.fields else {
            return Ok(None);
        };
        self.fields = rest;
        let value = Reflect::get(&self.object, &JsValue::from_str(name)).map_err(|_| Misfit)?;
        Ok((!value.is_undefined()).then_some(Js(value)))
    }
}

struct Elements {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Read<Option<S::Value>> {
        if self.next == self.array.length() {
            return Ok(None);
        }
        let element = self.array.get(self.next);
        self.next += 1;
        seed.deserialize(Js(element)).map(Some)
    }
}

struct Variant {
    /// Which of the names it is.
    place: u64,
    content: JsValue,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Misfit;
    type Variant = Content;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Read<(S::Value, Content)> {
        let place: U64Deserializer<Misfit> = self.place.into_deserializer();
        Ok((seed.deserialize(place)?, Content(self.content)))
    }
}

struct Content(JsValue);

impl<'de> VariantAccess<'de> for Content {
    type Error = Misfit;

    fn unit_variant(self) -> Read<()> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Read<S::Value> {
        seed.deserialize(Js(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        visitor.visit_seq(Js(self.0).elements()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_seq(Js(self.0).object(fields)?)
    }
}
