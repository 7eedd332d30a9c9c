//! What the console's client and server say to each other: paths, requests, answers, error codes.
//!
//! JSON in `snake_case` under [`API`]; instants as epoch milliseconds, days as text. To add a call: its path here, its
//! request and answer here, then one function of the same name in `app::api`, one handler in `server::routes`.

use serde::{Deserialize, Serialize};

use crate::assignment::{Reason, Shortage};
use crate::envelope::VerifyCode;
use crate::license::{
    CivilDate, Installation, License, LicenseType, ModuleName, OwnerName, Timestamp, UserType,
};
use crate::standing::Standing;

/// Under which every path stands.
pub const API: &str = "/api/console";

/// Paths, as axum routes. `{…}` is filled by [`path`].
pub mod paths {
    /// GET (public): [`super::About`].
    pub const ABOUT: &str = "/api/console/about";
    /// POST [`super::SignIn`] (public), GET, DELETE: [`super::Session`].
    pub const SESSION: &str = "/api/console/session";
    /// GET: server-sent events, each named as [`super::EVENT`] with a [`super::Event`].
    pub const EVENTS: &str = "/api/console/events";
    /// GET: [`super::Licenses`].
    pub const LICENSES: &str = "/api/console/licenses";
    /// POST [`super::Activate`]: [`super::Activated`].
    pub const ACTIVATE: &str = "/api/console/licenses/activate";
    /// POST, body = the file's bytes: [`super::Loaded`].
    pub const LOAD_FILE: &str = "/api/console/licenses/file";
    /// POST: asks the license server now, or joins a running check: [`super::Checked`].
    pub const CHECK: &str = "/api/console/licenses/{owner}/check";
    /// DELETE [`super::Discard`]: discards the offer that came from a file: [`super::Done`].
    pub const OFFER: &str = "/api/console/licenses/{owner}/offer";
    /// POST [`super::Seen`]: the license that was activated by itself has been looked at: [`super::Done`].
    pub const SEEN: &str = "/api/console/licenses/{owner}/seen";
    /// PUT [`super::SetActivation`]: automatic, or ask me: [`super::Done`].
    pub const ACTIVATION: &str = "/api/console/licenses/{owner}/activation";
    /// PUT [`super::Installation`] on an empty console: [`super::Done`]. Then the license servers are asked.
    pub const INSTALLATION: &str = "/api/console/installation";
    /// POST [`super::Installation`]: asks for a change of serial number and license owner: [`super::Loaded`].
    pub const CHANGE_SERIAL_NUMBER: &str = "/api/console/installation/change";
    /// GET: every user license with its use, for everyone who signs in: [`super::UserLicenses`].
    pub const USER_LICENSES: &str = "/api/console/user-licenses";
    /// GET [`super::HoldersQuery`]: [`super::Holders`].
    pub const HOLDERS: &str = "/api/console/modules/{module}/holders";
    /// GET [`super::SuggestQuery`]: [`super::Suggestions`].
    pub const SUGGESTIONS: &str = "/api/console/modules/{module}/suggestions";
    /// POST [`super::Free`]: [`super::Freed`].
    pub const FREE: &str = "/api/console/modules/{module}/free";
    /// GET [`super::UsersQuery`]: [`super::Users`].
    pub const USERS: &str = "/api/console/users";
    /// GET: [`super::UserCard`].
    pub const USER: &str = "/api/console/users/{user}";
    /// POST [`super::Assign`]: [`super::UserCard`].
    pub const ASSIGN: &str = "/api/console/users/{user}/assignments";
}

/// A path with its `{…}` filled in, percent-encoded.
#[must_use]
pub fn path(route: &str, value: impl std::fmt::Display) -> String {
    let value = crate::retrieval::percent_encoded(&value.to_string());
    match (route.find('{'), route.find('}')) {
        (Some(from), Some(to)) => format!("{}{value}{}", &route[..from], &route[to + 1..]),
        _ => route.to_owned(),
    }
}

/// Largest JSON body of a request, in bytes.
pub const BODY_MAX: usize = 4 * 1024 * 1024;
/// Largest number of users in one freeing.
pub const FREE_MAX: usize = 50_000;
/// Rows of a page.
pub const PAGE_ROWS: usize = 100;
/// Longest text of a search, in characters.
pub const SEARCH_MAX: usize = 200;

/// "It is done": for answers that say no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// What anyone may know before signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Whether this is a demo: its keys were made when it started.
    pub demo: bool,
    /// Whose console it is, where known.
    pub company_name: Option<String>,
    /// Version of the console.
    pub version: String,
}

/// Signing in.
#[derive(Clone, Deserialize, Serialize)]
pub struct SignIn {
    /// User ID, as it is written (case does not matter).
    pub user_id: String,
    /// Password.
    pub password: String,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Id of the user.
    pub user: i32,
    /// User ID.
    pub user_id: String,
    /// Name for people.
    pub full_name: String,
    /// May change things; others read the Users screen.
    pub administrator: bool,
    /// Whether this is a demo.
    pub demo: bool,
    /// Today in the installation's time zone.
    pub today: CivilDate,
    /// Now, by the server's clock.
    pub now: Timestamp,
}

/// Name of the server-sent events.
pub const EVENT: &str = "changed";

/// Something changed; whoever shows it asks again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Licenses, offers, checks of this owner (none: the installation).
    Licenses(Option<OwnerName>),
    /// Users and who holds what.
    Users,
}

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

/// Every user license with its use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserLicenses {
    /// Visible ones, in each owner's order; hidden ones last of each owner.
    pub licenses: Vec<UserLicense>,
    /// How many associates there are.
    pub associates: i64,
    /// How many other users there are.
    pub other_users: i64,
}

/// A user license and its use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserLicense {
    /// Id of the module.
    pub id: i32,
    /// Whose.
    pub owner: OwnerName,
    /// The owner's name.
    pub owner_description: String,
    /// Code name.
    pub module: ModuleName,
    /// Name for people.
    pub description: String,
    /// Seats in use.
    pub in_use: i32,
    /// Seats bought; none: unlimited.
    pub total: Option<i32>,
    /// Whether it brings others.
    pub user_plan: bool,
    /// Not shown unless asked for.
    pub hidden: bool,
    /// Type.
    pub license_type: LicenseType,
}

/// Query of the holders of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldersQuery {
    /// In user ID or names; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Holders of a module, by full name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// Id of the module.
    pub id: i32,
    /// Code name.
    pub module: ModuleName,
    /// Name for people.
    pub description: String,
    /// Seats in use: how many hold it, searched or not.
    pub in_use: i32,
    /// How many match the search.
    pub count: i64,
    /// A page of them.
    pub holders: Vec<Holder>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

/// A holder of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub user: UserRow,
    /// Why their seat could be freed; none: they use it.
    pub reason: Option<Reason>,
    /// Names of everything that goes when this module is freed, as [`crate::assignment::freed`] says it: code names of the
    /// same owner.
    pub goes: Vec<ModuleName>,
}

/// Query of whom to suggest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestQuery {
    /// How many; at most [`FREE_MAX`].
    pub count: usize,
}

/// Whose seats to free first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    /// Best first; each with its reason and what goes.
    pub holders: Vec<Holder>,
}

/// Freeing a module from users: what the administrator saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Free {
    /// Who, and everything that goes with it.
    pub users: Vec<FreeUser>,
}

/// One user of a freeing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeUser {
    /// Id of the user.
    pub user: i32,
    /// Everything that goes, as the dialog named it.
    pub goes: Vec<ModuleName>,
}

/// Seats were freed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freed {
    /// From so many users.
    pub users: usize,
    /// How things stand now.
    pub licenses: Licenses,
}

/// Which of the two lists of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserList {
    /// People of the company.
    #[default]
    Associates,
    /// System and anonymous users.
    OtherUsers,
}

/// Query of a list of users.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersQuery {
    /// Which list.
    #[serde(default)]
    pub list: UserList,
    /// In user ID or names; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Only holders of this module (its id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<i32>,
    /// Only who can log in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_log_in: bool,
    /// Order.
    #[serde(default)]
    pub sort: UserSort,
    /// From the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Order of a list of users; ties by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserSort {
    /// Full name.
    #[default]
    Name,
    /// User ID.
    UserId,
    /// Primary group.
    Group,
    /// Last sign-in; never comes last.
    LastSignIn,
}

/// A list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    /// Today in the installation's time zone.
    pub today: CivilDate,
    /// How many match.
    pub count: i64,
    /// How many are in this list altogether.
    pub of: i64,
    /// A page of them.
    pub users: Vec<UserRow>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

/// A user in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// Id of the user.
    pub user: i32,
    /// User ID.
    pub user_id: String,
    /// Name of a person, or description of another user.
    pub full_name: String,
    /// First name; empty for other users.
    pub first_name: String,
    /// Last name; empty for other users.
    pub last_name: String,
    /// Kind.
    pub user_type: UserType,
    /// Primary group.
    pub primary_group: String,
    /// Role.
    pub role: String,
    /// Names (for people) of their user plans, in the owners' order.
    pub user_plans: Vec<String>,
    /// Whether they can sign in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
    /// When they last signed in to the product; none: never.
    pub last_sign_in: Option<Timestamp>,
}

/// One user, with what they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCard {
    /// Who.
    pub user: UserRow,
    /// E-mail address; may be empty.
    pub email: String,
    /// Moves with every change of this user.
    pub revision: i64,
    /// Ids of the modules that were assigned.
    pub assignments: Vec<i32>,
    /// Ids of all modules that follow from them, hidden ones too.
    pub effective: Vec<i32>,
}

/// Assigning one license to one user: what the administrator saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// Id of the module.
    pub module: i32,
    /// Revision of the user as seen.
    pub revision: i64,
}

/// Every answer that is not 2xx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// For branching and for the sentence on the screen.
    pub code: ErrorCode,
    /// English, for logs and curl.
    pub message: String,
    /// Each with its own subject; may be empty.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// Seconds after which to try again, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// For finding it in the log.
    pub request_id: String,
}

/// One of several things that are wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A field of the request.
    Field {
        /// Its name.
        field: String,
        /// What is wrong with it.
        fault: FieldFault,
    },
    /// A module with too few seats.
    Shortage(Shortage),
    /// A user who no longer stands as the administrator saw it.
    UserChanged {
        /// Id.
        user: i32,
        /// Name for people.
        name: String,
    },
    /// Why an assignment was refused.
    Refusal {
        /// The reason.
        refusal: crate::assignment::Refusal,
    },
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// Nothing in it.
    Missing,
    /// Too long, or too many.
    TooLong,
    /// Not of the form that it must have.
    Malformed,
}

/// Why a request failed. Closed; a client older than the server reads [`ErrorCode::Unknown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 401: not signed in, or no more.
    Unauthenticated,
    /// 401: user ID or password is wrong, or the user may not sign in.
    SignInFailed,
    /// 429: too many failures; try again later.
    TooManyAttempts,
    /// 403: only administrators.
    Forbidden,
    /// 403: the request came from another site.
    CrossSite,
    /// 404.
    NotFound,
    /// 400: fields are wrong, see the problems.
    Invalid,
    /// 413.
    TooLarge,
    /// 409: it changed since it was shown.
    Stale,
    /// 409: too many seats are in use, or something in use would disappear; see the problems.
    Blocked,
    /// 409: a user may not hold it; see the problems.
    AssignmentRefused,
    /// 409: serial number and company are set already.
    InstallationSet,
    /// 409: first set serial number and company.
    InstallationMissing,
    /// 422: the license was refused: which check.
    License(VerifyCode),
    /// 502: the license server could not be asked: why.
    LicenseServer(CheckOutcome),
    /// 503: the database is busy or its disk is full.
    DatabaseUnavailable,
    /// 500: see the log.
    Internal,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}
