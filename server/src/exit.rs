//! Why the program ends, what to do about it, and with which number.

use std::fmt;

use crate::error::Cause;

/// Why the program ends, and what to do about it.
#[derive(Debug)]
pub struct StartError {
    what: String,
    next: String,
    exit: Exit,
    cause: Option<Cause>,
}

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 1: it failed.
    Failed = 1,
    /// 2: flags, environment or file are wrong.
    Usage = 2,
    /// 3: the database cannot be used.
    Database = 3,
}

impl StartError {
    fn new(exit: Exit, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
            exit,
            cause: None,
        }
    }

    /// It failed.
    pub fn failed(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Failed, what, next)
    }

    /// What the operator set is wrong.
    pub fn config(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, next)
    }

    /// The database cannot be used.
    pub fn database(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Database, what, next)
    }

    /// With what caused it.
    #[must_use]
    pub fn because(self, cause: impl Into<Cause>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..self
        }
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it.
    #[must_use]
    pub fn next(&self) -> &str {
        &self.next
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
