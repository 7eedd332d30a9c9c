//! What a line of an import makes of a user: what they hold, whether they may log in, whether it is proposed to free it.

use crate::assignment::{Access, Assignments, Moves, Refusal, may_access, may_change};
use crate::license::{License, ModuleLicense, ModuleName, UserType};

/// What a line says of a user's licenses of one owner; none: the file has no such column, and they stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The user plans that they shall have.
    pub plans: Option<Assignments>,
    /// The single licenses that they shall have.
    pub licenses: Option<Assignments>,
}

/// What a user has of an owner after a line.
#[must_use]
pub fn assignments(license: &License, before: &Assignments, wanted: &Wanted) -> Assignments {
    let is_plan = |name: &ModuleName| {
        let module = license.module(name);
        module.is_some_and(ModuleLicense::is_user_plan)
    };
    let mut after = before.clone();
    // Of a kind that the file has a column of, only what the line names stays.
    after.retain(|name| match is_plan(name) {
        true => wanted.plans.is_none(),
        false => wanted.licenses.is_none(),
    });
    after.extend(wanted.plans.iter().flatten().cloned());
    after.extend(wanted.licenses.iter().flatten().cloned());
    after
}

/// What a user's access is after a line; none: the file has no such column. Who left logs in no more.
#[must_use]
pub fn access(before: Access, can_log_in: Option<bool>, former_employee: Option<bool>) -> Access {
    let former_employee = former_employee.unwrap_or(before.former_employee);
    let leaves = former_employee && !before.former_employee;
    Access {
        can_log_in: can_log_in.unwrap_or(before.can_log_in && !leaves),
        former_employee,
    }
}

/// Whether a line marks somebody as a former employee. That mark frees nothing by itself: whoever holds something is proposed.
#[must_use]
pub fn leaves(before: Access, after: Access) -> bool {
    after.former_employee && !before.former_employee
}

/// Whether a user's access may become this with a line that gives them something more, or not.
///
/// # Errors
/// [`Refusal::FormerEmployee`].
pub fn may_become(before: Access, after: Access, gains: bool) -> Result<(), Refusal> {
    if leaves(before, after) {
        // What they hold stays until somebody frees it.
        return match gains || after.can_log_in {
            true => Err(Refusal::FormerEmployee),
            false => Ok(()),
        };
    }
    may_access(before, after, false, gains)
}

/// Whether a user's licenses of one owner may become this, and the counters that move then. `ended`: the license has ended, so
/// nothing is given any more. `in_use` has the counters as the lines before left them.
///
/// # Errors
/// Every reason against it, not the first.
pub fn may_hold(
    license: &License,
    ended: bool,
    user_type: UserType,
    before: &Assignments,
    after: &Assignments,
    in_use: &Moves,
) -> Result<Moves, Vec<Refusal>> {
    if ended && !after.is_subset(before) {
        return Err(vec![Refusal::Ended]);
    }
    may_change(license, user_type, before, after, in_use)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{SUPEROFFICE, license, module_name};

    const WORKS: Access = Access {
        can_log_in: true,
        former_employee: false,
    };
    const LEFT: Access = Access {
        can_log_in: false,
        former_employee: true,
    };

    fn given(names: &[&str]) -> Assignments {
        names.iter().map(|name| module_name(name)).collect()
    }

    #[test]
    fn a_column_that_the_file_does_not_have_changes_nothing_and_an_empty_cell_takes_all_of_its_kind()
     {
        let license = license(SUPEROFFICE, 7);
        let had = given(&["ten-sales", "visible-for"]);
        let after = |wanted: &Wanted| assignments(&license, &had, wanted);
        assert_eq!(after(&Wanted::default()), had);
        let no_plan = Wanted {
            plans: Some(given(&[])),
            licenses: None,
        };
        assert_eq!(after(&no_plan), given(&["visible-for"]));
        let nothing_single = Wanted {
            plans: None,
            licenses: Some(given(&[])),
        };
        assert_eq!(after(&nothing_single), given(&["ten-sales"]));
    }

    #[test]
    fn who_left_logs_in_no_more_keeps_what_they_have_and_is_given_nothing() {
        assert_eq!(access(WORKS, None, Some(true)), LEFT);
        assert_eq!(access(WORKS, None, None), WORKS);
        assert!(leaves(WORKS, LEFT) && !leaves(LEFT, LEFT));
        assert_eq!(may_become(WORKS, LEFT, false), Ok(()));
        assert_eq!(may_become(WORKS, LEFT, true), Err(Refusal::FormerEmployee));
        let both = access(WORKS, Some(true), Some(true));
        assert_eq!(may_become(WORKS, both, false), Err(Refusal::FormerEmployee));
        // As it stands already, it may stay.
        assert_eq!(may_become(both, both, false), Ok(()));
        assert_eq!(may_become(LEFT, LEFT, true), Err(Refusal::FormerEmployee));
    }
}
