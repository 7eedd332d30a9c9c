//! Signing in and out, and what anyone may know before.

use axum_extra::extract::CookieJar;
use licensing::wire::{self, About, Done, ErrorCode, FieldFault, SignIn, paths};

use super::licenses::standings;
use super::{Routes, Who};
use crate::State;
use crate::auth::password::PASSWORD_MAX;
use crate::auth::{self, Session, SignedIn};
use crate::db::sessions;
use crate::db::users::folded;
use crate::error::Error;
use crate::extract::Json;
use crate::layers::Client;

/// Longest user ID, in characters.
const USER_ID_MAX: usize = 254;

pub(super) fn routes() -> Routes {
    Routes::default()
        .get(paths::ABOUT, Who::Anyone, about)
        .get(paths::SESSION, Who::SignedIn, session)
        .post(paths::SESSION, Who::Anyone, sign_in)
        .delete(paths::SESSION, Who::Anyone, sign_out)
}

async fn about(state: State) -> Result<Json<About>, Error> {
    Ok(Json(About {
        demo: state.config.demo,
        company_name: sessions::company_name(&state.db).await?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

async fn session(SignedIn(session): SignedIn, state: State) -> Result<Json<wire::Session>, Error> {
    Ok(Json(answer(&state, session).await?))
}

async fn sign_in(
    state: State,
    client: Client,
    jar: CookieJar,
    Json(request): Json<SignIn>,
) -> Result<(CookieJar, Json<wire::Session>), Error> {
    let user_id = folded(text("user_id", &request.user_id, USER_ID_MAX)?.trim());
    let password = text("password", &request.password, PASSWORD_MAX)?.to_owned();
    let attempt = state
        .attempts
        .begin(&user_id, client.address(), state.clock.now())
        .map_err(|seconds| Error::refused_for(ErrorCode::TooManyAttempts, seconds))?;
    let credential = sessions::credential(&state.db, &user_id).await?;
    let hash = credential
        .as_ref()
        .map(|credential| credential.password_hash.clone());
    let verified = state.passwords.verify(password, hash).await?;
    let Some(credential) = credential.filter(|credential| verified && !credential.former_employee)
    else {
        tracing::info!("a sign-in failed");
        return Err(Error::refused(ErrorCode::SignInFailed));
    };
    state.attempts.succeeded(&attempt);
    let old = auth::token_sha256(&state, &jar);
    let begun = auth::begin(&state, credential.user, old.as_deref()).await?;
    if let Some(old) = &old {
        state.events.session_ended(old);
    }
    let session = auth::session(&state, &begun.token_sha256).await?;
    tracing::info!(user = session.user, "signed in");
    Ok((jar.add(begun.cookie), Json(answer(&state, session).await?)))
}

/// Signing out always succeeds: whoever has no session is signed out.
async fn sign_out(state: State, jar: CookieJar) -> Result<(CookieJar, Json<Done>), Error> {
    if let Some(hash) = auth::token_sha256(&state, &jar) {
        sessions::end(&state.db, &hash).await?;
        state.events.session_ended(&hash);
    }
    Ok((jar.add(auth::ended(&state)), Json(Done {})))
}

async fn answer(state: &State, session: Session) -> Result<wire::Session, Error> {
    let now = state.clock.now();
    Ok(wire::Session {
        standings: standings(state, session.administrator, now).await?,
        user: session.user,
        user_id: session.user_id,
        full_name: session.full_name,
        administrator: session.administrator,
        demo: state.config.demo,
        today: state.clock.today(now),
        now,
    })
}

fn text<'a>(field: &str, value: &'a str, max: usize) -> Result<&'a str, Error> {
    if value.trim().is_empty() {
        Err(Error::field(field, FieldFault::Missing))
    } else if value.len() > max {
        Err(Error::field(field, FieldFault::TooLong))
    } else {
        Ok(value)
    }
}
