//! Who is told when a license is about to expire, has expired, or has ended.

use licensing::license::{License, Timestamp};
use licensing::samples;
use licensing::standing::Phase;
use licensing::wire::{OwnerStanding, Session, paths};

use crate::harness::{Console, NOW};
use crate::stock::{self, OWNER, seats};

/// Warned of from the 10th of July, expires on the 20th, ends after the 30th.
fn dated(mut license: License) -> License {
    let day = |day| Some(format!("2026-07-{day}").parse().expect("a day"));
    license.admin_warning_date = day(10);
    license.expiry_date = day(20);
    license.grace_date = day(30);
    license
}

/// What an administrator and somebody else are told who sign in now.
async fn told(console: &Console) -> [Vec<OwnerStanding>; 2] {
    let now = console.state.clock.now().0;
    let mut told = Vec::new();
    for administrator in [true, false] {
        let user_id = format!("{administrator} {now}");
        let browser = console.signed_in(&user_id, administrator).await;
        let session: Session = browser.get(paths::SESSION).await.json();
        told.push(session.standings);
    }
    told.try_into().expect("two of them")
}

fn phases(told: &[Vec<OwnerStanding>; 2]) -> [Option<Phase>; 2] {
    [0, 1].map(|who| told[who].first().map(|standing| standing.phase))
}

#[tokio::test]
async fn everyone_is_told_of_grace_and_end_and_administrators_also_of_a_warning() {
    stock::for_each_database(async |console, owner| {
        let license = dated(owner.license(7, vec![seats("maps", 5)]));
        owner.fill(&console, &license, &[]).await;
        // Midnight in Amsterdam is 22:00 in UTC.
        let begin_of = |day: i64| Timestamp(NOW.0 + ((day - 1) * 24 - 12) * 60 * 60 * 1000);
        let mut last = Default::default();
        let both = |phase| [Some(phase), Some(phase)];
        for (day, before, from) in [
            (10, [None, None], [Some(Phase::Warning), None]),
            (21, [Some(Phase::Warning), None], both(Phase::InGrace)),
            (31, both(Phase::InGrace), both(Phase::Ended)),
        ] {
            for (moment, expected) in [(begin_of(day).0 - 1, before), (begin_of(day).0, from)] {
                let clock = &console.state.clock;
                clock.advance(moment - clock.now().0);
                last = told(&console).await;
                assert_eq!(phases(&last), expected, "at {moment}");
            }
        }
        let ended = OwnerStanding {
            description: samples::certificate(OWNER).description,
            phase: Phase::Ended,
            date: license.grace_date,
        };
        assert_eq!(last[1], [ended]);
    })
    .await;
}
