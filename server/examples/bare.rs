//! What the console's lists are measured against: the same SQL by hand, and a handler of nothing but axum and sqlx.
//!
//! `bare URL PORT RUNS COMMON RARE` runs each statement so many times over a database that the console filled, for the modules of
//! these ids; prints a line of JSON per statement with its milliseconds, then `READY`, and serves its list of users until
//! standard input ends. `bare URL free MODULE USERS` takes a module from so many users, as plain SQL in one transaction.

use std::time::Instant;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, FromRow, PgPool, SqlitePool};

type Failure = Box<dyn std::error::Error>;

#[derive(Clone)]
enum Db {
    Sqlite(SqlitePool),
    Pg(PgPool),
}

/// A row of the list, as the console answers it.
#[derive(FromRow, Serialize)]
struct Row {
    id: i32,
    user_id: String,
    full_name: String,
    first_name: String,
    last_name: String,
    user_type: String,
    primary_group: String,
    role: String,
    company: String,
    email: String,
    can_log_in: bool,
    former_employee: bool,
    last_sign_in: Option<i64>,
}

const COLUMNS: &str = "u.id, u.user_id, u.full_name, u.first_name, u.last_name, u.user_type, u.primary_group, u.role, \
     u.company, u.email, u.can_log_in, u.former_employee, u.last_sign_in";

impl Db {
    async fn open(url: &str) -> Result<Self, Failure> {
        Ok(match url.strip_prefix("sqlite:") {
            Some(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                Self::Sqlite(SqlitePoolOptions::new().connect_with(options).await?)
            }
            None => Self::Pg(PgPoolOptions::new().connect(url).await?),
        })
    }

    async fn rows(&self, text: &str) -> Result<Vec<Row>, sqlx::Error> {
        let text = AssertSqlSafe(text.to_owned());
        match self {
            Self::Sqlite(pool) => sqlx::query_as(text).fetch_all(pool).await,
            Self::Pg(pool) => sqlx::query_as(text).fetch_all(pool).await,
        }
    }

    async fn number(&self, text: &str) -> Result<i64, sqlx::Error> {
        let text = AssertSqlSafe(text.to_owned());
        match self {
            Self::Sqlite(pool) => sqlx::query_scalar(text).fetch_one(pool).await,
            Self::Pg(pool) => sqlx::query_scalar(text).fetch_one(pool).await,
        }
    }
}

fn first_page() -> String {
    format!(
        "select {COLUMNS} from users u where other_user = false order by name_folded, id limit 101"
    )
}

fn holders(module: &str) -> String {
    format!(
        "select {COLUMNS} from assignment a join users u on u.id = a.user_id where a.module_id = {module} \
         and a.other_user = false order by a.name_folded, a.user_id limit 101"
    )
}

async fn list(State(db): State<Db>) -> Json<Vec<Row>> {
    Json(db.rows(&first_page()).await.unwrap_or_default())
}

async fn timed(db: &Db, what: &str, text: &str, runs: usize, rows: bool) -> Result<(), Failure> {
    let mut ms = Vec::with_capacity(runs);
    for _ in 0..runs {
        let began = Instant::now();
        if rows {
            db.rows(text).await?;
        } else {
            db.number(text).await?;
        }
        ms.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    println!("{}", serde_json::json!({ "what": what, "ms": ms }));
    Ok(())
}

async fn free(db: &Db, module: &str, users: &str) -> Result<(), Failure> {
    let statements = [
        format!(
            "create temporary table freed as select user_id from assignment where module_id = {module} order by user_id limit {users}"
        ),
        "update users set revision = revision + 1 where id in (select user_id from freed)".to_owned(),
        format!("delete from assignment where module_id = {module} and user_id in (select user_id from freed)"),
        format!("update module set in_use = in_use - (select count(*) from freed) where id = {module}"),
        "insert into audit (id, at, act, detail) values ('bare', 0, 'bare', '{}')".to_owned(),
        "insert into audit_user (audit_id, user_id, detail) select 'bare', user_id, '{}' from freed".to_owned(),
    ];
    let began = Instant::now();
    match db {
        Db::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            for text in statements {
                sqlx::query(AssertSqlSafe(text)).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
        Db::Pg(pool) => {
            let mut tx = pool.begin().await?;
            for text in statements {
                sqlx::query(AssertSqlSafe(text)).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
    }
    let ms = [began.elapsed().as_secs_f64() * 1000.0];
    println!("{}", serde_json::json!({ "what": "free", "ms": ms }));
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [url, "free", module, users] => free(&Db::open(url).await?, module, users).await,
        [url, port, runs, common, rare] => {
            let (db, runs) = (Db::open(url).await?, runs.parse()?);
            let behind = db.number("select max(id) / 2 from users").await?;
            let deep = format!(
                "select {COLUMNS} from users u where other_user = false and (name_folded, id) > \
                 (select name_folded, id from users where id = {behind}) order by name_folded, id limit 101"
            );
            let search = match db {
                Db::Sqlite(_) => {
                    "id in (select rowid from users_search where users_search match '\"iji\" AND \"jij\"')"
                }
                Db::Pg(_) => "search_folded like '%ijij%'",
            };
            let search = format!(
                "select {COLUMNS} from users u where {search} and other_user = false order by name_folded, id limit 101"
            );
            timed(&db, "first page", &first_page(), runs, true).await?;
            timed(&db, "common license", &holders(common), runs, true).await?;
            timed(&db, "rare license", &holders(rare), runs, true).await?;
            timed(&db, "deep page", &deep, runs, true).await?;
            timed(&db, "search", &search, runs, true).await?;
            let count = "select count(*) from users where other_user = false";
            timed(&db, "count", count, runs.min(10), false).await?;
            let card = format!("select {COLUMNS} from users u where id = {behind}");
            timed(&db, "card", &card, runs, true).await?;
            println!("READY");
            let router = Router::new().route("/users", get(list)).with_state(db);
            let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
            let ended = async {
                let read =
                    tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()));
                drop(read.await);
            };
            axum::serve(listener, router)
                .with_graceful_shutdown(ended)
                .await?;
            Ok(())
        }
        _ => Err("bare URL PORT RUNS COMMON RARE, or bare URL free MODULE USERS".into()),
    }
}
