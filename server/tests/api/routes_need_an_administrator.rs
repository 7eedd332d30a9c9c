//! Every route, held against the table that says who may ask.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use licensing::wire::{ErrorCode, paths};
use server::{Route, Who};

use crate::harness::{Answer, Browser, for_each_database};

/// Asks a route for something that is not there, with a body that fits nothing.
async fn ask(browser: &Browser, route: &Route) -> Answer {
    let path = ["{owner}", "{module}", "{user}", "{import}"]
        .iter()
        .zip(["NOBODY", "1000000", "1000000", "nothing"])
        .fold(route.path.to_owned(), |path, (name, value)| {
            path.replace(name, value)
        });
    assert!(
        !path.contains('{'),
        "{path} names something that this test does not know"
    );
    browser
        .ask(route.method.clone(), &path, Body::from("{}"))
        .await
}

#[tokio::test]
async fn every_route_that_changes_something_is_for_administrators() {
    for route in server::routes() {
        let is_look_up = route.method == Method::GET;
        let is_signing_in_or_out = route.path == paths::SESSION;
        assert!(
            is_look_up || is_signing_in_or_out || route.who == Who::Administrator,
            "{route:?}"
        );
    }
}

#[tokio::test]
async fn nobody_asks_more_than_the_table_says() {
    for_each_database(async |console| {
        let administrator = console.administrator().await;
        let reader = console.reader().await;
        let stranger = console.stranger();
        for route in server::routes() {
            if route.path == paths::EVENTS {
                // It never ends for who may listen; its own tests ask.
                continue;
            }
            if route.who != Who::Anyone {
                let answer = ask(&stranger, &route).await;
                eprintln!("{route:?} {answer:?}");
                answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
            }
            if route.who == Who::Administrator {
                let answer = ask(&reader, &route).await;
                eprintln!("{route:?} {answer:?}");
                answer.error(StatusCode::FORBIDDEN, ErrorCode::Forbidden);
            }
            if route.who == Who::SignedIn {
                let status = ask(&reader, &route).await.status;
                assert!(
                    !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
                    "{route:?}: {status}"
                );
            }
            if route.path != paths::SESSION {
                let status = ask(&administrator, &route).await.status;
                assert!(
                    !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
                    "{route:?}: {status}"
                );
                assert!(
                    status != StatusCode::INTERNAL_SERVER_ERROR,
                    "{route:?}: {status}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_that_does_not_exist_is_not_found() {
    for_each_database(async |console| {
        let browser = console.administrator().await;
        for (method, path) in [
            (Method::GET, "/api"),
            (Method::GET, "/api/console/nothing"),
            (Method::POST, "/api/console/nothing"),
            (Method::PUT, paths::SESSION),
            (Method::DELETE, paths::USERS),
            (Method::POST, "/licenses/SUPEROFFICE"),
        ] {
            let answer = browser.ask(method, path, Body::empty()).await;
            answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
    })
    .await;
}
