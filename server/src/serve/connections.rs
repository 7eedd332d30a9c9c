//! Connections: accepted up to a number, ended when they are silent, finished when the server stops.
//!
//! `axum::serve` has none of these limits, so that a few hundred silent strangers would hold every file descriptor.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS_MAX: usize = 10_000;
/// Longest wait for the head of a request, also for that of the next one.
const HEAD_WAIT: Duration = Duration::from_secs(60);
/// How often a silent HTTP/2 connection is asked whether it is alive, and how long its answer may take.
const PING_EVERY: Duration = Duration::from_secs(30);
/// Wait after the system had no file descriptor for a further connection.
const EXHAUSTED_WAIT: Duration = Duration::from_secs(1);
/// Longest wait for running requests when it is told to stop.
const STOP_WAIT: Duration = Duration::from_secs(10);

/// Answers with the router until `stop`, then finishes what runs, for a while.
pub(super) async fn answer(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let running = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &free) => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok(Some((stream, peer, room))) => {
                converse(stream, peer, room, router.clone(), &running);
            }
            Ok(None) => break,
            // The browser gave up before it was its turn.
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(EXHAUSTED_WAIT).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(STOP_WAIT, running.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time");
    }
}

/// The next connection, once there is room for one.
async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> io::Result<Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)>> {
    let Ok(room) = free.clone().acquire_owned().await else {
        return Ok(None);
    };
    let (stream, peer) = listener.accept().await?;
    // Answers are written at once, not in dribs: nothing is won by waiting for more.
    stream.set_nodelay(true)?;
    Ok(Some((stream, peer, room)))
}

fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    room: OwnedSemaphorePermit,
    router: Router,
    running: &GracefulShutdown,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_EVERY);
    let connection = builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    let connection = running.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%peer, error, "a connection broke off");
        }
        drop(room);
    });
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::NotConnected
    )
}
