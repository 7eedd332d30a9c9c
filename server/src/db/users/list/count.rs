//! How many users match: exactly, or as much of it as is quickly known.

use sqlx::AssertSqlSafe;

use super::narrow::narrow;
use super::source::{FETCHED_MAX, Source, capped, exact_ids, ids, of_list as of};
use super::{Filter, Page};
use crate::db::statement::{Statement, bound};
use crate::db::{Tx, on_tx};
use crate::error::Error;

/// Up to so many are counted along with a page.
const ALONG_MAX: i64 = 10_000;
/// Up to so many are fetched to be counted along with a page.
const FETCHED_ALONG_MAX: i64 = 1_000;

/// How many users match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// So many.
    pub count: i64,
    /// Whether that is all; no: at least so many.
    pub exact: bool,
}

/// How many match, as much of it as costs little beside their first page.
///
/// # Errors
/// Those of the database.
pub async fn at_least(tx: &mut Tx, filter: &Filter, first: &Page) -> Result<Counted, Error> {
    let seen = i64::try_from(first.users.len()).map_err(Error::internal)?;
    if !first.more {
        return Ok(Counted {
            count: seen,
            exact: true,
        });
    }
    let counted = match &filter.sources()[..] {
        [] if !filter.tests_more() => {
            let mut statement = Statement::default();
            statement.push("select count(*) from (select 1 as one from users u where ");
            of(&mut statement, "u.", filter.other_users);
            statement.push(" limit ").push(&(ALONG_MAX + 1).to_string());
            statement.push(") found");
            asked(tx, statement).await?
        }
        [Source::Given(modules)] if modules.len() == 1 && !filter.tests_more() => {
            capped(tx, filter, &Source::Given(modules.clone()), ALONG_MAX + 1).await?
        }
        [
            only @ (Source::Part(..) | Source::CanLogIn | Source::FormerEmployee | Source::SignIn),
        ] if !filter.tests_more() => capped(tx, filter, only, ALONG_MAX + 1).await?,
        sources => {
            for source in sources {
                if capped(tx, filter, source, FETCHED_ALONG_MAX + 1).await? <= FETCHED_ALONG_MAX {
                    let count = fetched(tx, filter, source).await?;
                    return Ok(Counted { count, exact: true });
                }
            }
            return Ok(Counted {
                count: seen,
                exact: false,
            });
        }
    };
    Ok(Counted {
        count: counted.min(ALONG_MAX),
        exact: counted <= ALONG_MAX,
    })
}

/// How many users of this list there are, up to a number that costs little.
///
/// # Errors
/// Those of the database.
pub async fn of_list(tx: &mut Tx, other_users: bool) -> Result<Counted, Error> {
    let everyone = Page {
        users: Vec::new(),
        more: true,
    };
    at_least(tx, &Filter::all_of(other_users), &everyone).await
}

/// How many match, exactly.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, Error> {
    let sources = filter.sources();
    if let [only] = &sources[..]
        && !filter.tests_more()
    {
        // What an index gives by itself: nobody has to be looked at.
        let mut statement = Statement::default();
        statement.push("select count(distinct id) from (");
        exact_ids(&mut statement, filter, only, tx.is_sqlite());
        statement.push(") found");
        return asked(tx, statement).await;
    }
    let mut rarest: Option<(i64, &Source)> = None;
    for source in &sources {
        let count = capped(tx, filter, source, FETCHED_MAX + 1).await?;
        if rarest.is_none_or(|(least, _)| count < least) {
            rarest = Some((count, source));
        }
    }
    match rarest {
        Some((least, source)) if least <= FETCHED_MAX => fetched(tx, filter, source).await,
        _ => {
            let mut statement = Statement::default();
            statement.push("select count(*) from users u where ");
            of(&mut statement, "u.", filter.other_users);
            // Goes along an index that has what is tested besides, where there is one.
            if let Some(source) = sources.iter().find(|source| source.is_of_users()) {
                source.only(&mut statement);
            }
            narrow(&mut statement, filter);
            asked(tx, statement).await
        }
    }
}

async fn fetched(tx: &mut Tx, filter: &Filter, source: &Source) -> Result<i64, Error> {
    let mut statement = Statement::default();
    statement.push("with found as materialized (select distinct id from (");
    ids(&mut statement, filter, source, tx.is_sqlite());
    statement
        .push(") every) select count(*) from found f cross join users u where u.id = f.id and ");
    of(&mut statement, "u.", filter.other_users);
    narrow(&mut statement, filter);
    asked(tx, statement).await
}

async fn asked(tx: &mut Tx, statement: Statement) -> Result<i64, Error> {
    let Statement { text, values } = statement;
    Ok(on_tx!(tx, connection => {
        bound!(sqlx::query_scalar(AssertSqlSafe(text)), values).fetch_one(connection).await
    })?)
}
