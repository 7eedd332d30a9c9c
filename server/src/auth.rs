//! Who is asking: the session behind the cookie.
//!
//! A handler takes [`Admin`] or [`SignedIn`] as its first argument; without it a route is public.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use licensing::license::Timestamp;

use crate::State;
use crate::error::Error;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Id of the user.
    pub user: i32,
    /// User ID.
    pub user_id: String,
    /// Name for people.
    pub full_name: String,
    /// May change things.
    pub administrator: bool,
    /// Hash of the session's token.
    pub token_sha256: String,
    /// When they signed in.
    pub created_at: Timestamp,
}

/// Anyone who is signed in; else 401.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Session);

/// An administrator; 401 without a session, else 403.
#[derive(Clone, Debug)]
pub struct Admin(pub Session);

impl FromRequestParts<State> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let _ = (parts, state);
        Err(Error::Unauthenticated)
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
