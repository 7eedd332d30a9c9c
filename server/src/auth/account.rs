//! Accounts of the console: which users may sign in, and with which password.

use licensing::wire::FieldFault;
use serde_json::json;

use super::password::{self, PASSWORD_MAX, PASSWORD_MIN};
use crate::clock::Clock;
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::users::folded;
use crate::db::{Db, sessions, transaction};
use crate::error::Error;

/// Lets a user sign in with this password, in place of any before; their sessions end. Answers the user's id.
///
/// # Errors
/// [`Error::Invalid`] when the password is too short or too long; [`Error::NotFound`] when there is no such user.
pub async fn add(
    db: &Db,
    clock: &Clock,
    user_id: &str,
    password: &str,
    administrator: bool,
) -> Result<i32, Error> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(Error::field("password", FieldFault::Malformed));
    }
    if password.len() > PASSWORD_MAX {
        return Err(Error::field("password", FieldFault::TooLong));
    }
    let user_id_folded = folded(user_id);
    let password = password.to_owned();
    let hash = tokio::task::spawn_blocking(move || password::hash(&password))
        .await
        .map_err(Error::internal)?
        .map_err(|cause| Error::internal(cause.to_string()))?;
    let now = clock.now();
    transaction!(db, tx => {
        let user = sessions::user(tx, &user_id_folded).await?.ok_or(Error::NotFound)?;
        sessions::set_credential(tx, user, &hash, administrator, now).await?;
        let entry = Entry {
            at: now,
            actor: None,
            act: Act::AccountSet,
            owner: None,
            detail: json!({ "administrator": administrator }),
            users: vec![(user, Touched::default())],
        };
        audit::record(tx, &entry).await?;
        Ok(user)
    })
}
