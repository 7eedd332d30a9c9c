//! Puts a console together from its configuration: database, trusted roots, clock.

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::State;
use crate::auth::attempts::Attempts;
use crate::auth::password::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Cause;
use crate::events::Events;
use crate::renewal::Flights;
use crate::retrieval;
use crate::site::Site;
use crate::trust::TrustSource;

impl State {
    /// A console over an open database.
    ///
    /// # Errors
    /// When the roots or the client of the license servers cannot be made as configured.
    pub fn new(config: Config, db: Db, clock: Clock) -> Result<Self, StartError> {
        let trust = TrustSource::open(&config).map_err(|fault| {
            StartError::config(
                fault.to_string(),
                "See that roots names a folder of public keys as JWK (*.jwk).",
            )
            .because(fault)
        })?;
        let servers = retrieval::Client::new(&config).map_err(|cause| {
            StartError::config(
                "the client that asks license servers cannot be made",
                "See proxy and ca_file.",
            )
            .because(cause)
        })?;
        Ok(Self {
            db,
            config: Arc::new(config),
            clock,
            trust,
            events: Events::default(),
            servers,
            flights: Flights::default(),
            attempts: Attempts::default(),
            passwords: Passwords::default(),
            site: Site::default(),
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
