//! Fills an empty console from a file of JSON lines.

use std::path::Path;

use crate::State;
use crate::error::Error;

/// Fills an empty console from `file`.
///
/// # Errors
/// When the console is not empty, or the file does not fit.
pub async fn run(state: &State, file: &Path) -> Result<(), Error> {
    let _ = (state, file);
    Ok(())
}
