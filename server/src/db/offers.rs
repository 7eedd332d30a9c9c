//! Offers: the verified newer license of an owner that waits to be activated. At most one per owner.

use licensing::envelope::VerifiedLicense;
use licensing::license::Timestamp;
use licensing::wire::Origin;

use super::licenses::{Row, Stored, number, origin_text};
use super::{Tx, id, on_tx};
use crate::error::Error;

/// An owner's offer.
///
/// # Errors
/// Those of the database.
pub async fn of_owner(tx: &mut Tx, owner_id: i32) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, sha256, compact, origin, received_at, changes_installation, installed_at, \
             cast(null as text) as activated_by, false as unseen, replaces \
             from license where owner_id = $1 and state = 'offered'",
        )
        .bind(owner_id)
        .fetch_optional(connection)
        .await
    })?;
    row.map(Stored::try_from).transpose()
}

/// A license that becomes an offer.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// What was verified.
    pub verified: &'a VerifiedLicense,
    /// Which way it came.
    pub origin: Origin,
    /// Whether activating it switches serial number and company.
    pub changes_installation: bool,
    /// When it came.
    pub received_at: Timestamp,
}

/// Stores an offer; the owner must have none. Answers its id.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut Tx, owner_id: i32, new: New<'_>) -> Result<String, Error> {
    let id = id::new(new.received_at);
    let license = new.verified.license();
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into license (id, owner_id, serial_nr, company_name, sequence, sha256, compact, origin, state, \
             received_at, changes_installation) values ($1, $2, $3, $4, $5, $6, $7, $8, 'offered', $9, $10)",
        )
        .bind(id.as_str())
        .bind(owner_id)
        .bind(license.serial_nr.as_str())
        .bind(license.company_name.as_str())
        .bind(number(license.sequence)?)
        .bind(new.verified.sha256())
        .bind(new.verified.compact())
        .bind(origin_text(new.origin))
        .bind(new.received_at.0)
        .bind(new.changes_installation)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(id)
}

/// Why an offer is one no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The license server took it back, or it is trusted no more.
    Withdrawn,
    /// A person discarded it, or a newer one took its place.
    Discarded,
}

/// Ends an offer.
///
/// # Errors
/// Those of the database.
pub async fn end(tx: &mut Tx, id: &str, gone: Gone) -> Result<(), Error> {
    let state = match gone {
        Gone::Withdrawn => "withdrawn",
        Gone::Discarded => "discarded",
    };
    on_tx!(tx, connection => {
        sqlx::query("update license set state = $1 where id = $2 and state = 'offered'")
            .bind(state)
            .bind(id)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}
