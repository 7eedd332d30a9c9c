//! The head of an owner's tab: company, serial number, dates, standing, checking, and the ways to new licences.

use std::rc::Rc;

use licensing::standing::Phase;
use licensing::wire::{Activation, Installed, Licenses, OwnerView, SetActivation};

use super::Here;
use crate::api::{self, then};
use crate::nodes;
use crate::parts::act::act;
use crate::parts::banner::{day, outside};
use crate::parts::check::{sentences, went_well};
use crate::parts::failure::say;
use crate::reactive::{Memo, RwSignal};
use crate::route::LicensesDialog;
use crate::text::{self, K, Length, fill, now};
use crate::ui::el::{El, Node, el, live};
use crate::ui::filter::check;
use crate::ui::icon::{Icon, glyph};
use crate::ui::notice::{Tone, alert, p};

/// The head of the tab that is shown. Each owner's has its own, so that a check of one does not hold up another's.
pub(super) fn header(here: Here) -> Node {
    let owner = Memo::new(move |_| here.with_owner(|_, owner| owner.id).unwrap_or_default());
    live(move || {
        owner.get();
        of_owner(here)
    })
}

fn of_owner(here: Here) -> Node {
    let checking = Checking {
        here,
        busy: RwSignal::new(false),
        fault: RwSignal::new(String::new()),
    };
    let head = here.show(move |all, owner| {
        let left = el("div")
            .child(el("h2").child(whose(all, owner)))
            .child(facts(all, owner, checking));
        let head = el("header").class("owner").child(left);
        Some(head.child(ways(here, all, owner)))
    });
    nodes![head, trouble(checking.fault)]
}

/// Why an act did not work, in place.
pub(super) fn trouble(fault: RwSignal<String>) -> Node {
    live(move || {
        let sentences = fault.get();
        (!sentences.is_empty()).then(|| alert(Tone::Red, p(sentences)))
    })
}

fn whose<'a>(all: &'a Licenses, owner: &'a OwnerView) -> &'a str {
    let installation = all.installation.as_ref();
    installation.map_or(&owner.description, |it| &it.company_name)
}

/// A label and its value, in a list of facts.
pub(super) fn fact(label: impl Into<Node>, value: impl Into<Node>) -> El {
    let label = el("dt").child(label);
    el("div").child(label).child(el("dd").child(value))
}

fn facts(all: &Licenses, owner: &OwnerView, checking: Checking) -> El {
    let serial = all.installation.as_ref().map(|it| it.serial_nr.as_str());
    let license = owner.installed.as_ref().map(|installed| &installed.license);
    let expiry = license.and_then(|license| license.expiry_date);
    el("dl")
        .class("owner-facts")
        .child(serial.map(|serial| fact(now(K::SerialNumber), serial)))
        .child(expiry.map(|date| fact(now(K::ExpiryDate), day(date))))
        .child(checking.view(owner))
        .child(fact(now(K::LicenceStatus), standing(owner.installed.as_ref())).class("standing"))
}

/// "In order · active since 2 November 2026 · sequence 7 · activated automatically".
fn standing(installed: Option<&Installed>) -> Node {
    let Some(installed) = installed else {
        return now(K::NotActiveYet).into();
    };
    let (class, icon, key, dated) = match installed.standing.phase {
        Phase::InOrder => ("green-text", Icon::Done, K::InOrder, K::InOrder),
        Phase::Warning => ("amber-text", Icon::Warning, K::ExpiresSoon, K::ExpiresOn),
        Phase::InGrace => ("red-text", Icon::Blocked, K::InGrace, K::InGraceUntil),
        Phase::Ended => ("red-text", Icon::Blocked, K::Ended, K::EndedOn),
    };
    let license = &installed.license;
    let since = text::date_of(installed.installed_at.0, Length::Long);
    let by = match &installed.activated_by {
        Some(user) => fill(K::ActivatedBy, &[("user", user)]),
        None => now(K::ActivatedByItself).to_owned(),
    };
    let mut parts = vec![
        fill(K::ActiveSince, &[("date", &since)]),
        sequence(license.sequence),
        by,
    ];
    if installed.standing.maintenance_over
        && let Some(date) = license.maintenance_date
    {
        parts.push(fill(K::MaintenanceOver, &[("date", &day(date))]));
    }
    let word = match installed.standing.phase.day(license) {
        Some(date) => fill(dated, &[("date", &day(date))]),
        None => now(key).to_owned(),
    };
    let word = el("span").class(class).child(glyph(icon)).child(word);
    let rest = el("span")
        .attr("title", text::exact(installed.installed_at.0))
        .child(text::joined(&parts, " · "));
    nodes![word, " · ", rest]
}

/// "sequence 7".
pub(super) fn sequence(number: u64) -> String {
    fill(K::SequenceNumber, &[("number", &number.to_string())])
}

/// Asking the license server now.
#[derive(Clone, Copy)]
struct Checking {
    here: Here,
    busy: RwSignal<bool>,
    fault: RwSignal<String>,
}

impl Checking {
    /// "Checked 4 minutes ago · Check now".
    fn view(self, owner: &OwnerView) -> Option<El> {
        owner.check.license_url.as_ref()?;
        let name = owner.owner.to_string();
        let running = owner.check.running;
        let is_busy = move || running || self.busy.get();
        let attr = move || is_busy().then_some("true");
        let words = live(move || now(if is_busy() { K::Checking } else { K::CheckNow }));
        let button = el("button")
            .class("link")
            .attr("type", "button")
            .attr("aria-busy", attr)
            .attr("aria-disabled", attr)
            .on_click(move || self.check(&name))
            .child(words);
        let Some(at) = owner.check.last_at.map(|at| at.0) else {
            return Some(fact(now(K::NotCheckedYet), button));
        };
        let when = el("span")
            .attr("title", text::exact(at))
            .child(live(move || text::ago(at, self.here.session.now())));
        Some(fact(now(K::Checked), nodes![when, " · ", button]))
    }

    fn check(self, owner: &str) {
        let owner = owner.to_owned();
        self.fault.set(String::new());
        let ask = move |()| {
            then(api::check(&owner), move |checked| {
                let outcome = checked.result.outcome;
                self.here.licenses.put(checked.licenses);
                // A failure stands on the screen, with its details.
                if went_well(outcome) {
                    self.here.status.say(now(sentences(outcome)).to_owned());
                }
            })
        };
        let failed = move |failure| self.fault.set(say(&failure));
        act(self.here.session, self.busy, Box::new(ask), Rc::new(failed));
    }
}

/// Load from a file, purchase.
fn ways(here: Here, all: &Licenses, owner: &OwnerView) -> El {
    let load = el("a")
        .class("button")
        .attr("href", here.href(LicensesDialog::File))
        .child(now(K::LoadLicenseFromFile));
    let serial = all.installation.as_ref().map(|it| it.serial_nr.as_str());
    let store = owner.store_url.as_ref().map(|url| {
        outside(at_store(url, serial))
            .class("button primary")
            .child(now(K::PurchaseNewLicences))
            .child(glyph(Icon::Leaves))
            .child(el("span").class("unseen").child(now(K::OpensNewTab)))
    });
    el("div").class("owner-ways").child(load).child(store)
}

/// The address of the shop for this serial number.
fn at_store(url: &str, serial: Option<&str>) -> String {
    match serial {
        Some(serial)
            if !url
                .split(['?', '&'])
                .any(|pair| pair.starts_with("serial=")) =>
        {
            let joint = if url.contains('?') { "&" } else { "?" };
            let serial = licensing::retrieval::percent_encoded(serial);
            [url, joint, "serial=", &serial].concat()
        }
        _ => url.to_owned(),
    }
}

/// Below the table: whether new licences are activated by themselves.
pub(super) fn settings(here: Here) -> Node {
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(String::new());
    let setting = here.show(move |_, owner| {
        let automatic = owner.activation == Activation::Automatic;
        let (name, description) = (owner.owner.to_string(), owner.description.clone());
        let change = move |on| set_activation(here, &name, &description, on, busy, fault);
        Some(p(check(now(K::AutoActivation), move || automatic, change)).class("owner-settings"))
    });
    nodes![setting, trouble(fault)]
}

fn set_activation(
    here: Here,
    owner: &str,
    description: &str,
    automatic: bool,
    busy: RwSignal<bool>,
    fault: RwSignal<String>,
) {
    let (key, activation) = if automatic {
        (K::AutoActivationOn, Activation::Automatic)
    } else {
        (K::AutoActivationOff, Activation::AskMe)
    };
    let owner = owner.to_owned();
    let done = fill(key, &[("owner", description)]);
    fault.set(String::new());
    let ask = move |()| {
        let done = done.clone();
        let asking = api::set_activation(&owner, &SetActivation { activation });
        then(asking, move |_| {
            here.licenses.reload();
            here.status.say(done);
        })
    };
    let failed = move |failure| {
        // The box shows again what is.
        here.licenses.reload();
        fault.set(say(&failure));
    };
    act(here.session, busy, Box::new(ask), Rc::new(failed));
}

#[cfg(test)]
mod tests {
    use super::at_store;

    #[test]
    fn the_shop_is_told_the_serial_number_unless_its_address_has_one() {
        let at = |url| at_store(url, Some("10 1"));
        let shop = "https://shop.example/x";
        assert_eq!(at(shop), "https://shop.example/x?serial=10%201");
        let shop = "https://shop.example/?a=1";
        assert_eq!(at(shop), "https://shop.example/?a=1&serial=10%201");
        let shop = "https://shop.example/?serial=2";
        assert_eq!(at(shop), shop);
        assert_eq!(at_store(shop, None), shop);
    }
}
