//! Puts a console together from its configuration: database, trusted roots, clock.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use licensing::trust::{Jwk, Trust};

use crate::State;
use crate::auth::attempts::Attempts;
use crate::auth::password::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Cause;
use crate::events::Events;

/// Largest key file, in bytes.
const KEY_FILE_MAX: u64 = 64 * 1024;
/// Most root keys.
const ROOTS_MAX: usize = 100;

impl State {
    /// A console over an open database.
    ///
    /// # Errors
    /// When the roots or the client of the license servers cannot be made as configured.
    pub fn new(config: Config, db: Db, clock: Clock) -> Result<Self, StartError> {
        let trust = Trust {
            roots: config.roots.as_deref().map_or(Ok(Vec::new()), roots)?,
            denied: config.denied_keys.clone(),
        };
        let http = crate::retrieval::client(&config).map_err(|cause| StartError {
            cause: Some(cause),
            ..StartError::config(
                "the client that asks license servers cannot be made",
                "See proxy and ca_file.",
            )
        })?;
        Ok(Self {
            db,
            config: Arc::new(config),
            clock,
            trust: Arc::new(trust),
            events: Events::default(),
            http,
            attempts: Attempts::default(),
            passwords: Passwords::default(),
        })
    }
}

/// The time zone of this name.
///
/// # Errors
/// When there is none.
pub fn time_zone(name: &str) -> Result<TimeZone, StartError> {
    TimeZone::get(name).map_err(|cause| {
        StartError::config(
            format!("there is no time zone {name:?}"),
            "Write time_zone as in the time zone database, such as Europe/Amsterdam.",
        )
        .because(cause)
    })
}

/// The root keys of a folder: every `*.jwk`, in order of name.
fn roots(folder: &Path) -> Result<Vec<Jwk>, StartError> {
    let unreadable = |cause| {
        StartError::config(
            format!(
                "the folder of root keys {} cannot be read",
                folder.display()
            ),
            "See that roots names a folder with *.jwk files.",
        )
        .because(cause)
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "jwk") {
            files.push(path);
        }
    }
    files.sort();
    if files.len() > ROOTS_MAX {
        return Err(StartError::config(
            format!("{} holds more than {ROOTS_MAX} keys", folder.display()),
            "Keep only the keys of roots that are to be trusted.",
        ));
    }
    files.iter().map(|file| root(file)).collect()
}

fn root(file: &Path) -> Result<Jwk, StartError> {
    let wrong = |what: &str| {
        StartError::config(
            format!("the root key {} {what}", file.display()),
            "Put the owner's public key there, as a JWK: kty OKP, crv Ed25519, x.",
        )
    };
    let size = std::fs::metadata(file)
        .map_err(|cause| wrong("cannot be read").because(cause))?
        .len();
    if size > KEY_FILE_MAX {
        return Err(wrong("is too large for a key"));
    }
    let text = std::fs::read(file).map_err(|cause| wrong("cannot be read").because(cause))?;
    let json: serde_json::Value =
        serde_json::from_slice(&text).map_err(|cause| wrong("is no JSON").because(cause))?;
    if json.get("d").is_some() {
        return Err(wrong("is a private key, which must not be here"));
    }
    serde_json::from_value(json).map_err(|cause| wrong("is no key").because(cause))
}

/// Why the program ends, and what to do about it.
#[derive(Debug)]
pub struct StartError {
    what: String,
    next: String,
    exit: Exit,
    cause: Option<Cause>,
}

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 1: it failed.
    Failed = 1,
    /// 2: flags, environment or file are wrong.
    Usage = 2,
    /// 3: the database cannot be used.
    Database = 3,
}

impl StartError {
    fn new(exit: Exit, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
            exit,
            cause: None,
        }
    }

    /// It failed.
    pub fn failed(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Failed, what, next)
    }

    /// What the operator set is wrong.
    pub fn config(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, next)
    }

    /// The database cannot be used.
    pub fn database(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Database, what, next)
    }

    /// With what caused it.
    #[must_use]
    pub fn because(self, cause: impl Into<Cause>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..self
        }
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it.
    #[must_use]
    pub fn next(&self) -> &str {
        &self.next
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
