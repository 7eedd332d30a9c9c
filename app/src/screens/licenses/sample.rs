//! Licenses and owners for the tests of this screen.

use licensing::compare::Use;
use licensing::license::{CivilDate, License, LicenseType, ModuleLicense, Timestamp, UserType};
use licensing::standing::standing;
use licensing::wire::{Activation, Check, Installed, ModuleUse, Offer, Origin, OwnerView};

/// A module of this type and number.
pub(super) fn module(name: &str, license_type: &str, number: i32) -> ModuleLicense {
    ModuleLicense {
        owner_name: "OWNER".parse().expect("a name"),
        module_name: name.parse().expect("a name"),
        module_description: String::new(),
        module_tooltip: String::new(),
        module_version: String::new(),
        license_type: match license_type {
            "UserLicense" => LicenseType::UserLicense,
            "SiteLicense" => LicenseType::SiteLicense,
            _ => LicenseType::SatelliteLicense,
        },
        unrestricted: false,
        allowed_user_type: UserType::Unknown,
        number_of_licenses: number,
        extra_flags: 0,
        extra_info: String::new(),
        sort_order: 0,
        is_hidden: false,
        prerequisite_module_name: None,
        plan_group: None,
    }
}

/// The same with a change.
pub(super) trait With: Sized {
    /// With this change.
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl With for ModuleLicense {}

/// A license of these modules, sequence 7.
pub(super) fn license(modules: Vec<ModuleLicense>) -> License {
    License {
        company_name: "Company".to_owned(),
        serial_nr: "1".to_owned(),
        owner_name: "OWNER".parse().expect("a name"),
        owner_description: String::new(),
        next_check_date: None,
        maintenance_date: None,
        admin_warning_date: None,
        expiry_date: None,
        grace_date: None,
        extra_flags: 0,
        license_url: String::new(),
        license_version: String::new(),
        deployment_type: 0,
        product_type: String::new(),
        product_description: String::new(),
        sequence: 7,
        issued_at: Timestamp(0),
        limits: Vec::new(),
        module_licenses: modules,
    }
}

/// An owner with a license in force, one (sequence 8) that waits, and seats in use.
pub(super) fn owner(
    installed: Option<License>,
    offered: Option<License>,
    uses: &[(&str, i32)],
) -> OwnerView {
    let today = CivilDate::of_utc(Timestamp(0));
    let modules = uses.iter().zip(1..).map(|((name, in_use), id)| ModuleUse {
        id,
        module: name.parse().expect("a name"),
        usage: Use {
            in_use: *in_use,
            in_use_after: *in_use,
            excluded: 0,
        },
    });
    OwnerView {
        id: 1,
        owner: "OWNER".parse().expect("a name"),
        description: "Owner".to_owned(),
        revision: 1,
        activation: Activation::Automatic,
        installed: installed.map(|license| Installed {
            standing: standing(&license, today),
            license,
            sha256: "seven".to_owned(),
            key: "key".to_owned(),
            installed_at: Timestamp(0),
            activated_by: None,
            origin: Origin::LicenseServer,
            for_former_serial_nr: false,
            trust_problem: None,
            looks_frozen: false,
        }),
        offer: offered.map(|license| Offer {
            license: License {
                sequence: 8,
                ..license
            },
            sha256: "eight".to_owned(),
            key: "key".to_owned(),
            received_at: Timestamp(0),
            origin: Origin::LicenseServer,
            changes_installation: None,
        }),
        activated: None,
        modules: modules.collect(),
        check: Check::default(),
        store_url: None,
        contact_url: None,
    }
}
