//! Who was given what. The one place that writes assignments and moves the counters of modules: every door (screen,
//! file, seeding, later CSV, API, agents) goes through [`take`] and [`write`], so no door can give more than was bought.
//!
//! The order is what makes it right on PostgreSQL, where each statement sees what others committed meanwhile: user rows
//! first, in order of id; then the counters with the `set_revision` that they were counted under; then the license,
//! which is never older than that; last, each changed counter once, in order of module id. A counter that was counted
//! anew under other plan sets does not move, and the act starts again ([`SetsMoved`]).

pub mod count;
pub mod held;
mod taken;

use std::collections::BTreeMap;

use licensing::assignment::{self, Assignments, Moves, Shortage};
use licensing::license::{License, LicenseType, ModuleName, Timestamp};
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder};

use super::statement::{Statement, bound};
use super::{Tx, licenses, on_tx};
use crate::error::Error;

pub use taken::{TakenUser, look_at_users, take_users};

/// Rows of one statement: far below the 32,766 values that SQLite allows.
const CHUNK_ROWS: usize = 1_000;

/// Users whose rows this transaction holds, and what they may be given.
#[derive(Debug)]
pub struct Taken {
    /// What the owner sold.
    pub sold: Sold,
    /// Everyone who exists, by id.
    pub users: BTreeMap<i32, TakenUser>,
    /// The same, by what they were given of this owner.
    pub groups: Vec<Group>,
}

/// What an owner sold, and how much of it is in use.
#[derive(Debug)]
pub struct Sold {
    /// The license in force.
    pub license: License,
    counters: BTreeMap<ModuleName, Counter>,
}

#[derive(Clone, Copy, Debug)]
struct Counter {
    id: i32,
    in_use: i32,
    set_revision: i64,
}

impl Sold {
    /// Seats in use of every module.
    #[must_use]
    pub fn in_use(&self) -> Moves {
        let counters = self.counters.iter();
        counters
            .map(|(module, counter)| (module.clone(), counter.in_use))
            .collect()
    }

    /// The module of this id.
    #[must_use]
    pub fn name(&self, id: i32) -> Option<&ModuleName> {
        let mut counters = self.counters.iter();
        counters
            .find(|(_, counter)| counter.id == id)
            .map(|(module, _)| module)
    }

    /// Seats in use of a module.
    #[must_use]
    pub fn in_use_of(&self, module: &ModuleName) -> i32 {
        self.counters
            .get(module)
            .map_or(0, |counter| counter.in_use)
    }

    /// Ids of these modules; those without a row are left out.
    #[must_use]
    pub fn ids_of<'a>(&self, modules: impl IntoIterator<Item = &'a ModuleName>) -> Vec<i32> {
        let modules = modules.into_iter();
        modules
            .filter_map(|module| self.counters.get(module))
            .map(|counter| counter.id)
            .collect()
    }

    /// Whether it is a user license of the license in force.
    #[must_use]
    pub fn is_user_license(&self, module: &ModuleName) -> bool {
        self.license
            .module(module)
            .is_some_and(|sold| sold.license_type == LicenseType::UserLicense)
    }

    /// Ids of the module and of the plans that bring it: who was given one of them holds it.
    #[must_use]
    pub fn given_as(&self, module: &ModuleName) -> Vec<i32> {
        let plans = self.license.plans_that_bring(module);
        self.ids_of(std::iter::once(module).chain(plans.map(|plan| &plan.module_name)))
    }

    fn counter(&self, module: &ModuleName) -> Result<Counter, Error> {
        self.counters
            .get(module)
            .copied()
            .ok_or_else(|| Error::internal(format!("no row of module {module}")))
    }

    /// Ids of these modules, each of which must have a row.
    fn rows<'a>(&self, modules: impl Iterator<Item = &'a ModuleName>) -> Result<Vec<i32>, Error> {
        modules.map(|module| Ok(self.counter(module)?.id)).collect()
    }
}

/// Users with the same assignments of one owner, whose rows this transaction holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    users: Vec<i32>,
    assignments: Assignments,
}

impl Group {
    /// Users who were made in this very transaction, and so were given nothing yet.
    #[must_use]
    pub fn of_new(users: Vec<i32>) -> Self {
        Self {
            users,
            assignments: Assignments::new(),
        }
    }

    /// Their ids, in order.
    #[must_use]
    pub fn users(&self) -> &[i32] {
        &self.users
    }

    /// What each of them was given.
    #[must_use]
    pub fn assignments(&self) -> &Assignments {
        &self.assignments
    }

    /// Those of them who.
    #[must_use]
    pub fn part(&self, who: impl Fn(i32) -> bool) -> Self {
        let users = self.users.iter().copied().filter(|user| who(*user));
        Self {
            users: users.collect(),
            assignments: self.assignments.clone(),
        }
    }

    /// What each of them shall have.
    #[must_use]
    pub fn to(self, after: Assignments) -> Step {
        Step {
            users: self.users,
            before: self.assignments,
            after,
        }
    }
}

/// What becomes of the assignments of a group.
#[derive(Clone, Debug)]
pub struct Step {
    users: Vec<i32>,
    before: Assignments,
    after: Assignments,
}

/// Why assignments were not written; the transaction must not be committed.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// Too few seats, of these modules.
    #[error("too few seats: {0:?}")]
    Short(Vec<Shortage>),
    /// Anything else; after [`SetsMoved`] the transaction starts again.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<sqlx::Error> for NotWritten {
    fn from(cause: sqlx::Error) -> Self {
        Self::Failed(cause.into())
    }
}

/// The plan sets moved while an act reckoned with the old ones: it starts again.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the plan sets moved meanwhile")]
pub struct SetsMoved;

/// Takes the rows of these users (their revisions move) and reads what they hold of an owner.
///
/// # Errors
/// Those of the database; [`Error::NotFound`] when the owner has no license in force.
pub async fn take(tx: &mut Tx, owner_id: i32, users: &[i32]) -> Result<Taken, Error> {
    let users = take_users(tx, users).await?;
    let ids: Vec<i32> = users.keys().copied().collect();
    let (sold, groups) = given(tx, owner_id, &ids).await?;
    Ok(Taken {
        sold,
        users,
        groups,
    })
}

/// What an owner sold, and what these users were given of it; for [`write`] this transaction must hold their rows.
///
/// # Errors
/// Those of the database; [`Error::NotFound`] when the owner has no license in force.
pub async fn given(tx: &mut Tx, owner_id: i32, users: &[i32]) -> Result<(Sold, Vec<Group>), Error> {
    let sold = sold(tx, owner_id).await?;
    let mut given: BTreeMap<i32, Assignments> =
        users.iter().map(|id| (*id, Assignments::new())).collect();
    let names: BTreeMap<i32, &ModuleName> = sold
        .counters
        .iter()
        .map(|(module, counter)| (counter.id, module))
        .collect();
    for held in held::of_users(tx, users).await? {
        if let (Some(of_user), Some(name)) = (given.get_mut(&held.user), names.get(&held.module)) {
            of_user.insert((*name).clone());
        }
    }
    let mut groups: BTreeMap<Assignments, Vec<i32>> = BTreeMap::new();
    for (id, assignments) in given {
        groups.entry(assignments).or_default().push(id);
    }
    let groups = groups
        .into_iter()
        .map(|(assignments, users)| Group { users, assignments })
        .collect();
    Ok((sold, groups))
}

/// What an owner sold: the counters first, then the license, so that the license is never older than the counters.
///
/// # Errors
/// Those of the database; [`Error::NotFound`] when the owner has no license in force.
pub async fn sold(tx: &mut Tx, owner_id: i32) -> Result<Sold, Error> {
    let rows: Vec<(i32, String, i32, i64)> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, name, in_use, set_revision from module where owner_id = $1 order by id",
        )
        .bind(owner_id)
        .fetch_all(connection)
        .await
    })?;
    let mut counters = BTreeMap::new();
    for (id, name, in_use, set_revision) in rows {
        let name = name.parse().map_err(Error::internal)?;
        counters.insert(
            name,
            Counter {
                id,
                in_use,
                set_revision,
            },
        );
    }
    let license = licenses::in_force(tx, owner_id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Sold { license, counters })
}

/// Writes what becomes of these groups' assignments, then moves the counters: each changed one once.
///
/// # Errors
/// [`NotWritten`]: then nothing of it may be committed.
pub async fn write(
    tx: &mut Tx,
    sold: &Sold,
    steps: &[Step],
    at: Timestamp,
) -> Result<(), NotWritten> {
    let mut changes: BTreeMap<ModuleName, i64> = BTreeMap::new();
    for step in steps {
        let users = i64::try_from(step.users.len()).map_err(Error::internal)?;
        for (module, seats) in assignment::moves(&sold.license, &step.before, &step.after) {
            *changes.entry(module).or_default() += i64::from(seats) * users;
        }
        // What a plan brings already moves no seat when it is assigned; it is held against the sets all the same.
        for module in step.before.symmetric_difference(&step.after) {
            changes.entry(module.clone()).or_default();
        }
        remove(tx, sold, step).await?;
    }
    add(tx, sold, steps, at).await?;
    let mut by_id = Vec::with_capacity(changes.len());
    for (module, seats) in changes {
        by_id.push((sold.counter(&module)?, module, seats));
    }
    by_id.sort_by_key(|(counter, ..)| counter.id);
    let mut short = Vec::new();
    for (counter, module, seats) in by_id {
        short.extend(move_counter(tx, counter, module, seats).await?);
    }
    if short.is_empty() {
        Ok(())
    } else {
        Err(NotWritten::Short(short))
    }
}

async fn remove(tx: &mut Tx, sold: &Sold, step: &Step) -> Result<(), Error> {
    let gone = sold.rows(step.before.difference(&step.after))?;
    if gone.is_empty() {
        return Ok(());
    }
    for users in step.users.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement.push("delete from assignment where user_id in ");
        statement.bind_list(users).push(" and module_id in ");
        statement.bind_list(&gone);
        let Statement { text, values } = statement;
        let removed = on_tx!(tx, connection => {
            bound!(sqlx::query(AssertSqlSafe(text)), values)
                .execute(connection)
                .await
                .map(|done| done.rows_affected())
        })?;
        if removed != (users.len() * gone.len()) as u64 {
            return Err(Error::internal(
                "assignments changed although their users were taken",
            ));
        }
    }
    Ok(())
}

async fn add(tx: &mut Tx, sold: &Sold, steps: &[Step], at: Timestamp) -> Result<(), Error> {
    let mut rows: Vec<(i32, i32)> = Vec::new();
    for step in steps {
        let new = sold.rows(step.after.difference(&step.before))?;
        for user in &step.users {
            rows.extend(new.iter().map(|module| (*user, *module)));
        }
    }
    rows.sort_unstable();
    for chunk in rows.chunks(CHUNK_ROWS) {
        let added = on_tx!(tx, connection => {
            let mut query = QueryBuilder::new(
                "insert into assignment (user_id, module_id, assigned_at, other_user, name_folded) \
                 select u.id, new.column2, ",
            );
            query.push_bind(at.0);
            query.push(", u.other_user, u.name_folded from (");
            query.push_values(chunk, |mut row, (user, module)| {
                row.push_bind(user).push_bind(module);
            });
            query.push(") new cross join users u where u.id = new.column1");
            let done = query.build().execute(connection).await;
            done.map(|done| done.rows_affected())
        })?;
        if added != chunk.len() as u64 {
            return Err(Error::internal("a user went although they were taken"));
        }
    }
    Ok(())
}

/// A counter as it stands now.
#[derive(FromRow)]
struct Standing {
    in_use: i32,
    total: i32,
    unrestricted: bool,
    set_revision: i64,
}

/// Moves one counter; answers the shortage when there are too few seats.
async fn move_counter(
    tx: &mut Tx,
    counter: Counter,
    module: ModuleName,
    seats: i64,
) -> Result<Option<Shortage>, Error> {
    if try_move(tx, counter, seats).await? {
        return Ok(None);
    }
    // Writing nothing takes the row: what it says now stays true until the end of this transaction.
    let now: Standing = on_tx!(tx, connection => {
        sqlx::query_as(
            "update module set in_use = in_use where id = $1 \
             returning in_use, total, unrestricted, set_revision",
        )
        .bind(counter.id)
        .fetch_one(connection)
        .await
    })?;
    if now.set_revision != counter.set_revision {
        return Err(Error::Unavailable(SetsMoved.into()));
    }
    let short = i64::from(now.in_use) + seats - i64::from(now.total);
    if now.unrestricted || short <= 0 {
        // Somebody gave a seat back between the two statements.
        return match try_move(tx, counter, seats).await? {
            true => Ok(None),
            false => Err(Error::internal(format!(
                "the counter of {module} does not move"
            ))),
        };
    }
    Ok(Some(Shortage {
        module,
        bought: now.total,
        in_use: now.in_use,
        short: i32::try_from(short).unwrap_or(i32::MAX),
    }))
}

async fn try_move(tx: &mut Tx, counter: Counter, seats: i64) -> Result<bool, Error> {
    let moved = on_tx!(tx, connection => {
        sqlx::query(
            "update module set in_use = in_use + $1 \
             where id = $2 and set_revision = $3 and (unrestricted or in_use + $1 <= total)",
        )
        .bind(seats)
        .bind(counter.id)
        .bind(counter.set_revision)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(moved == 1)
}
