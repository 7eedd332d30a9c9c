//! What stands around every screen: banner, header with navigation and switches, keyboard help.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::navigation::navigation;
use crate::route::{LicensesRoute, Route, UsersRoute};
use crate::session::session;
use crate::text::{self, K, LANGUAGES, t};
use crate::theme::{self, Theme};
use crate::ui::dialog::{Dialog, Width};
use crate::ui::filter::focus_search;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::{maybe, on, on_value};
use crate::ui::menu::Menu;
use crate::ui::notice::{Notice, Tone};
use crate::ui::page::Page;
use crate::ui::status::status;

/// Header, main part and what belongs to the keyboard.
#[component]
pub(crate) fn Shell<V: IntoView + 'static>(
    /// The screen.
    children: TypedChildren<V>,
) -> impl IntoView {
    let help = RwSignal::new(false);
    let keys = window_event_listener(leptos::ev::keydown, move |event| on_key(&event, help));
    on_cleanup(move || keys.remove());
    let main = NodeRef::<html::Main>::new();
    let skip = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            // It has a tabindex.
            drop(main.focus());
        }
    };
    view! {
        <a class="skip" href="#main" on:click=on(skip)>
            {t(K::SkipToContent)}
        </a>
        <Header help />
        <main id="main" tabindex="-1" node_ref=main>
            {children.into_inner()()}
        </main>
        {maybe(move || help.get().then(|| view! { <Help open=help /> }.into_any()))}
    }
}

/// Says on every page that this is a demo.
#[component]
pub(crate) fn DemoBanner(
    /// Whether somebody is signed in.
    signed_in: Memo<bool>,
) -> impl IntoView {
    let words = move || {
        let key = if signed_in.get() {
            K::DemoBanner
        } else {
            K::DemoBannerSignIn
        };
        t(key)()
    };
    view! { <aside class="banner" aria-label=t(K::Demo)>{words}</aside> }
}

#[component]
fn Header(help: RwSignal<bool>) -> impl IntoView {
    let session = session();
    let licenses = Memo::new(move |_| session.is_administrator());
    view! {
        <header class="bar">
            <div class="bar-inner">
                <a class="brand" href="/">
                    <Logo />
                    <span>{t(K::Zetel)}</span>
                </a>
                <nav class="main-nav" aria-label=t(K::MainNavigation)>
                    {maybe(move || {
                        licenses
                            .get()
                            .then(|| {
                                view! { <NavLink to=Route::Licenses(LicensesRoute::default()) name=K::LicencesScreen /> }
                                    .into_any()
                            })
                    })}
                    <NavLink to=Route::Users(UsersRoute::default()) name=K::UsersScreen />
                </nav>
                <Switches />
                <Account help />
            </div>
        </header>
    }
}

#[component]
fn NavLink(to: Route, name: K) -> impl IntoView {
    let navigation = navigation();
    let href = to.href();
    let current = move || navigation.route().same_screen(&to).then_some("page");
    view! {
        <a href=href aria-current=current>
            {t(name)}
        </a>
    }
}

/// The seat on its square.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 22 22" aria-hidden="true" focusable="false">
            <rect width="22" height="22" rx="5" />
            <path d="M6.5 5v12.5M6.5 11.5h9v6" />
        </svg>
    }
}

/// Language and theme.
#[component]
pub(crate) fn Switches() -> impl IntoView {
    let status = status();
    let speak = move |tag: String| {
        let Some(language) = LANGUAGES.into_iter().find(|known| known.tag == tag) else {
            return;
        };
        leptos::task::spawn_local(async move {
            if text::switch_to(language).await {
                text::keep(language);
            } else {
                status.say(text::now(K::LanguageFailed).to_owned());
            }
        });
    };
    let languages = move || {
        let chosen = text::language();
        LANGUAGES
            .map(|language| {
                view! {
                    <option value=language.tag lang=language.tag selected=language == chosen>
                        {language.name}
                    </option>
                }
            })
            .collect_view()
    };
    let show = move |name: String| {
        let theme = Theme::of(&name);
        theme::apply(theme);
        theme::keep(theme);
    };
    let chosen = theme::stored();
    let themes = Theme::ALL
        .map(|theme| {
            let name = match theme {
                Theme::System => K::ThemeSystem,
                Theme::Light => K::ThemeLight,
                Theme::Dark => K::ThemeDark,
            };
            view! {
                <option value=theme.name() selected=theme == chosen>
                    {t(name)}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="switches">
            <select
                class="quiet-select"
                aria-label=t(K::Language)
                on:change=on_value(speak)
            >
                {languages}
            </select>
            <span class="icon-select">
                <Glyph icon=Icon::Theme />
                <select
                    aria-label=t(K::Theme)
                    title=t(K::Theme)
                    on:change=on_value(show)
                >
                    {themes}
                </select>
            </span>
        </div>
    }
}

#[component]
fn Account(help: RwSignal<bool>) -> impl IntoView {
    let (session, status) = (session(), status());
    let user_id = move || session.who().map(|who| who.user_id).unwrap_or_default();
    let full_name = move || session.who().map(|who| who.full_name);
    let role = move || {
        let key = if session.is_administrator() {
            K::Administrator
        } else {
            K::ReadsOnly
        };
        t(key)()
    };
    let sign_out = move |_| {
        leptos::task::spawn_local(async move {
            if let Err(failure) = session.sign_out().await {
                status.say(crate::parts::failure::say(&failure));
            }
        });
    };
    view! {
        <Menu id="account" label=Signal::derive(user_id)>
            <p>
                <strong>{full_name}</strong>
                <span class="soft">{role}</span>
            </p>
            <button
                type="button"
                popovertarget="account"
                popovertargetaction="hide"
                on:click=on(move |_| help.set(true))
            >
                {t(K::Keyboard)}
                <kbd>"?"</kbd>
            </button>
            <button type="button" on:click=on(sign_out)>
                {t(K::SignOut)}
            </button>
        </Menu>
    }
}

/// Keys of the console, and what they do.
const KEYS: [(&str, K); 7] = [
    ("/", K::KeySearch),
    ("← →", K::KeyTabs),
    ("↑ ↓", K::KeyRows),
    ("Enter", K::KeyOpen),
    ("Space", K::KeyTick),
    ("Esc", K::KeyClose),
    ("?", K::KeyHelp),
];

#[component]
fn Help(open: RwSignal<bool>) -> impl IntoView {
    let rows = KEYS
        .map(|(key, what)| {
            view! {
                <div>
                    <dt>
                        <kbd>{key}</kbd>
                    </dt>
                    <dd>{t(what)}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <Dialog title=K::Keyboard width=Width::Narrow on_close=Callback::from(move || open.set(false))>
            <div class="dialog-body">
                <dl class="keys">{rows}</dl>
            </div>
        </Dialog>
    }
}

fn on_key(event: &web_sys::KeyboardEvent, help: RwSignal<bool>) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typed_into(event) {
        return;
    }
    match event.key().as_str() {
        "/" if focus_search() => event.prevent_default(),
        "?" => help.set(true),
        _ => {}
    }
}

fn is_typed_into(event: &web_sys::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return false };
    match target.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => target.get_attribute("type").as_deref() != Some("checkbox"),
        _ => false,
    }
}

/// A screen for administrators, opened by somebody else.
#[component]
pub(crate) fn Forbidden() -> impl IntoView {
    view! {
        <Page heading=K::LicencesScreen>
            <Notice tone=Tone::Info title=K::ForbiddenTitle>
                <p>{t(K::ForbiddenText)}</p>
                <p>
                    <a href=Route::Users(UsersRoute::default()).href()>{t(K::ForbiddenNext)}</a>
                </p>
            </Notice>
        </Page>
    }
}

/// No address of this console.
#[component]
pub(crate) fn Unknown() -> impl IntoView {
    view! {
        <Page heading=K::UnknownTitle>
            <p>{t(K::UnknownText)}</p>
            <p>
                <a href="/">{t(K::UnknownNext)}</a>
            </p>
        </Page>
    }
}
