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
        let left_ms = u64::try_from(tomorrow.0.saturating_sub(now.0)).unwrap_or_default();
        let mut sleep = Duration::from_millis(left_ms).clamp(SLEEP_MIN, SLEEP_MAX);
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

async fn record(state: &State, today: CivilDate, now: Timestamp) -> Result<u64, Error> {
    transaction!(&state.db, tx => {
        let recorded = seat_use::record_day(tx, today, now).await?;
        seat_use::forget_before(tx, today.plus_days(-SEAT_USE_DAYS)).await?;
        Ok(recorded)
    })
}
