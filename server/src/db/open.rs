//! Opens the database: where it is, connections, schema, and the lock that keeps a second console out.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection};

use super::{Db, on};
use crate::error::Cause;
use crate::exit::StartError;

/// Connections that read, on SQLite.
const READERS: u32 = 4;
/// Connections, on PostgreSQL.
const CONNECTIONS: u32 = 10;
/// Longest wait for a connection of ours to be free.
const ACQUIRE_WAIT: Duration = Duration::from_secs(5);
/// Longest wait of SQLite for another process that writes.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Longest wait of PostgreSQL for a lock, as it writes it.
const LOCK_TIMEOUT: &str = "5s";
/// Longest statement of PostgreSQL, as it writes it.
const STATEMENT_TIMEOUT: &str = "60s";
/// How often the lock's connection is tried.
const LOCK_TRIED_EVERY: Duration = Duration::from_secs(5);
/// Longest wait for the lock of PostgreSQL.
const LOCK_WAIT: Duration = Duration::from_secs(1);
/// Wait before it is tried again.
const LOCK_TRIED_AGAIN_AFTER: Duration = Duration::from_millis(50);
/// The advisory lock that a console holds in its PostgreSQL database ("zetel" in hexadecimal).
const ADVISORY_LOCK: i64 = 0x7a_65_74_65_6c;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Where a database is.
#[derive(Clone, Debug)]
pub enum Address {
    /// A file of SQLite.
    File(PathBuf),
    /// A server of PostgreSQL.
    Server(Box<PgConnectOptions>),
}

impl FromStr for Address {
    type Err = StartError;

    fn from_str(url: &str) -> Result<Self, StartError> {
        let next = "Write sqlite:FILE, or postgres://USER:PASSWORD@HOST/DATABASE.";
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(|cause| {
                StartError::config("database_url is no address of PostgreSQL", next).because(cause)
            })?;
            return Ok(Self::Server(Box::new(options)));
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err(StartError::config(
                "database_url begins neither with sqlite: nor with postgres://",
                next,
            ));
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains(":memory:") || path.contains('?') {
            return Err(StartError::config(
                "database_url names no file of SQLite (parameters and :memory: are not supported)",
                next,
            ));
        }
        Ok(Self::File(PathBuf::from(path)))
    }
}

impl Db {
    /// Connects; makes the file of SQLite if there is none. The schema is [`Db::migrate`]'s.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(address: &Address) -> Result<Self, StartError> {
        match address {
            Address::File(path) => open_file(path).await,
            Address::Server(options) => open_server(options).await,
        }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// When the database is newer than this release, or refuses.
    pub async fn migrate(&self) -> Result<(), StartError> {
        let migrated = match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await,
            Self::Pg(pool) => POSTGRES.run(pool).await,
        };
        migrated.map_err(|cause| {
            StartError::database(
                "the schema of the database could not be brought up to date",
                "If a newer release has used this database, use that release; nothing was changed.",
            )
            .because(cause)
        })
    }

    /// Whether the schema is exactly the one of this release: the last migration is done, and none is newer.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_migrated(&self) -> Result<bool, sqlx::Error> {
        let last: Option<i64> = on!(self, pool => {
            sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
                .fetch_one(pool)
                .await
        })?;
        Ok(last == SQLITE.iter().map(|migration| migration.version).max())
    }

    /// Closes every connection, after what runs on them.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Pg(pool) => pool.close().await,
        }
    }
}

async fn open_file(path: &Path) -> Result<Db, StartError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would lose acknowledged commits when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_WAIT);
    let unusable = |cause: Cause| {
        StartError::database(
            format!("the database file {} cannot be opened", path.display()),
            "See that its folder exists, that this user may write there and that the disk is not full.",
        )
        .because(cause)
    };
    // Hashes of passwords are nobody else's business; what SQLite puts beside the file gets the same permissions.
    private(path).map_err(|cause| unusable(cause.into()))?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_WAIT)
        .connect_with(options.clone())
        .await
        .map_err(|cause| unusable(cause.into()))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE_WAIT)
        .connect_lazy_with(options.read_only(true));
    Ok(Db::Sqlite { writer, readers })
}

/// Makes the file if there is none, for this user only where the system knows users.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn open_server(options: &PgConnectOptions) -> Result<Db, StartError> {
    let options = options.clone().application_name("zetel").options([
        ("lock_timeout", LOCK_TIMEOUT),
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("default_transaction_isolation", "read committed"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_WAIT)
        .connect_with(options.clone())
        .await
        .map_err(|cause| unreachable_server(&options, cause))?;
    Ok(Db::Pg(pool))
}

fn unreachable_server(options: &PgConnectOptions, cause: sqlx::Error) -> StartError {
    StartError::database(
        format!(
            "the PostgreSQL server at {}:{} does not let us in",
            options.get_host(),
            options.get_port()
        ),
        "See that it runs, and that user, password and database of database_url are right.",
    )
    .because(cause)
}

/// Held as long as a console runs: a second one on the same database is refused.
#[derive(Debug)]
pub enum Lock {
    /// A file beside the database, locked by the operating system until it is closed.
    File {
        /// Open, and locked.
        file: File,
    },
    /// A session of the database server that holds an advisory lock.
    Session(Box<PgConnection>),
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When another console runs on this database.
    pub async fn take(address: &Address) -> Result<Self, StartError> {
        match address {
            Address::File(path) => lock_file(path),
            Address::Server(options) => lock_session(options).await,
        }
    }

    /// Gives the lock back, and waits until it is.
    pub async fn release(self) {
        match self {
            // Closing the file is giving it back.
            Self::File { file } => drop(file),
            Self::Session(mut connection) => {
                let given_back = sqlx::query("select pg_advisory_unlock($1)")
                    .bind(ADVISORY_LOCK)
                    .execute(&mut *connection)
                    .await;
                if let Err(error) = given_back.map(drop).and(connection.close().await) {
                    tracing::debug!(%error, "the lock's connection was gone");
                }
            }
        }
    }

    /// Waits until the lock is lost (never, for a file): the console must stop then, another one may have started.
    pub async fn lost(&mut self) -> sqlx::Error {
        let Self::Session(connection) = self else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(LOCK_TRIED_EVERY).await;
            if let Err(error) = connection.ping().await {
                return error;
            }
        }
    }
}

fn refused() -> StartError {
    StartError::database(
        "another console runs on this database",
        "Stop that one first, or give this one a database of its own (database_url).",
    )
}

fn lock_file(database: &Path) -> Result<Lock, StartError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let unusable = |cause| {
        StartError::database(
            format!(
                "the lock file {} cannot be used",
                Path::new(&path).display()
            ),
            "See that its folder exists and that this user may write there.",
        )
        .because(cause)
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock::File { file }),
        Err(TryLockError::WouldBlock) => Err(refused()),
        Err(TryLockError::Error(cause)) => Err(unusable(cause)),
    }
}

async fn lock_session(options: &PgConnectOptions) -> Result<Lock, StartError> {
    let options = options.clone().application_name("zetel lock");
    let locked = async {
        let mut connection = PgConnection::connect_with(&options).await?;
        let begun = Instant::now();
        loop {
            let held: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
                .bind(ADVISORY_LOCK)
                .fetch_one(&mut connection)
                .await?;
            // The server may notice a little late that the console before has ended.
            if held || begun.elapsed() >= LOCK_WAIT {
                return Ok((connection, held));
            }
            tokio::time::sleep(LOCK_TRIED_AGAIN_AFTER).await;
        }
    };
    match locked.await {
        Ok((connection, true)) => Ok(Lock::Session(Box::new(connection))),
        Ok((_, false)) => Err(refused()),
        Err(cause) => Err(unreachable_server(&options, cause)),
    }
}
