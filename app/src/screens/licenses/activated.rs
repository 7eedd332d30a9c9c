//! The dialog *New licence activated*: what changed by itself, to read. Opening it marks it as seen.

use std::rc::Rc;

use licensing::wire::{OwnerView, Seen};

use super::Here;
use super::changes::{Changes, HAPPENED};
use super::header::sequence;
use super::offer::of_activated;
use crate::api::{self, then};
use crate::nodes;
use crate::parts::act::act;
use crate::reactive::RwSignal;
use crate::text::{self, K, Length, fill, now};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, live};
use crate::ui::form::Button;
use crate::ui::notice::p;

/// The dialog.
pub(super) fn activated(here: Here) -> El {
    // Kept: once it is marked as seen, the server does not say it again.
    let kept = here.with_owner(|_, owner| owner.activated.is_some().then(|| owner.clone()));
    let kept = Rc::new(kept.flatten());
    if let Some(owner) = kept.as_ref() {
        mark_seen(here, owner);
    }
    let inside = if kept.is_some() {
        nodes![
            of_changes(&kept, |it| it.itself()),
            of_changes(&kept, |it| it.list()),
            of_changes(&kept, |it| it.rest()),
        ]
    } else {
        p(K::NothingWaits).into()
    };
    let close = move || here.close();
    Dialog::new(K::NewLicenceActivated, close)
        .subtitle(live(move || subtitle(kept.as_ref().as_ref()?)))
        .view(nodes![
            body(inside),
            foot(Button::new(K::Close).on_click(close))
        ])
}

fn subtitle(owner: &OwnerView) -> Option<String> {
    let activated = owner.activated.as_ref()?;
    let date = text::date_of(activated.at.0, Length::Long);
    let parts = [
        owner.description.clone(),
        fill(K::ActivatedOn, &[("date", &date)]),
        sequence(activated.sequence),
        now(K::OnlyChanged).to_owned(),
    ];
    Some(text::joined(&parts, " · "))
}

fn of_changes(
    kept: &Rc<Option<OwnerView>>,
    make: impl Fn(&Changes<'_>) -> Option<El> + 'static,
) -> Node {
    let kept = Rc::clone(kept);
    live(move || {
        let owner = kept.as_ref().as_ref()?;
        let comparison = of_activated(owner)?;
        make(&Changes {
            owner: &owner.description,
            before: owner.activated.as_ref()?.before.as_ref(),
            after: &owner.installed.as_ref()?.license,
            comparison: &comparison,
            columns: &HAPPENED,
            free: &|_| None,
        })
    })
}

fn mark_seen(here: Here, owner: &OwnerView) {
    let Some(activated) = &owner.activated else {
        return;
    };
    let (name, sequence) = (owner.owner.to_string(), activated.sequence);
    let ask = move |()| {
        let seen = Seen { sequence };
        then(api::seen(&name, &seen), move |_| here.licenses.reload())
    };
    // When it could not be marked, it is shown once more.
    act(
        here.session,
        RwSignal::new(false),
        Box::new(ask),
        Rc::new(|_| ()),
    );
}
