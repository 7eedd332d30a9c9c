//! Lists that go out: as filtered, complete, and back again without a change.

use licensing::wire::{PreviewImport, paths};
use serde_json::json;

use super::{apply, looked_at, upload};
use crate::harness::Browser;
use crate::stock::{self, OWNER, counters, hidden, plan, seats, under, user};
use crate::tables;

/// Names that spreadsheets, databases and readers from left to right have trouble with.
const NAMES: [&str; 12] = [
    "=1+1",
    "'=1+1",
    "+31 20 123",
    "-x",
    "@home",
    "'t Hart",
    "'s-Gravesande",
    "שרה כהן",
    "Zoe\u{308} de Wit",
    "O\"Neill; \"the\", comma",
    "two\r\nlines\nthree",
    "\ttab",
];

async fn text(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn what_is_exported_comes_back_with_every_separator_and_changes_nothing() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 20).of_group("crm").brings(&["mail"]),
                hidden("mail", 20),
                seats("maps", 20),
                seats("routes", 20).needs("maps"),
            ],
        );
        let mut users = Vec::new();
        for (place, name) in NAMES.iter().enumerate() {
            let given: &[&str] = match place % 3 {
                0 => &["sales", "maps", "routes"],
                1 => &["maps"],
                _ => &[],
            };
            let mut user = user(&format!("u{place}"), given);
            for field in [
                "first_name",
                "last_name",
                "full_name",
                "primary_group",
                "role",
                "company",
                "email",
            ] {
                user[field] = json!(name);
            }
            user["former_employee"] = json!(place % 4 == 1);
            user["can_log_in"] = json!(place % 2 == 0);
            users.push(user);
        }
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        let admin = console.administrator().await;
        for separator in ["comma", "semicolon", "tab"] {
            let csv = text(
                &admin,
                &format!("{}?separator={separator}", paths::EXPORT_USERS),
            )
            .await;
            assert!(csv.starts_with('\u{feff}'));
            let before = tables::dump(&console).await;
            let (import, seen) = looked_at(&console, &admin, csv, true).await;
            assert_eq!(seen.errors, []);
            assert_eq!(
                (seen.counts.unchanged, seen.changing.len()),
                (NAMES.len() + 1, 0)
            );
            let done = apply(&console, &admin, &import, &seen.seen, false).await;
            assert_eq!(
                (done.done.unchanged, done.done.updated),
                (NAMES.len() + 1, 0)
            );
            let after = tables::dump(&console).await;
            let without_imports = |dump: &str| {
                let lines = dump
                    .lines()
                    .filter(|line| !line.contains(&import) && !line.contains("users.csv"));
                lines.collect::<Vec<_>>().join("\n")
            };
            assert_eq!(without_imports(&after), without_imports(&before));
        }
    })
    .await;
}

#[tokio::test]
async fn formulas_go_out_with_an_apostrophe_and_dutch_names_without() {
    stock::for_each_database(async |console, owner| {
        let mut ann = user("ann", &["maps"]);
        (ann["first_name"], ann["last_name"]) = (json!("=1+1"), json!("'t Hart"));
        owner.fill_with(&console, &owner.license(1, vec![seats("maps", 2)]), vec![ann]).await.expect("it is right");
        let reader = console.reader().await;
        let answer = reader.get(&format!("{}?search=ann&separator=semicolon", paths::EXPORT_USERS)).await;
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"users-2026-07-01.csv\""));
        assert_eq!(
            answer.text(),
            "\u{feff}user_id;first_name;last_name;full_name;email;group;role;company;plan;licenses;can_log_in;former_employee;last_sign_in\r\n\
             ann;'=1+1;'t Hart;ann Jansen;ann@example.com;Sales;User;;;FJORDMAPS.maps;yes;no;2026-07-01T10:00:00Z\r\n"
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_is_exported_whole_in_its_order_and_as_it_is_filtered() {
    stock::for_each_database(async |console, owner| {
        let users = (0..2_500).map(|number| {
            let given: &[&str] = if number % 2 == 0 { &["maps"] } else { &[] };
            user(&format!("u{number:04}"), given)
        });
        let sold = owner.license(1, vec![seats("maps", 2_000)]);
        owner
            .fill_with(&console, &sold, users.collect())
            .await
            .expect("the file is right");
        let admin = console.administrator().await;
        let ids = |csv: &str| -> Vec<String> {
            let lines = csv.lines().skip(1);
            lines
                .map(|line| line.split(',').next().unwrap_or_default().to_owned())
                .collect()
        };
        let all = ids(&text(
            &admin,
            &format!("{}?sort=user_id&descending=true", paths::EXPORT_USERS),
        )
        .await);
        let mut expected: Vec<String> = (0..2_500)
            .rev()
            .map(|number| format!("u{number:04}"))
            .collect();
        expected.push("admin".to_owned());
        assert!(all == expected, "{} of {} users", all.len(), expected.len());
        let holders = ids(&text(&admin, &under(&admin, paths::EXPORT_HOLDERS, "maps").await).await);
        assert_eq!(holders.len(), 1_250);
        assert!(holders.contains(&"u2498".to_owned()) && !holders.contains(&"u2499".to_owned()));
        let module = stock::license(&admin, "maps").await.id;
        let filtered = ids(&text(
            &admin,
            &format!("{}?licenses={module}&search=u24", paths::EXPORT_USERS),
        )
        .await);
        assert_eq!(filtered.len(), 50);
    })
    .await;
}

#[tokio::test]
async fn a_user_who_is_imported_into_an_empty_console_is_the_one_who_was_exported() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![plan("sales", 3), seats("maps", 3)]);
        owner
            .fill_with(&console, &sold, vec![user("ann", &["sales", "maps"])])
            .await
            .expect("it is right");
        let admin = console.administrator().await;
        let csv = text(&admin, &format!("{}?search=ann", paths::EXPORT_USERS)).await;
        let csv = csv.replace("\r\nann,", "\r\neva,");
        let (import, seen) = looked_at(&console, &admin, csv, true).await;
        assert_eq!((seen.counts.created, seen.counts.refused), (1, 0));
        let done = apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!(done.done.created, 1);
        assert_eq!(counters(&console).await, ["maps 2", "sales 2"]);
        let list = text(&admin, paths::EXPORT_USERS).await;
        let line = |name: &str| {
            list.lines()
                .find(|line| line.starts_with(name))
                .expect("it is there")
                .to_owned()
        };
        let (first, again) = (line("ann,"), line("eva,"));
        let expected = first
            .replacen("ann,", "eva,", 1)
            .replace("2026-07-01T10:00:00Z", "");
        assert_eq!(again, expected);
        assert!(again.contains(OWNER));
        // What was uploaded before is gone.
        let next = upload(&admin, "user_id\nann\n").await;
        let answer = admin
            .post(
                &licensing::wire::path(paths::PREVIEW_IMPORT, &import),
                &PreviewImport::default(),
            )
            .await;
        assert_eq!(answer.status, axum::http::StatusCode::NOT_FOUND);
        assert_ne!(next.import, import);
    })
    .await;
}
