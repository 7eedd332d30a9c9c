//! The database: SQLite or PostgreSQL behind one type, one text per statement.
//!
//! A look-up runs `on!(db, p => sqlx::query_as::<_, Row>("…").bind(…).fetch_optional(p).await)`; several look-ups that must
//! agree go through `view!`. Whatever writes goes through `transaction!` and `on_tx!`. To add a resource: a file
//! in `db/` with plain functions of `&Db` (reading) or `&mut Tx` (inside a transaction).

pub mod assignments;
pub mod audit;
pub(crate) mod id;
pub mod imports;
pub mod installation;
pub mod licenses;
pub mod modules;
pub mod offers;
mod open;
pub mod owners;
pub mod seat_use;
pub mod sessions;
pub(crate) mod statement;
pub(crate) mod user_type;
pub mod users;

pub use open::{Address, Lock};

pub use crate::{on, on_tx, transaction, view};

use sqlx::sqlite::SqliteError;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::error::Error;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file.
    Sqlite {
        /// One connection: SQLite has one writer at a time, and queueing here beats its busy-waiting.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
    },
    /// A server.
    Pg(PgPool),
}

/// A transaction that is open.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Pg(Transaction<'static, Postgres>),
}

/// Runs one expression over the pool for reading, whichever database it is.
#[macro_export]
macro_rules! on {
    ($db:expr, $pool:ident => $run:expr) => {
        match $db {
            $crate::db::Db::Sqlite { readers: $pool, .. } => $run,
            $crate::db::Db::Pg($pool) => $run,
        }
    };
}

/// Runs one expression over the connection of a transaction (`&mut Tx`), whichever database it is.
#[macro_export]
macro_rules! on_tx {
    ($tx:expr, $connection:ident => $run:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $run
            }
            $crate::db::Tx::Pg(transaction) => {
                let $connection = &mut **transaction;
                $run
            }
        }
    };
}

/// Runs a block in one transaction that may write, and answers what it answers: `transaction!(&db, tx => { …; Ok(x) })`, with
/// `tx: &mut Tx`. Committed when it is `Ok`, rolled back when it fails (`?` leaves the block, not the function). The
/// block may run more than once (PostgreSQL: serialization failure, deadlock), so it does nothing but SQL and
/// reckoning: no network, no event. A macro, because the future of an async closure with borrowed captures is not `Send`.
#[macro_export]
macro_rules! transaction {
    ($db:expr, $tx:ident => $act:expr) => {{
        let db: &$crate::db::Db = $db;
        let mut attempts = $crate::db::ATTEMPTS_MAX;
        loop {
            let answer: Result<_, $crate::error::Error> = match db.begin().await {
                Ok(mut open) => {
                    let answer: Result<_, $crate::error::Error> = async {
                        let $tx: &mut $crate::db::Tx = &mut open;
                        $act
                    }
                    .await;
                    open.end(answer).await
                }
                Err(error) => Err(error),
            };
            attempts -= 1;
            match answer {
                Err(error) if attempts > 0 && $crate::db::is_to_be_retried(&error) => {}
                answer => break answer,
            }
        }
    }};
}

/// Runs a block of look-ups over one unchanging view of the database: `view!(&db, tx => { …; Ok(x) })`, with `tx: &mut Tx`.
#[macro_export]
macro_rules! view {
    ($db:expr, $tx:ident => $look:expr) => {{
        let db: &$crate::db::Db = $db;
        match db.begin_view().await {
            Ok(mut open) => {
                let answer: Result<_, $crate::error::Error> = async {
                    let $tx: &mut $crate::db::Tx = &mut open;
                    $look
                }
                .await;
                open.close(answer).await
            }
            Err(error) => Err(error),
        }
    }};
}

/// How often a transaction is tried in all when PostgreSQL cannot serialize it or finds a deadlock.
pub const ATTEMPTS_MAX: u32 = 8;

impl Db {
    /// A transaction that may write. Use [`transaction!`].
    ///
    /// # Errors
    /// When the database is busy or out of reach.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Pg(pool) => Tx::Pg(pool.begin().await?),
        })
    }

    /// A transaction that sees one unchanging state. Use [`view!`].
    ///
    /// # Errors
    /// When the database is busy or out of reach.
    pub async fn begin_view(&self) -> Result<Tx, Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Pg(pool) => Tx::Pg(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        })
    }
}

impl Tx {
    /// Whether it is SQLite's: for the little that the two databases say differently.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Commits what went well and rolls back what did not.
    ///
    /// # Errors
    /// That of the answer, or of the commit.
    pub async fn end<T>(self, answer: Result<T, Error>) -> Result<T, Error> {
        if answer.is_err() {
            return self.close(answer).await;
        }
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Pg(tx) => tx.commit().await?,
        }
        answer
    }

    /// Rolls back. The answer's own failure counts for more than one of the rollback: a connection that cannot roll back
    /// is closed, which does the same.
    ///
    /// # Errors
    /// That of the answer, or of the rollback.
    pub async fn close<T>(self, answer: Result<T, Error>) -> Result<T, Error> {
        let closed = match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Pg(tx) => tx.rollback().await,
        };
        let answer = answer?;
        closed?;
        Ok(answer)
    }
}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        if is_unavailable(&cause) {
            Self::Unavailable(cause.into())
        } else {
            Self::Internal(cause.into())
        }
    }
}

/// PostgreSQL: could not serialize, deadlock.
const RETRIED: [&str; 2] = ["40001", "40P01"];

/// Whether running the transaction again may help.
#[must_use]
pub fn is_to_be_retried(error: &Error) -> bool {
    let Error::Unavailable(cause) = error else {
        return false;
    };
    cause.is::<assignments::SetsMoved>()
        || cause
            .downcast_ref::<sqlx::Error>()
            .and_then(sqlx::Error::as_database_error)
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| RETRIED.contains(&code.as_ref()))
}

/// Whether trying again later may help: busy, full, out of reach.
pub(crate) fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            if cause.try_downcast_ref::<SqliteError>().is_some() {
                // The low byte is the primary code: busy, locked, out of memory, i/o, full, cannot open.
                let primary = code.parse::<i32>().unwrap_or_default() & 0xff;
                [5, 6, 7, 10, 13, 14].contains(&primary)
            } else {
                // Connection, rollback, resources (disk, memory, connections), lock, cancelled, shutdown.
                ["08", "40", "53", "55P03", "57"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }
        }
        _ => false,
    }
}
