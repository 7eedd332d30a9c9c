//! Components and words that know licenses and serve more than one screen.

pub(crate) mod act;
pub(crate) mod banner;
pub(crate) mod check;
pub(crate) mod drop;
pub(crate) mod failure;
pub(crate) mod reason;
pub(crate) mod refusal;
pub(crate) mod upload;
pub(crate) mod verify;
pub(crate) mod words;
