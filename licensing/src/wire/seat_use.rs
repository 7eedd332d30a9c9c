//! Seats of a license over time.

use serde::{Deserialize, Serialize};

use crate::forecast::{Forecast, Seats};

/// How long seat use is kept, in days: five years.
pub const SEAT_USE_DAYS: i64 = 5 * 366;

/// Query of the use over time of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatUseQuery {
    /// How far back.
    #[serde(default)]
    pub back: Back,
}

/// How far back use over time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// Three months.
    #[default]
    Quarter,
    /// A year.
    Year,
    /// Everything that is kept.
    All,
}

impl Back {
    /// So many days.
    #[must_use]
    pub fn days(self) -> i64 {
        match self {
            Self::Quarter => 92,
            Self::Year => 366,
            Self::All => SEAT_USE_DAYS,
        }
    }
}

/// Seats of a license over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatUse {
    /// Oldest first; days that were not recorded are not there. The last one is today, as it is now.
    pub points: Vec<Seats>,
    /// For how many days each point but the last stands: the most in use on them, and what was bought at their end.
    pub days: i32,
    /// As it is now, with what a license that waits would bring (0: it is in it no more), where that is another number.
    pub planned: Option<Seats>,
    /// When seats run out.
    pub forecast: Forecast,
}
