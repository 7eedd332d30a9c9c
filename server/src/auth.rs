//! Who is asking: sessions, and the cookie that carries their token.
//!
//! A handler takes [`Admin`] or [`SignedIn`] as its first argument; without one a route is public. A session is a random
//! token in a cookie; the database knows only its hash. Passwords are [`password`]'s, guessing is [`attempts`]'.

pub mod account;
pub mod attempts;
pub mod password;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use licensing::license::{DAY_MS, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::State;
use crate::db::sessions;
pub(crate) use crate::db::sessions::Since;
pub use crate::db::sessions::{SESSIONS_MAX, Session};
use crate::error::Error;

/// A session ends after so many milliseconds without a request (12 hours).
pub const SESSION_IDLE_MS: i64 = DAY_MS / 2;
/// A session ends after so many milliseconds, used or not (7 days).
pub const SESSION_LIFETIME_MS: i64 = 7 * DAY_MS;
/// That a session is used is written down at most every so many milliseconds (1 minute).
const SEEN_EVERY_MS: i64 = 60 * 1000;
/// Bytes of a token.
const TOKEN_BYTES: usize = 32;

/// Anyone who is signed in; else 401.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Session);

/// An administrator; 401 without a session, else 403.
#[derive(Clone, Debug)]
pub struct Admin(pub Session);

impl FromRequestParts<State> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let jar = CookieJar::from_headers(&parts.headers);
        let hash = token_sha256(state, &jar).ok_or(Error::Unauthenticated)?;
        let session = session(state, &hash).await?;
        let now = state.clock.now();
        if now.0 - session.last_seen_at.0 >= SEEN_EVERY_MS {
            sessions::seen(&state.db, &hash, now).await?;
        }
        Ok(Self(session))
    }
}

impl FromRequestParts<State> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let SignedIn(session) = SignedIn::from_request_parts(parts, state).await?;
        if session.administrator {
            Ok(Self(session))
        } else {
            Err(Error::Forbidden)
        }
    }
}

/// The session of this token's hash, if it has not ended.
pub(crate) async fn session(state: &State, token_sha256: &str) -> Result<Session, Error> {
    let since = Since::of(state.clock.now());
    sessions::find(&state.db, token_sha256, since)
        .await?
        .ok_or(Error::Unauthenticated)
}

impl Since {
    pub(crate) fn of(now: Timestamp) -> Self {
        Self {
            seen: now.plus_ms(-SESSION_IDLE_MS),
            created: now.plus_ms(-SESSION_LIFETIME_MS),
        }
    }
}

/// A session that has just begun.
#[derive(Debug)]
pub struct Begun {
    /// For the browser.
    pub cookie: Cookie<'static>,
    /// Hash of its token.
    pub token_sha256: String,
}

/// Begins a session of this user. The one whose token has the hash `old` ends.
///
/// # Errors
/// Those of the database.
pub async fn begin(state: &State, user: i32, old: Option<&str>) -> Result<Begun, Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let now = state.clock.now();
    let token_sha256 = sha256(&token);
    sessions::begin(&state.db, user, &token_sha256, old, now).await?;
    Ok(Begun {
        cookie: cookie(state, token),
        token_sha256,
    })
}

/// Removes the sessions that have ended; answers how many.
///
/// # Errors
/// Those of the database.
pub async fn sweep(state: &State) -> Result<u64, Error> {
    sessions::sweep(&state.db, Since::of(state.clock.now())).await
}

/// Hash of the token that the browser sent.
pub(crate) fn token_sha256(state: &State, jar: &CookieJar) -> Option<String> {
    jar.get(cookie_name(state))
        .map(|cookie| sha256(cookie.value()))
}

/// The cookie that takes the session's away.
pub(crate) fn ended(state: &State) -> Cookie<'static> {
    let mut cookie = cookie(state, String::new());
    cookie.make_removal();
    cookie
}

fn cookie(state: &State, token: String) -> Cookie<'static> {
    Cookie::build((cookie_name(state), token))
        .path("/")
        .http_only(true)
        // The client asks for everything from its own pages, so that a link from elsewhere needs no cookie.
        .same_site(SameSite::Strict)
        .secure(state.config.secure_cookie())
        .build()
}

/// `__Host-`: the browser takes it only over HTTPS, from this very host, for all paths.
fn cookie_name(state: &State) -> &'static str {
    if state.config.secure_cookie() {
        "__Host-zetel_session"
    } else {
        "zetel_session"
    }
}

/// The hash of a text, hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
