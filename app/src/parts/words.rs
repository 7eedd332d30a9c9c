//! Names and lists of licenses, in words.

use licensing::license::{License, LicenseType, ModuleLicense, ModuleName, UserType};

use crate::text::{K, fill, joined, now};

/// The name for people of a module; its code name where it has none.
pub(crate) fn name(module: &ModuleLicense) -> String {
    match module.module_description.as_str() {
        "" => module.module_name.to_string(),
        description => description.to_owned(),
    }
}

/// The name for people of a module by its code name; the code name of what is not (or not named) in this license.
pub(crate) fn name_in(license: Option<&License>, module: &ModuleName) -> String {
    let sold = license.and_then(|license| license.module(module));
    sold.map_or_else(|| module.to_string(), name)
}

/// The names for people of several modules, as a list.
pub(crate) fn names_in(license: Option<&License>, modules: &[ModuleName]) -> String {
    let names: Vec<_> = modules.iter().map(|name| name_in(license, name)).collect();
    list(&names)
}

/// "A, B and C".
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [first @ .., last] => fill(
            K::ListAnd,
            &[("list", &joined(first, ", ")), ("last", last.as_str())],
        ),
    }
}

/// What kind of license it is, in words.
pub(crate) fn kind(module: &ModuleLicense) -> &'static str {
    now(match module.license_type {
        LicenseType::UserLicense if module.is_user_plan() => K::KindUserPlan,
        LicenseType::UserLicense => K::KindUserLicence,
        LicenseType::SiteLicense => K::KindSiteLicence,
        LicenseType::SatelliteLicense => K::KindSatellite,
        LicenseType::Unknown => K::KindUnknown,
    })
}

/// A kind of user, in words.
pub(crate) fn users(kind: UserType) -> K {
    match kind {
        UserType::InternalAssociate => K::KindInternal,
        UserType::ResourceAssociate => K::KindResource,
        UserType::ExternalAssociate => K::KindExternal,
        UserType::AnonymousAssociate => K::KindAnonymous,
        UserType::SystemAssociate => K::KindSystem,
        UserType::Unknown => K::KindEverybody,
    }
}
