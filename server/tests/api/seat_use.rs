//! Seats over time: a row a day and one per activation, what is shown of them, and when seats run out.

use axum::http::StatusCode;
use licensing::forecast::{Forecast, Seats};
use licensing::license::{DAY_MS, License};
use licensing::samples;
use licensing::wire::{CheckOutcome, ErrorCode, SEAT_USE_DAYS, SeatUse, path, paths};
use serde_json::json;
use server::State;
use server::clock::{Clock, time_zone};
use server::seat_use::run;

use crate::activation::assign;
use crate::harness::{Browser, Console, NOW};
use crate::licenses::{install, load, seen};
use crate::retrieval::{check, signed, with_server};
use crate::stock::{self, OWNER, Owner, hidden, id, number, plan, seats, site, under, user};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

async fn seat_use(browser: &Browser, module: &str, back: &str) -> SeatUse {
    let path = under(browser, paths::SEAT_USE, module).await;
    browser.get(&format!("{path}?back={back}")).await.json()
}

/// Each point as "07-01 1/5".
fn said(points: &[Seats]) -> Vec<String> {
    let said = points.iter().map(|seats| {
        let day = seats.day.to_string();
        let total = seats
            .total
            .map_or("-".to_owned(), |total| total.to_string());
        format!("{} {}/{total}", &day["2026-".len()..], seats.in_use)
    });
    said.collect()
}

/// So many days later, with an administrator who signs in then.
async fn later(console: &Console, days: i64) -> Browser {
    console.state.clock.advance(days * DAY_MS);
    let day = console.state.clock.now().0 / DAY_MS;
    console.signed_in(&format!("admin{day}"), true).await
}

async fn rows(console: &Console) -> i64 {
    number(console, "select count(*) from seat_use").await
}

async fn activations(console: &Console) -> i64 {
    number(
        console,
        "select count(*) from seat_use where source = 'activation'",
    )
    .await
}

#[tokio::test]
async fn a_day_is_written_once_and_a_day_that_was_missed_is_not_made_up() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 5).brings(&["crm"]),
                hidden("crm", 9),
                site("tools"),
            ],
        );
        owner
            .fill(&console, &sold, &[("a", &["sales"]), ("b", &[])])
            .await;
        assert_eq!(rows(&console).await, 0);
        run(console.state.clone()).await;
        // A start on the same day writes nothing, whatever was assigned meanwhile.
        let admin = later(&console, 0).await;
        let b = id(&admin, "b").await;
        assert!(assign(&admin, b, "sales").await);
        run(console.state.clone()).await;
        assert_eq!(rows(&console).await, 2);
        let today = seat_use(&admin, "sales", "quarter").await;
        assert_eq!(said(&today.points), ["07-01 2/5"]);
        assert_eq!(today.forecast, Forecast::TooFewDays);

        for _ in 0..2 {
            console.state.clock.advance(DAY_MS);
            run(console.state.clone()).await;
        }
        let admin = later(&console, 3).await;
        run(console.state.clone()).await;
        let reader = console.reader().await;
        for browser in [&admin, &reader] {
            let shown = seat_use(browser, "sales", "quarter").await;
            let expected = ["07-01 1/5", "07-02 2/5", "07-03 2/5", "07-06 2/5"];
            assert_eq!(said(&shown.points), expected);
            assert_eq!((shown.days, shown.planned), (1, None));
            let hidden = seat_use(browser, "crm", "all").await;
            assert_eq!(said(&hidden.points)[3], "07-06 2/9");
        }
        assert_eq!(rows(&console).await, 8);
    })
    .await;
}

#[tokio::test]
async fn a_day_begins_at_midnight_where_the_installation_is() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 5)]);
        owner.fill(&console, &sold, &[]).await;
        let days = async |console: &Console| {
            let first = "select cast(substr(min(day), 9) as bigint) from seat_use";
            let last = "select cast(substr(max(day), 9) as bigint) from seat_use";
            (number(console, first).await, number(console, last).await)
        };
        // A minute before midnight in Amsterdam, and a minute later.
        console.state.clock.advance(12 * HOUR_MS - 60_000);
        run(console.state.clone()).await;
        assert_eq!(days(&console).await, (1, 1));
        console.state.clock.advance(60_000);
        run(console.state.clone()).await;
        assert_eq!((days(&console).await, rows(&console).await), ((1, 2), 2));
        // At the same instant it is still the first in the west, and long the third nowhere.
        for (zone, rows_then) in [("America/New_York", 2), ("Pacific/Kiritimati", 2)] {
            let zone = time_zone(zone).expect("it exists");
            let clock = Clock::fixed(console.state.clock.now(), zone);
            run(State {
                clock,
                ..console.state.clone()
            })
            .await;
            assert_eq!(
                (days(&console).await, rows(&console).await),
                ((1, 2), rows_then)
            );
        }
        let zone = time_zone("Pacific/Kiritimati").expect("it exists");
        let clock = Clock::fixed(console.state.clock.now().plus_ms(12 * HOUR_MS), zone);
        let east = console.with_state(State {
            clock,
            ..console.state.clone()
        });
        run(east.state.clone()).await;
        assert_eq!((days(&console).await, rows(&console).await), ((1, 3), 3));
        let shown = seat_use(&east.reader().await, "maps", "quarter").await;
        assert_eq!(said(&shown.points), ["07-01 0/5", "07-02 0/5", "07-03 0/5"]);
    })
    .await;
}

#[tokio::test]
async fn an_activation_writes_how_every_license_stands_then() {
    stock::for_each_database(async |console, owner| {
        let first = owner.license(1, vec![seats("maps", 5), seats("old", 2), site("tools")]);
        owner.fill(&console, &first, &[("a", &["maps"])]).await;
        run(console.state.clone()).await;
        let admin = later(&console, 1).await;
        let maps = under(&admin, paths::SEAT_USE, "maps").await;
        let old = under(&admin, paths::SEAT_USE, "old").await;
        let small = owner.license(2, vec![seats("routes", 3)]);
        let refused = admin
            .post(paths::ACTIVATE, &seen(&load(&admin, &small).await))
            .await;
        refused.error(StatusCode::CONFLICT, ErrorCode::Blocked);
        assert_eq!(activations(&console).await, 0);

        install(
            &admin,
            &owner.license(3, vec![seats("maps", 8), seats("routes", 3)]),
        )
        .await;
        assert_eq!(activations(&console).await, 2);
        // A second one in the same millisecond takes its place.
        install(
            &admin,
            &owner.license(4, vec![seats("maps", 9), seats("routes", 3)]),
        )
        .await;
        assert_eq!(activations(&console).await, 2);
        let admin = later(&console, 1).await;
        let shown: SeatUse = admin.get(&maps).await.json();
        assert_eq!(said(&shown.points), ["07-01 1/5", "07-02 1/9", "07-03 1/9"]);
        let routes = seat_use(&admin, "routes", "quarter").await;
        assert_eq!(said(&routes.points), ["07-02 0/3", "07-03 0/3"]);
        admin
            .get(&old)
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);

        // What comes back has what was written when it was there.
        install(
            &admin,
            &owner.license(5, vec![seats("maps", 9).unrestricted(), seats("old", 4)]),
        )
        .await;
        let shown: SeatUse = admin.get(&old).await.json();
        assert_eq!(said(&shown.points), ["07-01 0/2", "07-03 0/4"]);
        let shown: SeatUse = admin.get(&maps).await.json();
        assert_eq!(said(&shown.points)[2], "07-03 1/-");
        assert_eq!(shown.forecast, Forecast::Unlimited);
    })
    .await;
}

#[tokio::test]
async fn what_is_activated_by_itself_is_written_too() {
    with_server(async |console, browser, server, owner| {
        server.serves(8, &signed(owner, 8, 6));
        let (result, _) = check(&browser).await;
        assert_eq!(result.outcome, CheckOutcome::Activated);
        let shown = "select cast(sum(total) as bigint) from seat_use where source = 'activation'";
        assert_eq!(
            (activations(&console).await, number(&console, shown).await),
            (1, 6)
        );
    })
    .await;
}

#[tokio::test]
async fn a_license_that_waits_says_what_is_planned() {
    stock::for_each_database(async |console, owner| {
        let sold = |sequence, modules: Vec<_>| owner.license(sequence, modules);
        let first = sold(1, vec![seats("maps", 5), seats("routes", 3)]);
        owner.fill(&console, &first, &[]).await;
        let admin = console.administrator().await;
        let table = [
            (seats("maps", 5), None),
            (seats("maps", 7), Some(Some(7))),
            (seats("maps", 5).unrestricted(), Some(None)),
            (seats("other", 5), Some(Some(0))),
            (site("maps"), Some(Some(0))),
        ];
        for (sequence, (module, planned)) in (2..).zip(table) {
            load(&admin, &sold(sequence, vec![module, seats("routes", 3)])).await;
            let shown = seat_use(&admin, "maps", "quarter").await;
            let found = shown.planned.map(|seats| seats.total);
            assert_eq!(found, planned, "{sequence}");
            assert_eq!(seat_use(&admin, "routes", "quarter").await.planned, None);
        }
    })
    .await;
}

/// In use and bought.
type Day = (i32, Option<i32>);

/// The lines of a console that remembers maps of a past, by day, until yesterday: the first of them in use since the last.
fn remembered(owner: &Owner, sold: &License, days: &[Day]) -> String {
    let today = licensing::license::CivilDate::of_utc(NOW);
    let since = today.plus_days(-(days.len() as i64));
    let history = json!({ "owner": OWNER, "module": "maps", "since": since, "days": days });
    let (in_use, _) = days.last().copied().unwrap_or_default();
    let users = (0..in_use).map(|place| json!({ "user": user(&format!("u{place}"), &["maps"]) }));
    let head = [
        json!({ "installation": samples::installation() }),
        json!({ "license": { "file": owner.file(sold), "installed_at": stock::INSTALLED_AT } }),
        json!({ "seat_use": history }),
    ];
    let lines: Vec<String> = head
        .into_iter()
        .chain(users)
        .map(|line| line.to_string())
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn what_was_recorded_elsewhere_is_gone_on_with_in_few_points() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 40)]);
        // One more every 20 days, of 35, and since 30 days of 40.
        let days: Vec<_> = (0..600)
            .map(|day| (1 + day / 20, Some(if day < 570 { 35 } else { 40 })))
            .collect();
        let text = remembered(owner, &sold, &days);
        owner
            .fill_from(&console, &text)
            .await
            .expect("the file is right");
        let reader = console.reader().await;
        let quarter = seat_use(&reader, "maps", "quarter").await;
        assert_eq!((quarter.days, quarter.points.len()), (1, 93));
        assert_eq!(said(&quarter.points)[91..], ["06-30 30/40", "07-01 30/40"]);
        // Ten are free, one of which goes every 20 days.
        let Forecast::Full(day) = quarter.forecast else {
            panic!("it is said: {:?}", quarter.forecast);
        };
        let ahead = quarter.points[92].day.days_until(day);
        assert!((180..=220).contains(&ahead), "{ahead}");
        let year = seat_use(&reader, "maps", "year").await;
        assert_eq!((year.days, year.points.len()), (7, 54));
        let all = seat_use(&reader, "maps", "all").await;
        assert_eq!((all.days, all.points.len()), (7, 87));
        assert_eq!((all.points[0].in_use, all.points[0].total), (1, Some(35)));
        assert_eq!(
            (year.forecast, all.forecast),
            (quarter.forecast, quarter.forecast)
        );
        let path = under(&reader, paths::SEAT_USE, "maps").await;
        assert_eq!(reader.get(&path).await.json::<SeatUse>(), quarter);
        let nonsense = reader.get(&format!("{path}?back=forever")).await;
        nonsense.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
    })
    .await;
}

#[tokio::test]
async fn what_is_older_than_five_years_goes_with_the_next_day() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        let days = vec![(1, Some(3)); SEAT_USE_DAYS as usize];
        let text = remembered(owner, &sold, &days);
        owner
            .fill_from(&console, &text)
            .await
            .expect("the file is right");
        assert_eq!(rows(&console).await, SEAT_USE_DAYS);
        run(console.state.clone()).await;
        assert_eq!(rows(&console).await, SEAT_USE_DAYS + 1);
        let admin = later(&console, 10).await;
        run(console.state.clone()).await;
        assert_eq!(rows(&console).await, SEAT_USE_DAYS + 2 - 10);
        let all = seat_use(&admin, "maps", "all").await;
        assert_eq!((all.days, all.points.len()), (28, 67));
    })
    .await;
}

#[tokio::test]
async fn a_past_that_cannot_be_is_refused() {
    let limits = "seat use is of 1830 days at most, all of them before today (2026-07-01)";
    let long = vec![(1, None); SEAT_USE_DAYS as usize + 1];
    // Each on a console of its own: a fault leaves what was filled before it.
    let table: [(&[Day], [&str; 2], &str); 5] = [
        (&long, ["", ""], limits),
        (&[(1, None)], ["2026-06-30", "2026-07-01"], limits),
        (
            &[(-1, Some(3))],
            ["", ""],
            "fewer than no seats on 2026-06-30",
        ),
        (
            &[(1, Some(-3))],
            ["", ""],
            "fewer than no seats on 2026-06-30",
        ),
        (
            &[(1, None)],
            ["\"module\":\"maps\"", "\"module\":\"tools\""],
            "there is no user license FJORDMAPS.tools",
        ),
    ];
    for (days, [from, to], says) in table {
        stock::for_each_database(async |console, owner| {
            let sold = owner.license(1, vec![seats("maps", 3), site("tools")]);
            let text =
                remembered(owner, &sold, days).replacen(from, to, usize::from(!from.is_empty()));
            let fault = owner.fill_from(&console, &text).await;
            let says = format!("line 3: {says}");
            assert_eq!(fault.expect_err("it cannot be"), says);
            assert_eq!(rows(&console).await, 0);
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_no_user_license_has_no_use() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3), site("tools")]);
        owner.fill(&console, &sold, &[]).await;
        let reader = console.reader().await;
        let tools = stock::license(&reader, "maps").await.id + 1;
        for module in [tools, 99] {
            let answer = reader.get(&path(paths::SEAT_USE, module)).await;
            answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
    })
    .await;
}
