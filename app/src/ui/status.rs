//! One line at the bottom that says what was just done, for a few seconds, to eyes and screen readers alike.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live::maybe;

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
        let later = std::time::Duration::from_millis(STAYS_MS);
        self.timer
            .set_value(set_timeout_with_handle(hush, later).ok());
    }
}

/// Where the line appears: once, in the shell.
#[component]
pub(crate) fn StatusLine(
    /// The line.
    status: Status,
) -> impl IntoView {
    let words = maybe(move || {
        let line = status.line.get();
        (!line.is_empty()).then(|| {
            view! {
                <p class="status-line">
                    <Glyph icon=Icon::Done />
                    <span>{line}</span>
                </p>
            }
            .into_any()
        })
    });
    view! {
        <div class="status" role="status" aria-live="polite">
            {words}
        </div>
    }
}
