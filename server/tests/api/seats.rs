//! No more seats than bought, however many write at once, and no change that is lost.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use licensing::assignment::{Assignments, Refusal, Shortage};
use licensing::license::License;
use licensing::samples;
use licensing::wire::{
    Activate, Assign, ErrorBody, ErrorCode, Free, FreeUser, Holders, Licenses, Loaded, Problem,
    UserCard, path, paths,
};
use serde_json::Value;
use server::db::assignments::{self, NotWritten, SetsMoved};
use server::db::{on_tx, owners, transaction, view};
use server::error::Error;
use sqlx::types::Json;
use tokio::task::JoinSet;

use crate::harness::{Browser, Console, NOW};
use crate::stock::{self, Owner, counters, hidden, license, names, number, plan, seats};

/// Who wants the last seat.
const WRITERS: i32 = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_who_want_the_last_seat_exactly_one_gets_it() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        let users = many(WRITERS, |number| if number < 2 { &["maps"] } else { &[] });
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        let admin = console.administrator().await;
        let maps = license(&admin, "maps").await.id;
        let answers = at_once(&admin, (3..=WRITERS).map(|user| (user, maps))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let [maps] = names(&["maps"]).try_into().expect("one name");
        let no_seat = Refusal::NoSeat(Shortage {
            module: maps,
            bought: 3,
            in_use: 3,
            short: 1,
        });
        for refused in answers.into_iter().filter_map(Result::err) {
            assert_eq!(refused, std::slice::from_ref(&no_seat));
        }
        assert_eq!(counters(&console).await, ["maps 3"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_seat_of_what_two_plans_bring_goes_to_one_of_them() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", WRITERS).brings(&["mail", "crm"]),
                plan("service", WRITERS).brings(&["crm"]),
                hidden("mail", WRITERS),
                hidden("crm", 1),
            ],
        );
        let users = many(WRITERS, |_| &[]);
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        let admin = console.administrator().await;
        let plans = [
            license(&admin, "sales").await.id,
            license(&admin, "service").await.id,
        ];
        let wishes = (1..=WRITERS).map(|user| (user, plans[usize::from(user % 2 == 0)]));
        let answers = at_once(&admin, wishes).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let [crm] = names(&["crm"]).try_into().expect("one name");
        let no_seat = Refusal::NoSeat(Shortage {
            module: crm,
            bought: 1,
            in_use: 1,
            short: 1,
        });
        for refused in answers.into_iter().filter_map(Result::err) {
            assert_eq!(refused, std::slice::from_ref(&no_seat));
        }
        counters(&console).await;
    })
    .await;
}

/// So many users, each with what they are given.
fn many(count: i32, given: impl Fn(i32) -> &'static [&'static str]) -> Vec<Value> {
    (0..count)
        .map(|number| stock::user(&format!("u{number}"), given(number)))
        .collect()
}

/// Assigns all of these at once, each as (user, module); answers why each was refused.
async fn at_once(
    admin: &Browser,
    wishes: impl Iterator<Item = (i32, i32)>,
) -> Vec<Result<(), Vec<Refusal>>> {
    let mut asking = JoinSet::new();
    for (user, module) in wishes {
        let admin = admin.clone();
        asking.spawn(async move {
            let assign = Assign {
                module,
                revision: 1,
            };
            let answer = admin.post(&path(paths::ASSIGN, user), &assign).await;
            if answer.status.is_success() {
                return Ok(());
            }
            let body = answer.error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
            let problems = body.problems.into_iter();
            Err(problems
                .map(|problem| match problem {
                    Problem::Refusal { refusal } => refusal,
                    other => panic!("no refusal: {other:?}"),
                })
                .collect())
        });
    }
    asking.join_all().await
}

/// Users of the mixed test.
const USERS: i32 = 24;
/// Acts of each of those who write at once.
const ROUNDS: u64 = 25;
/// Everything that is assigned in the mixed test.
const WANTED: [&str; 4] = ["sales", "service", "maps", "routes"];

/// In odd licenses Sales brings mail, in even ones phone.
fn sold(owner: &Owner, sequence: u64) -> License {
    let brings = if sequence.is_multiple_of(2) {
        ["crm", "phone"]
    } else {
        ["crm", "mail"]
    };
    owner.license(
        sequence,
        vec![
            plan("sales", 9).brings(&brings),
            plan("service", 9).brings(&["crm"]),
            hidden("crm", 12),
            hidden("mail", 9),
            hidden("phone", 9),
            seats("maps", 9),
            seats("routes", 5).needs("maps"),
        ],
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn freeing_against_activating_against_assigning_keeps_every_counter_right() {
    stock::for_each_database(async |console, owner| {
        let users = many(USERS, |number| match number % 3 {
            0 => &["sales"],
            1 => &["maps"],
            _ => &[],
        });
        let filled = owner.fill_with(&console, &sold(owner, 1), users).await;
        filled.expect("the file is right");
        let before = number(&console, "select count(*) from assignment").await;
        let admin = console.administrator().await;
        let licenses: Vec<String> = (2..=ROUNDS)
            .map(|sequence| samples::signed(&sold(owner, sequence)))
            .collect();
        let mut writing = JoinSet::new();
        for luck in 0..4 {
            writing.spawn(assign_at_random(admin.clone(), Luck(luck)));
        }
        for luck in 4..6 {
            writing.spawn(free_at_random(admin.clone(), Luck(luck)));
        }
        writing.spawn(activate_all(admin.clone(), licenses));
        let done = tokio::spawn(writing.join_all());
        // Whenever one looks, the counters are what the assignments say.
        while !done.is_finished() {
            counters(&console).await;
        }
        let touched: u64 = done.await.expect("nobody failed").into_iter().sum();
        counters(&console).await;
        assert_eq!(
            number(
                &console,
                "select max(sequence) from license where state = 'installed'"
            )
            .await,
            ROUNDS as i64
        );
        nothing_is_lost(&console, touched, before).await;
    })
    .await;
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Luck(pub(crate) u64);

impl Luck {
    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    /// One of these.
    pub(crate) fn of<T: Copy>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len())]
    }
}

/// Whether it was done; else it must have been refused as it may be.
fn is_done(answer: &crate::harness::Answer, refused: &[ErrorCode]) -> bool {
    if answer.status.is_success() {
        return true;
    }
    let body: ErrorBody = serde_json::from_slice(&answer.body).expect("a failure says why");
    assert!(refused.contains(&body.code), "{body:?}");
    assert!(!body.problems.is_empty(), "{body:?}");
    false
}

async fn assign_at_random(admin: Browser, mut luck: Luck) -> u64 {
    let mut done = 0;
    for _ in 0..ROUNDS {
        let user = 1 + i32::try_from(luck.below(USERS as usize)).expect("a small number");
        let card: UserCard = admin.get(&path(paths::USER, user)).await.json();
        let module = license(&admin, luck.of(&WANTED)).await.id;
        let assign = Assign {
            module,
            revision: card.revision,
        };
        let answer = admin.post(&path(paths::ASSIGN, user), &assign).await;
        done += u64::from(is_done(
            &answer,
            &[ErrorCode::AssignmentRefused, ErrorCode::Stale],
        ));
    }
    done
}

/// Answers from how many users something was freed.
async fn free_at_random(admin: Browser, mut luck: Luck) -> u64 {
    let mut touched = 0;
    for _ in 0..ROUNDS {
        let module = luck.of(&["sales", "crm", "maps", "phone"]);
        let module = license(&admin, module).await.id;
        let holders: Holders = admin.get(&path(paths::HOLDERS, module)).await.json();
        let free = Free {
            users: holders
                .holders
                .into_iter()
                .take(1 + luck.below(3))
                .map(|holder| FreeUser {
                    user: holder.user.user,
                    goes: holder.goes,
                })
                .collect(),
        };
        if free.users.is_empty() {
            continue;
        }
        let answer = admin.post(&path(paths::FREE, module), &free).await;
        if is_done(&answer, &[ErrorCode::Stale]) {
            touched += free.users.len() as u64;
        }
    }
    touched
}

/// Activates one license after the other, each with other plan sets.
async fn activate_all(admin: Browser, licenses: Vec<String>) -> u64 {
    for license in licenses {
        let loaded: Loaded = admin.post_file(paths::LOAD_FILE, license).await.json();
        let owner = &loaded.licenses.owners[0];
        let activate = Activate {
            owner: loaded.owner.clone(),
            sequence: loaded.sequence,
            sha256: owner.offer.as_ref().expect("an offer").sha256.clone(),
            revision: owner.revision,
        };
        let answer = admin.post(paths::ACTIVATE, &activate).await;
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    let all: Licenses = admin.get(paths::LICENSES).await.json();
    assert_eq!(all.owners.len(), 1);
    0
}

/// What the trail says was done is what is stored, and what the writers were told.
async fn nothing_is_lost(console: &Console, touched: u64, before: i64) {
    let rows: Result<Vec<(i32, Json<Value>)>, Error> = view!(&console.state.db, tx => {
        Ok(on_tx!(tx, connection => {
            sqlx::query_as("select user_id, detail from audit_user order by audit_id, user_id")
                .fetch_all(connection)
                .await
        })?)
    });
    let rows = rows.expect("the trail can be read");
    assert_eq!(rows.len() as u64, touched);
    let mut given: i64 = before;
    let mut touches: BTreeMap<i32, i64> = BTreeMap::new();
    for (user, Json(detail)) in rows {
        *touches.entry(user).or_default() += 1;
        for owner in detail["owners"].as_array().expect("a list of owners") {
            let count = |act: &str| owner[act].as_array().map_or(0, Vec::len) as i64;
            given += count("assigned") - count("freed");
        }
    }
    assert_eq!(
        number(console, "select count(*) from assignment").await,
        given
    );
    let moved: i64 = touches.values().sum();
    assert_eq!(
        number(
            console,
            "select cast(sum(revision - 1) as bigint) from users"
        )
        .await,
        moved
    );
}

#[tokio::test]
async fn an_act_that_reckoned_with_other_plan_sets_does_not_move_a_counter() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![plan("sales", 5).brings(&["maps"]), seats("maps", 5)]);
        owner.fill(&console, &sold, &[("eva", &["sales"])]).await;
        // Assigning what the plan brings moves no seat, and is refused all the same.
        for after in [["maps", "sales"].as_slice(), &[]] {
            let after: Assignments = names(after).into_iter().collect();
            let mut tries = 0;
            let written: Result<(), Error> = transaction!(&console.state.db, tx => {
                tries += 1;
                let owner = owners::all(tx).await?.remove(0);
                let mut taken = assignments::take(tx, owner.id, &[1]).await?;
                on_tx!(tx, connection => {
                    sqlx::query("update module set set_revision = set_revision + 1").execute(connection).await
                        .map(drop)
                })?;
                let group = taken.groups.remove(0);
                match assignments::write(tx, &taken.sold, &[group.to(after.clone())], NOW).await {
                    Err(NotWritten::Failed(error)) => Err(error),
                    other => panic!("it was not refused: {other:?}"),
                }
            });
            let Err(Error::Unavailable(cause)) = written else {
                panic!("it was not refused: {written:?}");
            };
            assert!(cause.is::<SetsMoved>());
            assert!(tries > 1, "it starts again");
        }
        assert_eq!(counters(&console).await, ["maps 1", "sales 1"]);
        assert_eq!(number(&console, "select max(revision) from users").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_a_counter_that_is_wrong() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 5), seats("visible-for", 1).unrestricted()]);
        owner.fill(&console, &sold, &[]).await;
        let cases = [
            ("update module set in_use = 6 where name = 'maps'", "module_seats"),
            ("update module set in_use = -1 where name = 'maps'", "module_in_use"),
            ("update module set in_use = -1 where name = 'visible-for'", "module_in_use"),
        ];
        for (statement, constraint) in cases {
            let wrong: Result<(), Error> = transaction!(&console.state.db, tx => {
                on_tx!(tx, connection => sqlx::query(statement).execute(connection).await.map(drop))?;
                Ok(())
            });
            let Err(Error::Internal(cause)) = wrong else {
                panic!("it was not refused: {wrong:?}");
            };
            assert!(cause.to_string().contains(constraint), "{cause}");
        }
    })
    .await;
}
