//! One change for many users: looked at first, then done as it was seen, or not at all. One act, one transaction, one entry in
//! the trail.

mod plan;

use std::collections::BTreeMap;

use licensing::license::{CivilDate, ModuleName, OwnerName, Timestamp};
use licensing::wire::{
    Change, ChangeMany, ChangedMany, Event, FieldFault, FreedLicense, Freeing, Freeings,
    GIVE_BACK_DAYS, MANY_MAX, Preview, PreviewMany, Selected, UsersQuery,
};
use serde_json::json;

use self::plan::Plan;
use super::save::may_set;
use super::{filter, not_given, refused};
use crate::clock::Clock;
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::users::list;
use crate::db::{Tx, assignments, modules, owners, transaction, view};
use crate::error::Error;
use crate::extract::Json;
use crate::{Admin, State};

/// Most acts of the last days that are looked through.
const ACTS_MAX: i32 = 1_000;

pub(super) async fn preview(
    Admin(session): Admin,
    state: State,
    Json(what): Json<PreviewMany>,
) -> Result<Json<Preview>, Error> {
    let asked = Asked::new(&state, &what, session.user);
    let plan = view!(&state.db, tx => Plan::of(tx, &asked).await)?;
    Ok(Json(plan.preview()))
}

pub(super) async fn change(
    Admin(session): Admin,
    state: State,
    Json(ChangeMany { what, seen }): Json<ChangeMany>,
) -> Result<Json<ChangedMany>, Error> {
    let asked = Asked::new(&state, &what, session.user);
    let (actor, now) = (asked.actor, asked.now);
    let (act, of) = match &what.change {
        Change::GiveBack { act } => (Act::LicensesGivenBack, Some(act)),
        _ => (Act::UsersChanged, None),
    };
    let done = transaction!(&state.db, tx => {
        // Whose rows are to be taken is looked at first; what counts is what they have once they are taken.
        let changing = Plan::of(tx, &asked).await?.changing();
        assignments::take_users(tx, &changing).await?;
        let plan = Plan::of(tx, &asked).await?;
        if plan.seen() != seen || plan.changing() != changing {
            return Err(Error::Stale(Vec::new()));
        }
        let reasons = plan.reasons();
        if !what.only_those_who_can && !reasons.is_empty() {
            return Err(refused(reasons));
        }
        if plan.sets_access() {
            may_set(tx, actor, |user| plan.locks_out(user)).await?;
        }
        let done = ChangedMany { users: changing.len(), refused: plan.refused() };
        if changing.is_empty() {
            return Ok(done);
        }
        let entry = Entry {
            at: now,
            actor: Some(actor),
            act,
            owner: None,
            detail: json!({ "left_out": done.refused, "of": of }),
            users: plan.trail(),
        };
        plan.write(tx, now).await?;
        audit::record(tx, &entry).await?;
        Ok(done)
    })?;
    if done.users > 0 {
        state.events.send(Event::Users);
        state.events.send(Event::Licenses(None));
    }
    Ok(Json(done))
}

/// What is asked, by whom and when.
struct Asked<'a> {
    what: &'a PreviewMany,
    clock: &'a Clock,
    actor: i32,
    now: Timestamp,
    today: CivilDate,
}

impl<'a> Asked<'a> {
    fn new(state: &'a State, what: &'a PreviewMany, actor: i32) -> Self {
        let now = state.clock.now();
        Self {
            what,
            clock: &state.clock,
            actor,
            now,
            today: state.clock.today(now),
        }
    }

    /// Whom an act touched that can still be undone.
    async fn touched(&self, tx: &mut Tx, act: &str) -> Result<BTreeMap<i32, Touched>, Error> {
        let touched = audit::touched(tx, act, give_back_since(self.now)).await?;
        touched.ok_or(Error::NotFound)
    }

    /// Ids of who was selected.
    async fn selected(&self, tx: &mut Tx) -> Result<Vec<i32>, Error> {
        let ids = match &self.what.selected {
            Selected::Users(ids) => ids.clone(),
            Selected::Matching(query) => {
                let query = &written(query)?;
                let filter = filter(tx, query, self.clock).await?;
                // One more than allowed tells that there are too many.
                list::matching(tx, &filter, MANY_MAX + 1).await?
            }
            Selected::Touched { act } => self.touched(tx, act).await?.into_keys().collect(),
        };
        if ids.len() > MANY_MAX {
            return Err(Error::field("selected", FieldFault::TooLong));
        }
        Ok(ids)
    }
}

/// A query as an address has it.
fn written(query: &str) -> Result<UsersQuery, Error> {
    let malformed = || Error::field("selected", FieldFault::Malformed);
    let address = format!("/?{query}").parse().map_err(|_| malformed())?;
    let query = axum::extract::Query::try_from_uri(&address).map_err(|_| malformed())?;
    Ok(query.0)
}

/// Since when what was freed can be given back.
fn give_back_since(now: Timestamp) -> Timestamp {
    Timestamp(now.0 - GIVE_BACK_DAYS * DAY_MS)
}

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What was freed in the last days.
pub(super) async fn freeings(_: Admin, state: State) -> Result<Json<Freeings>, Error> {
    let since = give_back_since(state.clock.now());
    let acts = view!(&state.db, tx => {
        let acts = audit::freeings(tx, since, ACTS_MAX).await?;
        let modules = modules::all(tx).await?;
        let owners = owners::all(tx).await?;
        let id = |name: &OwnerName| owners.iter().find(|owner| owner.name == *name).map(|owner| owner.id);
        let description = |owner: &OwnerName, name: &ModuleName| {
            let owner = id(owner)?;
            let module = modules.iter().find(|module| module.owner_id == owner && module.name == *name)?;
            Some(module.stock.description.clone())
        };
        Ok(acts.into_iter().map(|act| Freeing {
            act: act.act,
            at: act.at,
            actor: act.actor,
            licenses: act.seats.into_iter().map(|freed| FreedLicense {
                description: description(&freed.owner, &freed.module).unwrap_or_else(|| freed.module.to_string()),
                users: freed.users,
            }).collect(),
            users: act.users,
            given_back: act.given_back,
        }).collect())
    })?;
    Ok(Json(Freeings { acts }))
}
