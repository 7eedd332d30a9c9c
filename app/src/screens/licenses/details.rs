//! Details of one licence: what kind it is, how much of it, what it needs and brings, and the dates.

use licensing::compare::LicenseField;
use licensing::license::{License, LicenseType, ModuleLicense, ModuleName};
use licensing::wire::OwnerView;

use super::Here;
use super::changes::label;
use super::header::fact;
use super::news::count;
use super::rows::{Seats, in_use};
use crate::nodes;
use crate::parts::banner::day;
use crate::parts::words::{kind, name, name_in, users};
use crate::route::LicensesDialog;
use crate::text::{K, N, fill, now, number, tn};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, el, live};
use crate::ui::form::Button;
use crate::ui::meter::meter;
use crate::ui::notice::p;

/// The dialog for a module (its code name).
pub(super) fn details(here: Here, module: String) -> El {
    let titled = module.clone();
    let title = live(move || {
        let title = here.with_owner(|_, owner| find(owner, &titled).map(|(_, sold)| name(sold)));
        title.flatten().unwrap_or_else(|| titled.clone())
    });
    let inside = here.show(move |_, owner| {
        let Some((license, sold)) = find(owner, &module) else {
            return Some(p(now(K::DetailsUnknown)));
        };
        let shown = Shown {
            here,
            owner,
            license,
        };
        Some(shown.view(sold))
    });
    let close = move || here.close();
    Dialog::new(title, close).narrow().view(nodes![
        body(inside),
        foot(Button::new(K::Close).on_click(close))
    ])
}

/// A module of the license in force, else of the one that waits.
fn find<'a>(owner: &'a OwnerView, module: &str) -> Option<(&'a License, &'a ModuleLicense)> {
    let installed = owner.installed.as_ref().map(|it| &it.license);
    let offered = owner.offer.as_ref().map(|it| &it.license);
    installed.into_iter().chain(offered).find_map(|license| {
        let mut modules = license.module_licenses.iter();
        let found = modules.find(|sold| sold.module_name.as_str() == module)?;
        Some((license, found))
    })
}

struct Shown<'a> {
    here: Here,
    owner: &'a OwnerView,
    license: &'a License,
}

impl Shown<'_> {
    fn view(&self, sold: &ModuleLicense) -> El {
        let tooltip = sold.module_tooltip.as_str();
        let tooltip = (!tooltip.is_empty()).then(|| p(tooltip));
        let members = sold.set();
        let brings = (!members.is_empty()).then(|| {
            let title = tn(N::DetailsBrings, count(members.len()), &[]);
            let members = members.iter().map(|name| self.member(name));
            let members = el("ul").class("members").children(members);
            el("section").child(el("h3").child(title)).child(members)
        });
        el("div")
            .class("details")
            .child(tooltip)
            .child(self.facts(sold))
            .child(brings)
            .child(self.dates())
    }

    fn facts(&self, sold: &ModuleLicense) -> El {
        let text = |label: K, text: &str| {
            let text = text.to_owned();
            (!text.is_empty()).then(|| fact(now(label), text))
        };
        let is_user = sold.license_type == LicenseType::UserLicense;
        let whom = is_user.then(|| fact(now(K::DetailsFor), now(users(sold.allowed_user_type))));
        let group = sold.plan_group.as_ref().map(|group| {
            let value = fill(K::DetailsGroupValue, &[("group", group)]);
            fact(now(K::DetailsGroup), value)
        });
        let needs = sold.prerequisite_module_name.as_ref();
        let needs = needs.map(|first| fact(now(K::DetailsNeeds), self.link(first)));
        let plans = self.license.plans_that_bring(&sold.module_name);
        let mut part_of: Vec<Node> = Vec::new();
        for plan in plans {
            if !part_of.is_empty() {
                part_of.push(", ".into());
            }
            part_of.push(self.link(&plan.module_name).into());
        }
        let part_of = (!part_of.is_empty()).then(|| fact(now(K::DetailsPartOf), part_of));
        el("dl")
            .class("facts")
            .child(fact(now(K::ColType), kind(sold)))
            .child(fact(now(K::InUse), self.seats(sold)))
            .child(whom)
            .child(group)
            .child(needs)
            .child(part_of)
            .child(text(K::FieldVersion, &sold.module_version))
            .child(text(K::DetailsCode, sold.module_name.as_str()))
    }

    fn link(&self, module: &ModuleName) -> El {
        let details = LicensesDialog::Details(module.to_string());
        el("a")
            .attr("href", self.here.href(details))
            .child(name_in(Some(self.license), module))
    }

    /// "20 of 21" and its meter; in words where there is no ceiling.
    fn seats(&self, sold: &ModuleLicense) -> Node {
        let used = in_use(&self.owner.modules, sold);
        let offered = self.owner.offer.as_ref().map(|it| &it.license);
        match Seats::of(sold, used, offered) {
            Seats::Of {
                in_use,
                total,
                planned,
            } => {
                let [used, bought] = [in_use, total].map(|seats| number(seats.into()));
                let of = fill(K::CountOf, &[("count", &used), ("total", &bought)]);
                nodes![of, meter(in_use, Some(total), planned)]
            }
            Seats::Unlimited(in_use) => {
                let used = number(in_use.into());
                [used.as_str(), ", ", now(K::Unlimited)].concat().into()
            }
            Seats::Included => now(K::Included).into(),
            Seats::Satellites(bought) => number(bought.into()).into(),
        }
    }

    /// A member of a plan, hidden or not, with its own numbers.
    fn member(&self, module: &ModuleName) -> El {
        let sold = self.license.module(module);
        let figures = sold.map(|sold| {
            let used = in_use(&self.owner.modules, sold);
            match sold.total() {
                Some(total) => [&*number(used.into()), " / ", &number(total.into())].concat(),
                None => number(used.into()),
            }
        });
        el("li")
            .child(self.link(module).class("name"))
            .child(el("span").class("figures soft").child(figures))
    }

    fn dates(&self) -> El {
        let license = self.license;
        let dates = [
            (LicenseField::NextCheckDate, license.next_check_date),
            (LicenseField::AdminWarningDate, license.admin_warning_date),
            (LicenseField::ExpiryDate, license.expiry_date),
            (LicenseField::GraceDate, license.grace_date),
            (LicenseField::MaintenanceDate, license.maintenance_date),
        ];
        let set = dates
            .into_iter()
            .filter_map(|(field, date)| Some(fact(now(label(field)), day(date?))));
        let version = license.license_version.as_str();
        let version =
            (!version.is_empty()).then(|| fact(now(label(LicenseField::LicenseVersion)), version));
        let installed = self.owner.installed.as_ref();
        let key = installed.filter(|it| std::ptr::eq(&it.license, license));
        let key = key.map(|it| fact(now(K::FieldKey), it.key.as_str()));
        el("section")
            .child(el("h3").child(now(K::DetailsDates)))
            .child(
                el("dl")
                    .class("facts")
                    .children(set)
                    .child(version)
                    .child(key),
            )
    }
}
