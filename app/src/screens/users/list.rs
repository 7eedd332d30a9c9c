//! A list of users: filters in the address, sorting, pages as the reader scrolls, a card beside it.

use leptos::prelude::*;
use licensing::wire::{UserList, UserRow, UserSort, Users, UsersQuery};

use super::Known;
use super::card::Card;
use super::rows::{can_log_in, former, key, kind, last_sign_in};
use crate::api;
use crate::events::changes;
use crate::navigation::{Navigation, navigation};
use crate::remote::pages;
use crate::route::{Route, UsersRoute};
use crate::text::{K, N, fill, now, number, t, tn};
use crate::ui::filter::{Check, Choice, Pick, Search};
use crate::ui::live::{live, maybe};
use crate::ui::loaded::Loaded;
use crate::ui::pages::{End, Pages};
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
    let query = Memo::new(move |_| route.with(query));
    let users = pages(
        move || {
            changes.users();
            query.get()
        },
        |query: UsersQuery, after| async move { api::users(&UsersQuery { after, ..query }).await },
    );
    let chosen = Memo::new(move |_| route.with(|route| route.user));
    let card = maybe(move || {
        chosen.get().map(|user| {
            let close = move || {
                navigation.close(Route::Users(with_user(&route.get_untracked(), None)));
                focus_row(user);
            };
            let assigned = move || {
                licenses.reload();
                users.head.reload();
            };
            view! { <Card user licenses on_close=Callback::from(close) on_assigned=Callback::from(assigned) /> }
                .into_any()
        })
    });
    view! {
        <Filters route licenses users />
        <div class="beside" class:with-card=move || chosen.get().is_some()>
            <div>
                <Loaded of=users.head rows=10 let:head>
                    <div class="sheet">
                        <Rows list route chosen users />
                        <Empty route head />
                        <End of=users />
                        <div class="table-foot" role="status">
                            {move || head.with(count)}
                        </div>
                    </div>
                </Loaded>
            </div>
            {card}
        </div>
    }
}

fn query(route: &UsersRoute) -> UsersQuery {
    UsersQuery {
        list: route.list,
        search: route.search.trim().to_owned(),
        module: route.module,
        can_log_in: route.can_log_in,
        sort: route.sort,
        descending: route.descending,
        after: None,
    }
}

fn with_user(route: &UsersRoute, user: Option<i32>) -> UsersRoute {
    UsersRoute {
        user,
        ..route.clone()
    }
}

/// "20 of 58 users".
fn count(head: &Users) -> String {
    if head.count == head.of {
        return tn(N::Users, head.of, &[]);
    }
    tn(N::UsersOf, head.of, &[("some", &number(head.count))])
}

#[component]
fn Filters(
    route: Memo<UsersRoute>,
    licenses: Known,
    users: Pages<Users, UserRow>,
) -> impl IntoView {
    let navigation = navigation();
    let change = move |changed: UsersRoute| navigation.replace(Route::Users(changed));
    let choices = Signal::derive(move || {
        licenses
            .value
            .with(|known| known.as_ref().map(choices).unwrap_or_default())
    });
    let picked = Signal::derive(move || route.with(|route| route.module.map(|id| id.to_string())));
    let count = Signal::derive(move || {
        let count = users
            .head
            .value
            .with(|head| head.as_ref().map(|head| head.count));
        count.map(number).unwrap_or_default()
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
fn Rows(
    list: UserList,
    route: Memo<UsersRoute>,
    chosen: Memo<Option<i32>>,
    users: Pages<Users, UserRow>,
) -> impl IntoView {
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
                <For each=move || users.rows.get() key=key let:row>
                    {row_of(row, people, route, chosen)}
                </For>
            </tbody>
        </Table>
    }
}

fn row_of(
    row: UserRow,
    people: bool,
    route: Memo<UsersRoute>,
    chosen: Memo<Option<i32>>,
) -> impl IntoView {
    let user = row.user;
    let href = move || route.with(|route| with_user(route, Some(user)).href());
    let current = move || (chosen.get() == Some(user)).then_some("true");
    let middle = if people {
        view! {
            <td data-label=now(K::PrimaryGroup)>{row.primary_group}</td>
            <td data-label=now(K::UserPlan)>{row.user_plans.join(", ")}</td>
        }
        .into_any()
    } else {
        view! { <td data-label=now(K::ColType)>{now(kind(row.user_type))}</td> }.into_any()
    };
    view! {
        <tr class:chosen=move || chosen.get() == Some(user)>
            <td class="soft" data-label=now(K::UserId)>
                {row.user_id}
            </td>
            <th scope="row">
                <a class="name" href=href aria-current=current data-user=user>
                    {row.full_name}
                </a>
                {former(row.former_employee)}
            </th>
            {middle}
            <td data-label=now(K::LastSignIn)>{last_sign_in(row.last_sign_in)}</td>
            <td data-label=now(K::CanLogIn)>{can_log_in(row.can_log_in)}</td>
        </tr>
    }
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

#[component]
fn Empty(route: Memo<UsersRoute>, head: Signal<Users>) -> impl IntoView {
    let empty = Memo::new(move |_| head.with(|head| head.count == 0));
    let words = move || {
        if !route.with(UsersRoute::is_filtered) {
            return view! { <p>{t(K::NoUsers)}</p> }.into_any();
        }
        let all = move || {
            let route = route.get();
            UsersRoute {
                search: String::new(),
                module: None,
                can_log_in: false,
                ..route
            }
            .href()
        };
        view! {
            <p>{t(K::NoUserMatches)}</p>
            <p>
                <a href=all>{t(K::RemoveFilters)}</a>
            </p>
        }
        .into_any()
    };
    maybe(move || {
        empty
            .get()
            .then(|| view! { <div class="empty">{live(words)}</div> }.into_any())
    })
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
