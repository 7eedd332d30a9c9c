//! A long list that comes page by page: its rows so far, and the end of it on the screen.

use std::sync::Arc;

use leptos::prelude::*;

use super::live::{live, maybe};
use super::loaded::{Loaded, Waiting};
use super::more::More;
use super::notice::{Notice, Tone};
use crate::text::{K, N, number, t, tn};

/// Most rows of a list on the screen; who needs others searches.
pub(crate) const ROWS_MAX: usize = 2_000;

/// A row: made when it appears; one with the same key stays as it is.
#[derive(Clone)]
pub(crate) struct Row {
    /// What it shows, as a number: who and what.
    pub(crate) key: u64,
    /// Makes it.
    pub(crate) make: Arc<dyn Fn() -> AnyView + Send + Sync>,
}

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

/// A list on the screen: `children` (its table, with [`Rows`] inside) and below it more of it, its end, or how many
/// there are.
#[component]
pub(crate) fn Listed(
    /// The list.
    pages: Pages,
    /// What stands in place of rows when there are none.
    #[prop(into)]
    empty: ViewFn,
    /// The table.
    children: ChildrenFn,
) -> impl IntoView {
    let there = Signal::derive(move || pages.head.with(Option::is_some));
    let none = Memo::new(move |_| pages.rows.with(Vec::is_empty));
    let body = move || {
        let empty = empty.clone();
        let children = children.clone();
        live(move || if none.get() { empty.run() } else { children() })
    };
    view! {
        <Loaded there waiting=pages.waiting rows=10>
            {body()}
            <End pages />
            <div class="table-foot" role="status">
                {live(move || count(&pages.head()).into_any())}
            </div>
        </Loaded>
    }
}

/// The rows of a list, inside a `<tbody>`.
#[component]
pub(crate) fn Rows(
    /// The list.
    pages: Pages,
) -> impl IntoView {
    view! {
        <For each=move || pages.rows.get() key=|row| row.key let:row>
            {(row.make)()}
        </For>
    }
}

/// "20 of 58 users".
fn count(head: &Head) -> String {
    if head.count == head.of {
        return tn(N::Users, head.of, &[]);
    }
    tn(N::UsersOf, head.of, &[("some", &number(head.count))])
}

/// More of the list, or why there is no more on the screen.
#[component]
fn End(pages: Pages) -> impl IntoView {
    let failed = Memo::new(move |_| !pages.fault.with(String::is_empty));
    let trouble = maybe(move || {
        failed.get().then(|| {
            view! {
                <Notice tone=Tone::Red live=true>
                    <p>{pages.fault}</p>
                </Notice>
            }
            .into_any()
        })
    });
    let more = Memo::new(move |_| pages.next.with(Option::is_some));
    let full = Memo::new(move |_| pages.rows.with(Vec::len) >= ROWS_MAX);
    let end = live(move || match (more.get(), full.get()) {
        (false, _) => ().into_any(),
        (true, false) => {
            let on_more = Callback::from(move || pages.more());
            view! { <More busy=pages.busy on_more by_button=failed /> }.into_any()
        }
        (true, true) => {
            let words = tn(N::OnlyFirstRows, ROWS_MAX as i64, &[]);
            view! { <p class="more soft">{words} " " {t(K::SearchForOthers)}</p> }.into_any()
        }
    });
    view! {
        {trouble}
        {end}
    }
}
