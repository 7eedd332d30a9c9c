//! Lists of users at size: pages by sort key and id, and how many match.
//!
//! For "users who hold M" there are two ways: walk the index of the order and test each user (M is common), or fetch
//! M's holders and sort them (M is rare); likewise for a search. The wrong one costs a thousandfold, so the choice is
//! made here, by the number of those who match, and pinned in the SQL of both databases.

mod matching;

use std::cmp::Ordering;

use licensing::wire::UserSort;
use sqlx::AssertSqlSafe;

use super::cursor::{Cursor, Key, Order};
use super::{COLUMNS, User, fetch};
use crate::db::statement::{Statement, Value, bound};
use crate::db::{Tx, on_tx};
use crate::error::Error;

pub use matching::matching;

/// Which users.
#[derive(Clone, Debug)]
pub struct Filter {
    /// System and anonymous users, or the others; none: both.
    pub other_users: Option<bool>,
    /// In user ID or full name, folded; empty: all.
    pub search: String,
    /// Only who can log in.
    pub can_log_in: bool,
    /// Only who was given one of these modules: a module and the plans that bring it, for who holds it.
    pub given_one_of: Option<Vec<i32>>,
}

impl Filter {
    /// Everyone of one of the two lists.
    #[must_use]
    pub fn all_of(other_users: bool) -> Self {
        Self {
            other_users: Some(other_users),
            search: String::new(),
            can_log_in: false,
            given_one_of: None,
        }
    }
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
        Some(Cursor::at(last, order).encode())
    }
}

/// Which way to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// Walk the users in order and test each: soon full when many match.
    Walk,
    /// Fetch the holders of the module and sort who matches.
    Holders,
    /// Go through the users as they lie and sort who matches: faster than in an order, as rows that lie together are read
    /// together.
    Scan,
}

fn plan(filter: &Filter, count: i64, limit: usize, everyone: i64) -> Plan {
    // Measured: walking wins as soon as matches squared are more than page times users.
    let page = i128::try_from(limit).unwrap_or(i128::MAX);
    let count = i128::from(count);
    if count * count > page.saturating_mul(i128::from(everyone)) {
        Plan::Walk
    } else if filter.given_one_of.is_some() {
        Plan::Holders
    } else if filter.other_users == Some(true) {
        // A small part of the users, which every index has in one place.
        Plan::Walk
    } else {
        Plan::Scan
    }
}

/// A page of at most `limit` users, behind `after`; `count` is how many match in all.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: usize,
    count: i64,
) -> Result<Page, Error> {
    let plan = plan(filter, count, limit, everyone(tx).await?);
    // Every index of an order begins with the list, so both lists are two walks, merged.
    let lists = match filter.other_users {
        None if plan == Plan::Walk => &[Some(false), Some(true)],
        one => &[one][..],
    };
    let mut found: Vec<User> = Vec::new();
    for list in lists {
        // When one list fills the page, the other is walked no further than that.
        let until = found.get(limit).map(|last| Cursor::at(last, order));
        let mut of_list = Vec::new();
        for part in parts(order.sort, after) {
            // One more than asked for tells whether there are more.
            let wanted = limit + 1 - of_list.len();
            if wanted > 0 {
                let stretch = Stretch {
                    filter,
                    plan,
                    list: *list,
                    order,
                    part: *part,
                    after,
                    until: until.as_ref(),
                };
                of_list.extend(fetch(tx, stretch.statement(wanted)).await?);
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

/// How many users there are, at most: ids are given in order.
async fn everyone(tx: &mut Tx) -> Result<i64, Error> {
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
    list: Option<bool>,
    order: Order,
    part: Part,
    after: Option<&'a Cursor>,
    until: Option<&'a Cursor>,
}

impl Stretch<'_> {
    fn statement(&self, wanted: usize) -> Statement {
        let mut statement = Statement::default();
        match (&self.filter.given_one_of, self.plan) {
            (Some(given), Plan::Holders) => holders_first(&mut statement, given, COLUMNS),
            (given, _) => {
                statement.push("select ").push(COLUMNS);
                statement.push(" from users u where true");
                if let Some(given) = given {
                    each_tested(&mut statement, given);
                }
            }
        }
        of_list(&mut statement, self.list, self.plan);
        narrow(&mut statement, self.filter);
        self.bounded(&mut statement);
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

    /// This part only, from the page before to where the other list ends.
    fn bounded(&self, statement: &mut Statement) {
        match self.part {
            Part::Whole => {}
            Part::SignedIn => {
                statement.push(" and u.last_sign_in is not null");
            }
            Part::Never => {
                statement.push(" and u.last_sign_in is null");
            }
        }
        let (after, before) = if self.order.descending {
            (" < ", " > ")
        } else {
            (" > ", " < ")
        };
        self.beside(statement, self.after, after);
        self.beside(statement, self.until, before);
    }

    /// On this side of the cursor, where that lies in this part.
    fn beside(&self, statement: &mut Statement, cursor: Option<&Cursor>, sign: &str) {
        let Some(cursor) = cursor else { return };
        let key = match (&cursor.key, self.part) {
            (Key::Text(text), Part::Whole) => Value::from(text.as_str()),
            (Key::Instant(at), Part::SignedIn) => Value::from(*at),
            (Key::Never, Part::Never) => {
                statement.push(" and u.id").push(sign).bind(cursor.id);
                return;
            }
            // It lies in another part: this one is wanted whole.
            _ => return,
        };
        statement.push(" and (").push(self.column()).push(", u.id)");
        statement.push(sign).push("(").bind(key).push(", ");
        statement.bind(cursor.id).push(")");
    }
}

/// Begins at the holders; `cross join` keeps SQLite from turning it round.
fn holders_first(statement: &mut Statement, given: &[i32], columns: &str) {
    statement.push(
        "with holders as materialized (select distinct a.user_id from assignment a where a.module_id in ",
    );
    statement.bind_list(given);
    statement.push(") select ").push(columns);
    statement.push(" from holders h cross join users u where u.id = h.user_id");
}

/// Tests each user; the `+` keeps SQLite from the index by module.
fn each_tested(statement: &mut Statement, given: &[i32]) {
    statement.push(
        " and exists (select 1 from assignment a where a.user_id = u.id and +a.module_id in ",
    );
    statement.bind_list(given).push(")");
}

/// Only this list. What a scan tests is no column of an index: it would be read in the index's order.
fn of_list(statement: &mut Statement, list: Option<bool>, plan: Plan) {
    if let Some(other_users) = list {
        statement.push(match plan {
            Plan::Scan => " and coalesce(u.other_user, false) = ",
            Plan::Walk | Plan::Holders => " and u.other_user = ",
        });
        statement.bind(other_users);
    }
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
    let narrowed = filter.can_log_in || !filter.search.is_empty();
    let plan = match &filter.given_one_of {
        Some(given) => {
            holders_first(&mut statement, given, "count(*)");
            Plan::Holders
        }
        None => {
            statement.push("select count(*) from users u where true");
            if narrowed && filter.other_users != Some(true) {
                Plan::Scan
            } else {
                Plan::Walk
            }
        }
    };
    of_list(&mut statement, filter.other_users, plan);
    narrow(&mut statement, filter);
    statement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Address, Db};

    fn filter(given_one_of: Option<Vec<i32>>, search: &str) -> Filter {
        Filter {
            given_one_of,
            search: search.to_owned(),
            ..Filter::all_of(false)
        }
    }

    /// How SQLite goes about a statement of a page, step by step.
    async fn steps(filter: &Filter, plan: Plan, order: Order, part: Part) -> String {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let db = Db::open(&Address::File(folder.path().join("zetel.db"))).await;
        let db = db.expect("the database opens");
        db.migrate().await.expect("the schema is made");
        let stretch = Stretch {
            filter,
            plan,
            list: filter.other_users,
            order,
            part,
            after: None,
            until: None,
        };
        let Statement { text, values } = stretch.statement(100);
        let text = format!("explain query plan {text}");
        let Db::Sqlite { readers, .. } = &db else {
            panic!("a file is SQLite's");
        };
        let steps: Vec<(i64, i64, i64, String)> =
            bound!(sqlx::query_as(AssertSqlSafe(text)), values)
                .fetch_all(readers)
                .await
                .expect("the statement is right");
        let details: Vec<String> = steps.into_iter().map(|(_, _, _, detail)| detail).collect();
        details.join("; ")
    }

    #[tokio::test]
    async fn a_walk_follows_the_index_of_its_order_and_sorts_nothing() {
        for (sort, part, index) in [
            (UserSort::Name, Part::Whole, "users_by_name (other_user=?)"),
            (
                UserSort::UserId,
                Part::Whole,
                "users_by_user_id (other_user=?)",
            ),
            (
                UserSort::Group,
                Part::Whole,
                "users_by_group (other_user=?)",
            ),
            (
                UserSort::LastSignIn,
                Part::SignedIn,
                "users_by_last_sign_in (other_user=? AND last_sign_in>?)",
            ),
            (
                UserSort::LastSignIn,
                Part::Never,
                "users_by_last_sign_in (other_user=? AND last_sign_in=?)",
            ),
        ] {
            for descending in [false, true] {
                let order = Order { sort, descending };
                for filter in [filter(None, ""), filter(None, "eva")] {
                    let steps = steps(&filter, Plan::Walk, order, part).await;
                    assert_eq!(steps, format!("SEARCH u USING INDEX {index}"));
                }
            }
        }
    }

    #[tokio::test]
    async fn walking_tests_each_user_by_their_own_assignments() {
        let filter = filter(Some(vec![1, 2]), "");
        assert_eq!(
            steps(&filter, Plan::Walk, Order::default(), Part::Whole).await,
            "SEARCH u USING INDEX users_by_name (other_user=?); SEARCH a EXISTS USING PRIMARY KEY (user_id=?)"
        );
    }

    #[tokio::test]
    async fn beginning_at_the_holders_finds_them_by_their_module() {
        let filter = filter(Some(vec![1, 2]), "eva");
        let steps = steps(&filter, Plan::Holders, Order::default(), Part::Whole).await;
        let order: Vec<usize> = [
            "assignment_by_module (module_id=?)",
            "SCAN h",
            "SEARCH u USING INTEGER PRIMARY KEY",
        ]
        .iter()
        .map(|step| {
            steps
                .find(step)
                .unwrap_or_else(|| panic!("no {step} in {steps}"))
        })
        .collect();
        assert!(order.is_sorted(), "{steps}");
    }

    #[tokio::test]
    async fn a_scan_reads_the_users_as_they_lie() {
        let steps = steps(
            &filter(None, "eva"),
            Plan::Scan,
            Order::default(),
            Part::Whole,
        )
        .await;
        assert_eq!(steps, "SCAN u; USE TEMP B-TREE FOR ORDER BY");
    }

    #[test]
    fn the_way_is_chosen_by_how_many_match() {
        let holders = filter(Some(vec![1]), "");
        let found = filter(None, "eva");
        let others = Filter {
            other_users: Some(true),
            ..found.clone()
        };
        for (filter, count, expected) in [
            (&holders, 3_163, Plan::Walk),
            (&holders, 3_162, Plan::Holders),
            (&found, 3_163, Plan::Walk),
            (&found, 3_162, Plan::Scan),
            (&others, 1, Plan::Walk),
        ] {
            // 3162.3 squared is 100 x 100,000.
            assert_eq!(plan(filter, count, 100, 100_000), expected, "{count}");
        }
    }
}
