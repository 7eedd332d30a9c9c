//! Issues a license: catalogue and order become a signed file, counted for ever. What a console would refuse is not issued.

use std::fs;
use std::path::{Path, PathBuf};

use licensing::envelope::sign::sign;
use licensing::envelope::{CLOCK_TOLERANCE_MS, Expected, VerifiedLicense, file_of_compact, verify};
use licensing::license::{INSTALLATION_TEXT_MAX, Installation, License, SEQUENCE_MAX, Timestamp};
use licensing::trust::Trust;

use crate::Failure;
use crate::catalogue::{Catalogue, Order};
use crate::db::{Customer, Db, NewIssue};
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
    /// Now: what consoles will hold dates against.
    pub now: Timestamp,
    /// Sign and count, but do not serve.
    pub hold: bool,
    /// The vendor's order number; none: the order's.
    pub reference: Option<String>,
    /// Write it as a file, too.
    pub out: Option<PathBuf>,
}

/// What was issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The license.
    pub license: VerifiedLicense,
    /// What is allowed and yet may surprise: a sentence each.
    pub warnings: Vec<String>,
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
) -> Result<Issued, Failure> {
    is_whole(order)?;
    let signing = keys::signing(issuing.data)?;
    let issuance = db.issuance(&order.serial_nr).await?;
    let highest = issuance.highest();
    let sequence = issuing.sequence.unwrap_or(highest + 1);
    if sequence <= highest || sequence > SEQUENCE_MAX {
        return Err(Failure::new(format!(
            "Sequence {sequence} cannot be issued for {}: the highest so far is {highest}, and a sequence is never used twice. Leave --sequence away to take the next.",
            order.serial_nr
        )));
    }
    let license = catalogue.license(order, sequence, issuing.issued_at)?;
    let compact = sign(&signing.key, &signing.certificate, &license);
    let verified = checked(&compact, &license, issuing)?;
    let mut warnings = catalogue.warnings(order);
    warnings.extend(surprises(&verified, issuing, issuance.customer()));
    let reference = issuing.reference.as_ref().unwrap_or(&order.reference);
    let new = NewIssue {
        license: &license,
        compact: &compact,
        order,
        held: issuing.hold,
        reference,
    };
    issuance.keep(&new).await?;
    if let Some(file) = &issuing.out {
        fs::write(file, file_of_compact(&compact)).map_err(|error| {
            Failure::new(format!(
                "Sequence {sequence} is issued, but {} could not be written: {error}. Issue once more with another --out.",
                file.display()
            ))
        })?;
    }
    Ok(Issued {
        license: verified,
        warnings,
    })
}

/// Serial number and company are there, and no longer than a console takes.
fn is_whole(order: &Order) -> Result<(), Failure> {
    for (name, text) in [
        ("serial_nr", &order.serial_nr),
        ("company_name", &order.company_name),
    ] {
        if text.trim().is_empty() || text.chars().count() > INSTALLATION_TEXT_MAX {
            return Err(Failure::new(format!(
                "The order's {name} has 1 to {INSTALLATION_TEXT_MAX} characters."
            )));
        }
    }
    Ok(())
}

/// What a console will not accept today although the license is genuine, and a company that is another than before.
fn surprises(
    verified: &VerifiedLicense,
    issuing: &Issuing<'_>,
    before: Option<&Customer>,
) -> Vec<String> {
    let mut surprises = Vec::new();
    let license = verified.license();
    let not_after = verified.certificate().not_after;
    if issuing.issued_at > issuing.now.plus_ms(CLOCK_TOLERANCE_MS) {
        surprises.push(format!("Consoles refuse it until {}.", license.issued_at));
    }
    if not_after < issuing.now {
        surprises.push(format!(
            "The owner's certificate ended on {not_after}, so consoles refuse it. Have a new key certified: `zetel-vendor keys owner`."
        ));
    }
    let other = before.filter(|before| {
        let company = Installation {
            serial_nr: license.serial_nr.clone(),
            company_name: before.company_name.clone(),
        };
        !issuing.hold && !company.is_for(license)
    });
    if let Some(before) = other {
        surprises.push(format!(
            "{} was {} so far. A console that still says so gets no answer until its company is changed; record that with `zetel-vendor register`.",
            license.serial_nr, before.company_name
        ));
    }
    surprises
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

/// Keeps the catalogue for the order page.
///
/// # Errors
/// When it cannot be written.
pub fn keep_catalogue(data: &Path, catalogue: &Catalogue) -> Result<(), Failure> {
    let json = serde_json::to_string(catalogue).map_err(|error| Failure::new(error.to_string()))?;
    let file = data.join(CATALOGUE);
    // Renamed into place: the order page may be reading it.
    let new = data.join(format!("{CATALOGUE}.{}", std::process::id()));
    fs::write(&new, json)
        .and_then(|()| fs::rename(&new, &file))
        .map_err(|error| Failure::new(format!("{}: {error}", file.display())))
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
