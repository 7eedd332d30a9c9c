//! Numbers, days and instants by `Intl`, in the reader's language and region.
//!
//! Days are texts `YYYY-MM-DD` and have no zone; instants are epoch milliseconds, shown in the reader's zone.

use std::cell::RefCell;

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use super::region;

/// How much of a date is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// "27 March 2027".
    Long,
    /// "27 Mar 2027", for tables.
    Short,
}

/// What `Intl` made for one region; making them is slow, using them is not.
struct Formats {
    region: String,
    number: Intl::NumberFormat,
    plural: Intl::PluralRules,
    relative: Intl::RelativeTimeFormat,
    /// Days without a zone: long, short.
    days: [Intl::DateTimeFormat; 2],
    /// Days of instants in the reader's zone: long, short.
    instants: [Intl::DateTimeFormat; 2],
    time: Intl::DateTimeFormat,
    exact: Intl::DateTimeFormat,
}

impl Formats {
    fn of(region: String) -> Self {
        let tags = Array::of1(&JsValue::from_str(&region));
        let day = |month: &str, zone: &[(&str, &str)]| {
            let shape = [("day", "numeric"), ("month", month), ("year", "numeric")];
            Intl::DateTimeFormat::new(&tags, &options(shape.iter().chain(zone)))
        };
        let utc = [("timeZone", "UTC")];
        let time = [("hour", "2-digit"), ("minute", "2-digit")];
        let exact = [("dateStyle", "full"), ("timeStyle", "long")];
        Self {
            number: Intl::NumberFormat::new(&tags, &Object::new()),
            plural: Intl::PluralRules::new(&tags, &Object::new()),
            relative: Intl::RelativeTimeFormat::new(&tags, &options(&[("numeric", "auto")])),
            days: [day("long", &utc), day("short", &utc)],
            instants: [day("long", &[]), day("short", &[])],
            time: Intl::DateTimeFormat::new(&tags, &options(&time)),
            exact: Intl::DateTimeFormat::new(&tags, &options(&exact)),
            region,
        }
    }
}

thread_local! {
    static FORMATS: RefCell<Option<Formats>> = const { RefCell::new(None) };
}

fn with<T>(using: impl FnOnce(&Formats) -> T) -> T {
    let region = region();
    FORMATS.with_borrow_mut(|formats| {
        if formats.as_ref().is_none_or(|known| known.region != region) {
            *formats = Some(Formats::of(region));
        }
        using(formats.as_ref().expect("made above"))
    })
}

fn options<'a>(pairs: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        Reflect::set(&object, &(*name).into(), &(*value).into())
            .expect("a plain object takes any property");
    }
    object
}

fn formatted(format: &js_sys::Function, value: &JsValue) -> String {
    let text = format.call1(&JsValue::UNDEFINED, value);
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn instant(at: i64) -> JsValue {
    Date::new(&JsValue::from_f64(at as f64)).into()
}

/// A number with the separators of the region.
pub(crate) fn number(value: i64) -> String {
    with(|formats| formatted(&formats.number.format(), &JsValue::from_f64(value as f64)))
}

/// Whether a count takes the form for one thing.
pub(super) fn plural_is_one(count: i64) -> bool {
    with(|formats| formats.plural.select(count as f64) == "one")
}

/// A day, from `YYYY-MM-DD`.
pub(crate) fn date(day: &str, length: Length) -> String {
    let midnight = Date::new(&JsValue::from_str(day)).into();
    with(|formats| formatted(&formats.days[length as usize].format(), &midnight))
}

/// The day of an instant.
pub(crate) fn date_of(at: i64, length: Length) -> String {
    with(|formats| formatted(&formats.instants[length as usize].format(), &instant(at)))
}

/// An instant to the second, with its zone: for the hover.
pub(crate) fn exact(at: i64) -> String {
    with(|formats| formatted(&formats.exact.format(), &instant(at)))
}

/// A past instant in a table: "today 08:14", "yesterday", else its day.
pub(crate) fn moment(at: i64, now: i64) -> String {
    match days_between(at, now) {
        0 => with(|formats| {
            let day = String::from(formats.relative.format(0.0, "day"));
            let time = formatted(&formats.time.format(), &instant(at));
            [&*day, " ", &time].concat()
        }),
        1 => with(|formats| String::from(formats.relative.format(-1.0, "day"))),
        _ => date_of(at, Length::Short),
    }
}

/// How long ago (or how far ahead) an instant is: "4 minutes ago", "just now".
pub(crate) fn ago(at: i64, now: i64) -> String {
    let (amount, unit) = distance(at - now);
    if amount == 0 {
        return super::now(super::K::JustNow).to_owned();
    }
    with(|formats| String::from(formats.relative.format(amount as f64, unit)))
}

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
const MONTH_DAYS: i64 = 30;
const YEAR_DAYS: i64 = 365;

/// The largest unit that says at least one, and how many of it.
fn distance(ms: i64) -> (i64, &'static str) {
    match ms.abs() {
        size if size < MINUTE_MS => (0, "second"),
        size if size < HOUR_MS => (ms / MINUTE_MS, "minute"),
        size if size < DAY_MS => (ms / HOUR_MS, "hour"),
        size if size < 2 * MONTH_DAYS * DAY_MS => (ms / DAY_MS, "day"),
        size if size < 2 * YEAR_DAYS * DAY_MS => (ms / (MONTH_DAYS * DAY_MS), "month"),
        _ => (ms / (YEAR_DAYS * DAY_MS), "year"),
    }
}

/// Days of the reader's calendar from one instant to another.
fn days_between(at: i64, now: i64) -> i64 {
    let day = |at: i64| {
        let offset = Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset() as i64;
        (at - offset * MINUTE_MS).div_euclid(DAY_MS)
    };
    day(now) - day(at)
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, HOUR_MS, MINUTE_MS, distance};

    #[test]
    fn a_distance_is_said_in_the_largest_unit_that_fits() {
        assert_eq!(distance(-59_000), (0, "second"));
        assert_eq!(distance(-4 * MINUTE_MS - 1), (-4, "minute"));
        assert_eq!(distance(3 * HOUR_MS), (3, "hour"));
        assert_eq!(distance(-59 * DAY_MS), (-59, "day"));
        assert_eq!(distance(123 * DAY_MS), (4, "month"));
        assert_eq!(distance(-800 * DAY_MS), (-2, "year"));
    }
}
