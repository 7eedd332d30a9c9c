//! Lists of users at size: pages by sort key and id, and how many match.
//!
//! For "users who hold M" there are two plans: walk the index of the order and test each user (M is common), or fetch
//! M's holders and sort them (M is rare). The wrong one costs a thousandfold, so the choice is made here, by the number
//! of holders, and pinned in the SQL of both databases.

use std::cmp::Ordering;

use licensing::wire::UserSort;
use sqlx::AssertSqlSafe;

use super::cursor::{Cursor, Key};
use super::{COLUMNS, User, fetch};
use crate::db::statement::{Statement, Value, bound};
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// Which users.
#[derive(Clone, Debug)]
pub struct Filter {
    /// System and anonymous users, or the others; none: both.
    pub other_users: Option<bool>,
    /// In user ID or full name, folded; empty: all.
    pub search: String,
    /// Only who can log in.
    pub can_log_in: bool,
    /// Only who holds this.
    pub holders_of: Option<HoldersOf>,
}

impl Filter {
    /// Everyone of one of the two lists.
    #[must_use]
    pub fn all_of(other_users: bool) -> Self {
        Self {
            other_users: Some(other_users),
            search: String::new(),
            can_log_in: false,
            holders_of: None,
        }
    }
}

/// Users who hold a module.
#[derive(Clone, Debug)]
pub struct HoldersOf {
    /// Ids of the module and of the plans that bring it: who was assigned one of them holds it.
    pub modules: Vec<i32>,
    /// How many hold it.
    pub in_use: i32,
}

/// Order of a list; ties by id.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    /// Sort key.
    pub sort: UserSort,
    /// From the end.
    pub descending: bool,
}

/// A page of users.
#[derive(Debug)]
pub struct Page {
    /// In order.
    pub users: Vec<User>,
    /// There are more, behind the last of these.
    pub more: bool,
}

impl Page {
    /// Where the next page begins; none: this was the last.
    #[must_use]
    pub fn next(&self, order: Order) -> Option<String> {
        let last = self.users.last().filter(|_| self.more)?;
        let cursor = Cursor {
            sort: order.sort,
            descending: order.descending,
            key: last.key(order.sort),
            id: last.id,
        };
        Some(cursor.encode())
    }
}

/// Which way to find the holders of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// Walk the users in order and test each: soon full when many hold it.
    Walk,
    /// Fetch the holders and sort them: cheap when few hold it.
    Fetch,
}

/// Measured: walking wins as soon as `in_use` squared is more than page times users.
fn plan(in_use: i32, limit: usize, users: i64) -> Plan {
    let in_use = i128::from(in_use);
    let page = i128::try_from(limit).unwrap_or(i128::MAX);
    if in_use * in_use > page.saturating_mul(i128::from(users)) {
        Plan::Walk
    } else {
        Plan::Fetch
    }
}

/// A page of at most `limit` users, behind `after`.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page, Error> {
    let plan = match &filter.holders_of {
        Some(holders) => plan(holders.in_use, limit, at_most(tx).await?),
        None => Plan::Walk,
    };
    // Every index of an order begins with the list, so both lists are two walks, merged.
    let lists = match filter.other_users {
        Some(one) => &[one][..],
        None => &[false, true],
    };
    let mut found = Vec::new();
    for other_users in lists {
        let mut of_list = Vec::new();
        for part in parts(order.sort, after) {
            // One more than asked for tells whether there are more.
            let wanted = limit + 1 - of_list.len();
            if wanted > 0 {
                let stretch = Stretch {
                    filter,
                    plan,
                    order,
                    part: *part,
                    after,
                };
                let statement = stretch.statement(*other_users, wanted);
                of_list.extend(fetch(tx, statement).await?);
            }
        }
        found.extend(of_list);
    }
    found.sort_by(|a, b| compare(a, b, order));
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(Page { users: found, more })
}

fn compare(a: &User, b: &User, order: Order) -> Ordering {
    let (a, b) = ((a.key(order.sort), a.id), (b.key(order.sort), b.id));
    if order.descending && (a.0 == Key::Never) == (b.0 == Key::Never) {
        b.cmp(&a)
    } else {
        a.cmp(&b)
    }
}

/// How many users there are at most: ids are given in order.
async fn at_most(tx: &mut Tx) -> Result<i64, Error> {
    let highest = on_tx!(tx, connection => {
        sqlx::query_scalar("select cast(coalesce(max(id), 0) as bigint) from users")
            .fetch_one(connection)
            .await
    })?;
    Ok(highest)
}

/// A stretch of a list. "Never comes last" in both directions, and an index has the empty ones at one end only: so a
/// list by last sign-in is two stretches, each of which an index serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    SignedIn,
    Never,
}

fn parts(sort: UserSort, after: Option<&Cursor>) -> &'static [Part] {
    match (sort, after.map(|cursor| &cursor.key)) {
        (UserSort::LastSignIn, Some(Key::Never)) => &[Part::Never],
        (UserSort::LastSignIn, _) => &[Part::SignedIn, Part::Never],
        _ => &[Part::Whole],
    }
}

/// One statement of a page.
struct Stretch<'a> {
    filter: &'a Filter,
    plan: Plan,
    order: Order,
    part: Part,
    after: Option<&'a Cursor>,
}

impl Stretch<'_> {
    fn statement(&self, other_users: bool, wanted: usize) -> Statement {
        let mut statement = Statement::default();
        match &self.filter.holders_of {
            Some(holders) if self.plan == Plan::Fetch => {
                holders_first(&mut statement, holders, COLUMNS);
            }
            Some(holders) => {
                statement.push("select ").push(COLUMNS);
                statement.push(" from users u where ");
                each_tested(&mut statement, holders);
            }
            None => {
                statement.push("select ").push(COLUMNS);
                statement.push(" from users u where true");
            }
        }
        statement.push(" and u.other_user = ").bind(other_users);
        narrow(&mut statement, self.filter);
        self.behind(&mut statement);
        let direction = if self.order.descending { " desc" } else { "" };
        statement.push(" order by ");
        if self.part != Part::Never {
            statement.push(self.column()).push(direction).push(", ");
        }
        statement.push("u.id").push(direction);
        statement.push(" limit ").push(&wanted.to_string());
        statement
    }

    fn column(&self) -> &'static str {
        match self.order.sort {
            UserSort::Name => "u.name_folded",
            UserSort::UserId => "u.user_id_folded",
            UserSort::Group => "u.group_folded",
            UserSort::LastSignIn => "u.last_sign_in",
        }
    }

    /// This part only, and behind the cursor where that lies in it.
    fn behind(&self, statement: &mut Statement) {
        match self.part {
            Part::Whole => {}
            Part::SignedIn => {
                statement.push(" and u.last_sign_in is not null");
            }
            Part::Never => {
                statement.push(" and u.last_sign_in is null");
            }
        }
        let Some(cursor) = self.after else { return };
        let sign = if self.order.descending { " < " } else { " > " };
        let key = match (&cursor.key, self.part) {
            (Key::Text(text), Part::Whole) => Value::from(text.as_str()),
            (Key::Instant(at), Part::SignedIn) => Value::from(*at),
            (Key::Never, Part::Never) => {
                statement.push(" and u.id").push(sign).bind(cursor.id);
                return;
            }
            // The cursor lies in an earlier part: this one is wanted whole.
            _ => return,
        };
        statement.push(" and (").push(self.column()).push(", u.id)");
        statement.push(sign).push("(").bind(key).push(", ");
        statement.bind(cursor.id).push(")");
    }
}

/// Begins at the holders; `cross join` keeps SQLite from turning it round.
fn holders_first(statement: &mut Statement, holders: &HoldersOf, columns: &str) {
    statement.push(
        "with holders as materialized (select distinct a.user_id from assignment a where a.module_id in ",
    );
    statement.bind_list(&holders.modules);
    statement.push(") select ").push(columns);
    statement.push(" from holders h cross join users u where u.id = h.user_id");
}

/// Tests each user; the `+` keeps SQLite from the index by module.
fn each_tested(statement: &mut Statement, holders: &HoldersOf) {
    statement
        .push("exists (select 1 from assignment a where a.user_id = u.id and +a.module_id in ");
    statement.bind_list(&holders.modules).push(")");
}

fn narrow(statement: &mut Statement, filter: &Filter) {
    if filter.can_log_in {
        statement.push(" and u.can_log_in");
    }
    if !filter.search.is_empty() {
        let pattern = format!("%{}%", escaped(&filter.search));
        statement.push(" and (u.name_folded like ").bind(&*pattern);
        statement.push(" escape '\\' or u.user_id_folded like ");
        statement.bind(&*pattern).push(" escape '\\')");
    }
}

/// A text in which no character of a pattern means more than itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// How many users match.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, Error> {
    let Statement { text, values } = count_statement(filter);
    let count = on_tx!(tx, connection => {
        bound!(sqlx::query_scalar(AssertSqlSafe(text)), values).fetch_one(connection).await
    })?;
    Ok(count)
}

fn count_statement(filter: &Filter) -> Statement {
    let mut statement = Statement::default();
    let narrowed = filter.holders_of.is_none() && (filter.can_log_in || !filter.search.is_empty());
    match &filter.holders_of {
        Some(holders) => holders_first(&mut statement, holders, "count(*)"),
        None => {
            statement.push("select count(*) from users u where true");
        }
    }
    if let Some(other_users) = filter.other_users {
        // When every row is looked at anyway: one after the other as they lie, not through an index (`coalesce`).
        let column = if narrowed {
            "coalesce(u.other_user, false)"
        } else {
            "u.other_user"
        };
        statement
            .push(" and ")
            .push(column)
            .push(" = ")
            .bind(other_users);
    }
    narrow(&mut statement, filter);
    statement
}
