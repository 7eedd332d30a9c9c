//! Days and instants: `<time>` with the machine's form, and the exact time on hover.

use leptos::prelude::*;

use super::el::{El, el, live};
use crate::text::{self, Length};

/// How an instant is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// "today 08:14", "yesterday", "19 Nov 2026".
    Moment,
    /// "4 minutes ago".
    Ago,
    /// "19 November 2026".
    Day,
}

/// An instant, in epoch milliseconds; `now` is the server's clock.
pub(crate) fn instant(at: i64, now: Signal<i64>, said: Said) -> El {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
    let words = live(move || match said {
        Said::Moment => text::moment(at, now.get()),
        Said::Ago => text::ago(at, now.get()),
        Said::Day => text::date_of(at, Length::Long),
    });
    el("time")
        .attr("datetime", String::from(date.to_iso_string()))
        .attr("title", move || text::exact(at))
        .child(words)
}

/// A day, as `YYYY-MM-DD`.
pub(crate) fn day(day: String, length: Length) -> El {
    let time = el("time").attr("datetime", day.clone());
    time.child(live(move || text::date(&day, length)))
}
