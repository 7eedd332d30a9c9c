//! Tests of one user: the conditions of a filter as SQL over `users u`, told so that no index but the chosen one is used.

use licensing::wire::Holding;

use super::Filter;
use crate::db::statement::{Statement, Value};
use crate::db::users::parts::{self, Part};
use crate::db::{Tx, modules};
use crate::error::Error;

/// Shortest text that is searched for anywhere, in characters; a shorter one is a beginning.
const ANYWHERE_MIN: usize = 3;
/// Most groups and roles that a search looks for by their names.
const PARTS_MAX: i64 = 200;

/// What is searched for: a text in user ID and name, and what it finds among groups, roles and user plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Folded; not empty.
    pub(super) text: String,
    pub(super) groups: Vec<String>,
    pub(super) roles: Vec<String>,
    /// Ids of user plans.
    pub(super) plans: Vec<i32>,
}

impl Search {
    /// Looks a folded text up; none where it is empty.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(tx: &mut Tx, text: String) -> Result<Option<Self>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let mut search = Self {
            text,
            groups: Vec::new(),
            roles: Vec::new(),
            plans: Vec::new(),
        };
        let pattern = search.pattern();
        search.groups = parts::matching(tx, Part::Group, &pattern, PARTS_MAX).await?;
        search.roles = parts::matching(tx, Part::Role, &pattern, PARTS_MAX).await?;
        let modules = modules::all(tx).await?.into_iter();
        search.plans = modules
            .filter(|module| module.in_license && module.stock.user_plan)
            .filter(|module| search.finds(&super::super::folded(&module.stock.description)))
            .map(|module| module.id)
            .collect();
        Ok(Some(search))
    }

    /// Whether it is looked for anywhere, not only at the beginning.
    pub(super) fn anywhere(&self) -> bool {
        self.text.chars().count() >= ANYWHERE_MIN
    }

    fn finds(&self, folded: &str) -> bool {
        if self.anywhere() {
            folded.contains(&self.text)
        } else {
            folded.starts_with(&self.text)
        }
    }

    /// For `like … escape '\'`.
    pub(super) fn pattern(&self) -> String {
        let text = escaped(&self.text);
        if self.anywhere() {
            format!("%{text}%")
        } else {
            format!("{text}%")
        }
    }

    /// For SQLite's full-text index: the list, and every three letters in a row, must be there.
    pub(super) fn trigrams(&self, other_users: Option<bool>) -> String {
        let list = other_users.map(|other| if other { "\"\no\n\"" } else { "\"\na\n\"" });
        let letters: Vec<char> = self.text.chars().collect();
        let mut trigrams: Vec<String> = letters
            .windows(ANYWHERE_MIN)
            .map(|three| {
                let three: String = three.iter().collect();
                format!("\"{}\"", three.replace('"', "\"\""))
            })
            .collect();
        trigrams.sort_unstable();
        trigrams.dedup();
        trigrams.extend(list.map(str::to_owned));
        trigrams.join(" AND ")
    }

    /// The first text behind all that begin with it.
    pub(super) fn behind(&self) -> String {
        format!("{}\u{10ffff}", self.text)
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

/// Adds every condition of the filter but the list.
pub(super) fn narrow(statement: &mut Statement, filter: &Filter) {
    for (part, name) in filter.parts() {
        // An expression is no column of an index: which index is used was chosen already.
        statement.push(" and coalesce(u.").push(part.folded());
        statement.push(", '') = ").bind(name);
    }
    if filter.can_log_in {
        statement.push(" and coalesce(u.can_log_in, false)");
    }
    if filter.former_employee {
        statement.push(" and coalesce(u.former_employee, false)");
    }
    match (filter.never_signed_in, filter.signed_in_before) {
        (false, None) => {}
        (true, None) => {
            statement.push(" and u.last_sign_in is null");
        }
        (false, Some(before)) => {
            statement.push(" and u.last_sign_in < ").bind(before);
        }
        (true, Some(before)) => {
            statement.push(" and coalesce(u.last_sign_in, -1) < ");
            statement.bind(before);
        }
    }
    held(statement, filter);
    if let Some(search) = &filter.search {
        searched(statement, search);
    }
}

fn held(statement: &mut Statement, filter: &Filter) {
    if filter.licenses.is_empty() {
        return;
    }
    if filter.holding == Holding::All {
        for given in &filter.licenses {
            statement.push(" and ");
            holds(statement, given);
        }
    } else {
        let not = filter.holding == Holding::None;
        statement.push(if not { " and not " } else { " and " });
        holds(statement, &filter.any());
    }
}

/// That the user was given one of these; by their own assignments.
pub(super) fn holds(statement: &mut Statement, given: &[i32]) {
    statement
        .push("exists (select 1 from assignment e where e.user_id = u.id and +e.module_id in ");
    statement.bind_list(given).push(")");
}

fn searched(statement: &mut Statement, search: &Search) {
    statement.push(" and (");
    let pattern = Value::Text(search.pattern());
    if search.anywhere() {
        statement.push("u.search_folded like ").bind(pattern);
        statement.push(" escape '\\'");
    } else {
        let columns = ["name_folded", "user_id_folded", "last_name_folded"];
        for (place, column) in columns.into_iter().enumerate() {
            statement.push(if place == 0 { "u." } else { " or u." });
            statement.push(column).push(" like ").bind(pattern.clone());
            statement.push(" escape '\\'");
        }
    }
    for (part, names) in [(Part::Group, &search.groups), (Part::Role, &search.roles)] {
        if !names.is_empty() {
            statement.push(" or coalesce(u.").push(part.folded());
            statement.push(", '') in ").bind_texts(names);
        }
    }
    if !search.plans.is_empty() {
        statement.push(" or ");
        holds(statement, &search.plans);
    }
    statement.push(")");
}

impl Filter {
    /// Parts of the list that are asked for.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        let parts = [
            (Part::Group, &self.group),
            (Part::Role, &self.role),
            (Part::Company, &self.company),
        ];
        let parts = parts.into_iter();
        parts.filter_map(|(part, name)| Some((part, name.as_deref()?)))
    }

    /// Every module that counts as one of the licenses.
    pub(super) fn any(&self) -> Vec<i32> {
        let mut any = self.licenses.concat();
        any.sort_unstable();
        any.dedup();
        any
    }
}
