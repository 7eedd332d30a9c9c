//! Where a page of users ended: sort key and id of its last row, as an opaque text for the address of the next page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use licensing::wire::UserSort;
use serde::{Deserialize, Serialize};

use super::User;

/// Longest text of a cursor, in bytes.
const CURSOR_MAX: usize = 4096;

/// The last row of a page. The next page begins behind it, whatever was added or removed in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Order of the list that it belongs to.
    pub sort: UserSort,
    /// From the end.
    pub descending: bool,
    /// Sort key of the row.
    pub key: Key,
    /// Its name as order uses it: the first to break ties, where the order says so.
    pub name: String,
    /// Id of the user: ties are broken by it at last.
    pub id: i32,
}

/// Order of a list; ties by id.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    /// Sort key.
    pub sort: UserSort,
    /// From the end.
    pub descending: bool,
}

/// A sort key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A folded text.
    Text(String),
    /// An instant, in epoch milliseconds.
    Instant(i64),
    /// Yes or no; no comes first.
    Flag(bool),
    /// Id of a user plan.
    Plan(i32),
    /// Has none, and so comes last.
    Never,
}

impl Cursor {
    /// Behind this user.
    #[must_use]
    pub fn at(user: &User, order: Order) -> Self {
        Self {
            sort: order.sort,
            descending: order.descending,
            key: user.key(order.sort),
            name: user.name_folded().to_owned(),
            id: user.id,
        }
    }

    /// As text.
    #[must_use]
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(self).expect("a cursor has only texts and numbers");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// From text; none when it is no cursor of a list in this order.
    #[must_use]
    pub fn decode(text: &str, sort: UserSort, descending: bool) -> Option<Self> {
        if text.len() > CURSOR_MAX {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&json).ok()?;
        let key_fits = match sort {
            UserSort::LastSignIn => matches!(cursor.key, Key::Instant(_) | Key::Never),
            UserSort::UserPlan => matches!(cursor.key, Key::Plan(_) | Key::Never),
            UserSort::CanLogIn | UserSort::FormerEmployee => matches!(cursor.key, Key::Flag(_)),
            _ => matches!(cursor.key, Key::Text(_)),
        };
        (key_fits && cursor.sort == sort && cursor.descending == descending).then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            sort: UserSort::Name,
            descending: false,
            key: Key::Text("zoë de wit".to_owned()),
            name: "zoë de wit".to_owned(),
            id: 7,
        }
    }

    #[test]
    fn a_cursor_is_read_back_as_it_was_written() {
        let text = cursor().encode();
        assert_eq!(Cursor::decode(&text, UserSort::Name, false), Some(cursor()));
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let text = cursor().encode();
        assert_eq!(Cursor::decode(&text, UserSort::Group, false), None);
        assert_eq!(Cursor::decode(&text, UserSort::Name, true), None);
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        for text in ["", "!", "bm9uc2Vuc2U", &"A".repeat(CURSOR_MAX + 1)] {
            assert_eq!(Cursor::decode(text, UserSort::Name, false), None, "{text}");
        }
    }

    #[test]
    fn a_key_that_does_not_fit_the_order_is_refused() {
        let text = Cursor {
            sort: UserSort::LastSignIn,
            ..cursor()
        }
        .encode();
        assert_eq!(Cursor::decode(&text, UserSort::LastSignIn, false), None);
    }
}
