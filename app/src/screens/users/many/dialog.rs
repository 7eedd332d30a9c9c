//! The dialog in which a change for many is chosen, looked at and done.

use std::rc::Rc;

use licensing::assignment::Refusal;
use licensing::wire::{
    Change, ChangeMany, Preview, PreviewMany, PreviewUser, Selected, UserLicense,
};

use super::{Begin, Selection};
use crate::api::{self, Failure, made, then};
use crate::events::changes;
use crate::nodes;
use crate::parts::act::act;
use crate::parts::refusal::{say_refusal, say_refusals};
use crate::parts::words::list;
use crate::reactive::{RwSignal, Signal, StoredValue};
use crate::remote::remote;
use crate::screens::users::Known;
use crate::screens::users::rows::choices;
use crate::session::session;
use crate::text::{K, N, fill, joined, now, tn};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, el, live};
use crate::ui::filter::{Choice, check, choose};
use crate::ui::form::Button;
use crate::ui::loaded::{Remote, loaded};
use crate::ui::notice::{Tone, alert, p};
use crate::ui::status::status;
use crate::ui::table::{Column, row, table};

const COLUMNS: [Column; 2] = [Column::head(K::Name), Column::text(K::WhatChanges)];

const ASSIGN: &str = "assign";
const REMOVE: &str = "remove";
const SWAP: &str = "swap";
const LEAVE: &str = "leave";

/// What can be done, by the value of its option.
const KINDS: [(&str, K); 4] = [
    (ASSIGN, K::ManyAssign),
    (REMOVE, K::ManyRemove),
    (SWAP, K::ManySwap),
    (LEAVE, K::FormerEmployee),
];

/// What the dialog works with.
#[derive(Clone, Copy)]
struct Changing {
    selection: Selection,
    known: Known,
    kind: RwSignal<String>,
    /// Ids of modules, as their options have them.
    module: RwSignal<String>,
    to: RwSignal<String>,
    only_those_who_can: RwSignal<bool>,
    /// None: nothing to be looked at is chosen yet.
    preview: Remote<Option<Preview>>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<Failure>>,
}

/// The dialog for who is selected.
pub(in crate::screens::users) fn dialog(
    selection: Selection,
    selected: Selected,
    known: Known,
    begin: Begin,
) -> El {
    let changes = changes();
    let (title, kind, module, act) = match begin {
        Begin::Choose => (K::ChangeSelected, ASSIGN, String::new(), None),
        Begin::Remove(module) => (K::ChangeSelected, REMOVE, module.to_string(), None),
        Begin::Restore(act) => (K::GiveBack, ASSIGN, String::new(), Some(act)),
    };
    let kind = RwSignal::new(kind.to_owned());
    let (module, to) = (RwSignal::new(module), RwSignal::new(String::new()));
    let only_those_who_can = RwSignal::new(false);
    let chosen = act.is_none();
    let asked = StoredValue::new((selected, act));
    let question = move || {
        changes.users();
        changes.licenses();
        let module = || module.get().parse().ok();
        let (selected, act) = asked.get_value();
        let change = match kind.get().as_str() {
            _ if act.is_some() => Change::GiveBack { act: act? },
            ASSIGN => Change::Assign { module: module()? },
            REMOVE => Change::Remove { module: module()? },
            SWAP => Change::Swap {
                from: module()?,
                to: to.get().parse().ok()?,
            },
            _ => Change::Leave,
        };
        Some(PreviewMany {
            selected,
            change,
            only_those_who_can: only_those_who_can.get(),
        })
    };
    let preview = remote(question, |what: Option<PreviewMany>| match what {
        Some(what) => made(api::preview_many(&what), |preview| Ok(Some(preview))),
        None => Box::pin(std::future::ready(Ok(None))),
    });
    let changing = Changing {
        selection,
        known,
        kind,
        module,
        to,
        only_those_who_can,
        preview,
        busy: RwSignal::new(false),
        fault: RwSignal::new(None),
    };
    changing.view(title, chosen, question)
}

impl Changing {
    fn view(
        self,
        title: K,
        chosen: bool,
        question: impl Fn() -> Option<PreviewMany> + 'static,
    ) -> El {
        let fault = live(move || {
            self.fault.get().map(|failure| {
                let sentences = self.with_known(|known| say_refusals(&failure, known));
                let title = el("strong").child(K::NotSaved);
                let sentences: Vec<_> = sentences.into_iter().map(p).collect();
                alert(Tone::Red, nodes![title, sentences])
            })
        });
        let seen = loaded(self.preview.there(), self.preview.waiting, 4, move || {
            self.preview
                .show(move |preview| preview.as_ref().map(|preview| self.seen(preview)))
        });
        let question = Rc::new(question);
        let done = move || self.change(question());
        let count = Signal::derive(move || self.with_preview(|preview| count(preview.changing)));
        let off = Signal::derive(move || {
            self.preview.waiting.busy.get() || count.get() == 0 || self.is_stopped()
        });
        let button = Button::new(live(move || tn(N::ChangeUsers, count.get(), &[])))
            .primary()
            .busy(self.busy)
            .off(off)
            .on_click(done);
        let cancel = Button::new(K::Cancel).on_click(move || self.selection.close());
        let words = live(move || self.is_stopped().then(|| p(K::ManyStopped)));
        let inside = nodes![
            body(nodes![fault, self.choices(chosen), seen]),
            foot(nodes![words, nodes![cancel, button]]),
        ];
        let selection = self.selection;
        Dialog::new(title, move || selection.close()).view(inside)
    }

    fn with_known<T>(self, read: impl FnOnce(&[UserLicense]) -> T) -> T {
        self.known.value.with(|known| {
            let known = known.as_ref().map(|known| known.licenses.as_slice());
            read(known.unwrap_or_default())
        })
    }

    fn with_preview(self, read: fn(&Preview) -> i64) -> i64 {
        self.preview
            .value
            .with(|preview| preview.as_ref().and_then(Option::as_ref).map_or(0, read))
    }

    /// One who is refused stops it for all.
    fn is_stopped(self) -> bool {
        !self.only_those_who_can.get() && self.is_blocked()
    }

    fn is_blocked(self) -> bool {
        self.with_preview(|preview| i64::from(preview.refused > 0 || !preview.short.is_empty())) > 0
    }

    /// What is to be done, with which license (where that is to be `chosen`), and to whom.
    fn choices(self, chosen: bool) -> El {
        let kinds = KINDS.map(|(value, name)| Choice {
            value: value.to_owned(),
            name: now(name).to_owned(),
            group: String::new(),
        });
        let kinds = Signal::stored(Vec::from(kinds));
        let licenses = move |hidden: &'static [bool]| {
            self.known
                .value
                .with(|known| known.as_ref().map(|known| choices(known, hidden)))
                .unwrap_or_default()
        };
        // Hidden licenses come with plans: they are given up with those, and never given by hand.
        let module = Signal::derive(move || match self.kind.get().as_str() {
            REMOVE => licenses(&[false, true]),
            _ => licenses(&[false]),
        });
        let to = Signal::derive(move || licenses(&[false]));
        let kind = move |kind| {
            self.kind.set(kind);
            // What can be given up cannot always be given.
            self.module.set(String::new());
            self.to.set(String::new());
        };
        let is = move |kind: &'static str| self.kind.with(|chosen| chosen == kind);
        let set = |value: RwSignal<String>| move |chosen| value.set(chosen);
        let choices = chosen.then(|| {
            nodes![
                choose(K::WhatChanges, None, kinds, self.kind.into(), kind),
                live(move || {
                    let set = set(self.module);
                    (!is(LEAVE)).then(|| {
                        choose(K::Licence, Some(K::Choose), module, self.module.into(), set)
                    })
                }),
                live(move || {
                    let set = set(self.to);
                    is(SWAP)
                        .then(|| choose(K::ManySwapTo, Some(K::Choose), to, self.to.into(), set))
                })
            ]
        });
        el("div")
            .class("many-choices")
            .child(choices)
            .child(live(move || {
                (self.only_those_who_can.get() || self.is_blocked()).then(|| {
                    check(
                        K::OnlyThoseWhoCan,
                        move || self.only_those_who_can.get(),
                        move |only| {
                            self.only_those_who_can.set(only);
                        },
                    )
                })
            }))
    }

    /// What would happen.
    fn seen(self, preview: &Preview) -> Node {
        let say = |key: N, users: usize| (users > 0).then(|| tn(key, count(users), &[]));
        let words = [
            Some(tn(N::ManyChange, count(preview.changing), &[])),
            say(N::ManyUnchanged, preview.unchanged),
            say(N::ManyRefused, preview.refused),
        ];
        let words: Vec<_> = words.into_iter().flatten().collect();
        self.with_known(|known| {
            let short = preview.short.iter().cloned().map(|short| {
                let words = say_refusal(&Refusal::NoSeat(short), known);
                p(words).class("red-text")
            });
            let short: Vec<_> = short.collect();
            let rows = preview.users.iter().map(|user| line(user, known));
            let rows: Vec<_> = rows.collect();
            let more = count(preview.changing + preview.refused) - count(rows.len());
            let more = (more > 0).then(|| p(tn(N::AndMore, more, &[])).class("soft"));
            let users = (!rows.is_empty())
                .then(|| table(K::WhatChanges, &COLUMNS, None, el("tbody").children(rows)));
            let words = p(joined(&words, " ")).attr("role", "status");
            nodes![words, short, users, more]
        })
    }

    fn change(self, what: Option<PreviewMany>) {
        let seen = self.preview.value.with_untracked(|preview| {
            let preview = preview.as_ref().and_then(Option::as_ref);
            preview.map(|preview| preview.seen.clone())
        });
        let (Some(what), Some(seen)) = (what, seen) else {
            return;
        };
        let request = ChangeMany { what, seen };
        let (status, selection) = (status(), self.selection);
        self.fault.set(None);
        let ask = move |()| {
            then(api::change_many(&request), move |done| {
                let mut words = tn(N::ManyChanged, count(done.users), &[]);
                if done.refused > 0 {
                    let left_out = tn(N::ManyLeftOut, count(done.refused), &[]);
                    words = [&*words, " ", &left_out].concat();
                }
                status.say(words);
                selection.clear();
                selection.close();
            })
        };
        let failed = move |failure: Failure| {
            // What would happen now comes below the reason.
            self.preview.reload();
            self.fault.set(Some(failure));
        };
        act(session(), self.busy, Box::new(ask), Rc::new(failed));
    }
}

fn count(users: usize) -> i64 {
    i64::try_from(users).unwrap_or(i64::MAX)
}

/// One user: what they get and give back, or why they are refused.
fn line(user: &PreviewUser, known: &[UserLicense]) -> El {
    let refused = !user.refusals.is_empty();
    let words: Vec<String> = if refused {
        let refusals = user.refusals.iter();
        refusals
            .map(|refusal| say_refusal(refusal, known))
            .collect()
    } else {
        let say = |key: K, ids: &[i32]| {
            let names: Vec<_> = ids.iter().filter_map(|id| name(*id, known)).collect();
            (!names.is_empty()).then(|| fill(key, &[("licences", &list(&names))]))
        };
        let log_in = user.can_log_in.map(|may| {
            let word = now(if may { K::Yes } else { K::No });
            [now(K::CanLogIn), ": ", word, "."].concat()
        });
        [
            say(K::Gets, &user.gets),
            say(K::GivesBack, &user.loses),
            log_in,
        ]
        .into_iter()
        .flatten()
        .collect()
    };
    let words = el("span")
        .class_if("red-text", refused)
        .child(joined(&words, " "));
    row(&COLUMNS, [user.full_name.clone().into(), words.into()])
}

fn name(id: i32, known: &[UserLicense]) -> Option<String> {
    let license = known.iter().find(|license| license.id == id)?;
    Some(license.description.clone())
}
