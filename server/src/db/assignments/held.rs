//! Reading who was given what, and so who holds what.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use licensing::license::ModuleName;
use sqlx::{AssertSqlSafe, FromRow};

use super::{CHUNK_ROWS, Sold, sold};
use crate::db::statement::{Statement, bound};
use crate::db::{Tx, on_tx, owners};
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

/// What was sold by the owner of this module, and the module's name; none when it is no user license of a license in
/// force.
///
/// # Errors
/// Those of the database.
pub async fn sold_with(tx: &mut Tx, module: i32) -> Result<Option<(Sold, ModuleName)>, Error> {
    let Some(owner_id) = owner_of(tx, module).await? else {
        return Ok(None);
    };
    let sold = sold(tx, owner_id).await?;
    let name = sold
        .name(module)
        .filter(|name| sold.is_user_license(name))
        .cloned();
    Ok(name.map(|name| (sold, name)))
}

/// The owner of a module, by its id; none when it is in no license in force.
///
/// # Errors
/// Those of the database.
pub async fn owner_of(tx: &mut Tx, module: i32) -> Result<Option<i32>, Error> {
    let owner = on_tx!(tx, connection => {
        sqlx::query_scalar("select owner_id from module where id = $1 and in_license")
            .bind(module)
            .fetch_optional(connection)
            .await
    })?;
    Ok(owner)
}

/// A holder, as far as it matters whose seat is freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Holder {
    /// Id of the user.
    pub id: i32,
    /// Whether they can sign in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
    /// Whether they cannot log in yet, and may hold licenses meanwhile.
    pub waiting_for_approval: bool,
    /// When they last signed in to the product, in epoch milliseconds.
    pub last_sign_in: Option<i64>,
    /// Whether they were given one of the plans that were asked for besides.
    pub contained: bool,
}

/// Goes through everyone who was given one of these modules (and tells who has one of the plans `around`), each once, in no order: there may be a million, so they are
/// not all kept as rows.
///
/// # Errors
/// Those of the database.
pub async fn each_holder(
    tx: &mut Tx,
    given_as: &[i32],
    around: &[i32],
    mut see: impl FnMut(Holder),
) -> Result<(), Error> {
    let mut statement = Statement::default();
    statement.push(
        "select u.id, u.can_log_in, u.former_employee, u.waiting_for_approval, u.last_sign_in, ",
    );
    if around.is_empty() {
        statement.push("false");
    } else {
        statement
            .push("exists (select 1 from assignment e where e.user_id = u.id and e.module_id in ");
        statement.bind_list(around).push(")");
    }
    statement.push(" as contained from users u where u.id in (select a.user_id from assignment a where a.module_id in ");
    statement.bind_list(given_as).push(")");
    let Statement { text, values } = statement;
    on_tx!(tx, connection => {
        let query = sqlx::query_as::<_, Holder>(AssertSqlSafe(text));
        let mut rows = bound!(query, values).fetch(connection);
        while let Some(holder) = rows.try_next().await? {
            see(holder);
        }
    });
    Ok(())
}

#[derive(FromRow)]
struct PlanRow {
    user_id: i32,
    description: String,
    owner_id: i32,
    owner_name: String,
    owner_description: String,
    sort_order: i32,
    position: i32,
}

impl PlanRow {
    fn place(&self) -> impl Ord + '_ {
        let owner = owners::place(&self.owner_name, &self.owner_description, self.owner_id);
        (owner, self.sort_order, self.position)
    }
}

/// The names (for people) of the user plans that these users were given: SUPEROFFICE's first, then by owner, each
/// owner's in its own order.
///
/// # Errors
/// Those of the database.
pub async fn plans(tx: &mut Tx, users: &[i32]) -> Result<HashMap<i32, Vec<String>>, Error> {
    let mut rows: Vec<PlanRow> = Vec::new();
    for chunk in users.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement.push(
            "select a.user_id, m.description, o.id as owner_id, o.name as owner_name, \
               o.description as owner_description, m.sort_order, m.position \
             from assignment a join module m on m.id = a.module_id join module_owner o on o.id = m.owner_id \
             where m.user_plan and a.user_id in ",
        );
        statement.bind_list(chunk);
        let Statement { text, values } = statement;
        rows.extend::<Vec<PlanRow>>(on_tx!(tx, connection => {
            bound!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(connection).await
        })?);
    }
    rows.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut plans: HashMap<i32, Vec<String>> = HashMap::new();
    for row in rows {
        plans.entry(row.user_id).or_default().push(row.description);
    }
    Ok(plans)
}

/// Gives somebody modules that nobody counts: for tests of looking them up.
///
/// # Errors
/// Those of the database.
#[cfg(test)]
pub(crate) async fn give(tx: &mut Tx, user: i32, modules: &[i32]) -> Result<(), Error> {
    for module in modules {
        on_tx!(tx, connection => {
            sqlx::query(
                "insert into assignment (user_id, module_id, assigned_at, other_user, name_folded) \
                 select id, $2, 0, other_user, name_folded from users where id = $1",
            )
            .bind(user)
            .bind(module)
            .execute(connection)
            .await
            .map(drop)
        })?;
    }
    Ok(())
}
