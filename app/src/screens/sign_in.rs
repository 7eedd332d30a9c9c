//! Signing in: the first page of everybody, and the dialog over an open screen when a session has ended.

use leptos::prelude::{document, on_cleanup, set_interval_with_handle, window};
use licensing::wire::{self, ErrorCode};

use crate::api::{self, Failure};
use crate::nodes;
use crate::parts::failure::{say, too_many_attempts};
use crate::reactive::{RwSignal, Signal};
use crate::session::{begin_anew, session};
use crate::shell::{brand, switches};
use crate::text::{K, fill, now};
use crate::ui::dialog::{self, Dialog};
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::form::{Button, Field};
use crate::ui::notice::{Tone, alert, notice, p};

/// The page for signing in to the console of a company (where known).
pub(crate) fn sign_in(company: Option<String>, demo: bool) -> El {
    let session = session();
    let of = live(move || match &company {
        Some(company) => fill(K::ConsoleOf, &[("company", company)]),
        None => now(K::Console).to_owned(),
    });
    effect(|| document().set_title(&[now(K::SignIn), " · ", now(K::Zetel)].concat()));
    let first_user = if demo { "admin" } else { "" };
    let form = form(first_user.to_owned(), false, move |who| {
        session.signed_in(who);
    });
    let inside = nodes![p(of).class("soft"), form];
    gate(K::SignIn, inside).child(switches())
}

/// Over everything, when the session has ended: what is open stays open, and goes on afterwards.
pub(crate) fn sign_in_again() -> El {
    let session = session();
    let before = session.who();
    let user_id = before.as_ref().map(|who| who.user_id.clone());
    let enter = move |who: wire::Session| {
        let other = |before: &wire::Session| before.user != who.user;
        if before.as_deref().is_some_and(other) {
            begin_anew();
        } else {
            session.signed_in(who);
        }
    };
    let leave = el("button")
        .attr("type", "button")
        .class("link")
        .on_click(begin_anew)
        .child(K::SignInAsOther);
    let form = form(user_id.unwrap_or_default(), true, enter);
    Dialog::new(K::SignInAgain, || ())
        .narrow()
        .fixed()
        .view(dialog::body(nodes![p(K::SignInAgainText), form, p(leave)]))
}

/// The server could not be asked when the page was opened.
pub(crate) fn unreachable(failure: Failure) -> El {
    let words = live(move || say(&failure));
    let reload = || {
        // The browser refuses this in no page.
        drop(window().location().reload());
    };
    let again = Button::new(K::TryAgain).primary().on_click(reload);
    gate(
        K::UnreachableTitle,
        nodes![notice(Tone::Red, p(words)), again],
    )
}

fn gate(heading: K, inside: Node) -> El {
    let sheet = el("section")
        .class("gate-sheet")
        .child(brand("p"))
        .child(el("h1").attr("tabindex", "-1").child(heading))
        .child(inside);
    el("main").class("gate").child(sheet)
}

/// What the form works with.
#[derive(Clone, Copy)]
struct Entry {
    user_id: RwSignal<String>,
    password: RwSignal<String>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// Seconds until the next attempt is allowed.
    wait: RwSignal<u64>,
}

/// User name and password. `again`: the user name is fixed.
fn form(user_id: String, again: bool, enter: impl Fn(wire::Session) + Clone + 'static) -> El {
    let known = !user_id.is_empty();
    let entry = Entry {
        user_id: RwSignal::new(user_id),
        password: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        wait: RwSignal::new(0),
    };
    count_down(entry.wait);
    let Entry { wait, failure, .. } = entry;
    let trouble = live(move || {
        failure.get().map(|failure| {
            let words = live(move || match wait.get() {
                0 => say(&failure),
                seconds => too_many_attempts(Some(seconds)),
            });
            alert(Tone::Red, p(words))
        })
    });
    let button = Button::new(K::SignIn)
        .primary()
        .submits()
        .busy(entry.busy)
        .off(Signal::derive(move || wait.get() > 0));
    let user_id = Field::new("user-id", K::UserName, entry.user_id)
        .autocomplete("username")
        .read_only(again)
        .focused(!known);
    let password = Field::new("password", K::Password, entry.password)
        .password()
        .autocomplete("current-password")
        .focused(known);
    el("form")
        .class("form")
        .on("submit", move |event| {
            event.prevent_default();
            entry.send(enter.clone());
        })
        .child(user_id)
        .child(password)
        .child(trouble)
        .child(button)
}

impl Entry {
    fn send(self, enter: impl Fn(wire::Session) + 'static) {
        if self.busy.get_untracked() || self.wait.get_untracked() > 0 {
            return;
        }
        let sign_in = wire::SignIn {
            user_id: self.user_id.get_untracked().trim().to_owned(),
            password: self.password.get_untracked(),
        };
        self.busy.set(true);
        self.failure.set(None);
        leptos::task::spawn_local(async move {
            let answer = api::sign_in(&sign_in).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(who) => enter(who),
                Err(why) => {
                    self.wait.set(seconds_to_wait(&why));
                    self.password.set(String::new());
                    self.failure.set(Some(why));
                }
            }
        });
    }
}

fn seconds_to_wait(failure: &Failure) -> u64 {
    match failure {
        Failure::Refused(body) if body.code == ErrorCode::TooManyAttempts => {
            body.retry_after.unwrap_or_default()
        }
        _ => 0,
    }
}

/// Lets a number of seconds run out.
fn count_down(wait: RwSignal<u64>) {
    let beat = move || {
        if wait.get_untracked() > 0 {
            wait.update(|wait| *wait -= 1);
        }
    };
    let handle = set_interval_with_handle(beat, std::time::Duration::from_secs(1)).ok();
    on_cleanup(move || {
        if let Some(handle) = handle {
            handle.clear();
        }
    });
}
