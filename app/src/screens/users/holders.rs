//! User licences: every user license with its use, and the holders of the one that is chosen.

use std::rc::Rc;

use licensing::assignment::Reason;
use licensing::wire::{
    self, Holder, HoldersQuery, SuggestQuery, UserLicense, UserLicenses, UsersQuery,
};

use super::many::{Begin, Selection};
use super::rows::{is_person, key, last_sign_in, name, said};
use super::seat_use::{Shown, seat_use};
use super::{Known, export};
use crate::api::{self, Failure, made, then};
use crate::events::changes;
use crate::navigation::navigation;
use crate::nodes;
use crate::parts::act::act;
use crate::parts::failure::say;
use crate::parts::reason::why;
use crate::reactive::{Memo, RwSignal, Signal};
use crate::remote::pages;
use crate::route::{Route, UserLicensesRoute, UsersRoute};
use crate::session::session;
use crate::text::{K, N, fill, now, number, tn};
use crate::ui::el::{El, Node, Row, el, live};
use crate::ui::filter::search;
use crate::ui::form::Button;
use crate::ui::loaded::loaded;
use crate::ui::media::one_column;
use crate::ui::meter::meter;
use crate::ui::notice::p;
use crate::ui::pages::{Head, Page, Pages, listed, rows};
use crate::ui::status::status;
use crate::ui::table::{Column, row_of, table};

/// Only administrators have the first.
const COLUMNS: [Column; 5] = [
    Column::unlabelled(K::Choose),
    Column::soft(K::UserId),
    Column::head(K::Name),
    Column::text(K::PrimaryGroup),
    Column::text(K::LastSignIn),
];

/// Most users who are suggested at once.
const SUGGESTED_MAX: usize = 500;

/// The tab of user licences.
pub(super) fn holders(licenses: Known) -> Node {
    let navigation = navigation();
    let narrow = one_column();
    let route = Memo::new(
        move |before: Option<&UserLicensesRoute>| match navigation.route() {
            Route::UserLicenses(route) => route,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let chosen = Memo::new(move |_| {
        let module = route.with(|route| route.module);
        // With room for both, the first one is open from the start.
        let first = |known: &UserLicenses| known.licenses.first().map(|license| license.id);
        let first = move || licenses.value.with(|known| known.as_ref().and_then(first));
        module.or_else(|| (!narrow.get()).then(first).flatten())
    });
    let shown = Shown::new();
    let has_list = Memo::new(move |_| !narrow.get() || chosen.get().is_none());
    let list = live(move || {
        has_list.get().then(|| {
            let groups = move || licenses.show(move |known| groups(known, chosen));
            el("nav")
                .class("sheet license-list")
                .attr("aria-label", K::UserLicencesTab)
                .child(loaded(licenses.there(), licenses.waiting, 8, groups))
        })
    });
    let beside = live(move || {
        let module = chosen.get();
        module.map(|module| holders_of(module, route, narrow, licenses, shown))
    });
    el("div").class("holders").child(list).child(beside).into()
}

/// The licenses by owner; hidden ones under a disclosure.
fn groups(known: &UserLicenses, chosen: Memo<Option<i32>>) -> Node {
    if known.licenses.is_empty() {
        return el("div").class("empty").child(p(K::NoUserLicenses)).into();
    }
    let groups = known.licenses.chunk_by(|one, next| one.owner == next.owner);
    let groups: Vec<_> = groups
        .map(|group| {
            let of = |hidden| group.iter().filter(move |license| license.hidden == hidden);
            let count = i64::try_from(of(true).count()).unwrap_or(i64::MAX);
            let disclosure = (count > 0).then(|| {
                let chosen_is_hidden =
                    of(true).any(|license| chosen.get_untracked() == Some(license.id));
                el("details")
                    .attr("open", chosen_is_hidden)
                    .child(el("summary").child(tn(N::HiddenLicenses, count, &[])))
                    .child(el("ul").children(of(true).map(|license| license_row(license, chosen))))
            });
            let owner = group[0].owner_description.clone();
            nodes![
                el("h2").class("group-head").child(owner),
                el("ul").children(of(false).map(|license| license_row(license, chosen))),
                disclosure
            ]
        })
        .collect();
    groups.into()
}

fn license_row(license: &UserLicense, chosen: Memo<Option<i32>>) -> El {
    let id = license.id;
    let route = UserLicensesRoute {
        module: Some(id),
        search: String::new(),
    };
    let (in_use, total) = (license.in_use, license.total);
    let count = number(in_use.into());
    let shown = match total {
        Some(total) => [&*count, " / ", &number(total.into())].concat(),
        None => count,
    };
    let name = el("span").class("license-name");
    let figures = el("span").class("figures").attr("aria-hidden", "true");
    let link = el("a")
        .attr("href", route.href())
        .attr("aria-current", move || {
            (chosen.get() == Some(id)).then_some("true")
        })
        .child(name.child(license.description.clone()))
        .child(meter(in_use, total, None))
        .child(figures.child(shown))
        .child(el("span").class("unseen").child(said(in_use.into(), total)));
    el("li").child(link)
}

fn holders_of(
    module: i32,
    route: Memo<UserLicensesRoute>,
    narrow: Signal<bool>,
    licenses: Known,
    shown: Shown,
) -> El {
    let (navigation, changes) = (navigation(), changes());
    let searched = Signal::derive(move || route.with(|route| route.search.clone()));
    let selection = session().is_administrator().then(Selection::new);
    let holders = pages(
        move || {
            changes.users();
            searched.get()
        },
        move |search, after| {
            let search = search.trim().to_owned();
            let asking = api::holders(module, &HoldersQuery { search, after });
            made(asking, move |holders| Ok(page(holders, selection)))
        },
    );
    let back = live(move || {
        narrow.get().then(|| {
            let all = UserLicensesRoute::default().href();
            let all = el("a").attr("href", all).child(K::AllUserLicences);
            p(all).class("back")
        })
    });
    let total = move || {
        licenses.value.with(|known| {
            let mut known = known.as_ref()?.licenses.iter();
            known.find(|license| license.id == module)?.total
        })
    };
    let seats = live(move || {
        let there = holders.head.with(Option::is_some);
        there.then(|| seats(holders.head().of, total()))
    });
    let name = el("h2").attr("id", "holders-of");
    let words = el("div")
        .child(name.child(live(move || holders.head().name)))
        .child(p(seats).class("seats"));
    let search = search(searched, K::SearchForUsers, move |search| {
        let module = Some(module);
        navigation.replace(Route::UserLicenses(UserLicensesRoute { module, search }));
    });
    let out = export(move |separator| {
        let search = searched.get();
        api::export_holders(module, search.trim(), separator)
    });
    let head = el("header")
        .class("card-head")
        .child(words)
        .child(search)
        .child(out);
    let columns = &COLUMNS[usize::from(selection.is_none())..];
    let list = listed(
        holders,
        move || empty(holders),
        move || table(K::Holders, columns, None, el("tbody").child(rows(holders))),
    );
    let bar = selection.map(|selection| {
        let suggest = suggest(module, selection);
        let remove = Begin::Remove(module);
        selection.bar(holders, suggest, UsersQuery::default, remove, licenses)
    });
    el("section")
        .class("sheet holders-of")
        .attr("aria-labelledby", "holders-of")
        .child(back)
        .child(head)
        .child(seat_use(module, shown))
        .child(bar)
        .child(list)
}

/// Selects whose seats could be freed: who cannot log in, who left, who has not signed in for long.
fn suggest(module: i32, selection: Selection) -> Node {
    let (busy, status) = (RwSignal::new(false), status());
    let suggest = move || {
        let ask = move |()| {
            let count = SUGGESTED_MAX;
            then(
                api::suggestions(module, &SuggestQuery { count }),
                move |answer| {
                    let mut any = false;
                    for holder in answer.holders {
                        if holder.reason.is_some() {
                            selection.add(holder.user.user);
                            any = true;
                        }
                    }
                    if !any {
                        status.say(now(K::NobodySuggested).to_owned());
                    }
                },
            )
        };
        let failed = move |failure: Failure| status.say(say(&failure));
        act(session(), busy, Box::new(ask), Rc::new(failed));
    };
    Button::new(K::SuggestWhom)
        .busy(busy)
        .on_click(suggest)
        .into()
}

/// An answer as a page of rows.
fn page(holders: wire::Holders, selection: Option<Selection>) -> Page {
    let rows = holders.holders.into_iter().map(|holder| Row {
        key: key(&holder.user),
        make: Rc::new(move |()| holder_row(&holder, selection)),
    });
    Page {
        rows: rows.collect(),
        head: Head {
            count: holders.count,
            of: holders.in_use.into(),
            at_least: false,
            name: holders.description,
        },
        next: holders.next,
    }
}

fn seats(in_use: i64, total: Option<i32>) -> Node {
    let available = total.map(|total| {
        let free = i64::from(total) - in_use;
        if free > 0 {
            el("span").child(fill(K::SeatsAvailable, &[("count", &number(free))]))
        } else {
            el("span").class("amber-text").child(now(K::NoneAvailable))
        }
    });
    nodes![el("span").child(said(in_use, total)), available]
}

/// In place of rows: nobody has it, or nobody matches.
fn empty(holders: Pages) -> El {
    let words = live(move || {
        let nobody = holders.head().of == 0;
        now(if nobody {
            K::NoHolders
        } else {
            K::NoUserMatches
        })
    });
    p(words).class("empty")
}

fn holder_row(holder: &Holder, selection: Option<Selection>) -> El {
    let user = &holder.user;
    let list = if is_person(user.user_type) {
        wire::UserList::Associates
    } else {
        wire::UserList::OtherUsers
    };
    let mut card = UsersRoute::of(list);
    card.user = Some(user.user);
    let link = el("a").attr("href", card.href());
    // The others stand in the row anyway.
    let reason = holder.reason.filter(|reason| {
        !matches!(reason, Reason::FormerEmployee | Reason::NeverSignedIn) && selection.is_some()
    });
    let tick = selection.map(|selection| selection.tick(user.user, &user.full_name).into());
    let cells = [
        user.user_id.clone().into(),
        nodes![name(user, link), reason.map(why)],
        user.primary_group.clone().into(),
        last_sign_in(user).into(),
    ];
    let columns = &COLUMNS[usize::from(selection.is_none())..];
    row_of(columns, tick.into_iter().chain(cells).collect())
}
