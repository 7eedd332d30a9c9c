//! Cells of users that several tables show.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use licensing::license::{Timestamp, UserType};
use licensing::wire::UserRow;

use crate::session::session;
use crate::text::{K, language, now};
use crate::ui::notice::{Tag, Tone};
use crate::ui::time::{Instant, Said};

/// What a row shows, as a key: a row that changed (or changed its language) is made anew, others stay.
pub(super) fn key(row: &UserRow) -> u64 {
    let mut hasher = DefaultHasher::new();
    language().tag.hash(&mut hasher);
    row.user.hash(&mut hasher);
    row.user_id.hash(&mut hasher);
    row.full_name.hash(&mut hasher);
    row.primary_group.hash(&mut hasher);
    row.user_plans.hash(&mut hasher);
    (row.can_log_in, row.former_employee, row.last_sign_in).hash(&mut hasher);
    hasher.finish()
}

/// When somebody last signed in; never is said as such.
pub(super) fn last_sign_in(at: Option<Timestamp>) -> AnyView {
    let session = session();
    match at {
        None => view! { <Tag tone=Tone::Amber word=K::Never /> }.into_any(),
        Some(at) => {
            let clock = Signal::derive(move || session.now());
            view! { <Instant at=at.0 now=clock said=Said::Moment /> }.into_any()
        }
    }
}

/// Yes, or a quiet no.
pub(super) fn can_log_in(yes: bool) -> impl IntoView {
    let (class, word) = if yes { ("", K::Yes) } else { ("soft", K::No) };
    view! { <span class=class>{now(word)}</span> }
}

/// Beside the name of somebody who left.
pub(super) fn former(former_employee: bool) -> impl IntoView {
    former_employee.then(|| {
        let word = now(K::FormerEmployeeTag).to_owned();
        view! { " " <Tag tone=Tone::Amber word /> }
    })
}

/// The kind of a user, in words.
pub(super) fn kind(user_type: UserType) -> K {
    match user_type {
        UserType::AnonymousAssociate => K::AnonymousUser,
        UserType::SystemAssociate => K::SystemUser,
        UserType::ExternalAssociate => K::ExternalUser,
        UserType::ResourceAssociate => K::Resource,
        UserType::InternalAssociate | UserType::Unknown => K::Associate,
    }
}
