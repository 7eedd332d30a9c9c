//! JSON with one meaning: not deep, no key twice, numbers that fit, names that are well-formed. serde alone would let pass a
//! key twice where it does not know the key, and would take the last of them elsewhere.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{VerifyCode, VerifyError};
use crate::license::{ModuleName, OwnerName, SEQUENCE_MAX};

/// Deeper than this no license, certificate or header is nested.
const DEPTH_MAX: usize = 16;

/// Checks a whole document and answers it as text.
///
/// # Errors
/// [`VerifyCode::PayloadRefused`] (no UTF-8, no JSON), [`VerifyCode::TooDeep`], [`VerifyCode::DuplicateKey`],
/// [`VerifyCode::NumberOutOfRange`], [`VerifyCode::NameRefused`]: the first in the document.
pub(super) fn check(json: &[u8]) -> Result<&str, VerifyError> {
    let text =
        std::str::from_utf8(json).map_err(|_| VerifyCode::PayloadRefused.because("not UTF-8"))?;
    let fault = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Value {
        fault: &fault,
        depth: 0,
        place: Place::Document,
    };
    let read = value
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match (fault.into_inner(), read) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(VerifyCode::PayloadRefused.because(error.to_string())),
        (None, Ok(())) => Ok(text),
    }
}

/// What a value is, by the way to it. What is under a key that is not known says nothing here, whatever it is called: a newer
/// owner may have added it.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The document itself: a license; a certificate and a header have none of its keys.
    Document,
    /// Of a license: its modules.
    Modules,
    /// One of its modules; what follows, down to the owner, is a member of one.
    ModuleLicense,
    /// Of a license: its plan limits.
    Limits,
    /// One of them.
    Limit,
    Integer,
    Total,
    Sequence,
    Module,
    Owner,
    /// Neither here nor below is anything known.
    Other,
}

impl Place {
    /// What a member of this object is.
    fn member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Document, "module_licenses") => Self::Modules,
            (Self::Document, "limits") => Self::Limits,
            (Self::Document, "sequence") => Self::Sequence,
            (Self::Document | Self::ModuleLicense, "owner_name") => Self::Owner,
            (Self::Document, "deployment_type")
            | (Self::Document | Self::ModuleLicense, "extra_flags")
            | (Self::ModuleLicense, "sort_order")
            | (Self::Limit, "maximum") => Self::Integer,
            (Self::ModuleLicense, "number_of_licenses") => Self::Total,
            (Self::ModuleLicense, "module_name" | "prerequisite_module_name") => Self::Module,
            _ => Self::Other,
        }
    }

    /// What an item of this list is.
    fn item(self) -> Self {
        match self {
            Self::Modules => Self::ModuleLicense,
            Self::Limits => Self::Limit,
            _ => Self::Other,
        }
    }

    /// Whether it must be an object. serde would also take its values in a list, which is a second meaning.
    fn is_object(self) -> bool {
        matches!(self, Self::Document | Self::ModuleLicense | Self::Limit)
    }

    /// Smallest and largest number.
    fn range(self) -> Option<(i64, i64)> {
        match self {
            Self::Integer => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Self::Total => Some((1, i64::from(i32::MAX))),
            Self::Sequence => Some((1, SEQUENCE_MAX.cast_signed())),
            _ => None,
        }
    }
}

/// One value, somewhere in the document.
struct Value<'a> {
    fault: &'a RefCell<Option<VerifyError>>,
    depth: usize,
    place: Place,
}

impl Value<'_> {
    fn fail<E: serde::de::Error>(&self, code: VerifyCode, detail: impl Into<String>) -> E {
        self.fault.replace(Some(code.because(detail)));
        E::custom("refused")
    }

    fn child(&self, place: Place) -> Value<'_> {
        Value {
            fault: self.fault,
            depth: self.depth + 1,
            place,
        }
    }

    /// Before anything inside is read.
    fn enter<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth >= DEPTH_MAX {
            return Err(self.fail(
                VerifyCode::TooDeep,
                format!("deeper than {DEPTH_MAX} levels"),
            ));
        }
        Ok(())
    }

    fn number<E: serde::de::Error>(
        &self,
        fits: impl Fn(i64, i64) -> bool,
        shown: &dyn fmt::Display,
    ) -> Result<(), E> {
        match self.place.range() {
            Some((least, most)) if !fits(least, most) => Err(self.fail(
                VerifyCode::NumberOutOfRange,
                format!("{shown} is not within {least} to {most}"),
            )),
            _ => Ok(()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.number(|least, most| (least..=most).contains(&number), &number)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        let fits = |least, most| {
            i64::try_from(number).is_ok_and(|number| (least..=most).contains(&number))
        };
        self.number(fits, &number)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.number(|_, _| false, &number)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let malformed = match self.place {
            Place::Module => text.parse::<ModuleName>().err(),
            Place::Owner => text.parse::<OwnerName>().err(),
            _ => None,
        };
        malformed.map_or(Ok(()), |rule| {
            Err(self.fail(VerifyCode::NameRefused, rule.to_string()))
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.enter()?;
        let item = self.place.item();
        while items.next_element_seed(self.child(item))?.is_some() {}
        if self.place.is_object() {
            return Err(self.fail(VerifyCode::PayloadRefused, "a list instead of an object"));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.enter()?;
        let mut seen = Seen::default();
        while let Some(key) = members.next_key_seed(Key)? {
            members.next_value_seed(self.child(self.place.member(&key)))?;
            if let Some(key) = seen.again(key) {
                return Err(self.fail(VerifyCode::DuplicateKey, key));
            }
        }
        Ok(())
    }
}

/// As many keys are compared one by one, which is faster than any tree; of more, no attacker makes a slow check.
const FEW: usize = 32;

/// The keys of one object.
#[derive(Default)]
struct Seen<'de> {
    /// A bit for every mark of the few: most keys are told apart by it, without comparing.
    marks: u64,
    few: Vec<Cow<'de, str>>,
    more: BTreeSet<Cow<'de, str>>,
}

/// A bit that equal keys share.
fn mark(key: &str) -> u64 {
    let ends = key.bytes().next().zip(key.bytes().next_back());
    let (first, last) = ends.unwrap_or_default();
    1 << ((key.len() * 7 + usize::from(first) + usize::from(last) * 3) % 64)
}

impl<'de> Seen<'de> {
    /// Notes a key; answers it when it was there already.
    fn again(&mut self, key: Cow<'de, str>) -> Option<Cow<'de, str>> {
        let mark = mark(&key);
        if self.marks & mark != 0 && self.few.contains(&key) {
            return Some(key);
        }
        if self.few.len() < FEW {
            self.marks |= mark;
            self.few.push(key);
            return None;
        }
        self.more.replace(key)
    }
}

/// A key as it stands in the document; a copy only where it is escaped.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
