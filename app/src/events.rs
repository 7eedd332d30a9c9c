//! What other browsers change: the server's events as signals that screens follow.

use leptos::prelude::expect_context;
use licensing::wire::{EVENT, Event, paths};
use wasm_bindgen::JsCast;

use crate::json;
use crate::reactive::{RwSignal, StoredValue};
use crate::session::Session;
use crate::ui::heard::{hear_always, later};

/// Counts of changes; a screen that reads one asks again when it moves. In the context of everything.
#[derive(Clone, Copy)]
pub(crate) struct Changes {
    licenses: RwSignal<u32>,
    users: RwSignal<u32>,
    imports: RwSignal<u32>,
}

/// First wait before listening again after the server refused, in milliseconds; doubles up to [`RETRY_MAX_MS`].
const RETRY_MS: u64 = 2_000;
/// Longest wait before listening again, in milliseconds.
const RETRY_MAX_MS: u64 = 60_000;

/// The changes that this page hears of.
pub(crate) fn changes() -> Changes {
    expect_context()
}

impl Changes {
    /// Nothing heard yet.
    pub(crate) fn new() -> Self {
        Self {
            licenses: RwSignal::new(0),
            users: RwSignal::new(0),
            imports: RwSignal::new(0),
        }
    }

    /// Follows licenses, offers, checks and the installation.
    pub(crate) fn licenses(self) {
        self.licenses.track();
    }

    /// Follows users and who holds what.
    pub(crate) fn users(self) {
        self.users.track();
    }

    /// Follows how far an import is.
    pub(crate) fn imports(self) {
        self.imports.track();
    }

    fn heard(self, event: &Event, session: Session) {
        match event {
            Event::Licenses(_) => bump(self.licenses),
            Event::Imports => bump(self.imports),
            Event::Users => {
                bump(self.users);
                // A license in force is told to everyone this way: seats are on every screen.
                session.renew();
            }
        }
    }

    /// After a gap nobody knows what was missed.
    fn heard_nothing_for_a_while(self, session: Session) {
        bump(self.licenses);
        bump(self.imports);
        self.heard(&Event::Users, session);
    }

    /// Listens until the page is left. Lost connections are taken up again by the browser; refused ones by us, as long
    /// as somebody is signed in.
    pub(crate) fn listen(self, session: Session) {
        self.connect(session, RETRY_MS, false);
    }

    fn connect(self, session: Session, wait_ms: u64, after_a_gap: bool) {
        let Ok(source) = web_sys::EventSource::new(paths::EVENTS) else {
            return;
        };
        hear_always(&source, &[EVENT], move |event| {
            let message = event.dyn_into::<web_sys::MessageEvent>();
            let text = message.ok().and_then(|message| message.data().as_string());
            // An event of a newer server is none of ours.
            if let Some(event) = text.and_then(|text| json::read(&text)) {
                self.heard(&event, session);
            }
        });

        let gap = StoredValue::new(after_a_gap);
        let wait = StoredValue::new(wait_ms);
        hear_always(&source, &["open"], move |_| {
            wait.set_value(RETRY_MS);
            if gap.try_get_value() == Some(true) {
                gap.set_value(false);
                self.heard_nothing_for_a_while(session);
            }
        });

        let failing = source.clone();
        hear_always(&source, &["error"], move |_| {
            gap.set_value(true);
            if failing.ready_state() == web_sys::EventSource::CLOSED {
                let wait_ms = wait.get_value();
                let next_ms = (wait_ms * 2).min(RETRY_MAX_MS);
                let again = move || {
                    if session.is_signed_in() {
                        self.connect(session, next_ms, true);
                    }
                };
                later(wait_ms, again);
            }
        });
    }
}

fn bump(count: RwSignal<u32>) {
    count.update(|count| *count = count.wrapping_add(1));
}
