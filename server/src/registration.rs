//! Serial number and company: set, and set right, as long as no license was ever in force; later changed by asking the
//! license server for the license of the new ones, which is an offer like any other.

use licensing::envelope::{VerifyCode, VerifyError};
use licensing::license::{INSTALLATION_TEXT_MAX, Installation, OwnerName, Timestamp};
use licensing::retrieval::Registration;
use licensing::trust::Trust;
use licensing::wire::{
    CheckOutcome, ErrorCode, Event, FieldFault, Origin, Problem, SetInstallation,
};
use serde_json::json;

use crate::State;
use crate::activation::{verification, withdraw_offers};
use crate::db::audit::{self, Act, Entry};
use crate::db::offers::New;
use crate::db::owners::{self, Owner};
use crate::db::{Tx, installation, licenses, transaction, view};
use crate::error::{Error, Refusal};
use crate::offering::{Offered, alarm_if_reused, known, offer};
use crate::renewal;
use crate::retrieval::{Answer, Failed, Retry};

/// The owner whose license server knows about changes of serial number.
const MAIN_OWNER: &str = "SUPEROFFICE";

/// Sets both, or sets them right, as long as no license was ever in force; then the license servers are asked.
///
/// # Errors
/// `Invalid`, `InstallationSet` once a license was in force, or [`Error::Stale`].
pub(crate) async fn set(state: &State, user: i32, set: &SetInstallation) -> Result<(), Error> {
    let wanted = checked(&set.wanted)?;
    let (seen, now) = (set.seen.as_ref(), state.clock.now());
    transaction!(&state.db, tx => set_right(tx, user, seen, &wanted, now).await)?;
    state.events.send(Event::Licenses(None));
    renewal::check_all_soon(state);
    Ok(())
}

async fn set_right(
    tx: &mut Tx,
    user: i32,
    seen: Option<&Installation>,
    wanted: &Installation,
    now: Timestamp,
) -> Result<(), Error> {
    let present = installation::take(tx).await?;
    if licenses::were_ever_in_force(tx).await? {
        return Err(Error::refused(ErrorCode::InstallationSet));
    }
    if present.as_ref() == Some(wanted) {
        return Ok(());
    }
    if present.as_ref() != seen {
        return Err(Error::Stale(Vec::new()));
    }
    let (act, detail) = if present.is_some() {
        installation::change(tx, wanted, now).await?;
        (
            Act::InstallationChanged,
            json!({ "from": present, "to": wanted }),
        )
    } else if installation::set(tx, wanted, now).await? {
        (Act::InstallationSet, json!({ "to": wanted }))
    } else {
        return Err(Error::Stale(Vec::new()));
    };
    let entry = Entry {
        at: now,
        actor: Some(user),
        act,
        owner: None,
        detail,
        users: Vec::new(),
    };
    audit::record(tx, &entry).await?;
    // What waits was issued for what was wrong.
    withdraw_offers(tx, None, Some(user), now).await
}

/// Asks for the license of another serial number and company, which then waits for a person; answers whose and which.
///
/// # Errors
/// `Invalid`, `InstallationMissing`, `InstallationSet` when it is what it is already, or what came of asking.
pub(crate) async fn change(
    state: &State,
    user: i32,
    wanted: &Installation,
) -> Result<(OwnerName, u64), Error> {
    let wanted = checked(wanted)?;
    let (present, owner, server) = view!(&state.db, tx => {
        let present = installation::get(tx)
            .await?
            .ok_or_else(|| Error::refused(ErrorCode::InstallationMissing))?;
        let owner = main_owner(tx).await?;
        let server = match &owner {
            Some(owner) => renewal::server(state, tx, owner).await?,
            None => Err(failed(CheckOutcome::NoAddress, "no owner is known")),
        };
        Ok((present, owner, server))
    })?;
    if present == wanted {
        return Err(Error::refused(ErrorCode::InstallationSet));
    }
    let owner = owner.ok_or(Error::NotFound)?.name;
    let registration = Registration {
        company: wanted.company_name.clone(),
        serial: wanted.serial_nr.clone(),
        from_serial: present.serial_nr.clone(),
    };
    let server = server.map_err(not_asked)?;
    let answer = state.servers.register(&server, &registration).await;
    let compact = match answer.map_err(not_asked)? {
        Answer::License(compact) => compact,
        Answer::Unknown => return Err(not_asked(failed(CheckOutcome::UnknownSerial, ""))),
        Answer::Withdrawn => return Err(not_asked(failed(CheckOutcome::Withdrawn, ""))),
        Answer::NothingNewer => {
            return Err(not_asked(failed(
                CheckOutcome::AnswerUnexpected,
                "status 304",
            )));
        }
    };
    let asked = Asked {
        owner: &owner,
        present: &present,
        wanted: &wanted,
        user,
        at: state.clock.now(),
    };
    let trust = state.trust.now();
    let sequence = transaction!(&state.db, tx => arrives(tx, &trust, &asked, &compact).await)?
        .map_err(|refused| {
            not_asked(failed(CheckOutcome::Refused(refused.code), &refused.detail))
        })?;
    state.events.send(Event::Licenses(Some(owner.clone())));
    Ok((owner, sequence))
}

/// A change that was asked for.
struct Asked<'a> {
    owner: &'a OwnerName,
    present: &'a Installation,
    wanted: &'a Installation,
    user: i32,
    at: Timestamp,
}

/// The license for the wanted installation came. A refusal is an answer here, not a failure: the alarm that may go with it
/// is to be committed.
async fn arrives(
    tx: &mut Tx,
    trust: &Trust,
    asked: &Asked<'_>,
    compact: &str,
) -> Result<Result<u64, VerifyError>, Error> {
    let (owner, user, at) = (asked.owner, Some(asked.user), asked.at);
    if installation::take(tx).await?.as_ref() != Some(asked.present) {
        return Err(Error::Stale(Vec::new()));
    }
    let new = verification::of_new(tx, trust, Some(owner), asked.wanted, compact, at).await?;
    let verified = match new {
        Ok(verified) => verified,
        Err(refused) => {
            alarm_if_reused(tx, &refused, compact, Some(owner), user, at).await?;
            return Ok(Err(refused));
        }
    };
    let owner = known(tx, owner).await?;
    let sequence = verified.license().sequence;
    let new = New {
        verified: &verified,
        origin: Origin::Registration,
        changes_installation: true,
        received_at: at,
    };
    let refused = |code| {
        Err(VerifyError {
            code,
            detail: format!("sequence {sequence}, while a newer one waits"),
        })
    };
    Ok(match offer(tx, &owner, new, user).await? {
        Offered::Now(_) | Offered::Already => Ok(sequence),
        Offered::Newer(_) => refused(VerifyCode::SequenceOlder),
        Offered::Reused => refused(VerifyCode::SequenceReused),
    })
}

/// The main owner; another vendor's console has the one that it knew first.
async fn main_owner(tx: &mut Tx) -> Result<Option<Owner>, Error> {
    let mut owners = owners::all(tx).await?;
    owners.sort_by_key(|owner| owner.name.as_str() != MAIN_OWNER);
    Ok(owners.into_iter().next())
}

/// Both without white space around, if they are good enough.
fn checked(wanted: &Installation) -> Result<Installation, Error> {
    let wanted = Installation {
        serial_nr: wanted.serial_nr.trim().to_owned(),
        company_name: wanted.company_name.trim().to_owned(),
    };
    let serial_nr = &wanted.serial_nr;
    let spaced = serial_nr.chars().any(char::is_whitespace);
    let faults = [
        (
            "serial_nr",
            fault(serial_nr).or(spaced.then_some(FieldFault::Malformed)),
        ),
        ("company_name", fault(&wanted.company_name)),
    ];
    let problems: Vec<Problem> = faults
        .into_iter()
        .filter_map(|(field, fault)| {
            let field = field.to_owned();
            fault.map(|fault| Problem::Field { field, fault })
        })
        .collect();
    if problems.is_empty() {
        Ok(wanted)
    } else {
        Err(Error::Invalid(problems))
    }
}

fn fault(text: &str) -> Option<FieldFault> {
    if text.is_empty() {
        Some(FieldFault::Missing)
    } else if text.chars().count() > INSTALLATION_TEXT_MAX {
        Some(FieldFault::TooLong)
    } else if text.chars().any(char::is_control) {
        Some(FieldFault::Malformed)
    } else {
        None
    }
}

fn failed(outcome: CheckOutcome, detail: &str) -> Failed {
    Failed {
        outcome,
        detail: detail.to_owned(),
        retry: None,
    }
}

/// The license server gave no license for the change.
fn not_asked(failed: Failed) -> Error {
    Error::Refused(Box::new(Refusal {
        code: ErrorCode::LicenseServer(failed.outcome),
        problems: Vec::new(),
        detail: failed.detail,
        retry_after: match failed.retry {
            Some(Retry::After(seconds)) => Some(u64::from(seconds)),
            Some(Retry::At(_)) | None => None,
        },
    }))
}
