//! Both databases: the schema, the lock, transactions, and what happens when one is busy, full or gone.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::StatusCode;
use licensing::wire::{self, Done, ErrorCode, paths};
use server::db::{ATTEMPTS_MAX, Address, Db, Lock, on_tx, transaction, users, view};
use server::error::Error;
use server::exit::Exit;

use crate::harness::{Console, for_each_database, person};

#[test]
fn migrations_have_the_same_numbers_and_names_on_both() {
    let names = |folder: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(folder);
        let entries = std::fs::read_dir(folder).expect("there are migrations");
        entries
            .map(|entry| {
                entry
                    .expect("it is there")
                    .file_name()
                    .into_string()
                    .expect("a name of text")
            })
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn migrating_again_changes_nothing_and_a_newer_schema_is_refused() {
    for_each_database(async |console| {
        let db = &console.state.db;
        db.migrate().await.expect("there is nothing to do");
        assert!(db.is_migrated().await.expect("it answers"));
        let newer: Result<(), Error> = transaction!(db, tx => {
            on_tx!(tx, c => {
                sqlx::query("update _sqlx_migrations set version = version + 1000").execute(c).await.map(drop)
            })?;
            Ok(())
        });
        newer.expect("a later release wrote it");
        assert!(!db.is_migrated().await.expect("it answers"));
        let refused = db.migrate().await.expect_err("it is newer");
        assert_eq!(refused.exit(), Exit::Database);
        assert_eq!(console.stranger().get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    })
    .await;
}

#[tokio::test]
async fn the_lock_is_held_until_it_is_dropped() {
    for_each_database(async |console| {
        let address: Address = console.database_url.parse().expect("well-formed");
        let lock = Lock::take(&address).await.expect("it is free");
        let refused = Lock::take(&address).await.expect_err("it is held");
        assert_eq!(refused.to_string(), "another console runs on this database");
        lock.release().await;
        Lock::take(&address).await.expect("it is free again");
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing() {
    for_each_database(async |console| {
        let db = &console.state.db;
        let failed: Result<(), Error> = transaction!(db, tx => {
            users::insert(tx, &[person("eva")]).await?;
            Err(Error::NotFound)
        });
        assert!(matches!(failed, Err(Error::NotFound)));
        console.person("eva").await;
    })
    .await;
}

#[tokio::test]
async fn a_view_does_not_change_while_it_is_looked_at() {
    for_each_database(async |console| {
        let count = async |tx: &mut server::db::Tx| -> Result<i64, Error> {
            Ok(on_tx!(tx, c => sqlx::query_scalar("select count(*) from users").fetch_one(c).await)?)
        };
        let counts = view!(&console.state.db, tx => {
            let before = count(tx).await?;
            console.person("eva").await;
            Ok((before, count(tx).await?))
        });
        assert_eq!(counts.expect("it looks"), (0, 0));
        let after = view!(&console.state.db, tx => count(tx).await);
        assert_eq!(after.expect("it looks"), 1);
    })
    .await;
}

#[tokio::test]
async fn what_postgresql_cannot_serialize_is_tried_again_for_a_while() {
    for_each_database(async |console| {
        let Db::Pg(_) = &console.state.db else {
            // SQLite has one writer at a time: there is nothing to serialize.
            return;
        };
        let attempt = async |failures: u32| {
            let attempts = AtomicU32::new(0);
            let done: Result<(), Error> = transaction!(&console.state.db, tx => {
                if attempts.fetch_add(1, Ordering::SeqCst) < failures {
                    on_tx!(tx, c => {
                        sqlx::query("do $$ begin raise exception 'again' using errcode = '40001'; end $$")
                            .execute(c)
                            .await
                            .map(drop)
                    })?;
                }
                Ok(())
            });
            (done, attempts.into_inner())
        };
        assert!(matches!(attempt(ATTEMPTS_MAX - 1).await, (Ok(()), ATTEMPTS_MAX)));
        assert!(matches!(attempt(u32::MAX).await, (Err(Error::Unavailable(_)), ATTEMPTS_MAX)));
    })
    .await;
}

#[tokio::test]
async fn a_locked_database_is_answered_as_busy_and_nothing_changes() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        let address: Address = console.database_url.parse().expect("well-formed");
        let other = Db::open(&address).await.expect("it opens once more");
        let mut holding = other.begin().await.expect("it is free");
        if matches!(other, Db::Pg(_)) {
            on_tx!(&mut holding, c => sqlx::query("lock table session in exclusive mode").execute(c).await.map(drop))
                .expect("it is free");
        }
        let answer = browser.delete(paths::SESSION, &Done {}).await;
        let body = answer.error(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::DatabaseUnavailable);
        assert_eq!(body.message, "the database is busy, full or out of reach");
        assert!(answer.header("retry-after").is_some());
        // Reading goes on.
        browser.get(paths::SESSION).await.json::<wire::Session>();
        holding.end(Ok(())).await.expect("it ends");
        browser.delete(paths::SESSION, &Done {}).await.json::<Done>();
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_is_answered_as_such_and_nothing_changes() {
    for_each_database(async |console| {
        let Db::Sqlite { writer, .. } = &console.state.db else {
            // Nobody fills a server's disk for a test; its code is in the same list as the others.
            return;
        };
        let pages: i64 = sqlx::query_scalar("pragma page_count")
            .fetch_one(writer)
            .await
            .expect("pages");
        let full = format!("pragma max_page_count = {pages}");
        sqlx::query(sqlx::AssertSqlSafe(full))
            .execute(writer)
            .await
            .expect("it takes orders");
        let mut large = person("eva");
        large.full_name = "x".repeat(1_000_000);
        let failed: Result<Vec<i32>, Error> = transaction!(&console.state.db, tx => {
            users::insert(tx, &[person("tom"), large.clone()]).await
        });
        assert!(matches!(failed, Err(Error::Unavailable(_))), "{failed:?}");
        sqlx::query("pragma max_page_count = 1000000")
            .execute(writer)
            .await
            .expect("it takes orders");
        console.person("tom").await;
    })
    .await;
}

/// Ends every connection to the console's database, as a restart of the server does.
async fn disconnect(console: &Console) {
    let Db::Pg(pool) = &console.state.db else {
        return;
    };
    let others = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                  where datname = current_database() and pid <> pg_backend_pid()";
    let _: i64 = sqlx::query_scalar(others)
        .fetch_one(pool)
        .await
        .expect("it may");
    // And the one that asked.
    let own = sqlx::query("select pg_terminate_backend(pg_backend_pid())")
        .execute(pool)
        .await;
    own.expect_err("it is gone");
}

#[tokio::test]
async fn after_a_restart_of_the_database_the_next_request_is_answered() {
    for_each_database(async |console| {
        let browser = console.reader().await;
        for _ in 0..3 {
            disconnect(&console).await;
            browser.get(paths::SESSION).await.json::<wire::Session>();
        }
    })
    .await;
}
