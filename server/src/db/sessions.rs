//! Sessions and credentials. Of a session's token only the hash is known here.

use licensing::license::Timestamp;
use sqlx::FromRow;

use super::{Db, Tx, on, on_tx, transaction};
use crate::error::Error;

/// Sessions of one user; a further one ends the oldest.
pub const SESSIONS_MAX: i64 = 50;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Id of the user.
    pub user: i32,
    /// User ID.
    pub user_id: String,
    /// Name for people.
    pub full_name: String,
    /// May change things.
    pub administrator: bool,
    /// Hash of the session's token.
    pub token_sha256: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When they last asked for something; up to a minute late.
    pub last_seen_at: Timestamp,
}

/// Sessions that were not used, or not begun, since these moments have ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    /// Used.
    pub(crate) seen: Timestamp,
    /// Begun.
    pub(crate) created: Timestamp,
}

#[derive(FromRow)]
struct SessionRow {
    user_id: i32,
    name: String,
    full_name: String,
    administrator: bool,
    created_at: i64,
    last_seen_at: i64,
}

/// The session of this hash, unless it has ended or its user left.
pub(crate) async fn find(
    db: &Db,
    token_sha256: &str,
    since: Since,
) -> Result<Option<Session>, Error> {
    let row: Option<SessionRow> = on!(db, pool => {
        sqlx::query_as(
            "select u.id as user_id, u.user_id as name, u.full_name, c.administrator, s.created_at, s.last_seen_at
             from session s
             join users u on u.id = s.user_id
             join credential c on c.user_id = s.user_id
             where s.token_sha256 = $1 and s.last_seen_at > $2 and s.created_at > $3 and not u.former_employee",
        )
        .bind(token_sha256)
        .bind(since.seen.0)
        .bind(since.created.0)
        .fetch_optional(pool)
        .await
    })?;
    Ok(row.map(|row| Session {
        user: row.user_id,
        user_id: row.name,
        full_name: row.full_name,
        administrator: row.administrator,
        token_sha256: token_sha256.to_owned(),
        created_at: Timestamp(row.created_at),
        last_seen_at: Timestamp(row.last_seen_at),
    }))
}

/// Writes down that a session is in use.
pub(crate) async fn seen(db: &Db, token_sha256: &str, now: Timestamp) -> Result<(), Error> {
    transaction!(db, tx => {
        on_tx!(tx, c => {
            sqlx::query("update session set last_seen_at = $2 where token_sha256 = $1 and last_seen_at < $2")
                .bind(token_sha256)
                .bind(now.0)
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(())
    })
}

/// Begins a session; the one of the browser's old token ends, as do the user's oldest when there are too many.
pub(crate) async fn begin(
    db: &Db,
    user: i32,
    token_sha256: &str,
    old: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    transaction!(db, tx => {
        if let Some(old) = old {
            delete(tx, old).await?;
        }
        on_tx!(tx, c => {
            sqlx::query("insert into session (token_sha256, user_id, created_at, last_seen_at) values ($1, $2, $3, $3)")
                .bind(token_sha256)
                .bind(user)
                .bind(now.0)
                .execute(c)
                .await
                .map(drop)
        })?;
        on_tx!(tx, c => {
            sqlx::query(
                "delete from session where user_id = $1 and token_sha256 not in
                   (select token_sha256 from session where user_id = $1 order by created_at desc, token_sha256 limit $2)",
            )
            .bind(user)
            .bind(SESSIONS_MAX)
            .execute(c)
            .await
            .map(drop)
        })?;
        Ok(())
    })
}

/// Ends a session.
pub(crate) async fn end(db: &Db, token_sha256: &str) -> Result<(), Error> {
    transaction!(db, tx => delete(tx, token_sha256).await)
}

async fn delete(tx: &mut Tx, token_sha256: &str) -> Result<(), Error> {
    on_tx!(tx, c => {
        sqlx::query("delete from session where token_sha256 = $1")
            .bind(token_sha256)
            .execute(c)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Removes the sessions that have ended; answers how many.
pub(crate) async fn sweep(db: &Db, since: Since) -> Result<u64, Error> {
    transaction!(db, tx => {
        let swept = on_tx!(tx, c => {
            sqlx::query("delete from session where last_seen_at <= $1 or created_at <= $2")
                .bind(since.seen.0)
                .bind(since.created.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(swept)
    })
}

/// Whose console it is, once that is known.
pub(crate) async fn company_name(db: &Db) -> Result<Option<String>, Error> {
    Ok(on!(db, pool => {
        sqlx::query_scalar("select company_name from installation where id = 1")
            .fetch_optional(pool)
            .await
    })?)
}

/// What signing in needs to know of a user.
#[derive(FromRow)]
pub(crate) struct Credential {
    /// Id of the user.
    pub(crate) user: i32,
    /// In PHC form.
    pub(crate) password_hash: String,
    /// Whether they left.
    pub(crate) former_employee: bool,
}

/// The credential of the user with this folded user ID.
pub(crate) async fn credential(db: &Db, user_id_folded: &str) -> Result<Option<Credential>, Error> {
    Ok(on!(db, pool => {
        sqlx::query_as(
            "select c.user_id as \"user\", c.password_hash, u.former_employee
             from users u join credential c on c.user_id = u.id
             where u.user_id_folded = $1",
        )
        .bind(user_id_folded)
        .fetch_optional(pool)
        .await
    })?)
}

/// Id of the user with this folded user ID.
pub(crate) async fn user(tx: &mut Tx, user_id_folded: &str) -> Result<Option<i32>, Error> {
    Ok(on_tx!(tx, c => {
        sqlx::query_scalar("select id from users where user_id_folded = $1")
            .bind(user_id_folded)
            .fetch_optional(c)
            .await
    })?)
}

/// Whether this user is an administrator who may sign in. Their row is taken: it stays so until the end of the transaction.
///
/// # Errors
/// Those of the database.
pub(crate) async fn is_administrator(tx: &mut Tx, user: i32) -> Result<bool, Error> {
    let found: Option<i32> = on_tx!(tx, c => {
        sqlx::query_scalar(
            "update users set revision = revision where id = $1 and not former_employee and exists ( \
               select 1 from credential c where c.user_id = users.id and c.administrator) \
             returning id",
        )
        .bind(user)
        .fetch_optional(c)
        .await
    })?;
    Ok(found.is_some())
}

/// Gives a user a credential in place of any before, and ends the user's sessions.
///
/// # Errors
/// Those of the database.
pub async fn set_credential(
    tx: &mut Tx,
    user: i32,
    password_hash: &str,
    administrator: bool,
    now: Timestamp,
) -> Result<(), Error> {
    on_tx!(tx, c => {
        sqlx::query(
            "insert into credential (user_id, password_hash, administrator, changed_at) values ($1, $2, $3, $4)
             on conflict (user_id) do update set password_hash = excluded.password_hash,
               administrator = excluded.administrator, changed_at = excluded.changed_at",
        )
        .bind(user)
        .bind(password_hash)
        .bind(administrator)
        .bind(now.0)
        .execute(c)
        .await
        .map(drop)
    })?;
    on_tx!(tx, c => {
        sqlx::query("delete from session where user_id = $1")
            .bind(user)
            .execute(c)
            .await
            .map(drop)
    })?;
    Ok(())
}
