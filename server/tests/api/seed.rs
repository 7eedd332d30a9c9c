//! Filling an empty console from a file.

use std::path::Path;

use licensing::license::{License, UserType};
use licensing::wire::{Licenses, paths};
use serde_json::json;

use crate::harness::Console;
use crate::stock::{self, Owner, counters, hidden, id, number, plan, seats, user};

#[tokio::test]
async fn a_filled_console_has_its_license_since_when_the_file_says() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(7, vec![plan("sales", 3).brings(&["crm"]), hidden("crm", 3)]);
        let users: [(&str, &[&str]); 3] =
            [("admin", &["sales"]), ("eva", &["sales"]), ("tom", &[])];
        owner.fill(&console, &sold, &users).await;
        assert_eq!(counters(&console).await, ["crm 2", "sales 2"]);
        let reader = console.signed_in("late", true).await;
        // Ids are given in the order of the lines.
        assert_eq!(id(&reader, "admin").await, 1);
        assert_eq!(id(&reader, "tom").await, 3);
        assert_eq!(reader.user, 4);
        let licenses: Licenses = reader.get(paths::LICENSES).await.json();
        let installed = licenses.owners[0].installed.as_ref().expect("a license");
        assert_eq!(installed.license.sequence, 7);
        assert_eq!(installed.installed_at, stock::INSTALLED_AT);
        assert_eq!(licenses.owners[0].offer, None);
        assert_eq!(licenses.owners[0].activated, None);
        assert_eq!(
            number(&console, "select count(*) from audit where act = 'seeded'").await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn more_users_than_one_batch_are_filled_in_order() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 20_000), seats("routes", 20_000)]);
        let users = (1..=12_345)
            .map(|number| {
                user(
                    &format!("u{number}"),
                    if number % 2 == 0 {
                        &["maps", "routes"]
                    } else {
                        &["maps"]
                    },
                )
            })
            .collect();
        owner
            .fill_with(&console, &sold, users)
            .await
            .expect("the file is right");
        assert_eq!(counters(&console).await, ["maps 12345", "routes 6172"]);
        let in_order = "select count(*) from users where user_id = 'u' || cast(id as text)";
        assert_eq!(number(&console, in_order).await, 12_345);
    })
    .await;
}

/// Why a file of this text is refused.
async fn fault(console: &Console, owner: &Owner, text: &str) -> String {
    owner
        .fill_from(console, text)
        .await
        .expect_err("the file is wrong")
}

#[tokio::test]
async fn a_console_that_is_not_empty_is_not_filled() {
    stock::for_each_database(async |console, owner| {
        console.person("eva").await;
        assert_eq!(
            fault(&console, owner, "").await,
            "the console is not empty: seeding fills a new database only"
        );
    })
    .await;
}

/// What the next test sells.
fn sold(owner: &Owner) -> License {
    owner.license(
        1,
        vec![
            seats("maps", 1),
            seats("routes", 1).needs("maps"),
            plan("sales", 5).of_group("sales").brings(&["crm"]),
            plan("sales-basic", 5).of_group("sales").brings(&["crm"]),
            hidden("crm", 5),
            seats("rooms", 5).for_type(UserType::ResourceAssociate),
        ],
    )
}

#[tokio::test]
async fn what_the_license_does_not_allow_names_the_line() {
    let cases: [(&[&str], &str); 5] = [
        (&["routes"], "line 4: not allowed: PrerequisiteMissing"),
        (&["crm"], "line 4: not allowed: NotAssignable"),
        (&["gone"], "line 4: not allowed: NotSold"),
        (
            &["sales", "sales-basic"],
            "line 4: not allowed: PlanOfGroup",
        ),
        (&["rooms"], "line 4: not allowed: UserTypeNotAllowed"),
    ];
    for (given, expected) in cases {
        stock::for_each_database(async |console, owner| {
            let users = vec![user("tom", &["maps"]), user("eva", given)];
            let filled = owner.fill_with(&console, &sold(owner), users).await;
            let fault = filled.expect_err("it is not allowed");
            assert!(fault.starts_with(expected), "{fault}");
            assert_eq!(number(&console, "select count(*) from users").await, 0);
        })
        .await;
    }
}

#[tokio::test]
async fn more_than_was_bought_is_not_filled() {
    stock::for_each_database(async |console, owner| {
        let users = vec![user("tom", &["maps"]), user("eva", &["maps"])];
        let filled = owner.fill_with(&console, &sold(owner), users).await;
        let fault = filled.expect_err("there is one seat");
        assert!(
            fault.starts_with("lines 3 to 4: AssignmentRefused: too few seats"),
            "{fault}"
        );
        assert_eq!(number(&console, "select count(*) from users").await, 0);
        assert!(counters(&console).await.contains(&"maps 0".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_file_in_another_order_or_with_a_wrong_license_is_refused() {
    stock::for_each_database(async |console, owner| {
        let license = |file: &Path| {
            json!({ "license": { "file": file, "installed_at": stock::INSTALLED_AT } }).to_string()
        };
        let missing = license(Path::new("nowhere.lic"));
        assert!(
            fault(&console, owner, &missing)
                .await
                .starts_with("line 1: nowhere.lic cannot be read: ")
        );
        let before_installation = license(&owner.file(&sold(owner)));
        assert_eq!(
            fault(&console, owner, &before_installation).await,
            "line 1: InstallationMissing"
        );
        let garbage = console.folder().join("garbage.lic");
        std::fs::write(&garbage, "<html>").expect("a file can be written");
        let installation =
            json!({ "installation": licensing::samples::installation() }).to_string();
        let of_nobody = format!("\n{}", json!({ "user": user("eva", &["maps"]) }));
        assert_eq!(
            fault(&console, owner, &of_nobody).await,
            "line 2: there is no license of FJORDMAPS"
        );
        let last = format!("{}\n{installation}", json!({ "user": user("eva", &[]) }));
        assert_eq!(
            fault(&console, owner, &last).await,
            "line 2: installation, licenses, their use and companies stand before the users"
        );
        let refused = format!("{installation}\n{}", license(&garbage));
        let refused = fault(&console, owner, &refused).await;
        assert!(
            refused.starts_with("line 2: License(NotALicense)"),
            "{refused}"
        );
    })
    .await;
}
