//! Lists of users at size: pages by sort key and id, and how many match.
//!
//! A page can be found in three ways: walk the index of the order and test each user (many match), walk an index that is
//! in the order and holds only those who match a condition (holders of a module, people of a group, by name), or fetch
//! everyone who matches the rarest condition and sort them. The wrong one costs a thousandfold, so the choice is made
//! here, by counting each condition up to a limit and by walking a little first, and is pinned in the SQL of both
//! databases.

mod count;
mod matching;
mod narrow;
mod source;
mod stretch;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use licensing::wire::{Holding, UserSort};

use self::source::{Way, Ways};
use self::stretch::{Part, Stretch, parts};
use super::cursor::{Cursor, Key, Order};
use super::{User, fetch as fetch_users};
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

/// Users that are walked before fetching may be better.
const WALKED: i64 = 10_000;

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
    page_of(tx, filter, order, plans, after, limit, WALKED).await
}

/// Walks so many users first: soon full where many match. Where they do not, or all stand at the end of the order, the rarest
/// condition is fetched instead, when it is rare enough.
async fn page_of(
    tx: &mut Tx,
    filter: &Filter,
    order: Order,
    plans: &[i32],
    after: Option<&Cursor>,
    limit: usize,
    walked: i64,
) -> Result<Page, Error> {
    let asked = Asked {
        filter,
        order,
        plans,
        after,
        limit,
    };
    let Ways { walk, fetch } = source::ways(tx, filter, order.sort).await?;
    let Some((count, fetch)) = fetch else {
        return asked.found(tx, &walk, None).await;
    };
    // Where so few match that the walk would not fill the page even if they stood evenly, it is not begun.
    let wanted = i64::try_from(limit).map_err(Error::internal)?;
    let fills = count.saturating_mul(walked) >= wanted.saturating_mul(source::everyone(tx).await?);
    if let ([way], Some(list)) = (&walk[..], filter.other_users)
        && fills
        && !matches!(order.sort, UserSort::LastSignIn | UserSort::UserPlan)
    {
        let stretch = asked.stretch(way, Some(list), Part::Whole, None);
        let last = fetch_users(tx, stretch.skipping(walked)).await?.pop();
        let until = last.map(|user| Cursor::at(&user, order));
        let page = asked.found(tx, &walk, until.as_ref()).await?;
        if until.is_none() || page.more {
            return Ok(page);
        }
    }
    asked.found(tx, &[Way::Fetch(fetch)], None).await
}

/// What is asked of a page.
struct Asked<'a> {
    filter: &'a Filter,
    order: Order,
    plans: &'a [i32],
    after: Option<&'a Cursor>,
    limit: usize,
}

impl Asked<'_> {
    fn stretch<'s>(
        &'s self,
        way: &'s Way,
        list: Option<bool>,
        part: Part,
        until: Option<&'s Cursor>,
    ) -> Stretch<'s> {
        Stretch {
            filter: self.filter,
            way,
            list,
            order: self.order,
            plans: self.plans,
            part,
            after: self.after,
            until,
        }
    }

    /// The page, in these ways, no further than `end`.
    async fn found(&self, tx: &mut Tx, ways: &[Way], end: Option<&Cursor>) -> Result<Page, Error> {
        let (order, limit) = (self.order, self.limit);
        // Every index of an order begins with the list, so both lists are two walks, merged.
        let lists = match self.filter.other_users {
            None => &[Some(false), Some(true)][..],
            one => &[one],
        };
        let mut found: Vec<User> = Vec::new();
        for list in lists {
            for way in ways {
                // When the walks so far fill the page, the next is walked no further than that.
                let full = found.get(limit).map(|last| Cursor::at(last, order));
                let mut walked = Vec::new();
                for part in parts(order, self.filter, self.plans, self.after) {
                    // One more than asked for tells whether there are more.
                    let wanted = limit + 1 - walked.len();
                    if wanted == 0 {
                        break;
                    }
                    let until = full.as_ref().or(end);
                    let stretch = self.stretch(way, *list, part, until);
                    let statement = stretch.statement(wanted, tx.is_sqlite());
                    let mut users = fetch_users(tx, statement).await?;
                    if let Part::Plan(place) = part {
                        for user in &mut users {
                            user.plan = Some(self.plans[place]);
                        }
                    }
                    walked.extend(users);
                }
                found.extend(walked);
                found.sort_by(|a, b| compare(a, b, order, self.plans));
                // Who holds a module twice, by two plans, is found in two walks.
                found.dedup_by_key(|user| user.id);
            }
        }
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(Page { users: found, more })
    }
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
