//! What changed, as server-sent events, for as long as the session lasts.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::Sse;
use axum::response::sse::{self, KeepAlive};
use futures_util::stream::{self, Stream, StreamExt as _};
use licensing::wire::{EVENT, ErrorCode, Event, paths};

use super::{Routes, Who};
use crate::State;
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::events::Listener;

/// How often a silent stream says that it is alive, and sees whether its session is.
const ALIVE_EVERY: Duration = Duration::from_secs(20);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(2);
/// Seconds after which to try again when there are too many streams.
const TOO_MANY_RETRY_S: u64 = 60;

pub(super) fn routes() -> Routes {
    Routes::default().get(paths::EVENTS, Who::SignedIn, events)
}

async fn events(
    SignedIn(session): SignedIn,
    state: State,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, Error> {
    let listener = state
        .events
        .listen(&session.token_sha256)
        .ok_or_else(|| Error::refused_for(ErrorCode::TooManyAttempts, TOO_MANY_RETRY_S))?;
    let told = Told {
        state,
        listener,
        token_sha256: session.token_sha256,
    };
    // Something at once, so that whatever is in between lets the answer begin.
    let begin = sse::Event::default().retry(RETRY).comment("listening");
    let changes = stream::unfold(told, async |mut told| Some((told.next().await?, told)))
        .flat_map(|events| {
            stream::iter(events).map(|event| sse::Event::default().event(EVENT).json_data(event))
        })
        // Events are plain names: they always serialize.
        .filter_map(async |event| event.ok());
    let stream = stream::once(async { begin }).chain(changes).map(Ok);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)))
}

/// Who is told.
struct Told {
    state: State,
    listener: Listener,
    token_sha256: String,
}

impl Told {
    /// The next events that this session may hear; none when it has ended.
    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let heard = match tokio::time::timeout(ALIVE_EVERY, self.listener.next()).await {
                Ok(events) => events?,
                Err(_) => Vec::new(),
            };
            let administrator = match auth::session(&self.state, &self.token_sha256).await {
                Ok(session) => session.administrator,
                Err(Error::Unauthenticated) => return None,
                // Nobody knows whether the session is still there: the browser asks again.
                Err(error) => {
                    tracing::warn!(
                        error = crate::error::chain(&error),
                        "a stream of events ends"
                    );
                    return None;
                }
            };
            let told: Vec<Event> = heard
                .into_iter()
                .filter(|event| administrator || *event == Event::Users)
                .collect();
            if !told.is_empty() {
                return Some(told);
            }
        }
    }
}
