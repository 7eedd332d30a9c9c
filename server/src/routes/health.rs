//! Whether the console is alive and ready, for whatever watches over it. Plain text.

use std::time::Duration;

use axum::http::StatusCode;

use super::{Routes, Who};
use crate::State;

/// Longest wait for the database to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/healthz", Who::Anyone, healthz)
        .get("/readyz", Who::Anyone, readyz)
}

/// The program runs.
async fn healthz() -> &'static str {
    "alive\n"
}

/// The database answers, and its schema is the one of this release.
async fn readyz(state: State) -> (StatusCode, &'static str) {
    match tokio::time::timeout(ANSWER_WAIT, state.db.is_migrated()).await {
        Ok(Ok(true)) => (StatusCode::OK, "ready\n"),
        Ok(Ok(false)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the schema of the database is of another release\n",
        ),
        Ok(Err(error)) => {
            tracing::warn!(error = crate::error::chain(&error), "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer in time\n",
        ),
    }
}
