//! What a console and a license server say to each other (protocol: "Retrieval"). Shared by both, so that it
//! cannot drift apart.

use serde::{Deserialize, Serialize};

use crate::license::{Installation, ModuleName, Timestamp};

/// Largest answer that a console reads, in bytes.
pub const ANSWER_MAX: usize = 1024 * 1024;
/// Media type of a license over the network: the bare compact JWS.
pub const LICENSE_MEDIA_TYPE: &str = "application/jose";
/// Request header with the company's name, percent-encoded UTF-8.
pub const COMPANY_HEADER: &str = "zetel-company";
/// `Cache-Control` of every license answer.
pub const CACHE_CONTROL: &str = "private, no-cache";

/// Route of GET: the license of a serial number. With [`COMPANY_HEADER`] and `If-None-Match`.
pub const LICENSE_PATH: &str = "/v1/licenses/{serial}";
/// Route of GET: [`CheckLicenseStatusResult`].
pub const STATUS_PATH: &str = "/v1/licenses/{serial}/status";
/// Route of GET: `Vec<Issue>` of one module.
pub const HISTORY_PATH: &str = "/v1/licenses/{serial}/modules/{module}/history";
/// Route of POST: [`Registration`]; answers with the license for the new serial number.
pub const REGISTRATIONS_PATH: &str = "/v1/registrations";

/// The address of a route under a license server's address; each value fills the next `{…}`, percent-encoded.
#[must_use]
pub fn url(license_url: &str, route: &str, values: &[&str]) -> String {
    let mut url = license_url.trim_end_matches('/').to_owned();
    let mut values = values.iter();
    for segment in route.split('/').skip(1) {
        url.push('/');
        match segment.starts_with('{').then(|| values.next()).flatten() {
            Some(value) => url.push_str(&percent_encoded(value)),
            None => url.push_str(segment),
        }
    }
    url
}

/// UTF-8 with everything but unreserved characters (RFC 3986 section 2.3) percent-encoded.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a String does not fail");
        }
    }
    encoded
}

/// Text from [`percent_encoded`]; none when it is malformed or not UTF-8.
#[must_use]
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The `ETag` of a sequence: `"7"`.
#[must_use]
pub fn etag(sequence: u64) -> String {
    format!("\"{sequence}\"")
}

/// The sequence of an `ETag` as [`etag`] writes it.
#[must_use]
pub fn sequence_of_etag(etag: &str) -> Option<u64> {
    etag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

/// What a license server says without sending a license (documented `CheckLicenseStatusResult`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLicenseStatusResult {
    /// What to do next.
    pub license_status: LicenseStatus,
    /// A sentence for the administrator.
    #[serde(default)]
    pub message: String,
    /// An address for the administrator; shown only if https, with its host.
    #[serde(default)]
    pub url: String,
}

/// Documented `LicenseStatus`; the wire says the member's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LicenseStatus {
    /// 0: nothing to do.
    Ok,
    /// 1: fetch and activate.
    NewLicenseAvailable,
    /// 2: fetch and activate; the company's name changed.
    NewCompanyNameAvailable,
    /// 3: fetch and activate; the serial number changed.
    NewSerialAvailable,
    /// 4: show the message.
    UseCustomMessage,
    /// 5: show the message and the address.
    UseCustomMessageAndUrl,
    /// 6: activated by itself.
    NewLicenseActivated,
    /// 100: cannot be fetched.
    ProblemWithLicense,
    /// 5000, and whatever a newer server says.
    #[serde(other)]
    UnknownError,
}

/// One issue of one module, for its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Of which license.
    pub sequence: u64,
    /// When it was signed.
    #[serde(with = "crate::license::rfc3339")]
    pub issued_at: Timestamp,
    /// How many of the module; none when it is not in that license or has no ceiling.
    pub total: Option<i32>,
    /// The vendor's order number.
    #[serde(default)]
    pub reference: String,
}

/// A change of serial number and company that a console asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The new company.
    pub company: String,
    /// The new serial number.
    pub serial: String,
    /// The serial number so far.
    pub from_serial: String,
}

impl Registration {
    /// The installation that is asked for.
    #[must_use]
    pub fn installation(&self) -> Installation {
        Installation {
            serial_nr: self.serial.clone(),
            company_name: self.company.clone(),
        }
    }
}

/// Path values of [`HISTORY_PATH`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HistoryOf {
    /// Serial number.
    pub serial: String,
    /// Module.
    pub module: ModuleName,
}
