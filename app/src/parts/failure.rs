//! What a failed call means, in words: cause, effect, next step.

use licensing::wire::{ErrorBody, ErrorCode};

use crate::api::Failure;
use crate::text::{K, N, fill, now, tn};

/// A failure in words.
pub(crate) fn say(failure: &Failure) -> String {
    match failure {
        Failure::Offline => now(K::FailureOffline).to_owned(),
        Failure::Piece => now(K::FailurePiece).to_owned(),
        Failure::SignedOut => now(K::FailureSignedOut).to_owned(),
        Failure::Refused(body) => say_refused(body),
        Failure::Garbled(id) => garbled(id.as_deref().unwrap_or("–")),
    }
}

/// A server's no in words.
pub(crate) fn say_refused(body: &ErrorBody) -> String {
    let key = match &body.code {
        ErrorCode::Unauthenticated => K::FailureSignedOut,
        ErrorCode::SignInFailed => K::FailureSignIn,
        ErrorCode::TooManyAttempts => return too_many_attempts(body.retry_after),
        ErrorCode::Forbidden => K::FailureForbidden,
        ErrorCode::CrossSite => K::FailureCrossSite,
        ErrorCode::NotFound => K::FailureNotFound,
        ErrorCode::Invalid => K::FailureInvalid,
        ErrorCode::TooLarge => K::FailureTooLarge,
        ErrorCode::Stale => K::FailureStale,
        ErrorCode::Blocked => K::FailureBlocked,
        ErrorCode::AssignmentRefused => K::FailureAssignment,
        ErrorCode::Yourself => K::FailureYourself,
        ErrorCode::ImportRunning => K::FailureImportRunning,
        ErrorCode::ImportHasErrors => K::FailureImportErrors,
        ErrorCode::ImportNotReady => K::FailureImportNotReady,
        ErrorCode::InstallationSet => K::FailureInstallationSet,
        ErrorCode::InstallationMissing => K::FailureInstallationMissing,
        ErrorCode::DatabaseUnavailable => K::FailureDatabase,
        ErrorCode::License(code) => super::verify::sentences(*code),
        ErrorCode::LicenseServer(outcome) => super::check::sentences(*outcome),
        ErrorCode::Internal | ErrorCode::ActedHere | ErrorCode::Unknown => {
            return garbled(&body.request_id);
        }
    };
    now(key).to_owned()
}

/// Signing in was tried too often: when to try again.
pub(crate) fn too_many_attempts(seconds: Option<u64>) -> String {
    let seconds = i64::try_from(seconds.unwrap_or_default()).unwrap_or(i64::MAX);
    let wait = match seconds {
        ..=0 => return now(K::FailureTooManyAttempts).to_owned(),
        1..=90 => tn(N::Seconds, seconds, &[]),
        _ => tn(N::Minutes, seconds.saturating_add(59) / 60, &[]),
    };
    fill(K::FailureTooManyAttemptsWait, &[("wait", &wait)])
}

fn garbled(request_id: &str) -> String {
    fill(K::FailureGarbled, &[("id", request_id)])
}
