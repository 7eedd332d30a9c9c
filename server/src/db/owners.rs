//! Module owners: their revision, how their licenses are activated, and when their license server is asked.

use licensing::license::{OwnerName, Timestamp};
use licensing::wire::{Activation, CheckResult};
use sqlx::FromRow;
use sqlx::types::Json;

use super::{Tx, on_tx};
use crate::error::Error;

/// A module owner as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Id.
    pub id: i32,
    /// Code name.
    pub name: OwnerName,
    /// What its certificate calls it; its code name before there was one.
    pub description: String,
    /// Moves when a license is installed, offered or withdrawn.
    pub revision: i64,
    /// Automatic, or ask me.
    pub activation: Activation,
    /// What is known of its license server.
    pub check: LastCheck,
}

impl Owner {
    /// Where this owner stands among others.
    #[must_use]
    pub fn place(&self) -> (bool, &str, i32) {
        place(self.name.as_str(), &self.description, self.id)
    }
}

/// Where an owner stands among others: SUPEROFFICE first, then by description.
#[must_use]
pub fn place<'a>(name: &str, description: &'a str, id: i32) -> (bool, &'a str, i32) {
    (name != MAIN_OWNER, description, id)
}

/// Stands before all other owners.
pub(crate) const MAIN_OWNER: &str = "SUPEROFFICE";

/// What came of asking a license server, and when it is asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastCheck {
    /// When it was last asked.
    pub at: Option<Timestamp>,
    /// What came of it.
    pub result: Option<CheckResult>,
    /// When it is asked next.
    pub next_at: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
}

#[derive(FromRow)]
struct Row {
    id: i32,
    name: String,
    description: String,
    revision: i64,
    activation: String,
    last_check_at: Option<i64>,
    last_check: Option<Json<CheckResult>>,
    next_check_at: Option<i64>,
    failures: i32,
}

impl TryFrom<Row> for Owner {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            name: row.name.parse().map_err(Error::internal)?,
            description: row.description,
            revision: row.revision,
            activation: match row.activation.as_str() {
                AUTOMATIC => Activation::Automatic,
                _ => Activation::AskMe,
            },
            check: LastCheck {
                at: row.last_check_at.map(Timestamp),
                result: row.last_check.map(|Json(result)| result),
                next_at: row.next_check_at.map(Timestamp),
                failures: u32::try_from(row.failures).unwrap_or_default(),
            },
        })
    }
}

const AUTOMATIC: &str = "automatic";
const ASK_ME: &str = "ask_me";

fn activation_text(activation: Activation) -> &'static str {
    match activation {
        Activation::Automatic => AUTOMATIC,
        Activation::AskMe => ASK_ME,
    }
}

/// Every owner that was ever known here, by id.
///
/// # Errors
/// Those of the database.
pub async fn all(tx: &mut Tx) -> Result<Vec<Owner>, Error> {
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, name, description, revision, activation, last_check_at, last_check, next_check_at, failures \
             from module_owner order by id",
        )
        .fetch_all(connection)
        .await
    })?;
    rows.into_iter().map(Owner::try_from).collect()
}

/// The owner of this name.
///
/// # Errors
/// Those of the database.
pub async fn one(tx: &mut Tx, name: &OwnerName) -> Result<Option<Owner>, Error> {
    let row: Option<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, name, description, revision, activation, last_check_at, last_check, next_check_at, failures \
             from module_owner where name = $1",
        )
        .bind(name.as_str())
        .fetch_optional(connection)
        .await
    })?;
    row.map(Owner::try_from).transpose()
}

/// Takes the owner's row until the end of this transaction.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut Tx, name: &OwnerName) -> Result<Option<Owner>, Error> {
    // Writing nothing takes the row.
    let row: Option<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "update module_owner set revision = revision where name = $1 \
             returning id, name, description, revision, activation, last_check_at, last_check, next_check_at, failures",
        )
        .bind(name.as_str())
        .fetch_optional(connection)
        .await
    })?;
    row.map(Owner::try_from).transpose()
}

/// Makes an owner known, if it is not yet.
///
/// # Errors
/// Those of the database.
pub async fn ensure(tx: &mut Tx, name: &OwnerName) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into module_owner (name, description, revision, activation, failures) values ($1, $1, 1, $2, 0) \
             on conflict (name) do nothing",
        )
        .bind(name.as_str())
        .bind(AUTOMATIC)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Moves the owner's revision: what an administrator saw of it is stale now.
///
/// # Errors
/// Those of the database.
pub async fn move_revision(tx: &mut Tx, owner_id: i32) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query("update module_owner set revision = revision + 1 where id = $1")
            .bind(owner_id)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Keeps what the owner's certificate calls it.
///
/// # Errors
/// Those of the database.
pub async fn describe(tx: &mut Tx, owner_id: i32, description: &str) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query("update module_owner set description = $1 where id = $2")
            .bind(description)
            .bind(owner_id)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Sets how new licenses are activated.
///
/// # Errors
/// Those of the database.
pub async fn set_activation(
    tx: &mut Tx,
    owner_id: i32,
    activation: Activation,
) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query("update module_owner set activation = $1 where id = $2")
            .bind(activation_text(activation))
            .bind(owner_id)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Keeps what came of asking the license server, and when it is asked again.
///
/// # Errors
/// Those of the database.
pub async fn keep_check(tx: &mut Tx, owner_id: i32, check: &LastCheck) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "update module_owner set last_check_at = $1, last_check = $2, next_check_at = $3, failures = $4 where id = $5",
        )
        .bind(check.at.map(|at| at.0))
        .bind(check.result.as_ref().map(Json))
        .bind(check.next_at.map(|at| at.0))
        .bind(i32::try_from(check.failures).unwrap_or(i32::MAX))
        .bind(owner_id)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}
