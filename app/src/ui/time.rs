//! Instants: `<time>` with the machine's form, and the exact time on hover.

use super::el::{El, el, live};
use crate::reactive::Signal;
use crate::text;

/// An instant, in epoch milliseconds, as "today 08:14", "yesterday" or "19 Nov 2026"; `now` is the server's clock.
pub(crate) fn instant(at: i64, now: Signal<i64>) -> El {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
    el("time")
        .attr("datetime", String::from(date.to_iso_string()))
        .attr("title", move || text::exact(at))
        .child(live(move || text::moment(at, now.get())))
}
