//! Ready-made keys, licenses and files for tests: the same in every run. The keys are made from fixed seeds and sign nothing
//! that anyone trusts.
//!
//! `license(OWNER, 7)` is what the demo starts with; change its fields, [`signed`] makes the compact JWS, [`trust`] accepts it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::envelope::sign::{PrivateKey, certify, sign};
use crate::license::{
    CivilDate, Installation, License, LicenseType, ModuleLicense, ModuleName, OwnerName, Timestamp,
    USER_PLAN, UserType,
};
use crate::trust::{Certificate, Trust};

/// The instant that tests take for now: 2026-11-24T09:00:00Z.
pub const NOW: Timestamp = Timestamp(1_795_510_800_000);
/// Code name of the owner of the product.
pub const SUPEROFFICE: &str = "SUPEROFFICE";
/// Code name of a third party.
pub const FJORDMAPS: &str = "FJORDMAPS";

/// The installation that samples are for.
#[must_use]
pub fn installation() -> Installation {
    Installation {
        serial_nr: "1010000042".to_owned(),
        company_name: "Meridian Trading BV".to_owned(),
    }
}

/// The root key.
#[must_use]
pub fn root() -> PrivateKey {
    PrivateKey::from_seed([1; 32])
}

/// Trust in [`root`] alone.
#[must_use]
pub fn trust() -> Trust {
    Trust {
        roots: vec![root().public()],
        denied: Vec::new(),
    }
}

/// The key of an owner.
#[must_use]
pub fn owner_key(owner: &str) -> PrivateKey {
    let mut seed = [2; 32];
    for (place, byte) in owner.bytes().take(seed.len()).enumerate() {
        seed[place] = byte;
    }
    PrivateKey::from_seed(seed)
}

/// What [`root`] says of an owner: valid from 400 days before [`NOW`] for 800 days, addresses on loopback.
#[must_use]
pub fn certificate(owner: &str) -> Certificate {
    let description = match owner {
        SUPEROFFICE => "SuperOffice",
        FJORDMAPS => "Fjord Maps",
        other => other,
    };
    Certificate {
        owner: owner_name(owner),
        description: description.to_owned(),
        key: owner_key(owner).public(),
        not_before: NOW.plus_days(-400),
        not_after: NOW.plus_days(400),
        store_url: Some("http://127.0.0.1:9/store".to_owned()),
        license_url: Some("http://127.0.0.1:9".to_owned()),
        contact_url: Some("mailto:licenses@example.com".to_owned()),
    }
}

/// A license signed by its owner's sample key: the compact JWS.
#[must_use]
pub fn signed(license: &License) -> String {
    let owner = license.owner_name.as_str();
    signed_under(license, &certificate(owner))
}

/// A license signed by its owner's sample key under this certificate.
#[must_use]
pub fn signed_under(license: &License, certificate: &Certificate) -> String {
    let owner = license.owner_name.as_str();
    sign(&owner_key(owner), &certify(&root(), certificate), license)
}

/// Any payload, signed by an owner's sample key: for tests of what must be refused.
#[must_use]
pub fn signed_payload(owner: &str, payload: &str) -> String {
    let genuine = signed(&license(owner, 1));
    let header = genuine.split('.').next().unwrap_or_default();
    owner_key(owner).jws_of(header, &URL_SAFE_NO_PAD.encode(payload))
}

/// An owner's name.
///
/// # Panics
/// When it is not well-formed.
#[must_use]
pub fn owner_name(name: &str) -> OwnerName {
    name.parse().expect("a well-formed owner name")
}

/// A module's name.
///
/// # Panics
/// When it is not well-formed.
#[must_use]
pub fn module_name(name: &str) -> ModuleName {
    name.parse().expect("a well-formed module name")
}

/// The demo's license of an owner, with this sequence: Sales Premium 21, Service Premium 15, Marketing Premium 10, …
#[must_use]
pub fn license(owner: &str, sequence: u64) -> License {
    let today = CivilDate::of_utc(NOW);
    let module_licenses = if owner == FJORDMAPS {
        fjordmaps()
    } else {
        superoffice(owner)
    };
    License {
        company_name: installation().company_name,
        serial_nr: installation().serial_nr,
        owner_name: owner_name(owner),
        owner_description: format!("{} AS", certificate(owner).description),
        next_check_date: Some(today.plus_days(8)),
        maintenance_date: Some(today.plus_days(95)),
        admin_warning_date: Some(today.plus_days(95)),
        expiry_date: Some(today.plus_days(123)),
        grace_date: Some(today.plus_days(135)),
        extra_flags: 0,
        license_url: String::new(),
        license_version: "11.11".to_owned(),
        deployment_type: 1,
        product_type: String::new(),
        product_description: String::new(),
        sequence,
        issued_at: NOW.plus_days(-22),
        limits: Vec::new(),
        module_licenses,
    }
}

/// The modules of the license, for changing one: `module(&mut license, "ten-sales").number_of_licenses = 18`.
///
/// # Panics
/// When there is no such module.
pub fn module<'a>(license: &'a mut License, name: &str) -> &'a mut ModuleLicense {
    let found = license
        .module_licenses
        .iter_mut()
        .find(|module| module.module_name.as_str() == name);
    found.expect("a module of the sample")
}

/// A visible user license.
#[must_use]
pub fn user_license(owner: &str, name: &str, description: &str, number: i32) -> ModuleLicense {
    ModuleLicense {
        owner_name: owner_name(owner),
        module_name: module_name(name),
        module_description: description.to_owned(),
        module_tooltip: String::new(),
        module_version: "11.11".to_owned(),
        license_type: LicenseType::UserLicense,
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

/// Members of Sales Premium (documented set).
const SALES: &str = "user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,sale-cal,t2,\
    saint-cal,target-cal,project-cal,quote-cal,guide-cal,stakeholder-cal,dash-cal,selection-combined-cal";
/// Members of Service Premium.
const SERVICE: &str = "user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,ej-client,\
    ej-mod-spm-cal,t2,dash-cal,guide-cal,project-cal";
/// Members of Marketing Premium.
const MARKETING: &str = "user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,\
    mail-merge-cal,mktg-auto-cal,t2,dash-cal,target-cal,selection-combined-cal";

fn superoffice(owner: &str) -> Vec<ModuleLicense> {
    let plan = |name, description, number, group: &str, set: &str| ModuleLicense {
        extra_flags: USER_PLAN,
        extra_info: format!("set={set}"),
        plan_group: Some(group.to_owned()),
        allowed_user_type: UserType::InternalAssociate,
        ..user_license(owner, name, description, number)
    };
    let mut modules = vec![
        plan("ten-sales", "Sales Premium", 21, "sales", SALES),
        plan("ten-service", "Service Premium", 15, "service", SERVICE),
        plan(
            "ten-marketing",
            "Marketing Premium",
            10,
            "marketing",
            MARKETING,
        ),
        ModuleLicense {
            unrestricted: true,
            ..user_license(owner, "visible-for", "Confidential activities", 1)
        },
        ModuleLicense {
            license_type: LicenseType::SiteLicense,
            ..user_license(owner, "expander-services", "Developer Tools", 1)
        },
    ];
    let mut members: Vec<&str> = [SALES, SERVICE, MARKETING]
        .iter()
        .flat_map(|set| set.split(','))
        .collect();
    members.sort_unstable();
    members.dedup();
    modules.extend(members.into_iter().map(|name| ModuleLicense {
        is_hidden: true,
        ..user_license(owner, name, name, 100)
    }));
    modules
}

fn fjordmaps() -> Vec<ModuleLicense> {
    vec![
        user_license(FJORDMAPS, "maps", "Maps", 12),
        ModuleLicense {
            prerequisite_module_name: Some(module_name("maps")),
            ..user_license(FJORDMAPS, "route-planning", "Route planning", 5)
        },
        user_license(FJORDMAPS, "offline-maps", "Offline maps", 5),
    ]
}
