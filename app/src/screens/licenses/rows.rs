//! What the table of licences shows, as data: which rows in which group, and the seats of each.

use licensing::license::{License, LicenseType, ModuleLicense};
use licensing::wire::{ModuleUse, OwnerView};

/// The rows of an owner, hidden modules left out, in the owner's order.
pub(super) struct Rows<'a> {
    /// What is assigned to users.
    pub(super) users: Vec<Row<'a>>,
    /// What everybody has; satellites last.
    pub(super) system: Vec<Row<'a>>,
}

/// One module.
pub(super) struct Row<'a> {
    /// What was sold.
    pub(super) sold: &'a ModuleLicense,
    /// Its seats.
    pub(super) seats: Seats,
}

/// The seats of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seats {
    /// So many in use of so many, and a lower total to come.
    Of {
        /// In use.
        in_use: i32,
        /// Bought.
        total: i32,
        /// What a waiting license has instead, where it is less.
        planned: Option<i32>,
    },
    /// So many in use, without a ceiling.
    Unlimited(i32),
    /// For everybody.
    Included,
    /// So many satellites.
    Satellites(i32),
}

impl Seats {
    /// The seats of a module of which so many are in use; `offered` is the license that waits.
    pub(super) fn of(sold: &ModuleLicense, in_use: i32, offered: Option<&License>) -> Self {
        match (sold.license_type, sold.total()) {
            (LicenseType::UserLicense, Some(total)) => {
                // What disappears, or is no user license any more, has no seats to come.
                let planned = offered.and_then(|new| {
                    let after = new.module(&sold.module_name);
                    let seats =
                        after.filter(|after| after.license_type == LicenseType::UserLicense);
                    seats.map_or(Some(0), ModuleLicense::total)
                });
                Self::Of {
                    in_use,
                    total,
                    planned: planned.filter(|planned| *planned < total),
                }
            }
            (LicenseType::UserLicense, None) => Self::Unlimited(in_use),
            (LicenseType::SatelliteLicense, _) if !sold.unrestricted => {
                Self::Satellites(sold.number_of_licenses)
            }
            _ => Self::Included,
        }
    }

    /// How many are left; negative when too many are in use. None where that says nothing.
    pub(super) fn available(self) -> Option<i64> {
        match self {
            Self::Of { in_use, total, .. } => Some(i64::from(total) - i64::from(in_use)),
            _ => None,
        }
    }
}

/// Seats in use of a module of the license in force.
pub(super) fn in_use(modules: &[ModuleUse], sold: &ModuleLicense) -> i32 {
    let found = modules
        .iter()
        .find(|module| module.module == sold.module_name);
    found.map_or(0, |module| module.usage.in_use)
}

/// The rows of an owner's license in force.
pub(super) fn rows(owner: &OwnerView) -> Rows<'_> {
    let mut rows = Rows {
        users: Vec::new(),
        system: Vec::new(),
    };
    let mut satellites = Vec::new();
    let offered = owner.offer.as_ref().map(|offer| &offer.license);
    let sold = owner
        .installed
        .iter()
        .flat_map(|it| &it.license.module_licenses);
    for sold in sold.filter(|sold| !sold.is_hidden) {
        let seats = Seats::of(sold, in_use(&owner.modules, sold), offered);
        let row = Row { sold, seats };
        match sold.license_type {
            LicenseType::UserLicense => rows.users.push(row),
            LicenseType::SatelliteLicense => satellites.push(row),
            LicenseType::SiteLicense | LicenseType::Unknown => rows.system.push(row),
        }
    }
    rows.system.append(&mut satellites);
    rows
}

#[cfg(test)]
mod tests {
    use super::{Seats, rows};
    use crate::screens::licenses::sample::{With as _, license, module, owner};

    fn names(rows: &[super::Row<'_>]) -> Vec<String> {
        let names = rows.iter().map(|row| row.sold.module_name.to_string());
        names.collect()
    }

    #[test]
    fn user_licenses_come_first_and_satellites_last_and_hidden_ones_not_at_all() {
        let license = license(vec![
            module("site", "SiteLicense", 1),
            module("satellite", "SatelliteLicense", 3),
            module("plan", "UserLicense", 21),
            module("hidden", "UserLicense", 100).with(|module| module.is_hidden = true),
            module("other", "SiteLicense", 1),
        ]);
        let owner = owner(Some(license), None, &[("plan", 20)]);
        let rows = rows(&owner);
        assert_eq!(names(&rows.users), ["plan"]);
        assert_eq!(names(&rows.system), ["site", "other", "satellite"]);
        assert_eq!(rows.system[2].seats, Seats::Satellites(3));
        assert_eq!(rows.system[0].seats, Seats::Included);
    }

    #[test]
    fn an_offer_marks_only_a_lower_total() {
        let installed = license(vec![
            module("a", "UserLicense", 21),
            module("b", "UserLicense", 15),
            module("gone", "UserLicense", 4),
            module("any", "UserLicense", 1).with(|module| module.unrestricted = true),
        ]);
        let offered = license(vec![
            module("a", "UserLicense", 18),
            module("b", "UserLicense", 20),
        ]);
        let uses = [("a", 20), ("b", 12), ("gone", 1), ("any", 31)];
        let owner = owner(Some(installed), Some(offered), &uses);
        let seats: Vec<_> = rows(&owner).users.iter().map(|row| row.seats).collect();
        let of = |in_use, total, planned| Seats::Of {
            in_use,
            total,
            planned,
        };
        assert_eq!(
            seats,
            [
                of(20, 21, Some(18)),
                of(12, 15, None),
                of(1, 4, Some(0)),
                Seats::Unlimited(31)
            ]
        );
        let available: Vec<_> = seats.iter().map(|seats| seats.available()).collect();
        assert_eq!(available, [Some(1), Some(3), Some(3), None]);
    }
}
