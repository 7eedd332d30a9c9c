//! Half a year of seat use that the demo's console remembers: made up, the same in every start, and ending at who holds what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde_json::{Value, json};

use super::goods::brings;
use super::people::{BLOCK, People};
use super::scenario::INSTALLED_MINUTES;

/// How many days are remembered, the last of them yesterday.
const DAYS: i64 = 183;
/// When the license in force was installed, counted from the first of them.
const INSTALLED: i64 = DAYS - INSTALLED_MINUTES / (24 * 60);
/// Who held something before the first day, of so many days over which everybody came.
const BEFORE: i64 = 100;
/// Spreads the users of a block over those days.
const SPREAD: i64 = 62;
/// Who left: what they held is what the user at this place of a block holds, from a day until another.
const LEFT: [(u32, i64, i64); 4] = [(2, 0, 45), (30, 0, 70), (20, 25, 88), (12, 60, 104)];
/// Of the seats that an order has now there were so many sevenths before.
const SEVENTHS_BEFORE: i64 = 6;

/// What a block holds on each day, by license (`OWNER.module`).
pub(crate) struct History {
    in_use: BTreeMap<String, Vec<i64>>,
    since: Date,
}

impl History {
    /// Of the days before the first start.
    pub(crate) fn new(started: Timestamp, time_zone: &TimeZone) -> Self {
        let mut in_use: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut people = People::new(started.as_millisecond(), true);
        let block: Vec<_> = (0..BLOCK).map(|place| people.user(place, BLOCK)).collect();
        let came = block.iter().zip(0..).map(|(user, place)| {
            let day = place * SPREAD % (DAYS + BEFORE) - BEFORE;
            (user, day.max(0), DAYS)
        });
        let left = LEFT.map(|(place, from, until)| (&block[place as usize], from, until));
        for (user, from, until) in came.chain(left) {
            for license in held(&user.assignments) {
                let days = in_use
                    .entry(license)
                    .or_insert_with(|| vec![0; DAYS as usize]);
                for day in &mut days[from as usize..until as usize] {
                    *day += 1;
                }
            }
        }
        let today = time_zone.to_datetime(started).date();
        let since = today - DAYS.days();
        Self { in_use, since }
    }

    /// The lines of an owner, for what an order has (lines of TOML), times so many blocks.
    pub(crate) fn lines(&self, owner: &str, ordered: &str, times: u32) -> Vec<Value> {
        let ordered = ordered.lines().filter_map(|line| line.split_once(" = "));
        ordered
            .filter(|(_, quantity)| *quantity != "\"included\"")
            .map(|(module, quantity)| {
                let days = self.days(&format!("{owner}.{module}"), quantity, times);
                let since = self.since.to_string();
                json!({ "owner": owner, "module": module, "since": since, "days": days })
            })
            .collect()
    }

    /// In use and bought, day by day.
    fn days(&self, license: &str, quantity: &str, times: u32) -> Vec<(i64, Option<i64>)> {
        let nobody = vec![0; DAYS as usize];
        let in_use = self.in_use.get(license).unwrap_or(&nobody);
        let in_use = in_use.iter().map(|in_use| in_use * i64::from(times));
        let Ok(total) = quantity.parse::<i64>() else {
            return in_use.map(|in_use| (in_use, None)).collect();
        };
        let most = in_use.clone().take(INSTALLED as usize).max().unwrap_or(0);
        let before = (total * SEVENTHS_BEFORE / 7).max(most).min(total);
        let totals = (0..DAYS).map(|day| if day < INSTALLED { before } else { total });
        in_use
            .zip(totals)
            .map(|(in_use, total)| (in_use.min(total), Some(total)))
            .collect()
    }
}

/// What is held by who was given this, with what plans bring.
fn held(assignments: &[&str]) -> std::collections::BTreeSet<String> {
    let brought = assignments.iter().flat_map(|given| {
        let (owner, module) = given.split_once('.').unwrap_or_default();
        brings(module).map(move |member| format!("{owner}.{member}"))
    });
    let given = assignments.iter().map(|given| (*given).to_owned());
    given.chain(brought).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the last day says of the licenses that people see.
    #[test]
    fn a_history_ends_at_who_holds_what_and_never_has_more_than_was_bought() {
        let history = History::new(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        let ordered = "ten-sales = 42\nten-service = 30\nten-marketing = 20\nvisible-for = \"unrestricted\"\nsaint = \"included\"\nuser = 200\n";
        let lines = history.lines("SUPEROFFICE", ordered, 2);
        let last: Vec<_> = lines
            .iter()
            .map(|line| line["days"][182].to_string())
            .collect();
        assert_eq!(
            last,
            ["[40,42]", "[24,30]", "[20,20]", "[62,null]", "[78,200]"]
        );
        for line in &lines {
            let days = line["days"].as_array().expect("days");
            assert_eq!((days.len(), &line["since"]), (183, &json!("1969-07-02")));
            let bought = |day: &Value| day[1].as_i64().unwrap_or(i64::MAX);
            assert!(
                days.iter().all(|day| day[0].as_i64() <= Some(bought(day))),
                "{line}"
            );
        }
    }
}
