//! What is in the graph, whatever the type of its value: nothing here is generic.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use leptos::prelude::{Notify, Track, untrack};
use leptos::reactive::computed::ArcMemo;
use leptos::reactive::graph::ReactiveNode;
use leptos::reactive::owner::{ArenaItem, LocalStorage};
use leptos::reactive::signal::ArcTrigger;

use crate::call::{Call, CallMut};

/// A value; who reads it shares it.
pub(super) type Value = Rc<dyn Any>;

/// Makes the value of a memo out of the one before.
type Make = Box<dyn for<'a> Call<Option<&'a dyn Any>, Value>>;
/// Whether two values are the same.
type Same = fn(&dyn Any, &dyn Any) -> bool;

/// Something in the graph, gone with the owner that it was made under.
#[derive(Clone, Copy)]
pub(super) struct Cell(ArenaItem<Rc<Kind>, LocalStorage>);

enum Kind {
    /// A value, and who is told when it is changed.
    Signal(RefCell<Option<Value>>, ArcTrigger),
    /// A value of which nobody is told.
    Stored(RefCell<Option<Value>>),
    Memo(Box<Remembered>),
    /// Made at each reading.
    Derived(Box<dyn Call<(), Value>>),
}

struct Remembered {
    value: RefCell<Option<Value>>,
    make: Make,
    same: Same,
    /// Knows when `value` has to be made again; set at once.
    memo: OnceCell<ArcMemo<()>>,
}

impl Cell {
    fn new(kind: Kind) -> Self {
        Self(ArenaItem::new_local(Rc::new(kind)))
    }

    pub(super) fn signal(value: Value) -> Self {
        Self::new(Kind::Signal(RefCell::new(Some(value)), ArcTrigger::new()))
    }

    pub(super) fn stored(value: Value) -> Self {
        Self::new(Kind::Stored(RefCell::new(Some(value))))
    }

    pub(super) fn derived(make: Box<dyn Call<(), Value>>) -> Self {
        Self::new(Kind::Derived(make))
    }

    pub(super) fn memo(make: Make, same: Same) -> Self {
        let cell = Self::new(Kind::Memo(Box::new(Remembered {
            value: RefCell::new(None),
            make,
            same,
            memo: OnceCell::new(),
        })));
        if let Some(Kind::Memo(memo)) = cell.find().as_deref() {
            let again = move |_| ((), cell.remember());
            drop(memo.memo.set(ArcMemo::new_owning(again)));
        }
        cell
    }

    fn find(self) -> Option<Rc<Kind>> {
        self.0.try_get_value()
    }

    pub(super) fn is_gone(self) -> bool {
        self.find().is_none()
    }

    /// Has who runs now told of changes.
    pub(super) fn track(self) {
        if let Some(kind) = self.find() {
            kind.track();
        }
    }

    /// What it holds; none when it is gone.
    pub(super) fn try_now(self, follow: bool) -> Option<Value> {
        Some(self.find()?.now(follow))
    }

    /// What it holds.
    pub(super) fn now(self, follow: bool) -> Value {
        self.try_now(follow)
            .expect("what is read lives as long as its reader")
    }

    /// Puts a value in, unless it is gone.
    pub(super) fn put(self, notify: bool, value: Value) {
        let Some(kind) = self.find() else { return };
        let before = kind.held().replace(Some(value));
        drop(before);
        if notify {
            kind.notify();
        }
    }

    /// Changes the value in place, unless it is gone.
    pub(super) fn change(self, notify: bool, change: &mut dyn for<'a> CallMut<&'a mut dyn Any>) {
        let Some(kind) = self.find() else { return };
        // Taken out meanwhile: what changes it may look elsewhere, never here.
        let mut value = kind.held().take().expect(THERE);
        change
            .call_mut_with(Rc::get_mut(&mut value).expect("nobody changes what they are reading"));
        kind.held().replace(Some(value));
        if notify {
            kind.notify();
        }
    }

    /// Makes the value of a memo again: whether it is another one.
    fn remember(self) -> bool {
        match self.find().as_deref() {
            Some(Kind::Memo(memo)) => memo.again(),
            _ => false,
        }
    }
}

impl Remembered {
    fn memo(&self) -> &ArcMemo<()> {
        self.memo.get().expect("set when the memo was made")
    }

    fn again(&self) -> bool {
        let before = self.value.borrow().clone();
        let now = self.make.call_with(before.as_deref());
        let same = before.is_some_and(|before| (self.same)(&*before, &*now));
        self.value.replace(Some(now));
        !same
    }
}

/// Why a value can be read.
const THERE: &str = "a value is read when nobody is changing it";

impl Kind {
    fn held(&self) -> &RefCell<Option<Value>> {
        match self {
            Self::Signal(value, _) | Self::Stored(value) => value,
            Self::Memo(memo) => &memo.value,
            Self::Derived(_) => unreachable!("only what holds a value is changed"),
        }
    }

    fn track(&self) {
        match self {
            Self::Signal(_, trigger) => trigger.track(),
            Self::Memo(memo) => memo.memo().track(),
            Self::Stored(_) | Self::Derived(_) => {}
        }
    }

    fn notify(&self) {
        if let Self::Signal(_, trigger) = self {
            trigger.notify();
        }
    }

    fn now(&self, follow: bool) -> Value {
        match self {
            Self::Derived(make) if follow => return make.call_with(()),
            Self::Derived(make) => return untrack(|| make.call_with(())),
            _ => {}
        }
        if follow {
            self.track();
        }
        if let Self::Memo(memo) = self {
            memo.memo().update_if_necessary();
        }
        self.held().borrow().clone().expect(THERE)
    }
}
