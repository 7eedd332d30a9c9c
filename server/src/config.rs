//! What the operator set: flags, then environment, then the TOML file, then the defaults.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use licensing::license::OwnerName;
use serde::{Deserialize, Serialize};

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// `sqlite:FILE` or `postgres://…`.
    pub database_url: String,
    /// Time zone in which a day begins and ends.
    pub time_zone: String,
    /// Folder of root keys (`*.jwk`).
    pub roots: Option<PathBuf>,
    /// Thumbprints of keys that are trusted no more.
    pub denied_keys: Vec<String>,
    /// Says on every page that this is a demo.
    pub demo: bool,
    /// Filter of the log.
    pub log: String,
    /// Whether the session's cookie goes over HTTPS only; none: unless it listens on loopback.
    pub secure_cookie: Option<bool>,
    /// Proxy towards license servers.
    pub proxy: Option<String>,
    /// Further certificate authorities (PEM) of license servers.
    pub ca_file: Option<PathBuf>,
    /// What is known of owners before they have a license.
    pub owner: BTreeMap<OwnerName, OwnerConfig>,
}

/// What is known of an owner before it has a license; overrides what its certificate says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnerConfig {
    /// The tab's name.
    pub description: Option<String>,
    /// Its license server.
    pub license_url: Option<String>,
    /// Its web shop.
    pub store_url: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8600)),
            database_url: "sqlite:zetel.db".to_owned(),
            time_zone: "UTC".to_owned(),
            roots: None,
            denied_keys: Vec::new(),
            demo: false,
            log: "info".to_owned(),
            secure_cookie: None,
            proxy: None,
            ca_file: None,
            owner: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Whether the session's cookie goes over HTTPS only: as set, else unless it listens on loopback.
    #[must_use]
    pub fn secure_cookie(&self) -> bool {
        self.secure_cookie
            .unwrap_or_else(|| !self.listen.ip().is_loopback())
    }
}
