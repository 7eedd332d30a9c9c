//! Signing in and out, and what ends a session.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode};
use licensing::wire::{self, About, Done, ErrorCode, FieldFault, Problem, SignIn, paths};
use server::auth::attempts::{FREE_PER_ADDRESS, FREE_PER_USER};
use server::auth::password::{PASSWORD_MAX, PASSWORD_MIN};
use server::auth::{self, SESSION_IDLE_MS, SESSION_LIFETIME_MS, SESSIONS_MAX, account};
use server::config::Config;
use server::db::{on, on_tx, transaction};
use server::error::Error;

use crate::harness::{Browser, Console, NOW, body, for_each_database, for_each_database_with};

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
            standings: Vec::new(),
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

/// Signs in, and answers a browser with the session's cookie.
async fn signed_in(console: &Console, user_id: &str) -> Browser {
    let mut browser = console.stranger();
    let answer = browser
        .post(paths::SESSION, &sign_in(user_id, PASSWORD))
        .await;
    let session: wire::Session = answer.json();
    let cookie = answer.header("set-cookie").expect("a cookie");
    browser.cookie = cookie.split(';').next().map(str::to_owned);
    browser.user = session.user;
    browser
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        console.state.clock.advance(SESSION_IDLE_MS - 1);
        browser.get(paths::SESSION).await.json::<wire::Session>();
        console.state.clock.advance(SESSION_IDLE_MS - 1);
        browser.get(paths::SESSION).await.json::<wire::Session>();
        console.state.clock.advance(SESSION_IDLE_MS);
        let answer = browser.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_its_lifetime_however_much_it_is_used() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        let step = SESSION_IDLE_MS / 2;
        for _ in 1..SESSION_LIFETIME_MS / step {
            console.state.clock.advance(step);
            browser.get(paths::SESSION).await.json::<wire::Session>();
        }
        console.state.clock.advance(step);
        let answer = browser.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_takes_the_cookie_away() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        let answer = browser.delete(paths::SESSION, &Done {}).await;
        answer.json::<Done>();
        let cookie = answer.header("set-cookie").expect("a cookie");
        assert!(cookie.starts_with("zetel_session=; "), "{cookie}");
        assert!(cookie.contains("Max-Age=0"), "{cookie}");
        let answer = browser.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
        // Once more is no failure: that is what was wanted.
        browser
            .delete(paths::SESSION, &Done {})
            .await
            .json::<Done>();
    })
    .await;
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    for_each_database(async |console| {
        with_account(&console, "eva", false).await;
        let before = signed_in(&console, "eva").await;
        let answer = before.post(paths::SESSION, &sign_in("eva", PASSWORD)).await;
        let mut after = before.clone();
        let cookie = answer.header("set-cookie").expect("a cookie");
        after.cookie = cookie.split(';').next().map(str::to_owned);
        assert_ne!(before.cookie, after.cookie);
        after.get(paths::SESSION).await.json::<wire::Session>();
        let answer = before.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn only_so_many_sessions_of_a_user_live_the_oldest_ends() {
    for_each_database(async |console| {
        let oldest = console.reader().await;
        let state = &console.state;
        state.clock.advance(1);
        for _ in 1..SESSIONS_MAX {
            auth::begin(state, oldest.user, None)
                .await
                .expect("it begins");
        }
        oldest.get(paths::SESSION).await.json::<wire::Session>();
        auth::begin(state, oldest.user, None)
            .await
            .expect("it begins");
        let answer = oldest.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn a_former_employee_cannot_sign_in_and_a_running_session_ends() {
    for_each_database(async |console| {
        let user = with_account(&console, "eva", true).await;
        let browser = signed_in(&console, "eva").await;
        let left: Result<(), Error> = transaction!(&console.state.db, tx => {
            on_tx!(tx, c => sqlx::query("update users set former_employee = true where id = $1").bind(user).execute(c).await.map(drop))?;
            Ok(())
        });
        left.expect("the user exists");
        let answer = browser.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
        let answer = console.stranger().post(paths::SESSION, &sign_in("eva", PASSWORD)).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_and_replaces_the_old_one() {
    for_each_database(async |console| {
        with_account(&console, "eva", true).await;
        let browser = signed_in(&console, "eva").await;
        let state = &console.state;
        let other = "another password";
        account::add(&state.db, &state.clock, "EVA", other, false)
            .await
            .expect("the user exists");
        let answer = browser.get(paths::SESSION).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
        let answer = console
            .stranger()
            .post(paths::SESSION, &sign_in("eva", PASSWORD))
            .await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
        let answer = console
            .stranger()
            .post(paths::SESSION, &sign_in("eva", other))
            .await;
        assert!(!answer.json::<wire::Session>().administrator);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_for_a_user_and_has_a_password_of_some_length() {
    for_each_database(async |console| {
        let state = &console.state;
        let add = async |user_id: &str, password: &str| {
            account::add(&state.db, &state.clock, user_id, password, false).await
        };
        console.person("eva").await;
        assert!(matches!(
            add("nobody", PASSWORD).await,
            Err(Error::NotFound)
        ));
        let short = "é".repeat(PASSWORD_MIN - 1);
        assert!(matches!(add("eva", &short).await, Err(Error::Invalid(_))));
        let long = "x".repeat(PASSWORD_MAX);
        assert!(add("eva", &long).await.is_ok());
        assert!(matches!(
            add("eva", &format!("{long}x")).await,
            Err(Error::Invalid(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_user_and_told_when_to_try_again() {
    for_each_database(async |console| {
        with_account(&console, "eva", false).await;
        with_account(&console, "tom", false).await;
        for _ in 0..FREE_PER_USER {
            let answer = console
                .stranger()
                .post(paths::SESSION, &sign_in("eva", "guess"))
                .await;
            answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
        }
        let answer = console
            .stranger()
            .post(paths::SESSION, &sign_in("EVA ", PASSWORD))
            .await;
        let body = answer.error(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyAttempts);
        assert_eq!(body.retry_after, Some(1));
        assert_eq!(answer.header("retry-after"), Some("1"));
        signed_in(&console, "tom").await;
        console.state.clock.advance(1000);
        signed_in(&console, "eva").await;
        let answer = console
            .stranger()
            .post(paths::SESSION, &sign_in("eva", "guess"))
            .await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_down_for_an_address_whatever_the_user() {
    for_each_database(async |console| {
        let mut attacker = console.stranger();
        for n in 0..FREE_PER_ADDRESS {
            let answer = attacker
                .post(paths::SESSION, &sign_in(&format!("user{n}"), "guess"))
                .await;
            answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
        }
        let answer = attacker
            .post(paths::SESSION, &sign_in("another", "guess"))
            .await;
        answer.error(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyAttempts);
        // What anyone writes into a header changes nothing.
        let mut request = attacker.request(
            Method::POST,
            paths::SESSION,
            body(&sign_in("another", "guess")),
        );
        request
            .headers_mut()
            .insert("x-forwarded-for", HeaderValue::from_static("192.0.2.7"));
        let answer = attacker.send(request).await;
        answer.error(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyAttempts);
        attacker.address = "192.0.2.7:40000".parse().expect("an address");
        let answer = attacker
            .post(paths::SESSION, &sign_in("another", "guess"))
            .await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
    })
    .await;
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_the_last_one_that_it_names() {
    let behind = |config: &mut Config| config.behind_proxy = true;
    for_each_database_with(behind, async |console| {
        let browser = console.stranger();
        let guess = async |forwarded: &'static str, n: u32| {
            let said = body(&sign_in(&format!("user{n}"), "guess"));
            let mut request = browser.request(Method::POST, paths::SESSION, said);
            request
                .headers_mut()
                .insert("x-forwarded-for", HeaderValue::from_static(forwarded));
            browser.send(request).await
        };
        for n in 0..FREE_PER_ADDRESS {
            let answer = guess("198.51.100.1, 192.0.2.7", n).await;
            answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
        }
        let answer = guess("203.0.113.5, 192.0.2.7", 100).await;
        answer.error(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyAttempts);
        let answer = guess("192.0.2.7, 192.0.2.8", 101).await;
        answer.error(StatusCode::UNAUTHORIZED, ErrorCode::SignInFailed);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_that_is_none_is_refused_before_anything_is_looked_up() {
    for_each_database(async |console| {
        let browser = console.stranger();
        let long = "x".repeat(PASSWORD_MAX + 1);
        for (user_id, password, field, fault) in [
            (" ", PASSWORD, "user_id", FieldFault::Missing),
            ("eva", "", "password", FieldFault::Missing),
            (long.as_str(), PASSWORD, "user_id", FieldFault::TooLong),
            ("eva", long.as_str(), "password", FieldFault::TooLong),
        ] {
            let answer = browser
                .post(paths::SESSION, &sign_in(user_id, password))
                .await;
            let said = answer.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
            let field = field.to_owned();
            assert_eq!(said.problems, [Problem::Field { field, fault }]);
        }
        for text in ["", "{", "[]", r#"{"user_id":"eva"}"#, "<html>"] {
            let answer = browser
                .ask(Method::POST, paths::SESSION, Body::from(text))
                .await;
            answer.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        }
        let large = format!("{{\"user_id\":\"{}\"}}", "x".repeat(wire::BODY_MAX));
        let answer = browser
            .ask(Method::POST, paths::SESSION, Body::from(large))
            .await;
        answer.error(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge);
    })
    .await;
}

#[tokio::test]
async fn a_post_from_another_site_is_refused() {
    for_each_database(async |console| {
        with_account(&console, "eva", false).await;
        let browser = console.stranger();
        let post = async |name: &'static str, value: &'static str| {
            let mut request = browser.request(
                Method::POST,
                paths::SESSION,
                body(&sign_in("eva", PASSWORD)),
            );
            request.headers_mut().remove("sec-fetch-site");
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
            browser.send(request).await
        };
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://elsewhere.test"),
            ("origin", "null"),
        ] {
            let answer = post(name, value).await;
            answer.error(StatusCode::FORBIDDEN, ErrorCode::CrossSite);
        }
        post("origin", "http://console.test")
            .await
            .json::<wire::Session>();
    })
    .await;
}

#[tokio::test]
async fn over_https_the_cookie_is_for_this_host_only() {
    let secure = |config: &mut Config| config.secure_cookie = Some(true);
    for_each_database_with(secure, async |console| {
        with_account(&console, "eva", false).await;
        let answer = console
            .stranger()
            .post(paths::SESSION, &sign_in("eva", PASSWORD))
            .await;
        let cookie = answer.header("set-cookie").expect("a cookie");
        assert!(cookie.starts_with("__Host-zetel_session="), "{cookie}");
        assert!(
            cookie.ends_with("; HttpOnly; SameSite=Strict; Secure; Path=/"),
            "{cookie}"
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            Some("max-age=31536000")
        );
        let browser = signed_in(&console, "eva").await;
        browser.get(paths::SESSION).await.json::<wire::Session>();
    })
    .await;
}

#[tokio::test]
async fn the_database_knows_no_token_and_forgets_ended_sessions() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        let cookie = browser.cookie.clone().expect("a cookie");
        let (_, token) = cookie.split_once('=').expect("a value");
        let stored: Vec<String> =
            on!(&console.state.db, pool => sqlx::query_scalar("select token_sha256 from session").fetch_all(pool).await)
                .expect("sessions");
        assert_eq!(stored.len(), 1);
        assert_eq!(stored[0].len(), 64);
        assert!(!stored[0].contains(token));
        console.state.clock.advance(SESSION_IDLE_MS - 1);
        assert_eq!(auth::sweep(&console.state).await.expect("swept"), 0);
        console.state.clock.advance(1);
        assert_eq!(auth::sweep(&console.state).await.expect("swept"), 1);
    })
    .await;
}

#[tokio::test]
async fn anyone_may_know_whose_console_it_is() {
    for_each_database(async |console| {
        let about: About = console.stranger().get(paths::ABOUT).await.json();
        assert_eq!((about.demo, about.company_name), (false, None));
        assert_eq!(about.version, env!("CARGO_PKG_VERSION"));
    })
    .await;
}
