//! Instants and days of the calendar, as a license writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::format_description::well_known::Rfc3339;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. On the wire a number, in a license RFC 3339.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// So many milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// So many days later, of 24 hours each.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_ms(days.saturating_mul(DAY_MS))
    }
}

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|instant| instant.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("(out of range)"))
    }
}

impl FromStr for Timestamp {
    type Err = MalformedDate;

    /// RFC 3339 in UTC, as of RFC 3339 section 5.6 with `Z`; fractions beyond milliseconds are cut.
    fn from_str(text: &str) -> Result<Self, MalformedDate> {
        let instant = time::OffsetDateTime::parse(text, &Rfc3339).map_err(|_| MalformedDate)?;
        if !instant.offset().is_utc() {
            return Err(MalformedDate);
        }
        let milliseconds = i64::from(instant.millisecond());
        Ok(Self(instant.unix_timestamp() * 1000 + milliseconds))
    }
}

/// `#[serde(with = "rfc3339")]`: a timestamp as a license writes it.
pub mod rfc3339 {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};
    use serde::de::Error as _;

    /// As RFC 3339 in UTC.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    /// From RFC 3339 in UTC.
    ///
    /// # Errors
    /// When the text is not such an instant.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A day of the calendar, without time or zone: `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CivilDate(time::Date);

impl CivilDate {
    /// So many days later; the calendar's last day when there is none.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(time::Duration::days(days)))
    }

    /// Days from here to there; negative when it is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i64 {
        (other.0 - self.0).whole_days()
    }

    /// The day of an instant in UTC; the epoch's day when out of range.
    #[must_use]
    pub fn of_utc(at: Timestamp) -> Self {
        let seconds = at.0.div_euclid(1000);
        Self(
            time::OffsetDateTime::from_unix_timestamp(seconds)
                .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
                .date(),
        )
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl FromStr for CivilDate {
    type Err = MalformedDate;

    fn from_str(text: &str) -> Result<Self, MalformedDate> {
        // By hand: the client has a size to keep, and a general parser of dates is as large as a screen.
        let [year, month, day] = [text.get(..4), text.get(5..7), text.get(8..)].map(digits);
        let dashed = text.len() == "YYYY-MM-DD".len()
            && [4, 7].iter().all(|&at| text.as_bytes()[at] == b'-');
        let (Some(year), Some(month), Some(day), true) = (year, month, day, dashed) else {
            return Err(MalformedDate);
        };
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else {
            return Err(MalformedDate);
        };
        time::Month::try_from(month)
            .and_then(|month| time::Date::from_calendar_date(i32::from(year), month, day))
            .map(Self)
            .map_err(|_| MalformedDate)
    }
}

/// A number of digits alone.
fn digits(text: Option<&str>) -> Option<u16> {
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A text that is no date: `YYYY-MM-DD` for days, RFC 3339 in UTC for instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD, an instant as RFC 3339 in UTC (with Z)")]
pub struct MalformedDate;
