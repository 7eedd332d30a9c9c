//! What a new license changes, what blocks it, and what asks for a person (protocol: "Offers and activation").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::license::{License, ModuleLicense, ModuleName};

/// Seats in use, per module of the installed license.
pub type Uses = BTreeMap<ModuleName, Use>;

/// Seats of one module in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Now.
    pub in_use: i32,
    /// Under the plan sets of the new license; the same as now where no set changed.
    pub in_use_after: i32,
    /// Holders whom a new prerequisite or user type would exclude (they keep their seats).
    pub excluded: i32,
}

/// What a new license changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Changes of the license itself: dates, version, company, key.
    pub license: Vec<LicenseChange>,
    /// Changed modules only, in the new license's order, removed ones after them.
    pub modules: Vec<ModuleChange>,
    /// How many modules changed in their texts alone.
    pub descriptions_changed: usize,
}

impl Comparison {
    /// Whether anything forbids activating.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.modules.iter().any(|module| module.blocks.is_some())
    }

    /// Whether it must wait for an administrator although nothing blocks it.
    #[must_use]
    pub fn asks_for_a_person(&self) -> bool {
        self.modules.iter().any(|module| !module.asks.is_empty())
    }
}

/// A change of the license itself; texts as they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseChange {
    /// Which field.
    pub field: LicenseField,
    /// As it is; empty when not set.
    pub before: String,
    /// As it will be; empty when not set.
    pub after: String,
}

/// Fields of the license itself that a comparison reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenseField {
    /// The company.
    CompanyName,
    /// The serial number.
    SerialNr,
    /// Next check date.
    NextCheckDate,
    /// End of maintenance.
    MaintenanceDate,
    /// Start of warnings.
    AdminWarningDate,
    /// Expiry.
    ExpiryDate,
    /// End of grace.
    GraceDate,
    /// Version.
    LicenseVersion,
    /// Product and its type.
    Product,
    /// Limits of the plan.
    Limits,
}

/// A changed module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleChange {
    /// Code name.
    pub module: ModuleName,
    /// Name for people: the new one where there is one.
    pub description: String,
    /// As it is; none when it is new.
    pub before: Option<ModuleLicense>,
    /// As it will be; none when it disappears.
    pub after: Option<ModuleLicense>,
    /// What changed; never empty, unless the module is listed only because it blocks.
    pub changes: Vec<Change>,
    /// Seats in use.
    pub usage: Use,
    /// Why it cannot be activated like this.
    pub blocks: Option<Block>,
    /// Why a person should look first.
    pub asks: Vec<Ask>,
    /// Of a hidden module: the plans that bring it now, where its seats come from.
    pub brought_by: Vec<ModuleName>,
}

impl ModuleChange {
    /// How many more (or fewer) there will be; none where one side has no ceiling.
    #[must_use]
    pub fn difference(&self) -> Option<i64> {
        unimplemented!()
    }

    /// How many will be free; negative: so many too many in use. None without a ceiling.
    #[must_use]
    pub fn available_after(&self) -> Option<i64> {
        unimplemented!()
    }

    /// How many seats have to be freed first; 0 when none.
    #[must_use]
    pub fn to_remove(&self) -> i32 {
        unimplemented!()
    }
}

/// What counts as changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// New in this license.
    Added,
    /// No more in this license.
    Removed,
    /// Its number.
    Number,
    /// With or without a ceiling.
    Unrestricted,
    /// Its license type.
    LicenseType,
    /// Who may hold it.
    UserType,
    /// What the plan brings.
    Set,
    /// Which plans exclude each other.
    Group,
    /// What must be held first.
    Prerequisite,
    /// Shown or not.
    Hidden,
}

/// What forbids activating. Seats are freed by a named act, never by activating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// The new total is below the use afterwards.
    TooFew,
    /// In use, and no more in the license.
    Disappears,
    /// In use, and no more a user license.
    NoUserLicense,
}

/// What a person should see before it is activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A plan brings fewer modules than before: these.
    PlanLoses(Vec<ModuleName>),
    /// A site license that everyone had disappears.
    SiteLicenseDisappears,
    /// So many holders do not meet the new prerequisite or user type; they keep their seats.
    HoldersExcluded(i32),
}

/// What `new` changes in `current` (none: nothing installed yet). A hidden module is listed only when it blocks.
#[must_use]
pub fn compare(current: Option<&License>, new: &License, uses: &Uses) -> Comparison {
    let _ = (current, new, uses);
    unimplemented!()
}
