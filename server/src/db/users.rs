//! Users: their rows, and what they are found and ordered by. What they hold is [`super::assignments`]' business.

pub mod cursor;
pub mod list;
pub mod parts;

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};

use licensing::assignment::Access;
use licensing::license::{Timestamp, UserType};
use licensing::wire::UserSort;
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder};

use self::cursor::Key;
use super::statement::{Statement, bound};
use super::user_type::{user_type_of, user_type_text};
use super::{Db, Tx, on_tx};
use crate::error::Error;

/// Rows of one statement: far below the 32,766 values that SQLite allows.
const CHUNK_ROWS: usize = 1_000;

/// A text as search and order use it: trimmed, in lower case by Unicode's rules. Accents stay, and nothing is composed
/// or decomposed: "é" as one character and as two are two texts.
#[must_use]
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: i32,
    /// What they are.
    pub profile: Profile,
    /// Moves with every change of this user.
    pub revision: i64,
    folded: Folded,
    /// Id of the first user plan in the owners' order, where a list was ordered by it.
    pub(crate) plan: Option<i32>,
}

/// Texts of a user as search and order use them.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
struct Folded {
    user_id_folded: String,
    name_folded: String,
    first_name_folded: String,
    last_name_folded: String,
    email_folded: String,
    group_folded: String,
    role_folded: String,
    company_folded: String,
}

/// What is known of a user, apart from what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// User ID.
    pub user_id: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Name of a person, or description of another user.
    pub full_name: String,
    /// E-mail address.
    pub email: String,
    /// Kind.
    pub user_type: UserType,
    /// Primary group.
    pub primary_group: String,
    /// Role.
    pub role: String,
    /// Owning company.
    pub company: String,
    /// Whether they can sign in to the product.
    pub can_log_in: bool,
    /// Whether they left.
    pub former_employee: bool,
    /// Whether they cannot log in yet, and may hold licenses meanwhile.
    pub waiting_for_approval: bool,
    /// When they last signed in to the product.
    pub last_sign_in: Option<Timestamp>,
}

impl Profile {
    /// Whether this is a system or anonymous user, of the list "Other users".
    #[must_use]
    pub fn is_other_user(&self) -> bool {
        matches!(
            self.user_type,
            UserType::AnonymousAssociate | UserType::SystemAssociate
        )
    }
}

impl User {
    /// What this user is ordered by.
    #[must_use]
    pub fn key(&self, sort: UserSort) -> Key {
        let folded = &self.folded;
        let text = match sort {
            UserSort::Name => &folded.name_folded,
            UserSort::UserId => &folded.user_id_folded,
            UserSort::FirstName => &folded.first_name_folded,
            UserSort::LastName => &folded.last_name_folded,
            UserSort::Email => &folded.email_folded,
            UserSort::Group => &folded.group_folded,
            UserSort::Role => &folded.role_folded,
            UserSort::Company => &folded.company_folded,
            UserSort::UserPlan => return self.plan.map_or(Key::Never, Key::Plan),
            UserSort::CanLogIn => return Key::Flag(self.profile.can_log_in),
            UserSort::FormerEmployee => return Key::Flag(self.profile.former_employee),
            UserSort::LastSignIn => {
                let at = self.profile.last_sign_in;
                return at.map_or(Key::Never, |at| Key::Instant(at.0));
            }
        };
        Key::Text(text.clone())
    }

    /// Full name as order uses it.
    #[must_use]
    pub fn name_folded(&self) -> &str {
        &self.folded.name_folded
    }
}

/// The columns of [`Row`], of `users u`.
const COLUMNS: &str = "u.id, u.user_id, u.user_id_folded, u.first_name, u.first_name_folded, u.last_name, \
     u.last_name_folded, u.full_name, u.name_folded, u.email, u.email_folded, u.user_type, u.primary_group, u.group_folded, \
     u.role, u.role_folded, u.company, u.company_folded, u.can_log_in, u.former_employee, u.waiting_for_approval, \
     u.last_sign_in, u.revision";

#[derive(FromRow)]
struct Row {
    id: i32,
    user_id: String,
    first_name: String,
    last_name: String,
    full_name: String,
    email: String,
    user_type: String,
    primary_group: String,
    role: String,
    company: String,
    can_log_in: bool,
    former_employee: bool,
    waiting_for_approval: bool,
    last_sign_in: Option<i64>,
    revision: i64,
    #[sqlx(flatten)]
    folded: Folded,
}

impl TryFrom<Row> for User {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            profile: Profile {
                user_id: row.user_id,
                first_name: row.first_name,
                last_name: row.last_name,
                full_name: row.full_name,
                email: row.email,
                user_type: user_type_of(&row.user_type)?,
                primary_group: row.primary_group,
                role: row.role,
                company: row.company,
                can_log_in: row.can_log_in,
                former_employee: row.former_employee,
                waiting_for_approval: row.waiting_for_approval,
                last_sign_in: row.last_sign_in.map(Timestamp),
            },
            revision: row.revision,
            folded: row.folded,
            plan: None,
        })
    }
}

/// The user of this id.
///
/// # Errors
/// Those of the database.
pub async fn one(tx: &mut Tx, id: i32) -> Result<Option<User>, Error> {
    Ok(some(tx, &[id]).await?.pop())
}

/// The users of these ids, in the order of the ids; those who do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn some(tx: &mut Tx, ids: &[i32]) -> Result<Vec<User>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement.push("select ").push(COLUMNS);
        statement
            .push(" from users u where u.id in ")
            .bind_list(chunk);
        found.extend(
            fetch(tx, statement)
                .await?
                .into_iter()
                .map(|user| (user.id, user)),
        );
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The users of these folded user IDs, in no order; those who do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn by_user_ids(tx: &mut Tx, folded: &[String]) -> Result<Vec<User>, Error> {
    let mut found = Vec::with_capacity(folded.len());
    for chunk in folded.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement.push("select ").push(COLUMNS);
        statement.push(" from users u where u.user_id_folded in (");
        for (place, user_id) in chunk.iter().enumerate() {
            if place > 0 {
                statement.push(", ");
            }
            statement.bind(user_id.as_str());
        }
        statement.push(")");
        found.extend(fetch(tx, statement).await?);
    }
    Ok(found)
}

async fn fetch(tx: &mut Tx, statement: Statement) -> Result<Vec<User>, Error> {
    let Statement { text, values } = statement;
    let rows: Vec<Row> = on_tx!(tx, connection => {
        bound!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(connection).await
    })?;
    Ok(rows
        .into_iter()
        .map(User::try_from)
        .collect::<Result<_, _>>()?)
}

/// Whether there is anyone.
///
/// # Errors
/// Those of the database.
pub async fn any(tx: &mut Tx) -> Result<bool, Error> {
    let any: Option<(i32,)> = on_tx!(tx, connection => {
        sqlx::query_as("select id from users order by id limit 1")
            .fetch_optional(connection)
            .await
    })?;
    Ok(any.is_some())
}

/// Memory for the pages that SQLite's writer works on while many users are added, as it writes it: 128 MiB.
const PAGES_OF_MANY: &str = "pragma cache_size = -131072";

/// Makes room for adding many users: names come in no order, so every index is written all over. For a program that ends
/// after that; PostgreSQL has its own memory.
///
/// # Errors
/// Those of the database.
pub async fn expect_many(db: &Db) -> Result<(), Error> {
    if let Db::Sqlite { writer, .. } = db {
        sqlx::query(PAGES_OF_MANY).execute(writer).await?;
    }
    Ok(())
}

/// Says whether these users work here and may log in to the product. Their rows must be taken.
///
/// # Errors
/// Those of the database.
pub async fn set_access(tx: &mut Tx, users: &[i32], access: Access) -> Result<(), Error> {
    for chunk in users.chunks(CHUNK_ROWS) {
        let mut statement = Statement::default();
        statement
            .push("update users set can_log_in = ")
            .bind(access.can_log_in);
        statement
            .push(", former_employee = ")
            .bind(access.former_employee);
        statement.push(" where id in ").bind_list(chunk);
        let Statement { text, values } = statement;
        on_tx!(tx, connection => {
            bound!(sqlx::query(AssertSqlSafe(text)), values).execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

/// Sets what is known of a user, but for their user ID, their kind and when they signed in. Their row must be taken.
///
/// # Errors
/// Those of the database.
pub async fn set_profile(tx: &mut Tx, user: i32, profile: &Profile) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "update users set first_name = $2, first_name_folded = $3, last_name = $4, last_name_folded = $5, \
             full_name = $6, name_folded = $7, email = $8, email_folded = $9, primary_group = $10, group_folded = $11, \
             role = $12, role_folded = $13, company = $14, company_folded = $15, can_log_in = $16, former_employee = $17 \
             where id = $1",
        )
        .bind(user)
        .bind(profile.first_name.as_str())
        .bind(folded(&profile.first_name))
        .bind(profile.last_name.as_str())
        .bind(folded(&profile.last_name))
        .bind(profile.full_name.as_str())
        .bind(folded(&profile.full_name))
        .bind(profile.email.as_str())
        .bind(folded(&profile.email))
        .bind(profile.primary_group.as_str())
        .bind(folded(&profile.primary_group))
        .bind(profile.role.as_str())
        .bind(folded(&profile.role))
        .bind(profile.company.as_str())
        .bind(folded(&profile.company))
        .bind(profile.can_log_in)
        .bind(profile.former_employee)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Removes a user, who holds nothing any more, with their credential and sessions; false: something still tells of what they
/// did, so they stay.
///
/// # Errors
/// Those of the database.
pub async fn remove(tx: &mut Tx, user: i32) -> Result<bool, Error> {
    let acted: bool = on_tx!(tx, connection => {
        sqlx::query_scalar(
            "select exists (select 1 from audit where actor = $1) or exists (select 1 from license where activated_by = $1)",
        )
        .bind(user)
        .fetch_one(connection)
        .await
    })?;
    if acted {
        return Ok(false);
    }
    for text in [
        "delete from credential where user_id = $1",
        "delete from session where user_id = $1",
        "delete from users where id = $1",
    ] {
        on_tx!(tx, connection => {
            sqlx::query(text).bind(user).execute(connection).await.map(drop)
        })?;
    }
    Ok(true)
}

/// Which folded user IDs that begin so are somebody's.
///
/// # Errors
/// Those of the database.
pub async fn user_ids_from(tx: &mut Tx, beginning: &str) -> Result<HashSet<String>, Error> {
    let taken: Vec<String> = on_tx!(tx, connection => {
        sqlx::query_scalar(
            "select user_id_folded from users where user_id_folded >= $1 and user_id_folded < $2",
        )
        .bind(beginning)
        .bind(format!("{beginning}\u{10ffff}"))
        .fetch_all(connection)
        .await
    })?;
    Ok(taken.into_iter().collect())
}

/// Stores new users and answers their ids, in the same order. Their user IDs must be new, also when case is ignored.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut Tx, profiles: &[impl Borrow<Profile>]) -> Result<Vec<i32>, Error> {
    let mut ids = Vec::with_capacity(profiles.len());
    for chunk in profiles.chunks(CHUNK_ROWS) {
        let given: Vec<(String, i32)> = on_tx!(tx, connection => {
            let mut query = QueryBuilder::new(INSERT);
            query.push_values(chunk, |mut row, profile| {
                let profile: &Profile = profile.borrow();
                row.push_bind(profile.user_id.as_str())
                    .push_bind(folded(&profile.user_id))
                    .push_bind(profile.first_name.as_str())
                    .push_bind(folded(&profile.first_name))
                    .push_bind(profile.last_name.as_str())
                    .push_bind(folded(&profile.last_name))
                    .push_bind(profile.full_name.as_str())
                    .push_bind(folded(&profile.full_name))
                    .push_bind(profile.email.as_str())
                    .push_bind(folded(&profile.email))
                    .push_bind(user_type_text(profile.user_type))
                    .push_bind(profile.is_other_user())
                    .push_bind(profile.primary_group.as_str())
                    .push_bind(folded(&profile.primary_group))
                    .push_bind(profile.role.as_str())
                    .push_bind(folded(&profile.role))
                    .push_bind(profile.company.as_str())
                    .push_bind(folded(&profile.company))
                    .push_bind(profile.can_log_in)
                    .push_bind(profile.former_employee)
                    .push_bind(profile.waiting_for_approval)
                    .push_bind(profile.last_sign_in.map(|at| at.0))
                    .push_bind(1_i64);
            });
            query.push(" returning user_id_folded, id");
            query.build_query_as().fetch_all(connection).await
        })?;
        // In which order a database returns what it inserted is nobody's promise.
        let mut given: HashMap<String, i32> = given.into_iter().collect();
        for profile in chunk {
            let id = given.remove(&folded(&profile.borrow().user_id));
            ids.push(id.ok_or(sqlx::Error::RowNotFound)?);
        }
    }
    Ok(ids)
}

const INSERT: &str = "insert into users (user_id, user_id_folded, first_name, first_name_folded, last_name, \
     last_name_folded, full_name, name_folded, email, email_folded, user_type, other_user, primary_group, group_folded, \
     role, role_folded, company, company_folded, can_log_in, former_employee, waiting_for_approval, last_sign_in, \
     revision) ";
