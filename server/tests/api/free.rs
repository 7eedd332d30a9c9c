//! Freeing a license from users.

use axum::http::StatusCode;
use licensing::wire::{
    BODY_MAX, ErrorCode, FREE_MAX, FieldFault, Free, FreeUser, Freed, Problem, paths,
};

use crate::harness::{Answer, Browser};
use crate::stock::{self, Module, counters, hidden, id, names, number, plan, seats, under, user};

/// A user, and what the administrator saw go.
type Seen<'a> = (i32, &'a [&'a str]);

/// Frees a module from users.
async fn free(browser: &Browser, module: &str, users: &[Seen<'_>]) -> Answer {
    let users = users.iter();
    let free = Free {
        users: users
            .map(|(user, goes)| FreeUser {
                user: *user,
                goes: names(goes),
            })
            .collect(),
    };
    let path = under(browser, paths::FREE, module).await;
    browser.post(&path, &free).await
}

fn modules() -> Vec<Module> {
    vec![
        plan("sales", 5).brings(&["crm", "mail"]),
        plan("service", 5).brings(&["crm"]),
        hidden("crm", 5),
        hidden("mail", 5),
        seats("maps", 5),
        seats("routes", 5).needs("maps"),
    ]
}

#[tokio::test]
async fn freeing_gives_back_every_seat_that_goes_along() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, modules());
        let users: [(&str, &[&str]); 2] = [("eva", &["sales", "service"]), ("tom", &["service"])];
        owner.fill(&console, &sold, &users).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        let freed: Freed = free(&admin, "sales", &[(eva, &["sales"])]).await.json();
        assert_eq!(freed.users, 1);
        let of_owner = &freed.licenses.owners[0].modules;
        let sales = of_owner
            .iter()
            .find(|module| module.module.as_str() == "sales");
        assert_eq!(sales.map(|module| module.usage.in_use), Some(0));
        assert_eq!(
            counters(&console).await,
            [
                "crm 2",
                "mail 0",
                "maps 0",
                "routes 0",
                "sales 0",
                "service 2"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn freeing_a_hidden_module_frees_every_plan_that_brings_it() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, modules());
        owner
            .fill(&console, &sold, &[("eva", &["sales", "service", "maps"])])
            .await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        free(&admin, "crm", &[(eva, &["sales", "service"])])
            .await
            .json::<Freed>();
        assert_eq!(
            counters(&console).await,
            [
                "crm 0",
                "mail 0",
                "maps 1",
                "routes 0",
                "sales 0",
                "service 0"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn what_needs_the_freed_license_goes_with_it() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, modules());
        owner
            .fill(&console, &sold, &[("eva", &["maps", "routes", "sales"])])
            .await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        free(&admin, "maps", &[(eva, &["maps", "routes"])])
            .await
            .json::<Freed>();
        assert_eq!(
            counters(&console).await,
            [
                "crm 1",
                "mail 1",
                "maps 0",
                "routes 0",
                "sales 1",
                "service 0"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn when_one_user_no_longer_stands_as_seen_nothing_is_freed() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, modules());
        let users: [(&str, &[&str]); 3] = [
            ("eva", &["maps"]),
            ("tom", &[]),
            ("ida", &["maps", "routes"]),
        ];
        owner.fill(&console, &sold, &users).await;
        let admin = console.administrator().await;
        let [eva, tom, ida] = [
            id(&admin, "eva").await,
            id(&admin, "tom").await,
            id(&admin, "ida").await,
        ];
        // Tom holds it no more, with Ida another license would go as well, and 99 is nobody.
        let seen: [Seen<'_>; 4] = [
            (eva, &["maps"]),
            (tom, &["maps"]),
            (ida, &["maps"]),
            (99, &["maps"]),
        ];
        let body = free(&admin, "maps", &seen)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::Stale);
        let changed = [(tom, "tom Jansen"), (ida, "ida Jansen"), (99, "99")];
        assert_eq!(
            body.problems,
            changed.map(|(user, name)| Problem::UserChanged {
                user,
                name: name.to_owned()
            })
        );
        assert_eq!(
            counters(&console).await,
            [
                "crm 0",
                "mail 0",
                "maps 2",
                "routes 1",
                "sales 0",
                "service 0"
            ]
        );
        assert_eq!(
            number(&console, "select cast(sum(revision) as bigint) from users").await,
            4
        );
        assert_eq!(
            number(
                &console,
                "select count(*) from audit where act = 'licenses_freed'"
            )
            .await,
            0
        );
    })
    .await;
}

#[tokio::test]
async fn freeing_works_also_after_the_license_has_ended() {
    stock::for_each_database(async |console, owner| {
        let mut sold = owner.license(1, modules());
        sold.expiry_date = Some("2026-06-01".parse().expect("a day"));
        owner.fill(&console, &sold, &[("eva", &["maps"])]).await;
        let admin = console.administrator().await;
        let eva = id(&admin, "eva").await;
        free(&admin, "maps", &[(eva, &["maps"])])
            .await
            .json::<Freed>();
    })
    .await;
}

#[tokio::test]
async fn a_freeing_of_nobody_of_somebody_twice_or_of_too_many_is_refused() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, modules());
        owner.fill(&console, &sold, &[("eva", &["maps"])]).await;
        let admin = console.administrator().await;
        let too_many: Vec<Seen<'_>> = (0..=FREE_MAX as i32)
            .map(|user| (user, &["maps"][..]))
            .collect();
        let cases: [(&[Seen<'_>], FieldFault); 3] = [
            (&[], FieldFault::Missing),
            (&[(1, &["maps"]), (1, &["maps"])], FieldFault::Malformed),
            (&too_many, FieldFault::TooLong),
        ];
        for (users, fault) in cases {
            let body = free(&admin, "maps", users)
                .await
                .error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
            let field = "users".to_owned();
            assert_eq!(body.problems, [Problem::Field { field, fault }]);
        }
        let nowhere = licensing::wire::path(paths::FREE, 99);
        let one = Free {
            users: vec![FreeUser {
                user: 1,
                goes: names(&["maps"]),
            }],
        };
        admin
            .post(&nowhere, &one)
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn as_many_as_allowed_are_freed_in_one_act() {
    stock::for_each_database(async |console, owner| {
        let all = FREE_MAX as i32;
        let sold = owner.license(
            1,
            vec![plan("sales", all).brings(&["crm"]), hidden("crm", all), seats("maps", all)],
        );
        let users = (1..=all)
            .map(|number| {
                let given: &[&str] = if number % 2 == 0 { &["sales"] } else { &["sales", "maps"] };
                user(&format!("u{number}"), given)
            })
            .collect();
        owner.fill_with(&console, &sold, users).await.expect("the file is right");
        let admin = console.administrator().await;
        let seen: Vec<Seen<'_>> = (1..=all).map(|user| (user, &["sales"][..])).collect();
        let freed: Freed = free(&admin, "crm", &seen).await.json();
        assert_eq!(freed.users, FREE_MAX);
        assert_eq!(counters(&console).await, ["crm 0", "maps 25000", "sales 0"]);
        assert_eq!(
            number(&console, "select count(*) from audit a join audit_user u on u.audit_id = a.id where a.act = 'licenses_freed'")
                .await,
            i64::from(all)
        );
        let body = serde_json::to_vec(&Free {
            users: vec![FreeUser { user: all, goes: names(&["sales"]) }; FREE_MAX],
        });
        assert!(body.expect("it serializes").len() < BODY_MAX);
    })
    .await;
}
