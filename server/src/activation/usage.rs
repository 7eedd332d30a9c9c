//! Seats in use now and under a new license, from the counters and, where the new license changes who counts, from the
//! assignments.

use licensing::assignment::Moves;
use licensing::compare::Uses;
use licensing::license::License;
use licensing::usage::{Holders, needs_holders, uses};

use crate::db::Tx;
use crate::db::assignments::count;
use crate::error::Error;

/// Seats of every module of an owner in use, now and under the new license.
///
/// # Errors
/// Those of the database.
pub(crate) async fn of(
    tx: &mut Tx,
    owner_id: i32,
    current: Option<&License>,
    new: &License,
    in_use: &Moves,
) -> Result<Uses, Error> {
    let combinations = if needs_holders(current, new) {
        count::combinations(tx, owner_id).await?
    } else {
        Vec::new()
    };
    let holders: Vec<Holders<'_>> = combinations
        .iter()
        .map(|combination| Holders {
            assignments: &combination.assignments,
            user_type: combination.user_type,
            users: combination.users,
        })
        .collect();
    Ok(uses(current, new, in_use, &holders))
}
