//! What is asked from the server, on the screen: a skeleton at first (after 150 ms, by the style sheet), the content,
//! which stays while it is asked again, and a failure with "Try again" where it happened.

use leptos::prelude::*;

use super::form::Button;
use super::live::maybe;
use super::notice::{Notice, Tone};
use crate::text::{K, t};

/// Something asked from the server. Made by `remote::remote`; a copy is the same thing.
pub(crate) struct Remote<T: Send + Sync + 'static> {
    /// What came last.
    pub(crate) value: RwSignal<Option<T>>,
    /// Why the last asking gave nothing, in words; empty when it did.
    pub(crate) fault: RwSignal<String>,
    /// It is being asked.
    pub(crate) busy: RwSignal<bool>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Send + Sync + 'static> Remote<T> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            value: RwSignal::new(None),
            fault: RwSignal::new(String::new()),
            busy: RwSignal::new(true),
            again: RwSignal::new(0),
        }
    }

    /// Asks again, keeping what is there.
    pub(crate) fn reload(self) {
        self.again.update(|again| *again = again.wrapping_add(1));
    }

    /// Follows [`Self::reload`]: for whoever does the asking.
    pub(crate) fn follow_reload(self) {
        self.again.track();
    }

    /// Puts in what an act answered, so that nothing has to be asked.
    pub(crate) fn put(self, value: T) {
        self.fault.set(String::new());
        self.value.set(Some(value));
    }
}

/// Shows something asked from the server. `children` is made once, when the first answer is there, and gets a signal
/// of what came last.
#[component]
pub(crate) fn Loaded<T, V>(
    /// What.
    of: Remote<T>,
    /// Rows of the skeleton.
    #[prop(default = 6)]
    rows: usize,
    /// What to show of it.
    children: impl Fn(Signal<T>) -> V + Send + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let there = Memo::new(move |_| of.value.with(Option::is_some));
    let content = maybe(move || {
        there.get().then(|| {
            let value =
                Signal::derive(move || of.value.get().expect("what is there once stays there"));
            children(value).into_any()
        })
    });
    view! {
        <Around fault=of.fault there busy=of.busy rows retry=Callback::from(move || of.reload()) />
        {content}
    }
}

/// Skeleton and failure: apart from [`Loaded`] so that it is compiled once.
#[component]
fn Around(
    fault: RwSignal<String>,
    there: Memo<bool>,
    busy: RwSignal<bool>,
    rows: usize,
    retry: Callback<()>,
) -> impl IntoView {
    let failed = Memo::new(move |_| !fault.with(String::is_empty));
    let skeleton = maybe(move || {
        (!there.get() && !failed.get()).then(|| view! { <Skeleton rows /> }.into_any())
    });
    let failure = maybe(move || {
        failed.get().then(|| {
            view! {
                <Notice tone=Tone::Red live=true>
                    <p>{fault}</p>
                    <p>
                        <Button label=K::TryAgain busy on_click=retry />
                    </p>
                </Notice>
            }
            .into_any()
        })
    });
    view! {
        {skeleton}
        {failure}
    }
}

/// Grey rows of the right height while nothing is there yet.
#[component]
pub(crate) fn Skeleton(
    /// How many.
    rows: usize,
) -> impl IntoView {
    let bars: Vec<_> = (0..rows).map(|_| view! { <div></div> }).collect();
    view! {
        <div class="skeleton" role="status">
            <span class="unseen">{t(K::Loading)}</span>
            <div aria-hidden="true">{bars}</div>
        </div>
    }
}
