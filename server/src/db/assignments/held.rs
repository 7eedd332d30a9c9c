//! Reading who was given what.

use sqlx::{AssertSqlSafe, FromRow};

use super::CHUNK_ROWS;
use crate::db::statement::{Statement, bound};
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// One assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Held {
    /// Id of the user.
    #[sqlx(rename = "user_id")]
    pub user: i32,
    /// Id of the module.
    #[sqlx(rename = "module_id")]
    pub module: i32,
}

/// The assignments of these users, of every owner; by user, then by module.
///
/// # Errors
/// Those of the database.
pub async fn of_users(tx: &mut Tx, users: &[i32]) -> Result<Vec<Held>, Error> {
    let mut found = Vec::new();
    for chunk in users.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement.push("select user_id, module_id from assignment where user_id in ");
        statement.bind_list(chunk);
        statement.push(" order by user_id, module_id");
        let Statement { text, values } = statement;
        let rows: Vec<Held> = on_tx!(tx, connection => {
            bound!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(connection).await
        })?;
        found.extend(rows);
    }
    Ok(found)
}
