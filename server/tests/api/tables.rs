//! Everything that is stored, as text: two dumps that agree prove that nothing changed.

use server::db::Db;
use sqlx::{AssertSqlSafe, Row as _};

use crate::harness::Console;

/// What may change without anybody's doing: sessions note when they were last seen.
const LEFT_OUT: [&str; 2] = ["session", "_sqlx_migrations"];

/// Every row of every table, in order.
pub(crate) async fn dump(console: &Console) -> String {
    let mut dump = String::new();
    for (table, columns) in tables(console).await {
        dump.push_str(&format!("[{table}: {}]\n", columns.join(", ")));
        for row in rows(console, &table, &columns).await {
            dump.push_str(&row);
            dump.push('\n');
        }
    }
    dump
}

/// How many rows the trail has of an act.
pub(crate) async fn acts(console: &Console, act: &str) -> usize {
    let all = rows(console, "audit", &["act".to_owned()]).await;
    all.iter().filter(|found| *found == act).count()
}

/// Tables with their columns, by name.
async fn tables(console: &Console) -> Vec<(String, Vec<String>)> {
    let pairs = match &console.state.db {
        Db::Sqlite { .. } => {
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
             where m.type = 'table' and m.name not like 'sqlite%' and m.name not like 'users_search%' order by m.name, c.cid"
        }
        Db::Pg(_) => {
            "select cast(table_name as text), cast(column_name as text) from information_schema.columns \
             where table_schema = 'public' order by table_name, ordinal_position"
        }
    };
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for (table, column) in texts(console, pairs, 2).await.into_iter().map(|mut row| {
        let column = row.pop().expect("two columns");
        (row.pop().expect("two columns"), column)
    }) {
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        match tables.last_mut() {
            Some((last, columns)) if *last == table => columns.push(column),
            _ => tables.push((table, vec![column])),
        }
    }
    tables
}

async fn rows(console: &Console, table: &str, columns: &[String]) -> Vec<String> {
    let cells: Vec<String> = columns
        .iter()
        .map(|column| format!("coalesce(cast({column} as text), '-')"))
        .collect();
    let query = format!("select {} from {table}", cells.join(", "));
    let found = texts(console, &query, columns.len()).await;
    let mut rows: Vec<String> = found.into_iter().map(|row| row.join(" | ")).collect();
    rows.sort();
    rows
}

async fn texts(console: &Console, query: &str, columns: usize) -> Vec<Vec<String>> {
    macro_rules! fetch {
        ($pool:expr) => {
            sqlx::query(AssertSqlSafe(query))
                .fetch_all($pool)
                .await
                .expect("the tables can be read")
                .iter()
                .map(|row| (0..columns).map(|column| row.get(column)).collect())
                .collect()
        };
    }
    match &console.state.db {
        Db::Sqlite { readers, .. } => fetch!(readers),
        Db::Pg(pool) => fetch!(pool),
    }
}
