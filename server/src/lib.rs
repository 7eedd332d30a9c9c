//! The console's server: licenses, users and who holds what, over HTTP, on SQLite or PostgreSQL.
//!
//! [`State`] is what every handler gets; [`app`] is the whole router. To add a resource: a file in `routes/` with its
//! `router()`, a file in `db/` with its SQL, a file in `tests/api/`.

pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod events;
pub mod extract;
pub mod layers;
pub mod retrieval;
pub mod seed;
pub mod serve;
pub mod start;
pub mod trust;

pub mod auth;
mod routes;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

pub use auth::{Admin, Session, SignedIn};

use crate::auth::attempts::Attempts;
use crate::auth::password::Passwords;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Error;
use crate::events::Events;
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
    /// Who guesses passwords.
    pub attempts: Attempts,
    /// Verifies passwords, a few at once.
    pub passwords: Passwords,
}

impl FromRequestParts<State> for State {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(state.clone())
    }
}

/// The whole server as a router.
pub fn app(state: State) -> Router {
    let router = Router::new()
        .merge(routes::session::router())
        .merge(routes::licenses::router())
        .merge(routes::users::router())
        .merge(routes::holders::router())
        .fallback(async || Error::NotFound)
        .with_state(state);
    layers::around(router)
}
