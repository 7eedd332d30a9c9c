//! What holds whatever the license: random licenses, random changes, random bytes.

#[cfg(target_arch = "wasm32")]
use super::test;

use std::collections::BTreeSet;

use licensing::assignment::{Assignments, effective, freed, moves, recount};
use licensing::compare::{Uses, compare};
use licensing::envelope::{Expected, verify};
use licensing::license::{License, LicenseType, USER_PLAN, UserType};
use licensing::samples::{
    self, NOW, SUPEROFFICE, license, module_name, signed, trust, user_license,
};
use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;

/// Few names, so that licenses share modules.
const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Kind, number, unrestricted, hidden, members (later names only), prerequisite (a later name), user type.
type Terms = (u8, i32, bool, bool, BTreeSet<usize>, Option<usize>, bool);

fn terms() -> impl Strategy<Value = Terms> {
    let names = 0..NAMES.len();
    (
        0..4_u8,
        1..50_i32,
        any::<bool>(),
        any::<bool>(),
        btree_set(names.clone(), 0..4),
        proptest::option::of(names),
        any::<bool>(),
    )
}

/// A license that verifies: members and prerequisites come after what names them, so nothing goes in a circle.
fn licenses() -> impl Strategy<Value = License> {
    btree_map(0..NAMES.len(), terms(), 0..NAMES.len()).prop_map(|modules| {
        let is_plan = |place: &usize| modules.get(place).is_some_and(|terms| terms.0 == 0);
        let is_member = |place: &usize| {
            modules
                .get(place)
                .is_some_and(|terms| terms.0 == 1 || terms.0 == 2)
        };
        let mut license = license(SUPEROFFICE, 8);
        license.module_licenses = modules
            .iter()
            .map(
                |(&place, (kind, number, unrestricted, hidden, members, needs, internal))| {
                    let mut module = user_license(SUPEROFFICE, NAMES[place], NAMES[place], *number);
                    (module.unrestricted, module.is_hidden) = (*unrestricted, *hidden);
                    if *internal {
                        module.allowed_user_type = UserType::InternalAssociate;
                    }
                    if is_plan(&place) {
                        let members = members
                            .iter()
                            .filter(|member| is_member(member))
                            .map(|member| NAMES[*member]);
                        let members = members.collect::<Vec<_>>().join(",");
                        module.extra_flags = USER_PLAN;
                        module.extra_info = if members.is_empty() {
                            members
                        } else {
                            format!("set={members}")
                        };
                    }
                    if *kind == 3 {
                        module.license_type = LicenseType::SiteLicense;
                    }
                    let later =
                        needs.filter(|needed| *needed > place && modules.contains_key(needed));
                    module.prerequisite_module_name =
                        later.map(|needed| module_name(NAMES[needed]));
                    module
                },
            )
            .collect();
        license
    })
}

fn assignments() -> impl Strategy<Value = Assignments> {
    btree_set(0..NAMES.len(), 0..NAMES.len()).prop_map(|places| {
        places
            .into_iter()
            .map(|place| module_name(NAMES[place]))
            .collect()
    })
}

fn verified(compact: &str) -> Option<License> {
    let installation = samples::installation();
    let expected = Expected {
        owner: None,
        installation: &installation,
        now: NOW,
        highest: &[],
    };
    verify(compact, &trust(), &expected)
        .ok()
        .map(|verified| verified.license().clone())
}

/// What a comparison says of the visible modules, done to the old license.
fn applied(current: &License, new: &License) -> License {
    let comparison = compare(Some(current), new, &Uses::new());
    let mut applied = License {
        sequence: new.sequence,
        issued_at: new.issued_at,
        ..current.clone()
    };
    for change in comparison.modules {
        applied
            .module_licenses
            .retain(|module| module.module_name != change.module);
        applied.module_licenses.extend(change.after);
    }
    applied
        .module_licenses
        .sort_by(|a, b| a.module_name.cmp(&b.module_name));
    applied
}

fn visible(license: &License) -> License {
    let mut license = license.clone();
    for module in &mut license.module_licenses {
        module.is_hidden = false;
        if module.unrestricted || module.license_type != LicenseType::UserLicense {
            // A number that says nothing is no change.
            module.number_of_licenses = 1;
        }
    }
    license
}

#[test]
fn comparing_equal_licenses_says_nothing() {
    proptest!(|(license in licenses())| {
        let comparison = compare(Some(&license), &license, &Uses::new());
        prop_assert_eq!(comparison, licensing::compare::Comparison::default());
    });
}

#[test]
fn doing_what_a_comparison_says_gives_the_new_license() {
    proptest!(|(current in licenses(), new in licenses())| {
        let (current, new) = (visible(&current), visible(&new));
        prop_assert_eq!(applied(&current, &new), new);
    });
}

#[test]
fn verifying_what_was_signed_is_what_was_signed() {
    proptest!(ProptestConfig::with_cases(64), |(license in licenses())| {
        prop_assert_eq!(verified(&signed(&license)), Some(license));
    });
}

#[test]
fn a_license_with_any_byte_flipped_is_refused() {
    let compact = signed(&license(SUPEROFFICE, 8));
    proptest!(ProptestConfig::with_cases(512), |(place in 0..compact.len(), bit in 0..7_u8)| {
        let mut bytes = compact.clone().into_bytes();
        bytes[place] ^= 1 << bit;
        let flipped = String::from_utf8(bytes).expect("seven bits are UTF-8");
        prop_assert_eq!(verified(&flipped), None);
    });
}

#[test]
fn any_text_is_refused_without_harm() {
    proptest!(|(text in "\\PC{0,200}", tail in "[A-Za-z0-9_.-]{0,200}")| {
        prop_assert_eq!(verified(&text), None);
        prop_assert_eq!(verified(&format!("eyJ{tail}")), None);
    });
}

#[test]
fn moves_are_the_difference_of_two_counts() {
    proptest!(|(license in licenses(), before in assignments(), after in assignments())| {
        let mut counts = recount(&license, [(&before, 1)]);
        for (module, seats) in moves(&license, &before, &after) {
            *counts.entry(module).or_default() += seats;
        }
        prop_assert_eq!(counts, recount(&license, [(&after, 1)]));
    });
}

#[test]
fn what_was_freed_leaves_no_way_to_the_module_and_breaks_no_prerequisite() {
    proptest!(|(license in licenses(), assignments in assignments(), place in 0..NAMES.len())| {
        let module = module_name(NAMES[place]);
        let before = effective(&license, &assignments);
        let goes = freed(&license, &assignments, &module);
        prop_assert_eq!(goes.is_empty(), !before.contains(&module));
        prop_assert!(goes.is_subset(&assignments));
        let kept = &assignments - &goes;
        let after = effective(&license, &kept);
        prop_assert!(!after.contains(&module));
        for name in &kept {
            let needed = license.module(name).and_then(|module| module.prerequisite_module_name.clone());
            if let Some(needed) = needed {
                prop_assert_eq!(before.contains(&needed), after.contains(&needed));
            }
        }
    });
}
