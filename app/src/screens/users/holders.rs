//! User licences: every user license with its use, and the holders of the one that is chosen.

use std::sync::Arc;

use leptos::prelude::*;
use licensing::wire::{self, HoldersQuery, UserLicense, UserLicenses, UserRow};

use super::Known;
use super::rows::{former, key, last_sign_in};
use crate::api;
use crate::events::changes;
use crate::navigation::navigation;
use crate::remote::pages;
use crate::route::{Route, UserLicensesRoute, UsersRoute};
use crate::text::{K, N, fill, now, number, t, tn};
use crate::ui::filter::Search;
use crate::ui::live::maybe;
use crate::ui::loaded::Loaded;
use crate::ui::media::one_column;
use crate::ui::meter::Meter;
use crate::ui::pages::{Head, Listed, Page, Pages, Row, Rows};
use crate::ui::table::{Column, Table};

/// The tab of user licences.
#[component]
pub(super) fn Holders(
    /// Every user license with its use.
    licenses: Known,
) -> impl IntoView {
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
        let first = || {
            licenses.value.with(|known| {
                known
                    .as_ref()
                    .and_then(|known| known.licenses.first().map(|l| l.id))
            })
        };
        module.or_else(|| (!narrow.get()).then(first).flatten())
    });
    let list = Memo::new(move |_| !narrow.get() || chosen.get().is_none());
    view! {
        <div class="holders">
            {maybe(move || {
                list.get()
                    .then(|| {
                        view! {
                            <nav class="sheet license-list" aria-label=t(K::UserLicencesTab)>
                                <Loaded there=licenses.there() waiting=licenses.waiting rows=8>
                                    {licenses.show(move |known| groups(known, chosen))}
                                </Loaded>
                            </nav>
                        }
                            .into_any()
                    })
            })}
            {maybe(move || {
                chosen.get().map(|module| view! { <HoldersOf module route narrow licenses /> }.into_any())
            })}
        </div>
    }
}

/// The licenses by owner; hidden ones under a disclosure.
fn groups(known: &UserLicenses, chosen: Memo<Option<i32>>) -> AnyView {
    if known.licenses.is_empty() {
        return view! {
            <div class="empty">
                <p>{t(K::NoUserLicenses)}</p>
            </div>
        }
        .into_any();
    }
    known
        .licenses
        .chunk_by(|one, next| one.owner == next.owner)
        .map(|group| {
            let rows = |hidden: bool| {
                let licenses = group.iter().filter(move |license| license.hidden == hidden);
                licenses
                    .map(|license| row(license, chosen))
                    .collect::<Vec<_>>()
            };
            let hidden = rows(true);
            let open = chosen.with_untracked(|chosen| {
                group
                    .iter()
                    .any(|license| license.hidden && Some(license.id) == *chosen)
            });
            let count = i64::try_from(hidden.len()).unwrap_or(i64::MAX);
            let disclosure = (count > 0).then(|| {
                view! {
                    <details open=open>
                        <summary>{tn(N::HiddenLicenses, count, &[])}</summary>
                        <ul>{hidden}</ul>
                    </details>
                }
            });
            view! {
                <h2 class="group-head">{group[0].owner_description.clone()}</h2>
                <ul>{rows(false)}</ul>
                {disclosure}
            }
        })
        .collect_view()
        .into_any()
}

fn row(license: &UserLicense, chosen: Memo<Option<i32>>) -> impl IntoView + use<> {
    let id = license.id;
    let route = UserLicensesRoute {
        module: Some(id),
        search: String::new(),
    };
    let (in_use, total) = (license.in_use, license.total);
    let (shown, said) = match total {
        Some(total) => (
            [number(in_use.into()), number(total.into())].join(" / "),
            in_use_of(in_use.into(), total.into()),
        ),
        None => (number(in_use.into()), in_use_unlimited(in_use.into())),
    };
    let current = move || (chosen.get() == Some(id)).then_some("true");
    view! {
        <li>
            <a href=route.href() aria-current=current>
                <span class="license-name">{license.description.clone()}</span>
                <Meter used=in_use total=total />
                <span class="figures" aria-hidden="true">
                    {shown}
                </span>
                <span class="unseen">{said}</span>
            </a>
        </li>
    }
}

fn in_use_of(in_use: i64, total: i64) -> String {
    fill(
        K::InUseOf,
        &[("count", &number(in_use)), ("total", &number(total))],
    )
}

fn in_use_unlimited(in_use: i64) -> String {
    fill(K::InUseUnlimited, &[("count", &number(in_use))])
}

#[component]
fn HoldersOf(
    module: i32,
    route: Memo<UserLicensesRoute>,
    narrow: Signal<bool>,
    licenses: Known,
) -> impl IntoView {
    let (navigation, changes) = (navigation(), changes());
    let search = Memo::new(move |_| route.with(|route| route.search.clone()));
    let holders = pages(
        move || {
            changes.users();
            search.get()
        },
        move |search, after| {
            let search = search.trim().to_owned();
            let asking = api::holders(module, &HoldersQuery { search, after });
            Box::pin(async move { Ok(page(asking.await?)) })
        },
    );
    let on_search = move |search: String| {
        let module = Some(module);
        navigation.replace(Route::UserLicenses(UserLicensesRoute { module, search }));
    };
    let back = maybe(move || {
        narrow.get().then(|| {
            view! {
                <p class="back">
                    <a href=UserLicensesRoute::default().href()>{t(K::AllUserLicences)}</a>
                </p>
            }
            .into_any()
        })
    });
    let total = Signal::derive(move || {
        licenses.value.with(|known| {
            let known = known.as_ref()?;
            known
                .licenses
                .iter()
                .find(|license| license.id == module)?
                .total
        })
    });
    let columns = vec![
        Column::text(K::UserId),
        Column::text(K::Name),
        Column::text(K::PrimaryGroup),
        Column::text(K::LastSignIn),
    ];
    view! {
        <section class="sheet holders-of" aria-labelledby="holders-of">
            {back}
            <header class="card-head">
                <div>
                    <h2 id="holders-of">{move || holders.head().name}</h2>
                    <p class="seats">
                        {maybe(move || holders.head.with(|head| Some(seats(head.as_ref()?, total.get()))))}
                    </p>
                </div>
                <Search value=search label=K::SearchForUsers on_search=Callback::new(on_search) />
            </header>
            <Listed pages=holders empty=empty_list(holders)>
                <Table caption=K::Holders columns=columns.clone() sheet=false>
                    <tbody>
                        <Rows pages=holders />
                    </tbody>
                </Table>
            </Listed>
        </section>
    }
}

/// An answer as a page of rows.
fn page(holders: wire::Holders) -> Page {
    let rows = holders.holders.into_iter().map(|holder| Row {
        key: key(&holder.user),
        make: Arc::new(move || holder_row(&holder.user)),
    });
    Page {
        rows: rows.collect(),
        head: Head {
            count: holders.count,
            of: holders.in_use.into(),
            name: holders.description,
        },
        next: holders.next,
    }
}

fn seats(head: &Head, total: Option<i32>) -> AnyView {
    let in_use = head.of;
    let Some(total) = total.map(i64::from) else {
        return view! { <span>{in_use_unlimited(in_use)}</span> }.into_any();
    };
    let free = total - in_use;
    let available = if free > 0 {
        fill(K::SeatsAvailable, &[("count", &number(free))])
    } else {
        now(K::NoneAvailable).to_owned()
    };
    view! {
        <span>{in_use_of(in_use, total)}</span>
        <span class:amber-text=free <= 0>{available}</span>
    }
    .into_any()
}

/// In place of rows: nobody has it, or nobody matches.
fn empty_list(holders: Pages) -> impl Fn() -> AnyView + Send + Sync + 'static {
    move || {
        let nobody = holders.head().of == 0;
        let words = if nobody {
            K::NoHolders
        } else {
            K::NoUserMatches
        };
        view! { <p class="empty">{t(words)}</p> }.into_any()
    }
}

fn holder_row(user: &UserRow) -> AnyView {
    let list = match user.user_type {
        licensing::license::UserType::AnonymousAssociate
        | licensing::license::UserType::SystemAssociate => wire::UserList::OtherUsers,
        _ => wire::UserList::Associates,
    };
    let card = UsersRoute {
        list,
        user: Some(user.user),
        ..UsersRoute::default()
    };
    view! {
        <tr>
            <td class="soft" data-label=now(K::UserId)>
                {user.user_id.clone()}
            </td>
            <th scope="row">
                <a class="name" href=card.href()>
                    {user.full_name.clone()}
                </a>
                {former(user.former_employee)}
            </th>
            <td data-label=now(K::PrimaryGroup)>{user.primary_group.clone()}</td>
            <td data-label=now(K::LastSignIn)>{last_sign_in(user.last_sign_in)}</td>
        </tr>
    }
    .into_any()
}
