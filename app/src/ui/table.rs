//! A table that is one: caption, columns, group rows, sorting, and rows that stack when narrow.
//!
//! Rows are plain `<tr>` with `<td data-label=t(K::…)>`, numbers with `class="num"`; the label shows where rows stack.
//! Up, Down, Home and End move the focus between the links, buttons and boxes of one column.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icon::{Glyph, Icon};
use super::live::on;
use crate::text::{K, t};

/// A column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    label: K,
    kind: Kind,
    sort: Option<Sort>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// The label is for screen readers only: check boxes, meters.
    Unlabelled,
}

/// How a column is sorted.
#[derive(Clone, Copy)]
pub(crate) struct Sort {
    /// None: by another column; else whether descending.
    pub(crate) descending: Signal<Option<bool>>,
    /// The header was pressed.
    pub(crate) pressed: Callback<()>,
}

impl Column {
    /// A column of text.
    pub(crate) fn text(label: K) -> Self {
        Self {
            label,
            kind: Kind::Text,
            sort: None,
        }
    }

    /// A column of numbers: to the right, figures of one width.
    pub(crate) fn number(label: K) -> Self {
        Self {
            kind: Kind::Number,
            ..Self::text(label)
        }
    }

    /// A column whose label only screen readers hear.
    pub(crate) fn unlabelled(label: K) -> Self {
        Self {
            kind: Kind::Unlabelled,
            ..Self::text(label)
        }
    }

    /// The same column, sorted by its header.
    pub(crate) fn sorted(self, sort: Sort) -> Self {
        Self {
            sort: Some(sort),
            ..self
        }
    }
}

/// A table on a sheet.
#[component]
pub(crate) fn Table(
    /// What it lists, for screen readers.
    #[prop(into)]
    caption: Signal<String>,
    /// Its columns.
    columns: Vec<Column>,
    /// On a sheet of its own, with a border; off inside a dialog or a panel.
    #[prop(default = true)]
    sheet: bool,
    /// `<tbody>`s.
    children: Children,
) -> impl IntoView {
    let heads = columns.into_iter().map(head).collect_view();
    view! {
        <div class="table-box" class:sheet=sheet>
            <table class="table" on:keydown=on(|event| on_key(&event))>
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                {children()}
            </table>
        </div>
    }
}

/// A row that names the group of the rows below it.
#[component]
pub(crate) fn GroupRow(
    /// The group's name.
    #[prop(into)]
    name: Signal<String>,
    /// How many are in it; may be empty.
    #[prop(optional, into)]
    count: Signal<String>,
    /// Columns of the table.
    columns: usize,
) -> impl IntoView {
    view! {
        <tr class="group">
            <th scope="rowgroup" colspan=columns>
                {name} " " <span class="count">{count}</span>
            </th>
        </tr>
    }
}

fn head(column: Column) -> impl IntoView {
    let label = t(column.label);
    let class = if column.kind == Kind::Number {
        "num"
    } else {
        ""
    };
    let Some(sort) = column.sort else {
        let unseen = column.kind == Kind::Unlabelled;
        return view! {
            <th scope="col" class=class>
                <span class:unseen=unseen>{label}</span>
            </th>
        }
        .into_any();
    };
    let order = move || match sort.descending.get() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    view! {
        <th scope="col" class=class aria-sort=order>
            <button type="button" class="sort" on:click=on(move |_| sort.pressed.run(()))>
                {label}
                <span class="sort-icon">
                    <Glyph icon=Icon::Up />
                </span>
            </button>
        </th>
    }
    .into_any()
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
