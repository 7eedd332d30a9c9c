//! A user's card: who it is, what they hold, and one license more by a press of a button.

use leptos::html;
use leptos::prelude::*;
use licensing::wire::{Assign, UserCard, UserLicense, UserLicenses};

use super::Known;
use super::rows::{can_log_in, former, kind, last_sign_in};
use crate::api;
use crate::api::Failure;
use crate::events::changes;
use crate::parts::refusal::say_refusals;
use crate::remote::remote;
use crate::session::session;
use crate::text::{K, N, fill, now, number, t, tn};
use crate::ui::dialog::{Dialog, Width};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::{effect, live, maybe, on};
use crate::ui::loaded::{Loaded, Remote};
use crate::ui::media::one_column;
use crate::ui::notice::{Notice, Tone};
use crate::ui::status::status;

/// The card of a user: beside the list where there is room, else over it.
#[component]
pub(super) fn Card(
    /// Whose (id).
    user: i32,
    /// What can be held.
    licenses: Known,
    /// Asked to close.
    on_close: Callback<()>,
    /// A license was assigned.
    on_assigned: Callback<()>,
) -> impl IntoView {
    let changes = changes();
    let card = remote(
        move || {
            changes.users();
            user
        },
        api::user,
    );
    let narrow = one_column();
    let name = Signal::derive(move || {
        let name = card
            .value
            .with(|card| card.as_ref().map(|card| card.user.full_name.clone()));
        name.unwrap_or_else(|| now(K::UserInformation).to_owned())
    });
    let inside = move || view! { <Inside card licenses on_assigned /> };
    live(move || {
        if narrow.get() {
            view! {
                <Dialog title=name width=Width::Narrow on_close>
                    <div class="dialog-body">{inside()}</div>
                </Dialog>
            }
            .into_any()
        } else {
            view! {
                <Beside name on_close>
                    {inside()}
                </Beside>
            }
            .into_any()
        }
    })
}

/// A panel beside the list; takes the focus when it is opened from there, gives it back by `on_close`.
#[component]
fn Beside(name: Signal<String>, on_close: Callback<()>, children: Children) -> impl IntoView {
    let heading = NodeRef::<html::H2>::new();
    effect(move || {
        if let Some(heading) = heading.get() {
            // It has a tabindex.
            drop(heading.focus());
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            on_close.run(());
        }
    };
    view! {
        <section class="card sheet" aria-labelledby="card-name" on:keydown=on(on_key)>
            <header class="card-head">
                <h2 id="card-name" tabindex="-1" node_ref=heading>
                    {name}
                </h2>
                <button type="button" class="icon-button" aria-label=t(K::Close) on:click=on(move |_| on_close.run(()))>
                    <Glyph icon=Icon::Cross />
                </button>
            </header>
            {children()}
        </section>
    }
}

#[component]
fn Inside(card: Remote<UserCard>, licenses: Known, on_assigned: Callback<()>) -> impl IntoView {
    let trouble = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(None::<i32>);
    let act = Acting {
        card,
        licenses,
        trouble,
        busy,
        on_assigned,
    };
    view! {
        <Loaded there=card.there() waiting=card.waiting rows=5>
            {card.show(details)}
            <Trouble trouble licenses />
            {maybe(move || {
                let user = card.value.get()?;
                licenses.value.with(|known| Some(held(&user, known.as_ref()?, act)))
            })}
        </Loaded>
    }
}

fn details(card: &UserCard) -> AnyView {
    let user = &card.user;
    let line = |label: K, value: AnyView| {
        view! {
            <div>
                <dt>{t(label)}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let text = |label: K, value: &str| {
        let value = value.to_owned();
        (!value.is_empty()).then(|| line(label, value.into_any()))
    };
    view! {
        <dl class="facts">
            {line(K::UserId, view! { {user.user_id.clone()} {former(user.former_employee)} }.into_any())}
            {line(K::ColType, now(kind(user.user_type)).into_any())}
            {text(K::Email, &card.email)}
            {text(K::PrimaryGroup, &user.primary_group)}
            {text(K::Role, &user.role)}
            {line(K::LastSignIn, last_sign_in(user.last_sign_in))}
            {line(K::CanLogIn, can_log_in(user.can_log_in).into_any())}
        </dl>
    }
    .into_any()
}

/// Why a license was not assigned.
#[component]
fn Trouble(trouble: RwSignal<Option<Failure>>, licenses: Known) -> impl IntoView {
    maybe(move || {
        trouble.get().map(|failure| {
            let sentences = live(move || {
                licenses.value.with(|known| {
                    let known = known.as_ref().map(|known| known.licenses.as_slice());
                    let sentences = say_refusals(&failure, known.unwrap_or_default());
                    sentences
                        .into_iter()
                        .map(|sentence| view! { <p>{sentence}</p> })
                        .collect_view()
                        .into_any()
                })
            });
            view! {
                <Notice tone=Tone::Red title=K::NotAssigned live=true>
                    {sentences}
                </Notice>
            }
            .into_any()
        })
    })
}

/// What the card acts with.
#[derive(Clone, Copy)]
struct Acting {
    card: Remote<UserCard>,
    licenses: Known,
    trouble: RwSignal<Option<Failure>>,
    /// Id of the module that is being assigned.
    busy: RwSignal<Option<i32>>,
    on_assigned: Callback<()>,
}

/// What can be held, by owner: what they have, what they do not.
fn held(user: &UserCard, known: &UserLicenses, act: Acting) -> AnyView {
    let shown: Vec<_> = known
        .licenses
        .iter()
        .filter(|license| !license.hidden)
        .collect();
    let groups: Vec<_> = shown
        .chunk_by(|one, next| one.owner == next.owner)
        .map(|group| {
            let rows: Vec<_> = group
                .iter()
                .map(|license| held_row(user, license, act))
                .collect();
            view! {
                <h3>{group[0].owner_description.clone()}</h3>
                <ul class="held">{rows}</ul>
            }
        })
        .collect();
    let hidden = known
        .licenses
        .iter()
        .filter(|license| license.hidden && user.effective.contains(&license.id))
        .count();
    let more = (hidden > 0).then(|| {
        let words = tn(
            N::HiddenHeld,
            i64::try_from(hidden).unwrap_or(i64::MAX),
            &[],
        );
        view! { <p class="soft">{words}</p> }
    });
    let nothing = shown
        .is_empty()
        .then(|| view! { <p class="soft">{t(K::NoUserLicenses)}</p> });
    view! {
        <div class="held-groups">{groups} {nothing} {more}</div>
    }
    .into_any()
}

fn held_row(user: &UserCard, license: &UserLicense, act: Acting) -> impl IntoView + use<> {
    let seats = match license.total {
        Some(total) => {
            let full = license.in_use >= total;
            let text = [number(license.in_use.into()), number(total.into())].join(" / ");
            view! { <span class="figures" class:amber-text=full class:soft=!full>{text}</span> }
        }
        None => view! {
            <span class="figures" class:amber-text=false class:soft=true>
                {number(license.in_use.into())}
            </span>
        },
    };
    let assigned = user.assignments.contains(&license.id);
    let standing = if assigned || user.effective.contains(&license.id) {
        let word = if assigned { K::Assigned } else { K::ByPlan };
        view! {
            <span class="has">
                <Glyph icon=Icon::Done />
                {now(word)}
            </span>
        }
        .into_any()
    } else if session().is_administrator() {
        assign_button(user, license, act).into_any()
    } else {
        ().into_any()
    };
    view! {
        <li>
            <span class="held-name">{license.description.clone()}</span>
            {seats}
            <span class="held-act">{standing}</span>
        </li>
    }
}

fn assign_button(user: &UserCard, license: &UserLicense, act: Acting) -> impl IntoView + use<> {
    let (session, status) = (session(), status());
    let (id, revision, module) = (user.user.user, user.revision, license.id);
    let (name, what) = (user.user.full_name.clone(), license.description.clone());
    let label = fill(K::AssignLicence, &[("license", &what)]);
    let press = move |_| {
        if act.busy.get_untracked().is_some() {
            return;
        }
        act.busy.set(Some(module));
        act.trouble.set(None);
        let done = fill(K::AssignedTo, &[("license", &what), ("user", &name)]);
        leptos::task::spawn_local(async move {
            let assign = Assign { module, revision };
            let answer = session.call(move || api::assign(id, &assign)).await;
            if act.busy.try_set(None).is_some() {
                return;
            }
            match answer {
                Ok(card) => {
                    act.card.put(card);
                    act.on_assigned.run(());
                    status.say(done);
                }
                Err(failure) => {
                    // What it is now, below the reason.
                    act.card.reload();
                    act.licenses.reload();
                    act.trouble.set(Some(failure));
                }
            }
        });
    };
    let busy = move || (act.busy.get() == Some(module)).then_some("true");
    view! {
        <button type="button" class="button small" aria-label=label aria-busy=busy on:click=on(press)>
            {t(K::Assign)}
        </button>
    }
}
