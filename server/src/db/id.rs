//! Ids of rows that have no number of their own: `UUIDv7` as text, which begins with the instant it was made. Those that a
//! program makes in one millisecond are in the order in which it made them (RFC 9562, section 6.2).

use std::sync::Mutex;

use licensing::license::Timestamp;
use uuid::{ContextV7, Uuid};

static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A new id of this instant.
pub(crate) fn new(at: Timestamp) -> String {
    let ms = u64::try_from(at.0).unwrap_or_default();
    let nanos = u32::try_from(ms % 1000).unwrap_or_default() * 1_000_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(&CONTEXT, ms / 1000, nanos)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_instant_they_were_made() {
        let earlier = new(Timestamp(1_700_000_000_001));
        let later = new(Timestamp(1_700_000_000_002));
        assert!(earlier < later);
        assert!(later < new(Timestamp(1_700_000_000_002)));
    }
}
