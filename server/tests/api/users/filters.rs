//! Filters of the lists of users, and what they choose from.

use licensing::wire::{UserCounts, UserParts, UserRow, paths};
use serde_json::json;

use super::{page, people};
use crate::harness::{Browser, Console, NOW};
use crate::stock::{self, Owner, license, plan, seats};

#[tokio::test]
async fn a_list_has_those_who_match_every_filter_and_is_counted_exactly() {
    stock::for_each_database(async |console, owner| {
        let reader = with_holders(&console, owner).await;
        let id = async |module| license(&reader, module).await.id;
        let (sales, night, maps) = (id("sales").await, id("night").await, id("maps").await);
        let has = |user: &UserRow, of: i64| {
            user.user_id[1..]
                .parse::<i64>()
                .is_ok_and(|number| number % of == 0)
        };
        // The day before began 36 hours ago in Amsterdam.
        let before = NOW.0 - 36 * 60 * 60 * 1000;
        type Matches<'a> = Box<dyn Fn(&UserRow) -> bool + 'a>;
        let cases: Vec<(String, Matches<'_>)> = vec![
            (
                format!("licenses={sales},{maps}"),
                Box::new(|user| has(user, 2) && has(user, 5)),
            ),
            (
                format!("licenses={sales},{maps}&holding=any"),
                Box::new(|user| has(user, 2) || has(user, 5)),
            ),
            (
                format!("licenses={sales},{maps}&holding=none"),
                Box::new(|user| !has(user, 2) && !has(user, 5)),
            ),
            (
                format!("licenses={night}&group=group%200"),
                Box::new(|user| has(user, 3) && user.primary_group == "Group 0"),
            ),
            (
                "role=manager&can_log_in=true".to_owned(),
                Box::new(|user| user.role == "Manager" && user.can_log_in),
            ),
            (
                "company=Meridian%20NV".to_owned(),
                Box::new(|user| user.company == "Meridian NV"),
            ),
            (
                "former_employee=true".to_owned(),
                Box::new(|user| user.former_employee),
            ),
            (
                "never_signed_in=true".to_owned(),
                Box::new(|user| user.last_sign_in.is_none()),
            ),
            (
                "signed_in_before=2026-06-30".to_owned(),
                Box::new(|user| user.last_sign_in.is_some_and(|at| at.0 < before)),
            ),
            (
                "never_signed_in=true&signed_in_before=2026-06-30".to_owned(),
                Box::new(|user| user.last_sign_in.is_none_or(|at| at.0 < before)),
            ),
            (
                "search=group%202".to_owned(),
                Box::new(|user| user.primary_group == "Group 2"),
            ),
            (
                "search=MANAG".to_owned(),
                Box::new(|user| user.role == "Manager"),
            ),
            ("search=night".to_owned(), Box::new(|user| has(user, 3))),
            (
                "search=ma".to_owned(),
                Box::new(|user| user.role == "Manager"),
            ),
            (
                format!("search=name%203&licenses={maps}"),
                Box::new(|user| user.full_name == "Name 3" && has(user, 5)),
            ),
        ];
        let everyone = rows(&reader, "").await;
        for (query, matches) in cases {
            for sort in ["name", "user_plan", "last_sign_in", "email"] {
                let query = format!("{query}&sort={sort}");
                let mut found: Vec<i32> = rows(&reader, &query)
                    .await
                    .iter()
                    .map(|user| user.user)
                    .collect();
                found.sort_unstable();
                let mut expected: Vec<i32> = everyone
                    .iter()
                    .filter(|user| matches(user))
                    .map(|user| user.user)
                    .collect();
                expected.sort_unstable();
                assert!(!expected.is_empty(), "{query} is of somebody");
                assert_eq!(found, expected, "{query}");
                let counts: UserCounts = reader
                    .get(&format!("{}?{query}", paths::USERS_COUNT))
                    .await
                    .json();
                assert_eq!(
                    (counts.count, counts.exact),
                    (expected.len() as i64, true),
                    "{query}"
                );
                assert_eq!(counts.of, everyone.len() as i64);
            }
        }
    })
    .await;
}

/// People who hold what their numbers say: every second one a plan, every third another, every fifth a license.
async fn with_holders(console: &Console, owner: &Owner) -> Browser {
    let sold = owner.license(
        1,
        vec![plan("sales", 200), plan("night", 200), seats("maps", 200)],
    );
    let users = people().into_iter().enumerate().map(|(number, mut user)| {
        let held = [("sales", 2), ("night", 3), ("maps", 5)].into_iter();
        let held = held.filter(|(_, of)| number % of == 0);
        user["assignments"] = held
            .map(|(module, _)| format!("FJORDMAPS.{module}"))
            .collect();
        user["role"] = json!(if number % 4 == 0 { "Manager" } else { "User" });
        user["company"] = json!(["Meridian BV", "Meridian NV"][number % 2]);
        user["former_employee"] = json!(number % 9 == 0);
        if number % 2 == 0 {
            user["last_sign_in"] = json!(NOW.0 - number as i64 * 2 * 60 * 60 * 1000);
        }
        user
    });
    owner
        .fill_with(console, &sold, users.collect())
        .await
        .expect("the file is right");
    console.reader().await
}

/// Users of a list, page after page.
async fn rows(browser: &Browser, query: &str) -> Vec<UserRow> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = page(browser, &format!("{query}{after}")).await;
        found.extend(page.users);
        let Some(next) = page.next else { return found };
        after = format!("&after={next}");
    }
}

#[tokio::test]
async fn groups_roles_and_companies_come_with_how_many_associates_they_have() {
    stock::for_each_database(async |console, owner| {
        let reader = with_holders(&console, owner).await;
        let company = server::db::users::parts::Company {
            name: "Meridian NV".to_owned(),
            department: "Sales".to_owned(),
            city: "Antwerp".to_owned(),
        };
        let empty = server::db::users::parts::Company {
            name: "Aardvark".to_owned(),
            department: String::new(),
            city: "Ede".to_owned(),
        };
        let put: Result<(), server::error::Error> = server::db::transaction!(&console.state.db, tx => {
            server::db::users::parts::put_company(tx, &company).await?;
            server::db::users::parts::put_company(tx, &empty).await
        });
        put.expect("they are stored");
        let parts: UserParts = reader.get(paths::USER_PARTS).await.json();
        let said = |parts: &[licensing::wire::UserPart]| -> Vec<String> {
            let parts = parts.iter();
            parts
                .map(|part| format!("{} {} {} {}", part.name, part.users, part.department, part.city))
                .collect()
        };
        // The reader is an associate of their own, of group Sales and of Meridian Trading BV.
        assert_eq!(said(&parts.groups), ["Group 0 84  ", "Group 1 83  ", "Group 2 83  ", "Sales 1  "]);
        assert_eq!(said(&parts.roles), ["Manager 63  ", "User 188  "]);
        assert_eq!(
            said(&parts.companies),
            ["Aardvark 0  Ede", "Meridian BV 125  ", "Meridian NV 125 Sales Antwerp", "Meridian Trading BV 1  "]
        );
    })
    .await;
}
