//! The console's server: licenses, users and who holds what, over HTTP, on SQLite or PostgreSQL.
//!
//! [`State`] is what every handler gets; [`app`] is the whole router. To add a resource: a file in `routes/` with its
//! `router()`, a file in `db/` with its SQL, a file in `tests/api/`.

pub mod auth;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod events;
pub mod exit;
pub mod extract;
pub mod import;
pub mod layers;
pub mod renewal;
pub mod retrieval;
pub mod seat_use;
pub mod seed;
pub mod serve;
pub mod site;
pub mod start;
pub mod trust;

mod activation;
mod offering;
mod registration;
mod routes;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::Semaphore;

pub use auth::{Admin, Session, SignedIn};
pub use routes::{Route, Who};

use crate::auth::attempts::Attempts;
use crate::auth::password::Passwords;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Error;
use crate::events::Events;
use crate::import::Imports;
use crate::site::Site;
use crate::trust::TrustSource;

/// What every handler works with; take it as an argument (`state: State`). Cheap to clone.
#[derive(Clone)]
pub struct State {
    /// The database.
    pub db: Db,
    /// What the operator set.
    pub config: Arc<Config>,
    /// The only source of "now" and "today".
    pub clock: Clock,
    /// Whose licenses count.
    pub trust: TrustSource,
    /// Tells open browsers what changed; call after the commit.
    pub events: Events,
    /// Asks license servers.
    pub servers: retrieval::Client,
    /// Questions to license servers that are under way.
    pub flights: renewal::Flights,
    /// Who guesses passwords.
    pub attempts: Attempts,
    /// Verifies passwords, a few at once.
    pub passwords: Passwords,
    /// The import that runs, if one does.
    pub imports: Imports,
    /// How many lists may still be exported at once.
    pub exports: Arc<Semaphore>,
    /// The client's files.
    pub site: Site,
}

impl FromRequestParts<State> for State {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(state.clone())
    }
}

/// The whole server as a router.
pub fn app(state: State) -> Router {
    let secure = state.config.secure_cookie();
    let router = routes::all()
        .router
        .method_not_allowed_fallback(async || Error::NotFound)
        .fallback(site::serve)
        .with_state(state);
    layers::around(router, secure)
}

/// Every route of the console, and who may ask.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes::all().table
}
