//! What the lists of users show of each: the columns, which of them an administrator chose, and their cells.

use leptos::prelude::window;
use licensing::wire::{UserList, UserRow, UserSort};

use super::rows::{can_log_in, kind, last_sign_in};
use crate::nodes;
use crate::reactive::RwSignal;
use crate::session::session;
use crate::text::{K, joined, now};
use crate::ui::el::{El, Node, el};
use crate::ui::filter::check;
use crate::ui::menu::menu;
use crate::ui::table::Column;

/// A column of a list of users.
pub(super) struct Field {
    pub(super) column: Column,
    /// What its header sorts by.
    pub(super) sort: Option<UserSort>,
    cell: fn(&UserRow) -> Node,
}

const fn field(column: Column, sort: UserSort, cell: fn(&UserRow) -> Node) -> Field {
    Field {
        column: column.sortable(),
        sort: Some(sort),
        cell,
    }
}

/// Every column, in order.
static FIELDS: [Field; 14] = [
    field(Column::soft(K::UserId), UserSort::UserId, |user| {
        user.user_id.clone().into()
    }),
    field(Column::head(K::Name), UserSort::Name, |_| Node::Nothing),
    field(Column::head(K::Description), UserSort::Name, |_| {
        Node::Nothing
    }),
    field(Column::text(K::FirstName), UserSort::FirstName, |user| {
        user.first_name.clone().into()
    }),
    field(Column::text(K::LastName), UserSort::LastName, |user| {
        user.last_name.clone().into()
    }),
    Field {
        column: Column::text(K::ColType),
        sort: None,
        cell: |user| now(kind(user.user_type)).into(),
    },
    field(Column::text(K::PrimaryGroup), UserSort::Group, |user| {
        user.primary_group.clone().into()
    }),
    field(Column::text(K::Role), UserSort::Role, |user| {
        user.role.clone().into()
    }),
    field(Column::text(K::UserPlan), UserSort::UserPlan, |user| {
        plans(&user.user_plans)
    }),
    field(Column::text(K::OwningCompany), UserSort::Company, |user| {
        user.company.clone().into()
    }),
    field(Column::text(K::Email), UserSort::Email, |user| {
        user.email.clone().into()
    }),
    field(Column::text(K::LastSignIn), UserSort::LastSignIn, |user| {
        last_sign_in(user).into()
    }),
    field(Column::text(K::CanLogIn), UserSort::CanLogIn, |user| {
        can_log_in(user.can_log_in).into()
    }),
    field(
        Column::text(K::FormerEmployee),
        UserSort::FormerEmployee,
        |user| can_log_in(user.former_employee).into(),
    ),
];

/// A bit per column: the one of this place.
const fn bits(places: &[usize]) -> u32 {
    let (mut bits, mut next) = (0, 0);
    while next < places.len() {
        bits |= 1 << places[next];
        next += 1;
    }
    bits
}

/// The name of a person, and the description of another user, are always there.
const NAMES: u32 = bits(&[1, 2]);
/// Columns that associates, and other users, can have; and those that they have at first.
const OF_PEOPLE: u32 = bits(&[0, 1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13]);
const OF_OTHERS: u32 = bits(&[0, 2, 5, 6, 7, 11, 12]);
const PEOPLE_AT_FIRST: u32 = bits(&[0, 1, 6, 8, 11, 12]);
const OTHERS_AT_FIRST: u32 = bits(&[0, 2, 5, 11, 12]);

/// Which columns a list shows; kept in this browser for whoever is signed in.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    list: UserList,
    shown: RwSignal<u32>,
}

impl Fields {
    /// As they were chosen, or at first.
    pub(super) fn of(list: UserList) -> Self {
        let storage = window().local_storage().ok().flatten();
        let kept = storage.and_then(|storage| storage.get_item(&stored(list)).ok().flatten());
        let (every, at_first) = match list {
            UserList::Associates => (OF_PEOPLE, PEOPLE_AT_FIRST),
            UserList::OtherUsers => (OF_OTHERS, OTHERS_AT_FIRST),
        };
        let kept = kept.and_then(|kept| kept.parse::<u32>().ok());
        Self {
            list,
            shown: RwSignal::new(kept.map_or(at_first, |kept| (kept | NAMES) & every)),
        }
    }

    /// The columns that are shown, in order; follows the choice.
    pub(super) fn shown(self) -> impl Iterator<Item = &'static Field> {
        let shown = self.shown.get();
        of_bits(shown)
    }

    /// The cells of a row; `name` stands under its header.
    pub(super) fn cells(self, user: &UserRow, name: Node) -> Vec<Node> {
        let mut name = Some(name);
        of_bits(self.shown.get_untracked())
            .map(|field| match field.sort {
                Some(UserSort::Name) => name.take().into(),
                _ => (field.cell)(user),
            })
            .collect()
    }

    /// The button that opens the choice of columns.
    pub(super) fn menu(self) -> Node {
        let every = match self.list {
            UserList::Associates => OF_PEOPLE,
            UserList::OtherUsers => OF_OTHERS,
        };
        let boxes: Vec<El> = (0..FIELDS.len())
            .map(|place| (place, 1 << place))
            .filter(|(_, bit)| every & !NAMES & bit != 0)
            .map(|(place, bit)| {
                let on = move || self.shown.get() & bit != 0;
                check(now(FIELDS[place].column.label()), on, move |_| {
                    self.toggle(bit);
                })
            })
            .collect();
        let boxes = el("fieldset")
            .child(el("legend").child(K::Columns))
            .children(boxes);
        menu("columns", K::Columns, boxes)
    }

    fn toggle(self, bit: u32) {
        self.shown.update(|shown| *shown ^= bit);
        if let Some(storage) = window().local_storage().ok().flatten() {
            let shown = self.shown.get_untracked().to_string();
            // A full or forbidden store only means that the choice is asked again.
            drop(storage.set_item(&stored(self.list), &shown));
        }
    }
}

fn of_bits(shown: u32) -> impl Iterator<Item = &'static Field> {
    let places = (0..FIELDS.len()).filter(move |place| shown & (1 << place) != 0);
    places.map(|place| &FIELDS[place])
}

/// Where a choice is kept.
fn stored(list: UserList) -> String {
    let user = session().who().map_or(0, |who| who.user).to_string();
    let list = match list {
        UserList::Associates => "columns.associates.",
        UserList::OtherUsers => "columns.other.",
    };
    [list, &user].concat()
}

/// "Sales Premium, +1": all of them on hover and for screen readers.
fn plans(plans: &[String]) -> Node {
    let [first, more @ ..] = plans else {
        return Node::Nothing;
    };
    if more.is_empty() {
        return first.clone().into();
    }
    let all = joined(plans, ", ");
    let short = [first.as_str(), ", +", &more.len().to_string()].concat();
    let short = el("span")
        .attr("title", all.clone())
        .attr("aria-hidden", "true")
        .child(short);
    nodes![short, el("span").class("unseen").child(all)]
}
