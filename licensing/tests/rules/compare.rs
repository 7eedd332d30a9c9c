//! What a new license changes, what blocks it, what asks for a person.

#[cfg(target_arch = "wasm32")]
use super::test;

use licensing::compare::{
    Ask, Block, Change, Comparison, LicenseChange, LicenseField, ModuleChange, Use, Uses, compare,
};
use licensing::license::{License, LicenseType, UserType};
use licensing::samples::{SUPEROFFICE, license, module, module_name, user_license};

fn changed(change: impl FnOnce(&mut License)) -> License {
    let mut license = license(SUPEROFFICE, 8);
    change(&mut license);
    license
}

/// Counters: (module, in use now, in use afterwards).
fn uses(counters: &[(&str, i32, i32)]) -> Uses {
    let usage = |in_use, in_use_after| Use {
        in_use,
        in_use_after,
        excluded: 0,
    };
    counters
        .iter()
        .map(|&(name, now, after)| (module_name(name), usage(now, after)))
        .collect()
}

fn compared(new: &License, uses: &Uses) -> Comparison {
    compare(Some(&license(SUPEROFFICE, 7)), new, uses)
}

/// The only changed module.
fn only(new: &License, uses: &Uses) -> ModuleChange {
    let mut modules = compared(new, uses).modules;
    assert_eq!(modules.len(), 1, "{modules:?}");
    modules.remove(0)
}

#[test]
fn fewer_than_in_use_blocks_and_says_how_many_to_remove() {
    let new = changed(|license| module(license, "ten-sales").number_of_licenses = 18);
    let change = only(&new, &uses(&[("ten-sales", 20, 20)]));
    assert_eq!(change.changes, [Change::Number]);
    assert_eq!(change.blocks, Some(Block::TooFew));
    assert_eq!(
        (
            change.difference(),
            change.available_after(),
            change.to_remove()
        ),
        (Some(-3), Some(-2), 2)
    );
    let fits = only(&new, &uses(&[("ten-sales", 18, 18)]));
    assert_eq!(
        (fits.blocks, fits.to_remove(), fits.available_after()),
        (None, 0, Some(0))
    );
}

#[test]
fn use_counts_as_it_will_be_under_the_new_sets() {
    let new =
        changed(|license| module(license, "ten-sales").extra_info = "set=user,web".to_owned());
    let change = only(&new, &uses(&[("ten-sales", 20, 20), ("sale-cal", 20, 0)]));
    assert_eq!(change.changes, [Change::Set]);
    assert_eq!(change.blocks, None);
    assert!(matches!(change.asks.as_slice(), [Ask::PlanLoses(lost)] if lost.len() == 16));
}

#[test]
fn a_hidden_module_is_listed_only_when_it_blocks_with_the_plans_that_bring_it() {
    let new = changed(|license| module(license, "selection-combined-cal").number_of_licenses = 26);
    assert!(
        compared(&new, &uses(&[("selection-combined-cal", 26, 26)]))
            .modules
            .is_empty()
    );
    let change = only(&new, &uses(&[("selection-combined-cal", 28, 28)]));
    assert_eq!(change.to_remove(), 2);
    assert_eq!(
        change.brought_by,
        [module_name("ten-sales"), module_name("ten-marketing")]
    );
}

#[test]
fn what_is_in_use_may_not_disappear() {
    let without = changed(|license| {
        license
            .module_licenses
            .retain(|module| module.module_name.as_str() != "visible-for");
    });
    let change = only(&without, &uses(&[("visible-for", 31, 31)]));
    assert_eq!(
        (change.changes, change.blocks),
        (vec![Change::Removed], Some(Block::Disappears))
    );
    assert_eq!(only(&without, &uses(&[])).blocks, None);
    let site =
        changed(|license| module(license, "visible-for").license_type = LicenseType::SiteLicense);
    assert_eq!(
        only(&site, &uses(&[("visible-for", 31, 31)])).blocks,
        Some(Block::NoUserLicense)
    );
}

#[test]
fn a_ceiling_that_comes_blocks_when_it_is_too_low() {
    let new = changed(|license| {
        let module = module(license, "visible-for");
        (module.unrestricted, module.number_of_licenses) = (false, 30);
    });
    let change = only(&new, &uses(&[("visible-for", 31, 31)]));
    assert_eq!(
        (change.changes.as_slice(), change.to_remove()),
        ([Change::Unrestricted].as_slice(), 1)
    );
    assert_eq!(change.difference(), None);
}

#[test]
fn a_person_is_asked_about_what_somebody_would_miss() {
    let site = changed(|license| {
        license
            .module_licenses
            .retain(|module| module.module_name.as_str() != "expander-services");
    });
    assert_eq!(only(&site, &uses(&[])).asks, [Ask::SiteLicenseDisappears]);
    let new = changed(|license| {
        module(license, "visible-for").allowed_user_type = UserType::InternalAssociate;
    });
    let excluded = [(
        module_name("visible-for"),
        Use {
            in_use: 3,
            in_use_after: 3,
            excluded: 2,
        },
    )];
    let change = only(&new, &Uses::from(excluded));
    assert_eq!(
        (change.changes, change.blocks),
        (vec![Change::UserType], None)
    );
    assert_eq!(change.asks, [Ask::HoldersExcluded(2)]);
}

#[test]
fn a_renewal_shows_its_dates_and_no_module() {
    let new = changed(|license| {
        license.expiry_date = license.expiry_date.map(|date| date.plus_days(365));
    });
    let comparison = compared(&new, &uses(&[("ten-sales", 20, 20)]));
    let [change] = comparison.license.as_slice() else {
        panic!("one change of the license: {comparison:?}")
    };
    assert_eq!(
        (change.field, change.before.as_str(), change.after.as_str()),
        (LicenseField::ExpiryDate, "2027-03-27", "2028-03-26")
    );
    assert!(
        comparison.modules.is_empty()
            && !comparison.is_blocked()
            && !comparison.asks_for_a_person()
    );
}

#[test]
fn another_key_of_the_owner_is_shown_and_asks_for_nobody() {
    let new = changed(|_| ());
    let none = uses(&[]);
    for (before, shown) in [(None, false), (Some("new"), false), (Some("old"), true)] {
        let comparison = compared(&new, &none).with_keys(before, "new");
        let change = LicenseChange {
            field: LicenseField::Key,
            before: "old".to_owned(),
            after: "new".to_owned(),
        };
        assert_eq!(comparison.license.contains(&change), shown);
        assert!(!comparison.is_blocked() && !comparison.asks_for_a_person());
    }
}

#[test]
fn changed_texts_are_counted_and_not_listed() {
    let new = changed(|license| {
        module(license, "ten-sales").module_description = "Sales".to_owned();
        module(license, "web").module_tooltip = "In the browser".to_owned();
    });
    let comparison = compared(&new, &uses(&[]));
    assert_eq!(
        (comparison.descriptions_changed, comparison.modules.len()),
        (2, 0)
    );
}

#[test]
fn added_prerequisites_groups_and_hiding_are_changes() {
    let new = changed(|license| {
        module(license, "ten-sales").plan_group = None;
        module(license, "ten-service").prerequisite_module_name = Some(module_name("visible-for"));
        module(license, "ten-marketing").is_hidden = true;
        license
            .module_licenses
            .push(user_license(SUPEROFFICE, "quote", "Quotes", 5));
    });
    let changes: Vec<Change> = compared(&new, &uses(&[]))
        .modules
        .into_iter()
        .flat_map(|module| module.changes)
        .collect();
    assert_eq!(
        changes,
        [
            Change::Group,
            Change::Prerequisite,
            Change::Hidden,
            Change::Added
        ]
    );
}

#[test]
fn a_first_license_adds_every_visible_module() {
    let comparison = compare(None, &license(SUPEROFFICE, 7), &Uses::new());
    assert_eq!(comparison.modules.len(), 5);
    assert!(
        comparison
            .modules
            .iter()
            .all(|module| module.changes == [Change::Added])
            && comparison.license.is_empty()
    );
}

#[test]
fn what_asks_for_a_person_is_listed_although_it_is_hidden() {
    let mut current = license(SUPEROFFICE, 7);
    module(&mut current, "expander-services").is_hidden = true;
    let new = changed(|license| {
        license
            .module_licenses
            .retain(|module| module.module_name.as_str() != "expander-services");
    });
    let comparison = compare(Some(&current), &new, &uses(&[]));
    assert!(comparison.asks_for_a_person() && !comparison.is_blocked());
    assert_eq!(comparison.modules.len(), 1);
    // A hidden user license that nobody holds goes unseen.
    let mut current = license(SUPEROFFICE, 7);
    let mut spare = user_license(SUPEROFFICE, "spare-cal", "Spare", 5);
    spare.is_hidden = true;
    current.module_licenses.push(spare);
    let comparison = compare(Some(&current), &license(SUPEROFFICE, 8), &uses(&[]));
    assert!(comparison.modules.is_empty());
}

#[test]
fn what_disappears_asks_for_as_many_as_would_still_hold_it() {
    let mut current = license(SUPEROFFICE, 7);
    let mut spare = user_license(SUPEROFFICE, "spare-cal", "Spare", 5);
    spare.is_hidden = true;
    current.module_licenses.push(spare);
    let sales = module(&mut current, "ten-sales");
    sales.extra_info = format!("{},spare-cal", sales.extra_info);
    let new = license(SUPEROFFICE, 8);
    let comparison = compare(Some(&current), &new, &uses(&[("spare-cal", 5, 3)]));
    let change = comparison
        .modules
        .iter()
        .find(|change| change.blocks.is_some());
    let change = change.expect("three were given it by hand");
    assert_eq!(change.blocks, Some(Block::Disappears));
    assert_eq!(change.to_remove(), 3);
    assert_eq!(change.brought_by, [module_name("ten-sales")]);
}
