//! The client's files: precompressed, with hashed names that browsers keep for ever, and one page for every address.
//!
//! They are in the program (a debug build reads them from `target/site` each time, which may be made after it); each has
//! a `.br` sibling. A name without a hash is asked for again each time, which its entity tag makes short.

use std::borrow::Cow;
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};

use crate::State;
use crate::error::Error;

/// The page of every address of the client.
const INDEX: &str = "index.html";
/// After the name of a file that is compressed.
const BROTLI: &str = ".br";
/// For names with a hash: for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For other names: kept, but asked for again.
const ASK_AGAIN: &str = "no-cache";
/// Least hexadecimal digits of a hash in a name.
const HASH_DIGITS_MIN: usize = 8;

#[derive(Embed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Embedded;

/// Where the files are.
#[derive(Clone, Debug)]
pub enum Site {
    /// In the program.
    Embedded,
    /// In a folder.
    Folder(PathBuf),
}

impl Default for Site {
    fn default() -> Self {
        if cfg!(debug_assertions) {
            Self::Folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site").into())
        } else {
            Self::Embedded
        }
    }
}

struct File {
    content: Cow<'static, [u8]>,
    sha256: [u8; 32],
}

impl Site {
    fn file(&self, name: &str) -> Option<File> {
        match self {
            Self::Embedded => Embedded::get(name).map(|file| File {
                sha256: file.metadata.sha256_hash(),
                content: file.data,
            }),
            Self::Folder(folder) => {
                let inside = name
                    .split('/')
                    .all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']));
                let content = inside
                    .then(|| std::fs::read(folder.join(name)).ok())
                    .flatten()?;
                Some(File {
                    sha256: Sha256::digest(&content).into(),
                    content: content.into(),
                })
            }
        }
    }
}

/// Answers what no route does: a file, the page, or that there is nothing.
pub(crate) async fn serve(state: State, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if !matches!(method, Method::GET | Method::HEAD) || path == "/api" || path.starts_with("/api/")
    {
        return Error::NotFound.into_response();
    }
    let name = path.trim_start_matches('/');
    let is_file = name
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    let name = match (name, is_file) {
        // A page would not do in place of a script or a table of texts of an earlier release.
        (name, true) if !name.ends_with(BROTLI) => name,
        (_, true) => return Error::NotFound.into_response(),
        (_, false) => INDEX,
    };
    let Some(plain) = state.site.file(name) else {
        return missing(name);
    };
    let compressed = state.site.file(&format!("{name}{BROTLI}"));
    let varies = compressed.is_some();
    let compressed = compressed.filter(|_| accepts_brotli(&headers));
    let is_compressed = compressed.is_some();
    let mut response = conditional(compressed.unwrap_or(plain), &method, &headers);
    let said = response.headers_mut();
    said.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if is_hashed(name) { FOR_EVER } else { ASK_AGAIN }),
    );
    if varies {
        said.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if response.status() == StatusCode::OK {
        let said = response.headers_mut();
        said.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(content_type(name)),
        );
        if is_compressed {
            said.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    response
}

fn conditional(file: File, method: &Method, headers: &HeaderMap) -> Response {
    let hash: String = file.sha256[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*");
    let length = file.content.len();
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else if method == Method::HEAD {
        ([(header::CONTENT_LENGTH, length)], ()).into_response()
    } else {
        Body::from(file.content).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn missing(name: &str) -> Response {
    if name == INDEX {
        let text =
            "This build of the console came without its client. Make it with `cargo xtask demo`.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    Error::NotFound.into_response()
}

/// Whether `br` is accepted, by name and with a weight that is not zero.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("br"));
            let weight =
                parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            named
                && weight
                    .is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
        })
}

/// Whether the name carries a hash of the content: `app-0123abcd_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|last| {
        last.split(['-', '_', '.']).skip(1).any(|part| {
            part.len() >= HASH_DIGITS_MIN && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
