//! Seat use over time: a long history in few points, and the day on which seats run out if it goes on like this, when that
//! can honestly be said.
//!
//! The method is a straight line. Of the last [`WINDOW_DAYS`] days, those on which use was recorded count once each, as of
//! their most; the line of least squares through them says how many seats a day are added, and that rate goes on from what
//! is in use today. It knows nothing of seasons, of people who are about to come or leave, or of plans that are about to
//! change. So it says nothing rather than something when there are too few days, when use does not grow (over the whole
//! window, or not half as fast over the newer half of its days), when it grew at one or two blows rather than steadily, when less than half
//! of what varies is explained by the line, and when the day would be further away than a year or than
//! [`AHEAD_PER_DAY`] times the time that is known. Reckoned in integers, so that both targets say the same.

use serde::{Deserialize, Serialize};

use crate::license::CivilDate;

/// How far back a forecast looks, in days.
pub const WINDOW_DAYS: i64 = 90;
/// On how many days use must have been recorded, today included.
pub const DAYS_MIN: usize = 28;
/// On how many days use must have risen: what came at one or two blows is no rate.
pub const RISES_MIN: usize = 3;
/// How far ahead a forecast looks at most, in days.
pub const AHEAD_MAX_DAYS: i64 = 365;
/// How many days it looks ahead at most for each day between the first and today.
pub const AHEAD_PER_DAY: i64 = 4;
/// Most points that a history is shown in.
pub const POINTS_MAX: usize = 100;
/// How many days a point may stand for: a day, a week, four weeks.
const DAYS_OF_A_POINT: [i32; 3] = [1, 7, 28];

/// Seats of a license on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// The day, in the installation's time zone.
    pub day: CivilDate,
    /// How many are in use.
    pub in_use: i32,
    /// How many were bought; none: unlimited.
    pub total: Option<i32>,
}

/// When seats run out if it goes on like this, or why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forecast {
    /// On about this day all seats are in use.
    Full(CivilDate),
    /// All seats are in use already.
    AlreadyFull,
    /// There is no end to them.
    Unlimited,
    /// Too few days are recorded, or too few to look so far ahead.
    TooFewDays,
    /// Use does not grow, or no longer.
    NotGrowing,
    /// Use goes up and down, or in jumps.
    TooScattered,
    /// It would take longer than a year.
    TooFar,
}

/// When seats run out; `recorded` in the order of time (several of a day count once), `now` is how it stands today.
#[must_use]
pub fn forecast(recorded: &[Seats], now: Seats) -> Forecast {
    let Some(total) = now.total else {
        return Forecast::Unlimited;
    };
    let free = i128::from(total) - i128::from(now.in_use);
    if free <= 0 {
        return Forecast::AlreadyFull;
    }
    let days: Vec<(i64, i64)> = points(recorded, now, 1)
        .iter()
        .map(|seats| (seats.day.days_until(now.day), i64::from(seats.in_use)))
        .filter(|(ago, _)| *ago < WINDOW_DAYS)
        .map(|(ago, in_use)| (-ago, in_use))
        .collect();
    if days.len() < DAYS_MIN {
        return Forecast::TooFewDays;
    }
    let line = Line::through(&days);
    if line.rise <= 0 {
        return Forecast::NotGrowing;
    }
    let rises = days.windows(2).filter(|pair| pair[0].1 < pair[1].1);
    if rises.count() < RISES_MIN || !line.explains_half() {
        return Forecast::TooScattered;
    }
    if !Line::through(&days[days.len() / 2..]).is_half_as_steep(&line) {
        return Forecast::NotGrowing;
    }
    // Whole days, up: on the day before there is still one left.
    let ahead = (free * line.run + line.rise - 1) / line.rise;
    let known = -days[0].0;
    if ahead > i128::from(AHEAD_MAX_DAYS) {
        Forecast::TooFar
    } else if ahead > i128::from(AHEAD_PER_DAY * known) {
        Forecast::TooFewDays
    } else {
        Forecast::Full(now.day.plus_days(ahead as i64))
    }
}

/// The line of least squares through points: it rises by `rise / run` a day.
struct Line {
    rise: i128,
    run: i128,
    /// How much the values vary, in the unit of `rise` times `rise` over `run`.
    varies: i128,
}

impl Line {
    fn through(points: &[(i64, i64)]) -> Self {
        let sum = |of: fn(i128, i128) -> i128| -> i128 {
            let terms = points.iter().map(|(x, y)| of((*x).into(), (*y).into()));
            terms.sum()
        };
        let count = points.len() as i128;
        let (x, y) = (sum(|x, _| x), sum(|_, y| y));
        Self {
            rise: count * sum(|x, y| x * y) - x * y,
            run: count * sum(|x, _| x * x) - x * x,
            varies: count * sum(|_, y| y * y) - y * y,
        }
    }

    fn is_half_as_steep(&self, other: &Self) -> bool {
        2 * self.rise * other.run >= other.rise * self.run
    }

    /// Whether the coefficient of determination is at least a half.
    fn explains_half(&self) -> bool {
        2 * self.rise * self.rise >= self.run * self.varies
    }
}

/// A history in at most [`POINTS_MAX`] points (for five years), oldest first, the last of them `now`; and for how many days
/// each of the others stands: the most that were in use on them, and what was bought at their end.
#[must_use]
pub fn thinned(recorded: &[Seats], now: Seats) -> (i32, Vec<Seats>) {
    let first = recorded.first().map_or(now.day, |seats| seats.day);
    let span = first.days_until(now.day);
    let fits = |days: &i32| span / i64::from(*days) + 2 <= POINTS_MAX as i64;
    let days = DAYS_OF_A_POINT.into_iter().find(fits);
    let days = days.unwrap_or(DAYS_OF_A_POINT[2]);
    (days, points(recorded, now, days))
}

/// Points of so many days, counted back from today; today is a point of its own. A point begins with the first day that was
/// recorded when it would begin before that.
fn points(recorded: &[Seats], now: Seats, days: i32) -> Vec<Seats> {
    let days = i64::from(days);
    let mut points: Vec<Seats> = Vec::new();
    for seats in recorded {
        let ago = seats.day.days_until(now.day);
        if ago <= 0 {
            continue;
        }
        let begins = now.day.plus_days(-((ago + days - 1) / days * days));
        let day = recorded
            .first()
            .map_or(begins, |first| begins.max(first.day));
        match points.last_mut() {
            Some(point) if point.day == day => {
                point.in_use = point.in_use.max(seats.in_use);
                point.total = seats.total;
            }
            _ => points.push(Seats { day, ..*seats }),
        }
    }
    points.push(now);
    points
}
