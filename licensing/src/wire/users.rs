//! The Users screen: lists, user licenses, their holders, and the acts on who holds what.

use serde::{Deserialize, Serialize};

use super::Licenses;
use crate::assignment::Reason;
use crate::license::{CivilDate, LicenseType, ModuleName, OwnerName, Timestamp, UserType};

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
    /// In name, user ID, role, group or user plan: anywhere in them, or at their beginning when shorter than three
    /// characters; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Only by what they hold of these modules.
    #[serde(default, skip_serializing_if = "Ids::is_empty")]
    pub licenses: Ids,
    /// How many of those they hold.
    #[serde(default)]
    pub holding: Holding,
    /// Only of this primary group; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Only of this role; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Only of this owning company; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub company: String,
    /// Only who can log in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_log_in: bool,
    /// Only who left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub former_employee: bool,
    /// Only who never signed in; with [`Self::signed_in_before`]: those too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_signed_in: bool,
    /// Only who last signed in before this day began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_before: Option<CivilDate>,
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

/// Most modules that a list is filtered by.
pub const FILTER_LICENSES_MAX: usize = 20;

/// Ids in one text: `3,7`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Ids(pub Vec<i32>);

impl Ids {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Ids> for String {
    fn from(ids: Ids) -> Self {
        let mut text = String::new();
        for (place, id) in ids.0.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(&id.to_string());
        }
        text
    }
}

impl TryFrom<String> for Ids {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let ids = text.split(',').filter(|id| !id.is_empty());
        ids.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// How many of the licenses of a filter somebody holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holding {
    /// All of them.
    #[default]
    All,
    /// At least one of them.
    Any,
    /// None of them.
    None,
}

/// Order of a list of users; ties by name or id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserSort {
    /// Full name.
    #[default]
    Name,
    /// User ID.
    UserId,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Primary group, then name.
    Group,
    /// Role, then name.
    Role,
    /// First user plan in the owners' order, then name; none comes last.
    UserPlan,
    /// Owning company, then name.
    Company,
    /// E-mail address.
    Email,
    /// Last sign-in; never comes last.
    LastSignIn,
    /// Who cannot log in, then who can; each by name.
    CanLogIn,
    /// Who works here, then who left; each by name.
    FormerEmployee,
}

/// A list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    /// Today in the installation's time zone.
    pub today: CivilDate,
    /// How many match, and of how many; none behind the first page.
    #[serde(default)]
    pub counts: Option<UserCounts>,
    /// A page of them.
    pub users: Vec<UserRow>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

/// How many users match a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCounts {
    /// How many match.
    pub count: i64,
    /// How many are in this list altogether.
    pub of: i64,
    /// Whether that is all; no: there are at least so many, and counting them is a request of its own.
    pub exact: bool,
}

/// By what a list of users can be filtered, with how many users of it there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserParts {
    /// Primary groups, by name.
    pub groups: Vec<UserPart>,
    /// Roles, by name.
    pub roles: Vec<UserPart>,
    /// Owning companies, by name.
    pub companies: Vec<UserPart>,
}

/// Most groups, roles or companies that are listed.
pub const PARTS_MAX: usize = 1_000;

/// A group, a role or a company, and its associates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPart {
    /// Its name.
    pub name: String,
    /// How many associates are of it.
    pub users: i64,
    /// Department, of a company.
    pub department: String,
    /// City, of a company.
    pub city: String,
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
    /// Owning company.
    pub company: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// Names (for people) of their user plans, in the owners' order.
    pub user_plans: Vec<String>,
    /// Whether they can sign in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
    /// Whether they cannot log in yet, and may hold licenses meanwhile.
    pub waiting_for_approval: bool,
    /// When they last signed in to the product; none: never.
    pub last_sign_in: Option<Timestamp>,
}

/// One user, with what they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCard {
    /// Who.
    pub user: UserRow,
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

/// A user's card as it shall be: what the administrator saw, and everything that the user shall have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveUser {
    /// Revision of the user as seen.
    pub revision: i64,
    /// Ids of the modules that they shall be assigned, of every owner; what is not here is given back.
    pub assignments: Vec<i32>,
    /// Whether they can log in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
}

/// A user to be added; all texts at most [`super::USER_TEXT_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// User ID, that of nobody else, whatever its case.
    pub user_id: String,
    /// First name, of a person.
    pub first_name: String,
    /// Last name of a person, or description of another user.
    pub last_name: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// Kind.
    pub user_type: UserType,
    /// Primary group.
    pub primary_group: String,
    /// Role.
    pub role: String,
    /// Owning company; may be empty.
    pub company: String,
}

/// Query of a user ID for a new user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestUserId {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// A user ID that is nobody's yet; empty where the name has no letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestedUserId {
    /// The user ID.
    pub user_id: String,
}

/// Removing a user: what the administrator saw, and how far it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveUser {
    /// Revision of the user as seen.
    pub revision: i64,
    /// How far.
    pub how: Removal,
}

/// What "Remove User" does, by rising impact (reference, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// All licenses go; the user stays and may log in to the product.
    Licenses,
    /// They left: licenses and logging in go, the user stays.
    FormerEmployee,
    /// The user goes; the trail keeps their user ID and name.
    Associate,
    /// The user goes; the trail keeps nothing but a number.
    AssociateAndContact,
}
