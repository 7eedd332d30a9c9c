//! Tells open browsers what changed.

use licensing::wire::Event;
use tokio::sync::broadcast;

/// How many events a slow browser may be behind before it is told to load everything again.
const BACKLOG_MAX: usize = 64;

/// The bus of events.
#[derive(Clone, Debug)]
pub struct Events {
    bus: broadcast::Sender<Event>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            bus: broadcast::Sender::new(BACKLOG_MAX),
        }
    }
}

impl Events {
    /// Tells everyone who listens; nobody may be there. Call it after the commit.
    pub fn send(&self, event: Event) {
        // An error only says that nobody listens.
        drop(self.bus.send(event));
    }
}
