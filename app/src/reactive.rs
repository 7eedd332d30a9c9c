//! Signals, memos and stored values of Leptos' graph, compiled once for all types of value.
//!
//! Leptos' own are generic to the core: every type of value compiles the arena, locks, guards and subscriptions anew;
//! measured, that was 11 KB of the client (brotli). Here a value of any type is in one kind of [`Cell`]; who notifies
//! whom, when and for how long is Leptos' (its triggers, memos and owners), and what is generic only says which type is
//! inside. Names and behaviour are Leptos'; values need not be `Send`. To add a way to read or write: here for the type,
//! in `cell` for what it does.

mod cell;

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

use cell::{Cell, Value};

/// Something in the graph with a `T` in it; a copy is the same one. `K` says what can be done with it.
pub(crate) struct Held<T, K> {
    cell: Cell,
    holds: PhantomData<fn() -> (T, K)>,
}

/// A value that notifies who read it when it changes.
pub(crate) type RwSignal<T> = Held<T, Written>;
/// A value made of others, once per change of those; notifies only when it is another one.
pub(crate) type Memo<T> = Held<T, Remembered>;
/// Any of them to be read: a signal, a memo, a value that stays, or one that is made at each reading.
pub(crate) type Signal<T> = Held<T, Anything>;
/// A value that notifies nobody.
pub(crate) type StoredValue<T> = Held<T, Kept>;

/// Kind of [`RwSignal`].
pub(crate) enum Written {}
/// Kind of [`Memo`].
pub(crate) enum Remembered {}
/// Kind of [`Signal`].
pub(crate) enum Anything {}
/// Kind of [`StoredValue`].
pub(crate) enum Kept {}

/// What notifies.
pub(crate) trait Followed {}
impl Followed for Written {}
impl Followed for Remembered {}
impl Followed for Anything {}

impl<T, K> Clone for Held<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, K> Copy for Held<T, K> {}

impl<T: 'static, K> Held<T, K> {
    fn of(cell: Cell) -> Self {
        let holds = PhantomData;
        Self { cell, holds }
    }

    fn read<R>(self, follow: bool, read: impl FnOnce(&T) -> R) -> R {
        read(inside(&*self.cell.now(follow)))
    }

    fn change<R>(self, notify: bool, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let (mut change, mut made) = (Some(change), None);
        self.cell.change(notify, &mut |value: &mut dyn Any| {
            let value = value.downcast_mut().unwrap_or_else(|| another_type());
            made = change.take().map(|change| change(value));
        });
        made
    }

    fn put(self, notify: bool, value: T) -> Option<T> {
        if self.cell.is_gone() {
            return Some(value);
        }
        self.cell.put(notify, Rc::new(value));
        None
    }
}

impl<T: 'static, K: Followed> Held<T, K> {
    /// Reads it and follows it.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.read(true, read)
    }

    /// Reads it without following it.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.read(false, read)
    }

    /// A copy of it; follows it.
    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.read(true, T::clone)
    }

    /// A copy of it, without following it.
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.read(false, T::clone)
    }
}

impl<T: 'static> RwSignal<T> {
    /// A signal with this in it.
    pub(crate) fn new(value: T) -> Self {
        Self::of(Cell::signal(Rc::new(value)))
    }

    /// Follows it.
    pub(crate) fn track(self) {
        self.cell.track();
    }

    /// Puts a value in; nothing happens when it is gone.
    pub(crate) fn set(self, value: T) {
        self.cell.put(true, Rc::new(value));
    }

    /// Puts a value in; gives it back when the signal is gone.
    pub(crate) fn try_set(self, value: T) -> Option<T> {
        self.put(true, value)
    }

    /// Changes the value; nothing happens when it is gone.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.change(true, change);
    }

    /// Changes the value; none when it is gone.
    pub(crate) fn try_update<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.change(true, change)
    }

    /// Whether it is gone, with what made it.
    pub(crate) fn is_disposed(self) -> bool {
        self.cell.is_gone()
    }
}

impl<T: PartialEq + 'static> Memo<T> {
    /// A memo of what `make` makes of its value before.
    pub(crate) fn new(make: impl Fn(Option<&T>) -> T + 'static) -> Self {
        let make = move |before: Option<&dyn Any>| Rc::new(make(before.map(inside))) as Value;
        let same = |before: &dyn Any, now: &dyn Any| inside::<T>(before) == inside::<T>(now);
        Self::of(Cell::memo(Box::new(make), same))
    }
}

impl<T: 'static> Signal<T> {
    /// What `make` makes, at each reading.
    pub(crate) fn derive(make: impl Fn() -> T + 'static) -> Self {
        Self::of(Cell::derived(Box::new(move |()| Rc::new(make()) as Value)))
    }

    /// Always this.
    pub(crate) fn stored(value: T) -> Self {
        Self::of(Cell::stored(Rc::new(value)))
    }
}

impl<T: 'static> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::of(signal.cell)
    }
}

impl<T: 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::of(memo.cell)
    }
}

impl<T: 'static> StoredValue<T> {
    /// This, as long as the part of the view that makes it is there.
    pub(crate) fn new(value: T) -> Self {
        Self::of(Cell::stored(Rc::new(value)))
    }

    /// Reads it.
    pub(crate) fn with_value<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.read(false, read)
    }

    /// A copy of it.
    pub(crate) fn get_value(self) -> T
    where
        T: Clone,
    {
        self.read(false, T::clone)
    }

    /// A copy of it; none when it is gone.
    pub(crate) fn try_get_value(self) -> Option<T>
    where
        T: Clone,
    {
        let value = self.cell.try_now(false)?;
        Some(inside::<T>(&*value).clone())
    }

    /// Puts a value in; nothing happens when it is gone.
    pub(crate) fn set_value(self, value: T) {
        self.cell.put(false, Rc::new(value));
    }

    /// Changes it; none when it is gone.
    pub(crate) fn try_update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.change(false, change)
    }
}

fn inside<T: 'static>(value: &dyn Any) -> &T {
    value.downcast_ref().unwrap_or_else(|| another_type())
}

// Apart from the generic ones so that it is compiled once.
#[cold]
fn another_type() -> ! {
    panic!("a cell holds the type of what made it")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell as Count;
    use std::rc::Rc;

    use leptos::prelude::Owner;

    use super::{Memo, RwSignal, Signal, StoredValue};

    /// A number, a memo of it, and how often that was made.
    fn doubled() -> (RwSignal<i32>, Memo<i32>, Rc<Count<u32>>) {
        let number = RwSignal::new(1);
        let times = Rc::new(Count::new(0));
        let made = Rc::clone(&times);
        let double = Memo::new(move |_| {
            made.set(made.get() + 1);
            number.get() * 2
        });
        (number, double, times)
    }

    #[test]
    fn what_is_put_in_is_read_by_every_copy() {
        Owner::new().with(|| {
            let words = RwSignal::new(String::from("a"));
            let same: Signal<String> = words.into();
            words.set("b".to_owned());
            words.update(|words| words.push('c'));
            assert_eq!(words.try_update(|words| words.len()), Some(2));
            assert_eq!(same.get_untracked(), "bc");
            assert!(same.with_untracked(|words| words == "bc"));
        });
    }

    #[test]
    fn a_memo_is_made_once_per_change_and_at_the_first_reading() {
        Owner::new().with(|| {
            let (number, double, times) = doubled();
            assert_eq!(times.get(), 0);
            assert_eq!((double.get(), double.get_untracked()), (2, 2));
            assert_eq!(times.get(), 1);
            number.set(4);
            assert_eq!((double.get(), double.get()), (8, 8));
            assert_eq!(times.get(), 2);
        });
    }

    #[test]
    fn a_memo_tells_only_of_another_value_and_knows_the_one_before() {
        Owner::new().with(|| {
            let (number, double, _) = doubled();
            let large = Memo::new(move |_| double.get() > 10);
            let said = Rc::new(Count::new(0));
            let says = Rc::clone(&said);
            let last = Memo::new(move |before: Option<&(bool, u32)>| {
                says.set(says.get() + 1);
                (large.get(), before.map_or(0, |(_, count)| count + 1))
            });
            assert_eq!(last.get(), (false, 0));
            number.set(5);
            assert_eq!((last.get(), said.get()), ((false, 0), 1));
            number.set(6);
            assert_eq!((last.get(), said.get()), ((true, 1), 2));
        });
    }

    #[test]
    fn what_is_read_without_following_makes_no_memo_again() {
        Owner::new().with(|| {
            let (number, double, _) = doubled();
            let derived = Signal::derive(move || double.get() + 1);
            let followed = Memo::new(move |_| derived.get());
            let kept = Memo::new(move |_| derived.get_untracked() + double.get_untracked());
            assert_eq!((followed.get(), kept.get()), (3, 5));
            number.set(2);
            assert_eq!((followed.get(), kept.get()), (5, 5));
        });
    }

    #[test]
    fn what_is_gone_with_its_owner_takes_and_gives_nothing() {
        let owner = Owner::new();
        let (signal, stored) = owner.with(|| (RwSignal::new(1), StoredValue::new(1)));
        assert_eq!((signal.try_set(2), stored.try_get_value()), (None, Some(1)));
        assert_eq!(stored.try_update_value(|value| *value + 1), Some(2));
        owner.cleanup();
        assert!(signal.is_disposed());
        assert_eq!(signal.try_set(3), Some(3));
        signal.set(4);
        stored.set_value(4);
        assert_eq!(stored.try_get_value(), None);
        assert_eq!(stored.try_update_value(|value| *value), None);
    }
}
