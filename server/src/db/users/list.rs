//! Lists of users at size: pages by sort key and id, and how many match.
//!
//! A page can be found in three ways: walk the index of the order and test each user (many match), walk an index that is
//! in the order and holds only those who match a condition (holders of a module, people of a group, by name), or fetch
//! everyone who matches the rarest condition and sort them. The wrong one costs a thousandfold, so the choice is made
//! here, by counting each condition up to a limit, and is pinned in the SQL of both databases.

mod count;
mod matching;
mod narrow;
mod source;
mod stretch;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use licensing::wire::{Holding, UserSort};

use self::source::Way;
use self::stretch::{Part, Stretch, parts};
use super::cursor::{Cursor, Key, Order};
use super::{User, fetch};
use crate::db::Tx;
use crate::error::Error;

pub use count::{Counted, at_least, count, of_list};
pub use matching::matching;
pub use narrow::Search;

/// Which users.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// System and anonymous users, or the others; none: both.
    pub other_users: Option<bool>,
    /// What is searched for; none: all.
    pub search: Option<Search>,
    /// Only by what they hold of these modules: each as it, and the plans that bring it.
    pub licenses: Vec<Vec<i32>>,
    /// How many of those.
    pub holding: Holding,
    /// Only of this primary group, folded.
    pub group: Option<String>,
    /// Only of this role, folded.
    pub role: Option<String>,
    /// Only of this owning company, folded.
    pub company: Option<String>,
    /// Only who can log in.
    pub can_log_in: bool,
    /// Only who left.
    pub former_employee: bool,
    /// Only who never signed in, or who signed in before; both: either.
    pub never_signed_in: bool,
    /// Only who last signed in before this instant, in epoch milliseconds.
    pub signed_in_before: Option<i64>,
}

impl Filter {
    /// Everyone of one of the two lists.
    #[must_use]
    pub fn all_of(other_users: bool) -> Self {
        Self {
            other_users: Some(other_users),
            ..Self::default()
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

/// A page of at most `limit` users, behind `after`. An order by user plan is that of `plans`, their ids in order.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    order: Order,
    plans: &[i32],
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page, Error> {
    let ways = source::ways(tx, filter, order.sort, limit).await?;
    found(tx, &ways, filter, order, plans, after, limit).await
}

/// The page, in these ways.
async fn found(
    tx: &mut Tx,
    ways: &[Way],
    filter: &Filter,
    order: Order,
    plans: &[i32],
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page, Error> {
    // Every index of an order begins with the list, so both lists are two walks, merged.
    let lists = match filter.other_users {
        None => &[Some(false), Some(true)][..],
        one => &[one],
    };
    let mut found: Vec<User> = Vec::new();
    for list in lists {
        for way in ways {
            // When the walks so far fill the page, the next is walked no further than that.
            let until = found.get(limit).map(|last| Cursor::at(last, order));
            let mut walked = Vec::new();
            for part in parts(order.sort, filter, plans, after) {
                // One more than asked for tells whether there are more.
                let wanted = limit + 1 - walked.len();
                if wanted == 0 {
                    break;
                }
                let stretch = Stretch {
                    filter,
                    way,
                    list: *list,
                    order,
                    plans,
                    part,
                    after,
                    until: until.as_ref(),
                };
                let mut users = fetch(tx, stretch.statement(wanted, tx.is_sqlite())).await?;
                if let Part::Plan(place) = part {
                    for user in &mut users {
                        user.plan = Some(plans[place]);
                    }
                }
                walked.extend(users);
            }
            found.extend(walked);
            found.sort_by(|a, b| compare(a, b, order, plans));
            // Who holds a module twice, by two plans, is found in two walks.
            found.dedup_by_key(|user| user.id);
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(Page { users: found, more })
}

/// Whether an order breaks ties by name before it does so by id: where many users have the same key.
fn ties_by_name(sort: UserSort) -> bool {
    matches!(
        sort,
        UserSort::Group
            | UserSort::Role
            | UserSort::Company
            | UserSort::UserPlan
            | UserSort::CanLogIn
            | UserSort::FormerEmployee
    )
}

fn compare(a: &User, b: &User, order: Order, plans: &[i32]) -> Ordering {
    let place = |user: &User| match user.key(order.sort) {
        // Plans come in their own order, whatever their ids.
        Key::Plan(id) => {
            Key::Instant(plans.iter().position(|plan| *plan == id).unwrap_or(0) as i64)
        }
        key => key,
    };
    let name = |user: &User| ties_by_name(order.sort).then(|| user.name_folded().to_owned());
    let (a, b) = ((place(a), name(a), a.id), (place(b), name(b), b.id));
    if order.descending && (a.0 == Key::Never) == (b.0 == Key::Never) {
        b.cmp(&a)
    } else {
        a.cmp(&b)
    }
}
