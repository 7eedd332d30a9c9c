//! One change for many users: looked at, then done as it was seen.

use axum::http::StatusCode;
use licensing::assignment::Refusal;
use licensing::samples;
use licensing::wire::{
    Change, ChangeMany, ChangedMany, ErrorCode, FieldFault, Freeings, GIVE_BACK_DAYS, Preview,
    PreviewMany, Problem, Selected, UserCard, path, paths,
};
use serde_json::json;

use crate::harness::{Answer, Browser};
use crate::stock::{self, INSTALLED_AT, counters, id, license, number, plan, seats};

fn what(selected: Selected, change: Change) -> PreviewMany {
    PreviewMany {
        selected,
        change,
        only_those_who_can: false,
    }
}

async fn users(browser: &Browser, names: &[&str]) -> Selected {
    let mut ids = Vec::new();
    for name in names {
        ids.push(id(browser, name).await);
    }
    Selected::Users(ids)
}

async fn preview(browser: &Browser, what: &PreviewMany) -> Preview {
    browser.post(paths::PREVIEW_MANY, what).await.json()
}

async fn change(browser: &Browser, what: &PreviewMany, seen: &str) -> Answer {
    let change = ChangeMany {
        what: what.clone(),
        seen: seen.to_owned(),
    };
    browser.post(paths::CHANGE_MANY, &change).await
}

async fn card(browser: &Browser, name: &str) -> UserCard {
    let user = id(browser, name).await;
    browser.get(&path(paths::USER, user)).await.json()
}

#[tokio::test]
async fn who_gets_what_is_named_first_then_done_in_one_act() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3), seats("routes", 3).needs("maps")]);
        let given: &[(&str, &[&str])] = &[("ann", &["maps"]), ("bob", &[]), ("eva", &[])];
        owner.fill(&console, &sold, given).await;
        let admin = console.administrator().await;
        let module = license(&admin, "maps").await.id;
        let what = what(users(&admin, &["ann", "bob", "eva"]).await, Change::Assign { module });
        let seen = preview(&admin, &what).await;
        assert_eq!((seen.selected, seen.changing, seen.unchanged, seen.refused), (3, 2, 1, 0));
        let named: Vec<_> = seen.users.iter().map(|user| (user.full_name.as_str(), user.gets.clone())).collect();
        assert_eq!(named, [("bob Jansen", vec![module]), ("eva Jansen", vec![module])]);
        assert_eq!(counters(&console).await, ["maps 1", "routes 0"]);
        let ann = card(&admin, "ann").await.revision;
        let done: ChangedMany = change(&admin, &what, &seen.seen).await.json();
        assert_eq!((done.users, done.refused), (2, 0));
        assert_eq!(counters(&console).await, ["maps 3", "routes 0"]);
        // Whom it does not concern is not touched.
        assert_eq!(card(&admin, "ann").await.revision, ann);
        let entries = "select count(*) from audit a join audit_user u on u.audit_id = a.id where a.act = 'users_changed'";
        assert_eq!(number(&console, entries).await, 2);
    })
    .await;
}

#[tokio::test]
async fn one_who_is_refused_or_one_seat_too_few_stops_it_for_all_unless_they_may_be_left_out() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2), seats("routes", 2).needs("maps")]);
        let given: &[(&str, &[&str])] = &[("ann", &["maps"]), ("bob", &[]), ("eva", &[])];
        owner.fill(&console, &sold, given).await;
        let admin = console.administrator().await;
        let maps = license(&admin, "maps").await.id;
        let mut what = what(
            users(&admin, &["bob", "eva"]).await,
            Change::Assign { module: maps },
        );
        let seen = preview(&admin, &what).await;
        assert_eq!((seen.changing, seen.short[0].short), (2, 1));
        let body = change(&admin, &what, &seen.seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
        assert!(
            matches!(
                &body.problems[..],
                [Problem::Refusal {
                    refusal: Refusal::NoSeat(_)
                }]
            ),
            "{body:?}"
        );
        assert_eq!(counters(&console).await, ["maps 1", "routes 0"]);
        what.only_those_who_can = true;
        let seen = preview(&admin, &what).await;
        assert_eq!((seen.changing, seen.refused), (1, 1));
        assert!(
            matches!(seen.users[0].refusals[..], [Refusal::NoSeat(_)]),
            "{seen:?}"
        );
        let done: ChangedMany = change(&admin, &what, &seen.seen).await.json();
        assert_eq!((done.users, done.refused), (1, 1));
        assert_eq!(counters(&console).await, ["maps 2", "routes 0"]);
        assert_eq!(card(&admin, "bob").await.assignments, [maps]);
        // Routes need maps, which eva has not.
        let routes = license(&admin, "routes").await.id;
        let what = self::what(
            users(&admin, &["bob", "eva"]).await,
            Change::Assign { module: routes },
        );
        let seen = preview(&admin, &what).await;
        assert_eq!((seen.changing, seen.refused), (1, 1));
        change(&admin, &what, &seen.seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_swapped_for_all_who_match_although_every_seat_is_in_use() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("basic", 2).of_group("sales").brings(&["crm"]),
                plan("sales", 2).of_group("sales").brings(&["crm"]),
                stock::hidden("crm", 2),
            ],
        );
        let given: &[(&str, &[&str])] = &[("ann", &["basic"]), ("bob", &["basic"]), ("eva", &[])];
        owner.fill(&console, &sold, given).await;
        let admin = console.administrator().await;
        let (from, to) = (
            license(&admin, "basic").await.id,
            license(&admin, "sales").await.id,
        );
        let query = format!("&licenses={from}&search=jansen");
        let what = what(Selected::Matching(query), Change::Swap { from, to });
        let seen = preview(&admin, &what).await;
        assert_eq!((seen.selected, seen.changing), (2, 2));
        assert_eq!(
            (&seen.users[0].gets[..], &seen.users[0].loses[..]),
            (&[to][..], &[from][..])
        );
        let done: ChangedMany = change(&admin, &what, &seen.seen).await.json();
        assert_eq!(done.users, 2);
        assert_eq!(counters(&console).await, ["basic 0", "crm 2", "sales 2"]);
    })
    .await;
}

#[tokio::test]
async fn what_no_longer_stands_as_it_was_seen_is_not_done() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        owner
            .fill(&console, &sold, &[("ann", &[]), ("bob", &[])])
            .await;
        let admin = console.administrator().await;
        let module = license(&admin, "maps").await.id;
        let all = what(
            users(&admin, &["ann", "bob"]).await,
            Change::Assign { module },
        );
        let seen = preview(&admin, &all).await;
        let one = what(users(&admin, &["ann"]).await, Change::Assign { module });
        let first = preview(&admin, &one).await;
        change(&admin, &one, &first.seen)
            .await
            .json::<ChangedMany>();
        change(&admin, &all, &seen.seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::Stale);
        assert_eq!(counters(&console).await, ["maps 1"]);
    })
    .await;
}

#[tokio::test]
async fn former_employees_lose_everything_and_nobody_locks_themselves_out() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        owner
            .fill(&console, &sold, &[("ann", &["maps"]), ("bob", &[])])
            .await;
        let admin = console.administrator().await;
        let mut what = what(Selected::Matching(String::new()), Change::Leave);
        let seen = preview(&admin, &what).await;
        assert_eq!((seen.changing, seen.refused), (2, 1));
        assert_eq!(seen.users[0].refusals, [Refusal::Yourself]);
        change(&admin, &what, &seen.seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
        what.only_those_who_can = true;
        let done: ChangedMany = change(&admin, &what, &seen.seen).await.json();
        assert_eq!((done.users, done.refused), (2, 1));
        let ann = card(&admin, "ann").await;
        assert!(ann.user.former_employee && !ann.user.can_log_in && ann.assignments.is_empty());
        assert_eq!(counters(&console).await, ["maps 0"]);
        let again = preview(&admin, &what).await;
        assert_eq!((again.changing, again.unchanged, again.refused), (0, 2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_license_that_nobody_sells_and_too_many_users_are_refused() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        owner.fill(&console, &sold, &[("ann", &[])]).await;
        let admin = console.administrator().await;
        let nobody = what(
            users(&admin, &["ann"]).await,
            Change::Assign { module: 1_000 },
        );
        admin
            .post(paths::PREVIEW_MANY, &nobody)
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        let module = license(&admin, "maps").await.id;
        let ids = (0..=licensing::wire::MANY_MAX as i32).collect();
        let many = what(Selected::Users(ids), Change::Assign { module });
        let body = admin
            .post(paths::PREVIEW_MANY, &many)
            .await
            .error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        let expected = Problem::Field {
            field: "selected".to_owned(),
            fault: FieldFault::TooLong,
        };
        assert_eq!(body.problems, [expected]);
    })
    .await;
}

#[tokio::test]
async fn what_was_freed_is_given_back_as_long_as_there_is_a_seat_and_only_for_thirty_days() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2), seats("routes", 2).needs("maps")]);
        let given: &[(&str, &[&str])] = &[
            ("ann", &["maps", "routes"]),
            ("bob", &["maps"]),
            ("eva", &[]),
        ];
        owner.fill(&console, &sold, given).await;
        let admin = console.administrator().await;
        let module = license(&admin, "maps").await.id;
        let leave = what(users(&admin, &["ann", "bob"]).await, Change::Leave);
        let seen = preview(&admin, &leave).await;
        change(&admin, &leave, &seen.seen)
            .await
            .json::<ChangedMany>();
        assert_eq!(counters(&console).await, ["maps 0", "routes 0"]);
        let acts: Freeings = admin.get(paths::FREEINGS).await.json();
        let act = &acts.acts[0];
        assert_eq!((act.users, act.given_back), (2, None));
        let freed: Vec<_> = act
            .licenses
            .iter()
            .map(|freed| (freed.description.as_str(), freed.users))
            .collect();
        assert_eq!(freed, [("MAPS", 2), ("ROUTES", 1)]);
        // Somebody else has one of the two seats by now.
        let eva = what(users(&admin, &["eva"]).await, Change::Assign { module });
        let seen = preview(&admin, &eva).await;
        change(&admin, &eva, &seen.seen).await.json::<ChangedMany>();
        let act = act.act.clone();
        let mut back = what(
            Selected::Touched { act: act.clone() },
            Change::GiveBack { act },
        );
        let seen = preview(&admin, &back).await;
        assert_eq!((seen.changing, seen.short[0].short), (2, 1));
        let body = change(&admin, &back, &seen.seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
        assert!(
            matches!(
                &body.problems[..],
                [Problem::Refusal {
                    refusal: Refusal::NoSeat(_)
                }]
            ),
            "{body:?}"
        );
        back.only_those_who_can = true;
        let seen = preview(&admin, &back).await;
        let done: ChangedMany = change(&admin, &back, &seen.seen).await.json();
        assert_eq!((done.users, done.refused), (1, 1));
        let ann = card(&admin, "ann").await;
        assert!(!ann.user.former_employee && ann.user.can_log_in && ann.assignments.len() == 2);
        assert_eq!(counters(&console).await, ["maps 2", "routes 1"]);
        let acts: Freeings = admin.get(paths::FREEINGS).await.json();
        assert!(acts.acts[0].given_back.is_some());
        console
            .state
            .clock
            .advance(GIVE_BACK_DAYS * 24 * 60 * 60 * 1000 + 1);
        let admin = console.signed_in("later", true).await;
        let acts: Freeings = admin.get(paths::FREEINGS).await.json();
        assert_eq!(acts.acts, []);
        admin
            .post(paths::PREVIEW_MANY, &back)
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn who_is_refused_by_one_owner_changes_with_none_when_they_are_left_out() {
    stock::for_each_database(async |console, owner| {
        let maps = owner.license(1, vec![seats("maps", 5)]);
        let mut other = owner.license(2, vec![seats("crm", 2)]);
        other.owner_name = samples::owner_name(samples::SUPEROFFICE);
        for module in &mut other.module_licenses {
            module.owner_name = other.owner_name.clone();
        }
        let person = |user_id: &str, given: &[&str]| {
            let mut user = stock::user(user_id, &[]);
            user["assignments"] = given.iter().copied().collect();
            json!({ "user": user }).to_string()
        };
        let both: &[&str] = &["FJORDMAPS.maps", "SUPEROFFICE.crm"];
        let mut lines = vec![json!({ "installation": samples::installation() }).to_string()];
        for license in [&maps, &other] {
            let file = owner.file(license);
            lines.push(
                json!({ "license": { "file": file, "installed_at": INSTALLED_AT } }).to_string(),
            );
        }
        lines.extend([person("ann", both), person("bob", both), person("eva", &[])]);
        let filled = owner.fill_from(&console, &lines.join("\n")).await;
        filled.expect("the file is right");
        let admin = console.administrator().await;
        let crm = license(&admin, "crm").await.id;
        let seats = async || {
            let (maps, crm) = (license(&admin, "maps").await, license(&admin, "crm").await);
            (maps.in_use, crm.in_use)
        };
        assert_eq!(seats().await, (2, 2));

        // Leaving takes what every owner sold, in one act.
        let leave = what(users(&admin, &["ann", "bob"]).await, Change::Leave);
        let seen = preview(&admin, &leave).await;
        let left: ChangedMany = change(&admin, &leave, &seen.seen).await.json();
        assert_eq!((left.users, seats().await), (2, (0, 0)));

        // One of the two seats is somebody else's by now: one of the two comes back, with all of it; the other with nothing.
        let eva = what(
            users(&admin, &["eva"]).await,
            Change::Assign { module: crm },
        );
        let seen = preview(&admin, &eva).await;
        change(&admin, &eva, &seen.seen).await.json::<ChangedMany>();
        let acts: Freeings = admin.get(paths::FREEINGS).await.json();
        let act = acts.acts[0].act.clone();
        let mut back = what(
            Selected::Touched { act: act.clone() },
            Change::GiveBack { act },
        );
        let seen = preview(&admin, &back).await;
        change(&admin, &back, &seen.seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
        assert_eq!(seats().await, (0, 1));
        back.only_those_who_can = true;
        let seen = preview(&admin, &back).await;
        let done: ChangedMany = change(&admin, &back, &seen.seen).await.json();
        assert_eq!((done.users, done.refused), (1, 1));
        assert_eq!(seats().await, (1, 2));
        let (ann, bob) = (card(&admin, "ann").await, card(&admin, "bob").await);
        assert_eq!(
            (ann.assignments.len(), ann.user.former_employee),
            (2, false)
        );
        assert_eq!((bob.assignments.len(), bob.user.former_employee), (0, true));
    })
    .await;
}
