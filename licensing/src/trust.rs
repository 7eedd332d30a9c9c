//! Whom the console trusts: root keys that the operator installs, and the owner certificates that they sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::license::{OwnerName, Timestamp};

/// What is trusted: root keys, less the denied ones. A release trusts nobody by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Public keys that may certify owners.
    pub roots: Vec<Jwk>,
    /// Thumbprints of keys, roots or owners', that are trusted no more.
    pub denied: Vec<String>,
}

/// A public key as a JWK (RFC 8037): OKP, Ed25519.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// "OKP".
    pub kty: String,
    /// "Ed25519".
    pub crv: String,
    /// The key's 32 bytes, base64url without padding.
    pub x: String,
}

/// What a root says of an owner: payload of the owner certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whose licenses the key signs.
    pub owner: OwnerName,
    /// The owner's short name: the tab's.
    pub description: String,
    /// The owner's public key.
    pub key: Jwk,
    /// Valid from.
    #[serde(with = "crate::license::rfc3339")]
    pub not_before: Timestamp,
    /// Valid until.
    #[serde(with = "crate::license::rfc3339")]
    pub not_after: Timestamp,
    /// The owner's web shop.
    #[serde(default)]
    pub store_url: Option<String>,
    /// The owner's license server.
    #[serde(default)]
    pub license_url: Option<String>,
    /// How to reach the owner: https or mailto.
    #[serde(default)]
    pub contact_url: Option<String>,
}

/// A text that is no public root key; says what a key file must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKey {
    /// No JSON of a JWK.
    #[error("not a JWK (RFC 7517)")]
    NotAJwk,
    /// Not `"kty": "OKP"` with `"crv": "Ed25519"`, or `x` is no strong key of 32 bytes.
    #[error("not an Ed25519 public key (RFC 8037)")]
    NotAKey,
    /// It has `d`: whoever has it can sign.
    #[error(
        "a private key: install the public one (without \"d\") and keep this file away from the console"
    )]
    Private,
}

impl Jwk {
    /// From the text of a key file.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_text(text: &str) -> Result<Self, MalformedKey> {
        #[derive(Deserialize)]
        struct Private {
            d: Option<serde::de::IgnoredAny>,
        }
        let private: Private = serde_json::from_str(text).map_err(|_| MalformedKey::NotAJwk)?;
        if private.d.is_some() {
            return Err(MalformedKey::Private);
        }
        let key: Self = serde_json::from_str(text).map_err(|_| MalformedKey::NotAJwk)?;
        key.verifying_key()
            .map(|_| ())
            .ok_or(MalformedKey::NotAKey)?;
        Ok(key)
    }

    /// RFC 7638 thumbprint, base64url: SHA-256 over the required members in lexical order.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let text = |text: &str| serde_json::to_string(text).expect("a text is JSON");
        let members = format!(
            "{{\"crv\":{},\"kty\":{},\"x\":{}}}",
            text(&self.crv),
            text(&self.kty),
            text(&self.x)
        );
        URL_SAFE_NO_PAD.encode(Sha256::digest(members.as_bytes()))
    }

    /// The key itself; none when it is malformed, of another kind, or weak (of small order).
    pub(crate) fn verifying_key(&self) -> Option<VerifyingKey> {
        if self.kty != "OKP" || self.crv != "Ed25519" {
            return None;
        }
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(&self.x).ok()?.try_into().ok()?;
        if !is_reduced(bytes) {
            return None;
        }
        VerifyingKey::from_bytes(&bytes)
            .ok()
            .filter(|key| !key.is_weak())
    }
}

/// Whether a key's coordinate is below 2^255 - 19: there is a second way to write a few keys, and with it a second thumbprint,
/// which no list of denied keys would have.
fn is_reduced(key: [u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = key;
    lowest < 0xed || highest & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: [u8; 32]) -> Option<VerifyingKey> {
        let jwk = Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: URL_SAFE_NO_PAD.encode(bytes),
        };
        jwk.verifying_key()
    }

    #[test]
    fn a_key_that_is_written_in_a_second_way_is_refused() {
        let mut curve_alone_accepts = 0;
        for above in 0xed..=0xff {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (above, 0x7f);
            assert!(key(bytes).is_none(), "{above:x}");
            curve_alone_accepts += usize::from(VerifyingKey::from_bytes(&bytes).is_ok());
        }
        assert!(curve_alone_accepts > 0, "else the check would be idle");
        let mut largest = [0xff; 32];
        (largest[0], largest[31]) = (0xec, 0x7f);
        assert!(is_reduced(largest));
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let eighth = [
            [
                0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
                0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
                0x92, 0xac, 0x03, 0x7a,
            ],
            [
                0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
                0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
                0x6d, 0x53, 0xfc, 0x05,
            ],
        ];
        let zero = [0; 32];
        let mut one = zero;
        one[0] = 1;
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        for point in eighth.into_iter().chain([zero, one, minus_one]) {
            let mut other_sign = point;
            other_sign[31] |= 0x80;
            for bytes in [point, other_sign] {
                assert!(key(bytes).is_none(), "{bytes:x?}");
            }
        }
    }
}
