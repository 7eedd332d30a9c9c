//! A statement whose shape depends on what was asked: one SQL text with numbered places, and the values for them.
//!
//! Both databases read `$1`, so the text is built once and run on either; statements that never vary are plain texts.

/// A value for a place of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// An id.
    Id(i32),
    /// An instant or a number of many.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i32> for Value {
    fn from(id: i32) -> Self {
        Self::Id(id)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// SQL and its values. Only our own text goes into `push`; what came from outside goes into `bind`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    /// Adds SQL.
    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        self.text.push_str(sql);
        self
    }

    /// Adds a place and its value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds `($1, $2, …)`; ids must not be empty.
    pub(crate) fn bind_list(&mut self, ids: &[i32]) -> &mut Self {
        self.push("(");
        for (place, id) in ids.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.bind(*id);
        }
        self.push(")")
    }

    /// The same of texts.
    pub(crate) fn bind_texts(&mut self, texts: &[String]) -> &mut Self {
        self.push("(");
        for (place, text) in texts.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.bind(text.as_str());
        }
        self.push(")")
    }
}

/// Gives a query the values of a statement: `bound!(sqlx::query_as::<_, Row>(…), values)`.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::db::statement::Value::Text(text) => query.bind(text),
                $crate::db::statement::Value::Id(id) => query.bind(id),
                $crate::db::statement::Value::Number(number) => query.bind(number),
                $crate::db::statement::Value::Flag(flag) => query.bind(flag),
            };
        }
        query
    }};
}
pub(crate) use bound;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_in_the_order_of_their_values() {
        let mut statement = Statement::default();
        statement.push("select 1 where a = ").bind(true);
        statement.push(" and b in ").bind_list(&[7, 8]);
        assert_eq!(statement.text, "select 1 where a = $1 and b in ($2, $3)");
        assert_eq!(
            statement.values,
            [Value::Flag(true), Value::Id(7), Value::Id(8)]
        );
    }
}
