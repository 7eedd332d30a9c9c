//! Where to begin: each condition of a filter as a set of users that an index gives, how many those are, and the way to
//! a page that follows from it.

use licensing::wire::{Holding, UserSort};
use sqlx::AssertSqlSafe;

use super::{Filter, Search};
use crate::db::statement::{Statement, bound};
use crate::db::users::parts::Part;
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// Most users that are fetched and sorted.
pub(super) const FETCHED_MAX: i64 = 100_000;

/// A set of users that an index gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Who was given one of these modules.
    Given(Vec<i32>),
    /// Who is of this part.
    Part(Part, String),
    CanLogIn,
    FormerEmployee,
    /// Whose last sign-in is long ago, or who never did.
    SignIn,
    /// Who is searched for.
    Search,
}

/// How a page is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Walks the users in order and tests each.
    Walk,
    /// Walks users of one kind by name and tests each: holders of one module, people of a part, who can log in, who left.
    Named(Source),
    /// Fetches everyone of a source and sorts who matches.
    Fetch(Source),
}

impl Filter {
    /// Every condition that an index serves.
    pub(super) fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        let parts = self.parts();
        sources.extend(parts.map(|(part, name)| Source::Part(part, name.to_owned())));
        if self.former_employee {
            sources.push(Source::FormerEmployee);
        }
        if self.never_signed_in || self.signed_in_before.is_some() {
            sources.push(Source::SignIn);
        }
        if self.search.is_some() {
            sources.push(Source::Search);
        }
        if self.can_log_in {
            sources.push(Source::CanLogIn);
        }
        // Last, so that of two of a size the one is taken whose index tells more.
        match self.holding {
            Holding::All => sources.extend(self.licenses.iter().cloned().map(Source::Given)),
            Holding::Any if !self.licenses.is_empty() => sources.push(Source::Given(self.any())),
            Holding::Any | Holding::None => {}
        }
        sources
    }

    /// Whether there are conditions that no index serves.
    pub(super) fn tests_more(&self) -> bool {
        self.holding == Holding::None && !self.licenses.is_empty()
    }
}

impl Source {
    /// Whether an index gives it in order of name.
    fn is_named(&self) -> bool {
        !matches!(self, Self::SignIn | Self::Search)
    }

    /// Whether an index of the users themselves gives it, in order of name.
    pub(super) fn is_of_users(&self) -> bool {
        self.is_named() && !matches!(self, Self::Given(_))
    }

    /// Adds that only these of `users u` are asked for, so that their index serves.
    pub(super) fn only(&self, statement: &mut Statement) {
        match self {
            Self::Part(part, name) => {
                statement.push(" and u.").push(part.folded());
                statement.push(" = ").bind(name.as_str());
            }
            Self::CanLogIn => {
                statement.push(" and u.can_log_in = ").bind(true);
            }
            Self::FormerEmployee => {
                statement.push(" and u.former_employee = ").bind(true);
            }
            Self::Given(_) | Self::SignIn | Self::Search => {}
        }
    }

    /// The walks that give it in order of name: one per module.
    fn named(self) -> Vec<Way> {
        match self {
            Self::Given(modules) => {
                let modules = modules.into_iter();
                modules
                    .map(|module| Way::Named(Self::Given(vec![module])))
                    .collect()
            }
            source => vec![Way::Named(source)],
        }
    }
}

/// The ways that together give a page, and what to do when they lead far.
pub(super) struct Ways {
    /// To be walked.
    pub(super) walk: Vec<Way>,
    /// Better than walking on, when the walk has not filled the page after some users; with how many it gives.
    pub(super) fetch: Option<(i64, Source)>,
}

impl Ways {
    fn walk(walk: Vec<Way>) -> Self {
        Self { walk, fetch: None }
    }
}

/// The ways to a page in this order.
pub(super) async fn ways(tx: &mut Tx, filter: &Filter, sort: UserSort) -> Result<Ways, Error> {
    let sources = filter.sources();
    if let [only] = &sources[..]
        && sort == UserSort::Name
        && only.is_named()
    {
        return Ok(Ways::walk(only.clone().named()));
    }
    let (mut rarest, mut named) = (None, None);
    for source in sources {
        let count = capped(tx, filter, &source, FETCHED_MAX + 1).await?;
        let found = Some((count, source));
        if sort == UserSort::Name && is_named(&found) && is_rarer(&found, &named) {
            named.clone_from(&found);
        }
        if is_rarer(&found, &rarest) {
            rarest = found;
        }
    }
    Ok(Ways {
        walk: named.map_or_else(|| vec![Way::Walk], |(_, source)| source.named()),
        fetch: rarest.filter(|(count, _)| *count <= FETCHED_MAX),
    })
}

fn is_named(found: &Option<(i64, Source)>) -> bool {
    found.as_ref().is_some_and(|(_, source)| source.is_named())
}

fn is_rarer(found: &Option<(i64, Source)>, than: &Option<(i64, Source)>) -> bool {
    let count =
        |found: &Option<(i64, Source)>| found.as_ref().map_or(i64::MAX, |(count, _)| *count);
    count(found) < count(than)
}

/// How many users there are, at most: ids are given in order.
pub(super) async fn everyone(tx: &mut Tx) -> Result<i64, Error> {
    let highest = on_tx!(tx, connection => {
        sqlx::query_scalar("select cast(coalesce(max(id), 0) as bigint) from users")
            .fetch_one(connection)
            .await
    })?;
    Ok(highest)
}

/// How many a source gives, counted up to `most`; somebody who is in it twice counts twice.
pub(super) async fn capped(
    tx: &mut Tx,
    filter: &Filter,
    source: &Source,
    most: i64,
) -> Result<i64, Error> {
    let mut statement = Statement::default();
    statement.push("select count(*) from (");
    ids(&mut statement, filter, source, tx.is_sqlite());
    statement
        .push(" limit ")
        .push(&most.to_string())
        .push(") found");
    let Statement { text, values } = statement;
    Ok(on_tx!(tx, connection => {
        bound!(sqlx::query_scalar(AssertSqlSafe(text)), values).fetch_one(connection).await
    })?)
}

/// `select …` of the ids of a source; the same one may come twice.
pub(super) fn ids(statement: &mut Statement, filter: &Filter, source: &Source, sqlite: bool) {
    let list = filter.other_users;
    let of_users = |statement: &mut Statement| {
        statement.push("select id from users where ");
        of_list(statement, "", list);
    };
    match source {
        Source::Given(modules) => {
            statement.push("select user_id as id from assignment where module_id in ");
            statement.bind_list(modules).push(" and ");
            of_list(statement, "", list);
        }
        Source::Part(part, name) => {
            of_users(statement);
            statement.push(" and ").push(part.folded()).push(" = ");
            statement.bind(name.as_str());
        }
        Source::CanLogIn => {
            of_users(statement);
            statement.push(" and can_log_in = ").bind(true);
        }
        Source::FormerEmployee => {
            of_users(statement);
            statement.push(" and former_employee = ").bind(true);
        }
        Source::SignIn => {
            if let Some(before) = filter.signed_in_before {
                of_users(statement);
                statement.push(" and last_sign_in < ").bind(before);
            }
            if filter.never_signed_in {
                if filter.signed_in_before.is_some() {
                    statement.push(" union all ");
                }
                of_users(statement);
                statement.push(" and last_sign_in is null");
            }
        }
        Source::Search => searched(statement, filter, sqlite),
    }
}

/// The same, of those only who are looked for: parts of three letters may stand apart.
pub(super) fn exact_ids(statement: &mut Statement, filter: &Filter, source: &Source, sqlite: bool) {
    match (source, &filter.search) {
        (Source::Search, Some(search)) if search.anywhere() && sqlite => {
            statement.push(
                "select u.id from users_search s cross join users u where s.users_search match ",
            );
            statement.bind(search.trigrams(filter.other_users).as_str());
            statement.push(" and u.id = s.rowid and u.search_folded like ");
            statement.bind(search.pattern().as_str());
            statement.push(" escape '\\'");
            besides(statement, filter, search);
        }
        _ => ids(statement, filter, source, sqlite),
    }
}

fn searched(statement: &mut Statement, filter: &Filter, sqlite: bool) {
    let Some(search) = &filter.search else { return };
    if search.anywhere() && sqlite {
        statement.push("select rowid as id from users_search where users_search match ");
        statement.bind(search.trigrams(filter.other_users).as_str());
    } else if search.anywhere() {
        statement.push("select id from users where ");
        of_list(statement, "", filter.other_users);
        statement.push(" and search_folded like ");
        statement
            .bind(search.pattern().as_str())
            .push(" escape '\\'");
    } else {
        let columns = ["name_folded", "user_id_folded", "last_name_folded"];
        for (place, column) in columns.into_iter().enumerate() {
            if place > 0 {
                statement.push(" union all ");
            }
            statement.push("select id from users where ");
            of_list(statement, "", filter.other_users);
            statement.push(" and ").push(column).push(" >= ");
            statement.bind(search.text.as_str());
            statement.push(" and ").push(column).push(" < ");
            statement.bind(search.behind().as_str());
        }
    }
    besides(statement, filter, search);
}

/// Who is found by group, role or plan.
fn besides(statement: &mut Statement, filter: &Filter, search: &Search) {
    for (part, names) in [(Part::Group, &search.groups), (Part::Role, &search.roles)] {
        if !names.is_empty() {
            statement.push(" union all select id from users where ");
            of_list(statement, "", filter.other_users);
            statement.push(" and ").push(part.folded()).push(" in ");
            statement.bind_texts(names);
        }
    }
    if !search.plans.is_empty() {
        statement.push(" union all select user_id as id from assignment where module_id in ");
        statement.bind_list(&search.plans).push(" and ");
        of_list(statement, "", filter.other_users);
    }
}

/// Only this list, of the table of this name.
pub(super) fn of_list(statement: &mut Statement, table: &str, list: Option<bool>) {
    statement.push(table);
    match list {
        Some(other_users) => statement.push("other_user = ").bind(other_users),
        // Said as a choice of values, so that an index which begins with it still serves.
        None => statement.push("other_user in (false, true)"),
    };
}
