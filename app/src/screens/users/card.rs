//! A user's card: who it is, what they hold, and one license more by a press of a button.

use std::rc::Rc;

use leptos::prelude::*;
use licensing::wire::{Assign, UserCard, UserLicense, UserLicenses};

use super::Known;
use super::rows::{can_log_in, kind, last_sign_in};
use crate::api::{self, Failure};
use crate::events::changes;
use crate::nodes;
use crate::parts::refusal::say_refusals;
use crate::remote::remote;
use crate::session::session;
use crate::text::{K, N, fill, now, number, tn};
use crate::ui::dialog::{self, Dialog};
use crate::ui::el::{El, Node, Spot, el, live};
use crate::ui::icon::{Icon, glyph};
use crate::ui::loaded::{Remote, loaded};
use crate::ui::media::one_column;
use crate::ui::notice::{Tone, alert, p};
use crate::ui::status::status;

/// What the card acts with.
#[derive(Clone)]
struct Acting {
    card: Remote<UserCard>,
    licenses: Known,
    /// Why a license was not assigned.
    trouble: RwSignal<Option<Failure>>,
    /// Id of the module that is being assigned.
    busy: RwSignal<Option<i32>>,
    on_assigned: Rc<dyn Fn()>,
}

/// The card of a user (its id): beside the list where there is room, else over it.
pub(super) fn card(
    user: i32,
    licenses: Known,
    on_close: impl Fn() + 'static,
    on_assigned: impl Fn() + 'static,
) -> Node {
    let changes = changes();
    let acting = Acting {
        card: remote(
            move || {
                changes.users();
                user
            },
            api::user,
        ),
        licenses,
        trouble: RwSignal::new(None),
        busy: RwSignal::new(None),
        on_assigned: Rc::new(on_assigned),
    };
    let card = acting.card;
    let on_close: Rc<dyn Fn()> = Rc::new(on_close);
    let narrow = one_column();
    live(move || {
        let name = live(move || {
            let name = |card: &UserCard| card.user.full_name.clone();
            let name = card.value.with(|card| card.as_ref().map(name));
            name.unwrap_or_else(|| now(K::UserInformation).to_owned())
        });
        let on_close = Rc::clone(&on_close);
        let inside = inside(acting.clone());
        if narrow.get() {
            let dialog = Dialog::new(name, move || on_close()).narrow();
            dialog.view(dialog::body(inside))
        } else {
            beside(name, on_close, inside)
        }
    })
}

/// A panel beside the list; takes the focus when it is opened, gives it back by `on_close`.
fn beside(name: Node, on_close: Rc<dyn Fn()>, inside: Node) -> El {
    let heading = Spot::default();
    let focus = StoredValue::new_local(heading.clone());
    Effect::new(move |_| focus.with_value(Spot::focus));
    let close = Rc::clone(&on_close);
    let cross = el("button")
        .attr("type", "button")
        .class("icon-button")
        .attr("aria-label", K::Close)
        .on_click(move || close())
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
                on_close();
            }
        })
        .child(el("header").class("card-head").child(heading).child(cross))
        .child(inside)
}

fn inside(acting: Acting) -> Node {
    let card = acting.card;
    loaded(card.there(), card.waiting, 5, move || {
        let acting = acting.clone();
        let trouble = trouble(&acting);
        let held = live(move || {
            let user = card.value.get()?;
            let licenses = acting.licenses.value;
            licenses.with(|known| Some(held(&user, known.as_ref()?, &acting)))
        });
        nodes![card.show(facts), trouble, held]
    })
}

fn facts(card: &UserCard) -> El {
    let user = &card.user;
    let text = |text: &str| Node::Text(text.to_owned());
    let lines = [
        (K::UserId, text(&user.user_id)),
        (K::ColType, now(kind(user.user_type)).into()),
        (K::Email, text(&card.email)),
        (K::PrimaryGroup, text(&user.primary_group)),
        (K::Role, text(&user.role)),
        (K::LastSignIn, last_sign_in(user).into()),
        (K::CanLogIn, can_log_in(user.can_log_in).into()),
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

/// Why a license was not assigned.
fn trouble(acting: &Acting) -> Node {
    let (trouble, licenses) = (acting.trouble, acting.licenses);
    live(move || {
        trouble.get().map(|failure| {
            let sentences = licenses.value.with(|known| {
                let known = known.as_ref().map(|known| known.licenses.as_slice());
                say_refusals(&failure, known.unwrap_or_default())
            });
            let sentences: Vec<_> = sentences.into_iter().map(p).collect();
            let title = el("strong").child(K::NotAssigned);
            alert(Tone::Red, nodes![title, sentences])
        })
    })
}

/// What can be held, by owner: what they have, what they do not.
fn held(user: &UserCard, known: &UserLicenses, acting: &Acting) -> El {
    let licenses = known.licenses.iter();
    let shown: Vec<_> = licenses.filter(|license| !license.hidden).collect();
    let groups = shown.chunk_by(|one, next| one.owner == next.owner);
    let groups: Vec<_> = groups
        .map(|group| {
            let rows = group.iter().map(|license| held_row(user, license, acting));
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

fn held_row(user: &UserCard, license: &UserLicense, acting: &Acting) -> El {
    let in_use = number(license.in_use.into());
    let seats = match license.total {
        Some(total) => [in_use, number(total.into())].join(" / "),
        None => in_use,
    };
    let full = license.total.is_some_and(|total| license.in_use >= total);
    let seats = el("span")
        .class(if full {
            "figures amber-text"
        } else {
            "figures soft"
        })
        .child(seats);
    let assigned = user.assignments.contains(&license.id);
    let has = assigned || user.effective.contains(&license.id);
    let act = if has {
        let word = now(if assigned { K::Assigned } else { K::ByPlan });
        let has = el("span").class("has").child(glyph(Icon::Done));
        Some(has.child(word))
    } else {
        let may = session().is_administrator();
        may.then(|| assign_button(user, license, acting))
    };
    let name = el("span").class("held-name");
    el("li")
        .child(name.child(license.description.clone()))
        .child(seats)
        .child(el("span").class("held-act").child(act))
}

fn assign_button(user: &UserCard, license: &UserLicense, acting: &Acting) -> El {
    let (id, what) = (user.user.user, license.description.clone());
    let label = fill(K::AssignLicence, &[("license", &what)]);
    let names = [("license", what.as_str()), ("user", &user.user.full_name)];
    let done = fill(K::AssignedTo, &names);
    let assign = Assign {
        module: license.id,
        revision: user.revision,
    };
    let (busy, module) = (acting.busy, license.id);
    let acting = acting.clone();
    el("button")
        .attr("type", "button")
        .class("button small")
        .attr("aria-label", label)
        .attr("aria-busy", move || {
            (busy.get() == Some(module)).then_some("true")
        })
        .on_click(move || acting.assign(id, assign.clone(), done.clone()))
        .child(K::Assign)
}

impl Acting {
    fn assign(&self, user: i32, assign: Assign, done: String) {
        if self.busy.get_untracked().is_some() {
            return;
        }
        let (session, status, this) = (session(), status(), self.clone());
        self.busy.set(Some(assign.module));
        self.trouble.set(None);
        leptos::task::spawn_local(async move {
            let answer = session.call(move || api::assign(user, &assign)).await;
            if this.busy.try_set(None).is_some() {
                return;
            }
            match answer {
                Ok(card) => {
                    this.card.put(card);
                    (this.on_assigned)();
                    status.say(done);
                }
                Err(failure) => {
                    // What it is now, below the reason.
                    this.card.reload();
                    this.licenses.reload();
                    this.trouble.set(Some(failure));
                }
            }
        });
    }
}
