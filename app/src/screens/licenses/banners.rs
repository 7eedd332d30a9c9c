//! What needs attention, above the table: what waits, a check that failed, trust, a demo version.

use licensing::wire::{Check, Installed, Licenses, OwnerView};

use super::Here;
use super::news::news;
use crate::parts::banner::{banner, contact, day};
use crate::parts::check::{sentences, went_well};
use crate::parts::verify::no_longer_trusted;
use crate::route::LicensesDialog;
use crate::text::{self, K, fill, now};
use crate::ui::el::{El, Node, el};
use crate::ui::notice::{Tone, p};

/// Everything that needs attention, the weightiest first. Changes are said to screen readers.
pub(super) fn banners(here: Here) -> Node {
    here.show(move |all, owner| {
        let installed = owner.installed.as_ref();
        let banners = el("div")
            .class("banners")
            .attr("aria-live", "polite")
            .child(installed.and_then(|installed| trust(owner, installed)))
            .child(news(here, owner))
            .child(failed_check(here, &owner.check))
            .child(installed.and_then(|installed| frozen(owner, installed)))
            .child(installed.and_then(former_serial))
            .child(demo_version(here, all));
        Some(banners)
    })
}

fn trust(owner: &OwnerView, installed: &Installed) -> Option<El> {
    let key = no_longer_trusted(installed.trust_problem?);
    let sentence = fill(key, &[("owner", &owner.description)]);
    Some(banner(
        Tone::Red,
        K::TrustTitle,
        &sentence,
        contact(&owner.description, owner.contact_url.as_ref()),
    ))
}

fn frozen(owner: &OwnerView, installed: &Installed) -> Option<El> {
    let due = installed.license.next_check_date;
    let due = due.filter(|_| installed.looks_frozen).map(day)?;
    let values = [("owner", owner.description.as_str()), ("date", &due)];
    let sentence = fill(K::Frozen, &values);
    Some(banner(
        Tone::Amber,
        K::FrozenTitle,
        &sentence,
        contact(&owner.description, owner.contact_url.as_ref()),
    ))
}

fn former_serial(installed: &Installed) -> Option<El> {
    installed.for_former_serial_nr.then(|| {
        let serial = installed.license.serial_nr.as_str();
        let sentence = fill(K::FormerSerial, &[("serial", serial)]);
        banner(Tone::Amber, K::FormerSerialTitle, &sentence, None)
    })
}

fn demo_version(here: Here, all: &Licenses) -> Option<El> {
    let installation = all.installation.as_ref();
    installation.filter(|it| it.is_demo_version()).map(|_| {
        let link = el("a")
            .attr("href", here.href(LicensesDialog::Serial))
            .child(now(K::SerialTitle));
        let sentence = now(K::DemoVersionText);
        banner(Tone::Info, K::DemoVersionTitle, sentence, Some(p(link)))
    })
}

/// The last check failed: cause, effect, next step, and for the curious its own words.
fn failed_check(here: Here, check: &Check) -> Option<El> {
    let last = check
        .last
        .as_ref()
        .filter(|last| !went_well(last.outcome))?;
    let when = check.last_at.map(|at| text::ago(at.0, here.session.now()));
    let address = check.license_url.clone();
    let detail = [when, address, Some(last.detail.clone())];
    let detail: Vec<_> = detail
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    let detail = el("details")
        .child(el("summary").child(now(K::TechnicalDetail)))
        .child(p(text::joined(&detail, " · ")).class("soft"));
    let sentence = now(sentences(last.outcome));
    Some(banner(
        Tone::Amber,
        K::CheckFailedTitle,
        sentence,
        Some(detail),
    ))
}
