//! What is asked from the server, on the screen: a skeleton at first (after 150 ms, by the style sheet), the content,
//! which stays while it is asked again, and a failure with "Try again" where it happened.

use super::el::{El, Node, el, live};
use super::form::Button;
use super::notice::{Tone, alert, p};
use crate::call::Call;
use crate::nodes;
use crate::reactive::{Memo, RwSignal, Signal};
use crate::text::K;

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

    /// A piece of a view made of what came last; nothing before that.
    pub(crate) fn show<N: Into<Node>>(self, make: impl Fn(&T) -> N + 'static) -> Node {
        live(move || {
            self.value
                .with(|value| value.as_ref().map(|value| make(value).into()))
        })
    }
}

/// Shows something asked from the server: `content` once the first answer is there (it stays while it is asked
/// again), a skeleton of so many rows before, a failure with "Try again".
pub(crate) fn loaded<N: Into<Node>>(
    there: Signal<bool>,
    waiting: Waiting,
    rows: usize,
    content: impl Fn() -> N + 'static,
) -> Node {
    around(there, waiting, rows, Box::new(move |()| content().into()))
}

/// Apart from [`loaded`] so that it is compiled once.
fn around(
    there: Signal<bool>,
    waiting: Waiting,
    rows: usize,
    content: Box<dyn Call<(), Node>>,
) -> Node {
    let there = Memo::new(move |_| there.get());
    let failed = Memo::new(move |_| !waiting.fault.with(String::is_empty));
    let before = live(move || (!there.get() && !failed.get()).then(|| skeleton(rows)));
    let failure = live(move || {
        failed.get().then(|| {
            let again = Button::new(K::TryAgain)
                .busy(waiting.busy)
                .on_click(move || waiting.reload());
            alert(Tone::Red, nodes![p(waiting.fault), p(again)])
        })
    });
    let content = live(move || there.get().then(|| content.call_with(())));
    nodes![before, failure, content]
}

/// Grey rows of the right height while nothing is there yet.
pub(crate) fn skeleton(rows: usize) -> El {
    let bars = el("div").attr("aria-hidden", "true");
    el("div")
        .class("skeleton")
        .attr("role", "status")
        .child(el("span").class("unseen").child(K::Loading))
        .child(bars.children((0..rows).map(|_| el("div"))))
}
