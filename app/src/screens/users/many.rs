//! Many users at once: who is selected in a list, and the bar above it.

pub(super) mod dialog;

use licensing::wire::{MANY_MAX, Selected, UsersQuery};

use self::dialog::dialog;
use super::Known;
use crate::api;
use crate::nodes;
use crate::reactive::{Memo, RwSignal};
use crate::text::{K, N, fill, number, tn};
use crate::ui::el::{El, Node, el, live};
use crate::ui::form::Button;
use crate::ui::pages::Pages;

/// Who is selected in a list.
#[derive(Clone, Copy)]
pub(super) struct Selection {
    picked: RwSignal<Picked>,
    /// The dialog is open.
    open: RwSignal<bool>,
}

#[derive(Clone, Default, PartialEq)]
struct Picked {
    /// Ids, in order.
    users: Vec<i32>,
    /// Everyone who matches, on the screen or not.
    all: bool,
}

/// What the dialog begins with.
#[derive(Clone)]
pub(super) enum Begin {
    /// Nothing: it is chosen.
    Choose,
    /// Removing a license (its id), unless something else is chosen.
    Remove(i32),
    /// Restoring what an act freed, and nothing else.
    Restore(String),
}

impl Selection {
    /// Nobody.
    pub(super) fn new() -> Self {
        Self {
            picked: RwSignal::new(Picked::default()),
            open: RwSignal::new(false),
        }
    }

    fn has(self, user: i32) -> bool {
        let has = |picked: &Picked| picked.all || picked.users.binary_search(&user).is_ok();
        self.picked.with(has)
    }

    /// How many are selected of so many who match.
    fn count(self, matching: i64) -> i64 {
        self.picked.with(|picked| match picked.all {
            true => matching,
            false => i64::try_from(picked.users.len()).unwrap_or(i64::MAX),
        })
    }

    /// Nobody is selected any more.
    pub(super) fn clear(self) {
        self.picked.set(Picked::default());
    }

    /// Selects one more.
    pub(super) fn add(self, user: i32) {
        if !self
            .picked
            .with_untracked(|picked| picked.users.contains(&user))
        {
            self.toggle(user);
        }
    }

    fn toggle(self, user: i32) {
        self.picked
            .update(|picked| match picked.users.binary_search(&user) {
                Ok(place) => {
                    picked.users.remove(place);
                }
                Err(place) => picked.users.insert(place, user),
            });
    }

    /// The box of a user's row.
    pub(super) fn tick(self, user: i32, name: &str) -> El {
        el("input")
            .attr("type", "checkbox")
            .attr("aria-label", fill(K::ChooseUser, &[("user", name)]))
            .attr("disabled", move || self.picked.with(|picked| picked.all))
            .ticked(move || self.has(user))
            .on("change", move |_| self.toggle(user))
    }

    /// Selects all who match, on whatever page.
    pub(super) fn select_all(self, list: Pages) -> Node {
        let matching = Memo::new(move |_| list.head().count);
        let all = Memo::new(move |_| self.picked.with(|picked| picked.all));
        live(move || {
            let matching = matching.get();
            (!all.get() && (1..=MANY_MAX as i64).contains(&matching)).then(|| {
                let count = number(matching);
                let all = Picked {
                    users: Vec::new(),
                    all: true,
                };
                Button::new(fill(K::SelectAll, &[("count", &count)]))
                    .on_click(move || self.picked.set(all.clone()))
            })
        })
    }

    /// Above the list: how many are selected, a way to select several, and what is done to them. `query` says who match.
    pub(super) fn bar(
        self,
        list: Pages,
        select: Node,
        query: impl Fn() -> UsersQuery + 'static,
        begin: Begin,
        known: Known,
    ) -> Node {
        let matching = Memo::new(move |_| list.head().count);
        let any = Memo::new(move |_| self.count(matching.get()) > 0);
        let words = live(move || {
            let count = self.count(matching.get());
            (count > 0).then(|| tn(N::UsersSelected, count, &[]))
        });
        let acts = live(move || {
            any.get().then(|| {
                let clear = Button::new(K::ClearSelection).on_click(move || self.clear());
                let change = Button::new(K::ChangeThem)
                    .primary()
                    .on_click(move || self.open.set(true));
                nodes![clear, change]
            })
        });
        let opened = live(move || {
            self.open.get().then(|| {
                let selected = self.picked.with_untracked(|picked| match picked.all {
                    true => api::matching(&query()),
                    false => Selected::Users(picked.users.clone()),
                });
                dialog(self, selected, known, begin.clone())
            })
        });
        let words = el("p").attr("role", "status").child(words);
        let bar = el("div")
            .class("many")
            .child(words)
            .child(select)
            .child(acts);
        nodes![bar, opened]
    }

    /// Whether the dialog is open.
    pub(super) fn is_open(self) -> bool {
        self.open.get()
    }

    /// The dialog opens.
    pub(super) fn open(self) {
        self.open.set(true);
    }

    /// The dialog closes.
    fn close(self) {
        self.open.set(false);
    }
}
