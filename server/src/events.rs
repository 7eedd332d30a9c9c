//! Tells open browsers what changed, as server-sent events.
//!
//! One bus for all: [`Events::send`] after a commit, `listen` per browser. Who fell behind is told that everything
//! changed; whose session ended hears no more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use licensing::wire::Event;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

/// How many events a slow browser may be behind before it is told that everything changed.
const BACKLOG_MAX: usize = 256;
/// Streams of one session at once: one per open page.
pub const STREAMS_PER_SESSION_MAX: usize = 32;
/// Streams at once.
pub const STREAMS_MAX: usize = 10_000;

/// The bus. Cheap to clone; clones agree.
#[derive(Clone, Debug)]
pub struct Events {
    bus: Sender<Signal>,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

#[derive(Clone, Debug)]
enum Signal {
    Changed(Event),
    SessionEnded(Arc<str>),
    Stop,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            bus: Sender::new(BACKLOG_MAX),
            open: Arc::default(),
        }
    }
}

impl Events {
    /// Tells everyone who listens. Call it after the commit.
    pub fn send(&self, event: Event) {
        self.signal(Signal::Changed(event));
    }

    /// Ends the streams of a session.
    pub(crate) fn session_ended(&self, token_sha256: &str) {
        self.signal(Signal::SessionEnded(token_sha256.into()));
    }

    /// Ends every stream, so that the server can stop.
    pub fn stop(&self) {
        self.signal(Signal::Stop);
    }

    /// A stream of a session, unless there are too many.
    pub(crate) fn listen(&self, token_sha256: &str) -> Option<Listener> {
        let mut open = self.lock();
        if open.values().sum::<usize>() >= STREAMS_MAX {
            return None;
        }
        let streams = open.entry(token_sha256.to_owned()).or_default();
        if *streams >= STREAMS_PER_SESSION_MAX {
            return None;
        }
        *streams += 1;
        Some(Listener {
            token_sha256: token_sha256.to_owned(),
            signals: self.bus.subscribe(),
            events: self.clone(),
        })
    }

    fn signal(&self, signal: Signal) {
        // An error only says that nobody listens.
        drop(self.bus.send(signal));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        // Nothing in here is left half done by a panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One browser that listens; counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    token_sha256: String,
    signals: Receiver<Signal>,
    events: Events,
}

impl Listener {
    /// The next events; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            match self.signals.recv().await {
                Ok(Signal::Changed(event)) => return Some(vec![event]),
                Ok(Signal::SessionEnded(ended)) if *ended == *self.token_sha256 => return None,
                Ok(Signal::SessionEnded(_)) => {}
                // Among what was missed may be the end of this session: who listens asks for it.
                Err(RecvError::Lagged(_)) => {
                    return Some(vec![Event::Licenses(None), Event::Users]);
                }
                Ok(Signal::Stop) | Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut open = self.events.lock();
        if let Some(streams) = open.get_mut(&self.token_sha256) {
            *streams -= 1;
            if *streams == 0 {
                open.remove(&self.token_sha256);
            }
        }
    }
}
