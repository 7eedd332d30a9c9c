//! What the dates mean, at every boundary.

#[cfg(target_arch = "wasm32")]
use super::test;

use licensing::license::{CivilDate, License, Timestamp};
use licensing::samples::{SUPEROFFICE, license};
use licensing::standing::{Phase, looks_frozen, standing};

fn day(text: &str) -> CivilDate {
    text.parse().expect("a day")
}

fn dated() -> License {
    License {
        next_check_date: Some(day("2027-02-01")),
        maintenance_date: Some(day("2027-02-20")),
        admin_warning_date: Some(day("2027-02-27")),
        expiry_date: Some(day("2027-03-27")),
        grace_date: Some(day("2027-04-08")),
        ..license(SUPEROFFICE, 7)
    }
}

#[test]
fn a_phase_begins_on_its_day() {
    let table = [
        ("2027-02-26", Phase::InOrder),
        ("2027-02-27", Phase::Warning),
        ("2027-03-27", Phase::Warning),
        ("2027-03-28", Phase::InGrace),
        ("2027-04-08", Phase::InGrace),
        ("2027-04-09", Phase::Ended),
        ("9999-12-31", Phase::Ended),
    ];
    for (today, phase) in table {
        assert_eq!(standing(&dated(), day(today)).phase, phase, "{today}");
    }
}

#[test]
fn without_grace_it_ends_after_its_expiry() {
    let license = License {
        grace_date: None,
        ..dated()
    };
    assert_eq!(standing(&license, day("2027-03-27")).phase, Phase::Warning);
    assert_eq!(standing(&license, day("2027-03-28")).phase, Phase::Ended);
}

#[test]
fn without_expiry_it_never_ends() {
    let license = License {
        grace_date: None,
        expiry_date: None,
        admin_warning_date: None,
        ..dated()
    };
    assert_eq!(standing(&license, day("9999-12-31")).phase, Phase::InOrder);
}

#[test]
fn maintenance_is_over_after_its_day_whatever_the_phase() {
    assert!(!standing(&dated(), day("2027-02-20")).maintenance_over);
    assert!(standing(&dated(), day("2027-02-21")).maintenance_over);
    assert_eq!(standing(&dated(), day("2027-02-21")).phase, Phase::InOrder);
}

#[test]
fn fourteen_days_past_the_next_check_it_looks_frozen() {
    assert!(!looks_frozen(&dated(), day("2027-02-14")));
    assert!(looks_frozen(&dated(), day("2027-02-15")));
    assert!(!looks_frozen(
        &License {
            next_check_date: None,
            ..dated()
        },
        day("2030-01-01")
    ));
}

#[test]
fn leap_days_are_days() {
    let license = License {
        expiry_date: Some(day("2028-02-29")),
        grace_date: None,
        ..dated()
    };
    assert_eq!(standing(&license, day("2028-02-29")).phase, Phase::Warning);
    assert_eq!(standing(&license, day("2028-03-01")).phase, Phase::Ended);
    assert_eq!(day("2028-02-28").plus_days(2), day("2028-03-01"));
    assert_eq!(day("2027-02-28").days_until(day("2028-02-29")), 366);
}

#[test]
fn only_days_of_the_calendar_are_days() {
    for text in [
        "2027-02-29",
        "2027-13-01",
        "27-01-01",
        "2027-1-1",
        "2027-01-01T00:00:00Z",
        "20270101",
        "+027-01-01",
        "",
    ] {
        assert!(text.parse::<CivilDate>().is_err(), "{text}");
    }
    assert_eq!(day("0001-01-01").to_string(), "0001-01-01");
}

#[test]
fn an_instant_is_rfc_3339_in_utc() {
    let at: Timestamp = "2026-11-24T09:00:00.5Z".parse().expect("an instant");
    assert_eq!(at, Timestamp(1_795_510_800_500));
    assert_eq!(CivilDate::of_utc(at), day("2026-11-24"));
    for text in [
        "2026-11-24T09:00:00+01:00",
        "2026-11-24 09:00",
        "2026-11-24",
        "now",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}
