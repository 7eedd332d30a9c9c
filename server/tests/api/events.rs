//! Server-sent events: who hears what, and when a stream ends.

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, StatusCode};
use futures_util::StreamExt as _;
use licensing::wire::{Done, ErrorCode, Event, paths};
use server::auth::SESSION_IDLE_MS;
use server::events::STREAMS_PER_SESSION_MAX;
use tower::ServiceExt as _;

use crate::harness::{Browser, Console, for_each_database};

/// A stream of events as it comes in.
pub(crate) struct Stream(BodyDataStream);

impl Stream {
    /// Begins to listen.
    pub(crate) async fn open(console: &Console, browser: &Browser) -> Self {
        let request = browser.request(Method::GET, paths::EVENTS, Body::empty());
        let response = console
            .router()
            .oneshot(request)
            .await
            .expect("the router never fails");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self(response.into_body().into_data_stream());
        assert_eq!(
            stream.next().await.as_deref(),
            Some("retry: 2000\n: listening\n\n")
        );
        stream
    }

    /// What comes next; none: the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let bytes = self.0.next().await?.expect("the stream does not break");
        Some(String::from_utf8(bytes.to_vec()).expect("events are text"))
    }
}

const LICENSES: &str = "event: changed\ndata: {\"licenses\":\"SUPEROFFICE\"}\n\n";
const USERS: &str = "event: changed\ndata: \"users\"\n\n";

fn licenses() -> Event {
    Event::Licenses(Some("SUPEROFFICE".parse().expect("a name")))
}

#[tokio::test]
async fn an_administrator_hears_everything_and_others_of_users_only() {
    for_each_database(async |console| {
        let mut administrator = Stream::open(&console, &console.administrator().await).await;
        let mut reader = Stream::open(&console, &console.reader().await).await;
        console.state.events.send(licenses());
        console.state.events.send(Event::Users);
        assert_eq!(administrator.next().await.as_deref(), Some(LICENSES));
        assert_eq!(administrator.next().await.as_deref(), Some(USERS));
        assert_eq!(reader.next().await.as_deref(), Some(USERS));
    })
    .await;
}

#[tokio::test]
async fn who_fell_behind_is_told_that_everything_changed() {
    for_each_database(async |console| {
        let mut stream = Stream::open(&console, &console.administrator().await).await;
        for _ in 0..10_000 {
            console.state.events.send(Event::Users);
        }
        let all = "event: changed\ndata: {\"licenses\":null}\n\n";
        assert_eq!(stream.next().await.as_deref(), Some(all));
        assert_eq!(stream.next().await.as_deref(), Some(USERS));
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_streams_of_the_session_and_no_others() {
    for_each_database(async |console| {
        let reader = console.reader().await;
        let mut ended = Stream::open(&console, &reader).await;
        let mut other = Stream::open(&console, &console.administrator().await).await;
        reader.delete(paths::SESSION, &Done {}).await.json::<Done>();
        assert_eq!(ended.next().await, None);
        console.state.events.send(Event::Users);
        assert_eq!(other.next().await.as_deref(), Some(USERS));
    })
    .await;
}

#[tokio::test]
async fn a_session_that_has_ended_hears_nothing_more() {
    for_each_database(async |console| {
        let mut stream = Stream::open(&console, &console.administrator().await).await;
        console.state.clock.advance(SESSION_IDLE_MS);
        console.state.events.send(licenses());
        assert_eq!(stream.next().await, None);
    })
    .await;
}

#[tokio::test]
async fn stopping_ends_every_stream() {
    for_each_database(async |console| {
        let mut stream = Stream::open(&console, &console.administrator().await).await;
        console.state.events.stop();
        assert_eq!(stream.next().await, None);
    })
    .await;
}

#[tokio::test]
async fn a_session_has_so_many_streams_and_a_closed_one_makes_room() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        let mut open = Vec::new();
        for _ in 0..STREAMS_PER_SESSION_MAX {
            open.push(Stream::open(&console, &browser).await);
        }
        let answer = browser.get(paths::EVENTS).await;
        answer.error(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyAttempts);
        open.pop();
        Stream::open(&console, &browser).await;
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_hears_nothing() {
    for_each_database(async |console| {
        let answer = console.stranger().get(paths::EVENTS).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
    })
    .await;
}
