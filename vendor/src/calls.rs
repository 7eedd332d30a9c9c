//! What a license server answers to consoles: the calls of `licensing::retrieval`.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use licensing::license::Installation;
use licensing::retrieval::{
    CACHE_CONTROL, COMPANY_HEADER, CheckLicenseStatusResult, HISTORY_PATH, HistoryOf, Issue,
    LICENSE_MEDIA_TYPE, LICENSE_PATH, LicenseStatus, REGISTRATIONS_PATH, Registration, STATUS_PATH,
    etag, percent_decoded, sequence_of_etag,
};

use crate::Failure;
use crate::db::Issued;
use crate::state::Server;

pub(crate) fn router() -> Router<Server> {
    Router::new()
        .route(LICENSE_PATH, get(license))
        .route(STATUS_PATH, get(status))
        .route(HISTORY_PATH, get(history))
        .route(REGISTRATIONS_PATH, post(registrations))
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

/// The customer that asks: serial number and company must both fit. To whom they do not, all serial numbers are unknown.
async fn is_customer(server: &Server, serial: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let asked = headers
        .get(COMPANY_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(percent_decoded)
        .unwrap_or_default();
    has_serial(server, serial, &asked).await
}

/// Whether a company has this serial number, and still.
async fn has_serial(server: &Server, serial: &str, company: &str) -> Result<(), Refusal> {
    let customer = server.db.customer(serial).await?.ok_or(Refusal::Unknown)?;
    let known = Installation {
        serial_nr: serial.to_owned(),
        company_name: customer.company_name,
    };
    match (known.is_company(company), customer.withdrawn) {
        (false, _) => Err(Refusal::Unknown),
        (true, true) => Err(Refusal::Withdrawn),
        (true, false) => Ok(()),
    }
}

async fn license(
    State(server): State<Server>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    is_customer(&server, &serial, &headers).await?;
    let newest = server.db.published(&serial).await?;
    let newest = newest.ok_or(Refusal::Unknown)?;
    let sequence = newest.sequence.unsigned_abs();
    if held(&headers).any(|held| held == sequence) {
        return Ok((StatusCode::NOT_MODIFIED, caching(sequence)).into_response());
    }
    Ok(answer(newest))
}

/// The sequences in `If-None-Match`; a proxy on the way may have weakened them.
fn held(headers: &HeaderMap) -> impl Iterator<Item = u64> {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    let tags = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    tags.map(str::trim)
        .filter_map(|tag| sequence_of_etag(tag.strip_prefix("W/").unwrap_or(tag)))
}

fn caching(sequence: u64) -> [(HeaderName, HeaderValue); 2] {
    let etag = HeaderValue::try_from(etag(sequence)).expect("digits in quotes are a header value");
    let cache = HeaderValue::from_static(CACHE_CONTROL);
    [(header::ETAG, etag), (header::CACHE_CONTROL, cache)]
}

fn answer(license: Issued) -> Response {
    let media = [(header::CONTENT_TYPE, LICENSE_MEDIA_TYPE)];
    let caching = caching(license.sequence.unsigned_abs());
    (media, caching, license.compact).into_response()
}

async fn status(
    State(server): State<Server>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Json<CheckLicenseStatusResult>, Refusal> {
    is_customer(&server, &serial, &headers).await?;
    let newest = server.db.published(&serial).await?;
    let newest = newest.ok_or(Refusal::Unknown)?.sequence.unsigned_abs();
    let license_status = match held(&headers).max() {
        Some(held) if newest > held => LicenseStatus::NewLicenseAvailable,
        _ => LicenseStatus::Ok,
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
) -> Result<Json<Vec<Issue>>, Refusal> {
    is_customer(&server, &of.serial, &headers).await?;
    Ok(Json(
        server.db.history(&of.serial, of.module.as_str()).await?,
    ))
}

/// A change of serial number is answered where exactly this one was recorded, and a license is there for it.
async fn registrations(
    State(server): State<Server>,
    Json(asked): Json<Registration>,
) -> Result<Response, Refusal> {
    let recorded = server
        .db
        .registered(&asked.from_serial, &asked.serial)
        .await?;
    let agreed = Installation {
        serial_nr: asked.serial.clone(),
        company_name: recorded.ok_or(Refusal::Unknown)?,
    };
    if !agreed.is_company(&asked.company) {
        return Err(Refusal::Unknown);
    }
    has_serial(&server, &asked.serial, &asked.company).await?;
    let newest = server.db.published(&asked.serial).await?;
    newest.map(answer).ok_or(Refusal::Unknown)
}
