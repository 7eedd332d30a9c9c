//! Answers consoles: the calls of `licensing::retrieval`, and the order page when it was asked for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use licensing::license::Installation;
use licensing::retrieval::{
    CACHE_CONTROL, COMPANY_HEADER, CheckLicenseStatusResult, HISTORY_PATH, HistoryOf,
    LICENSE_MEDIA_TYPE, LICENSE_PATH, LicenseStatus, REGISTRATIONS_PATH, Registration, STATUS_PATH,
    etag, percent_decoded, sequence_of_etag,
};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::db::{Customer, Issued};
use crate::state::Server;
use crate::{Failure, store};

/// Largest body of a request, in bytes.
const BODY_MAX: usize = 64 * 1024;
/// Longest time for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The whole license server as a router; with the order page or without.
pub fn router(server: Server, with_store: bool) -> Router {
    let calls = Router::new()
        .route(LICENSE_PATH, get(license))
        .route(STATUS_PATH, get(status))
        .route(HISTORY_PATH, get(history))
        .route(REGISTRATIONS_PATH, post(registrations))
        .route_layer(from_fn_with_state(server.clone(), limit))
        .route("/healthz", get(async || "ok\n"));
    let router = if with_store {
        calls.merge(store::router())
    } else {
        calls
    };
    router
        .with_state(server)
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER,
        ))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(TraceLayer::new_for_http())
}

async fn limit(State(server): State<Server>, request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip());
    match peer.and_then(|peer| server.too_often(peer)) {
        Some(seconds) => {
            let after = [(header::RETRY_AFTER, seconds.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, after, "too many requests\n").into_response()
        }
        None => next.run(request).await,
    }
}

/// A refusal of a call. Unknown serial number and other company look the same.
enum Refusal {
    Unknown,
    Withdrawn,
    Fault(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Fault(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => (
                StatusCode::NOT_FOUND,
                "no license for this serial number and company\n",
            )
                .into_response(),
            Self::Withdrawn => (StatusCode::GONE, "this license was withdrawn\n").into_response(),
            Self::Fault(failure) => {
                tracing::error!(%failure, "a call failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal error\n").into_response()
            }
        }
    }
}

/// The customer that asks: serial number and company must both fit.
async fn customer(server: &Server, serial: &str, headers: &HeaderMap) -> Result<Customer, Refusal> {
    let asked = headers
        .get(COMPANY_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(percent_decoded);
    let customer = server.db.customer(serial).await?.ok_or(Refusal::Unknown)?;
    let known = Installation {
        serial_nr: serial.to_owned(),
        company_name: customer.company_name.clone(),
    };
    if !asked.is_some_and(|company| known.is_company(&company)) {
        return Err(Refusal::Unknown);
    }
    if customer.withdrawn {
        Err(Refusal::Withdrawn)
    } else {
        Ok(customer)
    }
}

async fn license(
    State(server): State<Server>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    customer(&server, &serial, &headers).await?;
    let newest = server
        .db
        .published(&serial)
        .await?
        .ok_or(Refusal::Unknown)?;
    let held = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .and_then(sequence_of_etag);
    let sequence = newest.sequence.unsigned_abs();
    if held == Some(sequence) {
        return Ok((StatusCode::NOT_MODIFIED, caching(sequence)).into_response());
    }
    Ok(answer(newest))
}

fn caching(sequence: u64) -> [(header::HeaderName, HeaderValue); 2] {
    let etag = HeaderValue::try_from(etag(sequence)).expect("digits in quotes are a header value");
    [
        (header::ETAG, etag),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static(CACHE_CONTROL),
        ),
    ]
}

fn answer(license: Issued) -> Response {
    let media = [(header::CONTENT_TYPE, LICENSE_MEDIA_TYPE)];
    (
        media,
        caching(license.sequence.unsigned_abs()),
        license.compact,
    )
        .into_response()
}

async fn status(
    State(server): State<Server>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Json<CheckLicenseStatusResult>, Refusal> {
    customer(&server, &serial, &headers).await?;
    let newest = server.db.published(&serial).await?;
    let held = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .and_then(sequence_of_etag);
    let is_newer =
        newest.is_some_and(|newest| held.is_some_and(|held| newest.sequence.unsigned_abs() > held));
    let license_status = if is_newer {
        LicenseStatus::NewLicenseAvailable
    } else {
        LicenseStatus::Ok
    };
    Ok(Json(CheckLicenseStatusResult {
        license_status,
        message: String::new(),
        url: String::new(),
    }))
}

async fn history(
    State(server): State<Server>,
    Path(of): Path<HistoryOf>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    customer(&server, &of.serial, &headers).await?;
    Ok(Json(server.db.history(&of.serial, of.module.as_str()).await?).into_response())
}

async fn registrations(
    State(server): State<Server>,
    Json(asked): Json<Registration>,
) -> Result<Response, Refusal> {
    let agreed = server
        .db
        .registered(&asked.from_serial, &asked.serial)
        .await?
        .ok_or(Refusal::Unknown)?;
    let agreed = Installation {
        serial_nr: asked.serial.clone(),
        company_name: agreed,
    };
    if !agreed.is_company(&asked.company) {
        return Err(Refusal::Unknown);
    }
    let newest = server
        .db
        .published(&asked.serial)
        .await?
        .ok_or(Refusal::Unknown)?;
    Ok(answer(newest))
}
