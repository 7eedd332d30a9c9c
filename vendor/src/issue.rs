//! Issues a license: catalogue and order become a signed file, counted for ever. What a console would refuse is not issued.

use std::fs;
use std::path::{Path, PathBuf};

use licensing::envelope::sign::sign;
use licensing::envelope::{Expected, VerifiedLicense, file_of_compact, verify};
use licensing::license::{Installation, License, SEQUENCE_MAX, Timestamp};
use licensing::trust::Trust;

use crate::Failure;
use crate::catalogue::{Catalogue, Order};
use crate::db::{Db, NewIssue};
use crate::keys;

/// The catalogue that was issued from last, kept for the order page.
const CATALOGUE: &str = "catalogue.json";

/// How to issue.
#[derive(Clone, Debug)]
pub struct Issuing<'a> {
    /// Data folder with key, certificate and database.
    pub data: &'a Path,
    /// The sequence; none: the next.
    pub sequence: Option<u64>,
    /// When it counts as signed.
    pub issued_at: Timestamp,
    /// Sign and count, but do not serve.
    pub hold: bool,
    /// The vendor's order number.
    pub reference: String,
    /// Write it as a file, too.
    pub out: Option<PathBuf>,
}

/// Signs and keeps the license of an order.
///
/// # Errors
/// When a console would refuse it, when the sequence was used, when a file cannot be read or written.
pub async fn issue(
    db: &Db,
    issuing: &Issuing<'_>,
    catalogue: &Catalogue,
    order: &Order,
) -> Result<VerifiedLicense, Failure> {
    let highest = db.highest_sequence(&order.serial_nr).await?;
    let sequence = issuing.sequence.unwrap_or(highest + 1);
    if sequence <= highest || sequence > SEQUENCE_MAX {
        return Err(Failure::new(format!(
            "Sequence {sequence} cannot be issued for {}: the highest so far is {highest}, and a sequence is never used twice. Leave --sequence away to take the next.",
            order.serial_nr
        )));
    }
    let license = catalogue.license(order, sequence, issuing.issued_at)?;
    let signing = keys::signing(issuing.data)?;
    let compact = sign(&signing.key, &signing.certificate, &license);
    let verified = checked(&compact, &license, issuing)?;
    let new = NewIssue {
        license: &license,
        compact: &compact,
        order,
        held: issuing.hold,
        reference: &issuing.reference,
    };
    db.keep(&new).await?;
    if let Some(file) = &issuing.out {
        fs::write(file, file_of_compact(&compact)).map_err(|error| {
            Failure::new(format!(
                "Issued, but {} could not be written: {error}",
                file.display()
            ))
        })?;
    }
    keep_catalogue(issuing.data, catalogue)?;
    Ok(verified)
}

/// Holds a license against everything that a console checks, as of when it was signed.
fn checked(
    compact: &str,
    license: &License,
    issuing: &Issuing<'_>,
) -> Result<VerifiedLicense, Failure> {
    let trust = Trust {
        roots: vec![keys::root_of(issuing.data)?],
        denied: Vec::new(),
    };
    let installation = Installation {
        serial_nr: license.serial_nr.clone(),
        company_name: license.company_name.clone(),
    };
    let expected = Expected {
        owner: Some(&license.owner_name),
        installation: &installation,
        now: issuing.issued_at,
        highest: &[],
    };
    verify(compact, &trust, &expected).map_err(|error| {
        Failure::new(format!(
            "A console would refuse this license: {error}. Nothing was issued."
        ))
    })
}

fn keep_catalogue(data: &Path, catalogue: &Catalogue) -> Result<(), Failure> {
    let json = serde_json::to_string(catalogue).map_err(|error| Failure::new(error.to_string()))?;
    let file = data.join(CATALOGUE);
    fs::write(&file, json).map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

/// The catalogue that was issued from last.
///
/// # Errors
/// When nothing was issued yet.
pub fn kept_catalogue(data: &Path) -> Result<Catalogue, Failure> {
    let file = data.join(CATALOGUE);
    let text = fs::read_to_string(&file).map_err(|error| {
        Failure::new(format!(
            "{}: {error}. The order page sells what was issued before: issue a license first.",
            file.display()
        ))
    })?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}
