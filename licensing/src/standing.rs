//! What the dates of a license mean today (protocol: "What the dates do").

use serde::{Deserialize, Serialize};

use crate::license::{CivilDate, License};

/// Where a license stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How far along its dates it is.
    pub phase: Phase,
    /// Whether maintenance is over, which is apart from the phase.
    pub maintenance_over: bool,
}

/// How far along its dates a license is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing to do.
    InOrder,
    /// From the warning date on: administrators are told.
    Warning,
    /// After the expiry date: everyone is told, nothing stops.
    InGrace,
    /// After the grace date, or after the expiry without one: assigning stops.
    Ended,
}

impl Phase {
    /// The day that this is about: when a license expires, when its grace ends or ended; none while it is in order.
    #[must_use]
    pub fn day(self, license: &License) -> Option<CivilDate> {
        match self {
            Self::InOrder => None,
            Self::Warning => license.expiry_date,
            Self::InGrace | Self::Ended => license.grace_date.or(license.expiry_date),
        }
    }
}

/// Freeze: so many days past `next_check_date` with nothing newer issued is a warning.
pub const FREEZE_DAYS: i64 = 14;

/// Where a license stands on this day.
#[must_use]
pub fn standing(license: &License, today: CivilDate) -> Standing {
    let after = |date: Option<CivilDate>| date.is_some_and(|date| today > date);
    let from = |date: Option<CivilDate>| date.is_some_and(|date| today >= date);
    let phase = if after(license.grace_date.or(license.expiry_date)) {
        Phase::Ended
    } else if after(license.expiry_date) {
        Phase::InGrace
    } else if from(license.admin_warning_date) {
        Phase::Warning
    } else {
        Phase::InOrder
    };
    Standing {
        phase,
        maintenance_over: after(license.maintenance_date),
    }
}

/// Whether the license server looks frozen: [`FREEZE_DAYS`] past the next check date, nothing newer was issued.
#[must_use]
pub fn looks_frozen(license: &License, today: CivilDate) -> bool {
    license
        .next_check_date
        .is_some_and(|date| date.days_until(today) >= FREEZE_DAYS)
}
