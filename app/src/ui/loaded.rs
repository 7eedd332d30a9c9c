//! What is asked from the server, on the screen: a skeleton at first (after 150 ms, by the style sheet), the content,
//! which stays while it is asked again, and a failure with "Try again" where it happened.

use leptos::prelude::*;

use super::form::Button;
use super::live::maybe;
use super::notice::{Notice, Tone};
use crate::text::{K, t};

/// Something that is asked from the server: under way, failed, to be asked again.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    /// It is being asked.
    pub(crate) busy: RwSignal<bool>,
    /// Why the last asking gave nothing, in words; empty when it did.
    pub(crate) fault: RwSignal<String>,
    again: RwSignal<u32>,
}

impl Waiting {
    /// Not asked yet.
    pub(crate) fn new() -> Self {
        Self {
            busy: RwSignal::new(true),
            fault: RwSignal::new(String::new()),
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
}

/// Something asked from the server. Made by `remote::remote`; a copy is the same thing.
pub(crate) struct Remote<T: Send + Sync + 'static> {
    /// What came last.
    pub(crate) value: RwSignal<Option<T>>,
    /// Under way, failed.
    pub(crate) waiting: Waiting,
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
            waiting: Waiting::new(),
        }
    }

    /// Asks again, keeping what is there.
    pub(crate) fn reload(self) {
        self.waiting.reload();
    }

    /// Puts in what an act answered, so that nothing has to be asked.
    pub(crate) fn put(self, value: T) {
        self.waiting.fault.set(String::new());
        self.value.set(Some(value));
    }

    /// Whether something came.
    pub(crate) fn there(self) -> Signal<bool> {
        Signal::derive(move || self.value.with(Option::is_some))
    }

    /// A part of a view made of what came last; nothing before that.
    pub(crate) fn show(self, make: impl Fn(&T) -> AnyView + Send + 'static) -> super::live::Live {
        maybe(move || self.value.with(|value| value.as_ref().map(&make)))
    }
}

/// Shows something asked from the server: `children` once the first answer is there (it stays while it is asked
/// again), a skeleton before, a failure with "Try again".
#[component]
pub(crate) fn Loaded(
    /// Whether something came.
    there: Signal<bool>,
    /// Under way, failed.
    waiting: Waiting,
    /// Rows of the skeleton.
    #[prop(default = 6)]
    rows: usize,
    /// What to show of it.
    children: ChildrenFn,
) -> impl IntoView {
    let there = Memo::new(move |_| there.get());
    let failed = Memo::new(move |_| !waiting.fault.with(String::is_empty));
    let skeleton = maybe(move || {
        (!there.get() && !failed.get()).then(|| view! { <Skeleton rows /> }.into_any())
    });
    let retry = Callback::from(move || waiting.reload());
    let failure = maybe(move || {
        failed.get().then(|| {
            view! {
                <Notice tone=Tone::Red live=true>
                    <p>{waiting.fault}</p>
                    <p>
                        <Button label=K::TryAgain busy=waiting.busy on_click=retry />
                    </p>
                </Notice>
            }
            .into_any()
        })
    });
    let content = maybe(move || there.get().then(|| children()));
    view! {
        {skeleton}
        {failure}
        {content}
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
