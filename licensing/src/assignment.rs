//! Who may hold what: plans and what they bring, prerequisites, user types, seats, and whom to free.
//!
//! An assignment is what somebody gave: one row (user, module), a user plan or a single license. What a plan brings
//! is computed here, never stored per user; two plans that bring the same module use one seat of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::license::{CivilDate, License, ModuleName, UserType};

/// A user's assignments of one owner.
pub type Assignments = BTreeSet<ModuleName>;

/// Seats to add (or give back, negative) per module.
pub type Moves = BTreeMap<ModuleName, i32>;

/// Every module that these assignments let a user use: what was assigned, and what the plans among it bring.
/// Modules that are not user licenses of this license do not count.
#[must_use]
pub fn effective(license: &License, assignments: &Assignments) -> BTreeSet<ModuleName> {
    let _ = (license, assignments);
    unimplemented!()
}

/// Which counters move, and by how much, when a user's assignments go from one set to another.
#[must_use]
pub fn moves(license: &License, before: &Assignments, after: &Assignments) -> Moves {
    let _ = (license, before, after);
    unimplemented!()
}

/// Seats in use, from groups of users with the same assignments: (assignments, how many users).
/// Every user license of the license has its line, also with 0.
#[must_use]
pub fn recount<'a>(
    license: &License,
    groups: impl IntoIterator<Item = (&'a Assignments, i32)>,
) -> Moves {
    let _ = (license, groups.into_iter().count());
    unimplemented!()
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
    let _ = (license, user_type, assignments, module, in_use);
    unimplemented!()
}

/// What goes when a user gives up a module: every assignment of theirs that brings it, and every assignment whose
/// prerequisite then fails. Empty when they do not have it.
#[must_use]
pub fn freed(
    license: &License,
    assignments: &Assignments,
    module: &ModuleName,
) -> BTreeSet<ModuleName> {
    let _ = (license, assignments, module);
    unimplemented!()
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
    let _ = (candidate, today);
    unimplemented!()
}

/// Whose seats to free first: cannot log in, former employees, then the longest without sign-in (never first);
/// ties by user id. At most `count`, and only those with a reason or, after them, by the age of their last sign-in.
#[must_use]
pub fn suggest(candidates: &[Candidate], count: usize, today: CivilDate) -> Vec<i32> {
    let _ = (candidates, count, today);
    unimplemented!()
}
