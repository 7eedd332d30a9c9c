//! Imports of users: whose file it is, how it is read, how far it is. What is in the file is not here.

use licensing::license::Timestamp;
use licensing::wire::{Import, ImportCounts, ImportError, ImportPreview, ImportState, ReadAs};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;

use super::{Tx, on_tx};
use crate::error::Error;

/// Most imports of one user that are listed.
const LISTED_MAX: i32 = 20;

/// An import as stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Whose it is.
    pub user: i32,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// The rest.
    pub import: Import,
}

/// What an import did so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Done {
    /// Lines by what became of them.
    pub counts: ImportCounts,
    /// The first lines that were refused.
    pub refused: Vec<ImportError>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    user_id: i32,
    name: String,
    size: i64,
    sha256: String,
    state: String,
    line: i64,
    uploaded_at: i64,
    read_as: Json<ReadAs>,
    head: Json<Vec<String>>,
    preview: Option<Json<ImportPreview>>,
    done: Json<Done>,
}

const STATES: [(ImportState, &str); 7] = [
    (ImportState::Uploaded, "uploaded"),
    (ImportState::Previewing, "previewing"),
    (ImportState::Previewed, "previewed"),
    (ImportState::Running, "running"),
    (ImportState::Stopped, "stopped"),
    (ImportState::Refused, "refused"),
    (ImportState::Done, "done"),
];

fn text_of(state: ImportState) -> &'static str {
    let mut states = STATES.iter();
    let found = states.find(|(known, _)| *known == state);
    found.map_or("uploaded", |(_, text)| text)
}

impl TryFrom<Row> for Stored {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let state = STATES.iter().find(|(_, text)| *text == row.state);
        let (state, _) = state.ok_or_else(|| {
            sqlx::Error::Decode(format!("no state of an import: {}", row.state).into())
        })?;
        Ok(Self {
            user: row.user_id,
            sha256: row.sha256,
            import: Import {
                import: row.id,
                name: row.name,
                size: row.size,
                state: *state,
                uploaded_at: Timestamp(row.uploaded_at),
                read_as: row.read_as.0,
                head: row.head.0,
                line: row.line,
                preview: row.preview.map(|preview| preview.0),
                done: row.done.0.counts,
                refused: row.done.0.refused,
            },
        })
    }
}

/// Stores what was just uploaded.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut Tx, stored: &Stored) -> Result<(), Error> {
    let import = &stored.import;
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into import (id, user_id, name, size, sha256, state, line, uploaded_at, read_as, head, preview, done) \
             values ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, null, $10)",
        )
        .bind(import.import.as_str())
        .bind(stored.user)
        .bind(import.name.as_str())
        .bind(import.size)
        .bind(stored.sha256.as_str())
        .bind(text_of(import.state))
        .bind(import.uploaded_at.0)
        .bind(Json(&import.read_as))
        .bind(Json(&import.head))
        .bind(Json(Done::default()))
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// The import of this id.
///
/// # Errors
/// Those of the database.
pub async fn one(tx: &mut Tx, id: &str) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, user_id, name, size, sha256, state, line, uploaded_at, read_as, head, preview, done \
             from import where id = $1",
        )
        .bind(id)
        .fetch_optional(connection)
        .await
    })?;
    Ok(row.map(Stored::try_from).transpose()?)
}

/// The imports of a user, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn of_user(tx: &mut Tx, user: i32) -> Result<Vec<Stored>, Error> {
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, user_id, name, size, sha256, state, line, uploaded_at, read_as, head, preview, done \
             from import where user_id = $1 order by uploaded_at desc, id desc limit $2",
        )
        .bind(user)
        .bind(LISTED_MAX)
        .fetch_all(connection)
        .await
    })?;
    Ok(rows
        .into_iter()
        .map(Stored::try_from)
        .collect::<Result<_, _>>()?)
}

/// Stores how far an import is. How it is read and what it would do go along.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut Tx, import: &Import) -> Result<(), Error> {
    let done = Done {
        counts: import.done,
        refused: import.refused.clone(),
    };
    on_tx!(tx, connection => {
        sqlx::query(
            "update import set state = $2, line = $3, read_as = $4, head = $5, preview = $6, done = $7 where id = $1",
        )
        .bind(import.import.as_str())
        .bind(text_of(import.state))
        .bind(import.line)
        .bind(Json(&import.read_as))
        .bind(Json(&import.head))
        .bind(import.preview.as_ref().map(Json))
        .bind(Json(done))
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores that lines up to this one are done, and what was done.
///
/// # Errors
/// Those of the database.
pub async fn reached(tx: &mut Tx, import: &Import) -> Result<(), Error> {
    let done = Done {
        counts: import.done,
        refused: import.refused.clone(),
    };
    on_tx!(tx, connection => {
        sqlx::query("update import set state = $2, line = $3, done = $4 where id = $1")
            .bind(import.import.as_str())
            .bind(text_of(import.state))
            .bind(import.line)
            .bind(Json(done))
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// What was being done when the console ended is done no more: it can go on. Answers how many.
///
/// # Errors
/// Those of the database.
pub async fn interrupted(tx: &mut Tx) -> Result<u64, Error> {
    let found = on_tx!(tx, connection => {
        sqlx::query(
            "update import set state = case when state = 'running' then 'stopped' else 'uploaded' end \
             where state in ('running', 'previewing')",
        )
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(found)
}

/// Removes an import.
///
/// # Errors
/// Those of the database.
pub async fn remove(tx: &mut Tx, id: &str) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query("delete from import where id = $1").bind(id).execute(connection).await.map(drop)
    })?;
    Ok(())
}

/// Removes what was uploaded before an instant, unless it runs; answers their ids.
///
/// # Errors
/// Those of the database.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<Vec<String>, Error> {
    Ok(on_tx!(tx, connection => {
        sqlx::query_scalar(
            "delete from import where uploaded_at <= $1 and state not in ('running', 'previewing') returning id",
        )
        .bind(before.0)
        .fetch_all(connection)
        .await
    })?)
}

/// Ids of all imports.
///
/// # Errors
/// Those of the database.
pub async fn all(tx: &mut Tx) -> Result<Vec<String>, Error> {
    Ok(on_tx!(tx, connection => {
        sqlx::query_scalar("select id from import order by id").fetch_all(connection).await
    })?)
}
