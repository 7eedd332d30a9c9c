//! Seats over time: one row per user license and day, and one per activation. Written once, never changed.

use licensing::forecast::Seats;
use licensing::license::{CivilDate, Timestamp};
use sqlx::{AssertSqlSafe, FromRow};

use super::statement::{Statement, bound};
use super::{Tx, on_tx};
use crate::error::Error;

/// Rows that one statement inserts.
const CHUNK_ROWS: usize = 500;

/// Writes how every user license stands, for this day; what was written for it before stays. Answers how many are new.
///
/// # Errors
/// Those of the database.
pub async fn record_day(tx: &mut Tx, day: CivilDate, at: Timestamp) -> Result<u64, Error> {
    let recorded = on_tx!(tx, connection => {
        sqlx::query(
            "insert into seat_use (module_id, day, at, source, in_use, total, unrestricted) \
             select id, cast($1 as text), cast($2 as bigint), 'day', in_use, total, unrestricted from module \
             where in_license and license_type = 'UserLicense' \
             on conflict do nothing",
        )
        .bind(day.to_string())
        .bind(at.0)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(recorded)
}

/// Writes how an owner's user licenses stand once a license came into force. Of two in one millisecond the later counts.
///
/// # Errors
/// Those of the database.
pub async fn record_activation(
    tx: &mut Tx,
    owner_id: i32,
    day: CivilDate,
    at: Timestamp,
) -> Result<(), Error> {
    let day = day.to_string();
    on_tx!(tx, connection => {
        sqlx::query(
            "delete from seat_use where day = $1 and at = $2 and source = 'activation' \
             and module_id in (select id from module where owner_id = $3)",
        )
        .bind(day.as_str())
        .bind(at.0)
        .bind(owner_id)
        .execute(connection)
        .await
        .map(drop)
    })?;
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into seat_use (module_id, day, at, source, in_use, total, unrestricted) \
             select id, cast($1 as text), cast($2 as bigint), 'activation', in_use, total, unrestricted from module \
             where owner_id = $3 and in_license and license_type = 'UserLicense'",
        )
        .bind(day.as_str())
        .bind(at.0)
        .bind(owner_id)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Writes days of a module that were recorded elsewhere, each with when.
///
/// # Errors
/// Those of the database.
pub async fn insert_days(
    tx: &mut Tx,
    module: i32,
    days: &[(Timestamp, Seats)],
) -> Result<(), Error> {
    for chunk in days.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement.push(
            "insert into seat_use (module_id, day, at, source, in_use, total, unrestricted) values ",
        );
        for (place, (at, seats)) in chunk.iter().enumerate() {
            statement.push(if place > 0 { ", (" } else { "(" });
            statement.bind(module).push(", ");
            statement.bind(seats.day.to_string().as_str()).push(", ");
            statement.bind(at.0).push(", 'day', ");
            statement.bind(seats.in_use).push(", ");
            statement.bind(seats.total.unwrap_or_default()).push(", ");
            statement.bind(seats.total.is_none()).push(")");
        }
        let Statement { text, values } = statement;
        on_tx!(tx, connection => {
            bound!(sqlx::query(AssertSqlSafe(text)), values).execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Row {
    day: String,
    in_use: i32,
    total: i32,
    unrestricted: bool,
}

impl TryFrom<Row> for Seats {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let day = row.day.parse();
        Ok(Self {
            day: day.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            in_use: row.in_use,
            total: (!row.unrestricted).then_some(row.total),
        })
    }
}

/// What was written of a module since a day, in the order of time.
///
/// # Errors
/// Those of the database.
pub async fn of_module(tx: &mut Tx, module: i32, since: CivilDate) -> Result<Vec<Seats>, Error> {
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select day, in_use, total, unrestricted from seat_use where module_id = $1 and day >= $2 \
             order by day, at, source desc",
        )
        .bind(module)
        .bind(since.to_string())
        .fetch_all(connection)
        .await
    })?;
    Ok(rows
        .into_iter()
        .map(Seats::try_from)
        .collect::<Result<_, _>>()?)
}

/// Deletes what was written for days before this one.
///
/// # Errors
/// Those of the database.
pub async fn forget_before(tx: &mut Tx, day: CivilDate) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query("delete from seat_use where day < $1")
            .bind(day.to_string())
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}
