//! Writes once a day how many seats are in use. What was missed while the console stood still is not made up.

use std::time::Duration;

use licensing::license::{CivilDate, Timestamp};
use licensing::wire::SEAT_USE_DAYS;

use crate::State;
use crate::db::{seat_use, transaction};
use crate::error::{Error, chain};

/// Shortest sleep before looking again what day it is.
const SLEEP_MIN: Duration = Duration::from_secs(1);
/// Longest sleep before looking again what day it is: clocks are set, and machines sleep.
const SLEEP_MAX: Duration = Duration::from_secs(15 * 60);
/// How long to wait before trying again what failed.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// Writes today's seats at the start when they are not there yet, and then at the beginning of every day, until it is
/// dropped. With a clock that stands still there is only today.
pub async fn run(state: State) {
    let mut done = None;
    loop {
        let now = state.clock.now();
        let today = state.clock.today(now);
        let tomorrow = state.clock.begin_of(today.plus_days(1));
        let mut sleep = wait(now, tomorrow);
        if done != Some(today) {
            match record(&state, today, now).await {
                Ok(licenses) => {
                    tracing::debug!(%today, licenses, "recorded seat use");
                    done = Some(today);
                }
                Err(error) => {
                    tracing::error!(%today, error = chain(&error), "seat use was not recorded");
                    sleep = sleep.min(TRY_AGAIN);
                }
            }
        }
        if state.clock.stands_still() {
            return;
        }
        tokio::time::sleep(sleep).await;
    }
}

/// Until the next day begins, but never longer than a while.
fn wait(now: Timestamp, tomorrow: Timestamp) -> Duration {
    let left_ms = u64::try_from(tomorrow.0.saturating_sub(now.0)).unwrap_or_default();
    Duration::from_millis(left_ms).clamp(SLEEP_MIN, SLEEP_MAX)
}

async fn record(state: &State, today: CivilDate, now: Timestamp) -> Result<u64, Error> {
    transaction!(&state.db, tx => {
        let recorded = seat_use::record_day(tx, today, now).await?;
        seat_use::forget_before(tx, today.plus_days(-SEAT_USE_DAYS)).await?;
        Ok(recorded)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_at_midnight_and_at_least_every_quarter_of_an_hour() {
        let midnight = Timestamp(1_782_943_200_000);
        let table = [
            (24 * 60 * 60 * 1000, SLEEP_MAX),
            (15 * 60 * 1000, SLEEP_MAX),
            (90_000, Duration::from_secs(90)),
            (1, SLEEP_MIN),
            (0, SLEEP_MIN),
            (-5_000, SLEEP_MIN),
        ];
        for (left_ms, expected) in table {
            assert_eq!(
                wait(midnight.plus_ms(-left_ms), midnight),
                expected,
                "{left_ms}"
            );
        }
        assert_eq!(wait(midnight, Timestamp(i64::MAX)), SLEEP_MAX);
    }
}
