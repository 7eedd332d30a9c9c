//! What becomes of everyone who was selected, by the rules of `licensing`; and writing it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use licensing::assignment::{Access, Assignments, Moves, Refusal, Shortage};
use licensing::license::{Timestamp, UserType};
use licensing::many::{self, Alike, Outcome, Seats};
use licensing::standing::{Phase, standing};
use licensing::wire::{Change, PREVIEW_USERS_MAX, Preview, PreviewUser};

use super::{Asked, not_given};
use crate::auth::sha256;
use crate::db::assignments::{self, Group, Sold, TakenUser, held};
use crate::db::audit::Touched;
use crate::db::users::folded;
use crate::db::{Tx, owners, users};
use crate::error::Error;

/// Most reasons that a refused change names.
const REASONS_MAX: usize = 20;

/// What becomes of everyone who was selected.
pub(super) struct Plan {
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
    /// In the trail's words.
    touched: Touched,
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
            touched: Touched::default(),
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
    pub(super) async fn of(tx: &mut Tx, asked: &Asked<'_>) -> Result<Self, Error> {
        let change = &asked.what.change;
        let ids = asked.selected(tx).await?;
        let known = assignments::look_at_users(tx, &ids).await?;
        let ids: Vec<i32> = known.keys().copied().collect();
        let touched = match change {
            Change::GiveBack { act } => asked.touched(tx, act).await?,
            _ => BTreeMap::new(),
        };
        let mut plan = Self {
            selected: ids.len(),
            owners: Vec::new(),
            users: BTreeMap::new(),
            short: Vec::new(),
        };
        for owner in concerned(tx, change).await? {
            let (sold, groups) = match assignments::given(tx, owner, &ids).await {
                Err(Error::NotFound) => continue,
                given => given?,
            };
            let change = in_names(&sold, change)?;
            let ended = standing(&sold.license, asked.today).phase == Phase::Ended;
            let mut parts = Vec::new();
            for group in groups {
                for (kind, part) in alike(&group, &known, &touched, &sold) {
                    let alike = Alike {
                        assignments: part.assignments(),
                        user_type: kind.user_type,
                        access: kind.access,
                    };
                    let outcome = match &change {
                        Some(change) => many::outcome(&sold.license, ended, alike, change),
                        None => {
                            many::given_back(&sold.license, ended, alike, &kind.taken, kind.then)
                        }
                    };
                    plan.note(&sold, &part, &known, &outcome);
                    if let Outcome::Changed { assignments, .. } = outcome {
                        parts.push((part, assignments));
                    }
                }
            }
            plan.owners.push(OfOwner { sold, parts });
        }
        if *change == Change::Leave {
            plan.leave(&known);
            if let Some(actor) = plan.users.get_mut(&asked.actor) {
                actor.refusals.push(Refusal::Yourself);
            }
        }
        // Whom one owner refuses changes with none.
        plan.drop_refused();
        plan.seat(asked.what.only_those_who_can);
        plan.drop_refused();
        Ok(plan)
    }

    /// Whether anybody's access is set.
    pub(super) fn sets_access(&self) -> bool {
        let mut users = self.users.values();
        users.any(|user| !user.is_refused() && user.after != user.before)
    }

    /// Whether a user is locked out by it.
    pub(super) fn locks_out(&self, user: i32) -> bool {
        self.users.get(&user).is_some_and(|user| {
            let (before, after) = (user.before, user.after);
            let less = before.can_log_in && !after.can_log_in;
            !user.is_refused() && (less || after.former_employee && !before.former_employee)
        })
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
        let mut done = Touched::default();
        done.licenses(&sold.license.owner_name, &loses, &gets);
        let (gets, loses) = (sold.ids_of(&gets), sold.ids_of(&loses));
        for user in part.users() {
            let Some(known) = known.get(user) else {
                continue;
            };
            let becomes = self.users.entry(*user);
            let becomes = becomes.or_insert_with(|| Becomes::new(known));
            becomes.gets.extend(&gets);
            becomes.loses.extend(&loses);
            becomes.touched.owners.extend(done.owners.iter().cloned());
            becomes.after = access.unwrap_or(becomes.after);
            for refusal in refusals {
                // Of two owners it is said once.
                if !becomes.refusals.contains(refusal) {
                    becomes.refusals.push(refusal.clone());
                }
            }
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

    /// Nothing changes of who is refused, with any owner.
    fn drop_refused(&mut self) {
        let users = &self.users;
        let stays = |user| users.get(&user).is_some_and(|user| !user.is_refused());
        for (part, _) in self.owners.iter_mut().flat_map(|owner| &mut owner.parts) {
            *part = part.part(stays);
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
            for (user, one) in one_by_one {
                if let Err(short) = seats.take(&one) {
                    let short = short.into_iter().map(Refusal::NoSeat).collect();
                    if let Some(becomes) = self.users.get_mut(&user) {
                        becomes.refusals = short;
                    }
                }
            }
        }
    }

    /// Ids of who changes, in order.
    pub(super) fn changing(&self) -> Vec<i32> {
        let users = self.users.iter().filter(|(_, user)| !user.is_refused());
        users.map(|(id, _)| *id).collect()
    }

    pub(super) fn refused(&self) -> usize {
        self.users.values().filter(|user| user.is_refused()).count()
    }

    /// Why it cannot be done for all, each reason once.
    pub(super) fn reasons(&self) -> Vec<Refusal> {
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
    pub(super) fn seen(&self) -> String {
        let mut lines = String::new();
        for (id, user) in self.users.iter().filter(|(_, user)| !user.is_refused()) {
            let (gets, loses, after) = (&user.gets, &user.loses, user.after);
            // Writing to a text cannot fail.
            let _ = writeln!(lines, "{id} {gets:?} {loses:?} {after:?}");
        }
        sha256(&lines)
    }

    pub(super) fn preview(&self) -> Preview {
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
    pub(super) fn trail(&self) -> Vec<(i32, Touched)> {
        let users = self.users.iter().filter(|(_, user)| !user.is_refused());
        users
            .map(|(id, user)| {
                let mut touched = user.touched.clone();
                touched.access(user.before, user.after);
                (*id, touched)
            })
            .collect()
    }

    pub(super) async fn write(self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
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

/// Ids of the owners whose licenses a change is about, in order.
async fn concerned(tx: &mut Tx, change: &Change) -> Result<Vec<i32>, Error> {
    let module = match change {
        Change::Assign { module } | Change::Remove { module } | Change::Swap { to: module, .. } => {
            *module
        }
        Change::Leave | Change::GiveBack { .. } => {
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

/// A change in the names of an owner's modules; none: something else for each.
fn in_names(sold: &Sold, change: &Change) -> Result<Option<many::Change>, Error> {
    let name = |id: i32| {
        let name = sold.name(id).filter(|name| sold.is_user_license(name));
        name.cloned().ok_or(Error::NotFound)
    };
    Ok(Some(match change {
        Change::Assign { module } => many::Change::Assign(name(*module)?),
        Change::Remove { module } => many::Change::Remove(name(*module)?),
        Change::Swap { from, to } => many::Change::Swap {
            from: name(*from)?,
            to: name(*to)?,
        },
        Change::Leave => many::Change::Leave,
        Change::GiveBack { .. } => return Ok(None),
    }))
}

/// What matters of a user beside what they hold.
#[derive(Clone, PartialEq, Eq)]
struct Kind {
    user_type: UserType,
    access: Access,
    /// What is given back of this owner.
    taken: Assignments,
    /// Their access when it is given back.
    then: Access,
}

/// The users of a group by what matters of them: a handful of parts.
fn alike(
    group: &Group,
    known: &BTreeMap<i32, TakenUser>,
    touched: &BTreeMap<i32, Touched>,
    sold: &Sold,
) -> Vec<(Kind, Group)> {
    let kind = |user: i32| {
        let known = known.get(&user)?;
        let touched = touched.get(&user);
        // What was set anew since stays.
        let before = touched
            .and_then(|touched| touched.access)
            .filter(|access| access.after == known.access);
        Some(Kind {
            user_type: known.user_type,
            access: known.access,
            taken: touched
                .map(|touched| touched.freed(&sold.license.owner_name))
                .unwrap_or_default(),
            then: before.map_or(known.access, |access| access.before),
        })
    };
    let mut kinds: Vec<(Kind, BTreeSet<i32>)> = Vec::new();
    for user in group.users() {
        let Some(kind) = kind(*user) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, users)) => {
                users.insert(*user);
            }
            None => kinds.push((kind, BTreeSet::from([*user]))),
        }
    }
    let parts = kinds.into_iter();
    parts
        .map(|(kind, users)| (kind, group.part(|user| users.contains(&user))))
        .collect()
}
