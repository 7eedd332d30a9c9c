//! Who may hold what: plans and what they bring, prerequisites, user types, seats, and whom to free.
//!
//! An assignment is what somebody gave: one row (user, module), a user plan or a single license. What a plan brings
//! is computed here, never stored per user; two plans that bring the same module use one seat of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::license::{CivilDate, License, LicenseType, ModuleLicense, ModuleName, UserType};

/// A user's assignments of one owner.
pub type Assignments = BTreeSet<ModuleName>;

/// Seats to add (or give back, negative) per module.
pub type Moves = BTreeMap<ModuleName, i32>;

/// Every module that these assignments let a user use: what was assigned, and what the plans among it bring.
/// Modules that are not user licenses of this license do not count.
#[must_use]
pub fn effective(license: &License, assignments: &Assignments) -> BTreeSet<ModuleName> {
    let given = || assignments.iter().filter_map(|name| license.module(name));
    let members: Vec<ModuleName> = given().flat_map(ModuleLicense::set).collect();
    given()
        .chain(members.iter().filter_map(|name| license.module(name)))
        .filter(|module| module.license_type == LicenseType::UserLicense)
        .map(|module| module.module_name.clone())
        .collect()
}

/// Which counters move, and by how much, when a user's assignments go from one set to another.
#[must_use]
pub fn moves(license: &License, before: &Assignments, after: &Assignments) -> Moves {
    let (before, after) = (effective(license, before), effective(license, after));
    let gained = after.difference(&before).map(|name| (name.clone(), 1));
    let lost = before.difference(&after).map(|name| (name.clone(), -1));
    gained.chain(lost).collect()
}

/// Seats in use, from groups of users with the same assignments: (assignments, how many users).
/// Every user license of the license has its line, also with 0.
#[must_use]
pub fn recount<'a>(
    license: &License,
    groups: impl IntoIterator<Item = (&'a Assignments, i32)>,
) -> Moves {
    let user_licenses = license
        .module_licenses
        .iter()
        .filter(|module| module.license_type == LicenseType::UserLicense);
    let mut counts: Moves = user_licenses
        .map(|module| (module.module_name.clone(), 0))
        .collect();
    for (assignments, users) in groups {
        for name in effective(license, assignments) {
            *counts.entry(name).or_default() += users;
        }
    }
    counts
}

/// Why a user may not be assigned a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Not in the license.
    NotSold(ModuleName),
    /// For everyone or for satellites, or hidden: not assigned by hand.
    NotAssignable(ModuleName),
    /// They have it already.
    AlreadyAssigned(ModuleName),
    /// The module is for another kind of user.
    UserTypeNotAllowed {
        /// Module.
        module: ModuleName,
        /// The kind that may hold it.
        allowed: UserType,
    },
    /// Another module must be held first.
    PrerequisiteMissing {
        /// Module.
        module: ModuleName,
        /// What must be held first.
        prerequisite: ModuleName,
    },
    /// They hold another plan of the same group.
    PlanOfGroup {
        /// Plan that was to be assigned.
        module: ModuleName,
        /// Plan that they hold.
        holds: ModuleName,
    },
    /// Too few seats.
    NoSeat(Shortage),
    /// The license has ended: assigning stops.
    Ended,
}

/// A module with too few seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// Module.
    pub module: ModuleName,
    /// How many were bought.
    pub bought: i32,
    /// How many are in use.
    pub in_use: i32,
    /// By how many it falls short.
    pub short: i32,
}

/// Whether a user may be assigned a module, and the counters that move then. `in_use` has the present counters of
/// every user license.
///
/// # Errors
/// Every reason against it, not the first.
pub fn may_assign(
    license: &License,
    user_type: UserType,
    assignments: &Assignments,
    module: &ModuleName,
    in_use: &Moves,
) -> Result<Moves, Vec<Refusal>> {
    let Some(wanted) = license.module(module) else {
        return Err(vec![Refusal::NotSold(module.clone())]);
    };
    if !wanted.is_assignable() {
        return Err(vec![Refusal::NotAssignable(module.clone())]);
    }
    if assignments.contains(module) {
        return Err(vec![Refusal::AlreadyAssigned(module.clone())]);
    }
    let mut refusals = Vec::new();
    let allowed = wanted.allowed_user_type;
    if allowed != UserType::Unknown && allowed != user_type {
        refusals.push(Refusal::UserTypeNotAllowed {
            module: module.clone(),
            allowed,
        });
    }
    let after: Assignments = assignments.iter().chain([module]).cloned().collect();
    if let Some(prerequisite) = &wanted.prerequisite_module_name
        && !is_met(license, &effective(license, &after), prerequisite)
    {
        refusals.push(Refusal::PrerequisiteMissing {
            module: module.clone(),
            prerequisite: prerequisite.clone(),
        });
    }
    if let Some(group) = wanted.plan_group.as_ref().filter(|_| wanted.is_user_plan()) {
        let others = assignments.iter().filter_map(|name| license.module(name));
        let of_group =
            others.filter(|other| other.is_user_plan() && other.plan_group.as_ref() == Some(group));
        refusals.extend(of_group.map(|other| Refusal::PlanOfGroup {
            module: module.clone(),
            holds: other.module_name.clone(),
        }));
    }
    let moves = moves(license, assignments, &after);
    refusals.extend(
        shortages(license, &moves, in_use)
            .into_iter()
            .map(Refusal::NoSeat),
    );
    if refusals.is_empty() {
        Ok(moves)
    } else {
        Err(refusals)
    }
}

/// Modules that would have more seats in use than were bought, had these counters moved; in order of name.
#[must_use]
pub fn shortages(license: &License, moves: &Moves, in_use: &Moves) -> Vec<Shortage> {
    let gains = moves.iter().filter(|(_, seats)| **seats > 0);
    gains
        .filter_map(|(name, seats)| {
            let bought = license.module(name)?.total()?;
            let in_use = in_use.get(name).copied().unwrap_or_default();
            let short = in_use.saturating_add(*seats).saturating_sub(bought);
            (short > 0).then(|| Shortage {
                module: name.clone(),
                bought,
                in_use,
                short,
            })
        })
        .collect()
}

/// Whether a prerequisite holds for somebody with these modules: they have it, or everybody has.
fn is_met(license: &License, effective: &BTreeSet<ModuleName>, prerequisite: &ModuleName) -> bool {
    effective.contains(prerequisite)
        || license
            .module(prerequisite)
            .is_some_and(|module| module.license_type != LicenseType::UserLicense)
}

/// What goes when a user gives up a module: every assignment of theirs that brings it, and every assignment whose
/// prerequisite then fails. Empty when they do not have it.
#[must_use]
pub fn freed(
    license: &License,
    assignments: &Assignments,
    module: &ModuleName,
) -> BTreeSet<ModuleName> {
    if !effective(license, assignments).contains(module) {
        return BTreeSet::new();
    }
    let brings = |name: &ModuleName| {
        name == module
            || license
                .module(name)
                .is_some_and(|given| given.brings(module))
    };
    let (mut gone, mut kept): (Assignments, Assignments) =
        assignments.iter().cloned().partition(|name| brings(name));
    // Each round what has lost its prerequisite; the next round what depended on that.
    loop {
        let before = effective(license, assignments);
        let after = effective(license, &kept);
        let lost: Assignments = kept
            .iter()
            .filter(|name| {
                let needed = license
                    .module(name)
                    .and_then(|given| given.prerequisite_module_name.as_ref());
                needed.is_some_and(|needed| {
                    is_met(license, &before, needed) && !is_met(license, &after, needed)
                })
            })
            .cloned()
            .collect();
        if lost.is_empty() {
            return gone;
        }
        kept = &kept - &lost;
        gone.extend(lost);
    }
}

/// What is known of a holder when somebody has to give up a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Id of the user.
    pub user: i32,
    /// Whether they can sign in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
    /// Day of their last sign-in; none: never.
    pub last_sign_in: Option<CivilDate>,
}

/// Why somebody's seat could be freed, most convincing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// They cannot sign in: the seat does nothing.
    CannotLogIn,
    /// They left.
    FormerEmployee,
    /// They never signed in.
    NeverSignedIn,
    /// They have not signed in for a while: so many days.
    DaysWithoutSignIn(i64),
}

/// From so many days without a sign-in it is a reason; below, a holder still may be proposed, last.
pub const LONG_WITHOUT_SIGN_IN_DAYS: i64 = 60;

/// Why this holder's seat could be freed; none: they use it.
#[must_use]
pub fn reason(candidate: &Candidate, today: CivilDate) -> Option<Reason> {
    if !candidate.can_log_in {
        return Some(Reason::CannotLogIn);
    }
    if candidate.former_employee {
        return Some(Reason::FormerEmployee);
    }
    let Some(last) = candidate.last_sign_in else {
        return Some(Reason::NeverSignedIn);
    };
    let days = last.days_until(today);
    (days >= LONG_WITHOUT_SIGN_IN_DAYS).then_some(Reason::DaysWithoutSignIn(days))
}

/// Whose seats to free first: cannot log in, former employees, then the longest without sign-in (never first);
/// ties by user id. At most `count`, and only those with a reason or, after them, by the age of their last sign-in.
#[must_use]
pub fn suggest(candidates: &[Candidate], count: usize) -> Vec<i32> {
    // Never signed in sorts before every date.
    let rank = |candidate: &Candidate| {
        (
            candidate.can_log_in,
            !candidate.former_employee,
            candidate.last_sign_in,
            candidate.user,
        )
    };
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    if count < ranked.len() && count > 0 {
        ranked.select_nth_unstable_by_key(count - 1, |candidate| rank(candidate));
    }
    ranked.truncate(count);
    ranked.sort_unstable_by_key(|candidate| rank(candidate));
    ranked.into_iter().map(|candidate| candidate.user).collect()
}
