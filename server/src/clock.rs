//! The only source of "now", and of "today" in the installation's time zone.

use jiff::tz::TimeZone;
use licensing::license::{CivilDate, Timestamp};

/// Tells the time: the real one, or one that stands still.
#[derive(Clone, Debug)]
pub struct Clock {
    fixed: Option<Timestamp>,
    zone: TimeZone,
}

impl Clock {
    /// The real time; days begin in this zone.
    #[must_use]
    pub fn real(zone: TimeZone) -> Self {
        Self { fixed: None, zone }
    }

    /// A clock that stands still, for tests and pictures.
    #[must_use]
    pub fn fixed(now: Timestamp, zone: TimeZone) -> Self {
        Self {
            fixed: Some(now),
            zone,
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.fixed
            .unwrap_or_else(|| Timestamp(jiff::Timestamp::now().as_millisecond()))
    }

    /// The day of an instant in the installation's time zone.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> CivilDate {
        jiff::Timestamp::from_millisecond(now.0)
            .ok()
            .and_then(|instant| {
                self.zone
                    .to_datetime(instant)
                    .date()
                    .to_string()
                    .parse()
                    .ok()
            })
            .unwrap_or_else(|| CivilDate::of_utc(now))
    }
}
