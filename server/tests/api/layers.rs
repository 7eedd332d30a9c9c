//! What surrounds every request, over routes that misbehave.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use licensing::wire::ErrorCode;
use server::error::Error;
use server::layers;

use crate::harness::{Browser, Console, for_each_database};

fn over(console: &Console, router: Router) -> Browser {
    console.stranger().of(layers::around(router, false))
}

#[tokio::test]
async fn a_panic_is_answered_without_what_it_said() {
    for_each_database(async |console| {
        let router = Router::new().route("/", get(async || -> &'static str { panic!("secret") }));
        let answer = over(&console, router).get("/").await;
        let body = answer.error(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal);
        assert_eq!(body.message, "internal error");
        assert!(!answer.text().contains("secret"));
        assert!(answer.header("content-security-policy").is_some());
    })
    .await;
}

#[tokio::test]
async fn an_internal_error_is_answered_without_its_cause() {
    for_each_database(async |console| {
        let router = Router::new().route("/", get(async || Error::internal("secret")));
        let answer = over(&console, router).get("/").await;
        answer.error(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal);
        assert!(!answer.text().contains("secret"));
    })
    .await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    for_each_database(async |console| {
        let router = Router::new().route("/", get(std::future::pending::<()>));
        let browser = over(&console, router);
        // Nothing of the database runs in between: time jumps to the end of the wait.
        tokio::time::pause();
        let answer = browser.get("/").await;
        tokio::time::resume();
        answer.error(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::DatabaseUnavailable,
        );
    })
    .await;
}

#[tokio::test]
async fn every_request_has_an_id_of_ours() {
    for_each_database(async |console| {
        let browser = console.stranger();
        let mut request = browser.request(Method::GET, "/healthz", Body::empty());
        let theirs = "chosen-by-a-stranger";
        let value = axum::http::HeaderValue::from_static(theirs);
        request.headers_mut().insert("x-request-id", value);
        let one = browser.send(request).await;
        let other = browser.get("/healthz").await;
        assert_ne!(one.header("x-request-id"), Some(theirs));
        assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    })
    .await;
}
