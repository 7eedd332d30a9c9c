//! The installation: one serial number and one company, for all owners. Whatever installs or offers a license takes its
//! row first, then the owner's, then those of the modules.

use licensing::license::{Installation, Timestamp};

use super::{Tx, on_tx};
use crate::error::Error;

/// Serial number and company; none on an empty console.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut Tx) -> Result<Option<Installation>, Error> {
    let row: Option<(String, String)> = on_tx!(tx, connection => {
        sqlx::query_as("select serial_nr, company_name from installation where id = 1")
            .fetch_optional(connection)
            .await
    })?;
    Ok(row.map(installation))
}

/// Takes the row until the end of this transaction: serial number and company stay what they are.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut Tx) -> Result<Option<Installation>, Error> {
    // Writing nothing takes the row.
    let row: Option<(String, String)> = on_tx!(tx, connection => {
        sqlx::query_as(
            "update installation set revision = revision where id = 1 returning serial_nr, company_name",
        )
        .fetch_optional(connection)
        .await
    })?;
    Ok(row.map(installation))
}

/// Sets both on an empty console; answers false when they are set already.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut Tx, to: &Installation, at: Timestamp) -> Result<bool, Error> {
    let set = on_tx!(tx, connection => {
        sqlx::query(
            "insert into installation (id, serial_nr, company_name, revision, changed_at) values (1, $1, $2, 1, $3) \
             on conflict (id) do nothing",
        )
        .bind(to.serial_nr.as_str())
        .bind(to.company_name.as_str())
        .bind(at.0)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(set == 1)
}

/// Switches both.
///
/// # Errors
/// Those of the database.
pub async fn change(tx: &mut Tx, to: &Installation, at: Timestamp) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "update installation set serial_nr = $1, company_name = $2, revision = revision + 1, changed_at = $3 \
             where id = 1",
        )
        .bind(to.serial_nr.as_str())
        .bind(to.company_name.as_str())
        .bind(at.0)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

fn installation((serial_nr, company_name): (String, String)) -> Installation {
    Installation {
        serial_nr,
        company_name,
    }
}
