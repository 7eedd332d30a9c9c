//! Saving a user's card: every license that they shall have, of every owner, whether they may log in, and whether they left.
//! One act, one transaction, one entry in the trail: all of it is done, or nothing.

use std::collections::BTreeSet;

use licensing::assignment::{self, Access, Refusal};
use licensing::license::ModuleName;
use licensing::standing::{Phase, standing};
use licensing::wire::{ErrorCode, Event, FieldFault, Problem, SaveUser, UserCard};
use serde_json::json;

use super::{card, not_given, refused};
use crate::db::assignments::{self, Group, Sold, TakenUser};
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::{Tx, owners, sessions, transaction, users};
use crate::error::Error;
use crate::extract::{Json, Path};
use crate::{Admin, State};

/// Most licenses that a card may name: far more than anybody sells.
const ASSIGNMENTS_MAX: usize = 2_000;

pub(super) async fn save(
    Admin(session): Admin,
    state: State,
    Path(user): Path<i32>,
    Json(save): Json<SaveUser>,
) -> Result<Json<UserCard>, Error> {
    if save.assignments.len() > ASSIGNMENTS_MAX {
        return Err(Error::field("assignments", FieldFault::TooLong));
    }
    let wanted: BTreeSet<i32> = save.assignments.iter().copied().collect();
    let after = Access {
        can_log_in: save.can_log_in,
        former_employee: save.former_employee,
    };
    let now = state.clock.now();
    let today = state.clock.today(now);
    let card = transaction!(&state.db, tx => {
        let mut taken = assignments::take_users(tx, &[user]).await?;
        let who = taken.remove(&user).ok_or(Error::NotFound)?;
        if who.revision != save.revision {
            return Err(Error::Stale(vec![Problem::UserChanged { user, name: who.full_name }]));
        }
        if after != who.access {
            may_set(tx, session.user, |other| other == user).await?;
        }
        let owners = of_owners(tx, user, &wanted).await?;
        let mut refusals = Vec::new();
        for owner in &owners {
            let ended = standing(&owner.sold.license, today).phase == Phase::Ended;
            refusals.extend(owner.refusals(&who, ended));
        }
        let holds = owners.iter().any(|owner| !owner.wanted.is_empty());
        let gains = owners.iter().any(|owner| owner.gained().next().is_some());
        refusals.extend(assignment::may_access(who.access, after, holds, gains).err());
        if !refusals.is_empty() {
            return Err(refused(refusals));
        }
        let mut touched = Touched::default();
        touched.access(who.access, after);
        for owner in owners {
            touched.licenses(&owner.sold.license.owner_name, owner.group.assignments(), &owner.wanted);
            let step = owner.group.to(owner.wanted);
            assignments::write(tx, &owner.sold, &[step], now).await.map_err(not_given)?;
        }
        if after != who.access {
            users::set_access(tx, &[user], after).await?;
        }
        audit::record(tx, &Entry {
            at: now,
            actor: Some(session.user),
            act: Act::UserSaved,
            owner: None,
            detail: json!({}),
            users: vec![(user, touched)],
        }).await?;
        card(tx, user).await
    })?;
    state.events.send(Event::Users);
    state.events.send(Event::Licenses(None));
    Ok(Json(card))
}

/// Nobody locks themselves out, nor can two administrators lock out each other at once: whoever acts still stands. `of` says
/// whose access is set.
pub(super) async fn may_set(
    tx: &mut Tx,
    actor: i32,
    of: impl Fn(i32) -> bool,
) -> Result<(), Error> {
    if of(actor) {
        return Err(Error::refused(ErrorCode::Yourself));
    }
    if sessions::is_administrator(tx, actor).await? {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// What a user was given of an owner, and what they shall have.
pub(super) struct OfOwner {
    pub(super) sold: Sold,
    pub(super) group: Group,
    wanted: BTreeSet<ModuleName>,
}

/// Every owner with a license in force, in order of id: acts that touch several owners meet in the same order.
pub(super) async fn of_owners(
    tx: &mut Tx,
    user: i32,
    wanted: &BTreeSet<i32>,
) -> Result<Vec<OfOwner>, Error> {
    let mut found = Vec::new();
    let mut known = 0;
    let mut all = owners::all(tx).await?;
    all.sort_by_key(|owner| owner.id);
    for owner in all {
        let (sold, mut groups) = match assignments::given(tx, owner.id, &[user]).await {
            Err(Error::NotFound) => continue,
            given => given?,
        };
        let group = groups.pop().ok_or(Error::NotFound)?;
        let wanted: BTreeSet<ModuleName> = wanted
            .iter()
            .filter_map(|id| sold.name(*id))
            .cloned()
            .collect();
        known += wanted.len();
        found.push(OfOwner {
            sold,
            group,
            wanted,
        });
    }
    if known < wanted.len() {
        // A license that nobody sells.
        return Err(Error::field("assignments", FieldFault::Malformed));
    }
    Ok(found)
}

impl OfOwner {
    fn gained(&self) -> impl Iterator<Item = &ModuleName> {
        self.wanted.difference(self.group.assignments())
    }

    fn refusals(&self, who: &TakenUser, ended: bool) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        if ended && self.gained().next().is_some() {
            refusals.push(Refusal::Ended);
        }
        let may = assignment::may_change(
            &self.sold.license,
            who.user_type,
            self.group.assignments(),
            &self.wanted,
            &self.sold.in_use(),
        );
        refusals.extend(may.err().into_iter().flatten());
        refusals
    }
}
