//! The console's client: a single-page app that the browser renders.
//!
//! `start` asks what has to be known, then mounts [`App`]: sign-in, or the shell around one screen. Rules of the house:
//! `ui` knows no licenses, `parts` know licenses and serve several screens, a screen imports no other screen, and
//! `api` knows no signals. To add a screen: `route`, `screens`, and its line in [`screen`].

#![expect(
    unreachable_pub,
    reason = "the component macro makes the structs of its properties `pub`"
)]

mod api;
mod events;
mod navigation;
mod parts;
mod remote;
mod route;
mod screens;
mod session;
mod shell;
mod text;
mod theme;
mod ui;

use leptos::prelude::*;
use licensing::wire;

use api::Failure;
use events::Changes;
use navigation::{Navigation, navigation};
use route::{LicensesRoute, Route, UsersRoute};
use session::{Session, State, session};
use ui::live::{effect, live, maybe};
use ui::status::{Status, StatusLine};

/// Id of what `index.html` shows until the client runs, and when it cannot.
const BOOT: &str = "boot";

/// Starts the client in the page that loaded it.
pub fn start() {
    console_error_panic_hook::set_once();
    theme::apply(theme::stored());
    // Leptos sets up its own way to spawn when it mounts; this comes before.
    wasm_bindgen_futures::spawn_local(boot());
}

async fn boot() {
    let (spoken, about, who) = futures_util::future::join3(
        text::switch_to(text::first_language()),
        api::about(),
        api::session(),
    )
    .await;
    let boot = document().get_element_by_id(BOOT);
    if !spoken {
        // Without words only what index.html says in every language is left.
        if let Some(boot) = boot {
            boot.set_class_name("failed");
        }
        return;
    }
    if let Some(boot) = boot {
        boot.remove();
    }
    let known = about.and_then(|about| match who {
        Ok(who) => Ok((about, Some(who))),
        Err(Failure::SignedOut) => Ok((about, None)),
        Err(failure) => Err(failure),
    });
    mount_to_body(move || match known {
        Ok((about, who)) => view! { <App about who /> }.into_any(),
        Err(failure) => view! { <screens::sign_in::Unreachable failure /> }.into_any(),
    });
}

/// Everything that is on the page.
#[component]
fn App(about: wire::About, who: Option<wire::Session>) -> impl IntoView {
    let session = Session::start(who);
    let status = Status::new();
    let changes = Changes::new();
    provide_context(session);
    provide_context(status);
    provide_context(changes);
    provide_context(Navigation::start());
    let signed_in = Memo::new(move |_| session.state() != State::Out);
    effect(move || {
        if signed_in.get() {
            changes.listen(session);
        }
    });
    let demo = about.demo;
    let company = StoredValue::new(about.company_name);
    let inside = live(move || {
        if signed_in.get() {
            view! { <shell::Shell>{screen}</shell::Shell> }.into_any()
        } else {
            view! { <screens::sign_in::SignIn company=company.get_value() demo /> }.into_any()
        }
    });
    let again = Memo::new(move |_| matches!(session.state(), State::Again(_)));
    view! {
        {demo.then(|| view! { <shell::DemoBanner signed_in /> }.into_any())}
        {inside}
        {maybe(move || again.get().then(|| view! { <screens::sign_in::SignInAgain /> }.into_any()))}
        <StatusLine status />
    }
}

/// Which component stands in the shell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Nothing,
    Licenses,
    Users,
    Forbidden,
    Unknown,
}

/// The screen of the present route; made anew only when it is another one.
fn screen() -> impl IntoView {
    let (navigation, session) = (navigation(), session());
    let screen = Memo::new(move |_| match navigation.route() {
        Route::Start | Route::SignIn => Screen::Nothing,
        Route::Licenses(_) if !session.is_administrator() => Screen::Forbidden,
        Route::Licenses(_) => Screen::Licenses,
        Route::Users(_) | Route::UserLicenses(_) => Screen::Users,
        Route::Unknown => Screen::Unknown,
    });
    effect(move || {
        if screen.get() == Screen::Nothing {
            navigation.replace(home(session));
        }
    });
    live(move || match screen.get() {
        Screen::Nothing => ().into_any(),
        Screen::Licenses => view! { <screens::licenses::Licenses /> }.into_any(),
        Screen::Users => view! { <screens::users::Users /> }.into_any(),
        Screen::Forbidden => view! { <shell::Forbidden /> }.into_any(),
        Screen::Unknown => view! { <shell::Unknown /> }.into_any(),
    })
}

/// Where this person begins.
fn home(session: Session) -> Route {
    if session.is_administrator() {
        Route::Licenses(LicensesRoute::default())
    } else {
        Route::Users(UsersRoute::default())
    }
}
