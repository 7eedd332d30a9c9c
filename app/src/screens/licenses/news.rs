//! The notices with the links *Activate new licence* and *New licence activated*.

use licensing::compare::{Block, Comparison};
use licensing::wire::{ActivatedByItself, Offer, OwnerView};

use super::Here;
use super::header::sequence;
use super::offer::{Why, blocking, of_activated, of_offer, why};
use crate::nodes;
use crate::route::LicensesDialog;
use crate::text::{self, K, N, fill, now, tn};
use crate::ui::el::{El, el};
use crate::ui::notice::{Tone, notice, p};

/// What waits and what happened by itself.
pub(super) fn news(here: Here, owner: &OwnerView) -> Vec<El> {
    let waits = owner.offer.iter().filter_map(|offer| {
        let comparison = of_offer(owner)?;
        Some(waits(here, owner, offer, &comparison))
    });
    let happened = owner.activated.iter().filter_map(|activated| {
        let comparison = of_activated(owner)?;
        Some(happened(here, activated, &comparison))
    });
    waits.chain(happened).collect()
}

fn waits(here: Here, owner: &OwnerView, offer: &Offer, comparison: &Comparison) -> El {
    let serial = offer.license.serial_nr.as_str();
    let (tone, sentence) = match why(owner, offer, comparison) {
        Why::Blocked => (Tone::Red, blocked(comparison)),
        Why::Asks => (Tone::Amber, now(K::WaitsAsks).to_owned()),
        Why::File => (Tone::Info, now(K::WaitsFile).to_owned()),
        Why::Registration => (
            Tone::Info,
            fill(K::WaitsRegistration, &[("serial", serial)]),
        ),
        Why::AskMe => (Tone::Info, now(K::WaitsAskMe).to_owned()),
        Why::Free => (Tone::Info, now(K::WaitsFree).to_owned()),
    };
    let many = match count(comparison.modules.len()) {
        0 => now(K::OnlyItselfChanges).to_owned(),
        count => tn(N::LicencesChange, count, &[]),
    };
    let link = link(here, LicensesDialog::Activate, K::ActivateNewLicence);
    let side = el("span").class("notice-side");
    let words = nodes![link, p([&*many, " ", &sentence].concat())];
    notice(tone, words).child(side.child(sequence(offer.license.sequence)))
}

fn happened(here: Here, activated: &ActivatedByItself, comparison: &Comparison) -> El {
    let sentence = match count(comparison.modules.len()) {
        0 => now(K::RenewedByItself).to_owned(),
        count => tn(N::ChangedByThemselves, count, &[]),
    };
    let link = link(here, LicensesDialog::Activated, K::NewLicenceActivated);
    let at = activated.at.0;
    let side = el("span")
        .class("notice-side")
        .attr("title", text::exact(at))
        .child(text::moment(at, here.session.now()));
    notice(Tone::Green, nodes![link, p(sentence)]).child(side)
}

fn link(here: Here, dialog: LicensesDialog, words: K) -> El {
    let link = el("a").attr("href", here.href(dialog)).child(now(words));
    el("strong").child(link)
}

/// How many, for a sentence.
pub(super) fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

/// What blocks: the first by name, the others by number.
fn blocked(comparison: &Comparison) -> String {
    let blocking = blocking(comparison);
    let Some((module, block)) = blocking.first() else {
        return String::new();
    };
    let license = ("license", module.description.as_str());
    let sentence = match block {
        Block::TooFew => tn(N::BlockedTooFew, module.to_remove().into(), &[license]),
        Block::Disappears => fill(K::BlockedDisappears, &[license]),
        Block::NoUserLicense => fill(K::BlockedNoUserLicence, &[license]),
    };
    match count(blocking.len() - 1) {
        0 => sentence,
        others => [&*sentence, " ", &tn(N::BlockedOthers, others, &[])].concat(),
    }
}
