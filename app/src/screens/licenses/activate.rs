//! The dialog *Activate new licence*: what changes, what stands in the way, and activating it.

use std::rc::Rc;

use leptos::prelude::{document, on_cleanup};
use licensing::license::ModuleName;
use licensing::wire::{self, Discard, ErrorCode, Licenses, Offer, Origin, OwnerView};
use wasm_bindgen::JsCast;

use super::Here;
use super::changes::{Changes, TO_COME, why_not};
use super::header::sequence;
use super::offer::{Shown, Told, of_offer, told};
use crate::api::{self, Asking, Failure, Then, then};
use crate::call::Call;
use crate::nodes;
use crate::parts::act::act;
use crate::parts::banner::outside;
use crate::parts::failure::say;
use crate::reactive::{Memo, RwSignal, Signal, StoredValue};
use crate::route::LicensesDialog;
use crate::text::{self, K, Length, fill, now};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::form::Button;
use crate::ui::heard::next_frame;
use crate::ui::icon::{Icon, glyph};
use crate::ui::notice::{Tone, alert, notice, p};

/// What the dialog remembers.
#[derive(Clone, Copy)]
struct Open {
    here: Here,
    /// Activating or discarding is under way.
    busy: RwSignal<bool>,
    /// What did not work.
    title: RwSignal<String>,
    /// Why it did not, in words.
    fault: RwSignal<String>,
    /// What changed while it was open, in words.
    note: RwSignal<String>,
    /// How things stand after it; shown when the dialog is gone.
    after: StoredValue<Option<Licenses>>,
}

/// The dialog; `removed` when it comes back from removing superfluous licences.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of one lifetime is no function of every lifetime"
)]
pub(super) fn activate(here: Here, removed: bool) -> El {
    let open = Open {
        here,
        busy: RwSignal::new(false),
        title: RwSignal::new(String::new()),
        fault: RwSignal::new(String::new()),
        note: RwSignal::new(String::new()),
        after: StoredValue::new(None),
    };
    open.watch();
    open.put_when_gone();
    next_frame(move || focus_first(removed));
    let waits = Memo::new(move |_| {
        let waits = here.with_owner(|_, owner| owner.offer.is_some());
        waits.unwrap_or_default()
    });
    let inside = nodes![
        open.notes(),
        caution(here),
        of_changes(here, |it| it.itself()),
        of_changes(here, |it| it.list()),
        of_changes(here, |it| it.rest()),
    ];
    let foot = foot(nodes![
        words(here),
        open.discard_button(),
        open.buttons(waits)
    ]);
    Dialog::new(K::ActivateNewLicence, move || here.close())
        .subtitle(live(move || {
            let subtitle = here.with_owner(|_, owner| Some(subtitle(owner, owner.offer.as_ref()?)));
            subtitle.flatten()
        }))
        .view(nodes![body(inside), foot])
}

/// Where the keyboard begins: at the red name, or, coming back with seats removed, at *Activate*.
fn focus_first(removed: bool) {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let first = find("dialog a.red-name")
        .or_else(|| removed.then(|| find("dialog .button.primary:not(:disabled)"))?);
    if let Some(first) = first.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A link and a button can take the focus.
        drop(first.focus());
    }
}

/// "SuperOffice · from the license server, 24 November 2026 · sequence 8 · only changed licences are listed".
fn subtitle(owner: &OwnerView, offer: &Offer) -> String {
    let from = match offer.origin {
        Origin::LicenseServer => K::FromServer,
        Origin::File => K::FromFile,
        Origin::Registration => K::FromRegistration,
    };
    let date = text::date_of(offer.received_at.0, Length::Long);
    let parts = [
        owner.description.clone(),
        fill(from, &[("date", &date)]),
        sequence(offer.license.sequence),
        now(K::OnlyChanged).to_owned(),
    ];
    text::joined(&parts, " · ")
}

/// Wrong numbers are the owner's to put right.
fn caution(here: Here) -> Node {
    here.show(|_, owner| {
        owner.offer.as_ref()?;
        let name = [("owner", owner.description.as_str())];
        let address = owner.contact_url.clone().map(|url| {
            let shown = url.strip_prefix("mailto:").unwrap_or(&url).to_owned();
            outside(url).child(shown)
        });
        let key = if address.is_some() {
            K::CautionAddress
        } else {
            K::CautionText
        };
        let words = p(el("strong").child(now(K::CautionTitle)))
            .child(" ")
            .child(fill(key, &name))
            .child(" ")
            .child(address);
        Some(notice(Tone::Amber, words))
    })
}

/// A part that is made of what the waiting license changes.
fn of_changes(here: Here, make: fn(&Changes<'_>) -> Option<El>) -> Node {
    here.show(move |_, owner| {
        let comparison = of_offer(owner)?;
        let free = |module: &ModuleName| {
            let known = owner.modules.iter().find(|known| known.module == *module)?;
            Some(here.href(LicensesDialog::Remove(known.id)))
        };
        let changes = Changes {
            owner: &owner.description,
            before: owner.installed.as_ref().map(|it| &it.license),
            after: &owner.offer.as_ref()?.license,
            comparison: &comparison,
            columns: &TO_COME,
            free: &free,
        };
        make(&changes)
    })
}

/// The words beside the buttons: why *Activate* is disabled, or what to look at first.
fn words(here: Here) -> Node {
    of_changes(here, |changes| {
        let words = |icon, sentence: &str| p(glyph(icon)).child(el("span").child(sentence));
        if let Some(why) = why_not(changes.comparison) {
            return Some(words(Icon::Blocked, &why).class("red-words"));
        }
        let asks = changes.comparison.asks_for_a_person();
        asks.then(|| words(Icon::Warning, now(K::FootAsks)).class("amber-words"))
    })
}

impl Open {
    /// Tells what changed while the dialog was open, also when another administrator was quicker.
    fn watch(self) {
        let shown = StoredValue::new(None::<Shown>);
        effect(move || {
            let found = self.here.with_owner(|_, owner| {
                let told = shown.with_value(|shown| told(shown.as_ref()?, owner));
                (told, Shown::of(owner))
            });
            let Some((told, now_shown)) = found else {
                return;
            };
            shown.set_value(Some(now_shown));
            // What this dialog is doing itself is said elsewhere.
            if let Some(told) = told.filter(|_| !self.busy.get_untracked()) {
                self.note.set(say_told(&told));
                self.fault.set(String::new());
            }
        });
    }

    fn put_when_gone(self) {
        on_cleanup(move || {
            if let Some(Some(licenses)) = self.after.try_update_value(Option::take) {
                self.here.licenses.put(licenses);
            }
        });
    }

    fn notes(self) -> Node {
        let note = live(move || {
            let words = self.note.get();
            let title = now(K::ChangedMeanwhile);
            (!words.is_empty()).then(|| said(Tone::Amber, title.to_owned(), words))
        });
        let fault = live(move || {
            let words = self.fault.get();
            (!words.is_empty()).then(|| said(Tone::Red, self.title.get(), words))
        });
        let nothing = self
            .here
            .show(|_, owner| owner.offer.is_none().then(|| p(now(K::NothingWaits))));
        nodes![note, fault, nothing]
    }

    fn buttons(self, waits: Memo<bool>) -> Node {
        let here = self.here;
        let blocked = Signal::derive(move || {
            let comparison = here.with_owner(|_, owner| of_offer(owner)).flatten();
            comparison.is_none_or(|comparison| comparison.is_blocked())
        });
        live(move || {
            let close = if waits.get() { K::Cancel } else { K::Close };
            let close = Button::new(close).on_click(move || here.close());
            let activate = waits.get().then(|| {
                Button::new(K::Activate)
                    .primary()
                    .busy(self.busy)
                    .off(blocked)
                    .on_click(move || self.activate())
            });
            nodes![close, activate]
        })
    }

    /// What came from a file or by a change of serial number can be discarded.
    fn discard_button(self) -> Node {
        self.here.show(move |_, owner| {
            let offer = owner.offer.as_ref()?;
            let button = Button::new(K::Discard).on_click(move || self.discard());
            (offer.origin != Origin::LicenseServer).then(|| button.view())
        })
    }

    fn activate(self) {
        let seen = self.here.with_owner(|_, owner| {
            let offer = owner.offer.as_ref()?;
            Some(wire::Activate {
                owner: owner.owner.clone(),
                sequence: offer.license.sequence,
                sha256: offer.sha256.clone(),
                revision: owner.revision,
            })
        });
        let Some(Some(seen)) = seen else { return };
        let ask = move |()| {
            let done = fill(K::NowActive, &[("number", &seen.sequence.to_string())]);
            then(api::activate(&seen), move |answer| {
                self.after.set_value(Some(answer.licenses));
                self.here.status.say(done);
                self.here.close();
            })
        };
        self.act(K::NotActivated, Box::new(ask));
    }

    fn discard(self) {
        let seen = self.here.with_owner(|_, owner| {
            let sequence = owner.offer.as_ref()?.license.sequence;
            let revision = owner.revision;
            Some((owner.owner.to_string(), Discard { sequence, revision }))
        });
        let Some(Some((owner, seen))) = seen else {
            return;
        };
        let ask = move |()| {
            then(api::discard_offer(&owner, &seen), move |_| {
                let here = self.here;
                here.status.say(now(K::Discarded).to_owned());
                here.close();
                here.licenses.reload();
            })
        };
        self.act(K::NotDiscarded, Box::new(ask));
    }

    fn act(self, title: K, ask: Box<dyn Call<(), Asking<Then>>>) {
        self.note.set(String::new());
        self.fault.set(String::new());
        let failed = move |failure: Failure| {
            let blocked =
                matches!(&failure, Failure::Refused(body) if body.code == ErrorCode::Blocked);
            self.title.set(now(title).to_owned());
            self.fault.set(if blocked {
                now(K::ToldSeats).to_owned()
            } else {
                say(&failure)
            });
            // The dialog then shows how it is now, and tells what changed.
            self.here.licenses.reload();
        };
        act(self.here.session, self.busy, ask, Rc::new(failed));
    }
}

/// Something that came up while the dialog was open.
pub(super) fn said(tone: Tone, title: String, sentences: String) -> El {
    alert(tone, nodes![el("strong").child(title), p(sentences)])
}

fn say_told(told: &Told) -> String {
    let said = |key, number: &u64| fill(key, &[("number", &number.to_string())]);
    match told {
        Told::Replaced { old, new } => {
            let [old, new] = [old, new].map(u64::to_string);
            fill(K::ToldReplaced, &[("old", &old), ("new", &new)])
        }
        Told::Activated(number, Some(user)) => {
            let number = number.to_string();
            fill(K::ToldActivated, &[("user", user), ("number", &number)])
        }
        Told::Activated(number, None) => said(K::ToldActivatedByItself, number),
        Told::Gone(number) => said(K::ToldGone, number),
        Told::Other(number) => said(K::ToldOther, number),
    }
}
