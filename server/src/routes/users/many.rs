//! One change for many users: looked at first, then done as it was seen, or not at all. One act, one transaction, one entry in
//! the trail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use licensing::assignment::{Access, Assignments, Moves, Refusal, Shortage};
use licensing::license::{CivilDate, UserType};
use licensing::many::{self, Alike, Outcome, Seats};
use licensing::standing::{Phase, standing};
use licensing::wire::{
    Change, ChangeMany, ChangedMany, Event, FieldFault, MANY_MAX, PREVIEW_USERS_MAX, Preview,
    PreviewMany, PreviewUser, Selected,
};
use serde_json::{Value, json};

use super::save::may_set;
use super::{filter, not_given, refused};
use crate::auth::sha256;
use crate::db::assignments::{self, Group, Sold, TakenUser, held};
use crate::db::audit::{self, Act, Entry};
use crate::db::users::{folded, list};
use crate::db::{Tx, owners, transaction, users, view};
use crate::error::Error;
use crate::extract::Json;
use crate::{Admin, State};

/// Most reasons that a refused change names.
const REASONS_MAX: usize = 20;

pub(super) async fn preview(
    Admin(session): Admin,
    state: State,
    Json(what): Json<PreviewMany>,
) -> Result<Json<Preview>, Error> {
    let today = state.clock.today(state.clock.now());
    let plan = view!(&state.db, tx => Plan::of(tx, &what, session.user, today).await)?;
    Ok(Json(plan.preview()))
}

pub(super) async fn change(
    Admin(session): Admin,
    state: State,
    Json(ChangeMany { what, seen }): Json<ChangeMany>,
) -> Result<Json<ChangedMany>, Error> {
    let now = state.clock.now();
    let today = state.clock.today(now);
    let actor = session.user;
    let done = transaction!(&state.db, tx => {
        // Whose rows are to be taken is looked at first; what counts is what they have once they are taken.
        let changing = Plan::of(tx, &what, actor, today).await?.changing();
        assignments::take_users(tx, &changing).await?;
        let plan = Plan::of(tx, &what, actor, today).await?;
        if plan.seen() != seen || plan.changing() != changing {
            return Err(Error::Stale(Vec::new()));
        }
        let reasons = plan.reasons();
        if !what.only_those_who_can && !reasons.is_empty() {
            return Err(refused(reasons));
        }
        if what.change == Change::Leave {
            may_set(tx, actor, |user| changing.contains(&user)).await?;
        }
        let done = ChangedMany { users: changing.len(), refused: plan.refused() };
        if changing.is_empty() {
            return Ok(done);
        }
        let entry = Entry {
            at: now,
            actor: Some(actor),
            act: Act::UsersChanged,
            owner: None,
            detail: json!({ "users": changing.len(), "left_out": done.refused }),
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

/// What becomes of everyone who was selected.
struct Plan {
    selected: usize,
    /// In order of id: acts that touch several owners meet in the same order.
    owners: Vec<OfOwner>,
    /// Who changes or is refused, by id.
    users: BTreeMap<i32, Becomes>,
    short: Vec<Shortage>,
}

/// What becomes of the licenses of one owner.
struct OfOwner {
    sold: Sold,
    /// Users who are alike, and what they have afterwards.
    parts: Vec<(Group, Assignments)>,
}

/// What becomes of one user.
struct Becomes {
    full_name: String,
    /// Ids of modules.
    gets: Vec<i32>,
    loses: Vec<i32>,
    /// In the trail's words, by owner.
    changes: Vec<Value>,
    before: Access,
    after: Access,
    refusals: Vec<Refusal>,
}

impl Becomes {
    fn new(user: &TakenUser) -> Self {
        Self {
            full_name: user.full_name.clone(),
            gets: Vec::new(),
            loses: Vec::new(),
            changes: Vec::new(),
            before: user.access,
            after: user.access,
            refusals: Vec::new(),
        }
    }

    fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }
}

impl Plan {
    async fn of(
        tx: &mut Tx,
        what: &PreviewMany,
        actor: i32,
        today: CivilDate,
    ) -> Result<Self, Error> {
        let ids = selected(tx, &what.selected).await?;
        let known = assignments::look_at_users(tx, &ids).await?;
        let ids: Vec<i32> = known.keys().copied().collect();
        let mut plan = Self {
            selected: ids.len(),
            owners: Vec::new(),
            users: BTreeMap::new(),
            short: Vec::new(),
        };
        for owner in concerned(tx, what.change).await? {
            let (sold, groups) = match assignments::given(tx, owner, &ids).await {
                Err(Error::NotFound) => continue,
                given => given?,
            };
            let change = in_names(&sold, what.change)?;
            let ended = standing(&sold.license, today).phase == Phase::Ended;
            let mut parts = Vec::new();
            for group in groups {
                for (user_type, access, part) in alike(&group, &known) {
                    let alike = Alike {
                        assignments: part.assignments(),
                        user_type,
                        access,
                    };
                    let outcome = many::outcome(&sold.license, ended, alike, &change);
                    plan.note(&sold, &part, &known, &outcome);
                    if let Outcome::Changed { assignments, .. } = outcome {
                        parts.push((part, assignments));
                    }
                }
            }
            plan.owners.push(OfOwner { sold, parts });
        }
        if what.change == Change::Leave {
            plan.leave(&known);
            if plan.users.contains_key(&actor) {
                plan.refuse(actor, Refusal::Yourself);
            }
        }
        plan.seat(what.only_those_who_can);
        Ok(plan)
    }

    /// Writes down what becomes of these users, as far as this owner goes.
    fn note(
        &mut self,
        sold: &Sold,
        part: &Group,
        known: &BTreeMap<i32, TakenUser>,
        outcome: &Outcome,
    ) {
        let before = part.assignments();
        let (gets, loses, access, refusals): (Assignments, Assignments, _, _) = match outcome {
            Outcome::Unchanged => return,
            Outcome::Changed {
                assignments,
                access,
            } => (
                assignments - before,
                before - assignments,
                Some(*access),
                &[][..],
            ),
            Outcome::Refused(refusals) => {
                (Assignments::new(), Assignments::new(), None, &refusals[..])
            }
        };
        let owner = &sold.license.owner_name;
        let change = (!gets.is_empty() || !loses.is_empty())
            .then(|| json!({ "owner": owner, "assigned": gets, "freed": loses }));
        let (gets, loses) = (sold.ids_of(&gets), sold.ids_of(&loses));
        for user in part.users() {
            let Some(known) = known.get(user) else {
                continue;
            };
            let becomes = self.users.entry(*user);
            let becomes = becomes.or_insert_with(|| Becomes::new(known));
            becomes.gets.extend(&gets);
            becomes.loses.extend(&loses);
            becomes.changes.extend(change.clone());
            becomes.after = access.unwrap_or(becomes.after);
            becomes.refusals.extend_from_slice(refusals);
        }
    }

    /// Who leaves is marked, also where no license is in force.
    fn leave(&mut self, known: &BTreeMap<i32, TakenUser>) {
        let left = Access {
            can_log_in: false,
            former_employee: true,
        };
        for (id, user) in known.iter().filter(|(_, user)| user.access != left) {
            let becomes = self.users.entry(*id);
            becomes.or_insert_with(|| Becomes::new(user)).after = left;
        }
    }

    /// A user is refused: nothing of theirs changes.
    fn refuse(&mut self, user: i32, refusal: Refusal) {
        for owner in &mut self.owners {
            for (part, _) in &mut owner.parts {
                if part.users().binary_search(&user).is_ok() {
                    *part = part.part(|other| other != user);
                }
            }
        }
        if let Some(becomes) = self.users.get_mut(&user) {
            becomes.refusals.push(refusal);
        }
    }

    /// Takes the seats: for all or for none, or for as many as there are, in order of id.
    fn seat(&mut self, only_those_who_can: bool) {
        for owner in &mut self.owners {
            let mut seats = Seats::new(&owner.sold.license, owner.sold.in_use());
            let mut all = Moves::new();
            for (part, after) in &owner.parts {
                for (module, moved) in seats.moves(part.assignments(), after, part.users().len()) {
                    *all.entry(module).or_default() += moved;
                }
            }
            let Err(short) = seats.clone().take(&all) else {
                continue;
            };
            self.short.extend(short);
            if !only_those_who_can {
                continue;
            }
            let mut one_by_one = BTreeMap::new();
            for (part, after) in &owner.parts {
                let one = seats.moves(part.assignments(), after, 1);
                one_by_one.extend(part.users().iter().map(|user| (*user, one.clone())));
            }
            let mut left_out = BTreeSet::new();
            for (user, one) in one_by_one {
                if let Err(short) = seats.take(&one) {
                    left_out.insert(user);
                    if let Some(becomes) = self.users.get_mut(&user) {
                        becomes
                            .refusals
                            .extend(short.into_iter().map(Refusal::NoSeat));
                    }
                }
            }
            for (part, _) in &mut owner.parts {
                *part = part.part(|user| !left_out.contains(&user));
            }
        }
    }

    /// Ids of who changes, in order.
    fn changing(&self) -> Vec<i32> {
        let users = self.users.iter().filter(|(_, user)| !user.is_refused());
        users.map(|(id, _)| *id).collect()
    }

    fn refused(&self) -> usize {
        self.users.values().filter(|user| user.is_refused()).count()
    }

    /// Why it cannot be done for all, each reason once.
    fn reasons(&self) -> Vec<Refusal> {
        let short = self.short.iter().cloned().map(Refusal::NoSeat);
        let mut reasons: Vec<Refusal> = short.collect();
        for refusal in self.users.values().flat_map(|user| &user.refusals) {
            if reasons.len() < REASONS_MAX && !reasons.contains(refusal) {
                reasons.push(refusal.clone());
            }
        }
        reasons
    }

    /// Who changes and how, as a hash.
    fn seen(&self) -> String {
        let mut lines = String::new();
        for (id, user) in self.users.iter().filter(|(_, user)| !user.is_refused()) {
            let (gets, loses, after) = (&user.gets, &user.loses, user.after);
            // Writing to a text cannot fail.
            let _ = writeln!(lines, "{id} {gets:?} {loses:?} {after:?}");
        }
        sha256(&lines)
    }

    fn preview(&self) -> Preview {
        let row = |(id, user): (&i32, &Becomes)| PreviewUser {
            user: *id,
            full_name: user.full_name.clone(),
            gets: user.gets.clone(),
            loses: user.loses.clone(),
            can_log_in: (user.after.can_log_in != user.before.can_log_in)
                .then_some(user.after.can_log_in),
            refusals: user.refusals.clone(),
        };
        let mut listed: Vec<_> = self.users.iter().collect();
        listed.sort_by_cached_key(|(_, user)| (!user.is_refused(), folded(&user.full_name)));
        let listed = listed.into_iter().take(PREVIEW_USERS_MAX);
        let refused = self.refused();
        Preview {
            selected: self.selected,
            changing: self.users.len() - refused,
            unchanged: self.selected - self.users.len(),
            refused,
            short: self.short.clone(),
            users: listed.map(row).collect(),
            seen: self.seen(),
        }
    }

    /// What is written down of each.
    fn trail(&self) -> Vec<(i32, Value)> {
        let users = self.users.iter().filter(|(_, user)| !user.is_refused());
        users
            .map(|(id, user)| {
                let detail = json!({
                    "owners": user.changes,
                    "can_log_in": user.after.can_log_in,
                    "former_employee": user.after.former_employee,
                });
                (*id, detail)
            })
            .collect()
    }

    async fn write(self, tx: &mut Tx, now: licensing::license::Timestamp) -> Result<(), Error> {
        for OfOwner { sold, parts } in self.owners {
            let steps: Vec<_> = parts
                .into_iter()
                .filter(|(part, _)| !part.users().is_empty())
                .map(|(part, after)| part.to(after))
                .collect();
            let written = assignments::write(tx, &sold, &steps, now).await;
            written.map_err(not_given)?;
        }
        let mut accesses: Vec<(Access, Vec<i32>)> = Vec::new();
        for (id, user) in &self.users {
            if user.is_refused() || user.after == user.before {
                continue;
            }
            match accesses
                .iter_mut()
                .find(|(access, _)| *access == user.after)
            {
                Some((_, users)) => users.push(*id),
                None => accesses.push((user.after, vec![*id])),
            }
        }
        for (access, of) in accesses {
            users::set_access(tx, &of, access).await?;
        }
        Ok(())
    }
}

/// Ids of who was selected.
async fn selected(tx: &mut Tx, selected: &Selected) -> Result<Vec<i32>, Error> {
    let ids = match selected {
        Selected::Users(ids) => ids.clone(),
        Selected::Matching(query) => {
            let filter = filter(tx, query).await?;
            // One more than allowed tells that there are too many.
            list::matching(tx, &filter, MANY_MAX + 1).await?
        }
    };
    if ids.len() > MANY_MAX {
        return Err(Error::field("selected", FieldFault::TooLong));
    }
    Ok(ids)
}

/// Ids of the owners whose licenses a change is about, in order.
async fn concerned(tx: &mut Tx, change: Change) -> Result<Vec<i32>, Error> {
    let module = match change {
        Change::Assign { module } | Change::Remove { module } | Change::Swap { to: module, .. } => {
            module
        }
        Change::Leave => {
            let mut ids: Vec<i32> = owners::all(tx)
                .await?
                .iter()
                .map(|owner| owner.id)
                .collect();
            ids.sort_unstable();
            return Ok(ids);
        }
    };
    Ok(vec![
        held::owner_of(tx, module).await?.ok_or(Error::NotFound)?,
    ])
}

/// A change in the names of an owner's modules.
fn in_names(sold: &Sold, change: Change) -> Result<many::Change, Error> {
    let name = |id: i32| {
        let name = sold.name(id).filter(|name| sold.is_user_license(name));
        name.cloned().ok_or(Error::NotFound)
    };
    Ok(match change {
        Change::Assign { module } => many::Change::Assign(name(module)?),
        Change::Remove { module } => many::Change::Remove(name(module)?),
        Change::Swap { from, to } => many::Change::Swap {
            from: name(from)?,
            to: name(to)?,
        },
        Change::Leave => many::Change::Leave,
    })
}

/// The users of a group by kind and access: a handful of parts.
fn alike(group: &Group, known: &BTreeMap<i32, TakenUser>) -> Vec<(UserType, Access, Group)> {
    let mut kinds: Vec<(UserType, Access)> = Vec::new();
    let kind = |user: i32| known.get(&user).map(|user| (user.user_type, user.access));
    for user in group.users() {
        if let Some(kind) = kind(*user)
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
    }
    let parts = kinds.into_iter();
    parts
        .map(|(user_type, access)| {
            let part = group.part(|user| kind(user) == Some((user_type, access)));
            (user_type, access, part)
        })
        .collect()
}
