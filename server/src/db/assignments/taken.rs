//! Users as an act finds them: their rows taken, or only looked at.

use std::collections::{BTreeMap, BTreeSet};

use licensing::assignment::Access;
use licensing::license::UserType;
use sqlx::{AssertSqlSafe, FromRow};

use super::CHUNK_ROWS;
use crate::db::statement::{Statement, bound};
use crate::db::user_type::user_type_of;
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// A user as an act finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenUser {
    /// Revision (before it was taken): what an administrator may have seen.
    pub revision: i64,
    /// Kind.
    pub user_type: UserType,
    /// Name for people.
    pub full_name: String,
    /// Whether they work here and may log in to the product.
    pub access: Access,
}

#[derive(FromRow)]
struct Row {
    id: i32,
    revision: i64,
    user_type: String,
    full_name: String,
    can_log_in: bool,
    former_employee: bool,
}

/// The columns of [`Row`] after its revision.
const SEEN: &str = "user_type, full_name, can_log_in, former_employee";

/// Takes the rows of these users, in order of id: their revisions move. Answers those who exist.
///
/// # Errors
/// Those of the database.
pub async fn take_users(tx: &mut Tx, users: &[i32]) -> Result<BTreeMap<i32, TakenUser>, Error> {
    each(tx, users, |statement, ids| {
        statement.push("update users set revision = revision + 1 where id in ");
        statement
            .bind_list(ids)
            .push(" returning id, revision - 1 as revision, ");
        statement.push(SEEN);
    })
    .await
}

/// Looks at these users and takes nothing: enough to say what an act would do, not to do it.
///
/// # Errors
/// Those of the database.
pub async fn look_at_users(tx: &mut Tx, users: &[i32]) -> Result<BTreeMap<i32, TakenUser>, Error> {
    each(tx, users, |statement, ids| {
        statement.push("select id, revision, ").push(SEEN);
        statement.push(" from users where id in ").bind_list(ids);
    })
    .await
}

async fn each(
    tx: &mut Tx,
    users: &[i32],
    ask: impl Fn(&mut Statement, &[i32]),
) -> Result<BTreeMap<i32, TakenUser>, Error> {
    let ids: BTreeSet<i32> = users.iter().copied().collect();
    let ids: Vec<i32> = ids.into_iter().collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        ask(&mut statement, chunk);
        let Statement { text, values } = statement;
        let rows: Vec<Row> = on_tx!(tx, connection => {
            bound!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(connection).await
        })?;
        for row in rows {
            let user = TakenUser {
                revision: row.revision,
                user_type: user_type_of(&row.user_type)?,
                full_name: row.full_name,
                access: Access {
                    can_log_in: row.can_log_in,
                    former_employee: row.former_employee,
                },
            };
            found.insert(row.id, user);
        }
    }
    Ok(found)
}
