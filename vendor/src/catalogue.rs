//! What can be sold (the catalogue, a TOML file) and what somebody ordered (the order, another): together a license.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use licensing::license::{
    CivilDate, License, LicenseType, ModuleLicense, ModuleName, OwnerName, PlanLimit, Timestamp,
    USER_PLAN, UserType,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Largest catalogue or order, in bytes.
const FILE_MAX: u64 = 4 * 1024 * 1024;

/// Everything that an owner sells.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Code name of the owner.
    pub owner: OwnerName,
    /// The owner's full name.
    pub description: String,
    /// Version of the product.
    #[serde(default)]
    pub version: String,
    /// The product's name.
    #[serde(default)]
    pub product: String,
    /// The product's type.
    #[serde(default)]
    pub product_type: String,
    /// Kind of deployment.
    #[serde(default = "one")]
    pub deployment_type: i32,
    /// Free flags of the owner.
    #[serde(default)]
    pub extra_flags: i32,
    /// In the order in which consoles show them.
    #[serde(rename = "module")]
    pub modules: Vec<Product>,
}

/// One module that can be sold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Code name.
    pub name: ModuleName,
    /// Name for people.
    pub description: String,
    /// One sentence about it.
    #[serde(default)]
    pub tooltip: String,
    /// Version that it is sold for; absent: the product's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `"SiteLicense"`, `"SatelliteLicense"` or `"UserLicense"` (the default).
    #[serde(rename = "type", default = "user_license")]
    pub license_type: LicenseType,
    /// Who may hold it; absent: anyone.
    #[serde(default)]
    pub allowed_user_type: UserType,
    /// What the plan brings; absent: it is no user plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Vec<ModuleName>>,
    /// A user holds at most one plan of a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Comes with plans, is not shown.
    #[serde(default)]
    pub hidden: bool,
    /// What must be held first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prerequisite: Option<ModuleName>,
    /// Flags of what is no user plan (a user plan's are 1), such as 2 of a plan's marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_flags: Option<i32>,
    /// Where consoles show it; absent: its place in this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_order: Option<i32>,
}

fn user_license() -> LicenseType {
    LicenseType::UserLicense
}

fn one() -> i32 {
    1
}

/// What somebody ordered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// For which installation.
    pub serial_nr: String,
    /// Who buys.
    pub company_name: String,
    /// When consoles ask again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_date: Option<CivilDate>,
    /// End of maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance_date: Option<CivilDate>,
    /// Start of warnings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_warning_date: Option<CivilDate>,
    /// Last day; absent: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<CivilDate>,
    /// Last day of grace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_date: Option<CivilDate>,
    /// The order number; `--reference` wins over it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// How many of each module. What is not named is not sold.
    pub modules: BTreeMap<ModuleName, Quantity>,
    /// Limits of the plan as a whole.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, i32>,
}

/// How many of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quantity {
    /// So many.
    Number(i32),
    /// `"unrestricted"` or `"included"`.
    Word(Word),
}

/// How many, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// As many as wanted.
    Unrestricted,
    /// For everyone: a site license.
    Included,
}

impl Catalogue {
    /// The license that an order comes to.
    ///
    /// # Errors
    /// When it names a module that is not sold, or a number makes no sense.
    pub fn license(
        &self,
        order: &Order,
        sequence: u64,
        issued_at: Timestamp,
    ) -> Result<License, Failure> {
        for name in order.modules.keys() {
            if !self.modules.iter().any(|module| module.name == *name) {
                return Err(Failure::new(format!(
                    "The order names {name}, which the catalogue does not have. Add it to the catalogue, or take it out of the order."
                )));
            }
        }
        let modules = self.modules.iter().zip(0..);
        let sold = modules
            .filter_map(|(module, place)| Some((module, place, *order.modules.get(&module.name)?)));
        let module_licenses: Result<_, _> = sold
            .map(|(module, place, quantity)| self.module_license(module, place, quantity))
            .collect();
        let limits = order.limits.iter().map(|(name, maximum)| PlanLimit {
            name: name.clone(),
            maximum: *maximum,
        });
        Ok(License {
            company_name: order.company_name.clone(),
            serial_nr: order.serial_nr.clone(),
            owner_name: self.owner.clone(),
            owner_description: self.description.clone(),
            next_check_date: order.next_check_date,
            maintenance_date: order.maintenance_date,
            admin_warning_date: order.admin_warning_date,
            expiry_date: order.expiry_date,
            grace_date: order.grace_date,
            extra_flags: self.extra_flags,
            license_url: String::new(),
            license_version: self.version.clone(),
            deployment_type: self.deployment_type,
            product_type: self.product_type.clone(),
            product_description: self.product.clone(),
            sequence,
            issued_at,
            limits: limits.collect(),
            module_licenses: module_licenses?,
        })
    }

    fn module_license(
        &self,
        module: &Product,
        place: i32,
        quantity: Quantity,
    ) -> Result<ModuleLicense, Failure> {
        let (number_of_licenses, unrestricted) = module.counted(quantity)?;
        let set = module.set.as_ref().map(|set| {
            let names: Vec<&str> = set.iter().map(ModuleName::as_str).collect();
            format!("set={}", names.join(","))
        });
        let flags = if set.is_some() { USER_PLAN } else { 0 };
        let is_otherwise = |given: i32| (given == USER_PLAN) != set.is_some();
        if module.extra_flags.is_some_and(is_otherwise) {
            return Err(Failure::new(format!(
                "{}: extra_flags {USER_PLAN} is a user plan, which has a set, and nothing else is. Leave extra_flags away, or mend set.",
                module.name
            )));
        }
        Ok(ModuleLicense {
            owner_name: self.owner.clone(),
            module_name: module.name.clone(),
            module_description: module.description.clone(),
            module_tooltip: module.tooltip.clone(),
            module_version: module
                .version
                .clone()
                .unwrap_or_else(|| self.version.clone()),
            license_type: module.license_type,
            unrestricted,
            allowed_user_type: module.allowed_user_type,
            number_of_licenses,
            extra_flags: module.extra_flags.unwrap_or(flags),
            extra_info: set.unwrap_or_default(),
            sort_order: module.sort_order.unwrap_or(place),
            is_hidden: module.hidden,
            prerequisite_module_name: module.prerequisite.clone(),
            plan_group: module.group.clone(),
        })
    }

    /// Every member of a plan that was ordered by number, with the plans that bring it and how many all of them come to.
    fn needed<'a>(&'a self, order: &Order) -> BTreeMap<&'a ModuleName, Needed<'a>> {
        let mut needed: BTreeMap<&ModuleName, Needed<'_>> = BTreeMap::new();
        for plan in &self.modules {
            let Some(Quantity::Number(number)) = order.modules.get(&plan.name) else {
                continue;
            };
            for member in plan.set.iter().flatten() {
                let needed = needed.entry(member).or_default();
                needed.seats = needed.seats.saturating_add(*number);
                needed.plans.push(&plan.name);
            }
        }
        needed
    }

    /// Raises what plans bring, so that every plan that was bought can be handed out.
    pub fn raise_members(&self, order: &mut Order) {
        for (member, needed) in self.needed(order) {
            if let Some(Quantity::Number(number)) = order.modules.get_mut(member) {
                *number = needed.seats.max(*number);
            }
        }
    }

    /// What in an order is allowed and yet may surprise: a sentence each.
    #[must_use]
    pub fn warnings(&self, order: &Order) -> Vec<String> {
        let needed = self.needed(order).into_iter();
        needed
            .filter_map(|(member, needed)| {
                let Some(Quantity::Number(number)) = order.modules.get(member) else {
                    return None;
                };
                let plans: Vec<&str> = needed.plans.iter().map(|plan| plan.as_str()).collect();
                let short = needed.seats.saturating_sub(*number);
                (short > 0).then(|| {
                    format!(
                        "{member}: {number} are {short} fewer than the plans that bring it ({}) come to, {}. Users who hold several of them take one; else not every plan can be handed out.",
                        plans.join(", "),
                        needed.seats
                    )
                })
            })
            .collect()
    }
}

/// What plans ask of a member.
#[derive(Default)]
struct Needed<'a> {
    /// All plans together.
    seats: i32,
    /// Those that bring it.
    plans: Vec<&'a ModuleName>,
}

impl Product {
    /// Number and whether it is unrestricted, as a license says them.
    fn counted(&self, quantity: Quantity) -> Result<(i32, bool), Failure> {
        let is_user_license = self.license_type == LicenseType::UserLicense;
        let name = &self.name;
        match quantity {
            Quantity::Number(number) if number >= 1 => Ok((number, false)),
            Quantity::Number(number) => Err(Failure::new(format!(
                "{number} of {name}: a license says at least 1. Leave the module out of the order instead.",
            ))),
            Quantity::Word(Word::Unrestricted) if is_user_license => Ok((1, true)),
            Quantity::Word(Word::Unrestricted) => Err(Failure::new(format!(
                "{name} is for everyone: order it as \"included\", not \"unrestricted\"."
            ))),
            Quantity::Word(Word::Included) if !is_user_license => Ok((1, false)),
            Quantity::Word(Word::Included) => Err(Failure::new(format!(
                "{name} is for named users: order a number or \"unrestricted\", not \"included\"."
            ))),
        }
    }
}

/// A catalogue or an order from its file.
///
/// # Errors
/// When it cannot be read or is not one; names the place.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<T, Failure> {
    let named = |fault: String| Failure::new(format!("{}: {fault}", file.display()));
    let length = fs::metadata(file)
        .map_err(|error| named(error.to_string()))?
        .len();
    if length > FILE_MAX {
        return Err(named(format!("larger than {FILE_MAX} bytes")));
    }
    let text = fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    toml::from_str(&text).map_err(|error| named(error.to_string()))
}
