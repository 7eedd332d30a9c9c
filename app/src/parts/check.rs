//! What came of asking a license server, in words: cause, effect, next step.

use licensing::wire::CheckOutcome;

use super::verify;
use crate::text::K;

/// The sentences of an outcome.
pub(crate) fn sentences(outcome: CheckOutcome) -> K {
    match outcome {
        CheckOutcome::UpToDate => K::CheckUpToDate,
        CheckOutcome::Offered => K::CheckOffered,
        CheckOutcome::Activated => K::CheckActivated,
        CheckOutcome::Behind => K::CheckBehind,
        CheckOutcome::UnknownSerial => K::CheckUnknownSerial,
        CheckOutcome::Withdrawn => K::CheckWithdrawn,
        CheckOutcome::Busy => K::CheckBusy,
        CheckOutcome::Unreachable => K::CheckUnreachable,
        CheckOutcome::TimedOut => K::CheckTimedOut,
        CheckOutcome::Redirected => K::CheckRedirected,
        CheckOutcome::AnswerTooLarge => K::CheckAnswerTooLarge,
        CheckOutcome::AnswerUnexpected => K::CheckAnswerUnexpected,
        CheckOutcome::Refused(code) => verify::sentences(code),
        CheckOutcome::NoAddress => K::CheckNoAddress,
    }
}

/// Whether it brought an answer that makes sense.
pub(crate) fn went_well(outcome: CheckOutcome) -> bool {
    matches!(
        outcome,
        CheckOutcome::UpToDate | CheckOutcome::Offered | CheckOutcome::Activated
    )
}
