//! Changing many users at once: the same change for each, looked at before it is done.

use serde::{Deserialize, Serialize};

use crate::assignment::{Refusal, Shortage};
use crate::license::Timestamp;

/// Most users of one change.
pub const MANY_MAX: usize = 200_000;
/// Most users who are listed when a change is looked at; all are counted.
pub const PREVIEW_USERS_MAX: usize = 500;

/// Which users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selected {
    /// These: their ids.
    Users(Vec<i32>),
    /// Everyone who matches this query, on whatever page: a [`super::UsersQuery`] as an address has it (`list=…&search=…`), whose
    /// order and page say nothing.
    Matching(String),
    /// Whom an act that freed seats touched.
    Touched {
        /// Id of the act.
        act: String,
    },
}

/// What is done to each of them; modules by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They are given a license.
    Assign {
        /// Which.
        module: i32,
    },
    /// They give up a license, with what brings it and what needs it.
    Remove {
        /// Which.
        module: i32,
    },
    /// Who was given the one gets the other in its place; both of one owner.
    Swap {
        /// What they were given.
        from: i32,
        /// What they get.
        to: i32,
    },
    /// They left: all licenses of every owner go, and they log in no more.
    Leave,
    /// They get again what an act took from them, and their access as it was before it, unless it was set anew since.
    GiveBack {
        /// Id of the act.
        act: String,
    },
}

/// One change for many users, to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewMany {
    /// Who.
    pub selected: Selected,
    /// What.
    pub change: Change,
    /// Leaves out who is refused, and whoever comes when the seats are gone (in order of their ids); else one who is refused
    /// stops it for all.
    #[serde(default)]
    pub only_those_who_can: bool,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// How many were selected.
    pub selected: usize,
    /// How many change.
    pub changing: usize,
    /// How many stay as they are: it does not concern them, or is so already.
    pub unchanged: usize,
    /// How many are refused; without [`PreviewMany::only_those_who_can`] nothing can be done then.
    pub refused: usize,
    /// Modules with too few seats for all.
    pub short: Vec<Shortage>,
    /// Who is refused, then who changes, each by name; at most [`PREVIEW_USERS_MAX`].
    pub users: Vec<PreviewUser>,
    /// What was seen, for [`ChangeMany`].
    pub seen: String,
}

/// One user of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewUser {
    /// Id.
    pub user: i32,
    /// Name for people.
    pub full_name: String,
    /// Ids of the modules that they are given.
    pub gets: Vec<i32>,
    /// Ids of the modules that are taken from them.
    pub loses: Vec<i32>,
    /// Whether they log in from then on, or no more; none: as before.
    #[serde(default)]
    pub can_log_in: Option<bool>,
    /// Why they are refused; empty: they are not.
    pub refusals: Vec<Refusal>,
}

/// Doing what was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMany {
    /// What.
    pub what: PreviewMany,
    /// [`Preview::seen`].
    pub seen: String,
}

/// It was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedMany {
    /// To so many users.
    pub users: usize,
    /// So many were left out.
    pub refused: usize,
}

/// For so many days what was freed can be given back.
pub const GIVE_BACK_DAYS: i64 = 30;

/// Acts of the last [`GIVE_BACK_DAYS`] days that freed seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeings {
    /// The latest first.
    pub acts: Vec<Freeing>,
}

/// An act that freed seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeing {
    /// Its id.
    pub act: String,
    /// When.
    pub at: Timestamp,
    /// Full name of who did it; none: the console itself.
    pub actor: Option<String>,
    /// Of which licenses.
    pub licenses: Vec<FreedLicense>,
    /// How many users it touched.
    pub users: usize,
    /// When it was given back.
    pub given_back: Option<Timestamp>,
}

/// A license of which an act freed seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreedLicense {
    /// Name for people.
    pub description: String,
    /// From so many users.
    pub users: usize,
}
