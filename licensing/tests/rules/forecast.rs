//! When seats run out, when that can be said; and a long history in few points.

#[cfg(target_arch = "wasm32")]
use super::test;

use licensing::forecast::{
    AHEAD_MAX_DAYS, DAYS_MIN, Forecast, POINTS_MAX, Seats, WINDOW_DAYS, forecast, thinned,
};
use licensing::license::CivilDate;
use licensing::wire::SEAT_USE_DAYS;
use proptest::prelude::*;

fn today() -> CivilDate {
    "2026-11-24".parse().expect("a day")
}

/// Use on days in a row, the last of them yesterday.
fn recorded(use_by_day: &[i32], total: i32) -> Vec<Seats> {
    let days = use_by_day.len() as i64;
    let by_day = use_by_day.iter().zip(0..);
    by_day
        .map(|(&in_use, place)| Seats {
            day: today().plus_days(place - days),
            in_use,
            total: Some(total),
        })
        .collect()
}

/// As many in use, of so many, today.
fn now(in_use: i32, total: i32) -> Seats {
    Seats {
        day: today(),
        in_use,
        total: Some(total),
    }
}

/// What is said of such a use until yesterday, and the last one today.
fn said(use_by_day: &[i32], total: i32) -> Forecast {
    let (last, before) = use_by_day.split_last().expect("there is a day");
    forecast(&recorded(before, total), now(*last, total))
}

fn on(day: &str) -> Forecast {
    Forecast::Full(day.parse().expect("a day"))
}

#[test]
fn one_seat_a_day_runs_out_when_the_free_ones_are_counted_off() {
    let use_by_day: Vec<i32> = (11..=50).collect();
    assert_eq!(said(&use_by_day, 51), on("2026-11-25"));
    assert_eq!(said(&use_by_day, 60), on("2026-12-04"));
    assert_eq!(said(&use_by_day, 150), on("2027-03-04"));
}

#[test]
fn one_seat_in_ten_days_runs_out_ten_times_as_late() {
    let use_by_day: Vec<i32> = (0..80).map(|day| day / 10).collect();
    let Forecast::Full(day) = said(&use_by_day, 10) else {
        panic!("it is said");
    };
    assert!((29..=31).contains(&today().days_until(day)), "{day}");
}

#[test]
fn what_is_full_or_unlimited_is_said_before_anything_is_reckoned() {
    let full = forecast(&[], now(7, 7));
    assert_eq!(full, Forecast::AlreadyFull);
    assert_eq!(forecast(&[], now(8, 7)), Forecast::AlreadyFull);
    assert_eq!(forecast(&[], now(0, 0)), Forecast::AlreadyFull);
    let unlimited = Seats {
        total: None,
        ..now(7, 0)
    };
    assert_eq!(forecast(&[], unlimited), Forecast::Unlimited);
}

#[test]
fn four_weeks_have_to_be_known() {
    let use_by_day: Vec<i32> = (1..=DAYS_MIN as i32).collect();
    assert_eq!(said(&use_by_day, 30), on("2026-11-26"));
    assert_eq!(said(&use_by_day[1..], 30), Forecast::TooFewDays);
    // Not four weeks of one day, nor of days long ago.
    let day = recorded(&[1], 30)[0];
    let often = vec![day; 100];
    assert_eq!(forecast(&often, now(2, 30)), Forecast::TooFewDays);
    let mut long_ago = recorded(&use_by_day, 30);
    for seats in &mut long_ago {
        seats.day = seats.day.plus_days(-WINDOW_DAYS);
    }
    assert_eq!(forecast(&long_ago, now(29, 30)), Forecast::TooFewDays);
}

#[test]
fn it_looks_no_further_than_four_times_what_is_known() {
    let use_by_day: Vec<i32> = (1..=30).collect();
    assert_eq!(said(&use_by_day, 30 + 4 * 29), on("2027-03-20"));
    assert_eq!(said(&use_by_day, 30 + 4 * 29 + 1), Forecast::TooFewDays);
}

#[test]
fn further_than_a_year_is_not_said() {
    let use_by_day: Vec<i32> = (1..=WINDOW_DAYS as i32).collect();
    let ahead = AHEAD_MAX_DAYS as i32;
    assert_eq!(said(&use_by_day, 90 + ahead + 1), Forecast::TooFar);
}

#[test]
fn what_stays_falls_or_has_stopped_growing_does_not_run_out() {
    assert_eq!(said(&[5; 60], 9), Forecast::NotGrowing);
    let falls: Vec<i32> = (0..60).map(|day| 60 - day).collect();
    assert_eq!(said(&falls, 99), Forecast::NotGrowing);
    let stopped: Vec<i32> = (0..80).map(|day| day.min(35)).collect();
    assert_eq!(said(&stopped, 99), Forecast::NotGrowing);
    let slowed: Vec<i32> = (0..80).map(|day| day.min(40 + day / 10)).collect();
    assert_eq!(said(&slowed, 99), Forecast::NotGrowing);
}

#[test]
fn one_blow_is_no_rate() {
    let mut use_by_day = [10; 80];
    use_by_day[70..].fill(30);
    assert_eq!(said(&use_by_day, 40), Forecast::TooScattered);
    // Nor are two, however well a line fits.
    let mut use_by_day = [10; 90];
    use_by_day[30..].fill(20);
    use_by_day[60..].fill(30);
    assert_eq!(said(&use_by_day, 40), Forecast::TooScattered);
    use_by_day[75..].fill(35);
    assert!(matches!(said(&use_by_day, 40), Forecast::Full(_)));
}

#[test]
fn what_goes_up_and_down_says_nothing() {
    // It rises by 6 in 90 days, and swings by 20.
    let swings: Vec<i32> = (0..90).map(|day| day / 15 + (day * 7) % 20).collect();
    assert_eq!(said(&swings, 40), Forecast::TooScattered);
}

#[test]
fn days_that_were_missed_are_not_made_up() {
    let use_by_day: Vec<i32> = (1..=80).collect();
    let mut missed = recorded(&use_by_day, 100);
    missed.drain(20..45);
    assert_eq!(forecast(&missed, now(81, 100)), on("2026-12-13"));
    let (days, points) = thinned(&missed, now(81, 100));
    assert_eq!((days, points.len()), (1, 80 - 25 + 1));
}

#[test]
fn of_several_rows_of_a_day_the_most_are_in_use_and_the_last_bought() {
    let day = today().plus_days(-1);
    let row = |in_use, total| Seats { day, in_use, total };
    let rows = [row(5, Some(6)), row(7, Some(8)), row(6, None)];
    let (days, points) = thinned(&rows, now(3, 9));
    assert_eq!(days, 1);
    assert_eq!(points, [row(7, None), now(3, 9)]);
}

#[test]
fn a_long_history_comes_in_weeks_and_then_in_four_weeks() {
    let shown = |days: usize| {
        let use_by_day: Vec<i32> = (1..=days as i32).collect();
        let (days, points) = thinned(&recorded(&use_by_day, 9999), now(0, 9999));
        let first: Vec<String> = points[..2]
            .iter()
            .map(|point| point.day.to_string())
            .collect();
        (days, points.len(), first, points[1].in_use)
    };
    let first = |days: [&str; 2]| days.map(str::to_owned).to_vec();
    let says = (1, 99, first(["2026-08-18", "2026-08-19"]), 2);
    assert_eq!(shown(98), says);
    // The first week has a day only; a point begins with what was recorded.
    let says = (7, 16, first(["2026-08-17", "2026-08-18"]), 8);
    assert_eq!(shown(99), says);
    let says = (28, 67, first(["2021-11-20", "2021-11-30"]), 38);
    assert_eq!(shown(SEAT_USE_DAYS as usize), says);
}

#[test]
fn nothing_recorded_is_one_point() {
    assert_eq!(thinned(&[], now(3, 9)), (1, vec![now(3, 9)]));
    // What was written for today or, by a clock that was wrong, for a day to come is not shown: it is how it is now.
    let mut later = recorded(&[1, 2, 3], 9);
    for seats in &mut later {
        seats.day = seats.day.plus_days(3);
    }
    assert_eq!(thinned(&later, now(3, 9)).1, [now(3, 9)]);
}

/// A use that grows by chance, some days of it missed.
fn history() -> impl Strategy<Value = Vec<Seats>> {
    let day = (-1..4_i32, any::<bool>(), any::<bool>());
    (0..200_i32, proptest::collection::vec(day, 0..150)).prop_map(|(first, days)| {
        let mut in_use = first;
        let by_day: Vec<i32> = days
            .iter()
            .map(|(change, changes, _)| {
                in_use = (in_use + if *changes { *change } else { 0 }).max(0);
                in_use
            })
            .collect();
        let recorded = recorded(&by_day, 1000).into_iter().zip(days);
        let kept = recorded.filter(|(_, (_, one, other))| *one || *other);
        kept.map(|(seats, _)| seats).collect()
    })
}

/// How it stands today, with so many free.
fn today_of(history: &[Seats], free: i32) -> Seats {
    let in_use = history.last().map_or(0, |seats| seats.in_use);
    now(in_use, in_use + free)
}

#[test]
fn seats_run_out_after_today_and_within_a_year() {
    proptest!(|(history in history(), free in 0..500_i32)| {
        if let Forecast::Full(day) = forecast(&history, today_of(&history, free)) {
            prop_assert!((1..=AHEAD_MAX_DAYS).contains(&today().days_until(day)));
        }
    });
}

#[test]
fn more_seats_do_not_run_out_sooner() {
    proptest!(|(history in history(), free in 1..500_i32, more in 0..500_i32)| {
        let fewer = forecast(&history, today_of(&history, free));
        match forecast(&history, today_of(&history, free + more)) {
            Forecast::Full(later) => {
                let Forecast::Full(day) = fewer else {
                    return Err(TestCaseError::fail(format!("{fewer:?}, with more of them {later}")));
                };
                prop_assert!(day <= later);
            }
            why @ (Forecast::NotGrowing | Forecast::TooScattered) => prop_assert_eq!(fewer, why),
            _ => {}
        }
    });
}

#[test]
fn the_size_of_the_company_does_not_matter() {
    proptest!(|(history in history(), free in 0..500_i32, times in 1..2000_i32)| {
        let scaled = |seats: &Seats| Seats {
            in_use: seats.in_use * times,
            total: seats.total.map(|total| total * times),
            ..*seats
        };
        let now = today_of(&history, free);
        let large: Vec<Seats> = history.iter().map(scaled).collect();
        prop_assert_eq!(forecast(&large, scaled(&now)), forecast(&history, now));
    });
}

#[test]
fn seats_that_were_always_in_use_do_not_matter() {
    proptest!(|(history in history(), free in 0..500_i32, base in 0..1000_i32)| {
        let raised = |seats: &Seats| Seats {
            in_use: seats.in_use + base,
            total: seats.total.map(|total| total + base),
            ..*seats
        };
        let now = today_of(&history, free);
        let more: Vec<Seats> = history.iter().map(raised).collect();
        prop_assert_eq!(forecast(&more, raised(&now)), forecast(&history, now));
    });
}

#[test]
fn a_later_day_says_the_same_later() {
    proptest!(|(history in history(), free in 0..500_i32, days in 0..4000_i64)| {
        let later = |seats: &Seats| Seats { day: seats.day.plus_days(days), ..*seats };
        let now = today_of(&history, free);
        let moved: Vec<Seats> = history.iter().map(later).collect();
        let expected = match forecast(&history, now) {
            Forecast::Full(day) => Forecast::Full(day.plus_days(days)),
            other => other,
        };
        prop_assert_eq!(forecast(&moved, later(&now)), expected);
    });
}

#[test]
fn a_straight_line_is_followed_to_the_day() {
    proptest!(|(by_day in 1..50_i32, days in DAYS_MIN..90, left in 1..100_i32, first in 0..1000_i32)| {
        let use_by_day: Vec<i32> = (0..days as i32).map(|day| first + day * by_day).collect();
        let total = use_by_day[days - 1] + left * by_day;
        prop_assert_eq!(said(&use_by_day, total), Forecast::Full(today().plus_days(left.into())));
    });
}

#[test]
fn points_are_few_in_order_and_hold_the_most() {
    proptest!(|(history in history(), free in 0..500_i32, days in 1..30_i64)| {
        // The same days, spread out over years.
        let spread: Vec<Seats> = history
            .iter()
            .map(|seats| Seats { day: today().plus_days(-seats.day.days_until(today()) * days), ..*seats })
            .filter(|seats| seats.day.days_until(today()) <= SEAT_USE_DAYS)
            .collect();
        let now = today_of(&history, free);
        let (_, points) = thinned(&spread, now);
        prop_assert!(points.len() <= POINTS_MAX);
        prop_assert!(points.windows(2).all(|pair| pair[0].day < pair[1].day));
        prop_assert_eq!(points.last(), Some(&now));
        let most = |seats: &[Seats]| seats.iter().map(|seats| seats.in_use).max();
        prop_assert_eq!(most(&points[..points.len() - 1]), most(&spread));
    });
}
