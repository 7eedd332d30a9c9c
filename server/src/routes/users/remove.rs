//! "Remove User", by rising impact: their licenses, that they work here, the user, and all that is known of them. One act, one
//! transaction, one entry in the trail.

use std::collections::BTreeSet;

use licensing::assignment::Access;
use licensing::wire::{Done, ErrorCode, Event, Problem, Removal, RemoveUser};
use serde_json::json;

use super::not_given;
use super::save::{may_set, of_owners};
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::{assignments, transaction, users};
use crate::error::Error;
use crate::extract::{Json, Path};
use crate::{Admin, State};

pub(super) async fn remove(
    Admin(session): Admin,
    state: State,
    Path(user): Path<i32>,
    Json(RemoveUser { revision, how }): Json<RemoveUser>,
) -> Result<Json<Done>, Error> {
    let now = state.clock.now();
    transaction!(&state.db, tx => {
        let known = users::one(tx, user).await?.ok_or(Error::NotFound)?;
        let mut taken = assignments::take_users(tx, &[user]).await?;
        let who = taken.remove(&user).ok_or(Error::NotFound)?;
        if who.revision != revision {
            return Err(Error::Stale(vec![Problem::UserChanged { user, name: who.full_name }]));
        }
        if how != Removal::Licenses {
            may_set(tx, session.user, |other| other == user).await?;
        }
        let mut touched = Touched::default();
        for owner in of_owners(tx, user, &BTreeSet::new()).await? {
            let name = &owner.sold.license.owner_name;
            touched.licenses(name, owner.group.assignments(), &BTreeSet::new());
            let step = owner.group.to(BTreeSet::new());
            assignments::write(tx, &owner.sold, &[step], now).await.map_err(not_given)?;
        }
        let left = Access { can_log_in: false, former_employee: true };
        let mut detail = json!({ "how": how });
        match how {
            Removal::Licenses => {}
            Removal::FormerEmployee => {
                touched.access(who.access, left);
                users::set_access(tx, &[user], left).await?;
            }
            Removal::Associate | Removal::AssociateAndContact => {
                if !users::remove(tx, user).await? {
                    return Err(Error::refused(ErrorCode::ActedHere));
                }
            }
        }
        if how == Removal::Associate {
            detail["user_id"] = known.profile.user_id.into();
            detail["full_name"] = known.profile.full_name.into();
        }
        audit::record(tx, &Entry {
            at: now,
            actor: Some(session.user),
            act: Act::UserRemoved,
            owner: None,
            detail,
            users: vec![(user, touched)],
        }).await
    })?;
    state.events.send(Event::Users);
    state.events.send(Event::Licenses(None));
    Ok(Json(Done {}))
}
