//! Counting who was given what anew: when plan sets change, and to prove the counters right.

use std::collections::BTreeMap;

use licensing::assignment::{self, Assignments};
use licensing::license::{ModuleName, UserType};
use sqlx::FromRow;

use super::sold;
use crate::db::user_type::user_type_of;
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// Users of one kind who were given the same by one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    /// What each of them was given; never empty.
    pub assignments: Assignments,
    /// Their kind.
    pub user_type: UserType,
    /// How many they are.
    pub users: i32,
}

#[derive(FromRow)]
struct Row {
    given: String,
    user_type: String,
    users: i64,
}

/// Every combination of an owner's modules that users were given: a handful, however many users. Reads every assignment
/// of the owner once.
///
/// # Errors
/// Those of the database.
pub async fn combinations(tx: &mut Tx, owner_id: i32) -> Result<Vec<Combination>, Error> {
    let names = names(tx, owner_id).await?;
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select given, user_type, count(*) as users from ( \
               select string_agg(cast(a.module_id as text), ',' order by a.module_id) as given, \
                 min(u.user_type) as user_type \
               from assignment a join module m on m.id = a.module_id join users u on u.id = a.user_id \
               where m.owner_id = $1 group by a.user_id) held \
             group by given, user_type order by given, user_type",
        )
        .bind(owner_id)
        .fetch_all(connection)
        .await
    })?;
    rows.into_iter()
        .map(|row| {
            let mut assignments = Assignments::new();
            for id in row.given.split(',') {
                let id: i32 = id.parse().map_err(Error::internal)?;
                let name = names
                    .get(&id)
                    .ok_or_else(|| Error::internal(format!("no module {id}")))?;
                assignments.insert(name.clone());
            }
            Ok(Combination {
                assignments,
                user_type: user_type_of(&row.user_type)?,
                users: i32::try_from(row.users).map_err(Error::internal)?,
            })
        })
        .collect()
}

async fn names(tx: &mut Tx, owner_id: i32) -> Result<BTreeMap<i32, ModuleName>, Error> {
    let rows: Vec<(i32, String)> = on_tx!(tx, connection => {
        sqlx::query_as("select id, name from module where owner_id = $1 order by id")
            .bind(owner_id)
            .fetch_all(connection)
            .await
    })?;
    rows.into_iter()
        .map(|(id, name)| Ok((id, name.parse().map_err(Error::internal)?)))
        .collect()
}

/// A counter, and what it should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recounted {
    /// Which module.
    pub module: ModuleName,
    /// What its counter says.
    pub in_use: i32,
    /// What the assignments say.
    pub counted: i32,
}

/// Counts every module of an owner anew, from the assignments and the plan sets of the license in force. The counters
/// are right when the two numbers of every module agree.
///
/// # Errors
/// Those of the database; [`Error::NotFound`] when the owner has no license in force.
pub async fn recount(tx: &mut Tx, owner_id: i32) -> Result<Vec<Recounted>, Error> {
    let sold = sold(tx, owner_id).await?;
    let combinations = combinations(tx, owner_id).await?;
    let groups = combinations
        .iter()
        .map(|group| (&group.assignments, group.users));
    let counted = assignment::recount(&sold.license, groups);
    let counters = sold.in_use().into_iter();
    Ok(counters
        .map(|(module, in_use)| Recounted {
            counted: counted.get(&module).copied().unwrap_or_default(),
            module,
            in_use,
        })
        .collect())
}
