//! The license server over HTTP: which calls there are, what limits them, and how it begins and stops.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use licensing::retrieval::CACHE_CONTROL;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracing::Level;

use crate::state::Server;
use crate::{Failure, calls, store};

/// Largest body of a request, in bytes.
const BODY_MAX: usize = 64 * 1024;
/// Longest time for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// When to come back to a license server that is too slow now, in seconds.
const RETRY_AFTER: &str = "60";
/// Longest wait for running requests when it is told to stop.
const STOP_WAIT: Duration = Duration::from_secs(5);

/// The whole license server as a router; with the order page or without.
pub fn router(server: Server, with_store: bool) -> Router {
    let calls = calls::router()
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static(CACHE_CONTROL),
        ))
        .route_layer(from_fn_with_state(server.clone(), limit));
    let store = if with_store {
        store::router()
    } else {
        Router::new()
    };
    let retry = |answer: &Response| {
        let busy = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
        busy.then(|| HeaderValue::from_static(RETRY_AFTER))
    };
    calls
        .merge(store)
        .route("/healthz", get(async || "ok\n"))
        .with_state(server)
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER,
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::RETRY_AFTER,
            retry,
        ))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
}

/// Answers until `stop`, then finishes what runs, for a while.
///
/// # Errors
/// When the system takes the listener away.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (told, stopping) = oneshot::channel();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping");
        // Nobody listens when serving has ended already.
        let _ = told.send(());
    });
    let too_long = async {
        if stopping.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(STOP_WAIT).await;
    };
    tokio::select! {
        served = served => served.map_err(|error| Failure::new(error.to_string())),
        () = too_long => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

async fn limit(State(server): State<Server>, request: Request, next: Next) -> Response {
    let wait = who_asks(&server, &request).and_then(|peer| server.limit.ask(peer, Instant::now()));
    match wait {
        Some(wait) => {
            let after = [(header::RETRY_AFTER, wait.as_secs().max(1).to_string())];
            (StatusCode::TOO_MANY_REQUESTS, after, "too many requests\n").into_response()
        }
        None => next.run(request).await,
    }
}

/// The address that asks: the connection's, or the one that our own proxy wrote last.
fn who_asks(server: &Server, request: &Request) -> Option<IpAddr> {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connection = connection.map(|peer| peer.0.ip());
    if server.behind_proxy {
        forwarded(request.headers()).or(connection)
    } else {
        connection
    }
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}
