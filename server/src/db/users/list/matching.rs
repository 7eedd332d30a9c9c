//! Everyone who matches, for acts on many at once: ids only.

use sqlx::AssertSqlSafe;

use super::{Filter, Plan, holders_first, narrow, of_list};
use crate::db::statement::{Statement, bound};
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// Ids of at most so many users who match, in order of id.
///
/// # Errors
/// Those of the database.
pub async fn matching(tx: &mut Tx, filter: &Filter, most: usize) -> Result<Vec<i32>, Error> {
    let mut statement = Statement::default();
    let plan = match &filter.given_one_of {
        Some(given) => {
            holders_first(&mut statement, given, "u.id");
            Plan::Holders
        }
        None => {
            statement.push("select u.id from users u where true");
            Plan::Scan
        }
    };
    of_list(&mut statement, filter.other_users, plan);
    narrow(&mut statement, filter);
    statement
        .push(" order by u.id limit ")
        .push(&most.to_string());
    let Statement { text, values } = statement;
    Ok(on_tx!(tx, connection => {
        bound!(sqlx::query_scalar(AssertSqlSafe(text)), values).fetch_all(connection).await
    })?)
}
