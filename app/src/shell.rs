//! What stands around every screen: banner, header with navigation and switches, keyboard help.

use leptos::prelude::window;
use wasm_bindgen::JsCast;

use crate::navigation::navigation;
use crate::nodes;
use crate::parts::banner::standings;
use crate::reactive::{Memo, RwSignal, Signal};
use crate::route::{LicensesRoute, Route, UsersRoute};
use crate::session::session;
use crate::text::{self, K, LANGUAGES, now};
use crate::theme::{self, Theme};
use crate::ui::dialog::{self, Dialog};
use crate::ui::el::{El, Node, Spot, el, live};
use crate::ui::filter::focus_search;
use crate::ui::heard::hear;
use crate::ui::icon::{Icon, glyph};
use crate::ui::menu::menu;
use crate::ui::notice::{Tone, notice, p};
use crate::ui::page::page;
use crate::ui::status::status;

/// Header, main part with the screen, and what belongs to the keyboard.
pub(crate) fn shell(screen: Node) -> Node {
    let help = RwSignal::new(false);
    hear(&window(), &["keydown"], move |event| {
        if let Some(event) = event.dyn_ref() {
            on_key(event, help);
        }
    });
    let main = Spot::default();
    let skip = {
        let main = main.clone();
        let skip = el("a")
            .class("skip")
            .attr("href", "#main")
            .child(K::SkipToContent);
        skip.on("click", move |event| {
            event.prevent_default();
            main.focus();
        })
    };
    let main = el("main")
        .attr("id", "main")
        .attr("tabindex", "-1")
        .at(&main)
        .child(standings(session()))
        .child(screen);
    nodes![
        skip,
        header(help),
        main,
        live(move || help.get().then(|| keys_dialog(help)))
    ]
}

/// Says on every page that this is a demo.
pub(crate) fn demo_banner(signed_in: Memo<bool>) -> El {
    let words = live(move || {
        now(if signed_in.get() {
            K::DemoBanner
        } else {
            K::DemoBannerSignIn
        })
    });
    el("aside")
        .class("banner")
        .attr("aria-label", K::Demo)
        .child(words)
}

fn header(help: RwSignal<bool>) -> El {
    let session = session();
    let administrator = Memo::new(move |_| session.is_administrator());
    let licenses = live(move || {
        let there = administrator.get();
        there.then(|| nav_link(Route::Licenses(LicensesRoute::default()), K::LicencesScreen))
    });
    let nav = el("nav")
        .class("main-nav")
        .attr("aria-label", K::MainNavigation)
        .child(licenses)
        .child(nav_link(
            Route::Users(UsersRoute::default()),
            K::UsersScreen,
        ));
    let inner = el("div")
        .class("bar-inner")
        .child(brand("a").attr("href", "/"))
        .child(nav)
        .child(switches())
        .child(account(help));
    el("header").class("bar").child(inner)
}

fn nav_link(to: Route, name: K) -> El {
    let navigation = navigation();
    let link = el("a").attr("href", to.href()).child(name);
    link.attr("aria-current", move || {
        navigation.route().same_screen(&to).then_some("page")
    })
}

/// The seat on its square, and the name.
pub(crate) fn brand(tag: &'static str) -> El {
    let square = el("rect")
        .attr("width", "22")
        .attr("height", "22")
        .attr("rx", "5");
    let logo = el("svg")
        .class("logo")
        .attr("viewBox", "0 0 22 22")
        .attr("aria-hidden", "true")
        .child(square)
        .child(el("path").attr("d", "M6.5 5v12.5M6.5 11.5h9v6"));
    el(tag)
        .class("brand")
        .child(logo)
        .child(el("span").child(K::Zetel))
}

/// Language and theme.
pub(crate) fn switches() -> El {
    let status = status();
    let speak = move |tag: String| {
        let Some(language) = LANGUAGES.into_iter().find(|known| known.tag == tag) else {
            return;
        };
        leptos::task::spawn_local(async move {
            if text::switch_to(language).await {
                text::keep(language);
            } else {
                status.say(now(K::LanguageFailed).to_owned());
            }
        });
    };
    let languages = LANGUAGES.map(|language| {
        el("option")
            .attr("value", language.tag)
            .attr("lang", language.tag)
            .attr("selected", move || text::language() == language)
            .child(language.name)
    });
    let languages = el("select")
        .class("quiet-select")
        .attr("aria-label", K::Language)
        .on_value("change", speak)
        .children(languages);
    el("div")
        .class("switches")
        .child(languages)
        .child(theme_switch())
}

fn theme_switch() -> El {
    let chosen = theme::stored();
    let themes = Theme::ALL.map(|theme| {
        let name = match theme {
            Theme::System => K::ThemeSystem,
            Theme::Light => K::ThemeLight,
            Theme::Dark => K::ThemeDark,
        };
        el("option")
            .attr("value", theme.name())
            .attr("selected", theme == chosen)
            .child(name)
    });
    let themes = el("select")
        .attr("aria-label", K::Theme)
        .attr("title", K::Theme)
        .on_value("change", |name| {
            let theme = Theme::of(&name);
            theme::apply(theme);
            theme::keep(theme);
        })
        .children(themes);
    el("span")
        .class("icon-select")
        .child(glyph(Icon::Theme))
        .child(themes)
}

fn account(help: RwSignal<bool>) -> Node {
    let (session, status) = (session(), status());
    let user_id = live(move || session.who().map(|who| who.user_id.clone()));
    let full_name = live(move || session.who().map(|who| who.full_name.clone()));
    let role = live(move || {
        now(if session.is_administrator() {
            K::Administrator
        } else {
            K::ReadsOnly
        })
    });
    let who = el("p")
        .child(el("strong").child(full_name))
        .child(el("span").class("soft").child(role));
    let keys = el("button")
        .attr("type", "button")
        .attr("popovertarget", ACCOUNT)
        .attr("popovertargetaction", "hide")
        .on_click(move || help.set(true))
        .child(K::Keyboard)
        .child(el("kbd").child("?"));
    let sign_out = el("button")
        .attr("type", "button")
        .child(K::SignOut)
        .on_click(move || {
            leptos::task::spawn_local(async move {
                if let Err(failure) = session.sign_out().await {
                    status.say(crate::parts::failure::say(&failure));
                }
            });
        });
    menu(ACCOUNT, user_id, nodes![who, keys, sign_out])
}

/// Id of the account's panel.
const ACCOUNT: &str = "account";

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

fn keys_dialog(open: RwSignal<bool>) -> El {
    let rows = KEYS.map(|(key, what)| {
        el("div")
            .child(el("dt").child(el("kbd").child(key)))
            .child(el("dd").child(what))
    });
    Dialog::new(K::Keyboard, move || open.set(false))
        .narrow()
        .view(dialog::body(el("dl").class("keys").children(rows)))
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
pub(crate) fn forbidden() -> Node {
    let users = Route::Users(UsersRoute::default()).href();
    let next = el("a").attr("href", users).child(K::ForbiddenNext);
    let words = notice(
        Tone::Info,
        nodes![
            el("strong").child(K::ForbiddenTitle),
            p(K::ForbiddenText),
            p(next)
        ],
    );
    page(K::LicencesScreen, Signal::stored(String::new()), words)
}

/// No address of this console.
pub(crate) fn unknown() -> Node {
    let next = el("a").attr("href", "/").child(K::UnknownNext);
    let words = nodes![p(K::UnknownText), p(next)];
    page(K::UnknownTitle, Signal::stored(String::new()), words)
}
