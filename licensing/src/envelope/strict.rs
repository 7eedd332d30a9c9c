//! JSON with one meaning: not deep, no key twice, numbers that fit, names that are well-formed. serde alone would let pass a
//! key twice where it does not know the key, and would take the last of them elsewhere.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{VerifyCode, VerifyError};
use crate::license::{ModuleName, OwnerName, SEQUENCE_MAX};

/// Deeper than this no license, certificate or header is nested.
const DEPTH_MAX: usize = 16;

/// Checks a whole document.
///
/// # Errors
/// [`VerifyCode::PayloadRefused`] (no UTF-8, no JSON), [`VerifyCode::TooDeep`], [`VerifyCode::DuplicateKey`],
/// [`VerifyCode::NumberOutOfRange`], [`VerifyCode::NameRefused`]: the first in the document.
pub(super) fn check(json: &[u8]) -> Result<(), VerifyError> {
    let text =
        std::str::from_utf8(json).map_err(|_| VerifyCode::PayloadRefused.because("not UTF-8"))?;
    let fault = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Value {
        fault: &fault,
        depth: 0,
        key: Key::Other,
    };
    let read = value
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match (fault.into_inner(), read) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(VerifyCode::PayloadRefused.because(error.to_string())),
        (None, Ok(())) => Ok(()),
    }
}

/// What the key of a value says that the value is.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Other,
    Integer,
    Total,
    Sequence,
    Module,
    Owner,
}

impl Key {
    fn of(key: &str) -> Self {
        match key {
            "extra_flags" | "sort_order" | "deployment_type" | "maximum" => Self::Integer,
            "number_of_licenses" => Self::Total,
            "sequence" => Self::Sequence,
            "module_name" | "prerequisite_module_name" => Self::Module,
            "owner_name" | "owner" => Self::Owner,
            _ => Self::Other,
        }
    }

    /// Smallest and largest number.
    fn range(self) -> Option<(i64, i64)> {
        match self {
            Self::Integer => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Self::Total => Some((1, i64::from(i32::MAX))),
            Self::Sequence => Some((1, SEQUENCE_MAX.cast_signed())),
            Self::Other | Self::Module | Self::Owner => None,
        }
    }
}

/// One value, somewhere in the document.
struct Value<'a> {
    fault: &'a RefCell<Option<VerifyError>>,
    depth: usize,
    key: Key,
}

impl Value<'_> {
    fn fail<E: serde::de::Error>(&self, code: VerifyCode, detail: impl Into<String>) -> E {
        self.fault.replace(Some(code.because(detail)));
        E::custom("refused")
    }

    fn child(&self, key: Key) -> Value<'_> {
        Value {
            fault: self.fault,
            depth: self.depth + 1,
            key,
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
        match self.key.range() {
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
        let malformed = match self.key {
            Key::Module => text.parse::<ModuleName>().err(),
            Key::Owner => text.parse::<OwnerName>().err(),
            _ => None,
        };
        malformed.map_or(Ok(()), |rule| {
            Err(self.fail(VerifyCode::NameRefused, rule.to_string()))
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.enter()?;
        while items.next_element_seed(self.child(self.key))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.enter()?;
        let mut seen = BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            members.next_value_seed(self.child(Key::of(&key)))?;
            if seen.contains(&key) {
                return Err(self.fail(VerifyCode::DuplicateKey, key));
            }
            seen.insert(key);
        }
        Ok(())
    }
}
