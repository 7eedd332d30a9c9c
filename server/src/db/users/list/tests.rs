//! Every way to a page gives the same page, and the way that is chosen goes along the index that it was chosen for.

use std::collections::BTreeSet;

use licensing::license::{Timestamp, UserType};
use licensing::wire::{Holding, UserSort};
use sqlx::AssertSqlSafe;

use super::source::{Source, Way};
use super::stretch::{Part, Stretch, parts};
use super::{Asked, Filter, Search, page_of};
use crate::db::assignments::held::give;
use crate::db::statement::{Statement, bound};
use crate::db::users::cursor::{Cursor, Order};
use crate::db::users::parts::Part as UserPart;
use crate::db::users::{Profile, insert};
use crate::db::{Address, Db, Tx};
use crate::error::Error;
use crate::view;

const SORTS: [UserSort; 12] = [
    UserSort::Name,
    UserSort::UserId,
    UserSort::FirstName,
    UserSort::LastName,
    UserSort::Group,
    UserSort::Role,
    UserSort::UserPlan,
    UserSort::Company,
    UserSort::Email,
    UserSort::LastSignIn,
    UserSort::CanLogIn,
    UserSort::FormerEmployee,
];
/// Modules of the test: two plans, and a license that may be given by itself.
const PLANS: [i32; 2] = [2, 1];
const LICENSE: i32 = 3;
/// Users of the test.
const USERS: i32 = 240;

/// A user whose everything follows from a number, with much in common with others.
fn profile(number: i32) -> Profile {
    let pick = |of: i32, texts: &[&str]| texts[(number / of) as usize % texts.len()].to_owned();
    Profile {
        user_id: format!("u{number:03}"),
        first_name: pick(1, &["Eva", "Tom", "Zoë"]),
        last_name: pick(3, &["de Haan", "Ås", "Evertsen", "Jansen"]),
        full_name: pick(
            2,
            &[
                "Eva de Haan",
                "Tom Ås",
                "Zoë Evertsen",
                "Eva Jansen",
                "Ann 100%",
            ],
        ),
        email: format!("{}@example.com", number % 9),
        user_type: if number % 12 == 0 {
            UserType::SystemAssociate
        } else {
            UserType::InternalAssociate
        },
        primary_group: pick(5, &["Sales NL", "Sales BE", "Service", "Evening"]),
        role: pick(7, &["User", "Manager"]),
        company: pick(11, &["Meridian BV", "Meridian NV", ""]),
        can_log_in: number % 3 != 0,
        former_employee: number % 8 == 0,
        waiting_for_approval: false,
        last_sign_in: (number % 4 != 0).then(|| Timestamp(i64::from(number % 10) * 1_000)),
    }
}

/// What somebody was given.
fn given(number: i32) -> Vec<i32> {
    let modules = [(1, 2), (2, 3), (LICENSE, 5)].into_iter();
    modules
        .filter(|(_, of)| number % of == 0)
        .map(|(module, _)| module)
        .collect()
}

async fn with_users(folder: &tempfile::TempDir) -> Db {
    let db = Db::open(&Address::File(folder.path().join("zetel.db"))).await;
    let db = db.expect("the database opens");
    db.migrate().await.expect("the schema is made");
    let Db::Sqlite { writer, .. } = &db else {
        panic!("a file is SQLite's")
    };
    let mut tx = Tx::Sqlite(writer.begin().await.expect("it begins"));
    let profiles: Vec<Profile> = (0..USERS).map(profile).collect();
    let ids = insert(&mut tx, &profiles).await.expect("they are stored");
    let Tx::Sqlite(mut open) = tx else {
        panic!("it is SQLite's")
    };
    let owner = "insert into module_owner (name, description, revision, activation, failures) values ('A', 'A', 1, 'ask_me', 0)";
    sqlx::query(owner)
        .execute(&mut *open)
        .await
        .expect("it is stored");
    for module in 1..=3 {
        let text = "insert into module (owner_id, name, description, license_type, user_plan, hidden, unrestricted, in_license, \
             sort_order, position, total, in_use, set_revision) values (1, $1, $2, 'UserLicense', $3, false, true, true, 1, 1, 1, 0, 0)";
        let query = sqlx::query(text)
            .bind(format!("m{module}"))
            .bind(["Evening", "Night", "Maps"][module - 1]);
        query
            .bind(module < 3)
            .execute(&mut *open)
            .await
            .expect("it is stored");
    }
    let mut tx = Tx::Sqlite(open);
    for (number, id) in ids.iter().enumerate() {
        give(&mut tx, *id, &given(number as i32))
            .await
            .expect("it is stored");
    }
    let Tx::Sqlite(open) = tx else {
        panic!("it is SQLite's")
    };
    open.commit().await.expect("it is stored");
    db
}

/// Filters of one condition and of several.
async fn filters(tx: &mut Tx) -> Vec<Filter> {
    let all = || Filter::all_of(false);
    let mut filters = vec![
        all(),
        Filter::all_of(true),
        Filter {
            licenses: vec![vec![LICENSE]],
            ..all()
        },
        Filter {
            licenses: vec![vec![1, 2]],
            ..all()
        },
        Filter {
            licenses: vec![vec![1], vec![LICENSE]],
            ..all()
        },
        Filter {
            licenses: vec![vec![1], vec![LICENSE]],
            holding: Holding::Any,
            ..all()
        },
        Filter {
            licenses: vec![vec![1], vec![LICENSE]],
            holding: Holding::None,
            ..all()
        },
        Filter {
            group: Some("sales nl".to_owned()),
            ..all()
        },
        Filter {
            role: Some("manager".to_owned()),
            company: Some("meridian nv".to_owned()),
            ..all()
        },
        Filter {
            can_log_in: true,
            ..all()
        },
        Filter {
            former_employee: true,
            can_log_in: true,
            ..all()
        },
        Filter {
            never_signed_in: true,
            ..all()
        },
        Filter {
            signed_in_before: Some(4_000),
            ..all()
        },
        Filter {
            never_signed_in: true,
            signed_in_before: Some(4_000),
            licenses: vec![vec![2]],
            ..all()
        },
    ];
    // By name, by user ID, by group and plan, with characters that mean more in patterns, too short for a trigram.
    for text in [
        "eva", "haan", "u01", "evening", "manager", "100%", "a_b", "ev", "zo", "sa", "nobody",
    ] {
        let search = Search::of(tx, text.to_owned())
            .await
            .expect("it is looked up");
        filters.push(Filter {
            search: search.clone(),
            ..all()
        });
        filters.push(Filter {
            search,
            licenses: vec![vec![LICENSE]],
            former_employee: true,
            ..all()
        });
    }
    filters
}

/// Whether a user matches, said without SQL.
fn matches(filter: &Filter, number: i32) -> bool {
    let who = profile(number);
    let lower = |text: &str| text.to_lowercase();
    let is =
        |asked: &Option<String>, has: &str| asked.as_ref().is_none_or(|asked| *asked == lower(has));
    let holds = |set: &Vec<i32>| given(number).iter().any(|module| set.contains(module));
    let mut held = filter.licenses.iter().map(holds);
    let held = filter.licenses.is_empty()
        || match filter.holding {
            Holding::All => held.all(|holds| holds),
            Holding::Any => held.any(|holds| holds),
            Holding::None => !held.any(|holds| holds),
        };
    let at = who.last_sign_in.map(|at| at.0);
    let sign_in = match (filter.never_signed_in, filter.signed_in_before) {
        (false, None) => true,
        (never, before) => at.map_or(never, |at| before.is_some_and(|before| at < before)),
    };
    let found = filter.search.as_ref().is_none_or(|search| {
        let text = &search.text;
        let finds = |has: &str| {
            let has = lower(has);
            if search.anywhere() {
                has.contains(text)
            } else {
                has.starts_with(text)
            }
        };
        let names = [&who.user_id, &who.full_name, &who.primary_group, &who.role];
        let plans = given(number)
            .into_iter()
            .filter(|module| PLANS.contains(module));
        names.into_iter().any(|name| finds(name))
            || (!search.anywhere() && finds(&who.last_name))
            || plans
                .into_iter()
                .any(|plan| finds(["Evening", "Night"][plan as usize - 1]))
    });
    filter.other_users == Some(who.is_other_user())
        && held
        && sign_in
        && found
        && is(&filter.group, &who.primary_group)
        && is(&filter.role, &who.role)
        && is(&filter.company, &who.company)
        && (!filter.can_log_in || who.can_log_in)
        && (!filter.former_employee || who.former_employee)
}

/// Every way that could be chosen.
fn every_way(filter: &Filter, sort: UserSort) -> Vec<Vec<Way>> {
    let mut ways = vec![vec![Way::Walk]];
    for source in filter.sources() {
        let named = !matches!(source, Source::SignIn | Source::Search);
        ways.push(vec![Way::Fetch(source.clone())]);
        if sort == UserSort::Name && named {
            ways.push(match source {
                Source::Given(modules) => {
                    let each = modules.into_iter();
                    each.map(|module| Way::Named(Source::Given(vec![module])))
                        .collect()
                }
                source => vec![Way::Named(source)],
            });
        }
    }
    ways
}

#[tokio::test]
async fn every_way_gives_the_same_pages_and_they_are_those_who_match() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let db = with_users(&folder).await;
    let mut pages = 0;
    let looked: Result<(), Error> = view!(&db, tx => {
        for filter in filters(tx).await {
            let expected: BTreeSet<i32> =
                (0..USERS).filter(|number| matches(&filter, *number)).map(|number| number + 1).collect();
            let count = super::count(tx, &filter).await?;
            assert_eq!(count, expected.len() as i64, "{filter:?}");
            let matching: Vec<i32> = super::matching(tx, &filter, 1_000).await?;
            assert_eq!(matching, expected.iter().copied().collect::<Vec<_>>(), "{filter:?}");
            for (sort, descending) in SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                let order = Order { sort, descending };
                let mut first: Option<Vec<i32>> = None;
                for ways in every_way(&filter, sort) {
                    let mut ids = Vec::new();
                    let mut after: Option<Cursor> = None;
                    loop {
                        let asked = Asked { filter: &filter, order, plans: &PLANS, after: after.as_ref(), limit: 37 };
                        let page = asked.found(tx, &ways, None).await?;
                        pages += 1;
                        ids.extend(page.users.iter().map(|user| user.id));
                        let Some(next) = page.next(order) else { break };
                        after = Some(Cursor::decode(&next, sort, descending).expect("it is one of ours"));
                    }
                    let once: BTreeSet<i32> = ids.iter().copied().collect();
                    assert_eq!((&once, ids.len()), (&expected, expected.len()), "{filter:?} {order:?} {ways:?}");
                    let first = first.get_or_insert_with(|| ids.clone());
                    assert_eq!(*first, ids, "{filter:?} {order:?} {ways:?}");
                }
                // As it is chosen: by walking a little, then all the way or by fetching.
                for walked in [5, 60, 10_000] {
                    let mut ids = Vec::new();
                    let mut after: Option<Cursor> = None;
                    loop {
                        let page = page_of(tx, &filter, order, &PLANS, after.as_ref(), 37, walked).await?;
                        ids.extend(page.users.iter().map(|user| user.id));
                        let Some(next) = page.next(order) else { break };
                        after = Some(Cursor::decode(&next, sort, descending).expect("it is one of ours"));
                    }
                    assert_eq!(first.as_ref(), Some(&ids), "{filter:?} {order:?} {walked}");
                }
            }
        }
        Ok(())
    });
    looked.expect("every page is found");
    println!("{pages} pages");
}

/// How SQLite goes about a statement of a page, step by step.
async fn steps(filter: &Filter, way: &Way, order: Order, part: Part) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let db = Db::open(&Address::File(folder.path().join("zetel.db"))).await;
    let db = db.expect("the database opens");
    db.migrate().await.expect("the schema is made");
    let stretch = Stretch {
        filter,
        way,
        list: filter.other_users,
        order,
        plans: &PLANS,
        part,
        after: None,
        until: None,
    };
    let Statement { text, values } = stretch.statement(100, true);
    let text = format!("explain query plan {text}");
    let Db::Sqlite { readers, .. } = &db else {
        panic!("a file is SQLite's");
    };
    let steps: Vec<(i64, i64, i64, String)> = bound!(sqlx::query_as(AssertSqlSafe(text)), values)
        .fetch_all(readers)
        .await
        .expect("the statement is right");
    let details: Vec<String> = steps.into_iter().map(|(_, _, _, detail)| detail).collect();
    details.join("; ")
}

fn narrowed() -> Filter {
    Filter {
        group: Some("sales".to_owned()),
        former_employee: true,
        licenses: vec![vec![1]],
        ..Filter::all_of(false)
    }
}

#[tokio::test]
async fn a_walk_follows_the_index_of_its_order_and_sorts_nothing() {
    let filters = [Filter::all_of(false), narrowed()];
    for sort in SORTS {
        for descending in [false, true] {
            let order = Order { sort, descending };
            for filter in &filters {
                for part in parts(order, filter, &PLANS, None) {
                    let steps = steps(filter, &Way::Walk, order, part).await;
                    let index = match (sort, part) {
                        (_, Part::Plan(_)) => {
                            "SEARCH a USING COVERING INDEX assignment_by_module (module_id=? AND other_user=?)"
                        }
                        (UserSort::Name | UserSort::UserPlan, _) => {
                            "SEARCH u USING INDEX users_by_name (other_user=?"
                        }
                        (UserSort::UserId, _) => {
                            "SEARCH u USING INDEX users_by_user_id (other_user=?"
                        }
                        (UserSort::FirstName, _) => {
                            "SEARCH u USING INDEX users_by_first_name (other_user=?"
                        }
                        (UserSort::LastName, _) => {
                            "SEARCH u USING INDEX users_by_last_name (other_user=?"
                        }
                        (UserSort::Email, _) => "SEARCH u USING INDEX users_by_email (other_user=?",
                        (UserSort::Group, _) => "SEARCH u USING INDEX users_by_group (other_user=?",
                        (UserSort::Role, _) => "SEARCH u USING INDEX users_by_role (other_user=?",
                        (UserSort::Company, _) => {
                            "SEARCH u USING INDEX users_by_company (other_user=?"
                        }
                        (UserSort::LastSignIn, _) => {
                            "SEARCH u USING INDEX users_by_last_sign_in (other_user=?"
                        }
                        (UserSort::CanLogIn, _) => {
                            "SEARCH u USING INDEX users_by_can_log_in (other_user=?"
                        }
                        (UserSort::FormerEmployee, _) => {
                            "SEARCH u USING INDEX users_by_former_employee (other_user=?"
                        }
                    };
                    assert!(steps.starts_with(index), "{order:?} {part:?}: {steps}");
                    assert!(
                        !steps.contains("TEMP B-TREE"),
                        "{order:?} {part:?}: {steps}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn holders_and_people_of_a_part_come_by_name_without_sorting() {
    for (source, index) in [
        (
            Source::Given(vec![1]),
            "SEARCH a USING COVERING INDEX assignment_by_module (module_id=? AND other_user=?)",
        ),
        (
            Source::Part(UserPart::Group, "sales".to_owned()),
            "SEARCH u USING INDEX users_by_group (other_user=? AND group_folded=?)",
        ),
        (
            Source::CanLogIn,
            "SEARCH u USING INDEX users_by_can_log_in (other_user=? AND can_log_in=?)",
        ),
        (
            Source::FormerEmployee,
            "SEARCH u USING INDEX users_by_former_employee (other_user=? AND former_employee=?)",
        ),
    ] {
        let steps = steps(
            &narrowed(),
            &Way::Named(source),
            Order::default(),
            Part::Whole,
        )
        .await;
        assert!(steps.starts_with(index), "{steps}");
        assert!(!steps.contains("TEMP B-TREE"), "{steps}");
    }
}

#[tokio::test]
async fn fetching_begins_at_the_source() {
    let search = Some(Search {
        text: "eva".to_owned(),
        groups: vec!["evening".to_owned()],
        roles: Vec::new(),
        plans: vec![1],
    });
    let filter = Filter {
        search,
        ..narrowed()
    };
    for (source, index) in [
        (Source::Given(vec![1]), "assignment_by_module (module_id=?"),
        (Source::Search, "users_search VIRTUAL TABLE INDEX"),
    ] {
        let steps = steps(&filter, &Way::Fetch(source), Order::default(), Part::Whole).await;
        let order: Vec<usize> = [index, "SCAN f", "SEARCH u USING INTEGER PRIMARY KEY"]
            .iter()
            .map(|step| {
                steps
                    .find(step)
                    .unwrap_or_else(|| panic!("no {step} in {steps}"))
            })
            .collect();
        assert!(order.is_sorted(), "{steps}");
    }
}
