//! The demo's table, recounted: the users as they are seeded, held against the licenses as they are issued, by the rules themselves.

use std::collections::{BTreeMap, BTreeSet};

use licensing::assignment::{Assignments, Candidate, Moves, may_assign, recount, suggest};
use licensing::compare::{Comparison, Use, compare};
use licensing::license::{CivilDate, License, LicenseType, ModuleLicense, ModuleName, Timestamp};
use serde_json::{Value, json};

use super::goods::{self, OWNERS};
use super::people::{BLOCK, People, User};
use super::scenario::{Scenario, Sequence};

/// The first start: 2026-11-24T09:00:00Z.
const STARTED: Timestamp = Timestamp(1_795_510_800_000);
/// How often the table stands side by side.
const TIMES: [u32; 2] = [1, 3];
const SCENARIOS: [Scenario; 6] = [
    Scenario::Blocked,
    Scenario::Automatic,
    Scenario::DemoVersion,
    Scenario::Offline,
    Scenario::Hidden,
    Scenario::Empty,
];
const SALES: &str = "ten-sales";
const SERVICE: &str = "ten-service";
const MARKETING: &str = "ten-marketing";

fn name(name: &str) -> ModuleName {
    name.parse().expect("a module name")
}

/// As many users as stand side by side.
fn users(times: u32) -> Vec<User> {
    let (mut people, count) = (People::new(STARTED.0, true), BLOCK * times);
    (0..count).map(|place| people.user(place, count)).collect()
}

/// What a user was given of an owner.
fn given(user: &User, owner: &str) -> Assignments {
    let modules = user.assignments.iter();
    modules
        .filter_map(|module| module.strip_prefix(owner)?.strip_prefix('.'))
        .map(name)
        .collect()
}

/// The license that an order of the demo comes to.
fn license(owner: &str, sequence: &Sequence) -> License {
    let catalogue: toml::Table = goods::catalogue(owner).parse().expect("TOML");
    let ordered: toml::Table = sequence.modules.parse().expect("TOML");
    let text = |module: &toml::Value, field: &str| -> Option<String> {
        Some(module.get(field)?.as_str()?.to_owned())
    };
    let module = |module: &toml::Value| -> Option<Value> {
        let quantity = ordered.get(module["name"].as_str()?)?;
        let set = module.get("set").and_then(toml::Value::as_array);
        let set = set.map(|set| {
            set.iter()
                .filter_map(toml::Value::as_str)
                .collect::<Vec<_>>()
        });
        Some(json!({
            "owner_name": owner,
            "module_name": module["name"].as_str(),
            "license_type": text(module, "type").unwrap_or("UserLicense".to_owned()),
            "allowed_user_type": text(module, "allowed_user_type").unwrap_or("Unknown".to_owned()),
            "unrestricted": quantity.as_str() == Some("unrestricted"),
            "number_of_licenses": quantity.as_integer().unwrap_or(1),
            "extra_flags": i32::from(set.is_some()),
            "extra_info": set.map_or(String::new(), |set| format!("set={}", set.join(","))),
            "is_hidden": module.get("hidden").and_then(toml::Value::as_bool).unwrap_or_default(),
            "prerequisite_module_name": text(module, "prerequisite"),
            "plan_group": text(module, "group"),
        }))
    };
    let modules = catalogue["module"].as_array().expect("modules");
    let modules: Vec<Value> = modules.iter().filter_map(module).collect();
    assert_eq!(modules.len(), ordered.len(), "all that is ordered is sold");
    let license = json!({
        "company_name": sequence.company, "serial_nr": sequence.serial_nr, "owner_name": owner,
        "sequence": sequence.sequence, "issued_at": STARTED.to_string(), "module_licenses": modules,
    });
    serde_json::from_value(license).expect("a license")
}

fn issued(scenario: Scenario, owner: &str, number: u64, times: u32) -> License {
    let sequences = scenario.sequences(owner, times);
    let found = sequences
        .iter()
        .rfind(|sequence| sequence.sequence == number);
    license(owner, found.expect("it is issued"))
}

fn in_use(license: &License, users: &[User]) -> Moves {
    let owner = license.owner_name.as_str();
    let given: Vec<Assignments> = users.iter().map(|user| given(user, owner)).collect();
    recount(license, given.iter().map(|given| (given, 1)))
}

fn compared(scenario: Scenario, times: u32) -> Comparison {
    let installed = issued(scenario, OWNERS[0], 7, times);
    let uses = in_use(&installed, &users(times)).into_iter();
    let uses = uses.map(|(module, in_use)| {
        let in_use_after = in_use;
        (
            module,
            Use {
                in_use,
                in_use_after,
                excluded: 0,
            },
        )
    });
    compare(
        Some(&installed),
        &issued(scenario, OWNERS[0], 8, times),
        &uses.collect(),
    )
}

/// What blocks, and how many have to be removed.
fn blocked(comparison: &Comparison) -> Vec<(&str, i32)> {
    let blocking = comparison.modules.iter();
    blocking
        .filter(|module| module.blocks.is_some())
        .map(|module| (module.module.as_str(), module.to_remove()))
        .collect()
}

fn scaled(times: u32) -> i32 {
    i32::try_from(times).expect("a few")
}

#[test]
fn every_use_and_every_total_is_that_of_the_table() {
    /// Module, in use, total in 7, in 8, in 9; a site license has no use and no total.
    type Row = (&'static str, i32, Option<i32>, Option<i32>, Option<i32>);
    const SUPEROFFICE: [Row; 4] = [
        (SALES, 20, Some(21), Some(18), Some(25)),
        (SERVICE, 12, Some(15), Some(20), Some(20)),
        (MARKETING, 10, Some(10), Some(10), Some(12)),
        ("visible-for", 31, None, None, None),
    ];
    const FJORDMAPS: [(&str, i32, i32, i32); 3] = [
        ("maps", 9, 12, 15),
        ("route-planning", 3, 5, 5),
        ("offline-maps", 0, 5, 5),
    ];
    for times in TIMES {
        let (users, k) = (users(times), scaled(times));
        let of = |owner, number| issued(Scenario::Blocked, owner, number, times);
        let licenses = [7, 8, 9].map(|number| of(OWNERS[0], number));
        let uses = in_use(&licenses[0], &users);
        let total = |license: &License, module: &str| license.module(&name(module))?.total();
        for (module, used, seven, eight, nine) in SUPEROFFICE {
            assert_eq!(uses[&name(module)], used * k, "{module}");
            let totals = licenses.each_ref().map(|license| total(license, module));
            let expected = [seven, eight, nine].map(|total| Some(total? * k));
            assert_eq!(totals, expected, "{module}");
        }
        let site = |license: &License, module: &str| {
            let module = license.module(&name(module));
            module.is_some_and(|module| module.license_type == LicenseType::SiteLicense)
        };
        for (module, expected) in [
            ("expander-services", [true, true, true]),
            ("saint", [false, true, true]),
        ] {
            let there = licenses.each_ref().map(|license| site(license, module));
            assert_eq!(there, expected, "{module}");
        }
        let maps = [3, 4].map(|number| of(OWNERS[1], number));
        let uses = in_use(&maps[0], &users);
        for (module, used, three, four) in FJORDMAPS {
            assert_eq!(uses[&name(module)], used * k, "{module}");
            let totals = maps.each_ref().map(|license| total(license, module));
            assert_eq!(totals, [Some(three * k), Some(four * k)], "{module}");
        }
    }
}

#[test]
fn hidden_members_are_about_fifteen_a_plan_and_a_hundred_of_each() {
    for times in TIMES {
        let license = issued(Scenario::Blocked, OWNERS[0], 7, times);
        let mut members = BTreeSet::new();
        for plan in [SALES, SERVICE, MARKETING].map(name) {
            let set = license.module(&plan).expect("it is sold").set();
            assert!((13..=18).contains(&set.len()), "{plan}: {}", set.len());
            members.extend(set);
        }
        let hidden: BTreeSet<ModuleName> = license
            .module_licenses
            .iter()
            .filter(|module| module.is_hidden)
            .map(|module| module.module_name.clone())
            .collect();
        assert_eq!(
            members, hidden,
            "hidden is what plans bring, and nothing else"
        );
        let uses = in_use(&license, &users(times));
        for member in &hidden {
            let total = license.module(member).and_then(ModuleLicense::total);
            assert_eq!(total, Some(100 * scaled(times)), "{member}");
            assert!((1..=39 * scaled(times)).contains(&uses[member]), "{member}");
        }
    }
}

#[test]
fn two_hold_sales_and_marketing_one_sales_and_service_and_39_a_plan() {
    for times in TIMES {
        let mut combinations: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
        for user in users(times) {
            let given = given(&user, OWNERS[0]);
            let plans = [SALES, SERVICE, MARKETING];
            let held = plans.into_iter().filter(|plan| given.contains(&name(plan)));
            *combinations.entry(held.collect()).or_default() += 1;
        }
        let expected = [
            (vec![], 25),
            (vec![MARKETING], 8),
            (vec![SALES], 17),
            (vec![SALES, MARKETING], 2),
            (vec![SALES, SERVICE], 1),
            (vec![SERVICE], 11),
        ];
        let expected = expected.map(|(plans, users)| (plans, users * times));
        assert_eq!(combinations, BTreeMap::from(expected));
    }
}

#[test]
fn everything_that_anybody_holds_could_have_been_assigned() {
    for owner in OWNERS {
        let first = Scenario::Blocked.sequences(owner, 1)[0].sequence;
        let license = issued(Scenario::Blocked, owner, first, 1);
        let mut in_use = recount(&license, []);
        for user in users(1) {
            let mut held = Assignments::new();
            let user_type = serde_json::from_value(json!(user.user_type)).expect("a user type");
            for module in given(&user, owner) {
                let moves = may_assign(&license, user_type, &held, &module, &in_use);
                for (counter, seats) in moves.expect("it may") {
                    *in_use.entry(counter).or_default() += seats;
                }
                held.insert(module);
            }
        }
    }
}

#[test]
fn who_cannot_log_in_and_who_left_are_suggested_first() {
    for times in TIMES {
        let users = users(times);
        let with_ids = (1..).zip(&users);
        let holders: Vec<(i32, &User)> = with_ids
            .filter(|(_, user)| given(user, OWNERS[0]).contains(&name(SALES)))
            .collect();
        let who = |is: fn(&User) -> bool| -> Vec<i32> {
            let found = holders.iter().filter(|(_, user)| is(user));
            found.map(|(id, _)| *id).collect()
        };
        let cannot_log_in = who(|user| !user.can_log_in);
        let left = who(|user| user.former_employee);
        assert_eq!(cannot_log_in.len(), times as usize);
        assert_eq!(left.len(), times as usize);
        let candidates: Vec<Candidate> = holders
            .iter()
            .map(|(id, user)| Candidate {
                user: *id,
                can_log_in: user.can_log_in,
                former_employee: user.former_employee,
                waiting_for_approval: false,
                contained: false,
                last_sign_in: user.last_sign_in.map(|at| CivilDate::of_utc(Timestamp(at))),
            })
            .collect();
        let first = suggest(&candidates, CivilDate::of_utc(STARTED), 2 * times as usize);
        assert_eq!(first, [cannot_log_in, left].concat());
    }
}

#[test]
fn each_scenario_shows_its_day() {
    for times in TIMES {
        let two = 2 * scaled(times);
        assert_eq!(blocked(&compared(Scenario::Blocked, times)), [(SALES, two)]);
        let fits = compared(Scenario::Automatic, times);
        assert!(!fits.is_blocked() && !fits.asks_for_a_person());
        let sales = fits
            .modules
            .iter()
            .find(|module| module.module == name(SALES));
        let sales = sales.and_then(|sales| sales.after.as_ref()?.total());
        assert_eq!(sales, Some(22 * scaled(times)));
        let hidden = compared(Scenario::Hidden, times);
        assert_eq!(blocked(&hidden), [("selection-combined-cal", two)]);
        let member = &hidden.modules[0];
        assert_eq!(member.usage.in_use, 28 * scaled(times));
        assert_eq!(member.brought_by, [SALES, MARKETING].map(name));
        assert_eq!(hidden.modules.len(), 1, "the plans stay as they are");
    }
}

#[test]
fn every_scenario_issues_each_file_once_and_counts_up() {
    for scenario in SCENARIOS {
        let mut names = BTreeSet::new();
        for owner in OWNERS {
            let mut highest: BTreeMap<&str, u64> = BTreeMap::new();
            let sequences = scenario.sequences(owner, 1);
            for sequence in &sequences {
                let before = highest.insert(sequence.serial_nr, sequence.sequence);
                assert!(before < Some(sequence.sequence), "{scenario}");
                assert!(names.insert(format!("{}.lic", sequence.name(owner))));
                license(owner, sequence);
            }
            let installed = sequences.iter().filter(|sequence| sequence.installed);
            assert_eq!(installed.count(), usize::from(scenario.has_licenses()));
        }
        for (from, to) in goods::FILES {
            assert!(
                names.contains(from) || to == "other-company.lic",
                "{scenario}: {from}"
            );
        }
    }
}

#[test]
fn a_demo_version_finds_a_license_that_fits_under_its_new_serial_number() {
    for owner in OWNERS {
        let sequences = Scenario::DemoVersion.sequences(owner, 1);
        let published: Vec<(&str, u64)> = sequences
            .iter()
            .filter(|sequence| !sequence.held)
            .map(|sequence| (sequence.serial_nr, sequence.sequence))
            .collect();
        let first = sequences[0].sequence;
        let expected = [(goods::DEMO_SERIAL_NR, first), (goods::SERIAL_NR, first)];
        assert_eq!(published, expected);
        assert_eq!(sequences[0].modules, sequences[1].modules);
    }
}

#[test]
fn associates_and_others_are_as_many_as_promised_and_the_administrator_is_first() {
    for times in TIMES {
        let users = users(times);
        assert_eq!(users[0].user_id, "admin");
        let kinds = ["InternalAssociate", "SystemAssociate", "AnonymousAssociate"];
        let kinds = kinds.map(|kind| users.iter().filter(|user| user.user_type == kind).count());
        assert_eq!(kinds[0], 58 * times as usize);
        assert_eq!(kinds[1] + kinds[2], 6 * times as usize);
        for other in users
            .iter()
            .filter(|user| user.user_type != "InternalAssociate")
        {
            assert!(other.first_name.is_empty() && other.last_name.is_empty());
            assert!(!other.full_name.is_empty() && other.assignments.is_empty());
        }
    }
}
