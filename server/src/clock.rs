//! The only source of "now", and of "today" in the installation's time zone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use licensing::license::{CivilDate, Timestamp};

use crate::exit::StartError;

/// Tells the time: the real one, or one that stands still until it is set. Cheap to clone; clones agree.
#[derive(Clone, Debug)]
pub struct Clock {
    held: Option<Arc<AtomicI64>>,
    zone: TimeZone,
}

impl Clock {
    /// The real time; days begin in this zone.
    #[must_use]
    pub fn real(zone: TimeZone) -> Self {
        Self { held: None, zone }
    }

    /// A clock that stands still, for tests and pictures.
    #[must_use]
    pub fn fixed(now: Timestamp, zone: TimeZone) -> Self {
        Self {
            held: Some(Arc::new(AtomicI64::new(now.0))),
            zone,
        }
    }

    /// Moves a clock that stands still by so many milliseconds. The real one takes no orders.
    pub fn advance(&self, ms: i64) {
        if let Some(held) = &self.held {
            held.fetch_add(ms, Ordering::SeqCst);
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.held.as_ref().map_or_else(
            || jiff::Timestamp::now().as_millisecond(),
            |held| held.load(Ordering::SeqCst),
        ))
    }

    /// The day of an instant in the installation's time zone.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> CivilDate {
        let offset_s = jiff::Timestamp::from_millisecond(now.0)
            .map_or(0, |instant| self.zone.to_offset(instant).seconds());
        // The day there is the day in UTC of an instant that much later.
        CivilDate::of_utc(now.plus_ms(i64::from(offset_s) * 1000))
    }

    /// When a day begins in the installation's time zone.
    #[must_use]
    pub fn begin_of(&self, day: CivilDate) -> Timestamp {
        let date: Option<jiff::civil::Date> = day.to_string().parse().ok();
        let begin = date.and_then(|date| date.to_zoned_datetime(self.zone.clone()).ok());
        begin.map_or(Timestamp(i64::MAX), |begin| {
            Timestamp(begin.timestamp().as_millisecond())
        })
    }

    /// Whether this clock stands still.
    #[must_use]
    pub fn stands_still(&self) -> bool {
        self.held.is_some()
    }
}

/// The time zone of this name.
///
/// # Errors
/// When there is none.
pub fn time_zone(name: &str) -> Result<TimeZone, StartError> {
    TimeZone::get(name).map_err(|cause| {
        StartError::config(
            format!("there is no time zone {name:?}"),
            "Write time_zone as in the time zone database, such as Europe/Amsterdam.",
        )
        .because(cause)
    })
}
