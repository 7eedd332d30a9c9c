//! Whom the console trusts: root keys that the operator installs, and the owner certificates that they sign.

use serde::{Deserialize, Serialize};

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
