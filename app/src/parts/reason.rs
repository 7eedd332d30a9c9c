//! Why somebody's seat could be freed, in words.

use licensing::assignment::Reason;

use crate::text::{K, N, now, tn};
use crate::ui::el::El;
use crate::ui::notice::{Tone, tag};

/// Days of a month, for "8 months without sign-in".
const MONTH_DAYS: i64 = 30;

/// A reason.
pub(crate) fn why(reason: Reason) -> El {
    let days = |days: i64| match days / MONTH_DAYS {
        months @ 2.. => tn(N::ReasonMonths, months, &[]),
        _ => tn(N::ReasonDays, days, &[]),
    };
    match reason {
        Reason::CannotLogIn => tag(Tone::Amber, now(K::ReasonCannotLogIn)),
        Reason::FormerEmployee => tag(Tone::Amber, now(K::ReasonFormerEmployee)),
        Reason::NeverSignedIn => tag(Tone::Info, now(K::ReasonNever)),
        Reason::DaysWithoutSignIn(since) => tag(Tone::Info, days(since)),
        Reason::Contained => tag(Tone::Info, now(K::ReasonContained)),
        Reason::WaitingForApproval => tag(Tone::Info, now(K::ReasonWaiting)),
    }
}
