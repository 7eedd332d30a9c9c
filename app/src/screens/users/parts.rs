//! User groups and our companies: how many associates each has, and the way to them.

use licensing::wire::{UserList, UserPart};

use crate::api;
use crate::events::changes;
use crate::remote::remote;
use crate::route::{PartsOf, UsersRoute};
use crate::text::{K, number};
use crate::ui::el::{El, Node, el};
use crate::ui::loaded::loaded;
use crate::ui::notice::p;
use crate::ui::table::{Column, row_of, table};

const GROUPS: [Column; 2] = [
    Column::head(K::PrimaryGroup),
    Column::number(K::AssociatesTab),
];
const COMPANIES: [Column; 4] = [
    Column::head(K::CompanyName),
    Column::text(K::Department),
    Column::text(K::City),
    Column::number(K::AssociatesTab),
];

/// The tab of groups, or of companies.
pub(super) fn parts(of: PartsOf) -> Node {
    let changes = changes();
    let known = remote(move || changes.users(), |()| api::user_parts());
    let inside = move || {
        known.show(move |known| {
            let (caption, columns, parts): (_, &[Column], _) = match of {
                PartsOf::Groups => (K::UserGroupsTab, &GROUPS, &known.groups),
                PartsOf::Companies => (K::OurCompaniesTab, &COMPANIES, &known.companies),
            };
            if parts.is_empty() {
                return el("div").class("empty").child(p(K::NoParts));
            }
            let rows = parts.iter().map(|part| part_row(of, columns, part));
            table(caption, columns, None, el("tbody").children(rows))
        })
    };
    el("div")
        .class("sheet parts")
        .child(loaded(known.there(), known.waiting, 6, inside))
        .into()
}

fn part_row(of: PartsOf, columns: &[Column], part: &UserPart) -> El {
    let mut route = UsersRoute::of(UserList::Associates);
    let name = part.name.clone();
    match of {
        PartsOf::Groups => route.query.group = name.clone(),
        PartsOf::Companies => route.query.company = name.clone(),
    }
    let link = el("a").class("name").attr("href", route.href()).child(name);
    let users = number(part.users).into();
    let cells: Vec<Node> = match of {
        PartsOf::Groups => vec![link.into(), users],
        PartsOf::Companies => {
            vec![
                link.into(),
                part.department.clone().into(),
                part.city.clone().into(),
                users,
            ]
        }
    };
    row_of(columns, cells)
}
