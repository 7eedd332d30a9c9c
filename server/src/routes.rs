//! One file per resource: parse, ask `db` and `licensing`, answer. No SQL here.

pub(crate) mod licenses;
pub(crate) mod session;
pub(crate) mod users;
