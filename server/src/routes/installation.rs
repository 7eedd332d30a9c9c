//! Serial number and company. What happens is in [`crate::registration`].

use licensing::license::Installation;
use licensing::wire::{Done, Loaded, SetInstallation, paths};

use super::licenses::licenses;
use super::{Routes, Who};
use crate::error::Error;
use crate::extract::Json;
use crate::{Admin, State, registration};

/// Its routes.
pub(super) fn routes() -> Routes {
    let who = Who::Administrator;
    Routes::default()
        .put(paths::INSTALLATION, who, set_installation)
        .post(paths::CHANGE_SERIAL_NUMBER, who, change_serial_number)
}

async fn set_installation(
    Admin(session): Admin,
    state: State,
    Json(set): Json<SetInstallation>,
) -> Result<Json<Done>, Error> {
    registration::set(&state, session.user, &set).await?;
    Ok(Json(Done {}))
}

async fn change_serial_number(
    Admin(session): Admin,
    state: State,
    Json(wanted): Json<Installation>,
) -> Result<Json<Loaded>, Error> {
    let (owner, sequence) = registration::change(&state, session.user, &wanted).await?;
    let licenses = licenses(&state).await?;
    Ok(Json(Loaded {
        owner,
        sequence,
        licenses,
    }))
}
