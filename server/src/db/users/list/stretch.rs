//! One statement of a page: a stretch of one list in one way.

use licensing::wire::UserSort;

use super::narrow::{holds, narrow};
use super::source::{Source, Way, ids, of_list};
use super::{Filter, ties_by_name};
use crate::db::statement::{Statement, Value};
use crate::db::users::COLUMNS;
use crate::db::users::cursor::{Cursor, Key, Order};

/// A stretch of a list. "Never comes last" in both directions, and an index has the empty ones at one end only: so a
/// list by last sign-in is two stretches, each of which an index serves. One by user plan is a stretch per plan, and one
/// for who has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    SignedIn,
    Never,
    /// Whose first plan is the one at this place.
    Plan(usize),
    NoPlan,
}

/// The stretches of a list behind a page.
pub(super) fn parts(
    order: Order,
    filter: &Filter,
    plans: &[i32],
    after: Option<&Cursor>,
) -> Vec<Part> {
    let key = after.map(|cursor| &cursor.key);
    match (order.sort, key) {
        (UserSort::LastSignIn, key) => {
            let (never, before) = (filter.never_signed_in, filter.signed_in_before.is_some());
            let mut parts = Vec::new();
            if key != Some(&Key::Never) && (before || !never) {
                parts.push(Part::SignedIn);
            }
            if never || !before {
                parts.push(Part::Never);
            }
            parts
        }
        (UserSort::UserPlan, Some(Key::Never)) => vec![Part::NoPlan],
        (UserSort::UserPlan, key) => {
            let mut places: Vec<usize> = (0..plans.len()).collect();
            if order.descending {
                places.reverse();
            }
            let begun = places
                .iter()
                .position(|place| key == Some(&Key::Plan(plans[*place])));
            let left = places.into_iter().skip(begun.unwrap_or(0));
            left.map(Part::Plan).chain([Part::NoPlan]).collect()
        }
        _ => vec![Part::Whole],
    }
}

/// One statement of a page.
pub(super) struct Stretch<'a> {
    pub(super) filter: &'a Filter,
    pub(super) way: &'a Way,
    pub(super) list: Option<bool>,
    pub(super) order: Order,
    pub(super) plans: &'a [i32],
    pub(super) part: Part,
    pub(super) after: Option<&'a Cursor>,
    pub(super) until: Option<&'a Cursor>,
}

impl Stretch<'_> {
    pub(super) fn statement(&self, wanted: usize, sqlite: bool) -> Statement {
        let mut statement = Statement::default();
        self.from(&mut statement, sqlite);
        narrow(&mut statement, self.filter);
        self.of_part(&mut statement);
        self.bounded(&mut statement);
        statement.push(" limit ").push(&wanted.to_string());
        statement
    }

    /// The user that a walk comes to after so many, whether they match or not.
    pub(super) fn skipping(&self, users: i64) -> Statement {
        let mut statement = Statement::default();
        self.from(&mut statement, true);
        self.bounded(&mut statement);
        statement.push(" limit 1 offset ").push(&users.to_string());
        statement
    }

    /// From the page before to where the walk ends, in order.
    fn bounded(&self, statement: &mut Statement) {
        let (after, before) = if self.order.descending {
            (" < ", " > ")
        } else {
            (" > ", " < ")
        };
        self.beside(statement, self.after, after);
        self.beside(statement, self.until, before);
        let direction = if self.order.descending { " desc" } else { "" };
        statement.push(" order by ");
        for (place, column) in self.columns().iter().enumerate() {
            if place > 0 {
                statement.push(", ");
            }
            statement.push(column).push(direction);
        }
    }

    /// Whether this stretch goes along the holders of a module, whose rows carry the name.
    fn along_assignments(&self) -> bool {
        match (self.way, self.part) {
            (Way::Named(Source::Given(_)), Part::Whole) => true,
            (way, Part::Plan(_)) => !matches!(way, Way::Fetch(_)),
            _ => false,
        }
    }

    fn from(&self, statement: &mut Statement, sqlite: bool) {
        match (self.way, self.part) {
            (Way::Fetch(source), _) => {
                statement.push("with found as materialized (select distinct id from (");
                ids(statement, self.filter, source, sqlite);
                statement.push(") every) select ").push(COLUMNS);
                // `cross join` keeps SQLite from turning it round.
                statement.push(" from found f cross join users u where u.id = f.id and ");
                of_list(statement, "u.", self.list);
            }
            (Way::Named(Source::Given(given)), Part::Whole) => {
                self.holders(statement, given[0]);
            }
            (_, Part::Plan(place)) => self.holders(statement, self.plans[place]),
            (way, _) => {
                statement.push("select ").push(COLUMNS);
                statement.push(" from users u where ");
                of_list(statement, "u.", self.list);
                if let Way::Named(source) = way {
                    source.only(statement);
                }
            }
        }
    }

    fn holders(&self, statement: &mut Statement, module: i32) {
        statement.push("select ").push(COLUMNS);
        statement.push(" from assignment a cross join users u where a.module_id = ");
        statement.bind(module).push(" and ");
        of_list(statement, "a.", self.list);
        statement.push(" and u.id = a.user_id");
    }

    /// What tells this stretch from the others.
    fn of_part(&self, statement: &mut Statement) {
        match self.part {
            Part::Whole => {}
            Part::SignedIn => {
                statement.push(" and u.last_sign_in is not null");
            }
            Part::Never => {
                statement.push(" and u.last_sign_in is null");
            }
            Part::Plan(place) => {
                if !self.along_assignments() {
                    statement.push(" and ");
                    holds(statement, &self.plans[place..=place]);
                }
                if place > 0 {
                    statement.push(" and not ");
                    holds(statement, &self.plans[..place]);
                }
            }
            Part::NoPlan => {
                if !self.plans.is_empty() {
                    statement.push(" and not ");
                    holds(statement, self.plans);
                }
            }
        }
    }

    /// What this stretch is ordered by.
    fn columns(&self) -> &'static [&'static str] {
        if self.along_assignments() {
            return &["a.name_folded", "a.user_id"];
        }
        if matches!(self.way, Way::Named(_)) && self.order.sort == UserSort::Name {
            return &["u.name_folded", "u.id"];
        }
        match (self.order.sort, self.part) {
            (_, Part::Never) => &["u.id"],
            (UserSort::Name | UserSort::UserPlan, _) => &["u.name_folded", "u.id"],
            (UserSort::UserId, _) => &["u.user_id_folded", "u.id"],
            (UserSort::FirstName, _) => &["u.first_name_folded", "u.id"],
            (UserSort::LastName, _) => &["u.last_name_folded", "u.id"],
            (UserSort::Email, _) => &["u.email_folded", "u.id"],
            (UserSort::LastSignIn, _) => &["u.last_sign_in", "u.id"],
            (UserSort::Group, _) => &["u.group_folded", "u.name_folded", "u.id"],
            (UserSort::Role, _) => &["u.role_folded", "u.name_folded", "u.id"],
            (UserSort::Company, _) => &["u.company_folded", "u.name_folded", "u.id"],
            (UserSort::CanLogIn, _) => &["u.can_log_in", "u.name_folded", "u.id"],
            (UserSort::FormerEmployee, _) => &["u.former_employee", "u.name_folded", "u.id"],
        }
    }

    /// On this side of the cursor, where that lies in this stretch.
    fn beside(&self, statement: &mut Statement, cursor: Option<&Cursor>, sign: &str) {
        let Some(cursor) = cursor else { return };
        let mut key = match (&cursor.key, self.part) {
            (Key::Text(text), Part::Whole) => vec![Value::from(text.as_str())],
            (Key::Flag(flag), Part::Whole) => vec![Value::from(*flag)],
            (Key::Instant(at), Part::SignedIn) => vec![Value::from(*at)],
            (Key::Never, Part::Never) => vec![],
            (Key::Plan(id), Part::Plan(place)) if self.plans[place] == *id => {
                vec![Value::from(cursor.name.as_str())]
            }
            (Key::Never, Part::NoPlan) => vec![Value::from(cursor.name.as_str())],
            // It lies in another stretch: this one is wanted whole.
            _ => return,
        };
        if self.part == Part::Whole && ties_by_name(self.order.sort) {
            key.push(Value::from(cursor.name.as_str()));
        }
        key.push(Value::from(cursor.id));
        statement.push(" and (").push(&self.columns().join(", "));
        statement.push(")").push(sign).push("(");
        for (place, value) in key.into_iter().enumerate() {
            if place > 0 {
                statement.push(", ");
            }
            statement.bind(value);
        }
        statement.push(")");
    }
}
