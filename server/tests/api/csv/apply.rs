//! Doing it: in whole users, stopped and gone on with, freeing nothing that was not seen.

use axum::http::StatusCode;
use licensing::wire::{
    Change, ChangeMany, ChangedMany, ErrorCode, Freeings, Import, ImportState, Preview,
    PreviewMany, Selected, UserCard, path, paths,
};

use super::{apply, ask, looked_at, named, refused, settled};
use crate::harness::{Browser, Console};
use crate::stock::{self, counters, id, license, number, plan, seats, user};
use crate::tables;

async fn card(browser: &Browser, name: &str) -> UserCard {
    let user = id(browser, name).await;
    browser.get(&path(paths::USER, user)).await.json()
}

#[tokio::test]
async fn users_are_made_and_changed_and_only_by_the_columns_that_the_file_has() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![plan("sales", 5), seats("maps", 5)]);
        owner
            .fill(
                &console,
                &sold,
                &[("ann", &["sales", "maps"]), ("bob", &["maps"])],
            )
            .await;
        let admin = console.administrator().await;
        let bob = card(&admin, "bob").await;
        let file = "user_id,first_name,plan\nann,Anna,\nbob,bob,\nnew,Nia,sales\n";
        let (import, seen) = looked_at(&console, &admin, file, true).await;
        assert_eq!(
            (
                seen.counts.created,
                seen.counts.updated,
                seen.counts.unchanged
            ),
            (1, 1, 1)
        );
        // That an empty cell takes the plan is counted and named.
        assert_eq!(
            (seen.frees[0].description.as_str(), seen.frees[0].users),
            ("SALES", 1)
        );
        assert_eq!(
            (
                seen.freeing[0].full_name.as_str(),
                &seen.freeing[0].loses[..]
            ),
            ("Anna Jansen", &["SALES".to_owned()][..])
        );
        let done = apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!(
            (done.state, done.done, done.line),
            (ImportState::Done, seen.counts, 4)
        );
        let ann = card(&admin, "ann").await;
        assert_eq!(
            (ann.user.full_name.as_str(), ann.user.primary_group.as_str()),
            ("Anna Jansen", "Sales")
        );
        assert_eq!(ann.assignments, [license(&admin, "maps").await.id]);
        let new = card(&admin, "new").await;
        assert_eq!(
            (new.user.full_name.as_str(), new.user.can_log_in),
            ("Nia", true)
        );
        assert_eq!(counters(&console).await, ["maps 2", "sales 1"]);
        // Whom it does not concern is not touched.
        assert_eq!(card(&admin, "bob").await, bob);
        assert_eq!(tables::acts(&console, "users_imported").await, 1);
        // What it freed can be given back.
        let acts: Freeings = admin.get(paths::FREEINGS).await.json();
        assert_eq!((acts.acts.len(), acts.acts[0].licenses[0].users), (1, 1));
        let act = acts.acts[0].act.clone();
        let what = PreviewMany {
            selected: Selected::Touched { act: act.clone() },
            change: Change::GiveBack { act },
            only_those_who_can: false,
        };
        let seen: Preview = admin.post(paths::PREVIEW_MANY, &what).await.json();
        let change = ChangeMany {
            what,
            seen: seen.seen,
        };
        admin
            .post(paths::CHANGE_MANY, &change)
            .await
            .json::<ChangedMany>();
        assert_eq!(counters(&console).await, ["maps 2", "sales 2"]);
    })
    .await;
}

#[tokio::test]
async fn the_mark_of_a_former_employee_frees_nothing_and_is_proposed() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![plan("sales", 5), seats("maps", 5)]);
        owner
            .fill(
                &console,
                &sold,
                &[("ann", &["sales", "maps"]), ("bob", &[]), ("eva", &[])],
            )
            .await;
        let admin = console.administrator().await;
        let file = "user_id,plan,licenses,former_employee\nann,,,yes\nbob,,,x\neva,,maps,ja\n";
        let (import, seen) = looked_at(&console, &admin, file, false).await;
        assert_eq!(named(&seen.errors), ["4:4 Refused(FormerEmployee) eva"]);
        assert_eq!(
            (seen.counts.updated, seen.counts.proposed, seen.frees.len()),
            (2, 1, 0)
        );
        assert_eq!(
            (
                seen.proposed[0].user_id.as_str(),
                &seen.proposed[0].loses[..]
            ),
            ("ann", &["MAPS".to_owned(), "SALES".to_owned()][..])
        );
        let done = apply(&console, &admin, &import, &seen.seen, true).await;
        assert_eq!((done.done.updated, done.done.proposed), (2, 1));
        let ann = card(&admin, "ann").await;
        assert!(ann.user.former_employee && !ann.user.can_log_in && ann.assignments.len() == 2);
        assert_eq!(counters(&console).await, ["maps 1", "sales 1"]);
    })
    .await;
}

#[tokio::test]
async fn what_would_be_freed_unseen_stops_it_and_looking_again_shows_it() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 5), seats("routes", 5)]);
        owner
            .fill(&console, &sold, &[("ann", &[]), ("bob", &["maps"])])
            .await;
        let admin = console.administrator().await;
        let file = "user_id,licenses\nann,\nbob,routes\n";
        let (import, seen) = looked_at(&console, &admin, file, false).await;
        assert_eq!((seen.counts.unchanged, seen.frees[0].users), (1, 1));
        // Somebody gives Ann a license meanwhile, and Bob another one.
        for (name, module) in [("ann", "maps"), ("bob", "routes")] {
            let what = PreviewMany {
                selected: Selected::Users(vec![id(&admin, name).await]),
                change: Change::Assign {
                    module: license(&admin, module).await.id,
                },
                only_those_who_can: false,
            };
            let preview: Preview = admin.post(paths::PREVIEW_MANY, &what).await.json();
            let change = ChangeMany {
                what,
                seen: preview.seen,
            };
            admin
                .post(paths::CHANGE_MANY, &change)
                .await
                .json::<ChangedMany>();
        }
        let stopped = apply(&console, &admin, &import, &seen.seen, true).await;
        assert_eq!((stopped.state, stopped.line), (ImportState::Refused, 0));
        assert_eq!(named(&stopped.refused), ["2:0 FreesUnseen FJORDMAPS.maps"]);
        assert_eq!(counters(&console).await, ["maps 2", "routes 1"]);
        refused(&ask(&admin, &import, "other", true).await, ErrorCode::Stale);
        let path = path(paths::PREVIEW_IMPORT, &import);
        admin
            .post(&path, &licensing::wire::PreviewImport::default())
            .await
            .json::<Import>();
        let again = settled(&console, &admin, &import)
            .await
            .preview
            .expect("it was looked at again");
        assert_eq!(again.frees[0].users, 2);
        apply(&console, &admin, &import, &again.seen, false).await;
        assert_eq!(counters(&console).await, ["maps 0", "routes 1"]);
    })
    .await;
}

/// A file that gives a license to so many users.
fn many(users: usize) -> String {
    let lines = (0..users).map(|number| format!("u{number},User {number},maps\n"));
    format!("user_id,full_name,licenses\n{}", lines.collect::<String>())
}

/// Begins to do it, and waits until a piece of it is done.
async fn half_way(console: &Console, admin: &Browser, import: &str, seen: &str) -> i64 {
    ask(admin, import, seen, false).await.json::<Import>();
    loop {
        let now: Import = admin.get(&path(paths::IMPORT, import)).await.json();
        if now.line > 0 {
            return now.line;
        }
        let _ = console;
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stop_and_a_crash_leave_whole_users_and_the_same_call_goes_on() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(1, vec![seats("maps", 5_000)]), &[])
            .await;
        let admin = console.administrator().await;
        let (import, seen) = looked_at(&console, &admin, many(3_000), true).await;
        half_way(&console, &admin, &import, &seen.seen).await;
        // One at a time, and it is not thrown away under it.
        refused(
            &ask(&admin, &import, &seen.seen, false).await,
            ErrorCode::ImportRunning,
        );
        let gone = admin.delete(&path(paths::IMPORT, &import), &()).await;
        refused(&gone, ErrorCode::ImportRunning);
        admin
            .post(&path(paths::STOP_IMPORT, &import), &())
            .await
            .json::<Import>();
        let stopped = settled(&console, &admin, &import).await;
        assert_eq!(stopped.state, ImportState::Stopped);
        whole(&console, stopped.line).await;
        // The console ends in the middle of the next part, and begins again.
        ask(&admin, &import, &seen.seen, false)
            .await
            .json::<Import>();
        loop {
            let now: Import = admin.get(&path(paths::IMPORT, &import)).await.json();
            if now.line > stopped.line {
                break;
            }
            tokio::task::yield_now().await;
        }
        console.state.imports.abort();
        server::import::prepare(&console.state)
            .await
            .expect("it begins");
        let crashed = settled(&console, &admin, &import).await;
        assert_eq!(crashed.state, ImportState::Stopped);
        whole(&console, crashed.line).await;
        let done = apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!(
            (done.state, done.line, done.done.created),
            (ImportState::Done, 3_001, 3_000)
        );
        assert_eq!(counters(&console).await, ["maps 3000"]);
        refused(
            &ask(&admin, &import, &seen.seen, false).await,
            ErrorCode::ImportNotReady,
        );
    })
    .await;
}

/// Every line up to this one has its user, with license and entry in the trail; no other has.
async fn whole(console: &Console, line: i64) {
    let users = number(
        console,
        "select count(*) from users where user_id like 'u%'",
    )
    .await;
    let trail = number(console, "select count(*) from audit_user").await;
    assert_eq!((users, trail), (line - 1, line - 1));
    assert_eq!(counters(console).await, [format!("maps {}", line - 1)]);
}

#[tokio::test]
async fn a_refusal_that_nobody_foresaw_stops_before_its_line_and_it_goes_on_when_it_is_mended() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(
                &console,
                &owner.license(1, vec![seats("maps", 200)]),
                &[("ann", &[])],
            )
            .await;
        let admin = console.administrator().await;
        let (import, seen) = looked_at(&console, &admin, many(200), true).await;
        assert_eq!(seen.counts.refused, 0);
        // Ann takes one of the seats meanwhile.
        let maps = license(&admin, "maps").await.id;
        let ann = card(&admin, "ann").await;
        let assign = licensing::wire::Assign {
            module: maps,
            revision: ann.revision,
        };
        admin
            .post(&path(paths::ASSIGN, ann.user.user), &assign)
            .await
            .json::<UserCard>();
        let refused = apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!(
            (refused.state, refused.line, refused.done.created),
            (ImportState::Refused, 200, 199)
        );
        assert_eq!(named(&refused.refused), ["201:3 no seat of maps maps"]);
        let free = PreviewMany {
            selected: Selected::Users(vec![ann.user.user]),
            change: Change::Remove { module: maps },
            only_those_who_can: false,
        };
        let preview: Preview = admin.post(paths::PREVIEW_MANY, &free).await.json();
        let change = ChangeMany {
            what: free,
            seen: preview.seen,
        };
        admin
            .post(paths::CHANGE_MANY, &change)
            .await
            .json::<ChangedMany>();
        let done = apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!((done.state, done.done.created), (ImportState::Done, 200));
        assert_eq!(counters(&console).await, ["maps 200"]);
    })
    .await;
}

#[tokio::test]
async fn who_is_no_administrator_any_more_does_not_go_on() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(1, vec![seats("maps", 9)]), &[])
            .await;
        let admin = console.administrator().await;
        let (import, seen) = looked_at(&console, &admin, many(3), true).await;
        let reader = console.signed_in("other", false).await;
        ask(&reader, &import, &seen.seen, false)
            .await
            .error(StatusCode::FORBIDDEN, ErrorCode::Forbidden);
        let other = console.signed_in("another", true).await;
        ask(&other, &import, &seen.seen, false)
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        assert_eq!(counters(&console).await, ["maps 0"]);
    })
    .await;
}

#[tokio::test]
async fn a_hundred_thousand_lines_are_looked_at_and_their_licenses_given() {
    stock::for_each_database(async |console, owner| {
        let users = 20_000;
        owner
            .fill_with(
                &console,
                &owner.license(1, vec![seats("maps", users)]),
                vec![user("ann", &[])],
            )
            .await
            .expect("it is right");
        let admin = console.administrator().await;
        let lines: String = (0..100_000)
            .map(|number| format!("v{number},User,maps\n"))
            .collect();
        let (_, seen) = looked_at(
            &console,
            &admin,
            format!("user_id,full_name,licenses\n{lines}"),
            true,
        )
        .await;
        assert_eq!((seen.counts.created, seen.counts.refused), (20_000, 80_000));
        assert_eq!((seen.errors.len(), seen.changing.len()), (100, 100));
        assert_eq!(named(&seen.errors[..1]), ["20002:3 no seat of maps maps"]);
    })
    .await;
}
