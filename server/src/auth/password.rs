//! Passwords: argon2id, away from the threads that answer, a few at once.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use licensing::wire::ErrorCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

use crate::error::Error;

/// Hashes at once; each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Longest wait for one's turn.
const TURN_WAIT: Duration = Duration::from_secs(10);
/// Seconds after which to try again when there was no turn.
const TURN_RETRY_S: u64 = 10;
/// Longest password, in bytes.
pub const PASSWORD_MAX: usize = 1024;
/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 8;
/// Of no password: verified when there is no such user, so that both take equally long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Verifies passwords, a few at once.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Passwords {
    /// Whether the password belongs to the hash; without a hash it never does, and that takes as long.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Error> {
        let Ok(turn) = tokio::time::timeout(TURN_WAIT, self.turns.clone().acquire_owned()).await
        else {
            return Err(Error::refused_for(ErrorCode::TooManyAttempts, TURN_RETRY_S));
        };
        let turn = turn.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || {
            let verified = verify(&password, hash.as_deref());
            drop(turn);
            verified
        })
        .await
        .map_err(Error::internal)?
        .map_err(|cause| Error::internal(cause.to_string()))
    }
}

fn verify(password: &str, hash: Option<&str>) -> Result<bool, password_hash::Error> {
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY))?;
    match Argon2::default().verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(hash.is_some()),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The hash of a password with a salt of its own. Slow on purpose: not for a thread that answers.
pub(crate) fn hash(password: &str) -> Result<String, password_hash::Error> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())?
        .to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_belongs_to_its_own_hash_only() {
        let hash = hash("correct horse").expect("it hashes");
        assert!(verify("correct horse", Some(&hash)).expect("a hash of ours"));
        assert!(!verify("correct hors", Some(&hash)).expect("a hash of ours"));
    }

    #[test]
    fn nobody_takes_as_long_as_somebody() {
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(NOBODY), cost(&hash("x").expect("it hashes")));
        assert!(!verify("", None).expect("a hash of ours"));
    }
}
