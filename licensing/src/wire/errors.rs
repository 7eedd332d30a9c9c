//! Every answer that is not 2xx.

use serde::{Deserialize, Serialize};

use super::CheckOutcome;
use crate::assignment::Shortage;
use crate::envelope::VerifyCode;

/// Every answer that is not 2xx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// For branching and for the sentence on the screen.
    pub code: ErrorCode,
    /// English, for logs and curl.
    pub message: String,
    /// Each with its own subject; may be empty.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// Seconds after which to try again, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// For finding it in the log.
    pub request_id: String,
}

/// One of several things that are wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A field of the request.
    Field {
        /// Its name.
        field: String,
        /// What is wrong with it.
        fault: FieldFault,
    },
    /// A module with too few seats.
    Shortage(Shortage),
    /// A user who no longer stands as the administrator saw it.
    UserChanged {
        /// Id.
        user: i32,
        /// Name for people.
        name: String,
    },
    /// Why an assignment was refused.
    Refusal {
        /// The reason.
        refusal: crate::assignment::Refusal,
    },
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// Nothing in it.
    Missing,
    /// Too long, or too many.
    TooLong,
    /// Not of the form that it must have.
    Malformed,
    /// Somebody else has it.
    Taken,
}

/// Why a request failed. Closed; a client older than the server reads [`ErrorCode::Unknown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 401: not signed in, or no more.
    Unauthenticated,
    /// 401: user ID or password is wrong, or the user may not sign in.
    SignInFailed,
    /// 429: too many failures; try again later.
    TooManyAttempts,
    /// 403: only administrators.
    Forbidden,
    /// 403: the request came from another site.
    CrossSite,
    /// 404.
    NotFound,
    /// 400: fields are wrong, see the problems.
    Invalid,
    /// 413.
    TooLarge,
    /// 409: it changed since it was shown.
    Stale,
    /// 409: too many seats are in use, or something in use would disappear; see the problems.
    Blocked,
    /// 409: a user may not hold it; see the problems.
    AssignmentRefused,
    /// 409: nobody locks themselves out; another administrator has to do it.
    Yourself,
    /// 409: another import runs; one at a time.
    ImportRunning,
    /// 409: lines of the file are wrong; mend them, or leave them out.
    ImportHasErrors,
    /// 409: the file was not looked at yet, or is done.
    ImportNotReady,
    /// 409: the trail tells what this user did here, so they cannot be deleted; they can be marked as former employee.
    ActedHere,
    /// 409: serial number and company are set already.
    InstallationSet,
    /// 409: first set serial number and company.
    InstallationMissing,
    /// 422: the license was refused: which check.
    License(VerifyCode),
    /// 502: the license server could not be asked: why.
    LicenseServer(CheckOutcome),
    /// 503: the database is busy or its disk is full.
    DatabaseUnavailable,
    /// 500: see the log.
    Internal,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}
