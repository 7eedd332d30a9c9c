//! Components and words that know licenses and serve more than one screen.

pub(crate) mod failure;
pub(crate) mod refusal;
