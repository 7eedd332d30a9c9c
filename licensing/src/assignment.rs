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
    let all = given().chain(members.iter().filter_map(|name| license.module(name)));
    names(all.filter(|module| module.license_type == LicenseType::UserLicense))
}

/// Their names, put in one by one: collecting at once sorts, and sorting is several KB of the client.
fn names<'a>(modules: impl Iterator<Item = &'a ModuleLicense>) -> Assignments {
    let mut names = Assignments::new();
    for module in modules {
        names.insert(module.module_name.clone());
    }
    names
}

/// Which counters move, and by how much, when a user's assignments go from one set to another.
#[must_use]
pub fn moves(license: &License, before: &Assignments, after: &Assignments) -> Moves {
    let (before, after) = (effective(license, before), effective(license, after));
    let mut moves = Moves::new();
    moves.extend(after.difference(&before).map(|name| (name.clone(), 1)));
    moves.extend(before.difference(&after).map(|name| (name.clone(), -1)));
    moves
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
    /// A former employee is given nothing and cannot log in; who becomes one gives back everything.
    FormerEmployee,
    /// Nobody locks themselves out.
    Yourself,
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
    if assignments.contains(module) {
        return Err(vec![Refusal::AlreadyAssigned(module.clone())]);
    }
    let mut after = assignments.clone();
    after.insert(module.clone());
    may_change(license, user_type, assignments, &after, in_use)
}

/// Whether a user's assignments may go from one set to another in one act, and the counters that move then. `in_use` has
/// the present counters of every user license.
///
/// What they hold already is not questioned, only what the act changes: a license that they were given under older rules
/// does not stand in the way of another. Giving back is never refused, but for what would lose its prerequisite: that has to
/// be given back in the same act ([`freed`] says it).
///
/// # Errors
/// Every reason against it, not the first; in order of name.
pub fn may_change(
    license: &License,
    user_type: UserType,
    before: &Assignments,
    after: &Assignments,
    in_use: &Moves,
) -> Result<Moves, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut gained = Vec::new();
    for module in after.difference(before) {
        match license.module(module) {
            None => refusals.push(Refusal::NotSold(module.clone())),
            Some(wanted) if !wanted.is_assignable() => {
                refusals.push(Refusal::NotAssignable(module.clone()));
            }
            Some(wanted) => gained.push(wanted),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let (had, has) = (effective(license, before), effective(license, after));
    for wanted in gained {
        let module = &wanted.module_name;
        let allowed = wanted.allowed_user_type;
        if allowed != UserType::Unknown && allowed != user_type {
            refusals.push(Refusal::UserTypeNotAllowed {
                module: module.clone(),
                allowed,
            });
        }
        if let Some(prerequisite) = unmet(license, wanted, &has) {
            refusals.push(Refusal::PrerequisiteMissing {
                module: module.clone(),
                prerequisite: prerequisite.clone(),
            });
        }
        refusals.extend(others_of_group(license, wanted, after).map(|holds| {
            Refusal::PlanOfGroup {
                module: module.clone(),
                holds: holds.clone(),
            }
        }));
    }
    for kept in after
        .intersection(before)
        .filter_map(|name| license.module(name))
    {
        if let Some(prerequisite) = unmet(license, kept, &has)
            && unmet(license, kept, &had).is_none()
        {
            refusals.push(Refusal::PrerequisiteMissing {
                module: kept.module_name.clone(),
                prerequisite: prerequisite.clone(),
            });
        }
    }
    let moves = moves(license, before, after);
    let short = shortages(license, &moves, in_use).into_iter();
    refusals.extend(short.map(Refusal::NoSeat));
    if refusals.is_empty() {
        Ok(moves)
    } else {
        Err(refusals)
    }
}

/// Whether somebody works here, and may log in to the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whether they can log in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
}

/// Whether a user's access may go from one to another in an act after which they hold something (`holds`), or are given
/// something more (`gains`). Who was marked as a former employee by an import keeps what they have until somebody frees it, but
/// is given nothing more.
///
/// # Errors
/// [`Refusal::FormerEmployee`].
pub fn may_access(before: Access, after: Access, holds: bool, gains: bool) -> Result<(), Refusal> {
    let wrong = after.former_employee
        && if before.former_employee {
            gains || (after.can_log_in && !before.can_log_in)
        } else {
            holds || after.can_log_in
        };
    if wrong {
        Err(Refusal::FormerEmployee)
    } else {
        Ok(())
    }
}

/// The prerequisite of a module that somebody with these modules does not have.
fn unmet<'a>(
    license: &License,
    module: &'a ModuleLicense,
    effective: &BTreeSet<ModuleName>,
) -> Option<&'a ModuleName> {
    let prerequisite = module.prerequisite_module_name.as_ref();
    prerequisite.filter(|prerequisite| !is_met(license, effective, prerequisite))
}

/// The other plans of a plan's group among these.
fn others_of_group<'a>(
    license: &'a License,
    plan: &'a ModuleLicense,
    assignments: &'a Assignments,
) -> impl Iterator<Item = &'a ModuleName> {
    let group = plan.plan_group.as_ref().filter(|_| plan.is_user_plan());
    let others = assignments
        .iter()
        .filter_map(|name| license.module(name))
        .filter(|other| other.module_name != plan.module_name);
    others
        .filter(move |other| {
            group.is_some() && other.is_user_plan() && other.plan_group.as_ref() == group
        })
        .map(|other| &other.module_name)
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
    let kept: Assignments = assignments
        .iter()
        .filter(|name| !brings(name))
        .cloned()
        .collect();
    assignments - &settled(license, assignments, kept)
}

/// What a user keeps who gives up one assignment: all but it, and but every assignment whose prerequisite then fails. A plan
/// that brings the module too stays.
#[must_use]
pub fn without(license: &License, assignments: &Assignments, module: &ModuleName) -> Assignments {
    let mut kept = assignments.clone();
    kept.remove(module);
    settled(license, assignments, kept)
}

/// Of what is kept, what does not lose its prerequisite by it.
fn settled(license: &License, before: &Assignments, mut kept: Assignments) -> Assignments {
    let had = effective(license, before);
    // Each round what has lost its prerequisite; the next round what depended on that.
    loop {
        let (has, count) = (effective(license, &kept), kept.len());
        kept.retain(|name| {
            license.module(name).is_none_or(|given| {
                unmet(license, given, &has).is_none() || unmet(license, given, &had).is_some()
            })
        });
        if kept.len() == count {
            return kept;
        }
    }
}

/// What system and anonymous users stand on: a license of SUPEROFFICE (reference, 2.18).
const OTHER_USERS_NEED: &str = "expander-services";

/// Whether a user of this kind may be added, under the license of SUPEROFFICE that is in force.
///
/// # Errors
/// The license that is missing.
pub fn may_add(superoffice: Option<&License>, user_type: UserType) -> Result<(), Refusal> {
    let is_other = matches!(
        user_type,
        UserType::AnonymousAssociate | UserType::SystemAssociate
    );
    match OTHER_USERS_NEED.parse::<ModuleName>() {
        Ok(needed) if is_other && superoffice.is_none_or(|sold| sold.module(&needed).is_none()) => {
            Err(Refusal::NotSold(needed))
        }
        _ => Ok(()),
    }
}

/// Plans that contain another one: who holds one of them loses nothing with it. Of two plans with the same members only
/// the first contains the other, so that both are never thought idle. A plan that something requires is contained in none.
pub fn plans_around<'a>(
    license: &'a License,
    plan: &ModuleName,
) -> impl Iterator<Item = &'a ModuleName> {
    let place = |name: &ModuleName| {
        let mut modules = license.module_licenses.iter();
        modules.position(|module| module.module_name == *name)
    };
    let members = license.module(plan).map(ModuleLicense::set);
    let required = license
        .module_licenses
        .iter()
        .any(|module| module.prerequisite_module_name.as_ref() == Some(plan));
    let members = members.filter(|members| !members.is_empty() && !required);
    let own = place(plan);
    license.module_licenses.iter().filter_map(move |around| {
        let members = members.as_ref()?;
        let name = &around.module_name;
        let contains = members.iter().all(|member| around.brings(member));
        let same = around.set().len() == members.len();
        (contains && place(name) != own && (!same || place(name) < own)).then_some(name)
    })
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
    /// Whether they cannot log in yet only because somebody has to approve them.
    pub waiting_for_approval: bool,
    /// Whether the seat is of a plan that another of their plans contains ([`plans_around`]).
    pub contained: bool,
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
    /// Another of their plans contains this one: they lose nothing.
    Contained,
    /// They wait to be approved, and will need it then.
    WaitingForApproval,
}

/// From so many days without a sign-in it is a reason; below, a holder still may be proposed, last.
pub const LONG_WITHOUT_SIGN_IN_DAYS: i64 = 60;

/// Why this holder's seat could be freed; none: they use it.
#[must_use]
pub fn reason(candidate: &Candidate, today: CivilDate) -> Option<Reason> {
    if candidate.former_employee && candidate.can_log_in {
        return Some(Reason::FormerEmployee);
    }
    if candidate.waiting_for_approval {
        let contained = candidate.contained.then_some(Reason::Contained);
        return contained.or(Some(Reason::WaitingForApproval));
    }
    if !candidate.can_log_in {
        return Some(Reason::CannotLogIn);
    }
    let days = candidate.last_sign_in.map(|last| last.days_until(today));
    match days {
        None => Some(Reason::NeverSignedIn),
        Some(days) if days >= LONG_WITHOUT_SIGN_IN_DAYS => Some(Reason::DaysWithoutSignIn(days)),
        Some(_) => candidate.contained.then_some(Reason::Contained),
    }
}

/// Whose seats to free first, in the order of [`Reason`]: the longest without sign-in first (never before all), ties by
/// user id; then, without a reason, by the age of their last sign-in. At most `count`.
#[must_use]
pub fn suggest(candidates: &[Candidate], today: CivilDate, count: usize) -> Vec<i32> {
    let rank = |candidate: &Candidate| {
        let class = match reason(candidate, today) {
            Some(Reason::CannotLogIn) => 0,
            Some(Reason::FormerEmployee) => 1,
            Some(Reason::NeverSignedIn | Reason::DaysWithoutSignIn(_)) => 2,
            Some(Reason::Contained) => 3,
            Some(Reason::WaitingForApproval) => 4,
            None => 5,
        };
        // Never signed in sorts before every date.
        let left = !candidate.former_employee;
        (class, left, candidate.last_sign_in, candidate.user)
    };
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    if count < ranked.len() && count > 0 {
        ranked.select_nth_unstable_by_key(count - 1, |candidate| rank(candidate));
    }
    ranked.truncate(count);
    ranked.sort_unstable_by_key(|candidate| rank(candidate));
    ranked.into_iter().map(|candidate| candidate.user).collect()
}
