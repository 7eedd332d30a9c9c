//! Who holds a module, and whom to ask for a seat first.

use axum::http::StatusCode;
use licensing::assignment::Reason;
use licensing::license::DAY_MS;
use licensing::wire::{ErrorCode, FREE_MAX, FieldFault, Holders, Problem, Suggestions, paths};
use serde_json::{Value, json};

use crate::harness::{Browser, NOW};
use crate::stock::{self, hidden, names, plan, seats, site, under, user};

async fn page(browser: &Browser, module: &str, query: &str) -> Holders {
    let path = under(browser, paths::HOLDERS, module).await;
    browser.get(&format!("{path}?{query}")).await.json()
}

/// User IDs of all holders, page after page.
async fn all(browser: &Browser, module: &str, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(String::new());
    while let Some(after) = next {
        let query = if after.is_empty() {
            query.to_owned()
        } else {
            format!("{query}&after={after}")
        };
        let page = page(browser, module, &query).await;
        found.extend(page.holders.into_iter().map(|holder| holder.user.user_id));
        next = page.next;
        assert!(found.len() <= 1000, "the list has no end");
    }
    found
}

#[tokio::test]
async fn common_and_rare_modules_list_their_holders_by_name_across_both_lists() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 1000).brings(&["crm"]),
                plan("service", 1000).brings(&["crm"]),
                hidden("crm", 1000),
                seats("maps", 1000),
            ],
        );
        // Two of three hold crm (the common case), one of ten maps (the rare one); some are no people.
        let users: Vec<Value> = (0..300)
            .map(|number| {
                let mut given = Vec::new();
                given.extend((number % 3 == 0).then_some("sales"));
                given.extend((number % 3 != 1).then_some("service"));
                given.extend((number % 10 == 0).then_some("maps"));
                let mut user = user(&format!("u{number:03}"), &given);
                user["full_name"] = json!(format!("Name {}", number % 7));
                if number % 4 == 0 {
                    user["user_type"] = json!("SystemAssociate");
                }
                user
            })
            .collect();
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        let reader = console.reader().await;
        let expected = |holds: fn(i32) -> bool| {
            let mut numbers: Vec<i32> = (0..300).filter(|number| holds(*number)).collect();
            numbers.sort_by_key(|number| (number % 7, *number));
            let user_ids = numbers.into_iter().map(|number| format!("u{number:03}"));
            user_ids.collect::<Vec<String>>()
        };
        assert_eq!(
            all(&reader, "crm", "").await,
            expected(|number| number % 3 != 1)
        );
        assert_eq!(
            all(&reader, "maps", "").await,
            expected(|number| number % 10 == 0)
        );
        let first = page(&reader, "crm", "").await;
        assert_eq!((first.in_use, first.count), (200, 200));
        let found = page(&reader, "crm", "search=name%203").await;
        assert_eq!(
            (found.in_use, found.count),
            (200, found.holders.len() as i64)
        );
        assert_eq!(
            all(&reader, "crm", "search=name%203").await,
            expected(|number| number % 3 != 1 && number % 7 == 3)
        );
        assert_eq!(
            all(&reader, "maps", "search=NAME%203").await,
            expected(|number| number % 10 == 0 && number % 7 == 3)
        );
    })
    .await;
}

/// Users who hold maps, as different as can be.
fn holders() -> Vec<Value> {
    let days_ago = |user_id: &str, given: &[&str], days: i64| {
        let mut user = user(user_id, given);
        user["last_sign_in"] = json!(NOW.0 - days * DAY_MS);
        user
    };
    let mut users = vec![
        days_ago("busy", &["maps", "routes"], 0),
        days_ago("away", &["maps"], 90),
        days_ago("longer", &["maps"], 200),
        days_ago("left", &["maps"], 3),
        days_ago("locked", &["maps"], 3),
        days_ago("never", &["maps"], 0),
        days_ago("other", &["sales"], 900),
    ];
    users[3]["former_employee"] = json!(true);
    users[4]["can_log_in"] = json!(false);
    users[5]["last_sign_in"] = Value::Null;
    users
}

#[tokio::test]
async fn each_holder_comes_with_a_reason_and_with_what_goes_along() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                seats("maps", 10),
                seats("routes", 5).needs("maps"),
                plan("sales", 5).brings(&["crm"]),
                hidden("crm", 5),
            ],
        );
        owner
            .fill_with(&console, &sold, holders())
            .await
            .expect("the file is right");
        let reader = console.reader().await;
        let listed = page(&reader, "maps", "").await;
        assert_eq!(listed.description, "MAPS");
        let said: Vec<_> = listed
            .holders
            .into_iter()
            .map(|holder| (holder.user.user_id, holder.reason, holder.goes))
            .collect();
        let row = |user_id: &str, reason, goes: &[&str]| (user_id.to_owned(), reason, names(goes));
        assert_eq!(
            said,
            [
                row("away", Some(Reason::DaysWithoutSignIn(90)), &["maps"]),
                row("busy", None, &["maps", "routes"]),
                row("left", Some(Reason::FormerEmployee), &["maps"]),
                row("locked", Some(Reason::CannotLogIn), &["maps"]),
                row("longer", Some(Reason::DaysWithoutSignIn(200)), &["maps"]),
                row("never", Some(Reason::NeverSignedIn), &["maps"]),
            ]
        );
        let through_plan = page(&reader, "crm", "").await.holders.remove(0);
        assert_eq!(through_plan.goes, names(&["sales"]));
        assert_eq!(through_plan.user.user_plans, ["SALES"]);
    })
    .await;
}

#[tokio::test]
async fn who_has_a_larger_plan_or_waits_for_approval_is_suggested_after_those_who_use_nothing() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("small", 5).brings(&["crm"]),
                plan("large", 5).brings(&["crm", "web"]),
                hidden("crm", 10),
                hidden("web", 10),
            ],
        );
        let mut users = vec![
            user("busy", &["small"]),
            user("both", &["small", "large"]),
            user("new", &["small"]),
            user("locked", &["small"]),
        ];
        users[2]["can_log_in"] = json!(false);
        users[2]["waiting_for_approval"] = json!(true);
        users[3]["can_log_in"] = json!(false);
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        let admin = console.administrator().await;
        let path = under(&admin, paths::SUGGESTIONS, "small").await;
        let all: Suggestions = admin.get(&format!("{path}?count=9")).await.json();
        let said: Vec<_> = all
            .holders
            .iter()
            .map(|holder| (holder.user.user_id.as_str(), holder.reason))
            .collect();
        let expected = [
            ("locked", Some(Reason::CannotLogIn)),
            ("both", Some(Reason::Contained)),
            ("new", Some(Reason::WaitingForApproval)),
            ("busy", None),
        ];
        assert_eq!(said, expected);
        assert_eq!(all.holders[1].goes, names(&["small"]));
        let mut listed = page(&admin, "small", "").await.holders;
        listed.sort_by_key(|holder| holder.user.user_id.clone());
        assert_eq!(listed[0].reason, Some(Reason::Contained));
    })
    .await;
}

#[tokio::test]
async fn suggestions_begin_with_who_needs_the_seat_least() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                seats("maps", 10),
                seats("routes", 5).needs("maps"),
                plan("sales", 5).brings(&["crm"]),
                hidden("crm", 5),
            ],
        );
        owner
            .fill_with(&console, &sold, holders())
            .await
            .expect("the file is right");
        let admin = console.administrator().await;
        let path = under(&admin, paths::SUGGESTIONS, "maps").await;
        let all: Suggestions = admin.get(&format!("{path}?count=99")).await.json();
        let order: Vec<&str> = all
            .holders
            .iter()
            .map(|holder| holder.user.user_id.as_str())
            .collect();
        assert_eq!(order, ["locked", "left", "never", "longer", "away", "busy"]);
        assert_eq!(all.holders[0].reason, Some(Reason::CannotLogIn));
        let two: Suggestions = admin.get(&format!("{path}?count=2")).await.json();
        assert_eq!(two.holders, all.holders[..2]);
        let too_many = admin.get(&format!("{path}?count={}", FREE_MAX + 1)).await;
        let body = too_many.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        let field = "count".to_owned();
        assert_eq!(
            body.problems,
            [Problem::Field {
                field,
                fault: FieldFault::TooLong
            }]
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_user_license_has_no_holders() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 10), site("tools")]);
        owner.fill(&console, &sold, &[]).await;
        let reader = console.reader().await;
        let maps = page(&reader, "maps", "").await;
        assert_eq!((maps.count, maps.holders, maps.next), (0, Vec::new(), None));
        for module in [maps.id + 1, 99] {
            let answer = reader
                .get(&licensing::wire::path(paths::HOLDERS, module))
                .await;
            answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
        let nonsense = format!("{}?after=x", licensing::wire::path(paths::HOLDERS, maps.id));
        let answer = reader.get(&nonsense).await;
        answer.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
    })
    .await;
}
