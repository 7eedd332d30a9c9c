//! Asking a license server: what is sent, and every way in which it can go wrong. What an answer means is in [`crate::renewal`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use licensing::license::DAY_MS;
use licensing::retrieval::{ANSWER_MAX, LICENSE_MEDIA_TYPE};
use licensing::samples;
use licensing::wire::{CheckOutcome, CheckResult, Checked, Done, OwnerView, path, paths};
use server::State;
use server::retrieval::Client;

use crate::harness::{Browser, Console, NOW};
use crate::license_server::{LicenseServer, Question, license};
use crate::licenses::{load, of_owner, view};
use crate::stock::{self, OWNER, Owner, seats, user};

/// What answers questions.
type Answering = Box<dyn Fn(&Question) -> Response + Send + Sync>;

/// A console with sequence 7 in force (maps 5, one in use), an administrator, and a license server of its owner.
pub(crate) async fn with_server(test: impl AsyncFn(Console, Browser, LicenseServer, &Owner)) {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(7, vec![seats("maps", 5)]);
        owner.fill(&console, &sold, &[("a", &["maps"])]).await;
        let server = LicenseServer::start().await;
        let console = console.with_config(|config| {
            let configured = config.owner.entry(samples::owner_name(OWNER)).or_default();
            configured.license_url = Some(server.url.clone());
        });
        let browser = console.administrator().await;
        test(console, browser, server, owner).await;
    })
    .await;
}

/// Asks; answers what came of it, and how the owner stands then.
pub(crate) async fn check(browser: &Browser) -> (CheckResult, OwnerView) {
    let answer = browser.post(&path(paths::CHECK, OWNER), &Done {}).await;
    let Checked { result, licenses } = answer.json();
    let owner = of_owner(licenses);
    assert_eq!(owner.check.last.as_ref(), Some(&result));
    assert_eq!(owner.check.last_at, Some(NOW));
    assert!(!owner.check.running);
    (result, owner)
}

/// Asks; answers what came of it.
pub(crate) async fn outcome(browser: &Browser) -> CheckOutcome {
    check(browser).await.0.outcome
}

/// A license of so many seats of maps.
pub(crate) fn signed(owner: &Owner, sequence: u64, maps: i32) -> String {
    samples::signed(&owner.license(sequence, vec![seats("maps", maps)]))
}

/// Sequences in force and waiting.
pub(crate) fn sequences(owner: &OwnerView) -> (Option<u64>, Option<u64>) {
    let installed = owner
        .installed
        .as_ref()
        .map(|installed| installed.license.sequence);
    (
        installed,
        owner.offer.as_ref().map(|offer| offer.license.sequence),
    )
}

#[tokio::test]
async fn it_says_whose_license_it_wants_and_what_it_holds() {
    with_server(async |_, browser, server, owner| {
        assert_eq!(outcome(&browser).await, CheckOutcome::UnknownSerial);
        load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        outcome(&browser).await;
        let asked = server.asked();
        let [first, second] = asked.as_slice() else {
            panic!("two questions: {asked:?}");
        };
        assert_eq!(
            (first.method.as_str(), first.path.as_str()),
            ("GET", "/v1/licenses/1010000042")
        );
        assert_eq!(first.header("zetel-company"), "Meridian%20Trading%20BV");
        assert_eq!(first.header("accept"), LICENSE_MEDIA_TYPE);
        assert_eq!(first.header("if-none-match"), "\"7\"");
        // What waits is held as well.
        assert_eq!(second.header("if-none-match"), "\"8\"");
        for name in ["cookie", "authorization", "referer"] {
            assert_eq!(first.header(name), "", "{name}");
        }
    })
    .await;
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to.to_owned())]).into_response()
}

/// A license that comes as this stream.
pub(crate) fn streamed(
    parts: impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send + 'static,
) -> Response {
    let headers = [(header::CONTENT_TYPE, LICENSE_MEDIA_TYPE)];
    (headers, Body::from_stream(parts)).into_response()
}

/// Wrong answers, each with what comes of it.
fn wrong_answers(elsewhere: &str) -> Vec<(CheckOutcome, Answering)> {
    fn case(
        outcome: CheckOutcome,
        answer: impl Fn(&Question) -> Response + Send + Sync + 'static,
    ) -> (CheckOutcome, Answering) {
        (outcome, Box::new(answer))
    }
    let status = |outcome, status: StatusCode| case(outcome, move |_| status.into_response());
    let elsewhere = format!("{elsewhere}/v1/licenses/1");
    vec![
        case(CheckOutcome::AnswerUnexpected, |_| {
            ([(header::CONTENT_TYPE, "text/html")], "<html>").into_response()
        }),
        status(
            CheckOutcome::AnswerUnexpected,
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        status(CheckOutcome::AnswerUnexpected, StatusCode::NO_CONTENT),
        status(CheckOutcome::AnswerUnexpected, StatusCode::UNAUTHORIZED),
        case(CheckOutcome::AnswerTooLarge, |_| {
            license(&"A".repeat(ANSWER_MAX + 1))
        }),
        case(CheckOutcome::AnswerTooLarge, |_| {
            streamed(stream::repeat_with(|| {
                Ok(Bytes::from_static(&[b'A'; 64 * 1024]))
            }))
        }),
        case(CheckOutcome::Unreachable, |_| {
            let pulled = Err(std::io::Error::other("the plug was pulled"));
            streamed(stream::iter([Ok(Bytes::from_static(b"eyJ")), pulled]))
        }),
        case(CheckOutcome::Redirected, move |_| redirect(&elsewhere)),
        case(CheckOutcome::Redirected, |_| {
            redirect("https://licenses.example/")
        }),
        case(CheckOutcome::Redirected, |asked| redirect(&asked.path)),
        status(CheckOutcome::Redirected, StatusCode::FOUND),
        status(CheckOutcome::Busy, StatusCode::SERVICE_UNAVAILABLE),
        status(CheckOutcome::Busy, StatusCode::TOO_MANY_REQUESTS),
    ]
}

#[tokio::test]
async fn every_failure_has_its_own_outcome_and_is_tried_again_soon() {
    with_server(async |_, browser, server, _| {
        let elsewhere = LicenseServer::start().await;
        let before = view(&browser).await;
        for (doublings, (outcome, answer)) in (0..).zip(wrong_answers(&elsewhere.url)) {
            server.answers(answer);
            let (result, now) = check(&browser).await;
            assert_eq!(result.outcome, outcome, "{}", result.detail);
            assert!(!result.detail.is_empty());
            assert_eq!(
                (&now.installed, &now.offer),
                (&before.installed, &before.offer)
            );
            assert_eq!(now.revision, before.revision);
            // Soon, and less and less often.
            let next = now.check.next_at.expect("it is asked again").0 - NOW.0;
            assert!(next > 0 && next <= 60_000 << doublings, "{next} ms");
        }
        assert_eq!(elsewhere.asked().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    with_server(async |console, _, server, _| {
        let servers = Client::with_patience(&console.state.config, Duration::from_millis(100));
        let servers = servers.expect("a client");
        let console = console.with_state(State {
            servers,
            ..console.state.clone()
        });
        let browser = console.signed_in("hasty", true).await;
        server.answers(|_| streamed(stream::pending()));
        assert_eq!(outcome(&browser).await, CheckOutcome::TimedOut);
    })
    .await;
}

#[tokio::test]
async fn a_redirect_on_the_same_host_is_followed_three_times_at_most() {
    with_server(async |_, browser, server, owner| {
        for (redirects, outcome) in [(4, CheckOutcome::Redirected), (3, CheckOutcome::Activated)] {
            let (left, compact) = (AtomicUsize::new(redirects), signed(owner, 8, 6));
            server.answers(move |question| {
                assert_eq!(question.header("zetel-company"), "Meridian%20Trading%20BV");
                match left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                }) {
                    Ok(_) => redirect("/elsewhere/on/this/host"),
                    Err(_) => license(&compact),
                }
            });
            assert_eq!(self::outcome(&browser).await, outcome);
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it() {
    with_server(async |_, browser, server, _| {
        let at = "Wed, 01 Jul 2026 12:00:00 GMT";
        for (value, ms) in [
            ("86400", DAY_MS),
            (at, 2 * 60 * 60 * 1000),
            ("99999999", DAY_MS),
        ] {
            let name = HeaderName::from_static("retry-after");
            server.answers(move |_| {
                (StatusCode::TOO_MANY_REQUESTS, [(name.clone(), value)]).into_response()
            });
            let (result, owner) = check(&browser).await;
            assert_eq!(result.outcome, CheckOutcome::Busy);
            assert_eq!(owner.check.next_at, Some(NOW.plus_ms(ms)), "{value}");
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_good_address_nobody_is_asked() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(7, vec![seats("maps", 5)]);
        owner
            .fill_with(&console, &sold, vec![user("a", &[])])
            .await
            .expect("the file is right");
        let browser = console.administrator().await;
        for url in [
            "http://licenses.example",
            "ftp://licenses.example",
            "https://me:secret@licenses.example",
            "?",
        ] {
            let console = console.with_config(|config| {
                let configured = config.owner.entry(samples::owner_name(OWNER)).or_default();
                configured.license_url = Some(url.to_owned());
            });
            let browser = browser.clone().of(console.router());
            assert_eq!(outcome(&browser).await, CheckOutcome::NoAddress, "{url}");
        }
        // The certificate's address counts where none is set, unless it is trusted no more.
        assert_eq!(outcome(&browser).await, CheckOutcome::Unreachable);
        let roots = console.state.config.roots.clone().expect("a folder");
        std::fs::remove_file(roots.join("root.jwk")).expect("removed");
        assert_eq!(outcome(&browser).await, CheckOutcome::NoAddress);
        let root = serde_json::to_string(&samples::root().public()).expect("it serializes");
        std::fs::write(roots.join("root.jwk"), root).expect("written");
    })
    .await;
}
