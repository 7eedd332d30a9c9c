//! Cells of users that several tables show.

use std::hash::{DefaultHasher, Hash, Hasher};

use licensing::license::UserType;
use licensing::wire::{UserLicenses, UserRow};

use crate::nodes;
use crate::reactive::Signal;
use crate::session::session;
use crate::text::{K, fill, now, number};
use crate::ui::el::{El, Node, el};
use crate::ui::filter::Choice;
use crate::ui::notice::{Tone, tag};
use crate::ui::time::instant;

/// What a row shows, as a key: a row that changed is made anew, others stay.
pub(super) fn key(row: &UserRow) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.user.hash(&mut hasher);
    row.user_id.hash(&mut hasher);
    row.full_name.hash(&mut hasher);
    [
        &row.first_name,
        &row.last_name,
        &row.primary_group,
        &row.role,
        &row.company,
        &row.email,
    ]
    .hash(&mut hasher);
    row.user_plans.hash(&mut hasher);
    (row.can_log_in, row.former_employee, row.last_sign_in).hash(&mut hasher);
    hasher.finish()
}

/// When somebody last signed in; that a person never did stands out.
pub(super) fn last_sign_in(user: &UserRow) -> El {
    let session = session();
    match user.last_sign_in {
        None if is_person(user.user_type) => tag(Tone::Amber, now(K::Never)),
        None => el("span").class("soft").child(now(K::Never)),
        Some(at) => instant(at.0, Signal::derive(move || session.now())),
    }
}

/// Yes, or a quiet no.
pub(super) fn can_log_in(yes: bool) -> El {
    let word = el("span").child(now(if yes { K::Yes } else { K::No }));
    if yes { word } else { word.class("soft") }
}

/// The name, as a link to a card; beside it, that somebody left.
pub(super) fn name(row: &UserRow, link: El) -> Node {
    let left = row
        .former_employee
        .then(|| tag(Tone::Amber, now(K::FormerEmployeeTag)));
    let link = link.class("name").child(row.full_name.clone());
    nodes![link, " ", left]
}

/// Whether it is somebody, not a program or the public: which of the two lists.
pub(super) fn is_person(user_type: UserType) -> bool {
    !matches!(
        user_type,
        UserType::AnonymousAssociate | UserType::SystemAssociate
    )
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

/// Seats of a license: "20 / 21", which stands out when none is left; without a ceiling how many are in use.
pub(super) fn seats(in_use: i32, total: Option<i32>) -> El {
    let words = number(in_use.into());
    let words = match total {
        Some(total) => [&*words, " / ", &number(total.into())].concat(),
        None => words,
    };
    let full = total.is_some_and(|total| in_use >= total);
    let class = if full {
        "figures amber-text"
    } else {
        "figures soft"
    };
    el("span").class(class).child(words)
}

/// What can be chosen from: shown licenses by owner, then hidden ones, or one of the two.
pub(super) fn choices(known: &UserLicenses, hidden: &[bool]) -> Vec<Choice> {
    let mut choices = Vec::with_capacity(known.licenses.len());
    for hidden in hidden {
        for license in known
            .licenses
            .iter()
            .filter(|license| license.hidden == *hidden)
        {
            let owner = &license.owner_description;
            choices.push(Choice {
                value: license.id.to_string(),
                name: license.description.clone(),
                group: if *hidden {
                    fill(K::HiddenOf, &[("owner", owner)])
                } else {
                    owner.clone()
                },
            });
        }
    }
    choices
}

/// "20 in use of 21".
pub(super) fn said(in_use: i64, total: Option<i32>) -> String {
    let count = number(in_use);
    match total {
        Some(total) => fill(
            K::InUseOf,
            &[("count", &count), ("total", &number(total.into()))],
        ),
        None => fill(K::InUseUnlimited, &[("count", &count)]),
    }
}
