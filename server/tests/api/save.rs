//! Saving a user's card: licenses of every owner, logging in, leaving.

use axum::http::StatusCode;
use licensing::assignment::Refusal;
use licensing::wire::{ErrorCode, FieldFault, Problem, SaveUser, UserCard, path, paths};

use crate::harness::{Answer, Browser};
use crate::stock::{self, counters, hidden, id, license, number, plan, seats};

/// The card as it is now, as it would be saved without a change.
async fn unchanged(browser: &Browser, user: i32) -> SaveUser {
    let card: UserCard = browser.get(&path(paths::USER, user)).await.json();
    SaveUser {
        revision: card.revision,
        assignments: card.assignments,
        can_log_in: card.user.can_log_in,
        former_employee: card.user.former_employee,
    }
}

async fn ids(browser: &Browser, names: &[&str]) -> Vec<i32> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(license(browser, name).await.id);
    }
    ids
}

async fn save(browser: &Browser, user: i32, save: &SaveUser) -> Answer {
    browser.put(&path(paths::USER, user), save).await
}

fn refusals(answer: &Answer) -> Vec<Refusal> {
    let body = answer.error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
    let refusal = |problem| match problem {
        Problem::Refusal { refusal } => refusal,
        other => panic!("no refusal: {other:?}"),
    };
    body.problems.into_iter().map(refusal).collect()
}

#[tokio::test]
async fn a_plan_is_swapped_for_another_of_its_group_although_no_seat_of_what_both_bring_is_left() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("basic", 1).of_group("sales").brings(&["crm"]),
                plan("sales", 1).of_group("sales").brings(&["crm", "mail"]),
                hidden("crm", 1),
                hidden("mail", 1),
            ],
        );
        owner.fill(&console, &sold, &[("eva", &["basic"])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let wanted = SaveUser {
            assignments: ids(&admin, &["sales"]).await,
            ..unchanged(&admin, eva).await
        };
        let card: UserCard = save(&admin, eva, &wanted).await.json();
        assert_eq!(card.assignments, wanted.assignments);
        assert_eq!(card.revision, wanted.revision + 1);
        assert_eq!(
            counters(&console).await,
            ["basic 0", "crm 1", "mail 1", "sales 1"]
        );
        let entries = "select count(*) from audit a join audit_user u on u.audit_id = a.id \
                       where a.act = 'user_saved' and u.user_id = 1";
        assert_eq!(number(&console, entries).await, 1);
    })
    .await;
}

#[tokio::test]
async fn one_refusal_leaves_the_whole_card_as_it_was() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                seats("maps", 2),
                seats("routes", 2).needs("maps"),
                seats("voice", 1),
            ],
        );
        owner
            .fill(
                &console,
                &sold,
                &[("eva", &["maps", "routes"]), ("ann", &["voice"])],
            )
            .await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let before = unchanged(&admin, eva).await;
        let wanted = SaveUser {
            assignments: ids(&admin, &["routes", "voice"]).await,
            can_log_in: false,
            ..before.clone()
        };
        let told = refusals(&save(&admin, eva, &wanted).await);
        assert!(
            matches!(
                told.as_slice(),
                [Refusal::PrerequisiteMissing { .. }, Refusal::NoSeat(_)]
            ),
            "{told:?}"
        );
        assert_eq!(unchanged(&admin, eva).await, before);
        assert_eq!(counters(&console).await, ["maps 1", "routes 1", "voice 1"]);
    })
    .await;
}

#[tokio::test]
async fn what_another_changed_meanwhile_is_not_overwritten() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2), seats("voice", 2)]);
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let seen = unchanged(&admin, eva).await;
        let other = SaveUser {
            assignments: ids(&admin, &["maps"]).await,
            ..seen.clone()
        };
        assert!(save(&admin, eva, &other).await.status.is_success());
        let late = SaveUser {
            assignments: ids(&admin, &["voice"]).await,
            ..seen
        };
        let told = save(&admin, eva, &late)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::Stale);
        assert!(
            matches!(told.problems.as_slice(), [Problem::UserChanged { user, .. }] if *user == eva)
        );
        assert_eq!(counters(&console).await, ["maps 1", "voice 0"]);
    })
    .await;
}

#[tokio::test]
async fn who_leaves_gives_back_everything_in_the_same_act_and_is_given_nothing_more() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2)]);
        owner.fill(&console, &sold, &[("eva", &["maps"])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let before = unchanged(&admin, eva).await;
        let marked = SaveUser {
            former_employee: true,
            ..before.clone()
        };
        assert_eq!(
            refusals(&save(&admin, eva, &marked).await),
            [Refusal::FormerEmployee]
        );
        let left = SaveUser {
            assignments: Vec::new(),
            can_log_in: false,
            ..marked
        };
        let card: UserCard = save(&admin, eva, &left).await.json();
        assert!(card.user.former_employee && !card.user.can_log_in);
        assert_eq!(counters(&console).await, ["maps 0"]);
        let again = SaveUser {
            revision: card.revision,
            assignments: before.assignments,
            ..left
        };
        assert_eq!(
            refusals(&save(&admin, eva, &again).await),
            [Refusal::FormerEmployee]
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_locks_themselves_out_but_everyone_may_change_their_own_licenses() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2)]);
        owner.fill(&console, &sold, &[]).await;
        let admin = console.administrator().await;
        let own = unchanged(&admin, admin.user).await;
        let out = SaveUser {
            can_log_in: !own.can_log_in,
            ..own.clone()
        };
        save(&admin, admin.user, &out)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::Yourself);
        let maps = SaveUser {
            assignments: ids(&admin, &["maps"]).await,
            ..own
        };
        assert!(save(&admin, admin.user, &maps).await.status.is_success());
        assert_eq!(counters(&console).await, ["maps 1"]);
    })
    .await;
}

#[tokio::test]
async fn a_license_that_nobody_sells_and_too_many_are_refused() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2)]);
        owner.fill(&console, &sold, &[("eva", &[])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let seen = unchanged(&admin, eva).await;
        let cases = [
            (vec![4711], FieldFault::Malformed),
            ((0..2_001).collect(), FieldFault::TooLong),
        ];
        for (assignments, expected) in cases {
            let wanted = SaveUser {
                assignments,
                ..seen.clone()
            };
            let told = save(&admin, eva, &wanted)
                .await
                .error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
            let [Problem::Field { field, fault }] = told.problems.as_slice() else {
                panic!("{told:?}");
            };
            assert_eq!((field.as_str(), *fault), ("assignments", expected));
        }
        let nobody = save(&admin, 4711, &seen).await;
        nobody.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
    })
    .await;
}
