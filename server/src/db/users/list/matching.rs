//! Everyone who matches, for acts on many at once: ids only.

use sqlx::AssertSqlSafe;

use super::Filter;
use super::narrow::narrow;
use super::source::{capped, ids, of_list};
use crate::db::statement::{Statement, bound};
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// Ids of at most so many users who match, in order of id.
///
/// # Errors
/// Those of the database.
pub async fn matching(tx: &mut Tx, filter: &Filter, most: usize) -> Result<Vec<i32>, Error> {
    let limit = i64::try_from(most).map_err(Error::internal)?;
    let mut rare = None;
    for source in filter.sources() {
        if capped(tx, filter, &source, limit + 1).await? <= limit {
            rare = Some(source);
            break;
        }
    }
    let mut statement = Statement::default();
    if let Some(source) = rare {
        statement.push("with found as materialized (select distinct id from (");
        ids(&mut statement, filter, &source, tx.is_sqlite());
        statement
            .push(") every) select u.id from found f cross join users u where u.id = f.id and ");
    } else {
        statement.push("select u.id from users u where ");
    }
    of_list(&mut statement, "u.", filter.other_users);
    narrow(&mut statement, filter);
    statement
        .push(" order by u.id limit ")
        .push(&most.to_string());
    let Statement { text, values } = statement;
    Ok(on_tx!(tx, connection => {
        bound!(sqlx::query_scalar(AssertSqlSafe(text)), values).fetch_all(connection).await
    })?)
}
