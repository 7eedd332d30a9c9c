//! The license as its owner writes it: who it is for, until when, and which modules how many times.
//!
//! Field names are the documented ones (`LicenseInfo`, `ModuleLicense`) in `snake_case`. These types parse; whether a
//! license makes sense as a whole is [`crate::envelope`]'s question.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::format_description::well_known::Rfc3339;

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

/// An instant: milliseconds since 1970-01-01T00:00:00Z. On the wire a number, in a license RFC 3339.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// So many milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// So many days later, of 24 hours each.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_ms(days.saturating_mul(DAY_MS))
    }
}

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|instant| instant.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("(out of range)"))
    }
}

impl FromStr for Timestamp {
    type Err = MalformedDate;

    /// RFC 3339 in UTC, as of RFC 3339 section 5.6 with `Z`; fractions beyond milliseconds are cut.
    fn from_str(text: &str) -> Result<Self, MalformedDate> {
        let instant = time::OffsetDateTime::parse(text, &Rfc3339).map_err(|_| MalformedDate)?;
        if !instant.offset().is_utc() {
            return Err(MalformedDate);
        }
        i64::try_from(instant.unix_timestamp_nanos().div_euclid(1_000_000))
            .map(Self)
            .map_err(|_| MalformedDate)
    }
}

/// `#[serde(with = "rfc3339")]`: a timestamp as a license writes it.
pub mod rfc3339 {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};
    use serde::de::Error as _;

    /// As RFC 3339 in UTC.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    /// From RFC 3339 in UTC.
    ///
    /// # Errors
    /// When the text is not such an instant.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A day of the calendar, without time or zone: `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CivilDate(time::Date);

impl CivilDate {
    /// So many days later; the calendar's last day when there is none.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(time::Duration::days(days)))
    }

    /// Days from here to there; negative when it is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i64 {
        (other.0 - self.0).whole_days()
    }

    /// The day of an instant in UTC; the epoch's day when out of range.
    #[must_use]
    pub fn of_utc(at: Timestamp) -> Self {
        let seconds = at.0.div_euclid(1000);
        Self(
            time::OffsetDateTime::from_unix_timestamp(seconds)
                .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
                .date(),
        )
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl FromStr for CivilDate {
    type Err = MalformedDate;

    fn from_str(text: &str) -> Result<Self, MalformedDate> {
        // By hand: the client has a size to keep, and a general parser of dates is as large as a screen.
        let [year, month, day] = [text.get(..4), text.get(5..7), text.get(8..)].map(digits);
        let dashed = text.len() == "YYYY-MM-DD".len()
            && [4, 7].iter().all(|&at| text.as_bytes()[at] == b'-');
        let (Some(year), Some(month), Some(day), true) = (year, month, day, dashed) else {
            return Err(MalformedDate);
        };
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else {
            return Err(MalformedDate);
        };
        time::Month::try_from(month)
            .and_then(|month| time::Date::from_calendar_date(i32::from(year), month, day))
            .map(Self)
            .map_err(|_| MalformedDate)
    }
}

/// A number of digits alone.
fn digits(text: Option<&str>) -> Option<u16> {
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A text that is no date: `YYYY-MM-DD` for days, RFC 3339 in UTC for instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD, an instant as RFC 3339 in UTC (with Z)")]
pub struct MalformedDate;
