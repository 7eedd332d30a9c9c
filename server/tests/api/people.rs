//! Adding users, and removing them by rising impact.

use axum::http::StatusCode;
use licensing::assignment::Refusal;
use licensing::license::UserType;
use licensing::wire::{
    Done, ErrorCode, FieldFault, NewUser, Problem, Removal, RemoveUser, SuggestedUserId, UserCard,
    path, paths,
};

use crate::harness::{Answer, Browser};
use crate::stock::{self, counters, id, number, plan, seats};

fn new_user(user_id: &str) -> NewUser {
    NewUser {
        user_id: user_id.to_owned(),
        first_name: "Zoë".to_owned(),
        last_name: "de Wit".to_owned(),
        email: "zoe@example.com".to_owned(),
        user_type: UserType::InternalAssociate,
        primary_group: "Sales".to_owned(),
        role: "User".to_owned(),
        company: String::new(),
    }
}

async fn card(browser: &Browser, user_id: &str) -> UserCard {
    let user = id(browser, user_id).await;
    browser.get(&path(paths::USER, user)).await.json()
}

async fn remove(browser: &Browser, seen: &UserCard, how: Removal) -> Answer {
    let remove = RemoveUser {
        revision: seen.revision,
        how,
    };
    browser
        .post(&path(paths::REMOVE_USER, seen.user.user), &remove)
        .await
}

#[tokio::test]
async fn a_user_is_added_under_a_user_id_that_nobody_has_and_cannot_log_in_yet() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        owner
            .fill(&console, &sold, &[("zwit", &[]), ("ZWIT2", &[])])
            .await;
        let admin = console.administrator().await;
        let ask = format!(
            "{}?first_name=Zo%C3%AB&last_name=de%20Wit",
            paths::SUGGEST_USER_ID
        );
        let suggested: SuggestedUserId = admin.get(&ask).await.json();
        assert_eq!(suggested.user_id, "ZWIT3");
        let taken = admin.post(paths::USERS, &new_user("Zwit")).await;
        let body = taken.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        let field = "user_id".to_owned();
        assert_eq!(
            body.problems,
            [Problem::Field {
                field,
                fault: FieldFault::Taken
            }]
        );
        let added: UserCard = admin.post(paths::USERS, &new_user(" ZWIT3 ")).await.json();
        assert_eq!(
            (added.user.user_id.as_str(), added.user.full_name.as_str()),
            ("ZWIT3", "Zoë de Wit")
        );
        assert!(!added.user.can_log_in && added.assignments.is_empty());
        assert_eq!(card(&admin, "ZWIT3").await, added);
        assert_eq!(
            number(
                &console,
                "select count(*) from audit where act = 'user_added'"
            )
            .await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_needs_a_name_a_group_and_a_role_and_other_users_their_license() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 3)]);
        owner.fill(&console, &sold, &[]).await;
        let admin = console.administrator().await;
        let nobody = NewUser {
            user_id: " ".to_owned(),
            last_name: String::new(),
            primary_group: String::new(),
            role: "x".repeat(255),
            email: "a\u{0}b".to_owned(),
            ..new_user("x")
        };
        let body = admin
            .post(paths::USERS, &nobody)
            .await
            .error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        let expected = [
            ("user_id", FieldFault::Missing),
            ("last_name", FieldFault::Missing),
            ("email", FieldFault::Malformed),
            ("primary_group", FieldFault::Missing),
            ("role", FieldFault::TooLong),
        ]
        .map(|(field, fault)| Problem::Field {
            field: field.to_owned(),
            fault,
        });
        assert_eq!(body.problems, expected);
        // Nobody sells the license that system users stand on here.
        let robot = NewUser {
            user_type: UserType::SystemAssociate,
            ..new_user("robot")
        };
        let body = admin
            .post(paths::USERS, &robot)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
        assert!(matches!(
            &body.problems[..],
            [Problem::Refusal {
                refusal: Refusal::NotSold(_)
            }]
        ));
    })
    .await;
}

#[tokio::test]
async fn removing_takes_the_licenses_the_user_or_all_that_is_known_of_them() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![plan("sales", 9), seats("maps", 9)]);
        let both: &[&str] = &["sales", "maps"];
        let users = [("ann", both), ("bob", both), ("dot", both)];
        owner.fill(&console, &sold, &users).await;
        let admin = console.administrator().await;
        console.signed_in("cas", false).await;
        let seen = async |user_id| card(&admin, user_id).await;
        let (ann, bob, cas, dot) = (seen("ann").await, seen("bob").await, seen("cas").await, seen("dot").await);

        remove(&admin, &ann, Removal::Licenses).await.json::<Done>();
        let now = card(&admin, "ann").await;
        assert!(now.assignments.is_empty() && now.user.can_log_in);
        // Seen before it changed.
        remove(&admin, &ann, Removal::Associate)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::Stale);

        remove(&admin, &bob, Removal::FormerEmployee).await.json::<Done>();
        let now = card(&admin, "bob").await;
        assert!(now.assignments.is_empty() && now.user.former_employee && !now.user.can_log_in);

        remove(&admin, &cas, Removal::Associate).await.json::<Done>();
        remove(&admin, &dot, Removal::AssociateAndContact).await.json::<Done>();
        for gone in [&cas, &dot] {
            admin
                .get(&path(paths::USER, gone.user.user))
                .await
                .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
        assert_eq!(counters(&console).await, ["maps 0", "sales 0"]);
        let of = |act: &'static str| number(&console, act);
        assert_eq!(of("select count(*) from session s left join users u on u.id = s.user_id where u.id is null").await, 0);
        assert_eq!(of("select count(*) from audit where act = 'user_removed' and cast(detail as text) like '%cas Jansen%'").await, 1);
        assert_eq!(of("select count(*) from audit where act = 'user_removed' and cast(detail as text) like '%dot%'").await, 0);
        // What was taken of who is gone cannot be given back, and stops nobody else's.
        assert_eq!(of("select count(*) from audit_user u join audit a on a.id = u.audit_id where a.act = 'user_removed'").await, 4);
    })
    .await;
}

#[tokio::test]
async fn nobody_removes_themselves_nor_who_acted_here() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 9)]);
        owner.fill(&console, &sold, &[("ann", &["maps"])]).await;
        let admin = console.administrator().await;
        let other = console.signed_in("other", true).await;
        let own = card(&admin, "admin").await;
        for how in [Removal::FormerEmployee, Removal::Associate] {
            remove(&admin, &own, how)
                .await
                .error(StatusCode::CONFLICT, ErrorCode::Yourself);
        }
        // Who gave somebody something is named in the trail.
        let ann = card(&other, "ann").await;
        remove(&other, &ann, Removal::Licenses).await.json::<Done>();
        let seen = card(&admin, "other").await;
        remove(&admin, &seen, Removal::Associate)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::ActedHere);
        remove(&admin, &seen, Removal::FormerEmployee)
            .await
            .json::<Done>();
        other
            .get(paths::USERS)
            .await
            .error(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated);
    })
    .await;
}
