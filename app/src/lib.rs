//! The console's client: a single-page app that the browser renders.
//!
//! `start` asks what has to be known, then mounts [`app`]: sign-in, or the shell around one screen. Rules of the house:
//! `ui` knows no licenses, `parts` know licenses and serve several screens, a screen imports no other screen, and
//! `api` knows no signals. To add a screen: `route`, `screens`, and its line in [`screen`].

mod api;
mod call;
mod events;
mod json;
mod later;
mod navigation;
mod parts;
mod reactive;
mod remote;
mod route;
mod screens;
mod session;
mod shell;
mod text;
mod theme;
mod ui;

use leptos::prelude::{document, provide_context};
use licensing::wire;

use api::Failure;
use events::Changes;
use navigation::{Navigation, navigation};
use route::{LicensesRoute, Route, UsersRoute};
use session::{Session, State, session};
use text::K;
use ui::el::{Node, effect, live, mount};
use ui::status::{Status, status_line};

use crate::reactive::Memo;

/// Id of what `index.html` shows until the client runs, and when it cannot.
const BOOT: &str = "boot";

/// Starts the client in the page that loaded it.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
    theme::apply(theme::stored());
    // Leptos' own way to spawn is set up when something is mounted; this comes before.
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
    let body = document().body().expect("a page has a body");
    mount(&body, move || match known {
        Ok((about, who)) => app(about, who),
        Err(failure) => screens::sign_in::unreachable(failure).into(),
    });
}

/// Everything that is on the page.
fn app(about: wire::About, who: Option<wire::Session>) -> Node {
    let session = Session::start(who);
    let status = Status::new();
    let changes = Changes::new();
    provide_context(session);
    provide_context(status);
    provide_context(changes);
    provide_context(Navigation::start());
    parts::drop::guard(status);
    let signed_in = Memo::new(move |_| !matches!(session.state(), State::Out));
    effect(move || {
        if signed_in.get() {
            changes.listen(session);
        }
    });
    let demo = about.demo.then(|| shell::demo_banner(signed_in));
    let inside = live(move || -> Node {
        if signed_in.get() {
            shell::shell(screen())
        } else {
            screens::sign_in::sign_in(about.company_name.clone(), about.demo).into()
        }
    });
    let again = Memo::new(move |_| matches!(session.state(), State::Again(_)));
    let again = live(move || again.get().then(screens::sign_in::sign_in_again));
    nodes![demo, inside, again, status_line(status)]
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
fn screen() -> Node {
    let (navigation, session) = (navigation(), session());
    let screen = Memo::new(move |_| match navigation.route() {
        Route::Start | Route::SignIn => Screen::Nothing,
        Route::Licenses(_) if !session.is_administrator() => Screen::Forbidden,
        Route::Licenses(_) => Screen::Licenses,
        Route::Users(_)
        | Route::UserLicenses(_)
        | Route::Parts(_)
        | Route::Freed
        | Route::Import => Screen::Users,
        Route::Unknown => Screen::Unknown,
    });
    effect(move || {
        if screen.get() == Screen::Nothing {
            navigation.replace(home(session));
        }
    });
    live(move || match screen.get() {
        Screen::Nothing => Node::Nothing,
        Screen::Licenses => screens::licenses::licenses(),
        Screen::Users => later::later(K::UsersScreen, later::users),
        Screen::Forbidden => shell::forbidden(),
        Screen::Unknown => shell::unknown(),
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
