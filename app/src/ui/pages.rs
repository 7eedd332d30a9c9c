//! A long list that comes page by page: its rows so far, and the end of it on the screen.

use leptos::prelude::*;

use super::live::{live, maybe};
use super::loaded::Remote;
use super::more::More;
use super::notice::{Notice, Tone};
use crate::text::{K, N, t, tn};

/// Most rows of a list on the screen; who needs others searches.
pub(crate) const ROWS_MAX: usize = 2_000;

/// A list that comes page by page. Made by `remote::pages`; a copy is the same thing.
pub(crate) struct Pages<A: Send + Sync + 'static, R: Send + Sync + 'static> {
    /// The first page's answer, its rows taken out: counts.
    pub(crate) head: Remote<A>,
    /// All rows so far.
    pub(crate) rows: RwSignal<Vec<R>>,
    /// Where the next page begins; none: that was all.
    pub(crate) next: RwSignal<Option<String>>,
    /// The next page is on its way.
    pub(crate) busy: RwSignal<bool>,
    /// Why the next page did not come, in words; empty when it did.
    pub(crate) fault: RwSignal<String>,
    wanted: RwSignal<u32>,
}

impl<A: Send + Sync + 'static, R: Send + Sync + 'static> Clone for Pages<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Send + Sync + 'static, R: Send + Sync + 'static> Copy for Pages<A, R> {}

impl<A: Send + Sync + 'static, R: Send + Sync + 'static> Pages<A, R> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            head: Remote::new(),
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
}

/// The end of such a list: more of it, or why there is no more on the screen.
#[component]
pub(crate) fn End<A: Send + Sync + 'static, R: Send + Sync + 'static>(
    /// Of which list.
    of: Pages<A, R>,
) -> impl IntoView {
    let full = Memo::new(move |_| of.rows.with(Vec::len) >= ROWS_MAX);
    let more = Memo::new(move |_| of.next.with(Option::is_some));
    view! {
        <EndOf
            more
            full
            fault=of.fault
            busy=of.busy
            on_more=Callback::from(move || of.more())
        />
    }
}

/// Apart from [`End`] so that it is compiled once.
#[component]
fn EndOf(
    more: Memo<bool>,
    full: Memo<bool>,
    fault: RwSignal<String>,
    busy: RwSignal<bool>,
    on_more: Callback<()>,
) -> impl IntoView {
    let failed = Memo::new(move |_| !fault.with(String::is_empty));
    let trouble = maybe(move || {
        failed.get().then(|| {
            view! {
                <Notice tone=Tone::Red live=true>
                    <p>{fault}</p>
                </Notice>
            }
            .into_any()
        })
    });
    let end = live(move || match (more.get(), full.get()) {
        (false, _) => ().into_any(),
        (true, false) => view! { <More busy on_more by_button=failed /> }.into_any(),
        (true, true) => {
            let words = move || tn(N::OnlyFirstRows, ROWS_MAX as i64, &[]);
            view! { <p class="more soft">{words} " " {t(K::SearchForOthers)}</p> }.into_any()
        }
    });
    view! {
        {trouble}
        {end}
    }
}
