//! Whether bytes are a genuine license: before they are offered or installed, and again of what is stored.

use licensing::envelope::{Expected, VerifiedLicense, VerifyError, verify};
use licensing::license::{Installation, OwnerName, Timestamp};
use licensing::trust::Trust;

use crate::db::Tx;
use crate::db::licenses::{self, Stored};
use crate::error::Error;

/// Whether these bytes are a genuine and new license of this owner (none: of any) for this installation, as of now.
///
/// # Errors
/// Those of the database; what verification found is the answer.
pub(crate) async fn of_new(
    tx: &mut Tx,
    trust: &Trust,
    owner: Option<&OwnerName>,
    installation: &Installation,
    compact: &str,
    now: Timestamp,
) -> Result<Result<VerifiedLicense, VerifyError>, Error> {
    let highest = licenses::highest(tx).await?;
    let expected = Expected {
        owner,
        installation,
        now,
        highest: &highest,
    };
    Ok(verify(compact, trust, &expected))
}

/// Whether a stored license would be trusted today: as of the moment when it was installed, or else came.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn of_stored(
    stored: &Stored,
    trust: &Trust,
    owner: &OwnerName,
) -> Result<VerifiedLicense, VerifyError> {
    let expected = Expected {
        owner: Some(owner),
        installation: &stored.installation(),
        now: stored.installed_at.unwrap_or(stored.received_at),
        highest: &[],
    };
    verify(&stored.compact, trust, &expected)
}
