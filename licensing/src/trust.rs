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
        VerifyingKey::from_bytes(&bytes)
            .ok()
            .filter(|key| !key.is_weak())
    }
}
