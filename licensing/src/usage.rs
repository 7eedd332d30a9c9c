//! How many seats a new license would find in use: the counters say it, unless a plan brings other modules than before;
//! and whom a new prerequisite or user type would exclude. [`crate::compare`] judges by it.

use std::collections::BTreeSet;

use crate::assignment::{Assignments, Moves, effective, recount};
use crate::compare::{Use, Uses};
use crate::license::{License, LicenseType, ModuleLicense, ModuleName, UserType};

/// Users of one kind with the same assignments.
#[derive(Clone, Copy, Debug)]
pub struct Holders<'a> {
    /// What each of them was given.
    pub assignments: &'a Assignments,
    /// Their kind.
    pub user_type: UserType,
    /// How many they are.
    pub users: i32,
}

/// Whether a plan brings other modules than before, so that the counters have to be counted anew.
#[must_use]
pub fn sets_change(current: Option<&License>, new: &License) -> bool {
    in_both(current, new).any(|(before, after)| set(before) != set(after))
}

/// Whether [`uses`] has to know who holds what; else the counters are enough.
#[must_use]
pub fn needs_holders(current: Option<&License>, new: &License) -> bool {
    sets_change(current, new) || in_both(current, new).any(|(before, after)| asks(before, after))
}

/// Seats in use now and under the new license, of every module that has a counter or is new. `in_use` has the present
/// counters; `holders` everybody who holds anything, where [`needs_holders`] says so.
#[must_use]
pub fn uses(
    current: Option<&License>,
    new: &License,
    in_use: &Moves,
    holders: &[Holders<'_>],
) -> Uses {
    let recounted = sets_change(current, new).then(|| {
        let groups = holders.iter().map(|group| (group.assignments, group.users));
        recount(new, groups)
    });
    let names: BTreeSet<&ModuleName> = in_use
        .keys()
        .chain(new.module_licenses.iter().map(|module| &module.module_name))
        .collect();
    let mut uses = Uses::new();
    for name in names {
        let now = in_use.get(name).copied().unwrap_or_default();
        let after = recounted.as_ref().map_or(now, |recounted| {
            // What is no user license of the new one cannot be brought by its plans: who was given it holds it still.
            let given = || held_by_hand(name, holders);
            recounted.get(name).copied().unwrap_or_else(given)
        });
        let usage = Use {
            in_use: now,
            in_use_after: after,
            excluded: excluded(current, new, name, holders),
        };
        uses.insert(name.clone(), usage);
    }
    uses
}

fn in_both<'a>(
    current: Option<&'a License>,
    new: &'a License,
) -> impl Iterator<Item = (&'a ModuleLicense, &'a ModuleLicense)> {
    let before = current
        .into_iter()
        .flat_map(|current| &current.module_licenses);
    before.filter_map(|before| Some((before, new.module(&before.module_name)?)))
}

fn set(module: &ModuleLicense) -> BTreeSet<ModuleName> {
    module.set().into_iter().collect()
}

fn asks(before: &ModuleLicense, after: &ModuleLicense) -> bool {
    after.license_type == LicenseType::UserLicense
        && (before.prerequisite_module_name != after.prerequisite_module_name
            || before.allowed_user_type != after.allowed_user_type)
}

fn held_by_hand(name: &ModuleName, holders: &[Holders<'_>]) -> i32 {
    let given = holders
        .iter()
        .filter(|group| group.assignments.contains(name));
    given.map(|group| group.users).sum()
}

/// How many who were given a module would not meet its new prerequisite or user type.
fn excluded(
    current: Option<&License>,
    new: &License,
    name: &ModuleName,
    holders: &[Holders<'_>],
) -> i32 {
    let before = current.and_then(|current| current.module(name));
    let (Some(before), Some(after)) = (before, new.module(name)) else {
        return 0;
    };
    if !asks(before, after) {
        return 0;
    }
    let given = holders
        .iter()
        .filter(|group| group.assignments.contains(name));
    given
        .filter(|group| {
            let other_type = after.allowed_user_type != before.allowed_user_type
                && after.allowed_user_type != UserType::Unknown
                && after.allowed_user_type != group.user_type;
            let missing = after.prerequisite_module_name != before.prerequisite_module_name
                && after
                    .prerequisite_module_name
                    .as_ref()
                    .is_some_and(|first| !effective(new, group.assignments).contains(first));
            other_type || missing
        })
        .map(|group| group.users)
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn license(modules: &Value) -> License {
        let mut license = json!({
            "company_name": "Company", "serial_nr": "1", "owner_name": "OWNER", "sequence": 1,
            "issued_at": "2026-01-01T00:00:00Z", "module_licenses": modules,
        });
        for module in license["module_licenses"].as_array_mut().expect("a list") {
            let fields = module.as_object_mut().expect("an object");
            fields.insert("owner_name".to_owned(), json!("OWNER"));
            fields.entry("license_type").or_insert(json!("UserLicense"));
            fields.entry("number_of_licenses").or_insert(json!(10));
        }
        serde_json::from_value(license).expect("a license")
    }

    fn plan(name: &str, set: &str) -> Value {
        json!({"module_name": name, "extra_flags": 1, "extra_info": format!("set={set}")})
    }

    fn names(names: &[&str]) -> Assignments {
        names
            .iter()
            .map(|name| name.parse().expect("a name"))
            .collect()
    }

    fn counters(counters: &[(&str, i32)]) -> Moves {
        let counters = counters.iter();
        counters
            .map(|(name, seats)| (name.parse().expect("a name"), *seats))
            .collect()
    }

    /// Each module as "name now/after-excluded".
    fn said(uses: &Uses) -> String {
        uses.iter()
            .map(|(name, usage)| {
                let Use {
                    in_use,
                    in_use_after,
                    excluded,
                } = usage;
                format!("{name} {in_use}/{in_use_after}-{excluded}")
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn without_other_sets_the_counters_stay() {
        let current = license(&json!([{"module_name": "a"}]));
        let new =
            license(&json!([{"module_name": "a", "number_of_licenses": 1}, {"module_name": "b"}]));
        assert!(!needs_holders(Some(&current), &new));
        let uses = uses(
            Some(&current),
            &new,
            &counters(&[("a", 4), ("gone", 0)]),
            &[],
        );
        assert_eq!(said(&uses), "a 4/4-0 b 0/0-0 gone 0/0-0");
    }

    #[test]
    fn a_plan_that_brings_other_modules_is_counted_anew() {
        let current = license(
            &json!([plan("sales", "crm,mail"), {"module_name": "crm"}, {"module_name": "mail"}]),
        );
        let new = license(
            &json!([plan("sales", "crm,phone"), {"module_name": "crm"}, {"module_name": "phone"}]),
        );
        assert!(sets_change(Some(&current), &new));
        let (sales, both) = (names(&["sales"]), names(&["sales", "mail"]));
        let holders = [(&sales, 3), (&both, 2)].map(|(assignments, users)| Holders {
            assignments,
            user_type: UserType::InternalAssociate,
            users,
        });
        let in_use = counters(&[("sales", 5), ("crm", 5), ("mail", 5)]);
        let uses = uses(Some(&current), &new, &in_use, &holders);
        assert_eq!(said(&uses), "crm 5/5-0 mail 5/2-0 phone 0/5-0 sales 5/5-0");
    }

    #[test]
    fn holders_who_do_not_meet_a_new_prerequisite_or_user_type_are_counted() {
        let current = license(
            &json!([{"module_name": "maps"}, {"module_name": "routes"}, {"module_name": "rooms"}]),
        );
        let new = license(&json!([
            {"module_name": "maps"},
            {"module_name": "routes", "prerequisite_module_name": "maps"},
            {"module_name": "rooms", "allowed_user_type": "ResourceAssociate"},
        ]));
        assert!(needs_holders(Some(&current), &new));
        assert!(!sets_change(Some(&current), &new));
        let groups = [
            (names(&["maps", "routes"]), UserType::InternalAssociate, 3),
            (names(&["routes"]), UserType::InternalAssociate, 2),
            (names(&["rooms"]), UserType::InternalAssociate, 4),
            (names(&["rooms"]), UserType::ResourceAssociate, 1),
        ];
        let holders = groups
            .each_ref()
            .map(|(assignments, user_type, users)| Holders {
                assignments,
                user_type: *user_type,
                users: *users,
            });
        let in_use = counters(&[("maps", 3), ("routes", 5), ("rooms", 5)]);
        let uses = uses(Some(&current), &new, &in_use, &holders);
        assert_eq!(said(&uses), "maps 3/3-0 rooms 5/5-4 routes 5/5-2");
    }
}
