//! Who holds a module, whose seats to free first, and freeing them.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use licensing::assignment::{self, Assignments, Candidate};
use licensing::license::{CivilDate, ModuleName, Timestamp};
use licensing::wire::{
    Event, ExportAs, FREE_MAX, FieldFault, Free, Freed, Holder, Holders, HoldersQuery, Problem,
    SuggestQuery, Suggestions, paths,
};
use serde_json::json;

use super::export::{Export, answer, file_name, permit};
use super::users::rows::rows;
use super::users::{cursor, page, search};
use super::{Routes, Who};
use crate::clock::Clock;
use crate::db::assignments::{self, NotWritten, Sold, TakenUser, held};
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::users::cursor::Order;
use crate::db::users::list::{self, Filter, Search};
use crate::db::users::{self, User};
use crate::db::{Tx, transaction, view};
use crate::error::Error;
use crate::extract::{Json, Path, Query};
use crate::{Admin, SignedIn, State};

/// Most users who are named when they no longer stand as they were seen.
const CHANGED_NAMED_MAX: usize = 100;

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::default()
        .get(paths::HOLDERS, Who::SignedIn, holders)
        .get(paths::EXPORT_HOLDERS, Who::SignedIn, export)
        .get(paths::SUGGESTIONS, Who::Administrator, suggestions)
        .post(paths::FREE, Who::Administrator, free)
}

async fn holders(
    _: SignedIn,
    state: State,
    Path(module): Path<i32>,
    Query(query): Query<HoldersQuery>,
) -> Result<Json<Holders>, Error> {
    let order = Order::default();
    let after = cursor(query.after.as_deref(), order)?;
    let search = search(&query.search)?;
    let today = state.clock.today(state.clock.now());
    let answer = view!(&state.db, tx => {
        let (sold, name) = held::sold_with(tx, module).await?.ok_or(Error::NotFound)?;
        let in_use = sold.in_use_of(&name);
        let filter = Filter {
            search: Search::of(tx, search).await?,
            licenses: vec![sold.given_as(&name)],
            ..Filter::default()
        };
        let count = if filter.search.is_none() {
            i64::from(in_use)
        } else {
            list::count(tx, &filter).await?
        };
        let page = page(tx, &filter, order, after.as_ref()).await?;
        let next = page.next(order);
        let description = sold.license.module(&name).map(|sold| sold.module_description.clone());
        let seen = Seen { sold: &sold, module: &name, today, clock: &state.clock };
        Ok(Holders {
            id: module,
            description: description.unwrap_or_default(),
            in_use,
            count,
            holders: seen.holders(tx, page.users).await?,
            next,
            module: name,
        })
    })?;
    Ok(Json(answer))
}

async fn export(
    _: SignedIn,
    state: State,
    Path(module): Path<i32>,
    Query(query): Query<HoldersQuery>,
    Query(ExportAs { separator }): Query<ExportAs>,
) -> Result<Response, Error> {
    let search = search(&query.search)?;
    let permit = permit(&state)?;
    let mut tx = state.db.begin_view().await?;
    let found: Result<_, Error> = async {
        let found = held::sold_with(&mut tx, module).await?;
        let (sold, name) = found.ok_or(Error::NotFound)?;
        let filter = Filter {
            search: Search::of(&mut tx, search).await?,
            licenses: vec![sold.given_as(&name)],
            ..Filter::default()
        };
        Ok((filter, file_name(name.as_str())))
    }
    .await;
    let (filter, name) = match found {
        Ok(found) => found,
        Err(error) => return tx.close(Err(error)).await,
    };
    let export = Export {
        filter,
        order: Order::default(),
        plans: Vec::new(),
        separator,
        name,
    };
    Ok(answer(&state, permit, tx, export))
}

/// Holders of a module as of today.
struct Seen<'a> {
    sold: &'a Sold,
    module: &'a ModuleName,
    today: CivilDate,
    clock: &'a Clock,
}

impl Seen<'_> {
    /// These users, each with why their seat could be freed and what would go with it.
    async fn holders(&self, tx: &mut Tx, users: Vec<User>) -> Result<Vec<Holder>, Error> {
        let ids: Vec<i32> = users.iter().map(|user| user.id).collect();
        let given = self.given(tx, &ids).await?;
        let around: BTreeSet<&ModuleName> =
            assignment::plans_around(&self.sold.license, self.module).collect();
        let mut goes = self.goes(&given);
        let reasons: Vec<_> = users
            .iter()
            .map(|user| {
                let profile = &user.profile;
                let candidate = Candidate {
                    user: user.id,
                    can_log_in: profile.can_log_in,
                    former_employee: profile.former_employee,
                    waiting_for_approval: profile.waiting_for_approval,
                    contained: given
                        .get(&user.id)
                        .is_some_and(|given| given.iter().any(|name| around.contains(name))),
                    last_sign_in: profile.last_sign_in.map(|at| self.clock.today(at)),
                };
                assignment::reason(&candidate, self.today)
            })
            .collect();
        let rows = rows(tx, users).await?;
        Ok(rows
            .into_iter()
            .zip(reasons)
            .map(|(user, reason)| Holder {
                goes: goes.remove(&user.user).unwrap_or_default(),
                user,
                reason,
            })
            .collect())
    }

    /// What each of these users was given of the owner.
    async fn given(&self, tx: &mut Tx, users: &[i32]) -> Result<BTreeMap<i32, Assignments>, Error> {
        let mut given: BTreeMap<i32, Assignments> = BTreeMap::new();
        for held in held::of_users(tx, users).await? {
            if let Some(name) = self.sold.name(held.module) {
                given.entry(held.user).or_default().insert(name.clone());
            }
        }
        Ok(given)
    }

    /// What goes from each of them when the module is freed.
    fn goes(&self, given: &BTreeMap<i32, Assignments>) -> BTreeMap<i32, Vec<ModuleName>> {
        // A handful of combinations, however many users.
        let mut freed: BTreeMap<&Assignments, Vec<ModuleName>> = BTreeMap::new();
        let mut goes = BTreeMap::new();
        for (user, assignments) in given {
            let of_user = freed.entry(assignments).or_insert_with_key(|assignments| {
                let freed = assignment::freed(&self.sold.license, assignments, self.module);
                freed.into_iter().collect()
            });
            goes.insert(*user, of_user.clone());
        }
        goes
    }
}

async fn suggestions(
    _: Admin,
    state: State,
    Path(module): Path<i32>,
    Query(query): Query<SuggestQuery>,
) -> Result<Json<Suggestions>, Error> {
    if query.count > FREE_MAX {
        return Err(Error::field("count", FieldFault::TooLong));
    }
    let today = state.clock.today(state.clock.now());
    let answer = view!(&state.db, tx => {
        let (sold, name) = held::sold_with(tx, module).await?.ok_or(Error::NotFound)?;
        let mut candidates = Vec::new();
        let around = sold.ids_of(assignment::plans_around(&sold.license, &name));
        held::each_holder(tx, &sold.given_as(&name), &around, |holder| {
            candidates.push(Candidate {
                user: holder.id,
                can_log_in: holder.can_log_in,
                former_employee: holder.former_employee,
                waiting_for_approval: holder.waiting_for_approval,
                contained: holder.contained,
                last_sign_in: holder.last_sign_in.map(|at| state.clock.today(Timestamp(at))),
            });
        })
        .await?;
        let first = assignment::suggest(&candidates, today, query.count);
        let users = users::some(tx, &first).await?;
        let seen = Seen { sold: &sold, module: &name, today, clock: &state.clock };
        Ok(Suggestions { holders: seen.holders(tx, users).await? })
    })?;
    Ok(Json(answer))
}

async fn free(
    Admin(session): Admin,
    state: State,
    Path(module): Path<i32>,
    Json(free): Json<Free>,
) -> Result<Json<Freed>, Error> {
    let seen = as_seen(free)?;
    let users: Vec<i32> = seen.keys().copied().collect();
    let now = state.clock.now();
    let owner = transaction!(&state.db, tx => {
        let owner_id = held::owner_of(tx, module).await?.ok_or(Error::NotFound)?;
        let taken = assignments::take(tx, owner_id, &users).await?;
        let sold = &taken.sold;
        let name = sold.name(module).filter(|name| sold.is_user_license(name)).ok_or(Error::NotFound)?;
        let mut changed: BTreeSet<i32> =
            users.iter().copied().filter(|user| !taken.users.contains_key(user)).collect();
        let mut steps = Vec::new();
        let mut touched = Vec::new();
        for group in &taken.groups {
            let goes = assignment::freed(&sold.license, group.assignments(), name);
            let still = |user: &i32| !goes.is_empty() && seen.get(user) == Some(&goes);
            changed.extend(group.users().iter().copied().filter(|user| !still(user)));
            let after = group.assignments() - &goes;
            let mut done = Touched::default();
            done.licenses(&sold.license.owner_name, group.assignments(), &after);
            touched.extend(group.users().iter().map(|user| (*user, done.clone())));
            steps.push(group.clone().to(after));
        }
        if !changed.is_empty() {
            return Err(stale(&changed, &taken.users));
        }
        assignments::write(tx, sold, &steps, now).await.map_err(|not_written| match not_written {
            NotWritten::Failed(error) => error,
            NotWritten::Short(_) => Error::internal(not_written),
        })?;
        let owner = sold.license.owner_name.clone();
        touched.sort_by_key(|(user, _)| *user);
        audit::record(tx, &Entry {
            at: now,
            actor: Some(session.user),
            act: Act::LicensesFreed,
            owner: Some(&owner),
            detail: json!({ "module": name }),
            users: touched,
        }).await?;
        Ok(owner)
    })?;
    state.events.send(Event::Users);
    state.events.send(Event::Licenses(Some(owner)));
    Ok(Json(Freed {
        users: users.len(),
        licenses: super::licenses::licenses(&state).await?,
    }))
}

/// What the administrator saw go, by user.
fn as_seen(free: Free) -> Result<BTreeMap<i32, BTreeSet<ModuleName>>, Error> {
    if free.users.is_empty() {
        return Err(Error::field("users", FieldFault::Missing));
    }
    if free.users.len() > FREE_MAX {
        return Err(Error::field("users", FieldFault::TooLong));
    }
    let listed = free.users.len();
    let users = free.users.into_iter();
    let seen: BTreeMap<i32, BTreeSet<ModuleName>> = users
        .map(|user| (user.user, user.goes.into_iter().collect()))
        .collect();
    if seen.len() < listed {
        // Somebody is listed twice: which of the two was seen?
        return Err(Error::field("users", FieldFault::Malformed));
    }
    Ok(seen)
}

/// Nothing is freed: these users no longer stand as they were seen.
fn stale(changed: &BTreeSet<i32>, known: &BTreeMap<i32, TakenUser>) -> Error {
    let named = changed.iter().take(CHANGED_NAMED_MAX);
    Error::Stale(
        named
            .map(|user| Problem::UserChanged {
                user: *user,
                name: known
                    .get(user)
                    .map_or_else(|| user.to_string(), |known| known.full_name.clone()),
            })
            .collect(),
    )
}
