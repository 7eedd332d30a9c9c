//! How each kind of user is stored.

use licensing::license::UserType;

/// How each kind of user is stored: by its documented name.
const USER_TYPES: [(UserType, &str); 6] = [
    (UserType::Unknown, "Unknown"),
    (UserType::InternalAssociate, "InternalAssociate"),
    (UserType::ResourceAssociate, "ResourceAssociate"),
    (UserType::ExternalAssociate, "ExternalAssociate"),
    (UserType::AnonymousAssociate, "AnonymousAssociate"),
    (UserType::SystemAssociate, "SystemAssociate"),
];

/// The stored name of a kind of user.
pub(crate) fn user_type_text(user_type: UserType) -> &'static str {
    USER_TYPES
        .iter()
        .find(|(known, _)| *known == user_type)
        .map_or("Unknown", |(_, text)| text)
}

/// A kind of user by its stored name.
pub(crate) fn user_type_of(text: &str) -> Result<UserType, sqlx::Error> {
    USER_TYPES
        .iter()
        .find(|(_, known)| *known == text)
        .map(|(user_type, _)| *user_type)
        .ok_or_else(|| sqlx::Error::Decode(format!("no kind of user: {text}").into()))
}
