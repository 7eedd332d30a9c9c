//! Imports of users. What happens is in [`crate::import`].

use axum::extract::Request;
use licensing::wire::{
    ApplyImport, Done, ErrorCode, IMPORT_MAX, Import, Imports, PreviewImport, UploadQuery, paths,
};

use super::{Routes, Who};
use crate::error::Error;
use crate::extract::{Json, Path, Query};
use crate::{Admin, State, import};

/// Its routes.
pub(super) fn routes() -> Routes {
    let who = Who::Administrator;
    Routes::default()
        .get(paths::IMPORTS, who, all)
        .post(paths::IMPORTS, who, upload)
        .get(paths::IMPORT, who, one)
        .delete(paths::IMPORT, who, remove)
        .post(paths::PREVIEW_IMPORT, who, preview)
        .post(paths::APPLY_IMPORT, who, apply)
        .post(paths::STOP_IMPORT, who, stop)
}

async fn all(Admin(session): Admin, state: State) -> Result<Json<Imports>, Error> {
    let imports = import::of_user(&state, session.user).await?;
    Ok(Json(Imports { imports }))
}

async fn upload(
    Admin(session): Admin,
    state: State,
    Query(UploadQuery { name }): Query<UploadQuery>,
    request: Request,
) -> Result<Json<Import>, Error> {
    let announced = request.headers().get(axum::http::header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<i64>().ok());
    if announced.is_some_and(|length| length > IMPORT_MAX) {
        return Err(Error::refused(ErrorCode::TooLarge));
    }
    let import = import::upload(&state, session.user, &name, request.into_body()).await?;
    Ok(Json(import))
}

async fn one(
    Admin(session): Admin,
    state: State,
    Path(id): Path<String>,
) -> Result<Json<Import>, Error> {
    Ok(Json(import::one(&state, session.user, &id).await?.import))
}

async fn remove(
    Admin(session): Admin,
    state: State,
    Path(id): Path<String>,
) -> Result<Json<Done>, Error> {
    import::remove(&state, session.user, &id).await?;
    Ok(Json(Done {}))
}

async fn preview(
    Admin(session): Admin,
    state: State,
    Path(id): Path<String>,
    Json(asked): Json<PreviewImport>,
) -> Result<Json<Import>, Error> {
    let import = import::preview(&state, session.user, &id, &asked).await?;
    Ok(Json(import))
}

async fn apply(
    Admin(session): Admin,
    state: State,
    Path(id): Path<String>,
    Json(asked): Json<ApplyImport>,
) -> Result<Json<Import>, Error> {
    let import = import::apply(&state, session.user, &id, &asked).await?;
    Ok(Json(import))
}

async fn stop(
    Admin(session): Admin,
    state: State,
    Path(id): Path<String>,
) -> Result<Json<Import>, Error> {
    Ok(Json(import::stop(&state, session.user, &id).await?))
}
