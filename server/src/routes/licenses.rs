//! Licenses: how things stand, activating, loading from a file, asking the license server. What happens is in
//! [`crate::activation`], [`crate::offering`] and [`crate::renewal`].

mod standings;
mod view;

use licensing::envelope::VerifyCode;
use licensing::license::OwnerName;
use licensing::wire::{
    Activate, Activated, Checked, Discard, Done, ErrorCode, Event, Licenses, Loaded, Seen,
    SetActivation, paths,
};
use serde_json::json;

pub(crate) use standings::standings;
pub(crate) use view::licenses;

use super::{Routes, Who};
use crate::db::audit::{self, Act, Entry};
use crate::db::{licenses as stored, owners, transaction};
use crate::error::Error;
use crate::extract::{Body, Json, Path};
use crate::{Admin, State, activation, offering, renewal};

/// Its routes.
pub(super) fn routes() -> Routes {
    let who = Who::Administrator;
    Routes::default()
        .get(paths::LICENSES, who, all)
        .post(paths::ACTIVATE, who, activate)
        .post(paths::LOAD_FILE, who, load_file)
        .post(paths::CHECK, who, check)
        .delete(paths::OFFER, who, discard)
        .post(paths::SEEN, who, seen)
        .put(paths::ACTIVATION, who, set_activation)
}

async fn all(_: Admin, state: State) -> Result<Json<Licenses>, Error> {
    Ok(Json(licenses(&state).await?))
}

async fn activate(
    Admin(session): Admin,
    state: State,
    Json(seen): Json<Activate>,
) -> Result<Json<Activated>, Error> {
    if activation::activate(&state, session.user, &seen).await? {
        renewal::check_all_soon(&state);
    }
    let licenses = licenses(&state).await?;
    Ok(Json(Activated { licenses }))
}

async fn load_file(
    Admin(session): Admin,
    state: State,
    file: Result<Body, Error>,
) -> Result<Json<Loaded>, Error> {
    let Body(file) = file.map_err(|error| match error.code() {
        ErrorCode::TooLarge => Error::refused(ErrorCode::License(VerifyCode::TooLarge)),
        _ => error,
    })?;
    let (owner, sequence) = offering::load_file(&state, session.user, &file).await?;
    let licenses = licenses(&state).await?;
    Ok(Json(Loaded {
        owner,
        sequence,
        licenses,
    }))
}

async fn check(
    _: Admin,
    state: State,
    Path(owner): Path<OwnerName>,
) -> Result<Json<Checked>, Error> {
    let result = renewal::check(&state, &owner).await?;
    let licenses = licenses(&state).await?;
    Ok(Json(Checked { result, licenses }))
}

async fn discard(
    Admin(session): Admin,
    state: State,
    Path(owner): Path<OwnerName>,
    Json(seen): Json<Discard>,
) -> Result<Json<Done>, Error> {
    offering::discard(&state, session.user, &owner, &seen).await?;
    // What the license server offers may have waited behind it.
    renewal::check_soon(&state, &owner);
    Ok(Json(Done {}))
}

async fn seen(
    Admin(session): Admin,
    state: State,
    Path(owner): Path<OwnerName>,
    Json(seen): Json<Seen>,
) -> Result<Json<Done>, Error> {
    let now = state.clock.now();
    let news = transaction!(&state.db, tx => {
        let owner = owners::take(tx, &owner).await?.ok_or(Error::NotFound)?;
        let news = stored::mark_seen(tx, owner.id, seen.sequence, now).await?;
        if news {
            let entry = Entry {
                at: now,
                actor: Some(session.user),
                act: Act::ActivationSeen,
                owner: Some(&owner.name),
                detail: json!({ "sequence": seen.sequence }),
                users: Vec::new(),
            };
            audit::record(tx, &entry).await?;
        }
        Ok(news)
    })?;
    if news {
        state.events.send(Event::Licenses(Some(owner)));
    }
    Ok(Json(Done {}))
}

async fn set_activation(
    Admin(session): Admin,
    state: State,
    Path(owner): Path<OwnerName>,
    Json(set): Json<SetActivation>,
) -> Result<Json<Done>, Error> {
    let now = state.clock.now();
    let changed = transaction!(&state.db, tx => {
        let owner = owners::take(tx, &owner).await?.ok_or(Error::NotFound)?;
        if owner.activation == set.activation {
            return Ok(false);
        }
        owners::set_activation(tx, owner.id, set.activation).await?;
        let entry = Entry {
            at: now,
            actor: Some(session.user),
            act: Act::ActivationSet,
            owner: Some(&owner.name),
            detail: json!({ "activation": set.activation }),
            users: Vec::new(),
        };
        audit::record(tx, &entry).await?;
        Ok(true)
    })?;
    if changed {
        state.events.send(Event::Licenses(Some(owner)));
    }
    Ok(Json(Done {}))
}
