//! Who is signed in. A session that ends while somebody works is noticed once, here: a dialog asks to sign in again
//! over whatever is open, and the call that was refused is made again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use leptos::prelude::{expect_context, set_interval, window};
use licensing::wire;

use crate::api::{self, Asking, Failure, Then};
use crate::call::Call;
use crate::reactive::{RwSignal, StoredValue};

/// The session of this page; in the context of everything.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    state: RwSignal<State>,
    /// Server's clock minus the browser's, in milliseconds.
    ahead_ms: RwSignal<i64>,
    /// Moves every half minute, so that "4 minutes ago" stays true.
    tick: RwSignal<u32>,
    waiting: StoredValue<Vec<Waker>>,
}

/// Whether somebody is signed in.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Nobody.
    Out,
    /// This person.
    In(Arc<wire::Session>),
    /// This person was, and has to say so again.
    Again(Arc<wire::Session>),
}

/// How often texts like "4 minutes ago" are written anew, in milliseconds.
const TICK_MS: u64 = 30_000;

/// The session of this page.
pub(crate) fn session() -> Session {
    expect_context()
}

impl Session {
    /// A session as the server knew it when the page was opened.
    pub(crate) fn start(known: Option<wire::Session>) -> Self {
        let this = Self {
            state: RwSignal::new(State::Out),
            ahead_ms: RwSignal::new(0),
            tick: RwSignal::new(0),
            waiting: StoredValue::new(Vec::new()),
        };
        if let Some(session) = known {
            this.signed_in(session);
        }
        let beat = move || this.tick.update(|tick| *tick = tick.wrapping_add(1));
        set_interval(beat, std::time::Duration::from_millis(TICK_MS));
        this
    }

    /// Whether somebody is signed in; follows changes.
    pub(crate) fn state(self) -> State {
        self.state.get()
    }

    /// Who is signed in, or was until a moment ago; follows changes.
    pub(crate) fn who(self) -> Option<Arc<wire::Session>> {
        match self.state.get() {
            State::Out => None,
            State::In(who) | State::Again(who) => Some(who),
        }
    }

    /// Whether somebody is signed in, or was until a moment ago; without following it.
    pub(crate) fn is_signed_in(self) -> bool {
        self.state
            .with_untracked(|state| !matches!(state, State::Out))
    }

    /// Whether they may change things; follows changes.
    pub(crate) fn is_administrator(self) -> bool {
        self.who().is_some_and(|who| who.administrator)
    }

    /// Now by the server's clock, in epoch milliseconds; moves every half minute.
    pub(crate) fn now(self) -> i64 {
        self.tick.track();
        browser_now() + self.ahead_ms.get()
    }

    /// Sets the clock by an answer's `now`.
    pub(crate) fn heard(self, now: licensing::license::Timestamp) {
        self.ahead_ms.set(now.0 - browser_now());
    }

    /// Somebody signed in: calls that waited go on.
    pub(crate) fn signed_in(self, who: wire::Session) {
        self.heard(who.now);
        self.state.set(State::In(Arc::new(who)));
        let waiting = self.waiting.try_update_value(std::mem::take);
        for waker in waiting.unwrap_or_default() {
            waker.wake();
        }
    }

    /// Asks anew who is signed in: what the session says of licenses may have changed.
    pub(crate) fn renew(self) {
        leptos::task::spawn_local(async move {
            let answer = api::session().await;
            // Said again only when there is something new to say.
            if let (Ok(who), State::In(known)) = (answer, self.state.get_untracked())
                && known.standings != who.standings
            {
                self.state.set(State::In(Arc::new(who)));
            }
        });
    }

    /// Makes a call; when the session has ended, asks to sign in again and then makes it once more.
    pub(crate) fn call(self, ask: Box<dyn Call<(), Asking<Then>>>) -> Asking<Then> {
        Box::pin(async move {
            loop {
                match ask.call_with(()).await {
                    Err(Failure::SignedOut) if self.ended() => self.until_signed_in().await,
                    answer => return answer,
                }
            }
        })
    }

    /// Signs out and begins anew, so that nothing of this person stays on the page.
    pub(crate) async fn sign_out(self) -> Result<(), Failure> {
        match api::sign_out().await {
            Ok(_) | Err(Failure::SignedOut) => {
                begin_anew();
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// The session has ended; false when nobody was signed in.
    pub(crate) fn ended(self) -> bool {
        match self.state.get_untracked() {
            State::Out => false,
            State::Again(_) => true,
            State::In(who) => {
                self.state.set(State::Again(who));
                true
            }
        }
    }

    /// Waits until somebody has signed in again.
    fn until_signed_in(self) -> Asked {
        let poll = move |context: &mut Context<'_>| {
            if matches!(self.state.get_untracked(), State::In(_)) {
                return Poll::Ready(());
            }
            let waker = context.waker().clone();
            self.waiting.try_update_value(|waiting| waiting.push(waker));
            Poll::Pending
        };
        Box::pin(std::future::poll_fn(poll))
    }
}

/// Waiting for somebody.
type Asked = Pin<Box<dyn Future<Output = ()>>>;

/// Opens the console from the start.
pub(crate) fn begin_anew() {
    // The browser refuses only addresses that are none.
    drop(window().location().assign("/"));
}

fn browser_now() -> i64 {
    js_sys::Date::now() as i64
}
