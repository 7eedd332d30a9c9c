//! Signing in and out, and what ends a session.

use axum::http::StatusCode;
use licensing::wire::{self, ErrorCode, SignIn, paths};

use crate::harness::{Console, NOW, for_each_database};

const PASSWORD: &str = "correct horse battery";

async fn with_account(console: &Console, user_id: &str, administrator: bool) -> i32 {
    let user = console.person(user_id).await;
    let state = &console.state;
    server::auth::account::add(&state.db, &state.clock, user_id, PASSWORD, administrator)
        .await
        .expect("the user exists");
    user
}

fn sign_in(user_id: &str, password: &str) -> SignIn {
    SignIn {
        user_id: user_id.to_owned(),
        password: password.to_owned(),
    }
}

#[tokio::test]
async fn signing_in_begins_a_session_that_says_who_it_is() {
    for_each_database(async |console| {
        let user = with_account(&console, "Eva", true).await;
        let mut browser = console.stranger();
        let answer = browser
            .post(paths::SESSION, &sign_in(" eVA", PASSWORD))
            .await;
        let session: wire::Session = answer.json();
        let expected = wire::Session {
            user,
            user_id: "Eva".to_owned(),
            full_name: "Eva Jansen".to_owned(),
            administrator: true,
            demo: false,
            today: "2026-07-01".parse().expect("a day"),
            now: NOW,
        };
        assert_eq!(session, expected);
        let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
        let (pair, attributes) = cookie.split_once("; ").expect("attributes");
        assert_eq!(attributes, "HttpOnly; SameSite=Strict; Path=/");
        browser.cookie = Some(pair.to_owned());
        assert_eq!(
            browser.get(paths::SESSION).await.json::<wire::Session>(),
            expected
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    for_each_database(async |console| {
        with_account(&console, "eva", false).await;
        for (user_id, password) in [("eva", "wrong"), ("nobody", PASSWORD)] {
            let answer = console
                .stranger()
                .post(paths::SESSION, &sign_in(user_id, password))
                .await;
            let body = answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
            assert_eq!(body.message, "SignInFailed");
            assert_eq!(answer.header("set-cookie"), None);
        }
    })
    .await;
}
