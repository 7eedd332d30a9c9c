//! Routes of licenses.

use axum::Router;

use crate::State;

/// Its routes.
pub(crate) fn router() -> Router<State> {
    Router::new()
}
