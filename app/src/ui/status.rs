//! One line at the bottom that says what was just done, for a few seconds, to eyes and screen readers alike.

use leptos::prelude::{TimeoutHandle, expect_context};

use super::el::{El, el, live};
use super::heard::later;
use super::icon::{Icon, glyph};
use crate::reactive::{RwSignal, StoredValue};

/// How long a line stays, in milliseconds.
const STAYS_MS: u64 = 6_000;

/// The line; in the context of everything.
#[derive(Clone, Copy)]
pub(crate) struct Status {
    line: RwSignal<String>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

/// The page's line.
pub(crate) fn status() -> Status {
    expect_context()
}

impl Status {
    /// Nothing to say yet.
    pub(crate) fn new() -> Self {
        Self {
            line: RwSignal::new(String::new()),
            timer: StoredValue::new(None),
        }
    }

    /// Says what was done.
    pub(crate) fn say(self, line: String) {
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
        self.line.set(line);
        let hush = move || self.line.set(String::new());
        self.timer.set_value(later(STAYS_MS, hush));
    }
}

/// Where the line appears: once, in the shell.
pub(crate) fn status_line(status: Status) -> El {
    let words = live(move || {
        let line = status.line.get();
        (!line.is_empty()).then(|| {
            let words = el("p").class("status-line").child(glyph(Icon::Done));
            words.child(el("span").child(line))
        })
    });
    el("div")
        .class("status")
        .attr("role", "status")
        .attr("aria-live", "polite")
        .child(words)
}
