//! Puts a console together from its configuration: database, trusted roots, clock.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::State;
use crate::auth::attempts::Attempts;
use crate::auth::password::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::events::Events;
use crate::exit::StartError;
use crate::import::Imports;
use crate::renewal::Flights;
use crate::retrieval;
use crate::site::Site;
use crate::trust::TrustSource;

/// Most lists that are exported at once: each holds a connection that reads.
const EXPORTS_MAX: usize = 2;

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
            imports: Imports::default(),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            site: Site::default(),
        })
    }
}
