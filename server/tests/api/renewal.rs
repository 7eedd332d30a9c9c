//! What an answer of a license server means, when it is asked again, and what a start does.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use futures_util::stream;
use licensing::envelope::VerifyCode;
use licensing::license::{DAY_MS, UserType};
use licensing::samples;
use licensing::wire::{Activation, CheckOutcome, Done, ErrorCode, SetActivation, path, paths};
use tokio::sync::Notify;

use crate::activation::{assign, free};
use crate::harness::{NOW, for_each_database};
use crate::license_server::license;
use crate::licenses::{load, view};
use crate::retrieval::{check, outcome, sequences, signed, streamed, with_server};
use crate::stock::{OWNER, seats};
use crate::tables::acts;

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
        assert!(assign(&browser, second, "maps").await);
        let small = signed(owner, 8, 1);
        server.serves(8, &small);
        let (result, now) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Offered);
        assert_eq!(sequences(&now), (Some(7), Some(8)));
        // Even when nothing blocks it any more it is a person who activates it, also when it is sent once more.
        free(&browser, second, "maps").await;
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
        let restricted = seats("maps", 6).for_type(UserType::ExternalAssociate);
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
