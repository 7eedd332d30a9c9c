//! Keeps licenses up to date: asks the license servers when it is time or when somebody wants to know, and activates by
//! itself what nothing blocks. One question per owner at a time: whoever else wants to know joins it.

mod flights;
mod schedule;
mod settle;

use std::time::Duration;

use licensing::license::{Installation, OwnerName};
use licensing::wire::{CheckOutcome, CheckResult, ErrorCode, Event};
use tokio::task::JoinSet;

pub use flights::Flights;

use self::settle::{Asked, settle};
use crate::State;
use crate::activation::verification;
use crate::db::owners::Owner;
use crate::db::{Tx, installation, licenses, offers, owners, transaction, view};
use crate::error::{Error, chain};
use crate::retrieval::{Address, Failed};

/// How often a question is put anew because serial number or company changed while it was asked.
const QUESTIONS_MAX: u32 = 3;
/// Shortest sleep before looking again what is due.
const SLEEP_MIN: Duration = Duration::from_secs(1);
/// Longest sleep before looking again what is due.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// Most license servers that are asked at once by the schedule.
const AT_ONCE_MAX: usize = 8;

/// Asks an owner's license server now, or joins a question that is under way.
///
/// # Errors
/// [`Error::NotFound`], that serial number and company are to be set first, or those of the database.
pub(crate) async fn check(state: &State, owner: &OwnerName) -> Result<CheckResult, Error> {
    view!(&state.db, tx => {
        owners::one(tx, owner).await?.ok_or(Error::NotFound)?;
        let set = installation::get(tx).await?;
        set.ok_or_else(|| Error::refused(ErrorCode::InstallationMissing))
    })?;
    let asking = {
        let (state, owner) = (state.clone(), owner.clone());
        async move {
            // The question is under way: open browsers say so.
            state.events.send(Event::Licenses(Some(owner.clone())));
            let answer = ask(&state, &owner).await;
            if let Err(error) = &answer {
                tracing::error!(%owner, error = chain(error), "asking failed");
            }
            answer.map_err(|error| error.code())
        }
    };
    let over = {
        let (events, owner) = (state.events.clone(), owner.clone());
        move || events.send(Event::Licenses(Some(owner)))
    };
    let flight = state.flights.join(owner, asking, over);
    flight.await.map_err(|code| match code {
        ErrorCode::DatabaseUnavailable => Error::Unavailable("the question was not settled".into()),
        ErrorCode::NotFound => Error::NotFound,
        ErrorCode::InstallationMissing => Error::refused(code),
        _ => Error::internal("the question was not settled"),
    })
}

/// Asks, and settles what came of it.
async fn ask(state: &State, name: &OwnerName) -> Result<CheckResult, Error> {
    for _ in 0..QUESTIONS_MAX {
        let question = view!(&state.db, tx => question(state, tx, name).await)?;
        let answer = match &question.server {
            Ok(server) => {
                let installation = &question.installation;
                state
                    .servers
                    .license(server, installation, question.held)
                    .await
            }
            Err(failed) => Err(failed.clone()),
        };
        let trust = state.trust.now();
        let asked = Asked {
            owner: name,
            installation: &question.installation,
            held: question.held,
            answer: &answer,
            at: state.clock.now(),
            jitter: getrandom::u64().map_err(|error| Error::internal(error.to_string()))?,
        };
        let settled = transaction!(&state.db, tx => {
            settle(tx, &trust, &state.clock, &asked).await
        })?;
        if let Some(result) = settled {
            let CheckResult { outcome, detail } = &result;
            tracing::info!(owner = %name, ?outcome, detail, "asked the license server");
            if *outcome == CheckOutcome::Activated {
                state.events.send(Event::Users);
            }
            return Ok(result);
        }
    }
    Err(Error::Unavailable(
        "serial number and company keep changing".into(),
    ))
}

/// What to ask, and whom.
struct Question {
    installation: Installation,
    server: Result<Address, Failed>,
    held: Option<u64>,
}

async fn question(state: &State, tx: &mut Tx, name: &OwnerName) -> Result<Question, Error> {
    let installation = installation::get(tx)
        .await?
        .ok_or_else(|| Error::refused(ErrorCode::InstallationMissing))?;
    let owner = owners::one(tx, name).await?.ok_or(Error::NotFound)?;
    let stored = [
        licenses::installed(tx, owner.id).await?,
        offers::of_owner(tx, owner.id).await?,
    ];
    let held = stored
        .iter()
        .flatten()
        .filter(|stored| installation.is_for(&stored.license))
        .map(|stored| stored.license.sequence)
        .max();
    let server = server(state, tx, &owner).await?;
    Ok(Question {
        installation,
        server,
        held,
    })
}

/// The address of an owner's license server: the operator's, else the one of a certificate that is trusted today; never
/// one that only a license names.
///
/// # Errors
/// Those of the database; that there is none is an answer.
pub(crate) async fn server(
    state: &State,
    tx: &mut Tx,
    owner: &Owner,
) -> Result<Result<Address, Failed>, Error> {
    let configured = state.config.owner.get(&owner.name);
    let mut url = configured.and_then(|owner| owner.license_url.clone());
    if url.is_none() {
        let trust = state.trust.now();
        let stored = [
            licenses::installed(tx, owner.id).await?,
            offers::of_owner(tx, owner.id).await?,
        ];
        url = stored
            .iter()
            .flatten()
            .filter_map(|stored| verification::of_stored(stored, &trust, &owner.name).ok())
            .find_map(|verified| verified.certificate().license_url.clone());
    }
    let no_address = |detail: String| Failed {
        outcome: CheckOutcome::NoAddress,
        detail,
        retry: None,
    };
    Ok(match url {
        None => Err(no_address("no address is known".to_owned())),
        Some(url) => Address::parse(&url).map_err(|error| no_address(format!("{url}: {error}"))),
    })
}

/// Asks an owner's license server, without waiting for the answer. What comes of it is kept and logged.
pub(crate) fn check_soon(state: &State, owner: &OwnerName) {
    let (state, owner) = (state.clone(), owner.clone());
    tokio::spawn(async move { drop(check(&state, &owner).await) });
}

/// Asks every owner's license server, without waiting for the answers.
pub(crate) fn check_all_soon(state: &State) {
    let state = state.clone();
    tokio::spawn(async move {
        let owners = view!(&state.db, tx => owners::all(tx).await);
        match owners {
            Ok(owners) => check_these(&state, owners).await,
            Err(error) => {
                tracing::error!(error = chain(&error), "nobody was asked");
            }
        }
    });
}

/// Asks some owners' license servers, a few at once.
async fn check_these(state: &State, owners: Vec<Owner>) {
    let mut asking = JoinSet::new();
    for owner in owners {
        if asking.len() >= AT_ONCE_MAX {
            asking.join_next().await;
        }
        let state = state.clone();
        // What came of it is kept and logged.
        asking.spawn(async move { drop(check(&state, &owner.name).await) });
    }
    while asking.join_next().await.is_some() {}
}

/// Makes every configured owner known, so that there is a tab and a row to keep the next question in. Call it before the
/// server answers.
///
/// # Errors
/// Those of the database.
pub async fn prepare(state: &State) -> Result<(), Error> {
    transaction!(&state.db, tx => {
        for owner in state.config.owner.keys() {
            owners::ensure(tx, owner).await?;
        }
        Ok(())
    })
}

/// Asks every license server at the start, and then whenever one is due, until it is dropped. With a clock that stands
/// still nothing is ever due again.
pub async fn run(state: State) {
    let mut at_start = true;
    loop {
        let now = state.clock.now();
        let known = view!(&state.db, tx => {
            let set = installation::get(tx).await?.is_some();
            Ok(if set { owners::all(tx).await? } else { Vec::new() })
        });
        let mut sleep = SLEEP_MAX;
        match known {
            Ok(owners) => {
                let due = |owner: &Owner| {
                    let is_due = owner.check.next_at.is_none_or(|next| next <= now);
                    is_due || (at_start && !asked_for_time(owner))
                };
                let (due, later): (Vec<_>, Vec<_>) = owners.into_iter().partition(due);
                let waits = later.iter().filter_map(|owner| owner.check.next_at);
                if let Some(next) = waits.min() {
                    let ms = u64::try_from(next.0 - now.0).unwrap_or_default();
                    sleep = sleep.min(Duration::from_millis(ms));
                }
                at_start = false;
                check_these(&state, due).await;
            }
            Err(error) => {
                tracing::error!(error = chain(&error), "nobody was asked");
            }
        }
        if state.clock.stands_still() && !at_start {
            return;
        }
        tokio::time::sleep(sleep.max(SLEEP_MIN)).await;
    }
}

/// Whether the license server asked to come back later: a restart is no reason to come back sooner.
fn asked_for_time(owner: &Owner) -> bool {
    let last = owner.check.result.as_ref();
    last.is_some_and(|last| last.outcome == CheckOutcome::Busy)
}
