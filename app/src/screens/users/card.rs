//! A user's card: who it is, what they hold; for an administrator, to be changed.

mod draft;
mod edit;

use std::rc::Rc;

use licensing::wire::{Licenses, UserCard, UserLicense, UserLicenses};

use self::edit::Editing;
use super::Known;
use super::rows::{kind, last_sign_in, seats};
use crate::api;
use crate::call::Call;
use crate::events::changes;
use crate::nodes;
use crate::remote::remote;
use crate::text::{K, N, now, tn};
use crate::ui::dialog::{self, Dialog};
use crate::ui::el::{El, Node, Spot, effect, el, live};
use crate::ui::icon::{Icon, glyph};
use crate::ui::loaded::{Remote, loaded};
use crate::ui::media::one_column;
use crate::ui::notice::p;

/// The card of a user (its id): beside the list where there is room, else over it. `licenses`: what an administrator hands out.
pub(super) fn card(
    user: i32,
    known: Known,
    licenses: Option<Remote<Licenses>>,
    on_close: impl Fn() + 'static,
    on_saved: impl Fn() + 'static,
) -> Node {
    let changes = changes();
    let card = remote(
        move || {
            changes.users();
            user
        },
        api::user,
    );
    let on_close: Rc<dyn Call<()>> = Rc::new(move |()| on_close());
    let on_saved: Rc<dyn Call<()>> = Rc::new(move |()| on_saved());
    // What was changed stays when the window gets another width.
    let editing = licenses.map(|licenses| (licenses, Editing::new(user, card, licenses)));
    let narrow = one_column();
    live(move || {
        let name = live(move || {
            let name = |card: &UserCard| card.user.full_name.clone();
            let name = card.value.with(|card| card.as_ref().map(name));
            name.unwrap_or_else(|| now(K::UserInformation).to_owned())
        });
        let (on_close, on_saved) = (Rc::clone(&on_close), Rc::clone(&on_saved));
        let inside = loaded(card.there(), card.waiting, 5, move || {
            let held = match editing {
                Some((licenses, editing)) => {
                    let on_saved = Rc::clone(&on_saved);
                    let form = move || editing.form(known, Rc::clone(&on_saved));
                    loaded(licenses.there(), licenses.waiting, 5, form)
                }
                None => live(move || {
                    let card = card.value.get()?;
                    known.value.with(|known| Some(held(&card, known.as_ref()?)))
                }),
            };
            nodes![card.show(facts), held]
        });
        if narrow.get() {
            let dialog = Dialog::new(name, move || on_close.call_with(())).narrow();
            dialog.view(dialog::body(inside))
        } else {
            beside(name, on_close, inside)
        }
    })
}

/// A panel beside the list; takes the focus when it is opened, gives it back by `on_close`.
fn beside(name: Node, on_close: Rc<dyn Call<()>>, inside: Node) -> El {
    let heading = Spot::default();
    let focus = heading.clone();
    effect(move || focus.focus());
    let close = Rc::clone(&on_close);
    let cross = el("button")
        .attr("type", "button")
        .class("icon-button")
        .attr("aria-label", K::Close)
        .on_click(move || close.call_with(()))
        .child(glyph(Icon::Cross));
    let heading = el("h2")
        .attr("id", "card-name")
        .attr("tabindex", "-1")
        .at(&heading)
        .child(name);
    el("section")
        .class("card sheet")
        .attr("aria-labelledby", "card-name")
        .on_key(move |event| {
            if event.key() == "Escape" {
                event.prevent_default();
                on_close.call_with(());
            }
        })
        .child(el("header").class("card-head").child(heading).child(cross))
        .child(inside)
}

fn facts(card: &UserCard) -> El {
    let user = &card.user;
    let text = |text: &str| Node::Text(text.to_owned());
    let lines = [
        (K::UserId, text(&user.user_id)),
        (K::ColType, now(kind(user.user_type)).into()),
        (K::Email, text(&user.email)),
        (K::PrimaryGroup, text(&user.primary_group)),
        (K::Role, text(&user.role)),
        (K::OwningCompany, text(&user.company)),
        (K::LastSignIn, last_sign_in(user).into()),
    ];
    let lines = lines
        .into_iter()
        .filter(|(_, value)| !matches!(value, Node::Text(text) if text.is_empty()))
        .map(|(label, value)| {
            el("div")
                .child(el("dt").child(label))
                .child(el("dd").child(value))
        });
    el("dl").class("facts").children(lines)
}

/// What can be held, by owner: what they have, what they do not.
fn held(user: &UserCard, known: &UserLicenses) -> El {
    let licenses = known.licenses.iter();
    let shown: Vec<_> = licenses.filter(|license| !license.hidden).collect();
    let groups = shown.chunk_by(|one, next| one.owner == next.owner);
    let groups: Vec<_> = groups
        .map(|group| {
            let rows = group.iter().map(|license| held_row(user, license));
            let owner = group[0].owner_description.clone();
            nodes![el("h3").child(owner), el("ul").class("held").children(rows)]
        })
        .collect();
    let licenses = known.licenses.iter();
    let hidden = licenses.filter(|license| license.hidden && user.effective.contains(&license.id));
    let hidden = i64::try_from(hidden.count()).unwrap_or(i64::MAX);
    let more = (hidden > 0).then(|| p(tn(N::HiddenHeld, hidden, &[])).class("soft"));
    let nothing = shown.is_empty().then(|| p(K::NoUserLicenses).class("soft"));
    el("div")
        .class("held-groups")
        .child(groups)
        .child(nothing)
        .child(more)
}

fn held_row(user: &UserCard, license: &UserLicense) -> El {
    let assigned = user.assignments.contains(&license.id);
    let has = assigned || user.effective.contains(&license.id);
    let word = now(if assigned { K::Assigned } else { K::ByPlan });
    let has = has.then(|| el("span").class("has").child(glyph(Icon::Done)).child(word));
    let name = el("span").class("held-name");
    el("li")
        .child(name.child(license.description.clone()))
        .child(seats(license.in_use, license.total))
        .child(el("span").class("held-act").child(has))
}
