//! The license server of a module owner: keys, a catalogue, signed licenses, and the HTTP calls that consoles make.
//!
//! `keys` makes and certifies, `catalogue` says what can be sold, `issue` signs an order, `serve` answers consoles (its
//! `calls`), `store` is the plain order page, `db` all SQL. What a license is and how it is signed is `licensing`'s.

mod calls;
pub mod catalogue;
pub mod clock;
pub mod db;
pub mod host;
pub mod issue;
pub mod keys;
pub mod limit;
pub mod serve;
pub mod state;
pub mod store;

/// A failure, as a sentence with its cause and the next step.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// This sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(cause: sqlx::Error) -> Self {
        Self(format!("the database of this license server: {cause}"))
    }
}
