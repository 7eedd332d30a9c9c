//! The dialog *Remove superfluous licences*: how many are too many, who has them, whom to suggest, what goes along.

mod choice;
mod list;

use std::rc::Rc;

use leptos::prelude::untrack;
use licensing::license::License;
use licensing::wire::{ErrorCode, FREE_MAX, Holder, Problem, SuggestQuery};

use self::choice::{Choice, Needed, Stand, needed};
use self::list::List;
use super::Here;
use super::activate::said;
use super::news::count;
use crate::api::{self, Failure, then};
use crate::nodes;
use crate::parts::act::act;
use crate::parts::failure::say;
use crate::parts::words::{list as and, name_in};
use crate::reactive::{RwSignal, Signal};
use crate::route::{LicensesDialog, Route};
use crate::text::{K, N, fill, joined, now, number, tn};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, Row, el, live};
use crate::ui::filter::search;
use crate::ui::form::Button;
use crate::ui::icon::{Icon, glyph};
use crate::ui::notice::{Tone, p};
use crate::ui::pages::Pages;

/// Most users who are named in a sentence.
const NAMED_MAX: usize = 5;
/// Most suggestions that are listed; the others are chosen all the same.
const LISTED_MAX: usize = 100;

/// What the dialog works with.
#[derive(Clone, Copy)]
struct Removing {
    here: Here,
    /// Id of the module.
    module: i32,
    choice: RwSignal<Choice>,
    /// Rows of the suggestions that are listed.
    suggested: RwSignal<Vec<Row>>,
    search: RwSignal<String>,
    holders: Pages,
    busy: RwSignal<bool>,
    suggesting: RwSignal<bool>,
    fault: RwSignal<String>,
}

/// The dialog for a module (its id).
pub(super) fn remove(here: Here, module: i32) -> El {
    let choice = RwSignal::new(Choice::default());
    let search = RwSignal::new(String::new());
    let removing = Removing {
        here,
        module,
        choice,
        suggested: RwSignal::new(Vec::new()),
        search,
        holders: List {
            here,
            module,
            choice,
        }
        .holders(search),
        busy: RwSignal::new(false),
        suggesting: RwSignal::new(false),
        fault: RwSignal::new(String::new()),
    };
    let title = live(move || {
        let title = now(K::RemoveSuperfluousLicences);
        [title, ": ", &removing.needed().name].concat()
    });
    let fault = live(move || {
        let words = removing.fault.get();
        let title = now(K::NotRemoved).to_owned();
        (!words.is_empty()).then(|| said(Tone::Red, title, words))
    });
    let inside = nodes![
        el("div").class("remove-head").child(removing.head()),
        body(nodes![
            fault,
            removing.list().table(removing.holders, removing.suggested)
        ])
        .class("dialog-body remove-body"),
        foot(nodes![removing.words(), removing.buttons()]),
    ];
    Dialog::new(title, move || removing.back()).view(inside)
}

impl Removing {
    fn needed(self) -> Needed {
        let needed = self.here.with_owner(|_, owner| needed(owner, self.module));
        needed.flatten().unwrap_or_default()
    }

    /// How the choice stands, and how many are chosen.
    fn stand(self) -> (Stand, usize) {
        let chosen = self.choice.with(Choice::count);
        (Stand::of(chosen, self.needed().to_remove), chosen)
    }

    /// Nobody has to go any more, and nobody is just being freed: there is nothing to do but to close.
    fn nothing(self) -> Signal<bool> {
        Signal::derive(move || !self.busy.get() && self.stand().0 == Stand::Nothing)
    }

    /// Back to what waits.
    fn back(self) {
        let activate = |route: &crate::route::LicensesRoute| route.with(LicensesDialog::Activate);
        let activate = self.here.route.with_untracked(activate);
        self.here.navigation.close(Route::Licenses(activate));
    }

    /// The three numbers, how many are chosen, searching and suggesting.
    fn head(self) -> Node {
        let numbers = live(move || {
            let needed = self.needed();
            let fact = |label: K, value: i64, red: bool| {
                let value = el("dd").child(number(value));
                let value = if red { value.class("red-text") } else { value };
                el("div").child(el("dt").child(now(label))).child(value)
            };
            let then = (needed.in_use_after != needed.in_use)
                .then(|| fact(K::InUseThen, needed.in_use_after.into(), false));
            let to_remove = count(needed.to_remove);
            el("dl")
                .class("figures remove-numbers")
                .child(fact(K::InUse, needed.in_use.into(), false))
                .child(then)
                .child(fact(K::AvailableInNew, needed.available.into(), false))
                .child(fact(K::ToRemove, to_remove, to_remove > 0))
        });
        let chosen = live(move || {
            let (stand, chosen) = self.stand();
            let needed = number(count(self.needed().to_remove));
            let values = [("count", &*number(count(chosen))), ("needed", &needed)];
            let (class, icon, words) = match stand {
                Stand::Nothing => ("green-text", Some(Icon::Done), K::NothingToRemove),
                Stand::Missing(_) => ("soft", None, K::ChosenOf),
                Stand::Enough => ("green-text", Some(Icon::Done), K::ChosenOf),
                Stand::More | Stand::TooMany => ("amber-text", Some(Icon::Warning), K::ChosenMore),
            };
            let words = el("span").child(fill(words, &values));
            el("span").class(class).child(icon.map(glyph)).child(words)
        });
        let chosen = p(chosen).class("chosen-of figures").attr("role", "status");
        let search = search(self.search.into(), K::SearchForUsers, move |text| {
            self.search.set(text);
        });
        let nothing = self.nothing();
        let suggest = Button::new(live(move || {
            let many = match self.stand().0 {
                Stand::Missing(missing) => missing,
                _ => self.needed().to_remove,
            };
            fill(K::Suggest, &[("count", &number(count(many)))])
        }))
        .busy(self.suggesting)
        .off(Signal::derive(move || {
            !matches!(self.stand().0, Stand::Missing(_))
        }))
        .on_click(move || self.suggest())
        .view()
        .attr("aria-describedby", "suggest-how")
        .attr("hidden", nothing);
        let how = p(K::SuggestHow)
            .class("soft")
            .attr("id", "suggest-how")
            .attr("hidden", nothing);
        nodes![
            el("div").class("remove-top").child(numbers).child(chosen),
            el("div")
                .class("filters")
                .child(search)
                .child(suggest)
                .child(how),
        ]
    }

    fn list(self) -> List {
        List {
            here: self.here,
            module: self.module,
            choice: self.choice,
        }
    }

    /// Beside the buttons: how many more, what goes along.
    fn words(self) -> Node {
        live(move || {
            let (stand, chosen) = self.stand();
            let more = match stand {
                Stand::Nothing if chosen > 0 => now(K::TickedKeep).to_owned(),
                Stand::Missing(missing) => tn(N::ChooseMore, count(missing), &[]),
                Stand::TooMany => fill(K::TooManyChosen, &[("count", &number(count(FREE_MAX)))]),
                _ => String::new(),
            };
            let along = (chosen > 0 && stand != Stand::Nothing).then(|| self.along());
            p([&*more, " ", &along.unwrap_or_default()].concat())
        })
    }

    /// "They keep their account and lose Sales Premium and the 14 licences of its plan."
    fn along(self) -> String {
        let said = self.here.with_owner(|_, owner| {
            let license = &owner.installed.as_ref()?.license;
            Some(self.choice.with(|choice| say_along(choice, license)))
        });
        said.flatten().unwrap_or_default()
    }

    fn buttons(self) -> Node {
        let nothing = self.nothing();
        let ok = Button::new(K::Ok)
            .primary()
            .busy(self.busy)
            .off(Signal::derive(move || !self.stand().0.may_free()))
            .on_click(move || self.free())
            .view()
            .attr("hidden", nothing);
        let close = live(move || now(if nothing.get() { K::Close } else { K::Cancel }));
        let close = Button::new(close).on_click(move || self.back());
        nodes![close, ok]
    }

    fn suggest(self) {
        // As many as are missing, and those among them who are chosen already.
        let count = untrack(|| self.needed()).to_remove.min(FREE_MAX);
        self.fault.set(String::new());
        let ask = move |()| {
            let asking = api::suggestions(self.module, &SuggestQuery { count });
            then(asking, move |answer| self.fill_up(answer.holders))
        };
        let failed = move |failure| self.fault.set(say(&failure));
        act(
            self.here.session,
            self.suggesting,
            Box::new(ask),
            Rc::new(failed),
        );
    }

    fn fill_up(self, holders: Vec<Holder>) {
        let needed = untrack(|| self.needed().to_remove.min(FREE_MAX));
        let listed = self
            .choice
            .try_update(|choice| choice.fill_up(holders, needed, LISTED_MAX));
        let rows = listed.unwrap_or_default().into_iter();
        let rows = rows.map(|holder| self.list().row(holder, true));
        self.suggested.set(rows.collect());
    }

    fn free(self) {
        // The screen may be a moment behind what is so.
        if !untrack(|| self.stand()).0.may_free() {
            return;
        }
        let free = self.choice.with_untracked(Choice::request);
        let name = untrack(|| self.needed().name);
        self.fault.set(String::new());
        let ask = move |()| {
            let name = name.clone();
            then(api::free(self.module, &free), move |freed| {
                let values = [("license", name.as_str())];
                let done = tn(N::RemovedFrom, count(freed.users), &values);
                self.here.status.say(done);
                self.here.licenses.put(freed.licenses);
                self.back();
            })
        };
        let failed = move |failure: Failure| self.refused(&failure);
        act(self.here.session, self.busy, Box::new(ask), Rc::new(failed));
    }

    /// Nothing was removed: who changed is named and not chosen any more, and the list is as it is now.
    fn refused(self, failure: &Failure) {
        let changed: Vec<_> = match failure {
            Failure::Refused(body) if body.code == ErrorCode::Stale => {
                let problems = body.problems.iter();
                let changed = problems.filter_map(|problem| match problem {
                    Problem::UserChanged { user, name } => Some((*user, name.clone())),
                    _ => None,
                });
                changed.collect()
            }
            _ => Vec::new(),
        };
        if changed.is_empty() {
            self.fault.set(say(failure));
        } else {
            let (users, mut names): (Vec<_>, Vec<_>) = changed.into_iter().unzip();
            self.choice.update(|choice| choice.drop_all(&users));
            if names.len() > NAMED_MAX {
                let more = tn(N::AndMore, count(names.len() - NAMED_MAX), &[]);
                names.truncate(NAMED_MAX);
                self.fault.set(fill(
                    K::UsersChanged,
                    &[("users", &[&*joined(&names, ", "), " ", &more].concat())],
                ));
            } else {
                self.fault
                    .set(fill(K::UsersChanged, &[("users", &and(&names))]));
            }
            self.suggested.set(Vec::new());
        }
        self.holders.waiting.reload();
        self.here.licenses.reload();
    }
}

fn say_along(choice: &Choice, license: &License) -> String {
    let along = choice.along(license);
    let mut lost: Vec<_> = along
        .modules
        .iter()
        .map(|(module, users)| {
            let name = name_in(Some(license), module);
            match users {
                None => name,
                Some(users) => tn(N::GoesSome, count(*users), &[("license", &name)]),
            }
        })
        .collect();
    if along.members > 0 {
        let key = if along.plans > 1 {
            N::GoesMembersPlans
        } else {
            N::GoesMembers
        };
        lost.push(tn(key, count(along.members), &[]));
    }
    let goes = fill(K::Goes, &[("licences", &and(&lost))]);
    if along.some_keep && along.members > 0 {
        [goes.as_str(), " ", now(K::GoesKept)].concat()
    } else {
        goes
    }
}
