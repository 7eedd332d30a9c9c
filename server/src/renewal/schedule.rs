//! When a license server is asked next: at the date that the license names, or daily, spread over the day so that a million
//! installations do not ask at once; after a failure sooner, and then less and less often.

use licensing::license::{DAY_MS, Timestamp};
use licensing::wire::CheckOutcome;
use sha2::{Digest as _, Sha256};

use crate::retrieval::Retry;

/// Longest wait after the first failure, in milliseconds; it doubles with each further one.
const BACKOFF_FIRST_MS: i64 = 60 * 1000;
/// Longest wait after any failure, in milliseconds.
const BACKOFF_MAX_MS: i64 = 6 * 60 * 60 * 1000;
/// Longest wait that a license server may ask for, in milliseconds.
const RETRY_MAX_MS: i64 = DAY_MS;

/// Whether this says that asking failed, rather than what was asked for: then it is asked again soon.
#[must_use]
pub(crate) fn is_failure(outcome: CheckOutcome) -> bool {
    match outcome {
        CheckOutcome::Busy
        | CheckOutcome::Unreachable
        | CheckOutcome::TimedOut
        | CheckOutcome::Redirected
        | CheckOutcome::AnswerTooLarge
        | CheckOutcome::AnswerUnexpected => true,
        CheckOutcome::UpToDate
        | CheckOutcome::Offered
        | CheckOutcome::Activated
        | CheckOutcome::Behind
        | CheckOutcome::UnknownSerial
        | CheckOutcome::Withdrawn
        | CheckOutcome::Refused(_)
        | CheckOutcome::NoAddress => false,
    }
}

/// After an answer: on the day that the license names if that is still to come, else within a day. `day` is when that
/// day begins; `who` is serial number and owner, which decide on the time of day.
#[must_use]
pub(crate) fn after_answer(now: Timestamp, day: Option<Timestamp>, who: &str) -> Timestamp {
    let place = place_in_day(who);
    match day.filter(|day| *day > now) {
        Some(day) => day.plus_ms(place),
        None => {
            let today = now.0 - now.0.rem_euclid(DAY_MS) + place;
            Timestamp(if today > now.0 { today } else { today + DAY_MS })
        }
    }
}

/// After so many failures in a row: exponential backoff with full jitter, but not before the server asked to be asked again.
#[must_use]
pub(crate) fn after_failure(
    now: Timestamp,
    failures: u32,
    retry: Option<Retry>,
    jitter: u64,
) -> Timestamp {
    let doublings = failures.saturating_sub(1).min(20);
    let longest = (BACKOFF_FIRST_MS << doublings).min(BACKOFF_MAX_MS);
    let wait = 1 + i64::try_from(jitter % longest.unsigned_abs()).unwrap_or_default();
    let asked_for = match retry {
        Some(Retry::After(seconds)) => i64::from(seconds) * 1000,
        Some(Retry::At(at)) => at.0 - now.0,
        None => 0,
    };
    now.plus_ms(wait.max(asked_for.min(RETRY_MAX_MS)))
}

/// A place in the day, in milliseconds from its begin: the same for the same name, evenly spread over all names.
fn place_in_day(who: &str) -> i64 {
    let hash = Sha256::digest(who.as_bytes());
    let first = hash
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    i64::try_from(first % DAY_MS.unsigned_abs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-01T10:00:00Z.
    const NOW: Timestamp = Timestamp(1_782_900_000_000);

    #[test]
    fn it_is_asked_once_a_day_at_a_time_of_its_own() {
        let first = after_answer(NOW, None, "1010000042 SUPEROFFICE");
        assert!(first > NOW && first <= NOW.plus_days(1));
        assert_eq!(
            after_answer(first, None, "1010000042 SUPEROFFICE"),
            first.plus_days(1)
        );
        assert_eq!(
            after_answer(first.plus_ms(-1), None, "1010000042 SUPEROFFICE"),
            first
        );
        assert_ne!(after_answer(NOW, None, "1010000043 SUPEROFFICE"), first);
    }

    #[test]
    fn installations_are_spread_over_the_whole_day() {
        let mut hours = [0; 24];
        for serial in 0..2400 {
            let place = place_in_day(&format!("{serial} SUPEROFFICE"));
            hours[usize::try_from(place / (60 * 60 * 1000)).expect("an hour")] += 1;
        }
        assert!(
            hours.iter().all(|count| (50..200).contains(count)),
            "{hours:?}"
        );
    }

    #[test]
    fn the_date_of_the_license_counts_while_it_is_to_come() {
        let begins = NOW.plus_days(30);
        let next = after_answer(NOW, Some(begins), "1");
        assert!(next >= begins && next < begins.plus_days(1));
        assert_eq!(
            after_answer(NOW, Some(NOW.plus_days(-1)), "1"),
            after_answer(NOW, None, "1")
        );
    }

    #[test]
    fn failures_back_off_with_full_jitter_and_up_to_six_hours() {
        let wait = |failures, jitter| after_failure(NOW, failures, None, jitter).0 - NOW.0;
        assert_eq!(wait(1, 0), 1);
        assert_eq!(wait(1, 59_999), 60_000);
        assert_eq!(wait(2, 119_999), 120_000);
        let most = BACKOFF_MAX_MS.unsigned_abs() - 1;
        assert_eq!(wait(10, most), BACKOFF_MAX_MS);
        assert_eq!(wait(u32::MAX, most), BACKOFF_MAX_MS);
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_up_to_a_day() {
        let wait = |retry| after_failure(NOW, 1, Some(retry), 0).0 - NOW.0;
        assert_eq!(wait(Retry::After(120)), 120_000);
        assert_eq!(wait(Retry::At(NOW.plus_ms(7000))), 7000);
        assert_eq!(wait(Retry::At(NOW.plus_ms(-7000))), 1);
        assert_eq!(wait(Retry::After(u32::MAX)), DAY_MS);
    }
}
