//! The client's files, and the headers of every answer.

use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use licensing::wire::{ErrorCode, paths};
use server::site::Site;

use crate::harness::{Answer, Browser, Console, for_each_database};

const SCRIPT: &str = "app-0123456789abcdef.js";
const WASM: &str = "app-0123456789abcdef_bg.wasm";
const TEXTS: &str = "locales/en-00112233.txt";

/// A browser of a console whose client is a few files.
fn browser(console: &Console) -> Browser {
    let folder = console.folder().join("site");
    for (name, content) in [
        ("index.html", "<!doctype html><title>Zetel</title>"),
        (SCRIPT, "console.log('plain')"),
        (WASM, "\0asm"),
        (TEXTS, "hello = Hello"),
        ("robots.txt", "User-agent: *"),
    ] {
        write(&folder.join(name), content);
        if name != "robots.txt" {
            write(
                &folder.join(format!("{name}.br")),
                &format!("compressed {name}"),
            );
        }
    }
    let mut state = console.state.clone();
    state.site = Site::Folder(folder);
    console.stranger().of(server::app(state))
}

fn write(file: &Path, content: &str) {
    let folder = file.parent().expect("a file is in a folder");
    std::fs::create_dir_all(folder).expect("folders can be made");
    std::fs::write(file, content).expect("files can be written");
}

async fn get(
    browser: &Browser,
    path: &str,
    name: header::HeaderName,
    value: &'static str,
) -> Answer {
    let mut request = browser.request(Method::GET, path, Body::empty());
    request
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    browser.send(request).await
}

#[tokio::test]
async fn every_address_of_the_client_answers_its_page() {
    for_each_database(async |console| {
        let browser = browser(&console);
        for path in [
            "/",
            "/licenses/SUPEROFFICE",
            "/users/licenses/12?dialog=remove&module=3",
            "/nothing/like/it",
            "/index.html",
        ] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(
                answer.text(),
                "<!doctype html><title>Zetel</title>",
                "{path}"
            );
            assert_eq!(
                answer.header("content-type"),
                Some("text/html; charset=utf-8")
            );
            assert_eq!(answer.header("cache-control"), Some("no-cache"));
            assert_eq!(answer.header("content-encoding"), None);
            assert_eq!(answer.header("vary"), Some("accept-encoding"));
        }
    })
    .await;
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_for_ever_others_are_not() {
    for_each_database(async |console| {
        let browser = browser(&console);
        for (path, kind) in [
            (SCRIPT, "text/javascript; charset=utf-8"),
            (WASM, "application/wasm"),
            (TEXTS, "text/plain; charset=utf-8"),
        ] {
            let answer = browser.get(&format!("/{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(
                answer.header("cache-control"),
                Some("public, max-age=31536000, immutable")
            );
        }
        let answer = browser.get("/robots.txt").await;
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("vary"), None);
    })
    .await;
}

#[tokio::test]
async fn who_accepts_brotli_gets_it_with_a_tag_of_its_own() {
    for_each_database(async |console| {
        let browser = browser(&console);
        let path = format!("/{WASM}");
        let plain = browser.get(&path).await;
        for accepted in ["br", "gzip, deflate, br, zstd", "gzip;q=0.5, BR;q=0.8"] {
            let answer = get(&browser, &path, header::ACCEPT_ENCODING, accepted).await;
            assert_eq!(answer.text(), format!("compressed {WASM}"), "{accepted}");
            assert_eq!(answer.header("content-encoding"), Some("br"));
            assert_eq!(answer.header("content-type"), Some("application/wasm"));
            assert_eq!(answer.header("vary"), Some("accept-encoding"));
            assert_ne!(answer.header("etag"), plain.header("etag"));
        }
        for refused in ["gzip", "br;q=0", "br; q=0.0", "brotli"] {
            let answer = get(&browser, &path, header::ACCEPT_ENCODING, refused).await;
            assert_eq!(answer.body, plain.body, "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    for_each_database(async |console| {
        let browser = browser(&console);
        let first = browser.get("/users").await;
        let tag = first.header("etag").expect("a tag");
        assert!(
            tag.starts_with('"') && tag.ends_with('"'),
            "{tag} is strong"
        );
        let known: &'static str = Box::leak(format!("\"other\", {tag}").into_boxed_str());
        let answer = get(&browser, "/users", header::IF_NONE_MATCH, known).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
        assert!(answer.body.is_empty());
        for name in ["etag", "cache-control", "vary"] {
            assert_eq!(answer.header(name), first.header(name), "{name}");
        }
        let answer = get(&browser, "/users", header::IF_NONE_MATCH, "\"other\"").await;
        assert_eq!(answer.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn head_answers_the_headers_only() {
    for_each_database(async |console| {
        let browser = browser(&console);
        let path = format!("/{SCRIPT}");
        let get = browser.get(&path).await;
        let head = browser.ask(Method::HEAD, &path, Body::empty()).await;
        assert_eq!(head.status, StatusCode::OK);
        assert!(head.body.is_empty());
        let length = get.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()));
        for name in ["etag", "cache-control", "vary", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_found_and_nothing_outside_is_served() {
    for_each_database(async |console| {
        let browser = browser(&console);
        write(&console.folder().join("secret.txt"), "secret");
        for path in [
            "/app-fedcba9876543210.js",
            "/index.html.br",
            "/../secret.txt",
            "/locales/../../secret.txt",
            "//etc/hosts.txt",
            "/locales\\..\\secret.txt",
        ] {
            let answer = browser.get(path).await;
            answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_strangers_out() {
    for_each_database(async |console| {
        let browser = browser(&console);
        for path in [
            "/",
            paths::ABOUT,
            paths::SESSION,
            "/healthz",
            "/api/nothing",
        ] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(
                policy.contains("default-src 'self'; script-src 'self' 'wasm-unsafe-eval';"),
                "{policy}"
            );
            assert!(
                policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
                "{policy}"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
            assert_eq!(
                answer.header("cross-origin-opener-policy"),
                Some("same-origin")
            );
            assert!(answer.header("permissions-policy").is_some());
            assert!(answer.header("x-request-id").is_some());
            // Over plain HTTP it would say nothing.
            assert_eq!(answer.header("strict-transport-security"), None);
        }
        let answer = browser.get(paths::ABOUT).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    })
    .await;
}

#[tokio::test]
async fn a_build_without_its_client_says_so() {
    for_each_database(async |console| {
        let mut state = console.state.clone();
        state.site = Site::Folder(console.folder().join("nothing"));
        let answer = console.stranger().of(server::app(state)).get("/").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text().contains("without its client"));
    })
    .await;
}

#[tokio::test]
async fn it_says_whether_it_is_alive_and_ready() {
    for_each_database(async |console| {
        let browser = console.stranger();
        for path in ["/healthz", "/readyz"] {
            assert_eq!(browser.get(path).await.status, StatusCode::OK);
        }
        console.state.db.close().await;
        assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
        assert_eq!(
            browser.get("/readyz").await.status,
            StatusCode::SERVICE_UNAVAILABLE
        );
    })
    .await;
}
