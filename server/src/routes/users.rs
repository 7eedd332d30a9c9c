//! Users: lists, a user's card, assigning one license to one user; and every user license with its use.

mod add;
mod export;
mod many;
mod remove;
pub(crate) mod rows;
mod save;

use std::collections::BTreeSet;

use licensing::assignment::{self, Refusal};
use licensing::license::LicenseType;
use licensing::standing::{Phase, standing};
use licensing::wire::{
    Assign, ErrorCode, Event, FILTER_LICENSES_MAX, FieldFault, PAGE_ROWS, PARTS_MAX, Problem,
    SEARCH_MAX, USER_TEXT_MAX, UserCard, UserCounts, UserLicense, UserLicenses, UserList,
    UserParts, UserSort, Users, UsersQuery, paths,
};
use serde_json::json;

use self::rows::rows;
use super::{Routes, Who};
use crate::clock::Clock;
use crate::db::assignments::{self, NotWritten, held};
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::modules::{self, Module};
use crate::db::users::cursor::{Cursor, Order};
use crate::db::users::list::{self, Filter, Search};
use crate::db::users::parts::{self, Part};
use crate::db::users::{self, folded};
use crate::db::{Tx, owners, transaction, view};
use crate::error::Error;
use crate::extract::{Json, Path, Query};
use crate::{Admin, SignedIn, State};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::default()
        .get(paths::USERS, Who::SignedIn, users)
        .post(paths::USERS, Who::Administrator, add::add)
        .get(paths::SUGGEST_USER_ID, Who::Administrator, add::suggest)
        .post(paths::REMOVE_USER, Who::Administrator, remove::remove)
        .get(paths::USERS_COUNT, Who::SignedIn, count)
        .get(paths::USER_PARTS, Who::SignedIn, parts)
        .get(paths::EXPORT_USERS, Who::SignedIn, export::export)
        .get(paths::USER, Who::SignedIn, user)
        .put(paths::USER, Who::Administrator, save::save)
        .post(paths::PREVIEW_MANY, Who::Administrator, many::preview)
        .post(paths::CHANGE_MANY, Who::Administrator, many::change)
        .get(paths::FREEINGS, Who::Administrator, many::freeings)
        .post(paths::ASSIGN, Who::Administrator, assign)
        .get(paths::USER_LICENSES, Who::SignedIn, user_licenses)
}

async fn users(
    _: SignedIn,
    state: State,
    Query(query): Query<UsersQuery>,
) -> Result<Json<Users>, Error> {
    let order = Order {
        sort: query.sort,
        descending: query.descending,
    };
    let after = cursor(query.after.as_deref(), order)?;
    let today = state.clock.today(state.clock.now());
    let answer = view!(&state.db, tx => {
        let filter = filter(tx, &query, &state.clock).await?;
        let page = page(tx, &filter, order, after.as_ref()).await?;
        // Later pages are of a list whose counts are known.
        let counts = match after {
            Some(_) => None,
            None => {
                let count = list::at_least(tx, &filter, &page).await?;
                let of = list::of_list(tx, query.list == UserList::OtherUsers).await?;
                Some(UserCounts {
                    count: count.count,
                    of: of.count,
                    exact: count.exact && of.exact,
                })
            }
        };
        Ok(Users {
            today,
            counts,
            next: page.next(order),
            users: rows(tx, page.users).await?,
        })
    })?;
    Ok(Json(answer))
}

/// A page of those who match.
pub(crate) async fn page(
    tx: &mut Tx,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
) -> Result<list::Page, Error> {
    let plans = match order.sort {
        UserSort::UserPlan => plans(tx).await?,
        _ => Vec::new(),
    };
    list::page(tx, filter, order, &plans, after, PAGE_ROWS).await
}

/// Ids of all user plans, in the owners' order.
async fn plans(tx: &mut Tx) -> Result<Vec<i32>, Error> {
    let mut owners = owners::all(tx).await?;
    owners.sort_by(|a, b| a.place().cmp(&b.place()));
    let modules = modules::all(tx).await?;
    let of_owner = owners
        .iter()
        .flat_map(|owner| modules.iter().filter(|module| module.owner_id == owner.id));
    Ok(of_owner
        .filter(|module| is_user_license(module) && module.stock.user_plan)
        .map(|module| module.id)
        .collect())
}

async fn count(
    _: SignedIn,
    state: State,
    Query(query): Query<UsersQuery>,
) -> Result<Json<UserCounts>, Error> {
    let everyone = Filter::all_of(query.list == UserList::OtherUsers);
    let counts = view!(&state.db, tx => {
        let filter = filter(tx, &query, &state.clock).await?;
        Ok(UserCounts {
            count: list::count(tx, &filter).await?,
            of: list::count(tx, &everyone).await?,
            exact: true,
        })
    })?;
    Ok(Json(counts))
}

async fn parts(_: SignedIn, state: State) -> Result<Json<UserParts>, Error> {
    let parts = view!(&state.db, tx => {
        Ok(UserParts {
            groups: parts::parts(tx, Part::Group, PARTS_MAX).await?,
            roles: parts::parts(tx, Part::Role, PARTS_MAX).await?,
            companies: parts::parts(tx, Part::Company, PARTS_MAX).await?,
        })
    })?;
    Ok(Json(parts))
}

/// Whom a query asks for.
async fn filter(tx: &mut Tx, query: &UsersQuery, clock: &Clock) -> Result<Filter, Error> {
    if query.licenses.0.len() > FILTER_LICENSES_MAX {
        return Err(Error::field("licenses", FieldFault::TooLong));
    }
    let mut licenses = Vec::with_capacity(query.licenses.0.len());
    for module in &query.licenses.0 {
        let (sold, name) = held::sold_with(tx, *module).await?.ok_or(Error::NotFound)?;
        licenses.push(sold.given_as(&name));
    }
    let search = search(&query.search)?;
    let before = query.signed_in_before;
    Ok(Filter {
        other_users: Some(query.list == UserList::OtherUsers),
        search: Search::of(tx, search).await?,
        licenses,
        holding: query.holding,
        group: part("group", &query.group)?,
        role: part("role", &query.role)?,
        company: part("company", &query.company)?,
        can_log_in: query.can_log_in,
        former_employee: query.former_employee,
        never_signed_in: query.never_signed_in,
        signed_in_before: before.map(|day| clock.begin_of(day).0),
    })
}

/// The name of a part, folded; none: all parts.
fn part(field: &'static str, name: &str) -> Result<Option<String>, Error> {
    if name.chars().count() > USER_TEXT_MAX {
        return Err(Error::field(field, FieldFault::TooLong));
    }
    let name = folded(name);
    Ok((!name.is_empty()).then_some(name))
}

/// What to search for, folded as the stored names are.
pub(crate) fn search(text: &str) -> Result<String, Error> {
    if text.chars().count() > SEARCH_MAX {
        return Err(Error::field("search", FieldFault::TooLong));
    }
    Ok(folded(text))
}

/// Where the page before ended.
pub(crate) fn cursor(text: Option<&str>, order: Order) -> Result<Option<Cursor>, Error> {
    let Some(text) = text else { return Ok(None) };
    let cursor = Cursor::decode(text, order.sort, order.descending);
    match cursor {
        Some(cursor) => Ok(Some(cursor)),
        None => Err(Error::field("after", FieldFault::Malformed)),
    }
}

async fn user(_: SignedIn, state: State, Path(user): Path<i32>) -> Result<Json<UserCard>, Error> {
    let card = view!(&state.db, tx => card(tx, user).await)?;
    Ok(Json(card))
}

async fn card(tx: &mut Tx, id: i32) -> Result<UserCard, Error> {
    let user = users::one(tx, id).await?.ok_or(Error::NotFound)?;
    let given: BTreeSet<i32> = held::of_users(tx, &[id])
        .await?
        .into_iter()
        .map(|held| held.module)
        .collect();
    let mut effective = BTreeSet::new();
    for owner in owners::all(tx).await? {
        let sold = match assignments::sold(tx, owner.id).await {
            Err(Error::NotFound) => continue,
            sold => sold?,
        };
        let of_owner = given
            .iter()
            .filter_map(|id| sold.name(*id))
            .cloned()
            .collect();
        let modules = assignment::effective(&sold.license, &of_owner);
        effective.extend(sold.ids_of(&modules));
    }
    let revision = user.revision;
    let mut rows = rows(tx, vec![user]).await?;
    Ok(UserCard {
        user: rows.pop().ok_or(Error::NotFound)?,
        revision,
        assignments: given.into_iter().collect(),
        effective: effective.into_iter().collect(),
    })
}

async fn assign(
    Admin(session): Admin,
    state: State,
    Path(user): Path<i32>,
    Json(assign): Json<Assign>,
) -> Result<Json<UserCard>, Error> {
    let now = state.clock.now();
    let today = state.clock.today(now);
    let (owner, card) = transaction!(&state.db, tx => {
        let owner_id = held::owner_of(tx, assign.module).await?.ok_or(Error::NotFound)?;
        let mut taken = assignments::take(tx, owner_id, &[user]).await?;
        let sold = &taken.sold;
        let module = sold.name(assign.module).cloned().ok_or(Error::NotFound)?;
        let (Some(who), Some(group)) = (taken.users.get(&user), taken.groups.pop()) else {
            return Err(Error::NotFound);
        };
        if who.revision != assign.revision {
            let name = who.full_name.clone();
            return Err(Error::Stale(vec![Problem::UserChanged { user, name }]));
        }
        let mut refusals = Vec::new();
        if standing(&sold.license, today).phase == Phase::Ended {
            refusals.push(Refusal::Ended);
        }
        let before = group.assignments().clone();
        refusals.extend(assignment::may_access(who.access, who.access, true, true).err());
        let may = assignment::may_assign(&sold.license, who.user_type, &before, &module, &sold.in_use());
        refusals.extend(may.err().into_iter().flatten());
        if !refusals.is_empty() {
            return Err(refused(refusals));
        }
        let mut after = before.clone();
        after.insert(module.clone());
        let mut touched = Touched::default();
        touched.licenses(&sold.license.owner_name, &before, &after);
        let written = assignments::write(tx, sold, &[group.to(after)], now).await;
        written.map_err(not_given)?;
        let owner = sold.license.owner_name.clone();
        audit::record(tx, &Entry {
            at: now,
            actor: Some(session.user),
            act: Act::LicenseAssigned,
            owner: Some(&owner),
            detail: json!({ "module": module }),
            users: vec![(user, touched)],
        }).await?;
        Ok((owner, card(tx, user).await?))
    })?;
    state.events.send(Event::Users);
    state.events.send(Event::Licenses(Some(owner)));
    Ok(Json(card))
}

/// Assignments were not written: too few seats, or a fault.
fn not_given(not_written: NotWritten) -> Error {
    match not_written {
        NotWritten::Short(short) => refused(short.into_iter().map(Refusal::NoSeat)),
        NotWritten::Failed(error) => error,
    }
}

fn refused(refusals: impl IntoIterator<Item = Refusal>) -> Error {
    let problems = refusals
        .into_iter()
        .map(|refusal| Problem::Refusal { refusal })
        .collect();
    Error::refused_with(ErrorCode::AssignmentRefused, problems)
}

async fn user_licenses(_: SignedIn, state: State) -> Result<Json<UserLicenses>, Error> {
    let answer = view!(&state.db, tx => {
        let mut owners = owners::all(tx).await?;
        owners.sort_by(|a, b| a.place().cmp(&b.place()));
        let modules = modules::all(tx).await?;
        let mut licenses = Vec::new();
        for owner in owners {
            let of_owner = modules.iter().filter(|module| module.owner_id == owner.id);
            licenses.extend(of_owner.filter(|module| is_user_license(module)).map(|module| UserLicense {
                id: module.id,
                owner: owner.name.clone(),
                owner_description: owner.description.clone(),
                module: module.name.clone(),
                description: module.stock.description.clone(),
                in_use: module.stock.in_use,
                total: (!module.stock.unrestricted).then_some(module.stock.total),
                user_plan: module.stock.user_plan,
                hidden: module.stock.hidden,
                license_type: module.stock.license_type,
            }));
        }
        Ok(UserLicenses {
            licenses,
            associates: list::count(tx, &Filter::all_of(false)).await?,
            other_users: list::count(tx, &Filter::all_of(true)).await?,
        })
    })?;
    Ok(Json(answer))
}

fn is_user_license(module: &Module) -> bool {
    module.in_license && module.stock.license_type == LicenseType::UserLicense
}
