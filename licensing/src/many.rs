//! One change for many users at once: what becomes of each, who is refused it and why, and whether the seats suffice.

use crate::assignment::{
    Access, Assignments, Moves, Refusal, Shortage, freed, may_access, may_change, moves, shortages,
};
use crate::license::{License, ModuleLicense, ModuleName, UserType};

/// What is to be done to each of them, among the modules of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// They are given a license; a user plan lets them log in too.
    Assign(ModuleName),
    /// They give up a license: what brings it goes, and what needs it.
    Remove(ModuleName),
    /// Who was given the one is given the other in its place.
    Swap {
        /// What they were given.
        from: ModuleName,
        /// What they get.
        to: ModuleName,
    },
    /// They left: everything goes, and they log in no more.
    Leave,
}

/// Users who are one like the other, as far as a change goes.
#[derive(Clone, Copy, Debug)]
pub struct Alike<'a> {
    /// What each of them was given by the owner.
    pub assignments: &'a Assignments,
    /// Their kind.
    pub user_type: UserType,
    /// Whether they work here and may log in.
    pub access: Access,
}

/// What becomes of a user, apart from seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It does not concern them, or is so already.
    Unchanged,
    /// They have this afterwards.
    Changed {
        /// What they are given by the owner.
        assignments: Assignments,
        /// Whether they work here and may log in.
        access: Access,
    },
    /// They may not; every reason.
    Refused(Vec<Refusal>),
}

/// What a change makes of users who are alike. `ended`: the license has ended, so nothing is given any more.
#[must_use]
pub fn outcome(license: &License, ended: bool, alike: Alike<'_>, change: &Change) -> Outcome {
    let before = alike.assignments;
    let mut after = before.clone();
    let mut access = alike.access;
    match change {
        Change::Assign(module) => {
            after.insert(module.clone());
        }
        Change::Remove(module) => after = before - &freed(license, before, module),
        Change::Swap { from, to } => {
            if after.remove(from) {
                after.insert(to.clone());
            }
        }
        Change::Leave => {
            after.clear();
            access = Access {
                can_log_in: false,
                former_employee: true,
            };
        }
    }
    let mut gained = after.difference(before);
    access.can_log_in |= gained.any(|module| {
        license
            .module(module)
            .is_some_and(ModuleLicense::is_user_plan)
    });
    judged(license, ended, alike, after, access)
}

/// What giving back makes of users who are alike: they get again what was taken from them, and their access becomes this.
#[must_use]
pub fn given_back(
    license: &License,
    ended: bool,
    alike: Alike<'_>,
    taken: &Assignments,
    access: Access,
) -> Outcome {
    judged(license, ended, alike, alike.assignments | taken, access)
}

fn judged(
    license: &License,
    ended: bool,
    alike: Alike<'_>,
    after: Assignments,
    access: Access,
) -> Outcome {
    let before = alike.assignments;
    let gains = !after.is_subset(before);
    if after == *before && access == alike.access {
        return Outcome::Unchanged;
    }
    let mut refusals = Vec::new();
    if ended && gains {
        refusals.push(Refusal::Ended);
    }
    // A license has at least one seat of each module: whether there are enough for all is asked of `Seats`.
    let may = may_change(license, alike.user_type, before, &after, &Moves::new());
    refusals.extend(may.err().into_iter().flatten());
    refusals.extend(may_access(alike.access, access, !after.is_empty(), gains).err());
    if refusals.is_empty() {
        Outcome::Changed {
            assignments: after,
            access,
        }
    } else {
        Outcome::Refused(refusals)
    }
}

/// Seats of an owner while a change goes through its users.
#[derive(Clone, Debug)]
pub struct Seats<'a> {
    license: &'a License,
    in_use: Moves,
}

impl<'a> Seats<'a> {
    /// As they are in use now.
    #[must_use]
    pub fn new(license: &'a License, in_use: Moves) -> Self {
        Self { license, in_use }
    }

    /// What so many users move who go from one set to another.
    #[must_use]
    pub fn moves(&self, before: &Assignments, after: &Assignments, users: usize) -> Moves {
        let users = i32::try_from(users).unwrap_or(i32::MAX);
        let mut moves = moves(self.license, before, after);
        for seats in moves.values_mut() {
            *seats = seats.saturating_mul(users);
        }
        moves
    }

    /// Moves the counters.
    ///
    /// # Errors
    /// Every module with too few seats; nothing was moved then.
    pub fn take(&mut self, moves: &Moves) -> Result<(), Vec<Shortage>> {
        let short = shortages(self.license, moves, &self.in_use);
        if !short.is_empty() {
            return Err(short);
        }
        for (module, seats) in moves {
            let in_use = self.in_use.entry(module.clone()).or_default();
            *in_use = in_use.saturating_add(*seats);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{FJORDMAPS, SUPEROFFICE, license, module_name};

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

    fn of(owner: &str, names: &[&str], access: Access, change: &Change) -> Outcome {
        let alike = Alike {
            assignments: &given(names),
            user_type: UserType::InternalAssociate,
            access,
        };
        outcome(&license(owner, 7), false, alike, change)
    }

    fn changed(names: &[&str], access: Access) -> Outcome {
        Outcome::Changed {
            assignments: given(names),
            access,
        }
    }

    #[test]
    fn a_plan_that_is_given_lets_its_user_log_in_and_another_license_does_not() {
        let off = Access {
            can_log_in: false,
            ..WORKS
        };
        let plan = Change::Assign(module_name("ten-sales"));
        assert_eq!(
            of(SUPEROFFICE, &[], off, &plan),
            changed(&["ten-sales"], WORKS)
        );
        let maps = Change::Assign(module_name("maps"));
        assert_eq!(of(FJORDMAPS, &[], off, &maps), changed(&["maps"], off));
    }

    #[test]
    fn who_has_it_already_or_never_had_it_is_left_alone() {
        let maps = module_name("maps");
        assert_eq!(
            of(FJORDMAPS, &["maps"], WORKS, &Change::Assign(maps.clone())),
            Outcome::Unchanged
        );
        assert_eq!(
            of(FJORDMAPS, &[], WORKS, &Change::Remove(maps.clone())),
            Outcome::Unchanged
        );
        let swap = Change::Swap {
            from: maps,
            to: module_name("offline-maps"),
        };
        assert_eq!(
            of(FJORDMAPS, &["route-planning"], WORKS, &swap),
            Outcome::Unchanged
        );
        assert_eq!(of(FJORDMAPS, &[], LEFT, &Change::Leave), Outcome::Unchanged);
    }

    #[test]
    fn what_needs_it_goes_along_but_is_not_left_behind_by_a_swap() {
        let had = &["maps", "route-planning"];
        let remove = Change::Remove(module_name("maps"));
        assert_eq!(of(FJORDMAPS, had, WORKS, &remove), changed(&[], WORKS));
        let swap = Change::Swap {
            from: module_name("maps"),
            to: module_name("offline-maps"),
        };
        let Outcome::Refused(why) = of(FJORDMAPS, had, WORKS, &swap) else {
            panic!("routes need maps");
        };
        assert!(
            matches!(why.as_slice(), [Refusal::PrerequisiteMissing { .. }]),
            "{why:?}"
        );
    }

    #[test]
    fn who_left_gives_back_everything_and_is_given_nothing() {
        assert_eq!(
            of(FJORDMAPS, &["maps"], WORKS, &Change::Leave),
            changed(&[], LEFT)
        );
        let maps = Change::Assign(module_name("maps"));
        assert_eq!(
            of(FJORDMAPS, &[], LEFT, &maps),
            Outcome::Refused(vec![Refusal::FormerEmployee])
        );
    }

    #[test]
    fn what_was_taken_is_given_back_beside_what_they_have_now_where_the_rules_allow_it() {
        let license = license(FJORDMAPS, 7);
        let back = |has: &[&str], access: Access, taken: &[&str], then: Access| {
            let alike = Alike {
                assignments: &given(has),
                user_type: UserType::InternalAssociate,
                access,
            };
            given_back(&license, false, alike, &given(taken), then)
        };
        let both = &["maps", "route-planning"];
        assert_eq!(back(&["maps"], WORKS, both, WORKS), changed(both, WORKS));
        assert_eq!(back(both, WORKS, both, WORKS), Outcome::Unchanged);
        assert_eq!(back(&[], LEFT, both, WORKS), changed(both, WORKS));
        let still_left = back(&[], LEFT, both, LEFT);
        assert_eq!(still_left, Outcome::Refused(vec![Refusal::FormerEmployee]));
        let alone = back(&[], WORKS, &["route-planning"], WORKS);
        assert!(matches!(alone, Outcome::Refused(_)), "{alone:?}");
    }

    #[test]
    fn nothing_is_given_of_a_license_that_has_ended_and_giving_back_goes_on() {
        let (license, none, had) = (license(FJORDMAPS, 7), given(&[]), given(&["maps"]));
        let alike = |assignments| Alike {
            assignments,
            user_type: UserType::InternalAssociate,
            access: WORKS,
        };
        let (assign, remove) = (
            Change::Assign(module_name("maps")),
            Change::Remove(module_name("maps")),
        );
        assert_eq!(
            outcome(&license, true, alike(&none), &assign),
            Outcome::Refused(vec![Refusal::Ended])
        );
        assert_eq!(
            outcome(&license, true, alike(&had), &remove),
            changed(&[], WORKS)
        );
    }

    #[test]
    fn seats_are_taken_as_long_as_there_are_some_and_what_is_given_back_can_be_taken() {
        let license = license(FJORDMAPS, 7);
        let maps = module_name("maps");
        let bought = license
            .module(&maps)
            .and_then(|module| module.total())
            .expect("a number");
        let mut seats = Seats::new(&license, Moves::from([(maps.clone(), bought - 1)]));
        let two = seats.moves(&given(&[]), &given(&["maps"]), 2);
        let short = seats.take(&two).expect_err("one seat is left");
        assert_eq!((short[0].in_use, short[0].short), (bought - 1, 1));
        let one = seats.moves(&given(&[]), &given(&["maps"]), 1);
        assert_eq!(seats.take(&one), Ok(()));
        assert!(seats.take(&one).is_err());
        let back = seats.moves(&given(&["maps"]), &given(&[]), 1);
        assert_eq!(seats.take(&back), Ok(()));
        assert_eq!(seats.take(&one), Ok(()));
    }
}
