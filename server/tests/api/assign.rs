//! Assigning one license to one user.

use axum::http::StatusCode;
use licensing::assignment::{Refusal, Shortage};
use licensing::license::UserType;
use licensing::wire::{Assign, ErrorBody, ErrorCode, Problem, UserCard, path, paths};

use crate::events::Stream;
use crate::harness::{Answer, Browser};
use crate::stock::{self, counters, hidden, id, license, names, number, plan, seats, site};

/// Assigns, with the user as they stand now.
async fn assign(browser: &Browser, user: i32, module: &str) -> Answer {
    let card: UserCard = browser.get(&path(paths::USER, user)).await.json();
    let assign = Assign {
        module: license(browser, module).await.id,
        revision: card.revision,
    };
    browser.post(&path(paths::ASSIGN, user), &assign).await
}

fn refusals(answer: &Answer) -> Vec<Refusal> {
    let body: ErrorBody = answer.error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
    let problems = body.problems.into_iter();
    problems
        .map(|problem| match problem {
            Problem::Refusal { refusal } => refusal,
            other => panic!("no refusal: {other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn assigning_a_plan_takes_a_seat_of_everything_that_it_brings() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 2).brings(&["crm", "mail"]),
                plan("service", 2).brings(&["crm"]),
                hidden("crm", 2),
                hidden("mail", 2),
            ],
        );
        owner.fill(&console, &sold, &[("eva", &["service"])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let card: UserCard = assign(&admin, eva, "sales").await.json();
        let mut plans = Vec::new();
        for module in ["sales", "service"] {
            plans.push(license(&admin, module).await.id);
        }
        assert_eq!(card.assignments, plans);
        assert_eq!(card.effective.len(), 4);
        assert_eq!(card.user.user_plans, ["SALES", "SERVICE"]);
        assert_eq!(card.revision, 2);
        // Both plans bring crm: one seat of it.
        assert_eq!(
            counters(&console).await,
            ["crm 1", "mail 1", "sales 1", "service 1"]
        );
        let read: UserCard = admin.get(&path(paths::USER, eva)).await.json();
        assert_eq!(read, card);
    })
    .await;
}

#[tokio::test]
async fn assigning_is_written_down_with_who_did_it_and_to_whom() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2)]);
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        assign(&admin, eva, "maps").await.json::<UserCard>();
        let entries = number(
            &console,
            "select count(*) from audit a join audit_user u on u.audit_id = a.id join users who on who.id = a.actor \
             where a.act = 'license_assigned' and a.owner_name = 'FJORDMAPS' and who.user_id = 'admin' and u.user_id = 1",
        );
        assert_eq!(eva, 1);
        assert_eq!(entries.await, 1);
    })
    .await;
}

#[tokio::test]
async fn other_open_browsers_hear_that_users_and_seats_changed() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2)]);
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let mut stream = Stream::open(&console, &admin).await;
        let eva = id(&admin, "eva").await;
        assign(&admin, eva, "maps").await.json::<UserCard>();
        assert_eq!(
            stream.next().await.as_deref(),
            Some("event: changed\ndata: \"users\"\n\n")
        );
        assert_eq!(
            stream.next().await.as_deref(),
            Some("event: changed\ndata: {\"licenses\":\"FJORDMAPS\"}\n\n")
        );
    })
    .await;
}

#[tokio::test]
async fn every_reason_against_an_assignment_is_told() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales-basic", 5).of_group("sales").brings(&["crm"]),
                plan("sales", 5).of_group("sales").brings(&["crm"]),
                hidden("crm", 5),
                seats("maps", 1),
                seats("routes", 1)
                    .needs("maps")
                    .for_type(UserType::ExternalAssociate),
                site("tools"),
            ],
        );
        owner
            .fill(
                &console,
                &sold,
                &[("eva", &["sales-basic"]), ("tom", &["maps"])],
            )
            .await;
        let admin = console.administrator().await;
        let (eva, tom) = (id(&admin, "eva").await, id(&admin, "tom").await);
        let [basic, sales, crm, maps, routes]: [_; 5] =
            names(&["sales-basic", "sales", "crm", "maps", "routes"])
                .try_into()
                .expect("five names");
        assert_eq!(
            refusals(&assign(&admin, eva, "sales").await),
            [Refusal::PlanOfGroup {
                module: sales,
                holds: basic.clone()
            }]
        );
        assert_eq!(
            refusals(&assign(&admin, eva, "sales-basic").await),
            [Refusal::AlreadyAssigned(basic)]
        );
        assert_eq!(
            refusals(&assign(&admin, eva, "crm").await),
            [Refusal::NotAssignable(crm)]
        );
        assert_eq!(
            refusals(&assign(&admin, eva, "maps").await),
            [Refusal::NoSeat(Shortage {
                module: maps.clone(),
                bought: 1,
                in_use: 1,
                short: 1
            })]
        );
        assert_eq!(
            refusals(&assign(&admin, eva, "routes").await),
            [
                Refusal::UserTypeNotAllowed {
                    module: routes.clone(),
                    allowed: UserType::ExternalAssociate,
                },
                Refusal::PrerequisiteMissing {
                    module: routes.clone(),
                    prerequisite: maps
                },
            ]
        );
        // Meeting the prerequisite leaves the other reason.
        assert_eq!(refusals(&assign(&admin, tom, "routes").await).len(), 1);
        // Nothing of it was done.
        assert_eq!(
            counters(&console).await,
            [
                "crm 1",
                "maps 1",
                "routes 0",
                "sales 0",
                "sales-basic 1",
                "tools 0"
            ]
        );
        assert_eq!(
            number(&console, "select cast(sum(revision) as bigint) from users").await,
            3
        );
    })
    .await;
}

#[tokio::test]
async fn a_license_that_a_plan_brings_already_takes_no_second_seat() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![plan("sales", 1).brings(&["maps"]), seats("maps", 1)],
        );
        owner.fill(&console, &sold, &[("eva", &["sales"])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let card: UserCard = assign(&admin, eva, "maps").await.json();
        assert_eq!(card.assignments.len(), 2);
        assert_eq!(counters(&console).await, ["maps 1", "sales 1"]);
    })
    .await;
}

#[tokio::test]
async fn who_was_changed_since_they_were_shown_is_not_assigned_anything() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 5), seats("routes", 5)]);
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let seen: UserCard = admin.get(&path(paths::USER, eva)).await.json();
        assign(&admin, eva, "maps").await.json::<UserCard>();
        let late = Assign {
            module: license(&admin, "routes").await.id,
            revision: seen.revision,
        };
        let answer = admin.post(&path(paths::ASSIGN, eva), &late).await;
        let body = answer.error(StatusCode::CONFLICT, ErrorCode::Stale);
        let changed = Problem::UserChanged {
            user: eva,
            name: "eva Jansen".to_owned(),
        };
        assert_eq!(body.problems, [changed]);
        assert_eq!(counters(&console).await, ["maps 1", "routes 0"]);
    })
    .await;
}

#[tokio::test]
async fn after_the_license_has_ended_nothing_is_assigned() {
    stock::for_each_database(async |console, owner| {
        let mut sold = owner.license(1, vec![seats("maps", 5)]);
        sold.expiry_date = Some("2026-06-30".parse().expect("a day"));
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        assert_eq!(
            refusals(&assign(&admin, eva, "maps").await),
            [Refusal::Ended]
        );
    })
    .await;
}

#[tokio::test]
async fn a_user_or_a_module_that_is_not_there_is_not_found() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 5)]);
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let maps = license(&admin, "maps").await.id;
        for (user, module) in [(1, 99), (99, maps)] {
            let assign = Assign {
                module,
                revision: 1,
            };
            let answer = admin.post(&path(paths::ASSIGN, user), &assign).await;
            answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
    })
    .await;
}
