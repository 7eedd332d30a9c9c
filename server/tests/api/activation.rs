//! Putting a license in force: all of it or nothing, exactly what the administrator saw, and never over what was bought.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt as _;
use licensing::assignment::Shortage;
use licensing::compare::compare;
use licensing::envelope::VerifyCode;
use licensing::samples;
use licensing::wire::{
    Activate, Activated, Assign, ErrorCode, Event, Free, FreeUser, Holders, Origin, OwnerView,
    Problem, UserCard, path, paths,
};
use server::db::assignments::count;
use server::db::{owners, transaction};
use tower::ServiceExt as _;

use crate::harness::{Browser, NOW};
use crate::licenses::{install, load, of_owner, seen, uses, view};
use crate::stock::{self, OWNER, counters, hidden, license, plan, seats, site};
use crate::tables::{acts, dump};

/// Activates what was seen, which is refused.
#[track_caller]
fn refused(answer: &crate::harness::Answer, code: ErrorCode) -> Vec<Problem> {
    let status = match code {
        ErrorCode::License(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::CONFLICT,
    };
    answer.error(status, code).problems
}

fn shortage(module: &str, bought: i32, in_use: i32, short: i32) -> Problem {
    Problem::Shortage(Shortage {
        module: samples::module_name(module),
        bought,
        in_use,
        short,
    })
}

#[tokio::test]
async fn activating_puts_the_offer_in_force() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(7, vec![seats("maps", 5), seats("old", 2), site("tools")]);
        owner.fill(&console, &sold, &[("a", &["maps"])]).await;
        let browser = console.administrator().await;
        let before = view(&browser).await;
        let mut new = owner.license(
            8,
            vec![
                seats("routes", 3),
                seats("maps", 6).unrestricted(),
                site("tools"),
            ],
        );
        new.expiry_date = Some("2027-01-01".parse().expect("a day"));
        let offered = load(&browser, &new).await;
        assert_eq!(offered.revision, before.revision + 1);

        let answer = browser.post(paths::ACTIVATE, &seen(&offered)).await;
        let now = of_owner(answer.json::<Activated>().licenses);
        assert_eq!(now, view(&browser).await);
        assert_eq!(now.revision, offered.revision + 1);
        assert_eq!((&now.offer, &now.activated), (&None, &None));
        let installed = now.installed.as_ref().expect("it is in force");
        assert_eq!(installed.license, new);
        assert_eq!(installed.installed_at, NOW);
        assert_eq!(installed.activated_by.as_deref(), Some("admin Jansen"));
        assert_eq!(installed.origin, Origin::File);
        assert_eq!(uses(&now), "routes 0/0-0 maps 1/1-0 tools 0/0-0");
        // A module keeps its id.
        let id = |owner: &OwnerView, name: &str| {
            let found = owner
                .modules
                .iter()
                .find(|module| module.module.as_str() == name);
            found.map(|module| module.id)
        };
        assert_eq!(id(&now, "maps"), id(&before, "maps"));
        let maps = license(&browser, "maps").await;
        assert_eq!((maps.in_use, maps.total), (1, None));
        assert_eq!(acts(&console, "license_offered").await, 2);
        assert_eq!(acts(&console, "license_activated").await, 2);

        // What comes back has the id that it had.
        let back = install(
            &browser,
            &owner.license(9, vec![seats("maps", 6), seats("old", 4)]),
        )
        .await;
        assert_eq!(id(&back, "old"), id(&before, "old"));
        assert_eq!(license(&browser, "old").await.total, Some(4));
        assert_eq!(id(&back, "routes"), None);
    })
    .await;
}

#[tokio::test]
async fn open_browsers_hear_of_an_activation() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let offered = load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let request = browser.request(Method::GET, paths::EVENTS, Body::empty());
        let response = console
            .router()
            .oneshot(request)
            .await
            .expect("the router never fails");
        let mut stream = response.into_body().into_data_stream();
        browser
            .post(paths::ACTIVATE, &seen(&offered))
            .await
            .json::<Activated>();
        let awaited = [
            Event::Licenses(Some(samples::owner_name(OWNER))),
            Event::Users,
        ];
        let mut heard = String::new();
        for event in awaited {
            let data = serde_json::to_string(&event).expect("it serializes");
            while !heard.contains(&data) {
                let part = stream
                    .next()
                    .await
                    .expect("it goes on")
                    .expect("it is whole");
                heard.push_str(&String::from_utf8_lossy(&part));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn activating_below_the_seats_in_use_is_refused() {
    stock::for_each_database(async |console, owner| {
        let modules = vec![
            plan("sales", 5).brings(&["crm"]),
            hidden("crm", 9),
            seats("maps", 5),
            seats("old", 5),
        ];
        let users: [(&str, &[&str]); 3] = [
            ("a", &["sales", "maps"]),
            ("b", &["sales", "maps"]),
            ("c", &["maps", "old"]),
        ];
        owner
            .fill(&console, &owner.license(7, modules), &users)
            .await;
        let browser = console.administrator().await;
        let modules = vec![
            plan("sales", 5).brings(&["crm"]),
            hidden("crm", 1),
            seats("maps", 2),
            site("old"),
        ];
        let new = owner.license(8, modules);
        let offered = load(&browser, &new).await;
        let before = dump(&console).await;
        let problems = refused(
            &browser.post(paths::ACTIVATE, &seen(&offered)).await,
            ErrorCode::Blocked,
        );
        // Hidden ones too, and what can be assigned no more.
        assert_eq!(
            problems,
            [
                shortage("crm", 1, 2, 1),
                shortage("maps", 2, 3, 1),
                shortage("old", 0, 1, 1)
            ]
        );
        assert_eq!(dump(&console).await, before);
        // The browser reckons the same from what it was given.
        let uses = offered
            .modules
            .iter()
            .map(|module| (module.module.clone(), module.usage))
            .collect();
        let installed = offered.installed.expect("it is in force");
        assert!(compare(Some(&installed.license), &new, &uses).is_blocked());
    })
    .await;
}

#[tokio::test]
async fn what_disappears_while_it_is_in_use_is_refused() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(7, vec![seats("maps", 5), seats("routes", 5)]);
        owner.fill(&console, &sold, &[("a", &["routes"])]).await;
        let browser = console.administrator().await;
        let offered = load(&browser, &owner.license(8, vec![seats("maps", 5)])).await;
        let problems = refused(
            &browser.post(paths::ACTIVATE, &seen(&offered)).await,
            ErrorCode::Blocked,
        );
        assert_eq!(problems, [shortage("routes", 0, 1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn other_plan_sets_are_counted_anew_and_may_need_more_seats_than_there_are() {
    stock::for_each_database(async |console, owner| {
        let modules = vec![
            plan("sales", 5).brings(&["crm"]),
            hidden("crm", 9),
            seats("mail", 3),
        ];
        let users: [(&str, &[&str]); 4] = [
            ("a", &["sales", "mail"]),
            ("b", &["sales"]),
            ("c", &["mail"]),
            ("d", &["mail"]),
        ];
        owner
            .fill(&console, &owner.license(7, modules), &users)
            .await;
        assert_eq!(counters(&console).await, ["crm 2", "mail 3", "sales 2"]);
        let browser = console.administrator().await;
        // "b" would need a seat of mail as well: four.
        let modules = |mail| {
            vec![
                plan("sales", 5).brings(&["mail"]),
                hidden("crm", 9),
                seats("mail", mail),
            ]
        };
        let offered = load(&browser, &owner.license(8, modules(3))).await;
        assert_eq!(uses(&offered), "sales 2/2-0 mail 3/4-0 crm 2/0-0");
        let problems = refused(
            &browser.post(paths::ACTIVATE, &seen(&offered)).await,
            ErrorCode::Blocked,
        );
        assert_eq!(problems, [shortage("mail", 3, 4, 1)]);
        assert_eq!(counters(&console).await, ["crm 2", "mail 3", "sales 2"]);
        // That a plan loses a member asks for a person, and here is one.
        install(&browser, &owner.license(9, modules(4))).await;
        assert_eq!(counters(&console).await, ["crm 0", "mail 4", "sales 2"]);
    })
    .await;
}

#[tokio::test]
async fn the_second_of_two_administrators_is_told_that_it_changed() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let first = console.administrator().await;
        let second = console.signed_in("second", true).await;
        let offered = load(&first, &owner.license(8, vec![seats("maps", 6)])).await;
        let (one, other) = tokio::join!(
            async { first.post(paths::ACTIVATE, &seen(&offered)).await },
            async { second.post(paths::ACTIVATE, &seen(&offered)).await },
        );
        let (won, lost) = if one.status == StatusCode::OK {
            (one, other)
        } else {
            (other, one)
        };
        won.json::<Activated>();
        refused(&lost, ErrorCode::Stale);
        assert_eq!(acts(&console, "license_activated").await, 2);
    })
    .await;
}

#[tokio::test]
async fn only_what_was_seen_is_activated() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let offered = load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let before = dump(&console).await;
        let right = seen(&offered);
        let wrong = [
            Activate {
                sequence: 9,
                ..right.clone()
            },
            Activate {
                sha256: "0".repeat(64),
                ..right.clone()
            },
            Activate {
                revision: right.revision - 1,
                ..right.clone()
            },
        ];
        for seen in wrong {
            refused(
                &browser.post(paths::ACTIVATE, &seen).await,
                ErrorCode::Stale,
            );
        }
        let stranger = Activate {
            owner: samples::owner_name("NOBODY"),
            ..right
        };
        refused(
            &browser.post(paths::ACTIVATE, &stranger).await,
            ErrorCode::NotFound,
        );
        assert_eq!(dump(&console).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_is_genuine_no_more_is_not_activated() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let offered = load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let before = dump(&console).await;
        let roots = console.state.config.roots.clone().expect("a folder");
        let key = samples::owner_key(OWNER).public().thumbprint();
        std::fs::write(roots.join("denied.txt"), key).expect("written");
        let answer = browser.post(paths::ACTIVATE, &seen(&offered)).await;
        refused(&answer, ErrorCode::License(VerifyCode::KeyDenied));
        std::fs::remove_file(roots.join("denied.txt")).expect("removed");
        // The certificate ends on 2027-12-29.
        console
            .state
            .clock
            .advance(600 * licensing::license::DAY_MS);
        let again = console.signed_in("later", true).await;
        let answer = again.post(paths::ACTIVATE, &seen(&offered)).await;
        refused(&answer, ErrorCode::License(VerifyCode::CertificateExpired));
        console
            .state
            .clock
            .advance(-600 * licensing::license::DAY_MS);
        assert_eq!(
            without_accounts(&dump(&console).await),
            without_accounts(&before)
        );
    })
    .await;
}

/// A dump less who may sign in, whom the test made.
fn without_accounts(dump: &str) -> String {
    let tables = dump.split_inclusive('\n');
    let mut keeps = true;
    tables
        .filter(|line| {
            if line.starts_with('[') {
                keeps = !line.starts_with("[users:") && !line.starts_with("[credential:");
            }
            keeps
        })
        .collect()
}

/// Everything that writes at once: activations that change what plans bring, and people who are given and lose seats.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn activating_beside_assigning_and_freeing_never_gives_a_seat_too_many() {
    stock::for_each_database(async |console, owner| {
        let modules = |set: &[&str]| {
            vec![
                plan("sales", 12).brings(set),
                plan("service", 12).brings(&["crm"]),
                hidden("crm", 14),
                hidden("mail", 9),
                seats("maps", 8),
            ]
        };
        let users: Vec<(String, Vec<&str>)> = (0..24)
            .map(|number| (format!("user{number}"), Vec::new()))
            .collect();
        let users: Vec<(&str, &[&str])> = users
            .iter()
            .map(|(name, given)| (name.as_str(), given.as_slice()))
            .collect();
        owner
            .fill(
                &console,
                &owner.license(7, modules(&["crm", "mail"])),
                &users,
            )
            .await;
        let browser = console.administrator().await;
        let sets: [&[&str]; 2] = [&["crm", "maps"], &["crm", "mail"]];
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let browser = browser.clone();
            writers.spawn(async move { give_and_free(&browser, writer).await });
        }
        let mut activated = 0;
        for sequence in 8..32 {
            let set = sets[usize::from(sequence % 2 == 1)];
            let offered = load(&browser, &owner.license(sequence, modules(set))).await;
            let answer = browser.post(paths::ACTIVATE, &seen(&offered)).await;
            if answer.status == StatusCode::OK {
                activated += 1;
            } else {
                answer.error(StatusCode::CONFLICT, ErrorCode::Blocked);
            }
        }
        let mut given = 0;
        while let Some(done) = writers.join_next().await {
            given += done.expect("a writer ends");
        }
        let recounted = transaction!(&console.state.db, tx => {
            let owner = owners::one(tx, &samples::owner_name(OWNER)).await?.expect("it is known");
            count::recount(tx, owner.id).await
        });
        for module in recounted.expect("it can be counted") {
            assert_eq!(module.in_use, module.counted, "{}", module.module);
        }
        assert!(
            activated > 0 && given > 0,
            "{activated} activated, {given} given"
        );
    })
    .await;
}

/// Gives licenses to three users and takes them away again, over and over; answers how often somebody was given one.
async fn give_and_free(browser: &Browser, writer: i32) -> i32 {
    let mut given = 0;
    for round in 0..6 {
        let user = writer * 3 + round % 3 + 1;
        let module =
            ["sales", "maps", "service"][usize::try_from((writer + round) % 3).expect("small")];
        if assign(browser, user, module).await {
            given += 1;
            if round % 2 == 0 {
                free(browser, user, module).await;
            }
        }
    }
    given
}

/// Assigns; answers whether it was done. It is refused for a good reason only.
pub(crate) async fn assign(browser: &Browser, user: i32, module: &str) -> bool {
    let card: UserCard = browser.get(&path(paths::USER, user)).await.json();
    let assign = Assign {
        module: license(browser, module).await.id,
        revision: card.revision,
    };
    let answer = browser.post(&path(paths::ASSIGN, user), &assign).await;
    if answer.status != StatusCode::OK {
        answer.error(StatusCode::CONFLICT, ErrorCode::AssignmentRefused);
    }
    answer.status == StatusCode::OK
}

/// Frees, with everything that goes along, unless that changed meanwhile.
pub(crate) async fn free(browser: &Browser, user: i32, module: &str) {
    let under = |route| stock::under(browser, route, module);
    let holders: Holders = browser.get(&under(paths::HOLDERS).await).await.json();
    let mut holders = holders.holders.into_iter();
    let holder = holders.find(|holder| holder.user.user == user);
    let goes = holder.expect("they hold it").goes;
    let free = Free {
        users: vec![FreeUser { user, goes }],
    };
    let answer = browser.post(&under(paths::FREE).await, &free).await;
    if answer.status != StatusCode::OK {
        answer.error(StatusCode::CONFLICT, ErrorCode::Stale);
    }
}
