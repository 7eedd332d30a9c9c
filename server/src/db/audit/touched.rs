//! What an act did to single users, as the trail keeps it; and finding what was freed, to give it back.

use std::collections::BTreeMap;

use licensing::assignment::{Access, Assignments};
use licensing::license::{ModuleName, OwnerName, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Tx, on_tx};
use crate::error::Error;

/// What an act did to one user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Licenses that were given and taken, by owner; an owner of whom nothing changed is not among them.
    pub owners: Vec<OfOwner>,
    /// Whether they work here and may log in, where that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Accesses>,
    /// They are new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub created: bool,
    /// Other things about them that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// Something about a user that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Which column of the users.
    pub field: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// What an act did to the licenses of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfOwner {
    /// Whose.
    pub owner: OwnerName,
    /// What was given.
    pub assigned: Assignments,
    /// What was taken.
    pub freed: Assignments,
}

/// Access before and after an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accesses {
    /// Before.
    pub before: Access,
    /// After.
    pub after: Access,
}

impl Touched {
    /// What becomes of a user's assignments of one owner.
    pub fn licenses(&mut self, owner: &OwnerName, before: &Assignments, after: &Assignments) {
        let (assigned, freed) = (after - before, before - after);
        if !assigned.is_empty() || !freed.is_empty() {
            self.owners.push(OfOwner {
                owner: owner.clone(),
                assigned,
                freed,
            });
        }
    }

    /// What becomes of a user's access.
    pub fn access(&mut self, before: Access, after: Access) {
        self.access = (before != after).then_some(Accesses { before, after });
    }

    /// What was taken of an owner.
    #[must_use]
    pub fn freed(&self, owner: &OwnerName) -> Assignments {
        let of_owner = self.owners.iter().find(|of| of.owner == *owner);
        of_owner.map(|of| of.freed.clone()).unwrap_or_default()
    }
}

/// A license of which an act freed seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreedSeats {
    /// Whose.
    pub owner: OwnerName,
    /// Which.
    pub module: ModuleName,
    /// From so many users.
    pub users: usize,
}

/// Of which licenses these users lost seats, and how many.
pub(super) fn freed_seats(users: &[(i32, Touched)]) -> Vec<FreedSeats> {
    let mut counts: BTreeMap<(&OwnerName, &ModuleName), usize> = BTreeMap::new();
    for of in users.iter().flat_map(|(_, touched)| &touched.owners) {
        for module in &of.freed {
            *counts.entry((&of.owner, module)).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|((owner, module), users)| FreedSeats {
            owner: owner.clone(),
            module: module.clone(),
            users,
        })
        .collect()
}

/// An act that freed seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeing {
    /// Id of the act.
    pub act: String,
    /// When.
    pub at: Timestamp,
    /// Full name of who did it; none: the console itself.
    pub actor: Option<String>,
    /// Of which licenses.
    pub seats: Vec<FreedSeats>,
    /// How many users the act touched.
    pub users: usize,
    /// When it was given back.
    pub given_back: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    at: i64,
    actor: Option<String>,
    detail: Json<Detail>,
}

/// As much of an act's detail as matters here.
#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    freed: Vec<FreedSeats>,
    #[serde(default)]
    users: usize,
    /// The act that was undone.
    of: Option<String>,
}

/// Acts since an instant that freed seats, the latest first; at most so many are looked through.
///
/// # Errors
/// Those of the database.
pub async fn freeings(tx: &mut Tx, since: Timestamp, most: i32) -> Result<Vec<Freeing>, Error> {
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select a.id, a.at, u.full_name as actor, a.detail from audit a left join users u on u.id = a.actor \
             where a.at >= $1 and (a.act = 'licenses_given_back' or a.act in \
               ('licenses_freed', 'user_saved', 'users_changed', 'users_imported') and a.detail ->> 'freed' <> '[]') \
             order by a.at desc, a.id desc limit $2",
        )
        .bind(since.0)
        .bind(most)
        .fetch_all(connection)
        .await
    })?;
    let mut undone = BTreeMap::new();
    for row in &rows {
        if let Some(of) = &row.detail.of {
            undone.insert(of.clone(), Timestamp(row.at));
        }
    }
    let freeing = rows.into_iter().filter(|row| !row.detail.freed.is_empty());
    Ok(freeing
        .map(|row| Freeing {
            given_back: undone.get(&row.id).copied(),
            act: row.id,
            at: Timestamp(row.at),
            actor: row.actor,
            seats: row.detail.0.freed,
            users: row.detail.0.users,
        })
        .collect())
}

/// Whom an act that freed seats touched, by id; none: there is no such act since that instant.
///
/// # Errors
/// Those of the database.
pub async fn touched(
    tx: &mut Tx,
    act: &str,
    since: Timestamp,
) -> Result<Option<BTreeMap<i32, Touched>>, Error> {
    let rows: Vec<(i32, Json<Touched>)> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select w.user_id, w.detail from audit_user w join audit a on a.id = w.audit_id \
             where a.id = $1 and a.at >= $2 \
               and a.act in ('licenses_freed', 'user_saved', 'users_changed', 'users_imported') \
             order by w.user_id",
        )
        .bind(act)
        .bind(since.0)
        .fetch_all(connection)
        .await
    })?;
    let touched = rows
        .into_iter()
        .map(|(user, Json(touched))| (user, touched));
    let touched: BTreeMap<_, _> = touched.collect();
    Ok((!touched.is_empty()).then_some(touched))
}
