//! Asks license servers (protocol: "Retrieval"): one question, one answer, and a reason for every failure.
//!
//! What is fetched is text and nothing more: only [`licensing::envelope::verify`] makes a license of it. When to ask is
//! [`crate::renewal`]'s business.

mod address;

use std::time::Duration;

use licensing::license::{Installation, Timestamp};
use licensing::retrieval::{
    ANSWER_MAX, COMPANY_HEADER, LICENSE_MEDIA_TYPE, LICENSE_PATH, REGISTRATIONS_PATH, Registration,
    etag, percent_encoded, url,
};
use licensing::wire::CheckOutcome;
use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{NoProxy, Proxy, RequestBuilder, Response, StatusCode};

pub use address::Address;
pub(crate) use address::is_link;

use crate::config::Config;
use crate::error::{Cause, chain};

/// How long one question may take, from connecting to the last byte.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Most redirects in a row.
pub const REDIRECTS_MAX: usize = 3;
/// Longest detail of a failure, in characters.
const DETAIL_MAX: usize = 500;
/// Who is never asked through a proxy.
const NOT_PROXIED: &str = "localhost,127.0.0.0/8,::1";

/// Asks license servers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
}

/// What a license server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A compact JWS, or what claims to be one.
    License(String),
    /// There is nothing newer than what is held.
    NothingNewer,
    /// It does not know this serial number for this company.
    Unknown,
    /// It withdrew the license.
    Withdrawn,
}

/// Why a license server gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Which kind of failure.
    pub outcome: CheckOutcome,
    /// The failure's own words.
    pub detail: String,
    /// When it asked to be asked again.
    pub retry: Option<Retry>,
}

/// When a license server asked to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// After so many seconds.
    After(u32),
    /// At this moment.
    At(Timestamp),
}

impl Client {
    /// As configured, with the usual [`PATIENCE`].
    ///
    /// # Errors
    /// When the configured proxy or certificate file does not fit.
    pub fn new(config: &Config) -> Result<Self, Cause> {
        Self::with_patience(config, PATIENCE)
    }

    /// As configured; one question may take so long.
    ///
    /// # Errors
    /// When the configured proxy or certificate file does not fit.
    pub fn with_patience(config: &Config, patience: Duration) -> Result<Self, Cause> {
        // The program installs it as well; whoever comes first.
        drop(rustls::crypto::ring::default_provider().install_default());
        let authorities = match &config.ca_file {
            Some(file) => reqwest::Certificate::from_pem_bundle(&std::fs::read(file)?)?,
            None => Vec::new(),
        };
        let builder = || -> Result<reqwest::ClientBuilder, Cause> {
            let builder = reqwest::Client::builder()
                .user_agent(concat!("zetel/", env!("CARGO_PKG_VERSION")))
                .timeout(patience)
                .redirect(Policy::custom(|attempt| match refused(&attempt) {
                    Some(why) => attempt.error(why),
                    None => attempt.follow(),
                }))
                .referer(false)
                .no_proxy();
            Ok(match &config.proxy {
                Some(proxy) => {
                    builder.proxy(Proxy::all(proxy)?.no_proxy(NoProxy::from_string(NOT_PROXIED)))
                }
                None => builder,
            })
        };
        let http = builder()?.tls_certs_merge(authorities.clone()).build();
        let http = http.or_else(|cause| {
            // A machine without certificate authorities of its own: only the configured ones count.
            tracing::warn!(cause = %words(&cause), "the system's certificate authorities cannot be used");
            Ok::<_, Cause>(builder()?.tls_certs_only(authorities).build()?)
        })?;
        Ok(Self { http })
    }

    /// The license of an installation; `held` is the highest sequence that is held, offered included.
    ///
    /// # Errors
    /// Every other answer, and none.
    pub async fn license(
        &self,
        server: &Address,
        installation: &Installation,
        held: Option<u64>,
    ) -> Result<Answer, Failed> {
        let mut request = self
            .http
            .get(url(
                server.as_str(),
                LICENSE_PATH,
                &[&installation.serial_nr],
            ))
            .header(COMPANY_HEADER, percent_encoded(&installation.company_name));
        if let Some(held) = held {
            request = request.header(IF_NONE_MATCH, etag(held));
        }
        ask(request).await
    }

    /// The license for another serial number and company, where the vendor has recorded exactly this change.
    ///
    /// # Errors
    /// Every other answer, and none.
    pub async fn register(
        &self,
        server: &Address,
        registration: &Registration,
    ) -> Result<Answer, Failed> {
        ask(self
            .http
            .post(url(server.as_str(), REGISTRATIONS_PATH, &[]))
            .json(registration))
        .await
    }
}

async fn ask(request: RequestBuilder) -> Result<Answer, Failed> {
    let request = request.header(ACCEPT, LICENSE_MEDIA_TYPE);
    let mut response = request.send().await.map_err(|error| no_answer(&error))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED => return Ok(Answer::NothingNewer),
        StatusCode::NOT_FOUND => return Ok(Answer::Unknown),
        StatusCode::GONE => return Ok(Answer::Withdrawn),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            return Err(Failed {
                outcome: CheckOutcome::Busy,
                detail: format!("status {}", response.status()),
                retry: retry(&response),
            });
        }
        status if status.is_redirection() => {
            return Err(failed(CheckOutcome::Redirected, format!("status {status}")));
        }
        status => return Err(unexpected(format!("status {status}"))),
    }
    let media_type = media_type(&response);
    if !media_type.eq_ignore_ascii_case(LICENSE_MEDIA_TYPE) {
        return Err(unexpected(format!("an answer of type {media_type:?}")));
    }
    let body = body(&mut response).await?;
    String::from_utf8(body)
        .map(Answer::License)
        .map_err(|_| unexpected("an answer that is no text"))
}

/// The body, as far as a license can be long.
async fn body(response: &mut Response) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
        if body.len() + chunk.len() > ANSWER_MAX {
            let detail = format!("an answer of more than {ANSWER_MAX} bytes");
            return Err(failed(CheckOutcome::AnswerTooLarge, detail));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The type of an answer, without its parameters.
fn media_type(response: &Response) -> &str {
    let value = response.headers().get(CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

fn retry(response: &Response) -> Option<Retry> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Retry::After(seconds));
    }
    let instant = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Retry::At(Timestamp(instant.as_millisecond())))
}

/// Why a redirect is not followed: it leads elsewhere, or there were too many.
fn refused(attempt: &Attempt<'_>) -> Option<&'static str> {
    let first = attempt.previous().first()?;
    let next = attempt.url();
    if attempt.previous().len() > REDIRECTS_MAX {
        Some("too many redirects")
    } else if next.scheme() != first.scheme() && next.scheme() != "https" {
        Some("a redirect away from https")
    } else if next.host_str() != first.host_str()
        || (next.scheme() == first.scheme()
            && next.port_or_known_default() != first.port_or_known_default())
    {
        Some("a redirect to another host")
    } else {
        None
    }
}

fn no_answer(error: &reqwest::Error) -> Failed {
    let outcome = if error.is_timeout() {
        CheckOutcome::TimedOut
    } else if error.is_redirect() {
        CheckOutcome::Redirected
    } else {
        CheckOutcome::Unreachable
    };
    failed(outcome, words(error))
}

fn unexpected(detail: impl Into<String>) -> Failed {
    failed(CheckOutcome::AnswerUnexpected, detail)
}

fn failed(outcome: CheckOutcome, detail: impl Into<String>) -> Failed {
    Failed {
        outcome,
        detail: detail.into(),
        retry: None,
    }
}

/// What an error and its causes say.
fn words(error: &(dyn std::error::Error + 'static)) -> String {
    chain(error).chars().take(DETAIL_MAX).collect()
}
