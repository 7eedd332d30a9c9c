//! What the users of a list are parted by: primary groups, roles and owning companies.

use licensing::wire::UserPart;
use sqlx::{AssertSqlSafe, FromRow};

use crate::db::{Tx, on_tx};
use crate::error::Error;

/// By what users are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Primary group.
    Group,
    /// Role.
    Role,
    /// Owning company.
    Company,
}

impl Part {
    /// The column of `users` that search and order use.
    pub(crate) fn folded(self) -> &'static str {
        match self {
            Self::Group => "group_folded",
            Self::Role => "role_folded",
            Self::Company => "company_folded",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Group => "primary_group",
            Self::Role => "role",
            Self::Company => "company",
        }
    }
}

#[derive(FromRow)]
struct Row {
    name: String,
    users: i64,
    department: String,
    city: String,
}

/// The first so many groups, roles or companies by name, each with how many associates are of it. Companies without
/// anybody are there too. Reads an index of all associates once.
///
/// # Errors
/// Those of the database.
pub async fn parts(tx: &mut Tx, part: Part, most: usize) -> Result<Vec<UserPart>, Error> {
    let (folded, column) = (part.folded(), part.column());
    let counted = format!(
        "select {folded} as key, count(*) as users, min(id) as one from users \
         where other_user = false and {folded} > '' group by {folded}"
    );
    let most = i64::try_from(most).map_err(Error::internal)?;
    let text = if part == Part::Company {
        format!(
            "select coalesce(c.name, u.{column}) as name, coalesce(p.users, 0) as users, \
               coalesce(c.department, '') as department, coalesce(c.city, '') as city \
             from ({counted}) p full join company c on c.name_folded = p.key \
               left join users u on u.id = p.one \
             order by coalesce(c.name_folded, p.key) limit $1"
        )
    } else {
        format!(
            "select u.{column} as name, p.users, '' as department, '' as city \
             from ({counted}) p join users u on u.id = p.one order by p.key limit $1"
        )
    };
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(AssertSqlSafe(text)).bind(most).fetch_all(connection).await
    })?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| UserPart {
            name: row.name,
            users: row.users,
            department: row.department,
            city: row.city,
        })
        .collect())
}

/// Groups or roles, folded, that a search finds by `like` with this pattern: the first so many. Goes from one to the next
/// by the index, so it reads as many users as there are groups.
///
/// # Errors
/// Those of the database.
pub(crate) async fn matching(
    tx: &mut Tx,
    part: Part,
    pattern: &str,
    most: i64,
) -> Result<Vec<String>, Error> {
    let column = part.folded();
    let text = format!(
        "with recursive list (other_user) as (select false union all select true), \
         part (other_user, name) as ( \
           select l.other_user, (select min(u.{column}) from users u where u.other_user = l.other_user) from list l \
           union all \
           select p.other_user, (select min(u.{column}) from users u where u.other_user = p.other_user and u.{column} > p.name) \
           from part p where p.name is not null) \
         select distinct name from part where name is not null and name like $1 escape '\\' order by name limit $2"
    );
    Ok(on_tx!(tx, connection => {
        sqlx::query_scalar(AssertSqlSafe(text)).bind(pattern).bind(most).fetch_all(connection).await
    })?)
}

/// A company whose people can be users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its name.
    pub name: String,
    /// Department.
    pub department: String,
    /// City.
    pub city: String,
}

/// Stores a company; one of this name gets this department and city.
///
/// # Errors
/// Those of the database.
pub async fn put_company(tx: &mut Tx, company: &Company) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into company (name_folded, name, department, city) values ($1, $2, $3, $4) \
             on conflict (name_folded) do update set name = excluded.name, department = excluded.department, \
               city = excluded.city",
        )
        .bind(super::folded(&company.name))
        .bind(&company.name)
        .bind(&company.department)
        .bind(&company.city)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}
