//! The only source of "now".

use licensing::license::Timestamp;

/// The instant that the system's clock shows.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
