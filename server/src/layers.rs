//! What surrounds every request: its id, its log line, its limits, the body of every failure, and the headers of every
//! answer.

use std::any::Any;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use licensing::wire::{BODY_MAX, ErrorBody, ErrorCode, paths};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tracing::Instrument as _;

use crate::State;
use crate::error::{Error, Failed, chain};

/// Longest time until an answer begins.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Longest time until an answer begins to a file that may be 1 GiB: six hours are 50 kB a second.
const UPLOAD_WAIT: Duration = Duration::from_secs(6 * 60 * 60);
/// Names a request in answers and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Who may do what in the client's pages: its own files, and WebAssembly.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
     img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];
/// Browsers stay with HTTPS for a year.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Puts the layers around the router; the last one is the outermost. `secure`: it is reached over HTTPS only.
pub fn around(router: Router, secure: bool) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn(in_time))
        .layer(
            CsrfLayer::new()
                .with_rejection_response(|_| Error::refused(ErrorCode::CrossSite).into_response()),
        )
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(answer))
        .layer(from_fn_with_state(secure, headers))
}

async fn headers(
    axum::extract::State(secure): axum::extract::State<bool>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT_SECURITY),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Gives the request its id, writes the body of its failure and its line in the log. The query is not logged: it may name
/// people.
async fn answer(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let request_id = uuid::Uuid::now_v7().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", id = request_id, %method, path);
    async {
        let response = next.run(request).await;
        let mut response = match response.extensions().get::<Failed>().cloned() {
            Some(Failed(error)) => {
                failure(response.into_parts().0.headers, &error, request_id.clone())
            }
            None => response,
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let status = response.status().as_u16();
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if path.starts_with("/api/") {
            tracing::info!(status, ms, "answered");
        } else {
            tracing::debug!(status, ms, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

fn failure(headers: HeaderMap, error: &Error, request_id: String) -> Response {
    if error.status().is_server_error() {
        tracing::error!(error = chain(error), "failed");
    }
    let body = ErrorBody {
        code: error.code(),
        message: error.to_string(),
        problems: error.problems().to_vec(),
        retry_after: error.retry_after(),
        request_id,
    };
    let mut response = (error.status(), headers, axum::Json(body)).into_response();
    if let Some(seconds) = error.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

async fn in_time(request: Request, next: Next) -> Response {
    let is_upload = request.method() == Method::POST && request.uri().path() == paths::IMPORTS;
    let wait = if is_upload { UPLOAD_WAIT } else { ANSWER_WAIT };
    match tokio::time::timeout(wait, next.run(request)).await {
        Ok(response) => response,
        Err(late) => Error::Unavailable(late.into()).into_response(),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the layer's"
)]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(format!("panic: {}", said.unwrap_or("of an unknown kind"))).into_response()
}

/// Where a request comes from.
pub(crate) struct Client(IpAddr);

impl Client {
    /// Its address.
    pub(crate) fn address(&self) -> IpAddr {
        self.0
    }
}

impl FromRequestParts<State> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| {
                peer.ip()
            });
        let forwarded = state
            .config
            .behind_proxy
            .then(|| forwarded_for(&parts.headers))
            .flatten();
        Ok(Self(forwarded.unwrap_or(peer)))
    }
}

/// The last address of X-Forwarded-For: the one that the proxy in front of us saw; those before it are hearsay.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}
