//! A table that is one: caption, columns, group rows, sorting, and rows that stack when narrow.
//!
//! Columns are constants; [`row`] makes the cells of a row by them (numbers to the right, the label shown where rows
//! stack). Up and Down (with Ctrl: Home and End) move the focus between the links, buttons and boxes of one column.

use std::rc::Rc;

use wasm_bindgen::JsCast;

use super::el::{El, Node, el};
use super::icon::{Icon, glyph};
use crate::reactive::Signal;
use crate::text::{K, now};

/// A column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    label: K,
    kind: Kind,
    sortable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// Least important text.
    Soft,
    /// Whose row it is: the row's header.
    Head,
    /// To the right, figures of one width.
    Number,
    /// The label is for screen readers only: check boxes, meters.
    Unlabelled,
}

impl Column {
    const fn new(label: K, kind: Kind) -> Self {
        Self {
            label,
            kind,
            sortable: false,
        }
    }

    /// A column of text.
    pub(crate) const fn text(label: K) -> Self {
        Self::new(label, Kind::Text)
    }

    /// A column of less important text.
    pub(crate) const fn soft(label: K) -> Self {
        Self::new(label, Kind::Soft)
    }

    /// The column that says whose row it is.
    pub(crate) const fn head(label: K) -> Self {
        Self::new(label, Kind::Head)
    }

    /// A column of numbers.
    pub(crate) const fn number(label: K) -> Self {
        Self::new(label, Kind::Number)
    }

    /// A column whose label only screen readers hear.
    pub(crate) const fn unlabelled(label: K) -> Self {
        Self::new(label, Kind::Unlabelled)
    }

    /// Its label.
    pub(crate) const fn label(self) -> K {
        self.label
    }

    /// The same column, sorted by its header.
    pub(crate) const fn sortable(mut self) -> Self {
        self.sortable = true;
        self
    }
}

/// How a table is sorted by its headers.
pub(crate) struct Sorting {
    /// Index of the column, and whether descending.
    pub(crate) by: Signal<(usize, bool)>,
    /// The header of this column was pressed.
    pub(crate) pressed: Rc<dyn Fn(usize)>,
}

/// A table of few columns, which keeps them also when narrow.
pub(crate) fn kept(caption: K, columns: &[Column], rows: El) -> El {
    of_class("table keep", caption.into(), columns, None, rows.into())
}

/// A table with this caption (for screen readers) and these `<tbody>`s.
pub(crate) fn table(
    caption: impl Into<Node>,
    columns: &[Column],
    sorting: Option<Sorting>,
    bodies: impl Into<Node>,
) -> El {
    of_class("table", caption.into(), columns, sorting, bodies.into())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the column keeps what it is given"
)]
fn of_class(
    class: &'static str,
    caption: Node,
    columns: &[Column],
    sorting: Option<Sorting>,
    bodies: Node,
) -> El {
    let heads = columns.iter().enumerate().map(|(index, column)| {
        let sorting = sorting.as_ref().filter(|_| column.sortable);
        head(*column, index, sorting)
    });
    let heads = el("tr").children(heads);
    let table = el("table")
        .class(class)
        .on_key(on_key)
        .child(el("caption").class("unseen").child(caption))
        .child(el("thead").child(heads))
        .child(bodies);
    el("div").class("table-box").child(table)
}

/// A row: a piece for every column.
pub(crate) fn row<const CELLS: usize>(columns: &[Column], cells: [Node; CELLS]) -> El {
    row_of(columns, cells.into())
}

/// The same, however many pieces.
pub(crate) fn row_of(columns: &[Column], cells: Vec<Node>) -> El {
    let cells = columns.iter().zip(cells).map(|(column, cell)| {
        if column.kind == Kind::Head {
            return el("th").attr("scope", "row").child(cell);
        }
        let class = match column.kind {
            Kind::Number => "num",
            Kind::Soft => "soft",
            Kind::Text | Kind::Head | Kind::Unlabelled => "",
        };
        let label = (column.kind != Kind::Unlabelled).then(|| now(column.label));
        let empty = matches!(cell, Node::Nothing);
        let cell = el("td").attr("data-label", label).child(cell);
        let cell = cell.attr("data-empty", empty);
        if class.is_empty() {
            cell
        } else {
            cell.class(class)
        }
    });
    el("tr").children(cells)
}

/// A row that names the group of the rows below it, and how many those are (may be empty).
pub(crate) fn group_row(name: impl Into<Node>, count: impl Into<Node>, columns: &[Column]) -> El {
    let name = el("th")
        .attr("scope", "rowgroup")
        .attr("colspan", columns.len().to_string())
        .child(name)
        .child(" ")
        .child(el("span").class("count").child(count));
    el("tr").class("group").child(name)
}

fn head(column: Column, index: usize, sorting: Option<&Sorting>) -> El {
    let cell = el("th").attr("scope", "col");
    let cell = if column.kind == Kind::Number {
        cell.class("num")
    } else {
        cell
    };
    let Some(Sorting { by, pressed }) = sorting else {
        let label = el("span").child(column.label);
        let unseen = column.kind == Kind::Unlabelled;
        return cell.child(if unseen { label.class("unseen") } else { label });
    };
    let (by, pressed) = (*by, Rc::clone(pressed));
    let order = move || match by.get() {
        (sorted, false) if sorted == index => "ascending",
        (sorted, true) if sorted == index => "descending",
        _ => "none",
    };
    let button = el("button")
        .attr("type", "button")
        .class("sort")
        .on_click(move || pressed(index))
        .child(column.label)
        .child(el("span").class("sort-icon").child(glyph(Icon::Up)));
    cell.attr("aria-sort", order).child(button)
}

/// What can take the focus in a cell.
const FOCUSABLE: &str = "a[href], button:not(:disabled), input:not(:disabled)";

fn on_key(event: &web_sys::KeyboardEvent) {
    let Some((row, column)) = cell_of(event) else {
        return;
    };
    let next: fn(&web_sys::Element) -> Option<web_sys::Element> = match event.key().as_str() {
        "ArrowDown" => next_row,
        "ArrowUp" => previous_row,
        "Home" if event.ctrl_key() => first_row,
        "End" if event.ctrl_key() => last_row,
        _ => return,
    };
    let mut row = next(&row);
    while let Some(candidate) = row {
        if let Some(target) = focusable(&candidate, column) {
            event.prevent_default();
            // Chosen because it can take the focus.
            drop(target.focus());
            return;
        }
        row = match event.key().as_str() {
            "ArrowUp" | "End" => previous_row(&candidate),
            _ => next_row(&candidate),
        };
    }
}

/// The row of what has the focus, and the number of its cell in it.
fn cell_of(event: &web_sys::KeyboardEvent) -> Option<(web_sys::Element, u32)> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let cell = target.closest("tbody td, tbody th").ok()??;
    let row = cell.parent_element()?;
    let cells = row.children();
    let column = (0..cells.length()).find(|index| cells.item(*index).as_ref() == Some(&cell))?;
    Some((row, column))
}

fn focusable(row: &web_sys::Element, column: u32) -> Option<web_sys::HtmlElement> {
    let cell = row.children().item(column)?;
    cell.query_selector(FOCUSABLE).ok()??.dyn_into().ok()
}

/// The next row, over the border between two bodies.
fn next_row(row: &web_sys::Element) -> Option<web_sys::Element> {
    row.next_element_sibling().or_else(|| {
        let body = row.parent_element()?.next_element_sibling()?;
        body.first_element_child()
    })
}

fn previous_row(row: &web_sys::Element) -> Option<web_sys::Element> {
    row.previous_element_sibling().or_else(|| {
        let body = row.parent_element()?.previous_element_sibling()?;
        (body.tag_name() == "TBODY").then(|| body.last_element_child())?
    })
}

fn first_row(row: &web_sys::Element) -> Option<web_sys::Element> {
    row.closest("table")
        .ok()??
        .query_selector("tbody > tr")
        .ok()?
}

fn last_row(row: &web_sys::Element) -> Option<web_sys::Element> {
    let table = row.closest("table").ok()??;
    table
        .query_selector("tbody:last-of-type > tr:last-child")
        .ok()?
}
