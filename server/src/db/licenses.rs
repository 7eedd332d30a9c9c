//! Licenses: every one that was ever offered or installed, with its exact bytes. One that is offered is
//! [`super::offers`]' business.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use licensing::envelope::Highest;
use licensing::license::{Installation, License, Timestamp};
use licensing::wire::Origin;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use super::{Tx, on_tx};
use crate::error::Error;

/// A license as stored: what was signed, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Id.
    pub id: String,
    /// What it says; read from bytes that were verified when they were stored.
    pub license: License,
    /// Hash of its compact JWS.
    pub sha256: String,
    /// Thumbprint of the owner's key that signed it.
    pub key: String,
    /// Its compact JWS, byte for byte.
    pub compact: String,
    /// Which way it came.
    pub origin: Origin,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether activating it switches serial number and company.
    pub changes_installation: bool,
    /// When it came into force; none: it never did.
    pub installed_at: Option<Timestamp>,
    /// Who activated it; none: by itself, or never.
    pub activated_by: Option<String>,
    /// Whether it was activated by itself and no administrator has looked at that.
    pub unseen: bool,
    /// The license that was in force before.
    pub replaces: Option<String>,
}

impl Stored {
    /// The installation that it was issued for.
    #[must_use]
    pub fn installation(&self) -> Installation {
        Installation {
            serial_nr: self.license.serial_nr.clone(),
            company_name: self.license.company_name.clone(),
        }
    }
}

/// How each way is stored.
const ORIGINS: [(Origin, &str); 3] = [
    (Origin::LicenseServer, "license_server"),
    (Origin::File, "file"),
    (Origin::Registration, "registration"),
];

pub(crate) fn origin_text(origin: Origin) -> &'static str {
    ORIGINS
        .iter()
        .find(|(known, _)| *known == origin)
        .map_or("file", |(_, text)| text)
}

fn origin_of(text: &str) -> Result<Origin, Error> {
    ORIGINS
        .iter()
        .find(|(_, known)| *known == text)
        .map(|(origin, _)| *origin)
        .ok_or_else(|| Error::internal(format!("no origin of a license: {text}")))
}

#[derive(FromRow)]
pub(crate) struct Row {
    id: String,
    sha256: String,
    compact: String,
    origin: String,
    received_at: i64,
    changes_installation: bool,
    installed_at: Option<i64>,
    activated_by: Option<String>,
    unseen: bool,
    replaces: Option<String>,
}

impl TryFrom<Row> for Stored {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            license: license_of(&row.compact)?,
            key: key_of(&row.compact)?,
            id: row.id,
            sha256: row.sha256,
            compact: row.compact,
            origin: origin_of(&row.origin)?,
            received_at: Timestamp(row.received_at),
            changes_installation: row.changes_installation,
            installed_at: row.installed_at.map(Timestamp),
            activated_by: row.activated_by,
            unseen: row.unseen,
            replaces: row.replaces,
        })
    }
}

/// What a stored license says. It was verified before it was stored, and stays in force when its key is trusted no more:
/// so it is read here without asking whom it is trusted by.
fn license_of(compact: &str) -> Result<License, Error> {
    read(compact, 1)
}

/// Thumbprint of the owner's key that signed a stored license, which it was verified to be.
fn key_of(compact: &str) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Header {
        kid: String,
    }
    let header: Header = read(compact, 0)?;
    Ok(header.kid)
}

/// A part of a compact JWS: 0 is the header, 1 the payload.
fn read<T: DeserializeOwned>(compact: &str, part: usize) -> Result<T, Error> {
    let part = compact.split('.').nth(part).unwrap_or_default();
    let json = BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|error| Error::internal(format!("a stored license cannot be read: {error}")))?;
    serde_json::from_slice(&json).map_err(Error::internal)
}

/// What an owner's license in force says.
///
/// # Errors
/// Those of the database.
pub async fn in_force(tx: &mut Tx, owner_id: i32) -> Result<Option<License>, Error> {
    let compact: Option<(String,)> = on_tx!(tx, connection => {
        sqlx::query_as("select compact from license where owner_id = $1 and state = 'installed'")
            .bind(owner_id)
            .fetch_optional(connection)
            .await
    })?;
    compact.map(|(compact,)| license_of(&compact)).transpose()
}

/// An owner's license in force.
///
/// # Errors
/// Those of the database.
pub async fn installed(tx: &mut Tx, owner_id: i32) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select l.id, l.sha256, l.compact, l.origin, l.received_at, l.changes_installation, l.installed_at, \
             u.full_name as activated_by, (l.activated_by is null and l.seen_at is null) as unseen, l.replaces \
             from license l left join users u on u.id = l.activated_by \
             where l.owner_id = $1 and l.state = 'installed'",
        )
        .bind(owner_id)
        .fetch_optional(connection)
        .await
    })?;
    row.map(Stored::try_from).transpose()
}

/// What the license of this id says, and the thumbprint of the owner's key that signed it.
///
/// # Errors
/// Those of the database.
pub async fn said(tx: &mut Tx, id: &str) -> Result<Option<(License, String)>, Error> {
    let compact: Option<(String,)> = on_tx!(tx, connection => {
        sqlx::query_as("select compact from license where id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await
    })?;
    let read = |(compact,): (String,)| Ok((license_of(&compact)?, key_of(&compact)?));
    compact.map(read).transpose()
}

/// Who put a license in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// This administrator.
    Administrator(i32),
    /// It was activated by itself: the next administrator is told.
    Itself,
    /// Filling an empty console: nobody needs to be told.
    Seeding,
}

impl By {
    /// The user, where there is one.
    #[must_use]
    pub fn user(self) -> Option<i32> {
        match self {
            Self::Administrator(user) => Some(user),
            Self::Itself | Self::Seeding => None,
        }
    }
}

/// Whether the license server offered these very bytes before.
///
/// # Errors
/// Those of the database.
pub async fn was_offered(tx: &mut Tx, owner_id: i32, sha256: &str) -> Result<bool, Error> {
    let found: Option<(i32,)> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select 1 from license where owner_id = $1 and sha256 = $2 and origin = 'license_server' limit 1",
        )
        .bind(owner_id)
        .bind(sha256)
        .fetch_optional(connection)
        .await
    })?;
    Ok(found.is_some())
}

/// Puts an offered license in force, in the place of the one that was.
///
/// # Errors
/// Those of the database.
pub async fn put_in_force(
    tx: &mut Tx,
    owner_id: i32,
    id: &str,
    at: Timestamp,
    by: By,
) -> Result<(), Error> {
    let before: Option<(String,)> = on_tx!(tx, connection => {
        sqlx::query_as(
            "update license set state = 'replaced' where owner_id = $1 and state = 'installed' returning id",
        )
        .bind(owner_id)
        .fetch_optional(connection)
        .await
    })?;
    let seen_at = (by == By::Seeding).then_some(at.0);
    on_tx!(tx, connection => {
        sqlx::query(
            "update license set state = 'installed', installed_at = $1, activated_by = $2, seen_at = $3, replaces = $4 \
             where id = $5 and state = 'offered'",
        )
        .bind(at.0)
        .bind(by.user())
        .bind(seen_at)
        .bind(before.map(|(id,)| id))
        .bind(id)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Notes that an administrator looked at what was activated by itself; answers whether it was news.
///
/// # Errors
/// Those of the database.
pub async fn mark_seen(
    tx: &mut Tx,
    owner_id: i32,
    sequence: u64,
    at: Timestamp,
) -> Result<bool, Error> {
    let marked = on_tx!(tx, connection => {
        sqlx::query(
            "update license set seen_at = $1 where owner_id = $2 and state = 'installed' and sequence = $3 \
             and activated_by is null and seen_at is null",
        )
        .bind(at.0)
        .bind(owner_id)
        .bind(number(sequence)?)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(marked == 1)
}

/// A sequence as it is stored: 1 to 2^53-1 fits.
pub(crate) fn number(sequence: u64) -> Result<i64, Error> {
    i64::try_from(sequence).map_err(Error::internal)
}

#[derive(FromRow)]
struct HighestRow {
    owner_name: String,
    serial_nr: String,
    sequence: i64,
    sha256: String,
}

/// The highest sequences ever installed, of every owner and serial number.
///
/// # Errors
/// Those of the database.
pub async fn highest(tx: &mut Tx) -> Result<Vec<Highest>, Error> {
    let rows: Vec<HighestRow> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select owner_name, serial_nr, sequence, sha256 from highest_sequence order by owner_name, serial_nr",
        )
        .fetch_all(connection)
        .await
    })?;
    rows.into_iter()
        .map(|row| {
            Ok(Highest {
                owner: row.owner_name.parse().map_err(Error::internal)?,
                serial_nr: row.serial_nr,
                sequence: u64::try_from(row.sequence).map_err(Error::internal)?,
                sha256: row.sha256,
            })
        })
        .collect()
}

/// Whether a license was ever in force, of any owner.
///
/// # Errors
/// Those of the database.
pub async fn were_ever_in_force(tx: &mut Tx) -> Result<bool, Error> {
    let found: Option<(i32,)> = on_tx!(tx, connection => {
        sqlx::query_as("select 1 from highest_sequence limit 1")
            .fetch_optional(connection)
            .await
    })?;
    Ok(found.is_some())
}

/// Keeps the highest sequence ever installed: what is below it is refused for ever.
///
/// # Errors
/// Those of the database.
pub async fn keep_highest(tx: &mut Tx, license: &License, sha256: &str) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into highest_sequence (owner_name, serial_nr, sequence, sha256) values ($1, $2, $3, $4) \
             on conflict (owner_name, serial_nr) do update set sequence = excluded.sequence, sha256 = excluded.sha256 \
             where excluded.sequence > highest_sequence.sequence",
        )
        .bind(license.owner_name.as_str())
        .bind(license.serial_nr.as_str())
        .bind(number(license.sequence)?)
        .bind(sha256)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}
