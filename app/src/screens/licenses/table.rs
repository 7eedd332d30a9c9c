//! The table of licences: user licenses with their seats, system licenses.

use licensing::wire::{Licenses, OwnerView};

use super::Here;
use super::news::count;
use super::rows::{Row, Seats, rows};
use super::serial::{set_right, to_set_right};
use crate::nodes;
use crate::parts::words::{kind, name};
use crate::route::LicensesDialog;
use crate::text::{K, fill, now, number};
use crate::ui::el::{El, Node, el, live};
use crate::ui::meter::meter;
use crate::ui::notice::p;
use crate::ui::table::{Column, group_row, row, table};

const COLUMNS: [Column; 6] = [
    Column::head(K::Licence),
    Column::soft(K::LicenceKind),
    Column::text(K::Use),
    Column::number(K::InUse),
    Column::number(K::TotalNumber),
    Column::number(K::Available),
];

/// The table of the tab that is shown; what to do first where nothing is in force.
pub(super) fn licences(here: Here) -> Node {
    here.show(move |all, owner| {
        if owner.installed.is_none() {
            return Some(empty(here, all, owner));
        }
        let bodies = live(move || here.with_owner(|_, owner| bodies(here, owner)));
        let table = table(now(K::LicencesScreen), &COLUMNS, None, bodies);
        Some(el("div").class("sheet licences").child(table))
    })
}

fn empty(here: Here, all: &Licenses, owner: &OwnerView) -> El {
    let values = [("owner", owner.description.as_str())];
    el("div")
        .class("sheet empty")
        .child(el("h2").child(fill(K::NoneInstalled, &values)))
        .child(p(fill(K::NoneInstalledNext, &values)))
        .child(to_set_right(all).map(|_| set_right(here)))
}

fn bodies(here: Here, owner: &OwnerView) -> Vec<El> {
    let rows = rows(owner);
    let groups = [
        (K::UserLicenses, rows.users),
        (K::SystemLicenses, rows.system),
    ];
    let shown = groups.into_iter().filter(|(_, rows)| !rows.is_empty());
    shown
        .map(|(name, rows)| {
            let head = group_row(now(name), count(rows.len()).to_string(), &COLUMNS);
            let lines = rows.iter().map(|row| line(here, row));
            el("tbody").child(head).children(lines)
        })
        .collect()
}

fn line(here: Here, line: &Row<'_>) -> El {
    let details = LicensesDialog::Details(line.sold.module_name.to_string());
    let link = el("a")
        .class("name")
        .attr("href", here.href(details))
        .child(name(line.sold));
    let Cells {
        meter,
        numbers: [in_use, total, available],
        line: short,
    } = cells(line.seats);
    let cells = [
        link.into(),
        kind(line.sold).into(),
        meter.into(),
        in_use,
        total,
        available,
    ];
    row(&COLUMNS, cells).child(el("td").class("short").child(short))
}

/// How seats are shown: a meter, three numbers where there is room, one line where there is not.
struct Cells {
    meter: Option<El>,
    numbers: [Node; 3],
    line: Node,
}

fn cells(seats: Seats) -> Cells {
    let soft = |key: K| Node::from(el("span").class("soft").child(now(key)));
    match seats {
        Seats::Of {
            in_use,
            total,
            planned,
        } => {
            let available = seats.available().unwrap_or_default();
            let [used, bought] = [in_use, total].map(|seats| number(seats.into()));
            let of = fill(K::CountOf, &[("count", &used), ("total", &bought)]);
            let left = fill(K::SeatsAvailable, &[("count", &number(available))]);
            let toned = |text: String| {
                let text = el("span").child(text);
                match available {
                    ..0 => text.class("red-text"),
                    0 => text.class("amber-text"),
                    _ => text,
                }
            };
            Cells {
                meter: meter(in_use, Some(total), planned),
                numbers: [used.into(), bought.into(), toned(number(available)).into()],
                line: nodes![of, ", ", toned(left)],
            }
        }
        Seats::Unlimited(in_use) => {
            let used = number(in_use.into());
            let line = [used.as_str(), ", ", now(K::Unlimited)].concat();
            Cells {
                meter: None,
                numbers: [used.into(), "–".into(), soft(K::Unlimited)],
                line: line.into(),
            }
        }
        Seats::Included => Cells {
            meter: None,
            numbers: [Node::Nothing, Node::Nothing, soft(K::Included)],
            line: now(K::Included).into(),
        },
        Seats::Satellites(bought) => {
            let bought = number(bought.into());
            Cells {
                meter: None,
                numbers: [Node::Nothing, bought.clone().into(), Node::Nothing],
                line: bought.into(),
            }
        }
    }
}
