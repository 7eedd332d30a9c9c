//! A list of users: filters in the address, sorting, pages as the reader scrolls, a card beside it.

use std::rc::Rc;

use leptos::prelude::document;
use licensing::wire::{self, UserCounts, UserList, UserRow, UserSort, UsersQuery};
use wasm_bindgen::JsCast;

use super::Known;
use super::card::card;
use super::fields::Fields;
use super::filters::Filters;
use super::many::{Begin, Selection};
use super::rows::{key, name};
use crate::api::{self, Asking, made};
use crate::events::changes;
use crate::navigation::{Navigation, navigation};
use crate::nodes;
use crate::reactive::{Memo, Signal};
use crate::remote::{pages, remote};
use crate::route::{Route, UsersRoute};
use crate::session::session;
use crate::text::K;
use crate::ui::el::{El, Node, Row, effect, el, live};
use crate::ui::heard::next_frame;
use crate::ui::loaded::Remote;
use crate::ui::notice::p;
use crate::ui::pages::{Head, Page, Pages, listed, rows};
use crate::ui::table::{self, Column, Sorting, table};

/// A list of users; `licenses` is what it can be filtered by.
pub(super) fn list(list: UserList, licenses: Known) -> Node {
    let (navigation, changes) = (navigation(), changes());
    let route = Memo::new(
        move |before: Option<&UsersRoute>| match navigation.route() {
            Route::Users(route) if route.query.list == list => route,
            _ => before.cloned().unwrap_or_else(|| UsersRoute::of(list)),
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
    let fields = Fields::of(list);
    let shown = Shown {
        route,
        chosen,
        selection,
        fields,
    };
    let users = pages(
        move || {
            changes.users();
            asked.get()
        },
        move |href, after| {
            let asking = api::users(&query(href, after));
            made(asking, move |users| Ok(page(users, shown)))
        },
    );
    count_all(users, asked);
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
        move || users_table(list, users, navigation, shown),
    ));
    let split = el("div")
        .class("beside")
        .class_if("with-card", move || chosen.get().is_some())
        .child(sheet)
        .child(beside);
    nodes![Filters::new(route, licenses, fields).view(), split]
}

/// The query of an address.
fn query(href: &str, after: Option<String>) -> UsersQuery {
    let Route::Users(route) = Route::of_href(href) else {
        return UsersQuery::default();
    };
    UsersQuery {
        search: route.query.search.trim().to_owned(),
        after,
        ..route.query
    }
}

/// Has those who match counted to the end, where their first page did not.
fn count_all(users: Pages, asked: Memo<String>) {
    let open = Memo::new(move |_| {
        users
            .head
            .with(|head| head.as_ref().is_some_and(|head| head.at_least))
    });
    let counts: Remote<Option<UserCounts>> = remote(
        move || open.get().then(|| asked.get()),
        |href| -> Asking<Option<UserCounts>> {
            match href {
                Some(href) => made(api::users_count(&query(&href, None)), |counts| {
                    Ok(Some(counts))
                }),
                None => Box::pin(std::future::ready(Ok(None))),
            }
        },
    );
    effect(move || {
        if let Some(Some(counts)) = counts.value.get() {
            users.head.update(|head| {
                if let Some(head) = head {
                    (head.count, head.of, head.at_least) = (counts.count, counts.of, false);
                }
            });
        }
    });
}

/// What the rows follow.
#[derive(Clone, Copy)]
struct Shown {
    route: Memo<UsersRoute>,
    /// The user whose card is open.
    chosen: Memo<Option<i32>>,
    /// Of an administrator.
    selection: Option<Selection>,
    fields: Fields,
}

/// An answer as a page of rows.
fn page(users: wire::Users, shown: Shown) -> Page {
    let rows = users.users.into_iter().map(|user| Row {
        key: key(&user),
        make: Rc::new(move |()| row_of(&user, shown)),
    });
    Page {
        head: head(users.counts),
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

/// How many match; of a later page nothing is said.
fn head(counts: Option<UserCounts>) -> Head {
    let mut head = Head::default();
    if let Some(counts) = counts {
        (head.count, head.of, head.at_least) = (counts.count, counts.of, !counts.exact);
    }
    head
}

fn users_table(list: UserList, users: Pages, navigation: Navigation, shown: Shown) -> El {
    let Shown {
        route,
        selection,
        fields,
        ..
    } = shown;
    let caption = match list {
        UserList::Associates => K::AssociatesTab,
        UserList::OtherUsers => K::OtherUsersTab,
    };
    let ticks = usize::from(selection.is_some());
    let sorts: Rc<[Option<UserSort>]> = fields.shown().map(|field| field.sort).collect();
    let by = Rc::clone(&sorts);
    let sorted = Signal::derive(move || {
        route.with(|route| {
            let column = by.iter().position(|sort| *sort == Some(route.query.sort));
            let column = column.map_or(usize::MAX, |index| index + ticks);
            (column, route.query.descending)
        })
    });
    let pressed = move |index: usize| {
        let Some(Some(sort)) = sorts.get(index.wrapping_sub(ticks)) else {
            return;
        };
        let mut route = route.get_untracked();
        // The latest sign-ins and those who can log in first, everything else from A.
        let first = matches!(
            sort,
            UserSort::LastSignIn | UserSort::CanLogIn | UserSort::FormerEmployee
        );
        let query = &mut route.query;
        query.descending = if query.sort == *sort {
            !query.descending
        } else {
            first
        };
        query.sort = *sort;
        navigation.replace(Route::Users(route));
    };
    let sorting = Sorting {
        by: sorted,
        pressed: Rc::new(pressed),
    };
    let columns = columns(shown);
    table(
        caption,
        &columns,
        Some(sorting),
        el("tbody").child(rows(users)),
    )
}

/// The columns that are shown; the first is an administrator's.
fn columns(shown: Shown) -> Vec<Column> {
    let tick = shown.selection.map(|_| Column::unlabelled(K::Choose));
    let fields = shown.fields.shown().map(|field| field.column);
    tick.into_iter().chain(fields).collect()
}

fn row_of(user: &UserRow, shown: Shown) -> El {
    let Shown {
        route,
        chosen,
        selection,
        fields,
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
    let mut cells: Vec<Node> = tick.into_iter().collect();
    cells.extend(fields.cells(user, name(user, link)));
    table::row_of(&columns(shown), cells).class_if("chosen", move || chosen.get() == Some(id))
}

/// In place of rows: there are no users, or none that match.
fn empty(route: Memo<UsersRoute>) -> El {
    let words = live(move || {
        if !route.with(UsersRoute::is_filtered) {
            return p(K::NoUsers).into();
        }
        let all = route.with(UsersRoute::without_filters);
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
