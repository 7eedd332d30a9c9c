//! Who did what, and when: one entry per act, written in the transaction of the act, never changed again.
//!
//! To add an act: a variant here, then [`record`] in its transaction.

mod touched;

use licensing::license::{OwnerName, Timestamp};
use serde_json::Value;
use sqlx::QueryBuilder;
use sqlx::types::Json;

use super::{Tx, id, on_tx};
use crate::error::Error;

pub use touched::{Field, Freeing, Touched, freeings, touched};

/// Rows of one statement: far below the 32,766 values that SQLite allows.
const CHUNK_ROWS: usize = 1_000;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Serial number and company were set on an empty console.
    InstallationSet,
    /// Serial number and company changed.
    InstallationChanged,
    /// A verified newer license waits.
    LicenseOffered,
    /// A license came into force.
    LicenseActivated,
    /// The license server took its offer back, or it is trusted no more.
    OfferWithdrawn,
    /// An administrator discarded an offer.
    OfferDiscarded,
    /// Alarm: two licenses with the same sequence and other content.
    SequenceReused,
    /// An administrator looked at what was activated by itself.
    ActivationSeen,
    /// Automatic, or ask me.
    ActivationSet,
    /// A user was given a license.
    LicenseAssigned,
    /// A license was freed from users.
    LicensesFreed,
    /// A user's card was saved: licenses, logging in, leaving.
    UserSaved,
    /// A user was added.
    UserAdded,
    /// A user was removed: their licenses, or they themselves.
    UserRemoved,
    /// Many users were changed at once.
    UsersChanged,
    /// Lines of a file made or changed users.
    UsersImported,
    /// What an act had freed was given back.
    LicensesGivenBack,
    /// An empty console was filled from a file.
    Seeded,
    /// Somebody may sign in, or has a new password.
    AccountSet,
}

impl Act {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InstallationSet => "installation_set",
            Self::InstallationChanged => "installation_changed",
            Self::LicenseOffered => "license_offered",
            Self::LicenseActivated => "license_activated",
            Self::OfferWithdrawn => "offer_withdrawn",
            Self::OfferDiscarded => "offer_discarded",
            Self::SequenceReused => "sequence_reused",
            Self::ActivationSeen => "activation_seen",
            Self::ActivationSet => "activation_set",
            Self::LicenseAssigned => "license_assigned",
            Self::LicensesFreed => "licenses_freed",
            Self::UserSaved => "user_saved",
            Self::UserAdded => "user_added",
            Self::UserRemoved => "user_removed",
            Self::UsersChanged => "users_changed",
            Self::UsersImported => "users_imported",
            Self::LicensesGivenBack => "licenses_given_back",
            Self::Seeded => "seeded",
            Self::AccountSet => "account_set",
        }
    }
}

/// One act.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// Whose act; none: the console's own.
    pub actor: Option<i32>,
    /// What was done.
    pub act: Act,
    /// Whose license it was about.
    pub owner: Option<&'a OwnerName>,
    /// What it was about, as it was then: a JSON object.
    pub detail: Value,
    /// Every user whom it touched, with what was done to them.
    pub users: Vec<(i32, Touched)>,
}

/// Writes down an act, in its transaction.
///
/// # Errors
/// Those of the database.
pub async fn record(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), Error> {
    let id = id::new(entry.at);
    let mut detail = entry.detail.clone();
    if let Value::Object(detail) = &mut detail
        && !entry.users.is_empty()
    {
        // For finding it again without going through its users.
        detail.insert("users".to_owned(), entry.users.len().into());
        let freed = serde_json::to_value(touched::freed_seats(&entry.users));
        detail.insert("freed".to_owned(), freed.map_err(Error::internal)?);
    }
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into audit (id, at, actor, act, owner_name, detail) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.as_str())
        .bind(entry.at.0)
        .bind(entry.actor)
        .bind(entry.act.as_str())
        .bind(entry.owner.map(OwnerName::as_str))
        .bind(Json(&detail))
        .execute(connection)
        .await
        .map(drop)
    })?;
    for users in entry.users.chunks(CHUNK_ROWS) {
        on_tx!(tx, connection => {
            let mut query = QueryBuilder::new("insert into audit_user (audit_id, user_id, detail) ");
            query.push_values(users, |mut row, (user, touched)| {
                row.push_bind(id.as_str()).push_bind(*user).push_bind(Json(touched));
            });
            query.build().execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}
