//! Use over time of a license: a chart, when its seats run out if it goes on like this, and the same numbers as a table.

use licensing::forecast::{Forecast, Seats};
use licensing::wire::SeatUse;

use super::rows::said;
use crate::api;
use crate::events::changes;
use crate::nodes;
use crate::reactive::RwSignal;
use crate::remote::remote;
use crate::text::{K, Length, date, fill, now, number};
use crate::ui::chart::{Chart, sample};
use crate::ui::el::{El, Node, el, live};
use crate::ui::loaded::loaded;
use crate::ui::notice::p;
use crate::ui::table::{Column, kept, row_of};

const COLUMNS: [Column; 3] = [
    Column::head(K::UseDay),
    Column::number(K::InUse),
    Column::number(K::TotalNumber),
];

/// How far back: as `licensing::wire::Back` writes it, and its words.
const BACK: [(&str, K); 3] = [
    ("quarter", K::UseBackQuarter),
    ("year", K::UseBackYear),
    ("all", K::UseBackAll),
];

/// The lines, as they are drawn: in use, bought, planned.
const IN_USE: &str = "chart-in-use";
const BOUGHT: &str = "chart-bought";
const PLANNED: &str = "chart-planned";

/// Whether use over time is open, and how far back: kept from license to license.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    open: RwSignal<bool>,
    back: RwSignal<String>,
}

impl Shown {
    /// Closed, three months.
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            back: RwSignal::new(BACK[0].0.to_owned()),
        }
    }
}

/// Use over time of a license; asked for as soon as it is opened.
pub(super) fn seat_use(module: i32, shown: Shown) -> El {
    let summary = el("summary")
        .child(K::UseOverTime)
        .on("click", move |event| {
            // The attribute below follows.
            event.prevent_default();
            shown.open.update(|open| *open = !*open);
        });
    el("details")
        .class("seat-use")
        .attr("open", move || shown.open.get())
        .child(summary)
        .child(live(move || {
            shown.open.get().then(|| inside(module, shown))
        }))
}

fn inside(module: i32, shown: Shown) -> Node {
    let changes = changes();
    let asked = remote(
        move || {
            changes.users();
            changes.licenses();
            shown.back.get()
        },
        move |back| api::seat_use(module, &back),
    );
    let mut options = Vec::new();
    for (value, name) in BACK {
        let chosen = shown.back.with_untracked(|back| back == value);
        let option = el("option").attr("value", value).attr("selected", chosen);
        options.push(option.child(name));
    }
    let list = el("select")
        .on_value("change", move |back| shown.back.set(back))
        .children(options);
    let back = el("label").class("choose").child(K::UseBack).child(list);
    let drawn = loaded(asked.there(), asked.waiting, 4, move || asked.show(drawn));
    nodes![back, drawn]
}

fn drawn(seats: &SeatUse) -> Node {
    let [first, .., last] = seats.points.as_slice() else {
        return p(K::UseFromTomorrow).into();
    };
    let left = |day| first.day.days_until(day);
    let today = left(last.day);
    // Some room after today, for what was bought and what is planned.
    let wide = today + today / 8 + 1;
    let (mut used, mut bought, mut planned) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rows, mut most) = (Vec::new(), 1);
    for seats in &seats.points {
        let day = left(seats.day);
        used.push((day, seats.in_use.into()));
        bought.extend(seats.total.map(|total| (day, total.into())));
        most = most.max(seats.in_use).max(seats.total.unwrap_or_default());
        let cells = vec![
            short(seats).into(),
            number(seats.in_use.into()).into(),
            or_unlimited(seats.total).into(),
        ];
        rows.push(row_of(&COLUMNS, cells));
    }
    rows.reverse();
    let mut key = vec![
        entry(IN_USE, K::InUse, Some(last.in_use)),
        entry(BOUGHT, K::TotalNumber, last.total),
    ];
    if let Some(seats) = seats.planned {
        key.push(entry(PLANNED, K::NewTotal, seats.total));
        planned.extend(seats.total.map(|total| (today, total.into())));
        most = most.max(seats.total.unwrap_or_default());
    }
    let mut chart = Chart::new(wide, most.into(), number);
    let days = seats.days.into();
    chart.upright(today);
    chart.line(IN_USE, &used, days, today);
    chart.line(BOUGHT, &bought, days, wide);
    chart.line(PLANNED, &planned, days, wide);
    chart.below(0, short(first));
    let middle = &seats.points[seats.points.len() / 2];
    let place = left(middle.day);
    if (today / 4..=today * 3 / 4).contains(&place) {
        chart.below(place, short(middle));
    }
    chart.below(today, now(K::UseToday));
    let long = |seats: &Seats| date(&seats.day.to_string(), Length::Long);
    let name = fill(
        K::UseGist,
        &[
            ("from", &long(first)),
            ("to", &long(last)),
            ("before", &said(first.in_use.into(), first.total)),
            ("after", &said(last.in_use.into(), last.total)),
        ],
    );
    let how = (seats.days > 1)
        .then(|| p(fill(K::UseMost, &[("count", &number(seats.days.into()))])).class("soft"));
    let rows = kept(K::UseOverTime, &COLUMNS, el("tbody").children(rows));
    // It scrolls by itself, also by keyboard.
    let rows = el("div")
        .class("seat-use-rows")
        .attr("tabindex", "0")
        .attr("role", "region")
        .attr("aria-label", K::UseAsTable)
        .child(rows);
    let numbers = el("details").child(el("summary").child(K::UseAsTable));
    nodes![
        el("div").child(chart.view(name)),
        el("ul").class("chart-key").children(key),
        forecast(seats.forecast, last.total),
        numbers.child(how).child(rows),
    ]
}

fn short(seats: &Seats) -> String {
    date(&seats.day.to_string(), Length::Short)
}

fn or_unlimited(seats: Option<i32>) -> String {
    seats.map_or(now(K::Unlimited).to_owned(), |seats| number(seats.into()))
}

/// What a line is, and its number today.
fn entry(class: &'static str, label: K, seats: Option<i32>) -> El {
    el("li")
        .child(sample(class))
        .child(label)
        .child(" ")
        .child(el("strong").child(or_unlimited(seats)))
}

/// When seats run out, or why that is not said.
fn forecast(forecast: Forecast, total: Option<i32>) -> Node {
    let why = match forecast {
        Forecast::Full(day) => {
            let total = number(total.unwrap_or_default().into());
            let day = date(&day.to_string(), Length::Long);
            let words = fill(K::ForecastFull, &[("total", &total), ("date", &day)]);
            return nodes![
                p(el("strong").child(words)),
                p(K::ForecastHow).class("soft")
            ];
        }
        Forecast::AlreadyFull => K::ForecastAlreadyFull,
        Forecast::Unlimited => K::ForecastUnlimited,
        Forecast::TooFewDays => K::ForecastTooFewDays,
        Forecast::NotGrowing => K::ForecastNotGrowing,
        Forecast::TooScattered => K::ForecastTooScattered,
        Forecast::TooFar => K::ForecastTooFar,
    };
    p(why).into()
}
