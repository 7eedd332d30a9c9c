//! What was freed in the last 30 days, and giving it back.

use licensing::wire::{Freeing, Freeings, Selected};

use super::Known;
use super::many::dialog::dialog;
use super::many::{Begin, Selection};
use crate::api;
use crate::events::changes;
use crate::nodes;
use crate::parts::words::list;
use crate::reactive::{RwSignal, Signal};
use crate::remote::remote;
use crate::session::session;
use crate::text::{K, N, now, tn};
use crate::ui::el::{El, Node, el, live};
use crate::ui::form::Button;
use crate::ui::loaded::loaded;
use crate::ui::notice::p;
use crate::ui::table::{Column, row, table};
use crate::ui::time::instant;

const COLUMNS: [Column; 4] = [
    Column::head(K::FreedWhen),
    Column::text(K::FreedWhat),
    Column::text(K::FreedBy),
    Column::unlabelled(K::GiveBack),
];

/// The tab of what was freed, for an administrator.
pub(super) fn freed(known: Known) -> Node {
    let changes = changes();
    let freeings = remote(move || changes.users(), |()| api::freeings());
    let selection = Selection::new();
    // The act that is about to be undone.
    let act = RwSignal::new(String::new());
    let inside = loaded(freeings.there(), freeings.waiting, 4, move || {
        freeings.show(move |freeings: &Freeings| {
            if freeings.acts.is_empty() {
                return p(K::FreedNothing).class("empty");
            }
            let rows = freeings
                .acts
                .iter()
                .map(|freeing| line(freeing, selection, act));
            let rows: Vec<_> = rows.collect();
            table(K::FreedSeats, &COLUMNS, None, el("tbody").children(rows))
        })
    });
    let opened = live(move || {
        selection.is_open().then(|| {
            let act = act.get_untracked();
            let selected = Selected::Touched { act: act.clone() };
            dialog(selection, selected, known, Begin::Restore(act))
        })
    });
    let how = p(K::FreedHow).class("soft freed-how");
    let sheet = el("div").class("sheet").child(inside);
    nodes![how, sheet, opened]
}

fn line(freeing: &Freeing, selection: Selection, act: RwSignal<String>) -> El {
    let session = session();
    let clock = Signal::derive(move || session.now());
    let licenses: Vec<_> = freeing
        .licenses
        .iter()
        .map(|freed| {
            let users = i64::try_from(freed.users).unwrap_or(i64::MAX);
            tn(N::GoesSome, users, &[("license", &freed.description)])
        })
        .collect();
    let last: Node = match freeing.given_back {
        Some(at) => nodes![now(K::GivenBack), " ", instant(at.0, clock)],
        None => {
            let id = freeing.act.clone();
            let button = Button::new(K::GiveBack).on_click(move || {
                act.set(id.clone());
                selection.open();
            });
            button.into()
        }
    };
    row(
        &COLUMNS,
        [
            instant(freeing.at.0, clock).into(),
            list(&licenses).into(),
            freeing.actor.clone().unwrap_or_default().into(),
            last,
        ],
    )
}
