//! A license as a file: armour lines and white space around the compact JWS, and nothing that counts.

use super::{ENVELOPE_MAX, VerifyCode, VerifyError};

/// Largest file, in bytes: a compact JWS of full size with its armour and line breaks.
pub const FILE_MAX: usize = 2 * ENVELOPE_MAX;

const BEGIN: &str = "-----BEGIN LICENSE-----";
const END: &str = "-----END LICENSE-----";
/// Letters in a line of an armoured file.
const LINE: usize = 76;

/// The compact JWS in the bytes of a file: armour lines and white space removed; not verified.
///
/// # Errors
/// [`VerifyCode::TooLarge`], [`VerifyCode::NotALicense`], [`VerifyCode::Truncated`].
pub fn compact_of_file(file: &[u8]) -> Result<String, VerifyError> {
    if file.len() > FILE_MAX {
        return Err(VerifyCode::TooLarge.because(format!("{} bytes", file.len())));
    }
    let text = std::str::from_utf8(file)
        .map_err(|_| VerifyCode::NotALicense.because("the file is not text"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let body = match text.strip_prefix(BEGIN) {
        Some(rest) => rest.trim_end().strip_suffix(END).ok_or_else(|| {
            VerifyCode::Truncated.because("there is a BEGIN line and no END line at the end")
        })?,
        None => text,
    };
    let compact: String = body.split_ascii_whitespace().collect();
    super::compact::shape(&compact)?;
    Ok(compact)
}

/// The compact JWS as a file: wrapped and armoured.
#[must_use]
pub fn file_of_compact(compact: &str) -> String {
    let mut file = String::with_capacity(compact.len() + compact.len() / LINE + 64);
    file.push_str(BEGIN);
    for (place, letter) in compact.chars().enumerate() {
        if place % LINE == 0 {
            file.push('\n');
        }
        file.push(letter);
    }
    file.push('\n');
    file.push_str(END);
    file.push('\n');
    file
}
