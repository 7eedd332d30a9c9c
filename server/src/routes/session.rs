//! Signing in and out, and what anyone may know before.

use axum::Router;

use crate::State;

/// Its routes.
pub(crate) fn router() -> Router<State> {
    Router::new()
}
