//! Seats of a license over time.

use licensing::forecast::{Seats, WINDOW_DAYS, forecast, thinned};
use licensing::license::{License, LicenseType, ModuleLicense, ModuleName};
use licensing::wire::{SeatUse, SeatUseQuery, paths};

use super::{Routes, Who};
use crate::db::assignments::held;
use crate::db::{offers, seat_use, view};
use crate::error::Error;
use crate::extract::{Json, Path, Query};
use crate::{SignedIn, State};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::default().get(paths::SEAT_USE, Who::SignedIn, seat_use)
}

async fn seat_use(
    _: SignedIn,
    state: State,
    Path(module): Path<i32>,
    Query(query): Query<SeatUseQuery>,
) -> Result<Json<SeatUse>, Error> {
    let today = state.clock.today(state.clock.now());
    let back = query.back.days();
    let since = |days: i64| today.plus_days(-days);
    let answer = view!(&state.db, tx => {
        let (sold, name) = held::sold_with(tx, module).await?.ok_or(Error::NotFound)?;
        let now = Seats {
            day: today,
            in_use: sold.in_use_of(&name),
            total: sold.license.module(&name).and_then(ModuleLicense::total),
        };
        let owner = held::owner_of(tx, module).await?.ok_or(Error::NotFound)?;
        let offer = offers::of_owner(tx, owner).await?;
        let recorded = seat_use::of_module(tx, module, since(back.max(WINDOW_DAYS))).await?;
        let shown = recorded.partition_point(|seats| seats.day < since(back));
        let (days, points) = thinned(&recorded[shown..], now);
        Ok(SeatUse {
            points,
            days,
            planned: offer.and_then(|offer| planned(&offer.license, &name, now)),
            forecast: forecast(&recorded, now),
        })
    })?;
    Ok(Json(answer))
}

/// What a license that waits would bring, where that is another number than now.
fn planned(offered: &License, name: &ModuleName, now: Seats) -> Option<Seats> {
    let sold = offered.module(name);
    let sold = sold.filter(|sold| sold.license_type == LicenseType::UserLicense);
    let total = sold.map_or(Some(0), ModuleLicense::total);
    (total != now.total).then_some(Seats { total, ..now })
}
