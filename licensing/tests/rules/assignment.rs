//! Who may hold what, what goes along, whom to free.

#[cfg(target_arch = "wasm32")]
use super::test;

use licensing::assignment::{
    Access, Assignments, Candidate, Moves, Reason, Refusal, Shortage, effective, freed, may_access,
    may_assign, may_change, moves, plans_around, reason, recount, suggest, without,
};
use licensing::license::{CivilDate, License, UserType};
use licensing::samples::{FJORDMAPS, NOW, SUPEROFFICE, license, module, module_name};

fn held(names: &[&str]) -> Assignments {
    names.iter().map(|name| module_name(name)).collect()
}

fn counters(counters: &[(&str, i32)]) -> Moves {
    counters
        .iter()
        .map(|&(name, in_use)| (module_name(name), in_use))
        .collect()
}

fn refusals(
    license: &License,
    user_type: UserType,
    assignments: &[&str],
    module: &str,
    in_use: &Moves,
) -> Vec<Refusal> {
    may_assign(
        license,
        user_type,
        &held(assignments),
        &module_name(module),
        in_use,
    )
    .err()
    .unwrap_or_default()
}

fn employee(assignments: &[&str], module: &str) -> Vec<Refusal> {
    refusals(
        &license(SUPEROFFICE, 7),
        UserType::InternalAssociate,
        assignments,
        module,
        &Moves::new(),
    )
}

#[test]
fn a_plan_brings_its_members_and_two_plans_share_a_seat() {
    let license = license(SUPEROFFICE, 7);
    let sales = effective(&license, &held(&["ten-sales"]));
    assert_eq!(sales.len(), 19);
    let moved = moves(
        &license,
        &held(&["ten-sales"]),
        &held(&["ten-sales", "ten-marketing"]),
    );
    let expected = counters(&[
        ("ten-marketing", 1),
        ("mail-merge-cal", 1),
        ("mktg-auto-cal", 1),
    ]);
    assert_eq!(moved, expected);
    // A site license takes no seat, nor does what is not sold.
    assert!(effective(&license, &held(&["expander-services", "maps"])).is_empty());
}

#[test]
fn a_recount_has_a_line_for_every_user_license() {
    let license = license(FJORDMAPS, 3);
    let (both, maps) = (held(&["maps", "route-planning"]), held(&["maps"]));
    let counted = recount(&license, [(&both, 3), (&maps, 6)]);
    assert_eq!(
        counted,
        counters(&[("maps", 9), ("route-planning", 3), ("offline-maps", 0)])
    );
}

#[test]
fn what_may_be_assigned_says_which_counters_move() {
    let moved = may_assign(
        &license(FJORDMAPS, 3),
        UserType::SystemAssociate,
        &held(&["maps"]),
        &module_name("route-planning"),
        &counters(&[("maps", 12), ("route-planning", 4)]),
    );
    assert_eq!(moved, Ok(counters(&[("route-planning", 1)])));
}

#[test]
fn every_reason_against_an_assignment_is_named() {
    let module = module_name;
    assert_eq!(employee(&[], "maps"), [Refusal::NotSold(module("maps"))]);
    assert_eq!(
        employee(&[], "web"),
        [Refusal::NotAssignable(module("web"))]
    );
    assert_eq!(
        employee(&[], "expander-services"),
        [Refusal::NotAssignable(module("expander-services"))]
    );
    assert_eq!(
        employee(&["visible-for"], "visible-for"),
        [Refusal::AlreadyAssigned(module("visible-for"))]
    );
    let full = counters(&[("ten-sales", 21), ("user", 100)]);
    let sold = license(SUPEROFFICE, 7);
    let system = refusals(&sold, UserType::SystemAssociate, &[], "ten-sales", &full);
    let short = |name: &str, bought| {
        Refusal::NoSeat(Shortage {
            module: module(name),
            bought,
            in_use: bought,
            short: 1,
        })
    };
    let allowed = UserType::InternalAssociate;
    assert_eq!(
        system,
        [
            Refusal::UserTypeNotAllowed {
                module: module("ten-sales"),
                allowed
            },
            short("ten-sales", 21),
            short("user", 100),
        ]
    );
}

#[test]
fn a_user_holds_at_most_one_plan_of_a_group() {
    let mut license = license(SUPEROFFICE, 7);
    module(&mut license, "ten-marketing").plan_group = Some("sales".to_owned());
    let refused = refusals(
        &license,
        UserType::InternalAssociate,
        &["ten-sales"],
        "ten-marketing",
        &Moves::new(),
    );
    assert_eq!(
        refused,
        [Refusal::PlanOfGroup {
            module: module_name("ten-marketing"),
            holds: module_name("ten-sales")
        }]
    );
    assert!(employee(&["ten-sales"], "ten-marketing").is_empty());
}

#[test]
fn a_prerequisite_is_met_by_holding_it_by_a_plan_or_by_everyone_having_it() {
    let mut license = license(SUPEROFFICE, 7);
    let mut asked = |needed: &str, holds: &[&str]| {
        module(&mut license, "visible-for").prerequisite_module_name = Some(module_name(needed));
        refusals(
            &license,
            UserType::InternalAssociate,
            holds,
            "visible-for",
            &Moves::new(),
        )
    };
    let missing = Refusal::PrerequisiteMissing {
        module: module_name("visible-for"),
        prerequisite: module_name("web"),
    };
    assert_eq!(asked("web", &[]), [missing]);
    assert!(asked("web", &["ten-service"]).is_empty());
    assert!(asked("expander-services", &[]).is_empty());
}

#[test]
fn freeing_takes_what_brings_the_module_and_what_needs_it() {
    let maps = license(FJORDMAPS, 3);
    let everything = held(&["maps", "route-planning", "offline-maps"]);
    assert_eq!(
        freed(&maps, &everything, &module_name("maps")),
        held(&["maps", "route-planning"])
    );
    assert_eq!(
        freed(&maps, &everything, &module_name("route-planning")),
        held(&["route-planning"])
    );
    assert!(freed(&maps, &held(&["offline-maps"]), &module_name("maps")).is_empty());
    let mut sold = license(SUPEROFFICE, 7);
    module(&mut sold, "visible-for").prerequisite_module_name = Some(module_name("sale-cal"));
    let holds = held(&["ten-sales", "ten-marketing", "visible-for"]);
    assert_eq!(
        freed(&sold, &holds, &module_name("selection-combined-cal")),
        holds
    );
    assert_eq!(
        freed(&sold, &holds, &module_name("mail-merge-cal")),
        held(&["ten-marketing"])
    );
}

#[test]
fn giving_up_one_license_takes_what_needs_it_and_leaves_the_plans() {
    let maps = license(FJORDMAPS, 3);
    let everything = held(&["maps", "route-planning", "offline-maps"]);
    assert_eq!(
        without(&maps, &everything, &module_name("maps")),
        held(&["offline-maps"])
    );
    let mut sold = license(SUPEROFFICE, 7);
    module(&mut sold, "visible-for").prerequisite_module_name = Some(module_name("web"));
    let holds = held(&["ten-sales", "ten-service", "visible-for"]);
    // Service brings web, too.
    assert_eq!(
        without(&sold, &holds, &module_name("ten-sales")),
        held(&["ten-service", "visible-for"])
    );
    assert_eq!(
        without(&sold, &held(&["ten-sales"]), &module_name("ten-sales")),
        held(&[])
    );
}

/// Why a user of Fjord Maps may not go from one set to another.
fn changed(before: &[&str], after: &[&str], in_use: &[(&str, i32)]) -> Vec<Refusal> {
    let license = license(FJORDMAPS, 3);
    let internal = UserType::InternalAssociate;
    let may = may_change(
        &license,
        internal,
        &held(before),
        &held(after),
        &counters(in_use),
    );
    may.err().unwrap_or_default()
}

#[test]
fn a_change_is_judged_as_a_whole() {
    let missing = Refusal::PrerequisiteMissing {
        module: module_name("route-planning"),
        prerequisite: module_name("maps"),
    };
    assert!(changed(&[], &["maps", "route-planning"], &[]).is_empty());
    assert!(changed(&["maps", "route-planning"], &[], &[]).is_empty());
    assert_eq!(
        changed(&["maps", "route-planning"], &["route-planning"], &[]),
        std::slice::from_ref(&missing)
    );
    assert_eq!(changed(&[], &["route-planning"], &[]), [missing]);
    // What they hold against the rules already does not stand in the way.
    assert!(
        changed(
            &["route-planning"],
            &["route-planning", "offline-maps"],
            &[]
        )
        .is_empty()
    );
    // The seat that is given back is not the one that is missing.
    let full = [("maps", 12), ("offline-maps", 5)];
    assert!(changed(&["maps"], &["maps"], &full).is_empty());
    let short = Refusal::NoSeat(Shortage {
        module: module_name("offline-maps"),
        bought: 5,
        in_use: 5,
        short: 1,
    });
    assert_eq!(changed(&["maps"], &["offline-maps"], &full), [short]);
}

#[test]
fn a_former_employee_is_given_nothing_more_and_who_becomes_one_gives_back_everything() {
    let access = |can_log_in, former_employee| Access {
        can_log_in,
        former_employee,
    };
    let (works, marked, left) = (access(true, false), access(true, true), access(false, true));
    let refused = Err(Refusal::FormerEmployee);
    assert_eq!(may_access(works, works, true, true), Ok(()));
    assert_eq!(may_access(works, left, true, false), refused);
    assert_eq!(may_access(works, marked, false, false), refused);
    assert_eq!(may_access(works, left, false, false), Ok(()));
    // Marked by an import, which freed nothing.
    assert_eq!(may_access(marked, marked, true, false), Ok(()));
    assert_eq!(may_access(marked, marked, true, true), refused);
    assert_eq!(may_access(left, marked, false, false), refused);
    assert_eq!(may_access(left, works, true, true), Ok(()));
}

fn day(days_ago: i64) -> Option<CivilDate> {
    Some(CivilDate::of_utc(NOW).plus_days(-days_ago))
}

fn candidate(user: i32, last_sign_in: Option<CivilDate>) -> Candidate {
    Candidate {
        user,
        can_log_in: true,
        former_employee: false,
        waiting_for_approval: false,
        contained: false,
        last_sign_in,
    }
}

#[test]
fn whom_to_free_first() {
    let candidates = [
        candidate(1, day(0)),
        candidate(2, day(400)),
        Candidate {
            former_employee: true,
            ..candidate(3, day(10))
        },
        candidate(4, None),
        Candidate {
            can_log_in: false,
            ..candidate(5, day(1))
        },
        candidate(6, day(400)),
        Candidate {
            can_log_in: false,
            former_employee: true,
            ..candidate(7, day(1))
        },
        Candidate {
            can_log_in: false,
            waiting_for_approval: true,
            ..candidate(8, None)
        },
        Candidate {
            contained: true,
            ..candidate(9, day(0))
        },
        candidate(10, day(59)),
    ];
    let today = CivilDate::of_utc(NOW);
    let suggest = |count| suggest(&candidates, today, count);
    assert_eq!(suggest(100), [7, 5, 3, 4, 2, 6, 9, 8, 10, 1]);
    assert_eq!(suggest(2), [7, 5]);
    assert!(suggest(0).is_empty());
}

#[test]
fn a_plan_is_idle_beside_one_that_contains_it() {
    let mut sold = license(SUPEROFFICE, 7);
    let seats = sold
        .module(&module_name("visible-for"))
        .cloned()
        .expect("it is sold");
    let given = |name: &str, set: &str, needs: Option<&str>| {
        let mut given = seats.clone();
        given.module_name = module_name(name);
        given.extra_flags = i32::from(!set.is_empty());
        given.extra_info = format!("set={set}");
        given.prerequisite_module_name = needs.map(module_name);
        given
    };
    sold.module_licenses = vec![
        given("user", "", None),
        given("web", "", None),
        given("large", "user,web", None),
        given("small", "web", None),
        given("twin", "web,user", None),
        given("needed", "user", None),
        given("extra", "", Some("needed")),
    ];
    let around = |name: &str| -> Vec<String> {
        plans_around(&sold, &module_name(name))
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(around("small"), ["large", "twin"]);
    assert!(around("large").is_empty());
    assert_eq!(around("twin"), ["large"]);
    // Something requires it, so it is not idle.
    assert!(around("needed").is_empty());
    assert!(around("user").is_empty());
    assert!(around("nobody-sells-this").is_empty());
}

#[test]
fn a_reason_is_the_most_convincing_one() {
    let today = CivilDate::of_utc(NOW);
    let reason = |candidate: &Candidate| reason(candidate, today);
    assert_eq!(reason(&candidate(1, day(59))), None);
    assert_eq!(
        reason(&candidate(1, day(60))),
        Some(Reason::DaysWithoutSignIn(60))
    );
    assert_eq!(reason(&candidate(1, None)), Some(Reason::NeverSignedIn));
    let former = Candidate {
        former_employee: true,
        ..candidate(1, day(1))
    };
    assert_eq!(reason(&former), Some(Reason::FormerEmployee));
    assert_eq!(
        reason(&Candidate {
            can_log_in: false,
            ..former
        }),
        Some(Reason::CannotLogIn)
    );
    let waiting = Candidate {
        can_log_in: false,
        waiting_for_approval: true,
        ..candidate(1, None)
    };
    assert_eq!(reason(&waiting), Some(Reason::WaitingForApproval));
    let contained = Candidate {
        contained: true,
        ..candidate(1, day(1))
    };
    assert_eq!(reason(&contained), Some(Reason::Contained));
    // Who has not signed in for long is convincing anyway.
    let long = Candidate {
        last_sign_in: day(90),
        ..contained
    };
    assert_eq!(reason(&long), Some(Reason::DaysWithoutSignIn(90)));
}
