//! Lists of users, cards, and user licenses.

mod filters;

use axum::http::StatusCode;
use licensing::license::UserType;
use licensing::wire::{
    ErrorCode, FieldFault, PAGE_ROWS, Problem, SEARCH_MAX, UserCard, UserLicenses, Users, path,
    paths,
};
use serde_json::{Value, json};

use crate::harness::{Browser, Console, NOW, for_each_database};
use crate::stock::{self, Owner, hidden, license, plan, seats, site, user};

/// A page of the list that this query asks for.
async fn page(browser: &Browser, query: &str) -> Users {
    let path = format!("{}?{query}", paths::USERS);
    browser.get(&path).await.json()
}

/// How many match, of how many, and whether that is all.
fn counts(page: &Users) -> (i64, i64, bool) {
    let counts = page.counts.expect("the first page says how many");
    (counts.count, counts.of, counts.exact)
}

/// User IDs of a list, page after page.
async fn all(browser: &Browser, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(String::new());
    while let Some(after) = next {
        let query = if after.is_empty() {
            query.to_owned()
        } else {
            format!("{query}&after={after}")
        };
        let page = page(browser, &query).await;
        assert!(page.users.len() <= PAGE_ROWS);
        found.extend(page.users.into_iter().map(|user| user.user_id));
        next = page.next;
        assert!(found.len() <= 1000, "the list has no end");
    }
    found
}

/// People of whom many share name, group and last sign-in.
const PEOPLE: i64 = 250;

fn people() -> Vec<Value> {
    (0..PEOPLE)
        .map(|number| {
            let mut user = user(&format!("u{number:03}"), &[]);
            user["full_name"] = json!(format!("Name {}", number % 7));
            user["primary_group"] = json!(format!("Group {}", number % 3));
            user["can_log_in"] = json!(number % 2 == 0);
            let never = number % 5 == 0;
            user["last_sign_in"] = if never {
                Value::Null
            } else {
                json!(NOW.0 - number % 11 * 1000)
            };
            user
        })
        .collect()
}

/// Order of the people, by what a query sorts by: the key, then the id.
fn ordered(key: impl Fn(i64) -> i64, descending: bool) -> Vec<String> {
    let mut numbers: Vec<i64> = (0..PEOPLE).collect();
    numbers.sort_by_key(|number| (key(*number), *number));
    if descending {
        numbers.reverse();
    }
    numbers
        .into_iter()
        .map(|number| format!("u{number:03}"))
        .collect()
}

async fn with_people(console: &Console, owner: &Owner) -> Browser {
    let sold = owner.license(1, vec![seats("maps", 5)]);
    owner
        .fill_with(console, &sold, people())
        .await
        .expect("the file is right");
    // Looking is for everyone who signs in; the reader is an associate of their own.
    console.reader().await
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition_in_every_order() {
    stock::for_each_database(async |console, owner| {
        let reader = with_people(&console, owner).await;
        for descending in [false, true] {
            for (sort, key) in [
                ("name", (|number| number % 7) as fn(i64) -> i64),
                ("user_id", |number| number),
                ("group", |number| number % 3 * 7 + number % 7),
                ("can_log_in", |number| (1 - number % 2) * 7 + number % 7),
                ("former_employee", |number| number % 7),
                ("role", |number| number % 7),
                ("company", |number| number % 7),
                ("user_plan", |number| number % 7),
                ("email", |number| number),
                ("first_name", |number| number),
                ("last_name", |_| 0),
            ] {
                let query = format!("sort={sort}&descending={descending}");
                let mut found = all(&reader, &query).await;
                found.retain(|user_id| user_id != "reader");
                assert_eq!(found, ordered(key, descending), "{query}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_never_signed_in_comes_last_in_both_directions() {
    stock::for_each_database(async |console, owner| {
        let reader = with_people(&console, owner).await;
        for descending in [false, true] {
            let ordered = ordered(|number| -(number % 11), descending);
            let never = |user_id: &String| user_id[1..].parse::<i64>().expect("a number") % 5 == 0;
            let (last, mut expected): (Vec<String>, Vec<String>) =
                ordered.into_iter().partition(never);
            let mut last = last;
            last.sort();
            if descending {
                last.reverse();
            }
            expected.extend(last);
            let mut found = all(
                &reader,
                &format!("sort=last_sign_in&descending={descending}"),
            )
            .await;
            found.retain(|user_id| user_id != "reader");
            assert_eq!(found, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_says_how_many_match_and_how_many_there_are() {
    stock::for_each_database(async |console, owner| {
        let reader = with_people(&console, owner).await;
        let first = page(&reader, "can_log_in=true&search=name").await;
        assert_eq!(counts(&first), (125, 251, true));
        assert_eq!(first.users.len(), PAGE_ROWS);
        assert_eq!(first.today, "2026-07-01".parse().expect("a day"));
        let others = page(&reader, "list=other_users").await;
        assert_eq!((counts(&others), others.next), ((0, 0, true), None));
        let later = page(
            &reader,
            &format!(
                "can_log_in=true&search=name&after={}",
                first.next.expect("there is more")
            ),
        )
        .await;
        assert_eq!(later.counts, None);
    })
    .await;
}

#[tokio::test]
async fn associates_and_other_users_are_two_lists() {
    stock::for_each_database(async |console, owner| {
        let mut users = vec![user("eva", &[]), user("robot", &[]), user("guest", &[])];
        users[1]["user_type"] = json!(UserType::SystemAssociate);
        users[2]["user_type"] = json!(UserType::AnonymousAssociate);
        let sold = owner.license(1, vec![seats("maps", 5)]);
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        let reader = console.reader().await;
        assert_eq!(all(&reader, "").await, ["eva", "reader"]);
        assert_eq!(all(&reader, "list=other_users").await, ["guest", "robot"]);
    })
    .await;
}

#[tokio::test]
async fn searching_finds_parts_of_names_and_user_ids_in_any_case() {
    for_each_database(async |console| {
        let reader = console.reader().await;
        for (user_id, full_name) in [
            ("zdw", "Zoë de Wit"),
            ("A_B", "Ada 100%"),
            ("axb", "Ben 100"),
            ("back\\slash", "Cas"),
        ] {
            let profile = server::db::users::Profile {
                full_name: full_name.to_owned(),
                ..crate::harness::person(user_id)
            };
            console.user(profile).await;
        }
        for (search, expected) in [
            ("zO%C3%8B", vec!["zdw"]),
            ("%20%20Wit%20", vec!["zdw"]),
            ("E%20W", vec!["zdw"]),
            ("100%25", vec!["A_B"]),
            ("a_b", vec!["A_B"]),
            ("k%5Cs", vec!["back\\slash"]),
            // Shorter than three characters: how something begins.
            ("z", vec!["zdw"]),
            ("ba", vec!["back\\slash"]),
            ("%5C", vec![]),
            ("ja", vec!["A_B", "axb", "back\\slash", "reader", "zdw"]),
            // Also role and group.
            ("ale", vec!["A_B", "axb", "back\\slash", "reader", "zdw"]),
            ("nobody", vec![]),
        ] {
            assert_eq!(
                all(&reader, &format!("search={search}")).await,
                expected,
                "{search}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn filtering_by_a_license_finds_also_who_holds_it_through_a_plan() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 5).brings(&["crm"]),
                hidden("crm", 5),
                seats("maps", 5),
            ],
        );
        let users: [(&str, &[&str]); 3] = [
            ("eva", &["sales"]),
            ("tom", &["maps"]),
            ("ida", &["sales", "maps"]),
        ];
        owner.fill(&console, &sold, &users).await;
        let reader = console.reader().await;
        for (module, expected) in [
            ("crm", ["eva", "ida"].as_slice()),
            ("sales", &["eva", "ida"]),
            ("maps", &["ida", "tom"]),
        ] {
            let id = license(&reader, module).await.id;
            let query = format!("licenses={id}");
            assert_eq!(all(&reader, &query).await, expected);
            assert_eq!(counts(&page(&reader, &query).await).0, 2);
        }
        let row = page(&reader, "search=ida").await.users.remove(0);
        assert_eq!(row.user_plans, ["SALES"]);
    })
    .await;
}

#[tokio::test]
async fn a_query_that_does_not_fit_is_refused() {
    for_each_database(async |console| {
        let reader = console.reader().await;
        let long = format!("search={}", "x".repeat(SEARCH_MAX + 1));
        let other = page(&reader, "").await;
        assert_eq!(other.next, None);
        for (query, field, fault) in [
            (long.as_str(), "search", FieldFault::TooLong),
            ("after=nonsense", "after", FieldFault::Malformed),
            ("sort=shoe_size", "query", FieldFault::Malformed),
        ] {
            let answer = reader.get(&format!("{}?{query}", paths::USERS)).await;
            let body = answer.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
            let field = field.to_owned();
            assert_eq!(body.problems, [Problem::Field { field, fault }]);
        }
        let longest = format!("search={}", "x".repeat(SEARCH_MAX));
        assert_eq!(counts(&page(&reader, &longest).await).0, 0);
        let module = reader.get(&format!("{}?licenses=99", paths::USERS)).await;
        module.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        let nobody = reader.get(&path(paths::USER, 99)).await;
        nobody.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_card_shows_what_was_given_and_what_follows_from_it() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 5).brings(&["crm"]),
                hidden("crm", 5),
                seats("maps", 5),
            ],
        );
        owner.fill(&console, &sold, &[("eva", &["sales"])]).await;
        let reader = console.reader().await;
        let card: UserCard = reader.get(&path(paths::USER, 1)).await.json();
        let (sales, crm) = (
            license(&reader, "sales").await.id,
            license(&reader, "crm").await.id,
        );
        assert_eq!(card.assignments, [sales]);
        assert_eq!(card.effective, [sales, crm]);
        assert_eq!(card.user.email, "eva@example.com");
        assert_eq!(card.user.last_sign_in, Some(NOW));
        assert_eq!(card.revision, 1);
    })
    .await;
}

#[tokio::test]
async fn user_licenses_come_in_their_owners_order_the_hidden_ones_last() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                hidden("crm", 5),
                plan("sales", 5).brings(&["crm"]),
                site("tools"),
                seats("visible-for", 1).unrestricted(),
            ],
        );
        owner
            .fill(&console, &sold, &[("eva", &["sales", "visible-for"])])
            .await;
        let reader = console.reader().await;
        let all: UserLicenses = reader.get(paths::USER_LICENSES).await.json();
        let said: Vec<String> = all
            .licenses
            .iter()
            .map(|license| {
                let total = license
                    .total
                    .map_or("-".to_owned(), |total| total.to_string());
                format!(
                    "{} {} {}/{total} hidden={}",
                    license.owner, license.module, license.in_use, license.hidden
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "FJORDMAPS sales 1/5 hidden=false",
                "FJORDMAPS visible-for 1/- hidden=false",
                "FJORDMAPS crm 1/5 hidden=true",
            ]
        );
        assert_eq!(all.licenses[0].owner_description, "Fjord Maps");
        assert_eq!((all.associates, all.other_users), (2, 0));
    })
    .await;
}
