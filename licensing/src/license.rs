//! The license as its owner writes it: who it is for, until when, and which modules how many times.
//!
//! Field names are the documented ones (`LicenseInfo`, `ModuleLicense`) in `snake_case`. These types parse; whether a
//! license makes sense as a whole is [`crate::envelope`]'s question.

mod dates;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

pub use dates::{CivilDate, DAY_MS, MalformedDate, Timestamp, rfc3339};

/// Longest name of a module, an owner or a plan group, in bytes (module-licenses: 239).
pub const NAME_MAX: usize = 239;

/// A license: everything that one owner sold to one installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// The company that bought it.
    pub company_name: String,
    /// The installation that it is for.
    pub serial_nr: String,
    /// Who issued it.
    pub owner_name: OwnerName,
    /// The owner's full name, for people.
    #[serde(default)]
    pub owner_description: String,
    /// When to ask the license server next.
    #[serde(default)]
    pub next_check_date: Option<CivilDate>,
    /// End of maintenance.
    #[serde(default)]
    pub maintenance_date: Option<CivilDate>,
    /// From when on administrators are warned.
    #[serde(default)]
    pub admin_warning_date: Option<CivilDate>,
    /// The last day in force; none: forever.
    #[serde(default)]
    pub expiry_date: Option<CivilDate>,
    /// The last day of grace after the expiry.
    #[serde(default)]
    pub grace_date: Option<CivilDate>,
    /// Free flags of the owner.
    #[serde(default)]
    pub extra_flags: i32,
    /// Where the owner says that licenses come from; never a source of addresses (the certificate is).
    #[serde(default)]
    pub license_url: String,
    /// Version of the product, as text.
    #[serde(default)]
    pub license_version: String,
    /// Kind of deployment (documented sample: 1).
    #[serde(default)]
    pub deployment_type: i32,
    /// The product's type.
    #[serde(default)]
    pub product_type: String,
    /// The product's name, for people.
    #[serde(default)]
    pub product_description: String,
    /// Grows with every issue for this serial number; 1 to [`SEQUENCE_MAX`].
    pub sequence: u64,
    /// When it was signed.
    #[serde(with = "rfc3339")]
    pub issued_at: Timestamp,
    /// Limits of the plan as a whole.
    #[serde(default)]
    pub limits: Vec<PlanLimit>,
    /// What was sold, in the owner's order.
    pub module_licenses: Vec<ModuleLicense>,
}

/// Highest sequence: the largest integer that every JSON reader keeps exactly (2^53 - 1).
pub const SEQUENCE_MAX: u64 = (1 << 53) - 1;

impl License {
    /// The module of this name.
    #[must_use]
    pub fn module(&self, name: &ModuleName) -> Option<&ModuleLicense> {
        self.module_licenses
            .iter()
            .find(|module| module.module_name == *name)
    }

    /// All modules by name: for whoever looks up many.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<&ModuleName, &ModuleLicense> {
        // One by one: collecting at once sorts, and sorting is several KB of the client.
        let mut modules = BTreeMap::new();
        modules.extend(
            self.module_licenses
                .iter()
                .map(|module| (&module.module_name, module)),
        );
        modules
    }

    /// The plans that bring this module, in the owner's order.
    pub fn plans_that_bring<'a>(
        &'a self,
        name: &'a ModuleName,
    ) -> impl Iterator<Item = &'a ModuleLicense> {
        self.module_licenses
            .iter()
            .filter(move |module| module.brings(name))
    }

    /// The plans that bring each module, in the owner's order: for whoever asks of many.
    #[must_use]
    pub fn plans_by_member(&self) -> BTreeMap<&str, Vec<&ModuleName>> {
        let mut plans: BTreeMap<&str, Vec<&ModuleName>> = BTreeMap::new();
        for plan in &self.module_licenses {
            for member in plan.members() {
                plans.entry(member).or_default().push(&plan.module_name);
            }
        }
        plans
    }
}

/// One line of a license: one module, how many of it, and who may hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleLicense {
    /// Who issued it: the same as the license's.
    pub owner_name: OwnerName,
    /// The module's code name.
    pub module_name: ModuleName,
    /// The module's name, for people.
    #[serde(default)]
    pub module_description: String,
    /// One sentence about it.
    #[serde(default)]
    pub module_tooltip: String,
    /// Version that it was issued for.
    #[serde(default)]
    pub module_version: String,
    /// Whether it is for everyone, a satellite or named users.
    pub license_type: LicenseType,
    /// Assign as many as wanted, whatever the number.
    #[serde(default)]
    pub unrestricted: bool,
    /// Who may hold it.
    #[serde(default)]
    pub allowed_user_type: UserType,
    /// How many were bought; at least 1, also when unrestricted (module-licenses, rule 2.4).
    pub number_of_licenses: i32,
    /// 0 normal, 1 user plan, 2 marker of a plan at site level.
    #[serde(default)]
    pub extra_flags: i32,
    /// Of a user plan: `set=` and the modules that it brings, separated by commas.
    #[serde(default)]
    pub extra_info: String,
    /// The owner's order.
    #[serde(default)]
    pub sort_order: i32,
    /// Valid and counted, but not shown and not assigned by hand.
    #[serde(default)]
    pub is_hidden: bool,
    /// The module that a user must hold first.
    #[serde(default)]
    pub prerequisite_module_name: Option<ModuleName>,
    /// A user holds at most one plan of a group; none: combinable with any.
    #[serde(default)]
    pub plan_group: Option<String>,
}

/// `extra_flags` of a user plan.
pub const USER_PLAN: i32 = 1;

impl ModuleLicense {
    /// Whether assigning it brings other modules.
    #[must_use]
    pub fn is_user_plan(&self) -> bool {
        self.license_type == LicenseType::UserLicense && self.extra_flags == USER_PLAN
    }

    /// The members of a user plan, well-formed names only ([`crate::envelope`] refuses the others); else empty.
    #[must_use]
    pub fn set(&self) -> Vec<ModuleName> {
        self.members()
            .filter_map(|name| name.parse().ok())
            .collect()
    }

    /// Whether it is a user plan with this member.
    #[must_use]
    pub fn brings(&self, name: &ModuleName) -> bool {
        self.members().any(|member| member == name.as_str())
    }

    /// Whether both bring the same, as they are written; another order of the same members is not seen.
    pub(crate) fn brings_as_written(&self, other: &Self) -> bool {
        self.is_user_plan() == other.is_user_plan()
            && (!self.is_user_plan() || self.extra_info == other.extra_info)
    }

    /// What a user plan names as its members.
    fn members(&self) -> impl Iterator<Item = &str> {
        let members = self.extra_info.strip_prefix("set=");
        let members = members.filter(|_| self.is_user_plan());
        members.into_iter().flat_map(|members| members.split(','))
    }

    /// How many may be in use: none when unrestricted or not a user license.
    #[must_use]
    pub fn total(&self) -> Option<i32> {
        (self.license_type == LicenseType::UserLicense && !self.unrestricted)
            .then_some(self.number_of_licenses)
    }

    /// Whether a person may hand it out: a visible user license.
    #[must_use]
    pub fn is_assignable(&self) -> bool {
        self.license_type == LicenseType::UserLicense && !self.is_hidden
    }
}

/// A limit of the plan as a whole, such as 100 active projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLimit {
    /// What is limited.
    pub name: String,
    /// At most so many.
    pub maximum: i32,
}

/// What a license is for (documented enum; the wire says the member's name).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LicenseType {
    /// Not set.
    Unknown,
    /// Everyone, without assignment.
    SiteLicense,
    /// A satellite database; shown, not assigned.
    SatelliteLicense,
    /// A named user.
    UserLicense,
}

/// Kind of user (documented enum; the wire says the member's name).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum UserType {
    /// Not set; on a module: any.
    #[default]
    Unknown,
    /// An employee.
    InternalAssociate,
    /// A room or a thing.
    ResourceAssociate,
    /// Somebody of another company.
    ExternalAssociate,
    /// An anonymous account.
    AnonymousAssociate,
    /// An account of a program.
    SystemAssociate,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = MalformedName;

            fn from_str(text: &str) -> Result<Self, MalformedName> {
                let allowed: fn(u8) -> bool = $allowed;
                if (1..=NAME_MAX).contains(&text.len()) && text.bytes().all(allowed) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(MalformedName($what))
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

name!(
    /// Code name of a module: `[a-z0-9-]{1,239}`.
    ModuleName,
    "a module name has 1 to 239 characters of a-z, 0-9 and -",
    |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
);
name!(
    /// Code name of a module owner: `[A-Z0-9]{1,239}`.
    OwnerName,
    "an owner name has 1 to 239 characters of A-Z and 0-9",
    |byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9')
);

/// A name that its rule does not allow; says the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MalformedName(&'static str);

/// The serial number of a demo version.
pub const DEMO_SERIAL_NR: &str = "1000000000";

/// The installation that licenses are for: one serial number and one company, for all owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Compared exactly.
    pub serial_nr: String,
    /// Compared with white space trimmed and collapsed.
    pub company_name: String,
}

/// Longest serial number and company name, in characters.
pub const INSTALLATION_TEXT_MAX: usize = 254;

impl Installation {
    /// Whether a license was issued for this installation.
    #[must_use]
    pub fn is_for(&self, license: &License) -> bool {
        self.serial_nr == license.serial_nr && self.is_company(&license.company_name)
    }

    /// Whether this is the company's name: white space trimmed and collapsed, otherwise exactly.
    #[must_use]
    pub fn is_company(&self, name: &str) -> bool {
        self.company_name
            .split_whitespace()
            .eq(name.split_whitespace())
    }

    /// Whether this is a demo version, which asks for a real serial number and license owner.
    #[must_use]
    pub fn is_demo_version(&self) -> bool {
        self.serial_nr == DEMO_SERIAL_NR
    }
}
