//! Puts licenses in force. There is one way, [`install`]: it takes what [`licensing::envelope::verify`] found genuine in
//! this very transaction, compares it with the counters of this very moment, and changes everything or nothing.
//!
//! What makes it right beside others that write (PostgreSQL: each statement sees what others committed meanwhile): the rows
//! of the installation, the owner and the owner's modules are taken in this order before anything is compared, and so no
//! counter moves until the end. Who waits for one of those rows finds another `set_revision` if plan sets changed, and
//! starts again.

pub(crate) mod usage;
pub(crate) mod verification;

use licensing::assignment::{Moves, Shortage};
use licensing::compare::{Comparison, Uses, compare};
use licensing::envelope::VerifiedLicense;
use licensing::license::{Installation, License, ModuleLicense, Timestamp};
use licensing::usage::sets_change;
use licensing::wire::{Activate, ErrorCode, Event, Problem};
use serde_json::json;

use crate::State;
use crate::clock::Clock;
use crate::db::audit::{self, Act, Entry};
use crate::db::licenses::{self, By, Stored};
use crate::db::modules::{self, Module, Stock};
use crate::db::offers::{self, Gone};
use crate::db::owners::{self, Owner};
use crate::db::{Tx, installation, seat_use, transaction};
use crate::error::Error;

/// Activates the offer that an administrator saw; true when it switched serial number and company, so that the other
/// owners' license servers have to be asked anew.
///
/// # Errors
/// [`Error::Stale`] when it is not that offer any more, `Blocked` with every shortage, or why it is genuine no more.
pub(crate) async fn activate(state: &State, user: i32, seen: &Activate) -> Result<bool, Error> {
    let now = state.clock.now();
    let trust = state.trust.now();
    let switches = transaction!(&state.db, tx => {
        let present = installation::take(tx)
            .await?
            .ok_or_else(|| Error::refused(ErrorCode::InstallationMissing))?;
        let owner = owners::take(tx, &seen.owner).await?.ok_or(Error::NotFound)?;
        let offer = offers::of_owner(tx, owner.id).await?;
        let offer = offer
            .filter(|offer| owner.revision == seen.revision && is_seen(offer, seen))
            .ok_or_else(|| Error::Stale(Vec::new()))?;
        let wanted = if offer.changes_installation { offer.installation() } else { present };
        let verified = verification::of_new(tx, &trust, Some(&owner.name), &wanted, &offer.compact, now)
            .await?
            .map_err(|refused| Error::refused_because(ErrorCode::License(refused.code), refused))?;
        match install(tx, &state.clock, &owner, &offer, &verified, By::Administrator(user), now).await? {
            Verdict::InForce => Ok(offer.changes_installation),
            Verdict::Waits(comparison) => {
                Err(Error::refused_with(ErrorCode::Blocked, shortages(&comparison)))
            }
        }
    })?;
    tell(state, &seen.owner, switches);
    Ok(switches)
}

fn is_seen(offer: &Stored, seen: &Activate) -> bool {
    offer.license.sequence == seen.sequence && offer.sha256 == seen.sha256
}

/// Tells open browsers that a license came into force: seats bought are on every screen.
pub(crate) fn tell(state: &State, owner: &licensing::license::OwnerName, switches: bool) {
    let owner = (!switches).then(|| owner.clone());
    state.events.send(Event::Licenses(owner));
    state.events.send(Event::Users);
}

/// What became of an offer.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is in force.
    InForce,
    /// It waits: something blocks it, or asks for a person.
    Waits(Comparison),
}

/// Puts an owner's offer in force, unless something blocks it or, when no person is there, asks for one. The
/// transaction must have taken the installation and the owner, and verified the offer's bytes as of `at`.
///
/// # Errors
/// Those of the database.
pub(crate) async fn install(
    tx: &mut Tx,
    clock: &Clock,
    owner: &Owner,
    offer: &Stored,
    verified: &VerifiedLicense,
    by: By,
    at: Timestamp,
) -> Result<Verdict, Error> {
    let new = verified.license();
    let taken = modules::take(tx, owner.id).await?;
    let current = licenses::in_force(tx, owner.id).await?;
    let in_use: Moves = taken
        .iter()
        .map(|module| (module.name.clone(), module.stock.in_use))
        .collect();
    let uses = usage::of(tx, owner.id, current.as_ref(), new, &in_use).await?;
    let comparison = compare(current.as_ref(), new, &uses);
    let asks = by == By::Itself && comparison.asks_for_a_person();
    if comparison.is_blocked() || asks {
        return Ok(Verdict::Waits(comparison));
    }
    store_modules(tx, owner.id, current.as_ref(), new, &taken, &uses).await?;
    // Before the users of a console that is being filled there is nothing to tell of.
    if by != By::Seeding {
        seat_use::record_activation(tx, owner.id, clock.today(at), at).await?;
    }
    licenses::put_in_force(tx, owner.id, &offer.id, at, by).await?;
    licenses::keep_highest(tx, new, verified.sha256()).await?;
    owners::describe(tx, owner.id, &verified.certificate().description).await?;
    owners::move_revision(tx, owner.id).await?;
    let detail = json!({
        "sequence": new.sequence,
        "sha256": verified.sha256(),
        "serial_nr": new.serial_nr,
        "replaces": current.as_ref().map(|current| json!({
            "sequence": current.sequence,
            "serial_nr": current.serial_nr,
        })),
    });
    let entry = Entry {
        at,
        actor: by.user(),
        act: Act::LicenseActivated,
        owner: Some(&owner.name),
        detail,
        users: Vec::new(),
    };
    audit::record(tx, &entry).await?;
    if offer.changes_installation {
        switch_installation(tx, owner, &offer.installation(), by, at).await?;
    }
    Ok(Verdict::InForce)
}

/// Stores what the new license says of each module. Ids stay; what disappeared has nothing to give.
async fn store_modules(
    tx: &mut Tx,
    owner_id: i32,
    current: Option<&License>,
    new: &License,
    taken: &[Module],
    uses: &Uses,
) -> Result<(), Error> {
    let counted_under = taken.iter().map(|module| module.set_revision).max();
    let set_revision = counted_under.unwrap_or(1) + i64::from(sets_change(current, new));
    // Rows that are there already, in order of their ids.
    for module in taken {
        let place = new
            .module_licenses
            .iter()
            .zip(0..)
            .find(|(sold, _)| sold.module_name == module.name);
        match place {
            Some((sold, position)) => {
                let in_use = uses.get(&module.name).map_or(0, |usage| usage.in_use_after);
                let stock = Stock::of(sold, position, in_use);
                modules::update(tx, module.id, &stock, set_revision).await?;
            }
            None => modules::retire(tx, module.id, set_revision).await?,
        }
    }
    for (sold, position) in new.module_licenses.iter().zip(0..) {
        let name = &sold.module_name;
        if taken.iter().all(|module| module.name != *name) {
            let in_use = uses.get(name).map_or(0, |usage| usage.in_use_after);
            let stock = Stock::of(sold, position, in_use);
            modules::insert(tx, owner_id, name, &stock, set_revision).await?;
        }
    }
    Ok(())
}

/// Switches serial number and company. Other owners' licenses stay; what they offered for the former ones does not.
async fn switch_installation(
    tx: &mut Tx,
    owner: &Owner,
    to: &Installation,
    by: By,
    at: Timestamp,
) -> Result<(), Error> {
    let from = installation::get(tx).await?;
    installation::change(tx, to, at).await?;
    let entry = Entry {
        at,
        actor: by.user(),
        act: Act::InstallationChanged,
        owner: None,
        detail: json!({ "from": from, "to": to }),
        users: Vec::new(),
    };
    audit::record(tx, &entry).await?;
    withdraw_offers(tx, Some(owner), by.user(), at).await
}

/// Withdraws what waits for the former serial number and company, other than of this owner.
///
/// # Errors
/// Those of the database.
pub(crate) async fn withdraw_offers(
    tx: &mut Tx,
    but_of: Option<&Owner>,
    actor: Option<i32>,
    at: Timestamp,
) -> Result<(), Error> {
    for owner in owners::all(tx).await? {
        if but_of.is_none_or(|but| but.id != owner.id)
            && let Some(offer) = offers::of_owner(tx, owner.id).await?
        {
            end_offer(tx, &owner, &offer, Gone::Withdrawn, actor, at).await?;
        }
    }
    Ok(())
}

/// Ends an offer, and says so in the trail.
///
/// # Errors
/// Those of the database.
pub(crate) async fn end_offer(
    tx: &mut Tx,
    owner: &Owner,
    offer: &Stored,
    gone: Gone,
    actor: Option<i32>,
    at: Timestamp,
) -> Result<(), Error> {
    offers::end(tx, &offer.id, gone).await?;
    owners::move_revision(tx, owner.id).await?;
    let act = match gone {
        Gone::Withdrawn => Act::OfferWithdrawn,
        Gone::Discarded => Act::OfferDiscarded,
    };
    let entry = Entry {
        at,
        actor,
        act,
        owner: Some(&owner.name),
        detail: json!({ "sequence": offer.license.sequence, "sha256": offer.sha256 }),
        users: Vec::new(),
    };
    audit::record(tx, &entry).await
}

/// Every module that blocks, hidden ones too: how many seats it falls short.
fn shortages(comparison: &Comparison) -> Vec<Problem> {
    let blocking = comparison
        .modules
        .iter()
        .filter(|module| module.blocks.is_some());
    blocking
        .map(|module| {
            let after = module.after.as_ref();
            Problem::Shortage(Shortage {
                module: module.module.clone(),
                bought: after.and_then(ModuleLicense::total).unwrap_or_default(),
                in_use: module.usage.in_use_after,
                short: module.to_remove(),
            })
        })
        .collect()
}
