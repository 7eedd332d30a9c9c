//! The license server's memory: one SQLite file. All SQL is here.

use std::path::Path;
use std::time::Duration;

use licensing::license::{License, Timestamp};
use licensing::retrieval::Issue;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{SqliteConnection, Transaction};

use crate::Failure;
use crate::catalogue::Order;

/// Longest wait for another writer.
const BUSY: Duration = Duration::from_secs(10);
/// Connections of a serving license server.
const CONNECTIONS_MAX: u32 = 8;
/// Most issues in a module's history.
const HISTORY_MAX: i64 = 1000;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(SqlitePool);

/// Who bought.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Customer {
    /// The company.
    pub company_name: String,
    /// 410 to whoever asks.
    pub withdrawn: bool,
}

/// A license as it was signed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Issued {
    /// Its sequence.
    pub sequence: i64,
    /// The compact JWS.
    pub compact: String,
}

impl Db {
    /// Opens (or makes) `vendor.db` in a data folder.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(data: &Path) -> Result<Self, Failure> {
        let options = SqliteConnectOptions::new()
            .filename(data.join("vendor.db"))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .connect_with(options)
            .await?;
        let migrated = sqlx::migrate!().run(&pool).await;
        migrated.map_err(|error| {
            Failure::new(format!("the database of this license server: {error}"))
        })?;
        Ok(Self(pool))
    }

    /// Closes it.
    pub async fn close(&self) {
        self.0.close().await;
    }

    /// The customer of a serial number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn customer(&self, serial_nr: &str) -> Result<Option<Customer>, Failure> {
        customer(&mut *self.0.acquire().await?, serial_nr).await
    }

    /// The order behind the newest license that is served for a serial number; none: nothing is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_order(&self, serial_nr: &str) -> Result<Option<Order>, Failure> {
        let order: Option<String> = sqlx::query_scalar(
            "select last_order from customer where serial_nr = $1
            and exists (select 1 from issue where issue.serial_nr = customer.serial_nr and not held)",
        )
        .bind(serial_nr)
        .fetch_optional(&self.0)
        .await?;
        let read = |order: String| {
            serde_json::from_str(&order)
                .map_err(|error| Failure::new(format!("the order kept for {serial_nr}: {error}")))
        };
        order.map(read).transpose()
    }

    /// The newest license that is served for a serial number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn published(&self, serial_nr: &str) -> Result<Option<Issued>, Failure> {
        let newest = "select sequence, compact from issue where serial_nr = $1 and not held order by sequence desc limit 1";
        Ok(sqlx::query_as(newest)
            .bind(serial_nr)
            .fetch_optional(&self.0)
            .await?)
    }

    /// Begins to issue for a serial number. Nobody else issues meanwhile, so that a sequence is counted once.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn issuance(&self, serial_nr: &str) -> Result<Issuance, Failure> {
        let mut tx = self.0.begin_with("BEGIN IMMEDIATE").await?;
        let highest: i64 =
            sqlx::query_scalar("select coalesce(max(sequence), 0) from issue where serial_nr = $1")
                .bind(serial_nr)
                .fetch_one(&mut *tx)
                .await?;
        let customer = customer(&mut tx, serial_nr).await?;
        Ok(Issuance {
            tx,
            highest: highest.unsigned_abs(),
            customer,
        })
    }

    /// Issues of one module that are served, newest first; at most 1,000.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn history(&self, serial_nr: &str, module: &str) -> Result<Vec<Issue>, Failure> {
        let rows: Vec<(i64, i64, Option<i32>, String)> = sqlx::query_as(
            "select issue.sequence, issue.issued_at, issued_module.total, issue.reference
            from issued_module join issue on issue.serial_nr = issued_module.serial_nr and issue.sequence = issued_module.sequence
            where issued_module.serial_nr = $1 and issued_module.module = $2 and not issue.held
            order by issue.sequence desc limit $3",
        )
        .bind(serial_nr)
        .bind(module)
        .bind(HISTORY_MAX)
        .fetch_all(&self.0)
        .await?;
        let issue = |(sequence, issued_at, total, reference): (i64, _, _, _)| Issue {
            sequence: sequence.unsigned_abs(),
            issued_at: Timestamp(issued_at),
            total,
            reference,
        };
        Ok(rows.into_iter().map(issue).collect())
    }

    /// Records that a change of serial number was agreed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn register(
        &self,
        from: &str,
        to: &str,
        company_name: &str,
        at: Timestamp,
    ) -> Result<(), Failure> {
        sqlx::query(
            "insert into registration (from_serial_nr, to_serial_nr, company_name, recorded_at) values ($1, $2, $3, $4)
            on conflict (from_serial_nr, to_serial_nr) do update set company_name = excluded.company_name",
        )
        .bind(from)
        .bind(to)
        .bind(company_name)
        .bind(at.0)
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// The company that a recorded change of serial number is for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn registered(&self, from: &str, to: &str) -> Result<Option<String>, Failure> {
        let look =
            "select company_name from registration where from_serial_nr = $1 and to_serial_nr = $2";
        Ok(sqlx::query_scalar(look)
            .bind(from)
            .bind(to)
            .fetch_optional(&self.0)
            .await?)
    }

    /// Answers 410 for a serial number from now on, until a new license is issued; false when it is unknown.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn withdraw(&self, serial_nr: &str) -> Result<bool, Failure> {
        let done = sqlx::query("update customer set withdrawn = true where serial_nr = $1")
            .bind(serial_nr)
            .execute(&self.0)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn customer(
    connection: &mut SqliteConnection,
    serial_nr: &str,
) -> Result<Option<Customer>, Failure> {
    let look = "select company_name, withdrawn from customer where serial_nr = $1";
    Ok(sqlx::query_as(look)
        .bind(serial_nr)
        .fetch_optional(connection)
        .await?)
}

/// Issuing for one serial number, under way. Dropped, it never was.
#[derive(Debug)]
pub struct Issuance {
    tx: Transaction<'static, Sqlite>,
    highest: u64,
    customer: Option<Customer>,
}

impl Issuance {
    /// The highest sequence ever signed for the serial number, held ones included; 0 when none.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// Who has the serial number so far.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        self.customer.as_ref()
    }

    /// Keeps a signed license. What is held changes nothing of what consoles are told, nor of what the order page shows.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep(mut self, issue: &NewIssue<'_>) -> Result<(), Failure> {
        let license = issue.license;
        let order =
            serde_json::to_string(issue.order).map_err(|error| Failure::new(error.to_string()))?;
        sqlx::query(
            "insert into customer (serial_nr, company_name, withdrawn, last_order) values ($1, $2, false, $3)
            on conflict (serial_nr) do update set company_name = excluded.company_name, withdrawn = false, last_order = excluded.last_order
            where not $4",
        )
        .bind(&license.serial_nr)
        .bind(&license.company_name)
        .bind(order)
        .bind(issue.held)
        .execute(&mut *self.tx)
        .await?;
        sqlx::query(
            "insert into issue (serial_nr, sequence, issued_at, held, reference, sha256, compact) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&license.serial_nr)
        .bind(license.sequence.cast_signed())
        .bind(license.issued_at.0)
        .bind(issue.held)
        .bind(issue.reference)
        .bind(licensing::envelope::sha256(issue.compact))
        .bind(issue.compact)
        .execute(&mut *self.tx)
        .await?;
        for module in &license.module_licenses {
            sqlx::query("insert into issued_module (serial_nr, sequence, module, total) values ($1, $2, $3, $4)")
                .bind(&license.serial_nr)
                .bind(license.sequence.cast_signed())
                .bind(module.module_name.as_str())
                .bind(module.total())
                .execute(&mut *self.tx)
                .await?;
        }
        self.tx.commit().await?;
        Ok(())
    }
}

/// A license that was just signed.
#[derive(Debug)]
pub struct NewIssue<'a> {
    /// What was signed.
    pub license: &'a License,
    /// The compact JWS.
    pub compact: &'a str,
    /// From which order.
    pub order: &'a Order,
    /// Not served.
    pub held: bool,
    /// The vendor's order number.
    pub reference: &'a str,
}
