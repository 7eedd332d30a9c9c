//! A list of users: filters in the address, sorting, pages as the reader scrolls, a card beside it.

use std::rc::Rc;

use leptos::prelude::document;
use licensing::wire::{self, UserList, UserRow, UserSort, UsersQuery};
use wasm_bindgen::JsCast;

use super::Known;
use super::card::card;
use super::many::{Begin, Selection};
use super::rows::{can_log_in, choices, is_person, key, kind, last_sign_in, name};
use crate::api::{self, made};
use crate::events::changes;
use crate::navigation::{Navigation, navigation};
use crate::nodes;
use crate::reactive::{Memo, Signal};
use crate::remote::{pages, remote};
use crate::route::{Route, UsersRoute};
use crate::session::session;
use crate::text::{K, now, number};
use crate::ui::el::{El, Node, Row, effect, el, live};
use crate::ui::filter::{check, pick, search};
use crate::ui::heard::next_frame;
use crate::ui::notice::p;
use crate::ui::pages::{Head, Page, Pages, listed, rows};
use crate::ui::table::{self, Column, Sorting, table};

/// Columns of associates, and what their headers sort by; only administrators have the first.
const PEOPLE: [Column; 7] = [
    Column::unlabelled(K::Choose),
    Column::soft(K::UserId).sortable(),
    Column::head(K::Name).sortable(),
    Column::text(K::PrimaryGroup).sortable(),
    Column::text(K::UserPlan),
    Column::text(K::LastSignIn).sortable(),
    Column::text(K::CanLogIn),
];
const PEOPLE_BY: [(usize, UserSort); 4] = [
    (1, UserSort::UserId),
    (2, UserSort::Name),
    (3, UserSort::Group),
    (5, UserSort::LastSignIn),
];

/// Columns of other users, and what their headers sort by.
const OTHERS: [Column; 6] = [
    Column::unlabelled(K::Choose),
    Column::soft(K::UserId).sortable(),
    Column::head(K::Description).sortable(),
    Column::text(K::ColType),
    Column::text(K::LastSignIn).sortable(),
    Column::text(K::CanLogIn),
];
const OTHERS_BY: [(usize, UserSort); 3] = [
    (1, UserSort::UserId),
    (2, UserSort::Name),
    (4, UserSort::LastSignIn),
];

/// A list of users; `licenses` is what it can be filtered by.
pub(super) fn list(list: UserList, licenses: Known) -> Node {
    let (navigation, changes) = (navigation(), changes());
    let route = Memo::new(
        move |before: Option<&UsersRoute>| match navigation.route() {
            Route::Users(route) if route.list == list => route,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let chosen = Memo::new(move |_| route.with(|route| route.user));
    let selection = session().is_administrator().then(Selection::new);
    // Who was selected among others is not selected among these.
    let asked = Memo::new(move |_| route.with(|route| with_user(route, None).href()));
    effect(move || {
        asked.with(|_| ());
        if let Some(selection) = selection {
            selection.clear();
        }
    });
    let users = pages(
        move || {
            changes.users();
            asked.get()
        },
        move |href, after| {
            let asking = api::users(&query(href, after));
            let shown = Shown {
                route,
                chosen,
                selection,
            };
            made(asking, move |users| Ok(page(users, shown)))
        },
    );
    let sold = session().is_administrator().then(|| {
        remote(
            move || {
                changes.users();
                changes.licenses();
            },
            |()| api::licenses(),
        )
    });
    let beside = live(move || {
        chosen.get().map(|user| {
            let close = move || {
                navigation.close(Route::Users(with_user(&route.get_untracked(), None)));
                focus_row(user);
            };
            let saved = move || {
                licenses.reload();
                users.waiting.reload();
            };
            card(user, licenses, sold, close, saved)
        })
    });
    let bar = selection.map(|selection| {
        let query = move || query(&asked.get_untracked(), None);
        selection.bar(
            users,
            selection.select_all(users),
            query,
            Begin::Choose,
            licenses,
        )
    });
    let sheet = el("div").class("sheet").child(bar).child(listed(
        users,
        move || empty(route),
        move || users_table(list, route, users, navigation, selection.is_some()),
    ));
    let split = el("div")
        .class("beside")
        .class_if("with-card", move || chosen.get().is_some())
        .child(sheet)
        .child(beside);
    nodes![filters(route, licenses, users, navigation), split]
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

/// What the rows follow.
#[derive(Clone, Copy)]
struct Shown {
    route: Memo<UsersRoute>,
    /// The user whose card is open.
    chosen: Memo<Option<i32>>,
    /// Of an administrator.
    selection: Option<Selection>,
}

/// An answer as a page of rows.
fn page(users: wire::Users, shown: Shown) -> Page {
    let rows = users.users.into_iter().map(|user| Row {
        key: key(&user),
        make: Rc::new(move |()| row_of(&user, shown)),
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

fn filters(route: Memo<UsersRoute>, licenses: Known, users: Pages, navigation: Navigation) -> El {
    let change = move |change: &dyn Fn(&mut UsersRoute)| {
        let mut changed = route.get_untracked();
        change(&mut changed);
        navigation.replace(Route::Users(changed));
    };
    let choices = Signal::derive(move || {
        let all = |known: &wire::UserLicenses| choices(known, &[false, true]);
        let known = licenses.value.with(|known| known.as_ref().map(all));
        known.unwrap_or_default()
    });
    let picked = Signal::derive(move || {
        let module = route.with(|route| route.module);
        module.map(|id| id.to_string()).unwrap_or_default()
    });
    let count = Signal::derive(move || {
        let there = users.head.with(Option::is_some);
        if there {
            number(users.head().count)
        } else {
            String::new()
        }
    });
    let searched = Signal::derive(move || route.with(|route| route.search.clone()));
    let search = search(searched, K::SearchForUsers, move |text| {
        change(&|route| route.search.clone_from(&text));
    });
    let pick = pick(choices, picked, K::FilterByLicence, count, move |picked| {
        change(&|route| route.module = picked.parse().ok());
    });
    let on = move || route.with(|route| route.can_log_in);
    let check = check(K::ShowOnlyCanLogIn, on, move |on| {
        change(&|route| route.can_log_in = on);
    });
    el("div")
        .class("filters")
        .attr("role", "search")
        .child(search)
        .child(pick)
        .child(check)
}

fn users_table(
    list: UserList,
    route: Memo<UsersRoute>,
    users: Pages,
    navigation: Navigation,
    ticks: bool,
) -> El {
    let (caption, columns, by): (_, &[Column], &'static [(usize, UserSort)]) = match list {
        UserList::Associates => (K::AssociatesTab, &PEOPLE, &PEOPLE_BY),
        UserList::OtherUsers => (K::OtherUsersTab, &OTHERS, &OTHERS_BY),
    };
    let left_out = usize::from(!ticks);
    let sorted = Signal::derive(move || {
        route.with(|route| {
            let column = by.iter().find(|(_, sort)| *sort == route.sort);
            (
                column.map_or(usize::MAX, |(index, _)| *index - left_out),
                route.descending,
            )
        })
    });
    let pressed = move |index: usize| {
        let Some((_, sort)) = by.iter().find(|(column, _)| *column == index + left_out) else {
            return;
        };
        let mut route = route.get_untracked();
        // The latest sign-ins first, everything else from A.
        let first = *sort == UserSort::LastSignIn;
        route.descending = if route.sort == *sort {
            !route.descending
        } else {
            first
        };
        route.sort = *sort;
        navigation.replace(Route::Users(route));
    };
    let sorting = Sorting {
        by: sorted,
        pressed: Rc::new(pressed),
    };
    table(
        caption,
        &columns[left_out..],
        Some(sorting),
        el("tbody").child(rows(users)),
    )
}

fn row_of(user: &UserRow, shown: Shown) -> El {
    let Shown {
        route,
        chosen,
        selection,
    } = shown;
    let id = user.user;
    let link = el("a")
        .attr("href", move || {
            route.with(|route| with_user(route, Some(id)).href())
        })
        .attr("aria-current", move || {
            (chosen.get() == Some(id)).then_some("true")
        })
        .attr("data-user", id.to_string());
    let tick = selection.map(|selection| selection.tick(id, &user.full_name).into());
    let user_id = Node::from(user.user_id.clone());
    let name = name(user, link);
    let mut cells: Vec<Node> = tick.into_iter().chain([user_id, name]).collect();
    let columns: &[Column] = if is_person(user.user_type) {
        cells.extend([user.primary_group.clone().into(), plans(&user.user_plans)]);
        &PEOPLE
    } else {
        cells.push(now(kind(user.user_type)).into());
        &OTHERS
    };
    cells.extend([
        last_sign_in(user).into(),
        can_log_in(user.can_log_in).into(),
    ]);
    let columns = &columns[usize::from(selection.is_none())..];
    table::row_of(columns, cells).class_if("chosen", move || chosen.get() == Some(id))
}

/// "Sales Premium, +1": all of them on hover and for screen readers.
fn plans(plans: &[String]) -> Node {
    let [first, more @ ..] = plans else {
        return Node::Nothing;
    };
    if more.is_empty() {
        return first.clone().into();
    }
    let all = plans.join(", ");
    let short = [first.as_str(), ", +", &more.len().to_string()].concat();
    let short = el("span")
        .attr("title", all.clone())
        .attr("aria-hidden", "true")
        .child(short);
    nodes![short, el("span").class("unseen").child(all)]
}

/// In place of rows: there are no users, or none that match.
fn empty(route: Memo<UsersRoute>) -> El {
    let words = live(move || {
        if !route.with(UsersRoute::is_filtered) {
            return p(K::NoUsers).into();
        }
        let route = route.get();
        let all = UsersRoute {
            search: String::new(),
            module: None,
            can_log_in: false,
            ..route
        };
        let all = el("a").attr("href", all.href()).child(K::RemoveFilters);
        nodes![p(K::NoUserMatches), p(all)]
    });
    el("div").class("empty").child(words)
}

/// Puts the focus back on the row whose card was closed.
fn focus_row(user: i32) {
    next_frame(move || {
        let selector = ["[data-user=\"", &user.to_string(), "\"]"].concat();
        let link = document().query_selector(&selector).ok().flatten();
        if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A link can take the focus.
            drop(link.focus());
        }
    });
}
