//! What a new license changes, what blocks it, and what asks for a person (protocol: "Offers and activation").

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::license::{CivilDate, License, LicenseType, ModuleLicense, ModuleName};

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

    /// The same with the owner's keys that signed both, as thumbprints (none: nothing was in force). Another key is shown; it
    /// neither blocks nor asks, since the root vouches for it.
    #[must_use]
    pub fn with_keys(mut self, before: Option<&str>, after: &str) -> Self {
        if let Some(before) = before.filter(|before| *before != after) {
            self.license.push(LicenseChange {
                field: LicenseField::Key,
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
        self
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
    /// The owner's key that signed it, as its thumbprint.
    Key,
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
    /// Of a module that blocks: the plans that bring it now, where its seats come from.
    pub brought_by: Vec<ModuleName>,
}

impl ModuleChange {
    /// How many more (or fewer) there will be; none where a side has no ceiling.
    #[must_use]
    pub fn difference(&self) -> Option<i64> {
        let before = self.before.as_ref().map_or(Some(0), ModuleLicense::total)?;
        let after = self.after.as_ref().map_or(Some(0), ModuleLicense::total)?;
        Some(i64::from(after) - i64::from(before))
    }

    /// How many will be free; negative: so many too many in use. None without a ceiling.
    #[must_use]
    pub fn available_after(&self) -> Option<i64> {
        let after = self.after.as_ref()?.total()?;
        Some(i64::from(after) - i64::from(self.usage.in_use_after))
    }

    /// How many seats have to be freed before it can be activated; 0 when nothing blocks.
    #[must_use]
    pub fn to_remove(&self) -> i32 {
        match self.blocks {
            None => 0,
            Some(Block::TooFew) => {
                let after = self
                    .after
                    .as_ref()
                    .and_then(ModuleLicense::total)
                    .unwrap_or_default();
                self.usage.in_use_after.saturating_sub(after)
            }
            Some(Block::Disappears | Block::NoUserLicense) => self.usage.in_use_after,
        }
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

/// What `new` changes in `current` (none: nothing installed yet). A hidden module is listed only when it blocks, or when a
/// person should see it first: what holds an activation up is never out of sight.
#[must_use]
pub fn compare(current: Option<&License>, new: &License, uses: &Uses) -> Comparison {
    let mut comparison = Comparison {
        license: license_changes(current, new),
        ..Comparison::default()
    };
    let old: &[ModuleLicense] = current.map_or(&[], |current| &current.module_licenses);
    let mut by_name = None;
    let mut plans = None;
    let mut kept = 0;
    for (place, after) in new.module_licenses.iter().enumerate() {
        // Most keep their place from one license to the next; only then is nothing looked up.
        let at_its_place = old.get(place);
        let before = at_its_place.filter(|before| before.module_name == after.module_name);
        let pair = Pair {
            before: before.or_else(|| {
                let by_name: &mut BTreeMap<_, _> = by_name
                    .get_or_insert_with(|| current.map(License::by_name).unwrap_or_default());
                by_name.get(&after.module_name).copied()
            }),
            after: Some(after),
        };
        let changes = changes(pair.before, pair.after);
        if let Some(before) = pair.before {
            kept += 1;
            comparison.descriptions_changed +=
                usize::from(changes.is_empty() && texts(before) != texts(after));
        }
        let listed = listed(pair, changes, uses, current, &mut plans);
        comparison.modules.extend(listed);
    }
    if kept < old.len() {
        let new = new.by_name();
        for before in old
            .iter()
            .filter(|before| !new.contains_key(&before.module_name))
        {
            let pair = Pair {
                before: Some(before),
                after: None,
            };
            let listed = listed(pair, vec![Change::Removed], uses, current, &mut plans);
            comparison.modules.extend(listed);
        }
    }
    comparison
}

/// A module as it is and as it will be; at least one of them.
#[derive(Clone, Copy)]
struct Pair<'a> {
    before: Option<&'a ModuleLicense>,
    after: Option<&'a ModuleLicense>,
}

/// Of each module the plans that bring it.
type Plans<'a> = BTreeMap<&'a str, Vec<&'a ModuleName>>;

/// What an administrator should see: what blocks or asks, and of the visible modules what changed. `plans` is made when the
/// first one blocks.
fn listed<'a>(
    Pair { before, after }: Pair<'_>,
    changes: Vec<Change>,
    uses: &Uses,
    current: Option<&'a License>,
    plans: &mut Option<Plans<'a>>,
) -> Option<ModuleChange> {
    let shown = after.or(before).expect("a change has at least one side");
    let usage = uses.get(&shown.module_name).copied().unwrap_or_default();
    let (blocks, asks) = (blocks(after, usage), asks(before, after, usage));
    let is_visible =
        |module: Option<&ModuleLicense>| module.is_some_and(|module| !module.is_hidden);
    let says = !changes.is_empty() && (is_visible(before) || is_visible(after));
    if blocks.is_none() && asks.is_empty() && !says {
        return None;
    }
    let mut brought_by = Vec::new();
    if let Some(current) = current.filter(|_| blocks.is_some()) {
        let plans = plans.get_or_insert_with(|| current.plans_by_member());
        let by = plans.get(shown.module_name.as_str()).into_iter().flatten();
        brought_by.extend(by.copied().cloned());
    }
    Some(ModuleChange {
        module: shown.module_name.clone(),
        description: shown.module_description.clone(),
        before: before.cloned(),
        after: after.cloned(),
        changes,
        usage,
        blocks,
        asks,
        brought_by,
    })
}

fn changes(before: Option<&ModuleLicense>, after: Option<&ModuleLicense>) -> Vec<Change> {
    let (before, after) = match (before, after) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => return vec![Change::Added],
        (Some(_), None) => return vec![Change::Removed],
        (Some(before), Some(after)) => (before, after),
    };
    let set = |module: &ModuleLicense| {
        // One by one: collecting at once sorts, and sorting is several KB of the client.
        let mut set = BTreeSet::new();
        set.extend(module.set());
        set
    };
    let differs = [
        // The number of what has no ceiling says nothing.
        (
            Change::Number,
            before.total().is_some() && after.total().is_some() && before.total() != after.total(),
        ),
        (
            Change::Unrestricted,
            before.unrestricted != after.unrestricted,
        ),
        (
            Change::LicenseType,
            before.license_type != after.license_type,
        ),
        (
            Change::UserType,
            before.allowed_user_type != after.allowed_user_type,
        ),
        (
            Change::Set,
            !before.brings_as_written(after)
                && (before.is_user_plan() != after.is_user_plan() || set(before) != set(after)),
        ),
        (Change::Group, before.plan_group != after.plan_group),
        (
            Change::Prerequisite,
            before.prerequisite_module_name != after.prerequisite_module_name,
        ),
        (Change::Hidden, before.is_hidden != after.is_hidden),
    ];
    differs
        .into_iter()
        .filter_map(|(change, differs)| differs.then_some(change))
        .collect()
}

fn blocks(after: Option<&ModuleLicense>, usage: Use) -> Option<Block> {
    let in_use = usage.in_use_after.max(0);
    match after {
        None => (in_use > 0).then_some(Block::Disappears),
        Some(after) if after.license_type != LicenseType::UserLicense => {
            (in_use > 0).then_some(Block::NoUserLicense)
        }
        Some(after) => after
            .total()
            .is_some_and(|total| in_use > total)
            .then_some(Block::TooFew),
    }
}

fn asks(before: Option<&ModuleLicense>, after: Option<&ModuleLicense>, usage: Use) -> Vec<Ask> {
    let mut asks = Vec::new();
    if let (Some(before), Some(after)) = (before, after)
        && !before.brings_as_written(after)
    {
        let kept = after.set();
        let lost: Vec<ModuleName> = before
            .set()
            .into_iter()
            .filter(|name| !kept.contains(name))
            .collect();
        if !lost.is_empty() {
            asks.push(Ask::PlanLoses(lost));
        }
    }
    let is_site = |module: &ModuleLicense| module.license_type == LicenseType::SiteLicense;
    if before.is_some_and(is_site) && !after.is_some_and(is_site) {
        asks.push(Ask::SiteLicenseDisappears);
    }
    if usage.excluded > 0 {
        asks.push(Ask::HoldersExcluded(usage.excluded));
    }
    asks
}

fn texts(module: &ModuleLicense) -> [&str; 3] {
    [
        &module.module_description,
        &module.module_tooltip,
        &module.module_version,
    ]
}

fn license_changes(current: Option<&License>, new: &License) -> Vec<LicenseChange> {
    let Some(current) = current else {
        return Vec::new();
    };
    let fields = [
        LicenseField::CompanyName,
        LicenseField::SerialNr,
        LicenseField::NextCheckDate,
        LicenseField::MaintenanceDate,
        LicenseField::AdminWarningDate,
        LicenseField::ExpiryDate,
        LicenseField::GraceDate,
        LicenseField::LicenseVersion,
        LicenseField::Product,
        LicenseField::Limits,
    ];
    let changes = fields.into_iter().map(|field| LicenseChange {
        field,
        before: shown(current, field),
        after: shown(new, field),
    });
    changes
        .filter(|change| change.before != change.after)
        .collect()
}

/// A field of the license itself as text; days as `YYYY-MM-DD`.
fn shown(license: &License, field: LicenseField) -> String {
    let day = |date: Option<CivilDate>| date.map(|date| date.to_string()).unwrap_or_default();
    match field {
        LicenseField::CompanyName => license.company_name.clone(),
        LicenseField::SerialNr => license.serial_nr.clone(),
        LicenseField::NextCheckDate => day(license.next_check_date),
        LicenseField::MaintenanceDate => day(license.maintenance_date),
        LicenseField::AdminWarningDate => day(license.admin_warning_date),
        LicenseField::ExpiryDate => day(license.expiry_date),
        LicenseField::GraceDate => day(license.grace_date),
        LicenseField::LicenseVersion => license.license_version.clone(),
        LicenseField::Product => {
            let parts = [
                license.product_description.as_str(),
                license.product_type.as_str(),
            ];
            let parts = parts.into_iter().filter(|part| !part.is_empty());
            in_a_row(parts.map(str::to_owned))
        }
        LicenseField::Limits => {
            let limits = license
                .limits
                .iter()
                .map(|limit| [&*limit.name, ": ", &limit.maximum.to_string()].concat());
            in_a_row(limits)
        }
        // It stands in the envelope.
        LicenseField::Key => String::new(),
    }
}

/// With commas between; by hand, since joining as the library does is half a kilobyte of the client for each kind of text.
fn in_a_row(texts: impl Iterator<Item = String>) -> String {
    let mut row = String::new();
    for text in texts {
        if !row.is_empty() {
            row.push_str(", ");
        }
        row.push_str(&text);
    }
    row
}
