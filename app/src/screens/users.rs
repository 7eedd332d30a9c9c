//! The Users screen: associates, other users, and who holds which user license.

mod card;
mod holders;
mod list;
mod rows;

use leptos::prelude::*;
use licensing::wire::{UserLicenses, UserList};

use crate::api;
use crate::events::changes;
use crate::navigation::navigation;
use crate::remote::remote;
use crate::route::{Route, UserLicensesRoute, UsersRoute};
use crate::text::{K, now, number};
use crate::ui::live::live;
use crate::ui::loaded::Remote;
use crate::ui::page::Page;
use crate::ui::tabs::{Tab, Tabs};

/// Which tab is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Panel {
    List(UserList),
    Licenses,
}

impl Panel {
    fn name(self) -> K {
        match self {
            Self::List(UserList::Associates) => K::AssociatesTab,
            Self::List(UserList::OtherUsers) => K::OtherUsersTab,
            Self::Licenses => K::UserLicencesTab,
        }
    }

    fn href(self) -> String {
        match self {
            Self::List(list) => UsersRoute {
                list,
                ..UsersRoute::default()
            }
            .href(),
            Self::Licenses => UserLicensesRoute::default().href(),
        }
    }
}

/// The tabs, in their order.
const PANELS: [Panel; 3] = [
    Panel::List(UserList::Associates),
    Panel::List(UserList::OtherUsers),
    Panel::Licenses,
];

/// The Users screen.
#[component]
pub(crate) fn Users() -> impl IntoView {
    let (navigation, changes) = (navigation(), changes());
    let licenses = remote(
        move || {
            changes.users();
            changes.licenses();
        },
        |()| api::user_licenses(),
    );
    let panel = Memo::new(move |_| match navigation.route() {
        Route::Users(route) => Panel::List(route.list),
        Route::UserLicenses(_) => Panel::Licenses,
        _ => Panel::List(UserList::Associates),
    });
    let tabs = Signal::derive(move || {
        let counts = licenses.value.with(|value| {
            let counts = value
                .as_ref()
                .map(|value| (value.associates, value.other_users));
            counts.map(|(associates, others)| (number(associates), number(others)))
        });
        let (associates, others) = counts.unwrap_or_default();
        let counts = [associates, others, String::new()];
        let tabs = PANELS.into_iter().zip(counts);
        tabs.map(|(tab, count)| Tab {
            href: tab.href(),
            name: now(tab.name()).to_owned(),
            count,
            current: tab == panel.get(),
        })
        .collect::<Vec<_>>()
    });
    let title = Signal::derive(move || now(panel.get().name()).to_owned());
    let inside = live(move || match panel.get() {
        Panel::List(list) => view! { <list::List list licenses /> }.into_any(),
        Panel::Licenses => view! { <holders::Holders licenses /> }.into_any(),
    });
    view! {
        <Page heading=K::UsersScreen title>
            <Tabs tabs label=K::UsersScreen>
                {inside}
            </Tabs>
        </Page>
    }
}

/// Every user license with its use: for the counts, the filter, the list and the cards.
type Known = Remote<UserLicenses>;
