//! What the console's client and server say to each other: paths, requests, answers, error codes.
//!
//! JSON in `snake_case` under [`API`]; instants as epoch milliseconds, days as text. To add a call: its path here, its
//! request and answer here, then one function of the same name in `app::api`, one handler in `server::routes`.

use serde::{Deserialize, Serialize};

use crate::license::{CivilDate, OwnerName, Timestamp};
use crate::standing::Phase;

mod errors;
mod imports;
mod licenses;
mod many;
mod seat_use;
mod users;

pub use errors::*;
pub use imports::*;
pub use licenses::*;
pub use many::*;
pub use seat_use::*;
pub use users::*;

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
    /// PUT [`super::SetInstallation`] as long as no license was ever in force: [`super::Done`]. Then the license servers are asked.
    pub const INSTALLATION: &str = "/api/console/installation";
    /// POST [`crate::license::Installation`]: asks for a change of serial number and license owner: [`super::Loaded`].
    pub const CHANGE_SERIAL_NUMBER: &str = "/api/console/installation/change";
    /// GET: every user license with its use, for everyone who signs in: [`super::UserLicenses`].
    pub const USER_LICENSES: &str = "/api/console/user-licenses";
    /// GET [`super::HoldersQuery`]: [`super::Holders`].
    pub const HOLDERS: &str = "/api/console/modules/{module}/holders";
    /// GET [`super::HoldersQuery`] and [`super::ExportAs`]: the holders who match, all of them, as CSV.
    pub const EXPORT_HOLDERS: &str = "/api/console/modules/{module}/holders/export";
    /// GET [`super::SeatUseQuery`]: [`super::SeatUse`].
    pub const SEAT_USE: &str = "/api/console/modules/{module}/use";
    /// GET [`super::SuggestQuery`]: [`super::Suggestions`].
    pub const SUGGESTIONS: &str = "/api/console/modules/{module}/suggestions";
    /// POST [`super::Free`]: [`super::Freed`].
    pub const FREE: &str = "/api/console/modules/{module}/free";
    /// GET [`super::UsersQuery`]: [`super::Users`]. POST [`super::NewUser`]: [`super::UserCard`].
    pub const USERS: &str = "/api/console/users";
    /// GET [`super::UsersQuery`], whose order and page say nothing here: [`super::UserCounts`], exact.
    pub const USERS_COUNT: &str = "/api/console/users/count";
    /// GET [`super::SuggestUserId`]: [`super::SuggestedUserId`].
    pub const SUGGEST_USER_ID: &str = "/api/console/users/suggested-user-id";
    /// POST [`super::RemoveUser`]: [`super::Done`].
    pub const REMOVE_USER: &str = "/api/console/users/{user}/remove";
    /// GET: [`super::UserParts`].
    pub const USER_PARTS: &str = "/api/console/users/parts";
    /// GET [`super::UsersQuery`] and [`super::ExportAs`]: the users who match, all of them, as CSV.
    pub const EXPORT_USERS: &str = "/api/console/users/export";
    /// POST [`super::UploadQuery`], body = the file's bytes: [`super::Import`]. GET: one's own, the latest first: [`super::Imports`].
    pub const IMPORTS: &str = "/api/console/imports";
    /// GET: [`super::Import`]. DELETE: throws the file away: [`super::Done`].
    pub const IMPORT: &str = "/api/console/imports/{import}";
    /// POST [`super::PreviewImport`]: begins to look what the file would do: [`super::Import`].
    pub const PREVIEW_IMPORT: &str = "/api/console/imports/{import}/preview";
    /// POST [`super::ApplyImport`]: begins to do it, or goes on: [`super::Import`].
    pub const APPLY_IMPORT: &str = "/api/console/imports/{import}/apply";
    /// POST: stops after the users who are under way: [`super::Import`].
    pub const STOP_IMPORT: &str = "/api/console/imports/{import}/stop";
    /// GET, PUT [`super::SaveUser`]: [`super::UserCard`].
    pub const USER: &str = "/api/console/users/{user}";
    /// POST [`super::PreviewMany`]: what a change of many users would do: [`super::Preview`]. Changes nothing.
    pub const PREVIEW_MANY: &str = "/api/console/users/changes/preview";
    /// POST [`super::ChangeMany`]: [`super::ChangedMany`].
    pub const CHANGE_MANY: &str = "/api/console/users/changes";
    /// GET: what was freed in the last days and can be given back: [`super::Freeings`].
    pub const FREEINGS: &str = "/api/console/users/freeings";
    /// POST [`super::Assign`]: [`super::UserCard`].
    pub const ASSIGN: &str = "/api/console/users/{user}/assignments";
}

/// A path with its `{…}` filled in, percent-encoded.
#[must_use]
pub fn path(route: &str, value: impl std::fmt::Display) -> String {
    let value = crate::retrieval::percent_encoded(&value.to_string());
    let filled = route.split_once('{').and_then(|(before, rest)| {
        let (_, after) = rest.split_once('}')?;
        Some([before, &value, after].concat())
    });
    filled.unwrap_or_else(|| route.to_owned())
}

/// Largest JSON body of a request, in bytes.
pub const BODY_MAX: usize = 4 * 1024 * 1024;
/// Largest number of users in one freeing.
pub const FREE_MAX: usize = 50_000;
/// Rows of a page.
pub const PAGE_ROWS: usize = 100;
/// Longest text of a search, in characters.
pub const SEARCH_MAX: usize = 200;
/// Longest text of a user (name, group, address), in characters.
pub const USER_TEXT_MAX: usize = 254;

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
    /// Owners whose dates this person is to be told of.
    pub standings: Vec<OwnerStanding>,
}

/// An owner whose license in force is past a date: in grace or ended, for an administrator also about to expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerStanding {
    /// The owner's name for people.
    pub description: String,
    /// How far along its dates the license is.
    pub phase: Phase,
    /// The day that matters: when it expires; in grace, when it ends; then, when it ended.
    pub date: Option<CivilDate>,
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
    /// An import went on, or came to its end.
    Imports,
}
