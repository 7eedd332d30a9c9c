//! A long list that comes page by page: its rows so far, and the end of it on the screen.

use std::rc::Rc;

use super::el::{El, Node, Row, el, keyed, live};
use super::loaded::{Waiting, loaded};
use super::more::more;
use super::notice::{Tone, alert, p};
use crate::nodes;
use crate::reactive::{Memo, RwSignal, Signal};
use crate::text::{K, N, fill, number, tn};

/// Most rows of a list on the screen; who needs others searches.
pub(crate) const ROWS_MAX: usize = 10_000;

/// A page of a list.
pub(crate) struct Page {
    /// What is said of the whole list.
    pub(crate) head: Head,
    /// Its rows.
    pub(crate) rows: Vec<Row>,
    /// Where the next page begins; none: this was the last.
    pub(crate) next: Option<String>,
}

/// What is said of the whole list.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Head {
    /// How many match.
    pub(crate) count: i64,
    /// How many there are without a filter.
    pub(crate) of: i64,
    /// There may be more: counting them is under way.
    pub(crate) at_least: bool,
    /// Its name, where it has one.
    pub(crate) name: String,
}

/// A list that comes page by page. Made by `remote::pages`; a copy is the same thing.
#[derive(Clone, Copy)]
pub(crate) struct Pages {
    /// What is said of the whole list; none before the first answer.
    pub(crate) head: RwSignal<Option<Head>>,
    /// The first page: under way, failed.
    pub(crate) waiting: Waiting,
    /// All rows so far.
    pub(crate) rows: RwSignal<Vec<Row>>,
    /// Where the next page begins; none: that was all.
    pub(crate) next: RwSignal<Option<String>>,
    /// The next page is on its way.
    pub(crate) busy: RwSignal<bool>,
    /// Why the next page did not come, in words; empty when it did.
    pub(crate) fault: RwSignal<String>,
    wanted: RwSignal<u32>,
}

impl Pages {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            head: RwSignal::new(None),
            waiting: Waiting::new(),
            rows: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            fault: RwSignal::new(String::new()),
            wanted: RwSignal::new(0),
        }
    }

    /// Asks for the next page.
    pub(crate) fn more(self) {
        self.wanted
            .update(|wanted| *wanted = wanted.wrapping_add(1));
    }

    /// How often [`Self::more`] was called; follows it: for whoever does the asking.
    pub(crate) fn follow_more(self) -> u32 {
        self.wanted.get()
    }

    /// Puts in a first page.
    pub(crate) fn put(self, page: Page) {
        self.rows.set(page.rows);
        self.next.set(page.next);
        self.fault.set(String::new());
        self.waiting.fault.set(String::new());
        self.head.set(Some(page.head));
    }

    /// Adds a later page.
    pub(crate) fn append(self, page: Page) {
        self.rows.update(|rows| rows.extend(page.rows));
        self.next.set(page.next);
        self.fault.set(String::new());
    }

    /// What is said of the whole list; follows it.
    pub(crate) fn head(self) -> Head {
        self.head.get().unwrap_or_default()
    }
}

/// A list on the screen: `table` (with [`rows`] inside), or `empty` when it has none; below it more of it, its end, and
/// how many there are.
pub(crate) fn listed(
    pages: Pages,
    empty: impl Fn() -> El + 'static,
    table: impl Fn() -> El + 'static,
) -> Node {
    let there = Signal::derive(move || pages.head.with(Option::is_some));
    let none = Memo::new(move |_| pages.rows.with(Vec::is_empty));
    let (empty, table) = (Rc::new(empty), Rc::new(table));
    loaded(there, pages.waiting, 10, move || {
        let (empty, table) = (Rc::clone(&empty), Rc::clone(&table));
        nodes![
            live(move || if none.get() { empty() } else { table() }),
            end(pages),
            el("div")
                .class("table-foot")
                .attr("role", "status")
                .child(live(move || count(&pages.head()))),
        ]
    })
}

/// The rows of a list, inside a `<tbody>`.
pub(crate) fn rows(pages: Pages) -> Node {
    keyed(move || pages.rows.get())
}

/// "20 of 58 users".
fn count(head: &Head) -> String {
    if head.at_least {
        return fill(K::AtLeastUsers, &[("count", &number(head.count))]);
    }
    if head.count == head.of {
        return tn(N::Users, head.of, &[]);
    }
    tn(N::UsersOf, head.of, &[("some", &number(head.count))])
}

/// More of the list, or why there is no more on the screen.
fn end(pages: Pages) -> Node {
    let failed = Signal::derive(move || !pages.fault.with(String::is_empty));
    let trouble = live(move || failed.get().then(|| alert(Tone::Red, p(pages.fault))));
    let has_more = Memo::new(move |_| pages.next.with(Option::is_some));
    let full = Memo::new(move |_| pages.rows.with(Vec::len) >= ROWS_MAX);
    let end = live(move || match (has_more.get(), full.get()) {
        (false, _) => None,
        (true, false) => Some(more(pages.busy.into(), failed, move || pages.more())),
        (true, true) => {
            let words = tn(N::OnlyFirstRows, ROWS_MAX as i64, &[]);
            let words = p(words).class("more soft");
            Some(words.child(" ").child(K::SearchForOthers))
        }
    });
    nodes![trouble, end]
}
