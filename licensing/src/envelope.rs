//! The signed license: decode, verify in the stated order, sign (protocol: "Envelope").
//!
//! One format for the file that is loaded by hand and for the answer of the license server: a compact JWS. What is
//! kept, hashed and verified is that text, never what was parsed from it. The steps: `compact` 1 to 3, `payload` 4 and 5, here 6
//! and 7; `strict` reads JSON that has one meaning only; [`sign`] makes what [`verify`] accepts.

mod compact;
mod file;
mod payload;
#[cfg(feature = "sign")]
pub mod sign;
mod strict;

pub use file::{FILE_MAX, compact_of_file, file_of_compact};

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::license::{Installation, License, OwnerName, Timestamp};
use crate::trust::{Certificate, Trust};

/// Largest compact JWS and largest file, in bytes.
pub const ENVELOPE_MAX: usize = 1024 * 1024;
/// Clocks may differ by so many milliseconds (5 minutes).
pub const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// A license that [`verify`] found genuine, with the bytes that it found so. Nothing else makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedLicense {
    license: License,
    certificate: Certificate,
    compact: String,
    sha256: String,
}

impl VerifiedLicense {
    /// What was signed.
    #[must_use]
    pub fn license(&self) -> &License {
        &self.license
    }

    /// By whom.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The compact JWS, byte for byte.
    #[must_use]
    pub fn compact(&self) -> &str {
        &self.compact
    }

    /// SHA-256 of the compact JWS, lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// What a license is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The owner that was asked; none for a file.
    pub owner: Option<&'a OwnerName>,
    /// The installation, or the one just requested in a change of serial number.
    pub installation: &'a Installation,
    /// Now; for a stored license the moment when it was installed.
    pub now: Timestamp,
    /// Of each owner and serial number the highest ever installed; empty for a stored license.
    pub highest: &'a [Highest],
}

/// The highest sequence ever installed for an owner and a serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highest {
    /// Owner.
    pub owner: OwnerName,
    /// Serial number.
    pub serial_nr: String,
    /// Sequence.
    pub sequence: u64,
    /// Hash of its compact JWS, lower-case hexadecimal.
    pub sha256: String,
}

/// Why a license was refused: the first step that failed, and what it found (English, for logs).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct VerifyError {
    /// Which check.
    pub code: VerifyCode,
    /// What it found.
    pub detail: String,
}

/// One code per failure, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifyCode {
    /// 1: longer than [`ENVELOPE_MAX`].
    TooLarge,
    /// 1: no compact JWS at all (another kind of file).
    NotALicense,
    /// 1: begins like one and stops early.
    Truncated,
    /// 1: base64url with padding, other letters or stray bits.
    EncodingRefused,
    /// 1: `alg` is not "Ed25519".
    AlgorithmRefused,
    /// 1: `typ` is not "license+jws".
    TypeRefused,
    /// 1: the header has other members (`jwk`, `jku`, `x5u`, `crit`, …), or lacks one.
    HeaderRefused,
    /// 2: the certificate is no well-formed owner certificate.
    CertificateRefused,
    /// 2: signed by a root that is not installed here.
    RootUnknown,
    /// 2: the root is denied.
    RootDenied,
    /// 2: the root's signature does not fit.
    CertificateForged,
    /// 2: the owner's key is malformed or weak.
    KeyRefused,
    /// 2: the owner's key is denied.
    KeyDenied,
    /// 2: the header's `kid` is not the certified key's.
    KeyMismatch,
    /// 2: of another owner than the one asked.
    OwnerMismatch,
    /// 2: the certificate is not valid yet.
    CertificateNotYetValid,
    /// 2: the certificate is valid no more.
    CertificateExpired,
    /// 3: the signature does not fit the bytes.
    SignatureInvalid,
    /// 4: the payload is no UTF-8 JSON of a license.
    PayloadRefused,
    /// 4: nested deeper than a license ever is.
    TooDeep,
    /// 4: a key twice in one object.
    DuplicateKey,
    /// 4: a number out of range (totals 1 to 2^31-1, sequence 1 to 2^53-1).
    NumberOutOfRange,
    /// 4: a module or owner name that is not well-formed.
    NameRefused,
    /// 4: a module or the license belongs to another owner than the certificate's.
    OwnerForeign,
    /// 4: a module twice.
    DuplicateModule,
    /// 4: a plan with a member that is no user license of this license.
    SetUnknown,
    /// 4: a prerequisite that is not in this license.
    PrerequisiteUnknown,
    /// 4: plans or prerequisites that go in a circle.
    Circle,
    /// 5: dates in the wrong order, or grace without expiry.
    DatesRefused,
    /// 5: issued outside the certificate's dates.
    IssuedOutsideCertificate,
    /// 5: issued in the future.
    IssuedInFuture,
    /// 6: another serial number.
    SerialMismatch,
    /// 6: another company.
    CompanyMismatch,
    /// 7: older than what was installed once.
    SequenceOlder,
    /// 7: the very license that is in force.
    AlreadyActive,
    /// 7: the same sequence with other content: alarm.
    SequenceReused,
}

impl VerifyCode {
    /// The step of the protocol, 1 to 7.
    #[must_use]
    pub fn step(self) -> u8 {
        match self {
            code if code <= Self::HeaderRefused => 1,
            code if code <= Self::CertificateExpired => 2,
            Self::SignatureInvalid => 3,
            code if code <= Self::Circle => 4,
            code if code <= Self::IssuedInFuture => 5,
            Self::SerialMismatch | Self::CompanyMismatch => 6,
            _ => 7,
        }
    }

    /// This failure, with what was found.
    fn because(self, detail: impl Into<String>) -> VerifyError {
        VerifyError {
            code: self,
            detail: detail.into(),
        }
    }
}

/// Whether a compact JWS is a genuine license for this installation: the seven steps, in order.
///
/// # Errors
/// The first failure.
pub fn verify(
    compact: &str,
    trust: &Trust,
    expected: &Expected<'_>,
) -> Result<VerifiedLicense, VerifyError> {
    let signed = compact::verified(compact, trust, expected)?;
    let license = payload::license(&signed.payload, &signed.certificate, expected.now)?;
    is_for(expected.installation, &license)?;
    let sha256 = sha256(compact);
    is_fresh(expected.highest, &license, &sha256)?;
    Ok(VerifiedLicense {
        license,
        certificate: signed.certificate,
        compact: compact.to_owned(),
        sha256,
    })
}

/// Step 6.
fn is_for(installation: &Installation, license: &License) -> Result<(), VerifyError> {
    if license.serial_nr != installation.serial_nr {
        let detail = format!(
            "for serial number {}, not {}",
            license.serial_nr, installation.serial_nr
        );
        return Err(VerifyCode::SerialMismatch.because(detail));
    }
    if !installation.is_for(license) {
        let detail = format!(
            "for {}, not {}",
            license.company_name, installation.company_name
        );
        return Err(VerifyCode::CompanyMismatch.because(detail));
    }
    Ok(())
}

/// Step 7.
fn is_fresh(highest: &[Highest], license: &License, sha256: &str) -> Result<(), VerifyError> {
    let of_this = |known: &&Highest| {
        known.owner == license.owner_name && known.serial_nr == license.serial_nr
    };
    let Some(known) = highest
        .iter()
        .filter(of_this)
        .max_by_key(|known| known.sequence)
    else {
        return Ok(());
    };
    match license.sequence.cmp(&known.sequence) {
        Ordering::Greater => Ok(()),
        Ordering::Equal if known.sha256 == sha256 => {
            Err(VerifyCode::AlreadyActive.because(format!("sequence {}", license.sequence)))
        }
        Ordering::Equal => {
            let detail = format!(
                "sequence {} was installed with other content",
                license.sequence
            );
            Err(VerifyCode::SequenceReused.because(detail))
        }
        Ordering::Less => {
            let detail = format!(
                "sequence {}, installed was {}",
                license.sequence, known.sequence
            );
            Err(VerifyCode::SequenceOlder.because(detail))
        }
    }
}

/// Lower-case hexadecimal SHA-256 of a compact JWS.
#[must_use]
pub fn sha256(compact: &str) -> String {
    let hash = Sha256::digest(compact.as_bytes());
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    hash.iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
