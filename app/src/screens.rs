//! The screens. One imports no other; what two share is in `parts`.

pub(crate) mod licenses;
pub(crate) mod sign_in;
pub(crate) mod users;
