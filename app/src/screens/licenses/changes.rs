//! What a new license changes, as a view: changes of the license itself above, the list of changed licences below.

use licensing::compare::{Ask, Block, Change, Comparison, LicenseField, ModuleChange};
use licensing::license::{License, LicenseType, ModuleLicense, ModuleName};

use super::header::fact;
use super::news::count;
use super::offer::blocking;
use crate::nodes;
use crate::parts::words::{kind, name_in, names_in, users};
use crate::text::{K, Length, N, date, fill, now, number, tn};
use crate::ui::el::{El, Node, el};
use crate::ui::icon::{Icon, glyph};
use crate::ui::notice::{Tone, p, tag};
use crate::ui::table::{Column, row, table};

/// Columns of what is to come.
pub(super) const TO_COME: Columns = columns([K::TotalNow, K::NewTotal, K::AvailableAfter]);
/// Columns of what happened.
pub(super) const HAPPENED: Columns = columns([K::TotalBefore, K::TotalNow, K::Available]);

type Columns = [Column; 6];

const fn columns([before, after, available]: [K; 3]) -> Columns {
    [
        Column::head(K::Licence),
        Column::number(K::InUse),
        Column::number(before),
        Column::number(after),
        Column::number(K::Change),
        Column::number(available),
    ]
}

/// Two licenses and what differs.
pub(super) struct Changes<'a> {
    /// Whose they are.
    pub(super) owner: &'a str,
    /// As it was; none when nothing was in force.
    pub(super) before: Option<&'a License>,
    /// As it is to be.
    pub(super) after: &'a License,
    /// What differs.
    pub(super) comparison: &'a Comparison,
    /// Columns of the list.
    pub(super) columns: &'static Columns,
    /// The address where seats of a module that blocks are freed.
    pub(super) free: &'a dyn Fn(&ModuleName) -> Option<String>,
}

impl Changes<'_> {
    /// The table of changed licences; none when none changes.
    pub(super) fn list(&self) -> Option<El> {
        let modules = self.comparison.modules.iter();
        let rows = el("tbody").children(modules.map(|change| self.row(change)));
        let any = !self.comparison.modules.is_empty();
        any.then(|| table(now(K::OnlyChanged), self.columns, None, rows))
    }

    /// Changes of the license itself, above the list; none when nothing of it changes.
    pub(super) fn itself(&self) -> Option<El> {
        let changes = &self.comparison.license;
        let facts = changes.iter().map(|change| {
            let [before, after] = [&change.before, &change.after].map(|it| shown(change.field, it));
            let arrow = el("span").attr("aria-hidden", "true").child(" → ");
            let becomes = el("span").class("unseen").child(now(K::Becomes));
            let is_key = change.field == LicenseField::Key;
            let said = is_key.then(|| fill(K::OtherKey, &[("owner", self.owner)]));
            let value = nodes![said, " ", before, arrow, becomes, " ", el("b").child(after)];
            fact(now(label(change.field)), value)
        });
        (!changes.is_empty()).then(|| {
            el("section")
                .class("itself")
                .child(el("h3").child(now(K::LicenceItself)))
                .child(el("dl").class("facts").children(facts))
        })
    }

    /// Below the list: changed texts, or that the list is empty.
    pub(super) fn rest(&self) -> Option<El> {
        let texts = self.comparison.descriptions_changed;
        let sentence = match (self.comparison.modules.len(), texts) {
            (_, 1..) => tn(N::DescriptionsChanged, count(texts), &[]),
            (0, 0) => now(K::NothingElseChanges).to_owned(),
            _ => return None,
        };
        Some(p(sentence).class("soft"))
    }

    fn row(&self, change: &ModuleChange) -> El {
        let held = change.before.as_ref().is_some_and(is_user_license);
        let in_use = if held || change.usage.in_use > 0 {
            number(change.usage.in_use.into())
        } else {
            "–".to_owned()
        };
        let left = change.available_after().map_or_else(
            || el("span").child("–"),
            |left| {
                let short = el("span").child(signed(left));
                if left < 0 {
                    short.class("red-text")
                } else {
                    short
                }
            },
        );
        let cells = [
            self.name(change),
            in_use.into(),
            total(change.before.as_ref()).into(),
            el("b").child(total(change.after.as_ref())).into(),
            difference(change).into(),
            left.into(),
        ];
        row(self.columns, cells)
    }

    /// The name, red and a link where seats have to be freed first, and what else there is to say.
    fn name(&self, change: &ModuleChange) -> Node {
        let name = match change.description.as_str() {
            "" => change.module.to_string(),
            description => description.to_owned(),
        };
        let free = change.blocks.and_then(|_| (self.free)(&change.module));
        let red = |shown: El| {
            shown
                .class("red-name")
                .child(glyph(Icon::Blocked))
                .child(el("span").child(name.clone()))
        };
        let shown = match (change.blocks, free) {
            (Some(_), Some(href)) => red(el("a").attr("href", href)),
            (Some(_), None) => red(el("span")),
            (None, _) => el("span").child(name),
        };
        let notes = self.notes(change);
        let notes = (!notes.is_empty()).then(|| {
            let lines = notes.into_iter().map(|(asks, note)| {
                let line = el("li").class(if asks { "asks" } else { "soft" });
                let icon = asks.then(|| glyph(Icon::Warning));
                line.child(icon).child(el("span").child(note))
            });
            el("ul").class("notes").children(lines)
        });
        nodes![shown, notes]
    }

    /// What there is to say of a module besides its numbers, and whether it asks for a person.
    fn notes(&self, change: &ModuleChange) -> Vec<(bool, String)> {
        let mut notes = Vec::new();
        let mut note = |words: String| notes.push((false, words));
        if !change.brought_by.is_empty() && change.blocks.is_some() {
            let plans = names_in(self.before, &change.brought_by);
            note(fill(K::ComesWith, &[("licences", &plans)]));
        }
        match change.blocks {
            Some(Block::Disappears) => note(now(K::NoLongerLicence).to_owned()),
            Some(Block::NoUserLicense) => note(now(K::NoLongerUserLicence).to_owned()),
            Some(Block::TooFew) | None => {}
        }
        if change.usage.in_use_after != change.usage.in_use {
            let after = number(change.usage.in_use_after.into());
            note(fill(K::InUseAfter, &[("count", &after)]));
        }
        if let (Some(before), Some(after)) = (&change.before, &change.after) {
            let differing = change.changes.iter();
            notes.extend(
                differing
                    .filter_map(|what| self.differs(*what, before, after))
                    .map(|words| (false, words)),
            );
        }
        notes.extend(change.asks.iter().map(|ask| (true, self.asks(ask))));
        notes
    }

    fn asks(&self, ask: &Ask) -> String {
        match ask {
            Ask::PlanLoses(lost) => {
                let lost = names_in(self.before, lost);
                fill(K::AskPlanLoses, &[("licences", &lost)])
            }
            Ask::SiteLicenseDisappears => now(K::AskSiteDisappears).to_owned(),
            Ask::HoldersExcluded(holders) => tn(N::AskExcluded, i64::from(*holders), &[]),
        }
    }

    /// A change that the numbers do not show.
    fn differs(
        &self,
        what: Change,
        before: &ModuleLicense,
        after: &ModuleLicense,
    ) -> Option<String> {
        let from_to =
            |key, [before, after]: [&str; 2]| fill(key, &[("before", before), ("after", after)]);
        let both = [before, after];
        let words = match what {
            Change::Added | Change::Removed | Change::Number | Change::Unrestricted => return None,
            Change::LicenseType => from_to(K::ChangesKind, both.map(kind)),
            Change::UserType => {
                let whom = both.map(|module| now(users(module.allowed_user_type)));
                from_to(K::ChangesUserType, whom)
            }
            Change::Set => {
                let had = before.set();
                let gained = after.set().into_iter().filter(|name| !had.contains(name));
                let gained: Vec<_> = gained.collect();
                if gained.is_empty() {
                    return None;
                }
                let gained = names_in(Some(self.after), &gained);
                fill(K::PlanGains, &[("licences", &gained)])
            }
            Change::Group => match &after.plan_group {
                Some(group) => fill(K::ChangesGroup, &[("group", group)]),
                None => now(K::ChangesGroupNone).to_owned(),
            },
            Change::Prerequisite => match &after.prerequisite_module_name {
                Some(first) => {
                    let first = name_in(Some(self.after), first);
                    fill(K::ChangesPrerequisite, &[("license", &first)])
                }
                None => now(K::ChangesPrerequisiteNone).to_owned(),
            },
            Change::Hidden => {
                let key = if after.is_hidden {
                    K::ChangesHidden
                } else {
                    K::ChangesShown
                };
                now(key).to_owned()
            }
        };
        Some(words)
    }
}

fn is_user_license(module: &ModuleLicense) -> bool {
    module.license_type == LicenseType::UserLicense
}

/// How many there are, in words where that is no number.
fn total(module: Option<&ModuleLicense>) -> String {
    let Some(module) = module else {
        return "–".to_owned();
    };
    match (module.license_type, module.total()) {
        (LicenseType::UserLicense, Some(total)) => number(total.into()),
        (LicenseType::UserLicense, None) => now(K::Unlimited).to_owned(),
        (LicenseType::SatelliteLicense, _) if !module.unrestricted => {
            number(module.number_of_licenses.into())
        }
        _ => now(K::Included).to_owned(),
    }
}

/// "+5", "−3", "new", "removed".
fn difference(change: &ModuleChange) -> El {
    if change.changes.contains(&Change::Added) {
        return tag(Tone::Green, now(K::ChangeNew));
    }
    if change.changes.contains(&Change::Removed) {
        return tag(Tone::Amber, now(K::ChangeRemoved));
    }
    match change.difference() {
        Some(more @ 1..) => el("span")
            .class("green-text")
            .child(["+", &number(more)].concat()),
        Some(fewer @ ..=-1) => {
            let fewer = el("span").child(signed(fewer));
            if change.blocks.is_some() {
                fewer.class("red-text")
            } else {
                fewer
            }
        }
        _ if change.changes.is_empty() => el("span").child("–"),
        _ => tag(Tone::Info, now(K::ChangeOther)),
    }
}

/// A number with a true minus.
fn signed(value: i64) -> String {
    if value < 0 {
        ["−", &number(value.saturating_neg())].concat()
    } else {
        number(value)
    }
}

/// The name of a field of the license itself.
pub(super) fn label(field: LicenseField) -> K {
    match field {
        LicenseField::CompanyName => K::CompanyName,
        LicenseField::SerialNr => K::SerialNumber,
        LicenseField::NextCheckDate => K::FieldNextCheck,
        LicenseField::MaintenanceDate => K::FieldMaintenance,
        LicenseField::AdminWarningDate => K::FieldWarning,
        LicenseField::ExpiryDate => K::ExpiryDate,
        LicenseField::GraceDate => K::FieldGrace,
        LicenseField::LicenseVersion => K::FieldVersion,
        LicenseField::Product => K::FieldProduct,
        LicenseField::Limits => K::FieldLimits,
        LicenseField::Key => K::FieldKey,
    }
}

fn shown(field: LicenseField, value: &str) -> String {
    if value.is_empty() {
        return now(K::NotSet).to_owned();
    }
    match field {
        LicenseField::NextCheckDate
        | LicenseField::MaintenanceDate
        | LicenseField::AdminWarningDate
        | LicenseField::ExpiryDate
        | LicenseField::GraceDate => date(value, Length::Long),
        // As much of a thumbprint as can be compared at a glance.
        LicenseField::Key => [value.get(..8).unwrap_or(value), "…"].concat(),
        _ => value.to_owned(),
    }
}

/// What stands beside *Activate* while something blocks it.
pub(super) fn why_not(comparison: &Comparison) -> Option<String> {
    match blocking(comparison)[..] {
        [] => None,
        [(module, _)] => {
            let license = [("license", module.description.as_str())];
            Some(tn(N::FootTooFew, module.to_remove().into(), &license))
        }
        ref several => Some(tn(N::FootSeveral, count(several.len()), &[])),
    }
}
