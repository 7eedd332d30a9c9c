//! A list of users: filters in the address, sorting, pages as the reader scrolls, a card beside it.

use std::sync::Arc;

use leptos::prelude::*;
use licensing::license::UserType;
use licensing::wire::{self, UserList, UserRow, UserSort, UsersQuery};

use super::Known;
use super::card::Card;
use super::rows::{can_log_in, former, key, kind, last_sign_in};
use crate::api;
use crate::events::changes;
use crate::navigation::{Navigation, navigation};
use crate::remote::pages;
use crate::route::{Route, UsersRoute};
use crate::text::{K, fill, now, number, t};
use crate::ui::filter::{Check, Choice, Pick, Search};
use crate::ui::live::maybe;
use crate::ui::pages::{Head, Listed, Page, Pages, Row, Rows};
use crate::ui::table::{Column, Sort, Table};

/// A list of users.
#[component]
pub(super) fn List(
    /// Which.
    list: UserList,
    /// What can be filtered by.
    licenses: Known,
) -> impl IntoView {
    let (navigation, changes) = (navigation(), changes());
    let route = Memo::new(
        move |before: Option<&UsersRoute>| match navigation.route() {
            Route::Users(route) if route.list == list => route,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let chosen = Memo::new(move |_| route.with(|route| route.user));
    let users = pages(
        move || {
            changes.users();
            route.with(|route| with_user(route, None).href())
        },
        move |href, after| {
            let asking = api::users(&query(href, after));
            Box::pin(async move { Ok(page(asking.await?, route, chosen)) })
        },
    );
    let card = maybe(move || {
        chosen.get().map(|user| {
            let close = move || {
                navigation.close(Route::Users(with_user(&route.get_untracked(), None)));
                focus_row(user);
            };
            let assigned = move || {
                licenses.reload();
                users.waiting.reload();
            };
            view! { <Card user licenses on_close=Callback::from(close) on_assigned=Callback::from(assigned) /> }
                .into_any()
        })
    });
    view! {
        <Filters route licenses users />
        <div class="beside" class:with-card=move || chosen.get().is_some()>
            <div class="sheet">
                <Listed pages=users empty=empty_list(route)>
                    <Users list route pages=users />
                </Listed>
            </div>
            {card}
        </div>
    }
}

/// The query of an address.
fn query(href: &str, after: Option<String>) -> UsersQuery {
    let Route::Users(route) = Route::of_href(href) else {
        return UsersQuery::default();
    };
    UsersQuery {
        list: route.list,
        search: route.search.trim().to_owned(),
        module: route.module,
        can_log_in: route.can_log_in,
        sort: route.sort,
        descending: route.descending,
        after,
    }
}

/// An answer as a page of rows.
fn page(users: wire::Users, route: Memo<UsersRoute>, chosen: Memo<Option<i32>>) -> Page {
    let rows = users.users.into_iter().map(|user| Row {
        key: key(&user),
        make: Arc::new(move || row_of(&user, route, chosen)),
    });
    Page {
        head: Head {
            count: users.count,
            of: users.of,
            name: String::new(),
        },
        rows: rows.collect(),
        next: users.next,
    }
}

fn with_user(route: &UsersRoute, user: Option<i32>) -> UsersRoute {
    UsersRoute {
        user,
        ..route.clone()
    }
}

#[component]
fn Filters(route: Memo<UsersRoute>, licenses: Known, users: Pages) -> impl IntoView {
    let navigation = navigation();
    let change = move |changed: UsersRoute| navigation.replace(Route::Users(changed));
    let choices = Signal::derive(move || {
        licenses
            .value
            .with(|known| known.as_ref().map(choices).unwrap_or_default())
    });
    let picked = Signal::derive(move || route.with(|route| route.module.map(|id| id.to_string())));
    let count = Signal::derive(move || {
        let there = users.head.with(Option::is_some);
        if there {
            number(users.head().count)
        } else {
            String::new()
        }
    });
    let search = move |search: String| {
        change(UsersRoute {
            search,
            ..route.get_untracked()
        });
    };
    let pick = move |picked: Option<String>| {
        change(UsersRoute {
            module: picked.and_then(|id| id.parse().ok()),
            ..route.get_untracked()
        });
    };
    let only = move |can_log_in: bool| {
        change(UsersRoute {
            can_log_in,
            ..route.get_untracked()
        });
    };
    view! {
        <div class="filters" role="search">
            <Search
                value=Signal::derive(move || route.with(|route| route.search.clone()))
                label=K::SearchForUsers
                on_search=Callback::new(search)
            />
            <Pick choices picked label=K::FilterByLicence count on_pick=Callback::new(pick) />
            <Check
                label=K::ShowOnlyCanLogIn
                on=Signal::derive(move || route.with(|route| route.can_log_in))
                on_change=Callback::new(only)
            />
        </div>
    }
}

/// What can be filtered by: shown licenses by owner, then the hidden ones.
fn choices(known: &licensing::wire::UserLicenses) -> Vec<Choice> {
    let mut choices = Vec::with_capacity(known.licenses.len());
    for hidden in [false, true] {
        for license in known
            .licenses
            .iter()
            .filter(|license| license.hidden == hidden)
        {
            let owner = &license.owner_description;
            choices.push(Choice {
                value: license.id.to_string(),
                name: license.description.clone(),
                group: if hidden {
                    fill(K::HiddenOf, &[("owner", owner)])
                } else {
                    owner.clone()
                },
            });
        }
    }
    choices
}

#[component]
fn Users(list: UserList, route: Memo<UsersRoute>, pages: Pages) -> impl IntoView {
    let navigation = navigation();
    let by = |sort| sort_by(route, navigation, sort);
    let people = list == UserList::Associates;
    let columns = if people {
        vec![
            Column::text(K::UserId).sorted(by(UserSort::UserId)),
            Column::text(K::Name).sorted(by(UserSort::Name)),
            Column::text(K::PrimaryGroup).sorted(by(UserSort::Group)),
            Column::text(K::UserPlan),
            Column::text(K::LastSignIn).sorted(by(UserSort::LastSignIn)),
            Column::text(K::CanLogIn),
        ]
    } else {
        vec![
            Column::text(K::UserId).sorted(by(UserSort::UserId)),
            Column::text(K::Description).sorted(by(UserSort::Name)),
            Column::text(K::ColType),
            Column::text(K::LastSignIn).sorted(by(UserSort::LastSignIn)),
            Column::text(K::CanLogIn),
        ]
    };
    let caption = if people {
        K::AssociatesTab
    } else {
        K::OtherUsersTab
    };
    view! {
        <Table caption columns sheet=false>
            <tbody>
                <Rows pages />
            </tbody>
        </Table>
    }
}

fn row_of(row: &UserRow, route: Memo<UsersRoute>, chosen: Memo<Option<i32>>) -> AnyView {
    let user = row.user;
    let people = !matches!(
        row.user_type,
        UserType::AnonymousAssociate | UserType::SystemAssociate
    );
    let href = move || route.with(|route| with_user(route, Some(user)).href());
    let current = move || (chosen.get() == Some(user)).then_some("true");
    let middle = if people {
        view! {
            <td data-label=now(K::PrimaryGroup)>{row.primary_group.clone()}</td>
            <td data-label=now(K::UserPlan)>{row.user_plans.join(", ")}</td>
        }
        .into_any()
    } else {
        view! { <td data-label=now(K::ColType)>{now(kind(row.user_type))}</td> }.into_any()
    };
    view! {
        <tr class:chosen=move || chosen.get() == Some(user)>
            <td class="soft" data-label=now(K::UserId)>
                {row.user_id.clone()}
            </td>
            <th scope="row">
                <a class="name" href=href aria-current=current data-user=user>
                    {row.full_name.clone()}
                </a>
                {former(row.former_employee)}
            </th>
            {middle}
            <td data-label=now(K::LastSignIn)>{last_sign_in(row.last_sign_in)}</td>
            <td data-label=now(K::CanLogIn)>{can_log_in(row.can_log_in)}</td>
        </tr>
    }
    .into_any()
}

fn sort_by(route: Memo<UsersRoute>, navigation: Navigation, sort: UserSort) -> Sort {
    let descending = Signal::derive(move || {
        route.with(|route| (route.sort == sort).then_some(route.descending))
    });
    let pressed = move || {
        let route = route.get_untracked();
        // The latest sign-ins first, everything else from A.
        let first = sort == UserSort::LastSignIn;
        let descending = if route.sort == sort {
            !route.descending
        } else {
            first
        };
        navigation.replace(Route::Users(UsersRoute {
            sort,
            descending,
            ..route
        }));
    };
    Sort {
        descending,
        pressed: Callback::from(pressed),
    }
}

/// In place of rows: there are no users, or none that match.
fn empty_list(route: Memo<UsersRoute>) -> impl Fn() -> AnyView + Send + Sync + 'static {
    move || {
        if !route.with(UsersRoute::is_filtered) {
            return view! { <p class="empty">{t(K::NoUsers)}</p> }.into_any();
        }
        let route = route.get();
        let all = UsersRoute {
            search: String::new(),
            module: None,
            can_log_in: false,
            ..route
        };
        view! {
            <div class="empty">
                <p>{t(K::NoUserMatches)}</p>
                <p>
                    <a href=all.href()>{t(K::RemoveFilters)}</a>
                </p>
            </div>
        }
        .into_any()
    }
}

/// Puts the focus back on the row whose card was closed.
fn focus_row(user: i32) {
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let selector = ["[data-user=\"", &user.to_string(), "\"]"].concat();
        let link = document().query_selector(&selector).ok().flatten();
        if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A link can take the focus.
            drop(link.focus());
        }
    });
}
