//! Seats of a license over time, as they were recorded elsewhere.

use licensing::forecast::Seats;
use licensing::license::LicenseType;
use licensing::wire::SEAT_USE_DAYS;

use super::file::SeatUse;
use super::with_causes;
use crate::State;
use crate::db::{modules, owners, seat_use, transaction};
use crate::error::Error;

/// Writes what the file says of the days before today; answers what is wrong with it.
pub(super) async fn fill(state: &State, history: &SeatUse) -> Result<(), String> {
    let today = state.clock.today(state.clock.now());
    let days = i64::try_from(history.days.len()).unwrap_or(i64::MAX);
    if days > SEAT_USE_DAYS || history.since.plus_days(days) > today {
        return Err(format!(
            "seat use is of {SEAT_USE_DAYS} days at most, all of them before today ({today})"
        ));
    }
    let days: Vec<_> = history
        .days
        .iter()
        .zip(0..)
        .map(|(&(in_use, total), place)| {
            let day = history.since.plus_days(place);
            (state.clock.begin_of(day), Seats { day, in_use, total })
        })
        .collect();
    let less_than_none = |seats: &Seats| seats.in_use.min(seats.total.unwrap_or(0)) < 0;
    if let Some((_, seats)) = days.iter().find(|(_, seats)| less_than_none(seats)) {
        return Err(format!("fewer than no seats on {}", seats.day));
    }
    let filled: Result<bool, Error> = transaction!(&state.db, tx => {
        let owner = owners::one(tx, &history.owner).await?;
        let modules = modules::all(tx).await?;
        let module = modules.iter().find(|module| {
            owner.as_ref().is_some_and(|owner| owner.id == module.owner_id)
                && module.name == history.module
                && module.in_license
                && module.stock.license_type == LicenseType::UserLicense
        });
        let Some(module) = module else {
            return Ok(false);
        };
        seat_use::insert_days(tx, module.id, &days).await?;
        Ok(true)
    });
    match filled {
        Ok(true) => Ok(()),
        Ok(false) => {
            let SeatUse { owner, module, .. } = history;
            Err(format!("there is no user license {owner}.{module}"))
        }
        Err(error) => Err(with_causes(&error)),
    }
}
