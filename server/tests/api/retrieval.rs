//! Asking a license server: what is sent, what each answer means, and every way in which it can go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use licensing::envelope::VerifyCode;
use licensing::license::DAY_MS;
use licensing::retrieval::{ANSWER_MAX, LICENSE_MEDIA_TYPE};
use licensing::samples;
use licensing::wire::{
    Activation, CheckOutcome, CheckResult, Checked, Done, ErrorCode, OwnerView, SetActivation,
    path, paths,
};
use server::State;
use server::retrieval::Client;
use tokio::sync::Notify;

use crate::harness::{Browser, Console, NOW, for_each_database};
use crate::license_server::{LicenseServer, Question};
use crate::licenses::{load, of_owner, view};
use crate::stock::{self, OWNER, Owner, seats, user};
use crate::tables::acts;

/// What answers questions.
type Answering = Box<dyn Fn(&Question) -> Response + Send + Sync>;

/// A console with sequence 7 in force (maps 5, one in use), an administrator, and a license server of its owner.
async fn with_server(test: impl AsyncFn(Console, Browser, LicenseServer, &Owner)) {
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
async fn check(browser: &Browser) -> (CheckResult, OwnerView) {
    let answer = browser.post(&path(paths::CHECK, OWNER), &Done {}).await;
    let Checked { result, licenses } = answer.json();
    let owner = of_owner(licenses);
    assert_eq!(owner.check.last.as_ref(), Some(&result));
    assert_eq!(owner.check.last_at, Some(NOW));
    assert!(!owner.check.running);
    (result, owner)
}

async fn outcome(browser: &Browser) -> CheckOutcome {
    check(browser).await.0.outcome
}

fn signed(owner: &Owner, sequence: u64, maps: i32) -> String {
    samples::signed(&owner.license(sequence, vec![seats("maps", maps)]))
}

/// Sequences in force and waiting.
fn sequences(owner: &OwnerView) -> (Option<u64>, Option<u64>) {
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

#[tokio::test]
async fn what_nothing_blocks_is_activated_by_itself() {
    with_server(async |_, browser, server, owner| {
        server.serves(8, &signed(owner, 8, 6));
        let (result, owner) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Activated);
        assert_eq!(sequences(&owner), (Some(8), None));
        assert_eq!(owner.installed.expect("in force").activated_by, None);
        assert_eq!(owner.activated.expect("it is news").sequence, 8);
        // Then there is nothing newer.
        let (result, owner) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::UpToDate);
        assert_eq!(sequences(&owner), (Some(8), None));
        assert_eq!(server.asked()[1].header("if-none-match"), "\"8\"");
    })
    .await;
}

#[tokio::test]
async fn who_wants_to_be_asked_is_asked() {
    with_server(async |_, browser, server, owner| {
        let ask = SetActivation {
            activation: Activation::AskMe,
        };
        browser
            .put(&path(paths::ACTIVATION, OWNER), &ask)
            .await
            .json::<Done>();
        server.serves(8, &signed(owner, 8, 6));
        let (result, owner) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Offered);
        assert_eq!(sequences(&owner), (Some(7), Some(8)));
        assert_eq!(outcome(&browser).await, CheckOutcome::UpToDate);
    })
    .await;
}

#[tokio::test]
async fn what_is_blocked_waits_and_is_judged_once() {
    with_server(async |console, browser, server, owner| {
        // One more user, so that two seats are in use.
        let second = console.person("second").await;
        assert!(crate::activation::assign(&browser, second, "maps").await);
        let small = signed(owner, 8, 1);
        server.serves(8, &small);
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Offered);
        assert_eq!(sequences(&now), (Some(7), Some(8)));
        // Even when nothing blocks it any more it is a person who activates it, also when it is sent once more.
        crate::activation::free(&browser, second, "maps").await;
        let sent = small.clone();
        server.answers(move |_| license(&sent));
        assert_eq!(outcome(&browser).await, CheckOutcome::UpToDate);
        // Nor is it judged again when it was taken back and comes again.
        server.answers(|_| StatusCode::GONE.into_response());
        assert_eq!(outcome(&browser).await, CheckOutcome::Withdrawn);
        server.serves(8, &small);
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Offered);
        assert_eq!(sequences(&now), (Some(7), Some(8)));
    })
    .await;
}

#[tokio::test]
async fn what_asks_for_a_person_waits() {
    with_server(async |_, browser, server, owner| {
        let restricted = seats("maps", 6).for_type(licensing::license::UserType::ExternalAssociate);
        server.serves(8, &samples::signed(&owner.license(8, vec![restricted])));
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Offered);
        assert_eq!(sequences(&now), (Some(7), Some(8)));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_fell_behind_changes_nothing() {
    with_server(async |_, browser, server, owner| {
        server.serves(6, &signed(owner, 6, 5));
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Behind);
        assert_eq!(sequences(&now), (Some(7), None));
        // A file is newer than what the server has.
        load(&browser, &owner.license(9, vec![seats("maps", 6)])).await;
        server.serves(8, &signed(owner, 8, 6));
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::UpToDate);
        assert_eq!(sequences(&now), (Some(7), Some(9)));
    })
    .await;
}

#[tokio::test]
async fn what_a_server_offered_it_may_take_back() {
    with_server(async |_, browser, server, owner| {
        let ask = SetActivation {
            activation: Activation::AskMe,
        };
        browser
            .put(&path(paths::ACTIVATION, OWNER), &ask)
            .await
            .json::<Done>();
        let offered = async |sequence| {
            server.serves(sequence, &signed(owner, sequence, 6));
            let (result, now) = check(&browser).await;
            assert_eq!(result.outcome, CheckOutcome::Offered);
            assert_eq!(sequences(&now), (Some(7), Some(sequence)));
            now.revision
        };
        // It withdraws the license.
        let revision = offered(9).await;
        server.answers(|_| StatusCode::GONE.into_response());
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Withdrawn);
        assert_eq!(
            (sequences(&now), now.revision),
            ((Some(7), None), revision + 1)
        );
        // It serves what is in force, or less.
        for (sequence, outcome) in [(7, CheckOutcome::UpToDate), (6, CheckOutcome::Behind)] {
            let revision = offered(9).await;
            server.serves(sequence, &signed(owner, sequence, 5));
            let (result, now) = check(&browser).await;
            assert_eq!(result.outcome, outcome);
            assert_eq!(
                (sequences(&now), now.revision),
                ((Some(7), None), revision + 1)
            );
        }
        // It serves an older one, which is newer than what is in force: that is its offer now.
        let revision = offered(9).await;
        server.serves(8, &signed(owner, 8, 6));
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Offered);
        assert_eq!(
            (sequences(&now), now.revision),
            ((Some(7), Some(8)), revision + 2)
        );
        // Not knowing a serial number takes nothing back.
        server.answers(|_| StatusCode::NOT_FOUND.into_response());
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::UnknownSerial);
        assert_eq!(sequences(&now), (Some(7), Some(8)));
    })
    .await;
}

#[tokio::test]
async fn what_is_trusted_no_more_is_withdrawn() {
    with_server(async |console, browser, _, owner| {
        load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let roots = console.state.config.roots.clone().expect("a folder");
        let key = samples::owner_key(OWNER).public().thumbprint();
        std::fs::write(roots.join("denied.txt"), key).expect("written");
        check(&browser).await;
        std::fs::remove_file(roots.join("denied.txt")).expect("removed");
        assert_eq!(sequences(&view(&browser).await), (Some(7), None));
        assert_eq!(acts(&console, "offer_withdrawn").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_license_that_is_refused_says_why_and_changes_nothing() {
    with_server(async |console, browser, server, owner| {
        let mut stranger = owner.license(8, vec![seats("maps", 6)]);
        stranger.serial_nr = "1010000043".to_owned();
        let mut foreign = samples::license(samples::SUPEROFFICE, 8);
        foreign.issued_at = NOW;
        let cases = [
            (VerifyCode::SerialMismatch, samples::signed(&stranger)),
            (VerifyCode::OwnerMismatch, samples::signed(&foreign)),
            (VerifyCode::NotALicense, "<html>".to_owned()),
            (VerifyCode::Truncated, signed(owner, 8, 6)[..400].to_owned()),
            (VerifyCode::SequenceReused, signed(owner, 7, 6)),
        ];
        for (code, compact) in cases {
            server.answers(move |_| license(&compact));
            let (result, now) = check(&browser).await;
            assert_eq!(result.outcome, CheckOutcome::Refused(code));
            assert_eq!(sequences(&now), (Some(7), None));
        }
        assert_eq!(acts(&console, "sequence_reused").await, 1);
    })
    .await;
}

/// A license as a license server answers it.
fn license(compact: &str) -> Response {
    (
        [(header::CONTENT_TYPE, LICENSE_MEDIA_TYPE)],
        compact.to_owned(),
    )
        .into_response()
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to.to_owned())]).into_response()
}

/// A license that comes as this stream.
fn streamed(
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
async fn it_is_asked_again_when_the_license_says_so_or_within_a_day() {
    with_server(async |_, browser, server, owner| {
        server.serves(7, &signed(owner, 7, 5));
        let next = async || {
            check(&browser)
                .await
                .1
                .check
                .next_at
                .expect("it is asked again")
                .0
        };
        let daily = next().await;
        assert!(daily > NOW.0 && daily <= NOW.0 + DAY_MS);
        let mut newer = owner.license(8, vec![seats("maps", 6)]);
        newer.next_check_date = Some("2026-07-09".parse().expect("a day"));
        server.serves(8, &samples::signed(&newer));
        // 2026-07-09T00:00 in Amsterdam.
        let begins = 1_783_548_000_000;
        let dated = next().await;
        assert!(dated >= begins && dated < begins + DAY_MS, "{dated}");
    })
    .await;
}

#[tokio::test]
async fn the_screen_says_that_it_is_asked() {
    with_server(async |_, browser, server, owner| {
        let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, waits, compact) = (asked.clone(), answer.clone(), signed(owner, 8, 6));
        server.answers(move |_| {
            told.notify_one();
            let (waits, compact) = (waits.clone(), compact.clone());
            streamed(stream::once(async move {
                waits.notified().await;
                Ok(Bytes::from(compact))
            }))
        });
        let asking = async {
            let (result, _) = check(&browser).await;
            assert_eq!(result.outcome, CheckOutcome::Activated);
        };
        tokio::join!(asking, async {
            asked.notified().await;
            assert!(view(&browser).await.check.running);
            answer.notify_one();
        });
        assert!(!view(&browser).await.check.running);
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

#[tokio::test]
async fn before_serial_number_and_company_are_set_nobody_is_asked() {
    for_each_database(async |console| {
        let console = console.with_config(|config| {
            config.owner.entry(samples::owner_name(OWNER)).or_default();
        });
        server::renewal::prepare(&console.state)
            .await
            .expect("prepared");
        let browser = console.administrator().await;
        let answer = browser.post(&path(paths::CHECK, OWNER), &Done {}).await;
        answer.error(StatusCode::CONFLICT, ErrorCode::InstallationMissing);
    })
    .await;
}

#[tokio::test]
async fn a_start_asks_once_but_not_who_asked_for_time() {
    with_server(async |console, browser, server, owner| {
        server.serves(8, &signed(owner, 8, 6));
        server::renewal::run(console.state.clone()).await;
        assert_eq!(sequences(&view(&browser).await), (Some(8), None));
        assert_eq!(server.asked().len(), 1);
        server.answers(|_| {
            let later = [(header::RETRY_AFTER, "3600")];
            (StatusCode::SERVICE_UNAVAILABLE, later).into_response()
        });
        // It is asked at every start, until it asks for time.
        for asked in [2, 2] {
            server::renewal::run(console.state.clone()).await;
            assert_eq!(server.asked().len(), asked);
        }
        console.state.clock.advance(60 * 60 * 1000);
        server::renewal::run(console.state.clone()).await;
        assert_eq!(server.asked().len(), 3);
    })
    .await;
}
