//! Whose dates somebody is to be told of (protocol: "What the dates do"): everyone of a license that is in grace or has
//! ended, administrators also of one that is about to expire.

use std::cmp::Reverse;

use licensing::license::Timestamp;
use licensing::standing::{Phase, standing};
use licensing::wire::OwnerStanding;

use super::view::{FIRST, description};
use crate::State;
use crate::activation::verification;
use crate::db::{licenses, owners, view};
use crate::error::Error;

/// What to tell somebody who signs in.
///
/// # Errors
/// Those of the database.
pub(crate) async fn standings(
    state: &State,
    is_administrator: bool,
    now: Timestamp,
) -> Result<Vec<OwnerStanding>, Error> {
    let today = state.clock.today(now);
    let trust = state.trust.now();
    let told_from = if is_administrator {
        Phase::Warning
    } else {
        Phase::InGrace
    };
    view!(&state.db, tx => {
        let mut told = Vec::new();
        for owner in owners::all(tx).await? {
            let Some(stored) = licenses::installed(tx, owner.id).await? else {
                continue;
            };
            let license = &stored.license;
            let phase = standing(license, today).phase;
            if phase < told_from {
                continue;
            }
            let verified = verification::of_stored(&stored, &trust, &owner.name).ok();
            let certificate = verified.as_ref().map(|verified| verified.certificate());
            let date = phase.day(license);
            let configured = state.config.owner.get(&owner.name);
            let description = description(&owner, configured, certificate);
            let first = Reverse(owner.name.as_str() == FIRST);
            told.push((first, OwnerStanding { description, phase, date }));
        }
        told.sort_by_cached_key(|(first, told)| (*first, told.description.to_lowercase()));
        Ok(told.into_iter().map(|(_, told)| told).collect())
    })
}
