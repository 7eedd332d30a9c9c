//! Steps 4 and 5: whether what was signed makes sense as a license.

use std::collections::{BTreeSet, HashMap};

use super::{CLOCK_TOLERANCE_MS, VerifyCode, VerifyError, strict};
use crate::license::{License, LicenseType, ModuleLicense, ModuleName, NAME_MAX, Timestamp};
use crate::trust::Certificate;

/// How the members of a plan begin in `extra_info`.
const SET: &str = "set=";

/// The license in a signed payload.
pub(super) fn license(
    payload: &[u8],
    certificate: &Certificate,
    now: Timestamp,
) -> Result<License, VerifyError> {
    let license: License = serde_json::from_str(strict::check(payload)?)
        .map_err(|error| VerifyCode::PayloadRefused.because(error.to_string()))?;
    is_whole(&license, certificate)?;
    dates_fit(&license, certificate, now)?;
    Ok(license)
}

/// Step 4: everything belongs to the owner and refers to what is there.
fn is_whole(license: &License, certificate: &Certificate) -> Result<(), VerifyError> {
    let owners = license
        .module_licenses
        .iter()
        .map(|module| &module.owner_name);
    if let Some(foreign) = owners
        .chain([&license.owner_name])
        .find(|owner| **owner != certificate.owner)
    {
        return Err(VerifyCode::OwnerForeign
            .because(format!("{foreign}, certified for {}", certificate.owner)));
    }
    let mut modules = Modules::with_capacity(license.module_licenses.len());
    for module in &license.module_licenses {
        if modules
            .insert(module.module_name.as_str(), module)
            .is_some()
        {
            return Err(VerifyCode::DuplicateModule.because(module.module_name.as_str()));
        }
    }
    let mut nested = None;
    for module in &license.module_licenses {
        group_has_a_name(module)?;
        let plan = members_are_there(module, &modules)?;
        nested = nested.or(plan.map(|plan| (plan, module)));
        if let Some(needed) = &module.prerequisite_module_name
            && !modules.contains_key(needed.as_str())
        {
            return Err(VerifyCode::PrerequisiteUnknown
                .because(format!("{needed} of {}", module.module_name)));
        }
    }
    // Only where a plan is in a plan can plans go in a circle; that they do is the worse of the two.
    if nested.is_some() {
        no_circle(license, &modules, ModuleLicense::set)?;
    }
    no_circle(license, &modules, |module| {
        module.prerequisite_module_name.iter().cloned().collect()
    })?;
    // A plan brings single licenses: `assignment::effective` and the console's look-ups go one step deep.
    match nested {
        Some((plan, of)) => Err(VerifyCode::SetUnknown.because(format!(
            "{} of {} is a plan itself",
            plan.module_name, of.module_name
        ))),
        None => Ok(()),
    }
}

/// The modules of a license by name: looked up, never gone through, so that the answer does not hang on their order in here.
type Modules<'a> = HashMap<&'a str, &'a ModuleLicense>;

fn group_has_a_name(plan: &ModuleLicense) -> Result<(), VerifyError> {
    match &plan.plan_group {
        Some(group) if !(1..=NAME_MAX).contains(&group.len()) => {
            Err(VerifyCode::NameRefused.because(format!("the plan group of {}", plan.module_name)))
        }
        _ => Ok(()),
    }
}

/// Answers the first member that is a plan itself.
fn members_are_there<'a>(
    plan: &ModuleLicense,
    modules: &Modules<'a>,
) -> Result<Option<&'a ModuleLicense>, VerifyError> {
    if !plan.is_user_plan() || plan.extra_info.is_empty() {
        return Ok(None);
    }
    let unknown =
        |name: &str| VerifyCode::SetUnknown.because(format!("{name} of {}", plan.module_name));
    let Some(members) = plan.extra_info.strip_prefix(SET) else {
        return Err(unknown("no set="));
    };
    let mut nested = None;
    for member in members.split(',') {
        let Some(module) = modules.get(member) else {
            // Every module has a well-formed name.
            return Err(match member.parse::<ModuleName>() {
                Ok(_) => unknown(member),
                Err(_) => {
                    VerifyCode::NameRefused.because(format!("a member of {}", plan.module_name))
                }
            });
        };
        if module.license_type != LicenseType::UserLicense {
            return Err(unknown(member));
        }
        if module.is_user_plan() {
            nested = nested.or(Some(*module));
        }
    }
    Ok(nested)
}

/// Whether following `next` from any module comes back to it.
fn no_circle(
    license: &License,
    modules: &Modules<'_>,
    next: impl Fn(&ModuleLicense) -> Vec<ModuleName>,
) -> Result<(), VerifyError> {
    let mut done = BTreeSet::new();
    for start in &license.module_licenses {
        let following = next(start);
        if following.is_empty() || done.contains(&start.module_name) {
            continue;
        }
        // Depth first, by hand, however long the way: (module, what is left to follow from it).
        let mut way = vec![(&start.module_name, following)];
        let mut on_the_way = BTreeSet::from([&start.module_name]);
        while let Some((name, following)) = way.last_mut() {
            let Some(followed) = following.pop() else {
                on_the_way.remove(*name);
                done.insert(name.clone());
                way.pop();
                continue;
            };
            if on_the_way.contains(&followed) {
                return Err(VerifyCode::Circle.because(followed.as_str()));
            }
            let module = modules.get(followed.as_str());
            if let Some(module) = module.filter(|_| !done.contains(&followed)) {
                on_the_way.insert(&module.module_name);
                way.push((&module.module_name, next(module)));
            }
        }
    }
    Ok(())
}

/// Step 5.
fn dates_fit(
    license: &License,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), VerifyError> {
    let in_order = [
        license.admin_warning_date,
        license.expiry_date,
        license.grace_date,
    ];
    if !in_order.iter().flatten().is_sorted() {
        return Err(VerifyCode::DatesRefused.because("not in the order warning, expiry, grace"));
    }
    if license.grace_date.is_some() && license.expiry_date.is_none() {
        return Err(VerifyCode::DatesRefused.because("grace without expiry"));
    }
    let issued = license.issued_at;
    if issued < certificate.not_before || issued > certificate.not_after {
        return Err(VerifyCode::IssuedOutsideCertificate.because(issued.to_string()));
    }
    if issued > now.plus_ms(CLOCK_TOLERANCE_MS) {
        return Err(VerifyCode::IssuedInFuture.because(issued.to_string()));
    }
    Ok(())
}
