//! What an answer of a license server means: for the owner's offer, for what is in force, and for when to ask again. All of
//! it in one transaction; no network here.

use licensing::envelope::VerifyCode;
use licensing::license::{Installation, OwnerName, Timestamp};
use licensing::trust::Trust;
use licensing::wire::{Activation, CheckOutcome, CheckResult, Origin};

use super::schedule;
use crate::activation::{Verdict, end_offer, install, verification};
use crate::clock::Clock;
use crate::db::licenses::{self, By};
use crate::db::offers::{self, Gone, New};
use crate::db::owners::{self, LastCheck, Owner};
use crate::db::{Tx, installation};
use crate::error::Error;
use crate::offering::{Offered, alarm_if_reused, offer};
use crate::retrieval::{Answer, Failed};

/// What was asked, and what came of it.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// Whose license server.
    pub(crate) owner: &'a OwnerName,
    /// For which installation.
    pub(crate) installation: &'a Installation,
    /// The highest sequence that was held.
    pub(crate) held: Option<u64>,
    /// What it answered.
    pub(crate) answer: &'a Result<Answer, Failed>,
    /// When.
    pub(crate) at: Timestamp,
    /// For the wait after a failure: any number.
    pub(crate) jitter: u64,
}

/// Does what follows from an answer, and keeps it. None: serial number or company changed meanwhile, so that the answer
/// is one to a question that nobody asks any more.
///
/// # Errors
/// Those of the database.
pub(crate) async fn settle(
    tx: &mut Tx,
    trust: &Trust,
    clock: &Clock,
    asked: &Asked<'_>,
) -> Result<Option<CheckResult>, Error> {
    if installation::take(tx).await?.as_ref() != Some(asked.installation) {
        return Ok(None);
    }
    let owner = owners::take(tx, asked.owner)
        .await?
        .ok_or(Error::NotFound)?;
    withdraw_distrusted(tx, trust, &owner, asked.at).await?;
    let result = match asked.answer {
        Ok(Answer::License(compact)) => license(tx, trust, clock, &owner, asked, compact).await?,
        Ok(Answer::NothingNewer) if asked.held.is_some() => said(CheckOutcome::UpToDate, ""),
        Ok(Answer::NothingNewer) => said(
            CheckOutcome::AnswerUnexpected,
            "nothing newer, although nothing is held",
        ),
        Ok(Answer::Unknown) => said(CheckOutcome::UnknownSerial, ""),
        Ok(Answer::Withdrawn) => {
            withdraw_servers(tx, &owner, asked.at).await?;
            said(CheckOutcome::Withdrawn, "")
        }
        Err(failed) => said(failed.outcome, &failed.detail),
    };
    keep(tx, clock, &owner, asked, &result).await?;
    Ok(Some(result))
}

/// A license came: it becomes the offer, and is judged once.
async fn license(
    tx: &mut Tx,
    trust: &Trust,
    clock: &Clock,
    owner: &Owner,
    asked: &Asked<'_>,
    compact: &str,
) -> Result<CheckResult, Error> {
    let wanted = asked.installation;
    let new = verification::of_new(tx, trust, Some(&owner.name), wanted, compact, asked.at).await?;
    let verified = match new {
        Ok(verified) => verified,
        Err(refused) => {
            alarm_if_reused(tx, &refused, compact, Some(&owner.name), None, asked.at).await?;
            let outcome = match refused.code {
                // Both are genuine and not newer than what is in force: what the server offered before is no more.
                VerifyCode::AlreadyActive | VerifyCode::SequenceOlder => {
                    withdraw_servers(tx, owner, asked.at).await?;
                    if refused.code == VerifyCode::AlreadyActive {
                        CheckOutcome::UpToDate
                    } else {
                        CheckOutcome::Behind
                    }
                }
                code => CheckOutcome::Refused(code),
            };
            return Ok(said(outcome, &refused.detail));
        }
    };
    if let Some(waiting) = offers::of_owner(tx, owner.id).await?
        && waiting.changes_installation
    {
        return Ok(said(
            CheckOutcome::UpToDate,
            "a change of serial number waits",
        ));
    }
    let judged = licenses::was_offered(tx, owner.id, verified.sha256()).await?;
    let new = New {
        verified: &verified,
        origin: Origin::LicenseServer,
        changes_installation: false,
        received_at: asked.at,
    };
    let mut offered = offer(tx, owner, new, None).await?;
    if let Offered::Newer(waiting) = &offered
        && waiting.origin == Origin::LicenseServer
    {
        end_offer(tx, owner, waiting, Gone::Withdrawn, None, asked.at).await?;
        offered = offer(tx, owner, new, None).await?;
    }
    Ok(match offered {
        Offered::Now(_) if judged || owner.activation == Activation::AskMe => {
            said(CheckOutcome::Offered, "")
        }
        Offered::Now(offer) => {
            match install(tx, clock, owner, &offer, &verified, By::Itself, asked.at).await? {
                Verdict::InForce => said(CheckOutcome::Activated, ""),
                Verdict::Waits(_) => said(CheckOutcome::Offered, ""),
            }
        }
        Offered::Already => said(CheckOutcome::UpToDate, ""),
        Offered::Newer(_) => said(CheckOutcome::UpToDate, "a newer license came from a file"),
        Offered::Reused => said(
            CheckOutcome::Refused(VerifyCode::SequenceReused),
            "the offer has this sequence with other content",
        ),
    })
}

/// Withdraws what the license server itself offered.
async fn withdraw_servers(tx: &mut Tx, owner: &Owner, at: Timestamp) -> Result<(), Error> {
    match offers::of_owner(tx, owner.id).await? {
        Some(offer) if offer.origin == Origin::LicenseServer => {
            end_offer(tx, owner, &offer, Gone::Withdrawn, None, at).await
        }
        _ => Ok(()),
    }
}

/// Withdraws an offer whose root was withdrawn or whose key was denied since it came.
async fn withdraw_distrusted(
    tx: &mut Tx,
    trust: &Trust,
    owner: &Owner,
    at: Timestamp,
) -> Result<(), Error> {
    match offers::of_owner(tx, owner.id).await? {
        Some(offer) if verification::of_stored(&offer, trust, &owner.name).is_err() => {
            end_offer(tx, owner, &offer, Gone::Withdrawn, None, at).await
        }
        _ => Ok(()),
    }
}

/// Keeps what came of it, and when to ask again.
async fn keep(
    tx: &mut Tx,
    clock: &Clock,
    owner: &Owner,
    asked: &Asked<'_>,
    result: &CheckResult,
) -> Result<(), Error> {
    let (failures, next_at) = if schedule::is_failure(result.outcome) {
        let failures = owner.check.failures.saturating_add(1);
        let retry = asked.answer.as_ref().err().and_then(|failed| failed.retry);
        let next = schedule::after_failure(asked.at, failures, retry, asked.jitter);
        (failures, next)
    } else {
        let in_force = licenses::in_force(tx, owner.id).await?;
        let waits = offers::of_owner(tx, owner.id).await?.is_some();
        let day = in_force
            .filter(|license| !waits && asked.installation.is_for(license))
            .and_then(|license| license.next_check_date)
            .map(|date| clock.begin_of(date));
        let who = format!("{} {}", asked.installation.serial_nr, owner.name);
        (0, schedule::after_answer(asked.at, day, &who))
    };
    let check = LastCheck {
        at: Some(asked.at),
        result: Some(result.clone()),
        next_at: Some(next_at),
        failures,
    };
    owners::keep_check(tx, owner.id, &check).await
}

fn said(outcome: CheckOutcome, detail: &str) -> CheckResult {
    CheckResult {
        outcome,
        detail: detail.to_owned(),
    }
}
