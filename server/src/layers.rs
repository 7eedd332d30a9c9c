//! What surrounds every request: its id, its log line, its limits, and the body of every failure.

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use licensing::wire::ErrorBody;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::State;
use crate::error::{Error, Failed};

/// Puts the layers around the router.
pub(crate) fn around(router: Router) -> Router {
    router.layer(from_fn(answer))
}

async fn answer(request: Request, next: Next) -> Response {
    let request_id = uuid::Uuid::now_v7().to_string();
    let response = next.run(request).await;
    let mut response = match response.extensions().get::<Failed>() {
        Some(Failed(error)) => failure(error, request_id.clone()),
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn failure(error: &Error, request_id: String) -> Response {
    let body = ErrorBody {
        code: error.code(),
        message: error.to_string(),
        problems: error.problems().to_vec(),
        retry_after: error.retry_after(),
        request_id,
    };
    let mut response = (error.status(), axum::Json(body)).into_response();
    if let Some(seconds) = error.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Where a request comes from.
pub(crate) struct Client(Option<IpAddr>);

impl Client {
    /// Its address.
    pub(crate) fn address(&self, _state: &State) -> IpAddr {
        self.0.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map(|ConnectInfo(peer)| peer.ip())))
    }
}
