//! Days and instants: `<time>` with the machine's form, and the exact time on hover.

use leptos::prelude::*;

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

/// An instant, in epoch milliseconds.
#[component]
pub(crate) fn Instant(
    /// When.
    #[prop(into)]
    at: Signal<i64>,
    /// Now by the server's clock.
    #[prop(into)]
    now: Signal<i64>,
    /// How it is said.
    said: Said,
) -> impl IntoView {
    let machine = move || {
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.get() as f64));
        String::from(date.to_iso_string())
    };
    let words = move || match said {
        Said::Moment => text::moment(at.get(), now.get()),
        Said::Ago => text::ago(at.get(), now.get()),
        Said::Day => text::date_of(at.get(), Length::Long),
    };
    view! {
        <time datetime=machine title=move || text::exact(at.get())>
            {words}
        </time>
    }
}

/// A day, as `YYYY-MM-DD`.
#[component]
pub(crate) fn Day(
    /// Which.
    #[prop(into)]
    day: Signal<String>,
    /// How much of it.
    #[prop(default = Length::Long)]
    length: Length,
) -> impl IntoView {
    view! { <time datetime=day>{move || text::date(&day.get(), length)}</time> }
}
