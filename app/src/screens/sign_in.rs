//! Signing in: the first page of everybody, and the dialog over an open screen when a session has ended.

use leptos::prelude::*;
use licensing::wire::{self, ErrorCode};

use crate::api::{self, Failure};
use crate::parts::failure::{say, too_many_attempts};
use crate::session::{begin_anew, session};
use crate::shell::{Logo, Switches};
use crate::text::{K, fill, t};
use crate::ui::dialog::{Dialog, Width};
use crate::ui::form::{Button, Field, Look};
use crate::ui::live::{effect, maybe, on};
use crate::ui::notice::{Notice, Tone};

/// Longest user ID and password, in characters.
const LONGEST: u32 = 200;

/// The page for signing in.
#[component]
pub(crate) fn SignIn(
    /// Whose console it is, where known.
    company: Option<String>,
    /// Whether this is a demo.
    demo: bool,
) -> impl IntoView {
    let session = session();
    let of = move || match &company {
        Some(company) => fill(K::ConsoleOf, &[("company", company)]),
        None => t(K::Console)().to_owned(),
    };
    effect(move || {
        document().set_title(&[t(K::SignIn)(), " · ", t(K::Zetel)()].concat());
    });
    let first_user = if demo { "admin" } else { "" };
    let enter = move |who: wire::Session| session.signed_in(who);
    view! {
        <main class="gate">
            <section class="gate-sheet">
                <p class="brand">
                    <Logo />
                    <span>{t(K::Zetel)}</span>
                </p>
                <h1 tabindex="-1">{t(K::SignIn)}</h1>
                <p class="soft">{of}</p>
                <Form user_id=first_user.to_owned() on_signed_in=Callback::new(enter) />
            </section>
            <Switches />
        </main>
    }
}

/// Over everything, when the session has ended: what is open stays open, and goes on afterwards.
#[component]
pub(crate) fn SignInAgain() -> impl IntoView {
    let session = session();
    let before = session.who();
    let user_id = before.as_ref().map(|who| who.user_id.clone());
    let enter = move |who: wire::Session| {
        if before
            .as_ref()
            .is_some_and(|before| before.user != who.user)
        {
            begin_anew();
        } else {
            session.signed_in(who);
        }
    };
    view! {
        <Dialog title=K::SignInAgain width=Width::Narrow closable=false on_close=Callback::from(|| ())>
            <div class="dialog-body">
                <p>{t(K::SignInAgainText)}</p>
                <Form user_id=user_id.unwrap_or_default() again=true on_signed_in=Callback::new(enter) />
                <p>
                    <button type="button" class="link" on:click=on(move |_| begin_anew())>
                        {t(K::SignInAsOther)}
                    </button>
                </p>
            </div>
        </Dialog>
    }
}

/// The server could not be asked when the page was opened.
#[component]
pub(crate) fn Unreachable(
    /// Why.
    failure: Failure,
) -> impl IntoView {
    let reload = move || {
        // The browser refuses this in no page.
        drop(window().location().reload());
    };
    view! {
        <main class="gate">
            <section class="gate-sheet">
                <p class="brand">
                    <Logo />
                    <span>{t(K::Zetel)}</span>
                </p>
                <h1 tabindex="-1">{t(K::UnreachableTitle)}</h1>
                <Notice tone=Tone::Red>
                    <p>{say(&failure)}</p>
                </Notice>
                <Button label=K::TryAgain look=Look::Primary on_click=Callback::from(reload) />
            </section>
        </main>
    }
}

/// User ID and password. The password is fetched from the field when it is sent, and cleared after a failure.
#[component]
fn Form(
    /// What stands in the first field at the beginning.
    user_id: String,
    /// Signing in again: the user ID is fixed.
    #[prop(optional)]
    again: bool,
    /// Somebody signed in.
    on_signed_in: Callback<wire::Session>,
) -> impl IntoView {
    let known = !user_id.is_empty();
    let user_id = RwSignal::new(user_id);
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let wait = RwSignal::new(0_u64);
    count_down(wait);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || wait.get_untracked() > 0 {
            return;
        }
        let sign_in = wire::SignIn {
            user_id: user_id.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        busy.set(true);
        failure.set(None);
        leptos::task::spawn_local(async move {
            let answer = api::sign_in(&sign_in).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(who) => on_signed_in.run(who),
                Err(why) => {
                    wait.set(seconds_to_wait(&why));
                    password.set(String::new());
                    failure.set(Some(why));
                }
            }
        });
    };
    let trouble = maybe(move || {
        failure.get().map(|failure| {
            let words = move || match wait.get() {
                0 => say(&failure),
                seconds => too_many_attempts(Some(seconds)),
            };
            view! {
                <Notice tone=Tone::Red live=true>
                    <p>{words}</p>
                </Notice>
            }
            .into_any()
        })
    });
    let waits = Signal::derive(move || wait.get() > 0);
    view! {
        <form class="form" on:submit=on(send)>
            <Field
                name="user-id"
                label=K::UserName
                value=user_id
                autocomplete="username"
                longest=LONGEST
                read_only=again
                autofocus=!known
            />
            <Field
                name="password"
                label=K::Password
                value=password
                kind="password"
                autocomplete="current-password"
                longest=LONGEST
                autofocus=known
            />
            {trouble}
            <Button label=K::SignIn look=Look::Primary busy off=waits submits=true />
        </form>
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
