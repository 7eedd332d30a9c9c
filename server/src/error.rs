//! Why a request failed: one type for all handlers, one way to answer it.
//!
//! A handler returns `Result<_, Error>` and uses `?`. The answer's body is written by [`crate::layers`], which knows the
//! request's id. What an administrator should read is a code; English here is for logs and curl.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use licensing::wire::{ErrorCode, FieldFault, Problem};

/// Any cause.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not signed in, or no more.
    #[error("not signed in")]
    Unauthenticated,
    /// Only administrators.
    #[error("only administrators may do this")]
    Forbidden,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// A rule says no; [`Error::refused`] makes one.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// Fields of the request are wrong.
    #[error("fields of the request are wrong: {0:?}")]
    Invalid(Vec<Problem>),
    /// It changed since it was shown.
    #[error("it changed since it was shown")]
    Stale(Vec<Problem>),
    /// The database is busy, full or out of reach.
    #[error("the database is busy, full or out of reach")]
    Unavailable(#[source] Cause),
    /// A fault of ours.
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// What a rule refused.
#[derive(Debug, thiserror::Error)]
#[error("{code:?}{}{detail}", if detail.is_empty() { "" } else { ": " })]
pub struct Refusal {
    /// Which rule.
    pub code: ErrorCode,
    /// Each with its own subject.
    pub problems: Vec<Problem>,
    /// English, for logs and curl; may be empty.
    pub detail: String,
    /// Seconds after which to try again.
    pub retry_after: Option<u64>,
}

impl Error {
    /// Refused by the rule of this code.
    #[must_use]
    pub fn refused(code: ErrorCode) -> Self {
        Self::refused_with(code, Vec::new())
    }

    /// Refused by the rule of this code, for these reasons.
    #[must_use]
    pub fn refused_with(code: ErrorCode, problems: Vec<Problem>) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            problems,
            detail: String::new(),
            retry_after: None,
        }))
    }

    /// Refused by the rule of this code; the detail is English, for logs and curl.
    #[must_use]
    pub fn refused_because(code: ErrorCode, detail: impl std::fmt::Display) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            problems: Vec::new(),
            detail: detail.to_string(),
            retry_after: None,
        }))
    }

    /// Refused for now: try again after so many seconds.
    #[must_use]
    pub fn refused_for(code: ErrorCode, retry_after: u64) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            problems: Vec::new(),
            detail: String::new(),
            retry_after: Some(retry_after),
        }))
    }

    /// One field is wrong.
    #[must_use]
    pub fn field(field: &str, fault: FieldFault) -> Self {
        Self::Invalid(vec![Problem::Field {
            field: field.to_owned(),
            fault,
        }])
    }

    /// A fault of ours.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// What the client branches on.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated => ErrorCode::Unauthenticated,
            Self::Forbidden => ErrorCode::Forbidden,
            Self::NotFound => ErrorCode::NotFound,
            Self::Refused(refusal) => refusal.code,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::Stale(_) => ErrorCode::Stale,
            Self::Unavailable(_) => ErrorCode::DatabaseUnavailable,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// What is wrong, one by one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Refused(refusal) => &refusal.problems,
            Self::Invalid(problems) | Self::Stale(problems) => problems,
            _ => &[],
        }
    }

    /// Seconds after which to try again, where known.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            Self::Unavailable(_) => Some(DATABASE_RETRY_S),
            _ => None,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.code() {
            ErrorCode::Unauthenticated | ErrorCode::SignInFailed => StatusCode::UNAUTHORIZED,
            ErrorCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Forbidden | ErrorCode::CrossSite => StatusCode::FORBIDDEN,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::Invalid => StatusCode::BAD_REQUEST,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Stale
            | ErrorCode::Blocked
            | ErrorCode::AssignmentRefused
            | ErrorCode::Yourself
            | ErrorCode::ActedHere
            | ErrorCode::ImportRunning
            | ErrorCode::ImportHasErrors
            | ErrorCode::ImportNotReady
            | ErrorCode::InstallationSet
            | ErrorCode::InstallationMissing => StatusCode::CONFLICT,
            ErrorCode::License(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::LicenseServer(_) => StatusCode::BAD_GATEWAY,
            ErrorCode::DatabaseUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Internal | ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Seconds after which to try again when the database is busy.
const DATABASE_RETRY_S: u64 = 5;

/// An error with its causes, for people.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // Some errors repeat their cause.
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

/// The failure of an answer, for [`crate::layers`] to write down.
#[derive(Clone)]
pub(crate) struct Failed(pub(crate) Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}
