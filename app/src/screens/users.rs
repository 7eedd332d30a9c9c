//! The Users screen: associates, other users, and who holds which user license.

mod card;
mod fields;
mod filters;
mod freed;
mod holders;
mod import;
mod list;
mod many;
mod parts;
mod rows;
mod seat_use;

use licensing::wire::{UserLicenses, UserList};

use crate::api;
use crate::events::changes;
use crate::navigation::navigation;
use crate::reactive::{Memo, RwSignal};
use crate::remote::remote;
use crate::route::{PartsOf, Route, UserLicensesRoute, UsersRoute};
use crate::session::session;
use crate::text::{K, language, now, number};
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::loaded::Remote;
use crate::ui::tabs::{Tab, tabs};

/// Which tab is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Panel {
    List(UserList),
    Licenses,
    Parts(PartsOf),
    /// What was freed; for administrators.
    Freed,
    /// Importing users; for administrators.
    Import,
}

impl Panel {
    fn name(self) -> K {
        match self {
            Self::List(UserList::Associates) => K::AssociatesTab,
            Self::List(UserList::OtherUsers) => K::OtherUsersTab,
            Self::Licenses => K::UserLicencesTab,
            Self::Parts(PartsOf::Groups) => K::UserGroupsTab,
            Self::Parts(PartsOf::Companies) => K::OurCompaniesTab,
            Self::Freed => K::FreedSeats,
            Self::Import => K::Import,
        }
    }

    fn href(self) -> String {
        match self {
            Self::List(list) => UsersRoute::of(list).href(),
            Self::Licenses => UserLicensesRoute::default().href(),
            Self::Parts(parts) => Route::Parts(parts).href(),
            Self::Freed => Route::Freed.href(),
            Self::Import => Route::Import.href(),
        }
    }
}

/// The tabs, in their order.
const PANELS: [Panel; 7] = [
    Panel::List(UserList::Associates),
    Panel::List(UserList::OtherUsers),
    Panel::Licenses,
    Panel::Parts(PartsOf::Groups),
    Panel::Parts(PartsOf::Companies),
    Panel::Freed,
    Panel::Import,
];

/// The Users screen; `tab` is told which one is shown.
pub(crate) fn users(tab: RwSignal<String>) -> Node {
    let (navigation, changes, session) = (navigation(), changes(), session());
    let licenses = remote(
        move || {
            changes.users();
            changes.licenses();
        },
        |()| api::user_licenses(),
    );
    let panel = Memo::new(move |_| match navigation.route() {
        Route::Users(route) => Panel::List(route.query.list),
        Route::Parts(parts) => Panel::Parts(parts),
        Route::UserLicenses(_) => Panel::Licenses,
        Route::Freed => Panel::Freed,
        Route::Import => Panel::Import,
        _ => Panel::List(UserList::Associates),
    });
    let all = move || {
        let counts = licenses.value.with(|known| {
            let known = known.as_ref()?;
            Some([number(known.associates), number(known.other_users)])
        });
        let counts = counts.unwrap_or_default().into_iter();
        // The last two are for administrators.
        let shown = if session.is_administrator() { 7 } else { 5 };
        let tabs = PANELS
            .into_iter()
            .take(shown)
            .zip(counts.chain(std::iter::repeat(String::new())));
        tabs.map(|(tab, count)| Tab {
            href: tab.href(),
            name: now(tab.name()).to_owned(),
            count,
            current: tab == panel.get(),
        })
        .collect()
    };
    let inside = live(move || match panel.get() {
        Panel::List(which) => list::list(which, licenses),
        Panel::Licenses => holders::holders(licenses),
        Panel::Parts(of) => parts::parts(of),
        Panel::Freed => freed::freed(licenses),
        Panel::Import => import::import(licenses),
    });
    effect(move || tab.set(now(panel.get().name()).to_owned()));
    tabs(all, K::UsersScreen, inside)
}

/// A link that downloads a list as CSV; `href` takes the separator that spreadsheets of this language expect.
fn export(href: impl Fn(&str) -> String + 'static) -> El {
    let href = move || {
        // Where the comma stands in numbers.
        let comma = language().tag == "en";
        href(if comma { "comma" } else { "semicolon" })
    };
    el("a")
        .class("button")
        .attr("download", true)
        .attr("href", href)
        .child(K::Export)
}

/// Every user license with its use: for the counts, the filter, the list and the cards.
type Known = Remote<UserLicenses>;
