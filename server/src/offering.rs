//! What becomes of a verified newer license: the owner's offer (protocol: "Offers and activation"), from whichever side it
//! came. A file waits for a person; what the license server sends is judged by [`crate::renewal`].

use licensing::envelope::{VerifiedLicense, VerifyCode, VerifyError, compact_of_file};
use licensing::license::{OwnerName, Timestamp};
use licensing::trust::Trust;
use licensing::wire::{Discard, ErrorCode, Event, Origin};
use serde_json::json;

use crate::State;
use crate::activation::{Verdict, end_offer, install, verification};
use crate::db::audit::{self, Act, Entry};
use crate::db::licenses::{By, Stored};
use crate::db::offers::{self, Gone, New};
use crate::db::owners::{self, Owner};
use crate::db::{Tx, installation, transaction};
use crate::error::Error;

/// What became of a verified license.
#[derive(Debug)]
pub(crate) enum Offered {
    /// It is the owner's offer now.
    Now(Stored),
    /// It was the owner's offer already, byte for byte.
    Already,
    /// A newer one waits; this is that one.
    Newer(Stored),
    /// The same sequence waits with other content: alarm.
    Reused,
}

/// Makes a verified license the owner's offer, in the place of an older one. The transaction must have taken the
/// installation and the owner.
///
/// # Errors
/// Those of the database.
pub(crate) async fn offer(
    tx: &mut Tx,
    owner: &Owner,
    new: New<'_>,
    actor: Option<i32>,
) -> Result<Offered, Error> {
    let (license, sha256) = (new.verified.license(), new.verified.sha256());
    if let Some(waiting) = offers::of_owner(tx, owner.id).await? {
        if waiting.sha256 == sha256 {
            return Ok(Offered::Already);
        }
        // Sequences compare within a serial number only.
        if waiting.license.serial_nr == license.serial_nr {
            if waiting.license.sequence == license.sequence {
                alarm(tx, owner, new.verified, actor, new.received_at).await?;
                return Ok(Offered::Reused);
            }
            if waiting.license.sequence > license.sequence {
                return Ok(Offered::Newer(waiting));
            }
        }
        offers::end(tx, &waiting.id, Gone::Discarded).await?;
    }
    offers::insert(tx, owner.id, new).await?;
    owners::move_revision(tx, owner.id).await?;
    let detail = json!({
        "sequence": license.sequence,
        "sha256": sha256,
        "serial_nr": license.serial_nr,
        "company_name": license.company_name,
        "origin": new.origin,
    });
    let entry = Entry {
        at: new.received_at,
        actor,
        act: Act::LicenseOffered,
        owner: Some(&owner.name),
        detail,
        users: Vec::new(),
    };
    audit::record(tx, &entry).await?;
    let offer = offers::of_owner(tx, owner.id).await?;
    offer
        .map(Offered::Now)
        .ok_or_else(|| Error::internal("an offer that was just stored is gone"))
}

/// Writes down that a sequence came a second time with other content.
async fn alarm(
    tx: &mut Tx,
    owner: &Owner,
    verified: &VerifiedLicense,
    actor: Option<i32>,
    at: Timestamp,
) -> Result<(), Error> {
    let detail = json!({
        "sequence": verified.license().sequence,
        "sha256": verified.sha256(),
        "serial_nr": verified.license().serial_nr,
    });
    record_alarm(tx, Some(&owner.name), detail, actor, at).await
}

/// Writes down a refused license that says: a sequence came a second time with other content.
///
/// # Errors
/// Those of the database.
pub(crate) async fn alarm_if_reused(
    tx: &mut Tx,
    refused: &VerifyError,
    compact: &str,
    owner: Option<&OwnerName>,
    actor: Option<i32>,
    at: Timestamp,
) -> Result<(), Error> {
    if refused.code != VerifyCode::SequenceReused {
        return Ok(());
    }
    let sha256 = licensing::envelope::sha256(compact);
    let detail = json!({ "sha256": sha256, "found": refused.detail });
    record_alarm(tx, owner, detail, actor, at).await
}

async fn record_alarm(
    tx: &mut Tx,
    owner: Option<&OwnerName>,
    detail: serde_json::Value,
    actor: Option<i32>,
    at: Timestamp,
) -> Result<(), Error> {
    tracing::error!(?owner, %detail, "a sequence came a second time with other content");
    let entry = Entry {
        at,
        actor,
        act: Act::SequenceReused,
        owner,
        detail,
        users: Vec::new(),
    };
    audit::record(tx, &entry).await
}

/// Makes the license of a file the owner's offer; answers whose and which. It waits for a person.
///
/// # Errors
/// Why the file is refused; those of the database.
pub(crate) async fn load_file(
    state: &State,
    user: i32,
    file: &[u8],
) -> Result<(OwnerName, u64), Error> {
    let compact = compact_of_file(file).map_err(refused)?;
    let now = state.clock.now();
    let trust = state.trust.now();
    let (owner, sequence) = transaction!(&state.db, tx => {
        file_arrives(tx, &trust, user, &compact, now).await
    })?
    .map_err(refused)?;
    state.events.send(Event::Licenses(Some(owner.clone())));
    Ok((owner, sequence))
}

/// A refusal is an answer here, not a failure: the alarm that may go with it is to be committed.
async fn file_arrives(
    tx: &mut Tx,
    trust: &Trust,
    user: i32,
    compact: &str,
    now: Timestamp,
) -> Result<Result<(OwnerName, u64), VerifyError>, Error> {
    let present = installation::take(tx)
        .await?
        .ok_or_else(|| Error::refused(ErrorCode::InstallationMissing))?;
    let verified = match verification::of_new(tx, trust, None, &present, compact, now).await? {
        Ok(verified) => verified,
        Err(refused) => {
            alarm_if_reused(tx, &refused, compact, None, Some(user), now).await?;
            return Ok(Err(refused));
        }
    };
    let owner = known(tx, &verified.license().owner_name).await?;
    let sequence = verified.license().sequence;
    let new = New {
        verified: &verified,
        origin: Origin::File,
        changes_installation: false,
        received_at: now,
    };
    let refused = |code, waits: u64| VerifyError {
        code,
        detail: format!("sequence {sequence}, while {waits} waits"),
    };
    Ok(match offer(tx, &owner, new, Some(user)).await? {
        Offered::Now(_) | Offered::Already => Ok((owner.name, sequence)),
        Offered::Newer(waiting) => {
            Err(refused(VerifyCode::SequenceOlder, waiting.license.sequence))
        }
        Offered::Reused => Err(refused(VerifyCode::SequenceReused, sequence)),
    })
}

/// Takes the row of an owner, who may be new here.
///
/// # Errors
/// Those of the database.
pub(crate) async fn known(tx: &mut Tx, name: &OwnerName) -> Result<Owner, Error> {
    owners::ensure(tx, name).await?;
    owners::take(tx, name).await?.ok_or(Error::NotFound)
}

pub(crate) fn refused(refused: VerifyError) -> Error {
    Error::refused_because(ErrorCode::License(refused.code), refused)
}

/// Discards the offer that an administrator saw. What the license server offers is its own to withdraw.
///
/// # Errors
/// [`Error::Stale`] when it is not that offer any more.
pub(crate) async fn discard(
    state: &State,
    user: i32,
    owner: &OwnerName,
    seen: &Discard,
) -> Result<(), Error> {
    let now = state.clock.now();
    transaction!(&state.db, tx => {
        let owner = owners::take(tx, owner).await?.ok_or(Error::NotFound)?;
        let offer = offers::of_owner(tx, owner.id).await?;
        let offer = offer
            .filter(|offer| {
                owner.revision == seen.revision && offer.license.sequence == seen.sequence
            })
            .ok_or_else(|| Error::Stale(Vec::new()))?;
        if offer.origin == Origin::LicenseServer {
            return Err(Error::NotFound);
        }
        end_offer(tx, &owner, &offer, Gone::Discarded, Some(user), now).await
    })?;
    state.events.send(Event::Licenses(Some(owner.clone())));
    Ok(())
}

/// Puts the license of a file in force while an empty console is filled, as of the moment when it was installed elsewhere.
/// Answers whose it is.
///
/// # Errors
/// Why the file is refused, or that it cannot come into force; those of the database.
pub(crate) async fn seed(
    state: &State,
    tx: &mut Tx,
    file: &[u8],
    at: Timestamp,
) -> Result<Owner, Error> {
    let compact = compact_of_file(file).map_err(refused)?;
    let trust = state.trust.now();
    let present = installation::take(tx)
        .await?
        .ok_or_else(|| Error::refused(ErrorCode::InstallationMissing))?;
    let verified = verification::of_new(tx, &trust, None, &present, &compact, at)
        .await?
        .map_err(refused)?;
    let owner = known(tx, &verified.license().owner_name).await?;
    let new = New {
        verified: &verified,
        origin: Origin::LicenseServer,
        changes_installation: false,
        received_at: at,
    };
    let Offered::Now(offer) = offer(tx, &owner, new, None).await? else {
        return Err(Error::Stale(Vec::new()));
    };
    match install(tx, &state.clock, &owner, &offer, &verified, By::Seeding, at).await? {
        Verdict::InForce => Ok(owner),
        Verdict::Waits(_) => Err(Error::refused(ErrorCode::Blocked)),
    }
}
