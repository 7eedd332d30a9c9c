//! Adding a user. What they may hold and whether they may log in is said on their card, which opens next.

use licensing::assignment;
use licensing::license::{License, UserType};
use licensing::user_id;
use licensing::wire::{
    Event, FieldFault, NewUser, Problem, SuggestUserId, SuggestedUserId, USER_TEXT_MAX, UserCard,
};
use serde_json::json;

use super::{card, refused};
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::users::{self, Profile, folded};
use crate::db::{Tx, licenses, owners, transaction, view};
use crate::error::Error;
use crate::extract::{Json, Query};
use crate::{Admin, State};

pub(super) async fn add(
    Admin(session): Admin,
    state: State,
    Json(new): Json<NewUser>,
) -> Result<Json<UserCard>, Error> {
    let profile = profile(new)?;
    let now = state.clock.now();
    let card = transaction!(&state.db, tx => {
        let license = superoffice(tx).await?;
        assignment::may_add(license.as_ref(), profile.user_type).map_err(|refusal| refused([refusal]))?;
        let user_id = folded(&profile.user_id);
        if users::by_user_ids(tx, &[user_id]).await?.pop().is_some() {
            return Err(Error::field("user_id", FieldFault::Taken));
        }
        let ids = users::insert(tx, &[&profile]).await?;
        let user = *ids.first().ok_or(Error::NotFound)?;
        audit::record(tx, &Entry {
            at: now,
            actor: Some(session.user),
            act: Act::UserAdded,
            owner: None,
            detail: json!({ "user_id": profile.user_id }),
            users: vec![(user, Touched::default())],
        }).await?;
        card(tx, user).await
    })?;
    state.events.send(Event::Users);
    Ok(Json(card))
}

/// What is known of somebody new. A person has a name, a group and a role; nobody can log in before they hold something.
fn profile(new: NewUser) -> Result<Profile, Error> {
    let is_person = !matches!(
        new.user_type,
        UserType::SystemAssociate | UserType::AnonymousAssociate
    );
    let first_name = if is_person {
        new.first_name
    } else {
        String::new()
    };
    let mut problems = Vec::new();
    let mut checked = |field: &str, text: String, needed: bool| {
        let text = text.trim().to_owned();
        let fault = if needed && text.is_empty() {
            Some(FieldFault::Missing)
        } else if text.chars().count() > USER_TEXT_MAX {
            Some(FieldFault::TooLong)
        } else if text.chars().any(char::is_control) {
            Some(FieldFault::Malformed)
        } else {
            None
        };
        problems.extend(fault.map(|fault| Problem::Field {
            field: field.to_owned(),
            fault,
        }));
        text
    };
    let user_id = checked("user_id", new.user_id, true);
    let first_name = checked("first_name", first_name, false);
    let last_name = checked("last_name", new.last_name, true);
    let email = checked("email", new.email, false);
    let primary_group = checked("primary_group", new.primary_group, is_person);
    let role = checked("role", new.role, is_person);
    let company = checked("company", new.company, false);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let full_name = format!("{first_name} {last_name}").trim().to_owned();
    if full_name.chars().count() > USER_TEXT_MAX {
        return Err(Error::field("last_name", FieldFault::TooLong));
    }
    Ok(Profile {
        user_id,
        first_name,
        last_name: if is_person { last_name } else { String::new() },
        full_name,
        email,
        user_type: new.user_type,
        primary_group,
        role,
        company,
        can_log_in: false,
        former_employee: false,
        waiting_for_approval: false,
        last_sign_in: None,
    })
}

/// The license of SUPEROFFICE that is in force.
async fn superoffice(tx: &mut Tx) -> Result<Option<License>, Error> {
    let mut owners = owners::all(tx).await?.into_iter();
    match owners.find(|known| known.name.as_str() == owners::MAIN_OWNER) {
        Some(owner) => licenses::in_force(tx, owner.id).await,
        None => Ok(None),
    }
}

/// A user ID that is nobody's yet, for somebody of this name.
pub(super) async fn suggest(
    _: Admin,
    state: State,
    Query(name): Query<SuggestUserId>,
) -> Result<Json<SuggestedUserId>, Error> {
    let (first, last) = (name.first_name, name.last_name);
    if first.chars().count().max(last.chars().count()) > USER_TEXT_MAX {
        return Err(Error::field("first_name", FieldFault::TooLong));
    }
    let beginning = user_id::suggest(&first, &last, |_| false);
    let user_id = if beginning.is_empty() {
        beginning
    } else {
        view!(&state.db, tx => {
            let taken = users::user_ids_from(tx, &folded(&beginning)).await?;
            Ok(user_id::suggest(&first, &last, |id| taken.contains(&folded(id))))
        })?
    };
    Ok(Json(SuggestedUserId { user_id }))
}
