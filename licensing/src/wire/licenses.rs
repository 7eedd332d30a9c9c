//! The Licences screen: owners, what is installed, offered and checked, and the acts on it.

use serde::{Deserialize, Serialize};

use crate::envelope::VerifyCode;
use crate::license::{CivilDate, Installation, License, ModuleName, OwnerName, Timestamp};
use crate::standing::Standing;

/// The Licenses screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licenses {
    /// Today in the installation's time zone.
    pub today: CivilDate,
    /// Now, by the server's clock.
    pub now: Timestamp,
    /// Serial number and company; none on an empty console.
    pub installation: Option<Installation>,
    /// Every owner that is configured or installed; SUPEROFFICE first, then by description.
    pub owners: Vec<OwnerView>,
}

/// A module owner: one tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerView {
    /// Id of the owner.
    pub id: i32,
    /// Code name.
    pub owner: OwnerName,
    /// The tab's name: the certificate's description, else the configured or code name.
    pub description: String,
    /// Moves when a license is installed, offered or withdrawn.
    pub revision: i64,
    /// Whether new licenses are activated by themselves.
    pub activation: Activation,
    /// The license in force.
    pub installed: Option<Installed>,
    /// The license that waits.
    pub offer: Option<Offer>,
    /// The license that was activated by itself and that no administrator has looked at.
    pub activated: Option<ActivatedByItself>,
    /// Use of every module of the installed license.
    pub modules: Vec<ModuleUse>,
    /// What is known of the license server.
    pub check: Check,
    /// The owner's web shop.
    pub store_url: Option<String>,
    /// How to reach the owner.
    pub contact_url: Option<String>,
}

/// What happens to a newer license that nothing blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// It is activated by itself.
    #[default]
    Automatic,
    /// It waits for an administrator.
    AskMe,
}

/// The license in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// What it says.
    pub license: License,
    /// Hash of its compact JWS.
    pub sha256: String,
    /// Thumbprint (RFC 7638) of the owner's key that signed it.
    pub key: String,
    /// Since when.
    pub installed_at: Timestamp,
    /// Who activated it; none: by itself.
    pub activated_by: Option<String>,
    /// Which way it came.
    pub origin: Origin,
    /// What its dates mean today.
    pub standing: Standing,
    /// Not for this installation's serial number: left over from before a change, and fetched anew.
    pub for_former_serial_nr: bool,
    /// Why it would not be trusted today (its root was withdrawn, its key denied); it stays in force.
    pub trust_problem: Option<VerifyCode>,
    /// The license server has had nothing newer for long past the next check date.
    pub looks_frozen: bool,
}

/// Which way a license came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From the owner's license server.
    LicenseServer,
    /// From a file.
    File,
    /// By a change of serial number.
    Registration,
}

/// A verified newer license that waits to be activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What it says.
    pub license: License,
    /// Hash of its compact JWS.
    pub sha256: String,
    /// Thumbprint (RFC 7638) of the owner's key that signed it.
    pub key: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Which way.
    pub origin: Origin,
    /// It switches serial number and company to these.
    pub changes_installation: Option<Installation>,
}

/// A license that was activated by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivatedByItself {
    /// Its sequence.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What was in force before.
    pub before: Option<License>,
    /// Thumbprint of the owner's key that signed that.
    pub key_before: Option<String>,
}

/// A module of the installed license in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleUse {
    /// Id of the module.
    pub id: i32,
    /// Code name.
    pub module: ModuleName,
    /// Seats in use, and in use under the offer's plan sets.
    pub usage: crate::compare::Use,
}

/// What is known of an owner's license server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its address; none: not known, licenses come from files.
    pub license_url: Option<String>,
    /// A check is under way.
    pub running: bool,
    /// When it was last asked.
    pub last_at: Option<Timestamp>,
    /// What came of it.
    pub last: Option<CheckResult>,
    /// When it is asked next.
    pub next_at: Option<Timestamp>,
}

/// What came of asking a license server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// What.
    pub outcome: CheckOutcome,
    /// English, for logs and the curious: the failure's own words.
    #[serde(default)]
    pub detail: String,
}

/// What came of asking a license server; each failure has a sentence with cause, effect and next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// What is installed or offered is the newest.
    UpToDate,
    /// A newer license waits.
    Offered,
    /// A newer license was activated by itself.
    Activated,
    /// It has an older license than the installed one.
    Behind,
    /// 404: it does not know this serial number for this company.
    UnknownSerial,
    /// 410: it withdrew the license.
    Withdrawn,
    /// 429 or 503: it asked to come back later.
    Busy,
    /// No connection: name, address, TLS or reset.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// It redirects elsewhere, or too often.
    Redirected,
    /// The answer is larger than any license.
    AnswerTooLarge,
    /// The answer is no license (HTML, another status).
    AnswerUnexpected,
    /// The license was refused: see the code.
    Refused(VerifyCode),
    /// No address is known, or it is not HTTPS.
    NoAddress,
}

/// Setting serial number and company, or setting them right before the first license is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetInstallation {
    /// What they were as seen; none: not set.
    pub seen: Option<Installation>,
    /// What they are to be.
    pub wanted: Installation,
}

/// Activating an offer: what the administrator saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activate {
    /// Whose.
    pub owner: OwnerName,
    /// Which.
    pub sequence: u64,
    /// Which, byte for byte.
    pub sha256: String,
    /// Revision of the owner as seen.
    pub revision: i64,
}

/// A license was activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// How things stand now.
    pub licenses: Licenses,
}

/// A file (or a registration) was verified, and is now the owner's offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// Whose.
    pub owner: OwnerName,
    /// Which.
    pub sequence: u64,
    /// How things stand now.
    pub licenses: Licenses,
}

/// A license server was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What came of it.
    pub result: CheckResult,
    /// How things stand now.
    pub licenses: Licenses,
}

/// Discarding an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discard {
    /// Which.
    pub sequence: u64,
    /// Revision of the owner as seen.
    pub revision: i64,
}

/// The license that was activated by itself has been looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub sequence: u64,
}

/// Automatic, or ask me.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetActivation {
    /// Which.
    pub activation: Activation,
}
