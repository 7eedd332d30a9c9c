//! What a user has, to be changed: a box or a choice for every license, with its seats and why it cannot be given; logging in
//! and leaving; what saving will change. Nothing is stored until it is saved, and leaving with changes asks.

use std::rc::Rc;

use leptos::prelude::{event_target_checked, untrack};
use licensing::assignment::{Refusal, effective};
use licensing::license::{License, ModuleLicense, ModuleName};
use licensing::wire::{ErrorCode, Licenses, UserCard};

use super::super::Known;
use super::super::rows::seats;
use super::draft::{Draft, Sold, only};
use crate::api::{self, Failure, then};
use crate::call::Call;
use crate::navigation::navigation;
use crate::nodes;
use crate::parts::act::act;
use crate::parts::refusal::say_refusals;
use crate::parts::words::{list, name, name_in, users};
use crate::reactive::{Memo, RwSignal};
use crate::route::Route;
use crate::session::session;
use crate::text::{K, N, fill, now, tn};
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::filter::check;
use crate::ui::form::Button;
use crate::ui::loaded::Remote;
use crate::ui::notice::{Tone, alert, p};
use crate::ui::status::status;

/// What is being changed.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    card: Remote<UserCard>,
    /// What is sold.
    licenses: Remote<Licenses>,
    stored: RwSignal<Option<Draft>>,
    draft: RwSignal<Option<Draft>>,
    /// Somebody else changed this user while it was being changed here.
    changed: RwSignal<bool>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<Failure>>,
}

impl Editing {
    /// Nothing is changed yet. Lives as long as the card, whatever shape the card takes; `user` is whose it is.
    pub(super) fn new(user: i32, card: Remote<UserCard>, licenses: Remote<Licenses>) -> Self {
        let editing = Self {
            card,
            licenses,
            stored: RwSignal::new(None),
            draft: RwSignal::new(None),
            changed: RwSignal::new(false),
            busy: RwSignal::new(false),
            fault: RwSignal::new(None),
        };
        effect(move || editing.arrived(card.value.with(|card| card.as_ref().map(Draft::stored))));
        navigation().hold(move |route| {
            let stays = matches!(route, Some(Route::Users(route)) if route.user == Some(user));
            !stays && untrack(|| editing.is_changed())
        });
        editing
    }

    /// The form, for an administrator.
    pub(super) fn form(self, known: Known, on_saved: Rc<dyn Call<()>>) -> Node {
        let fault = live(move || {
            self.fault.get().map(|failure| {
                let sentences = known.value.with(|known| {
                    let known = known.as_ref().map(|known| known.licenses.as_slice());
                    say_refusals(&failure, known.unwrap_or_default())
                });
                let sentences: Vec<_> = sentences.into_iter().map(p).collect();
                let title = el("strong").child(K::NotSaved);
                alert(Tone::Red, nodes![title, sentences])
            })
        });
        let is_changed = Memo::new(move |_| self.is_changed());
        let foot = live(move || {
            let on_saved = Rc::clone(&on_saved);
            is_changed.get().then(|| self.foot(on_saved))
        });
        nodes![
            live(move || self.access()),
            live(move || self.boxes()),
            fault,
            foot
        ]
    }

    /// The card came (again): what was changed here is kept, on what is stored now.
    fn arrived(self, now: Option<Draft>) {
        let Some(now) = now else { return };
        let before = untrack(|| self.stored.get().zip(self.draft.get()));
        let draft = match before {
            Some((stored, draft)) if stored == now => draft,
            Some((stored, draft)) if stored != draft => {
                self.changed.set(true);
                draft.onto(&stored, &now)
            }
            _ => now.clone(),
        };
        self.stored.set(Some(now));
        self.draft.set(Some(draft));
    }

    fn is_changed(self) -> bool {
        self.draft
            .with(|draft| self.stored.with(|stored| stored != draft))
    }

    fn change(self, change: &mut dyn FnMut(&mut Draft)) {
        self.draft.update(|draft| {
            if let Some(draft) = draft {
                change(draft);
            }
        });
    }

    /// Reads every owner with a license in force.
    fn each_sold(self, read: &mut dyn FnMut(Sold<'_>)) {
        self.licenses.value.with(|all| {
            for owner in all.iter().flat_map(|all| &all.owners) {
                if let Some(sold) = Sold::of(owner) {
                    read(sold);
                }
            }
        });
    }

    /// Gives a module of an owner, or takes it back.
    fn put(self, owner: i32, module: &ModuleName, on: bool) {
        untrack(|| {
            self.each_sold(&mut |sold| {
                if sold.owner.id == owner
                    && let Some(module) = sold.license.module(module)
                {
                    self.change(&mut |draft| sold.put(draft, module, on));
                }
            });
        });
    }

    /// Logging in and leaving.
    fn access(self) -> Option<El> {
        let draft = self.draft.get()?;
        let left = draft.former_employee;
        let can_log_in = check(K::CanLogIn, draft.can_log_in, move |on| {
            self.change(&mut |draft| draft.can_log_in = on && !draft.former_employee);
        });
        let leave = check(K::FormerEmployee, left, move |on| {
            self.change(&mut |draft| draft.leave(on));
        });
        Some(
            el("div")
                .class("card-access")
                .child(can_log_in)
                .child(leave),
        )
    }

    /// Every license that can be handed out, by owner.
    fn boxes(self) -> Option<El> {
        let (stored, draft) = (self.stored.get()?, self.draft.get()?);
        let (mut groups, mut hidden) = (Vec::new(), 0);
        self.each_sold(&mut |sold| {
            let has = effective(sold.license, &sold.names(&draft.given));
            let mut rows = Vec::new();
            for (module, inside) in sold.rows() {
                if sold.is_first_of_group(module) {
                    rows.push(self.none(sold, module, &draft));
                }
                let has = has.contains(&module.module_name);
                let row = self.row(sold, module, has, [&stored, &draft]);
                rows.push(row.class_if("inside", inside));
            }
            for module in &sold.license.module_licenses {
                hidden += i64::from(module.is_hidden && has.contains(&module.module_name));
            }
            groups.push(nodes![
                el("h3").child(sold.owner.description.clone()),
                el("ul").class("held").children(rows)
            ]);
        });
        let more = (hidden > 0).then(|| p(tn(N::HiddenHeld, hidden, &[])).class("soft"));
        let nothing = groups
            .is_empty()
            .then(|| p(K::NoUserLicenses).class("soft"));
        Some(
            el("div")
                .class("held-groups")
                .child(groups)
                .child(nothing)
                .child(more),
        )
    }

    /// A license: a box, or among plans of one group a choice; its seats; why it cannot be given. `has`: they have it, if
    /// only by a plan.
    fn row(
        self,
        sold: Sold<'_>,
        module: &ModuleLicense,
        has: bool,
        [stored, draft]: [&Draft; 2],
    ) -> El {
        let (id, in_use) = sold.counter(&module.module_name);
        let given = draft.given.contains(&id);
        let kind = self
            .card
            .value
            .with_untracked(|card| card.as_ref().map(|card| card.user.user_type));
        let why = kind
            .filter(|_| !given)
            .and_then(|kind| sold.why_not(stored, draft, module, kind));
        let below = match &why {
            _ if has && !given => Some(now(K::ByPlan).to_owned()),
            why => why.as_ref().map(|why| short(why, module, sold.license)),
        };
        let words = el("span")
            .child(name(module))
            .child(below.map(|words| el("span").class("why soft").child(words)));
        let others = sold.others_of_group(module).next();
        let group = others.and(module.plan_group.clone());
        let (owner, wanted) = (sold.owner.id, module.module_name.clone());
        let put = move |on: bool| self.put(owner, &wanted, on);
        el("li")
            .child(tick(group, words, given, why.is_some(), put))
            .child(seats(in_use, module.total()))
    }

    /// Above the plans of a group: none of them.
    fn none(self, sold: Sold<'_>, first: &ModuleLicense, draft: &Draft) -> El {
        let mut plans = vec![first.module_name.clone()];
        let others = sold.others_of_group(first);
        plans.extend(others.map(|plan| plan.module_name.clone()));
        let has_none = !plans
            .iter()
            .any(|plan| draft.given.contains(&sold.id(plan)));
        let owner = sold.owner.id;
        let none = move |_| {
            for plan in &plans {
                self.put(owner, plan, false);
            }
        };
        let words = el("span").child(K::NoPlan);
        let group = first.plan_group.clone();
        el("li").child(tick(group, words, has_none, false, none))
    }

    /// What saving will change, and the ways to end it.
    fn foot(self, on_saved: Rc<dyn Call<()>>) -> El {
        let words = live(move || {
            let (Some(stored), Some(draft)) = (self.stored.get(), self.draft.get()) else {
                return Node::Nothing;
            };
            let (mut gets, mut gives) = (Vec::new(), Vec::new());
            self.each_sold(&mut |sold| {
                only(sold, &draft.given, &stored.given, &mut gets);
                only(sold, &stored.given, &draft.given, &mut gives);
            });
            let say = |key: K, names: &[String]| {
                (!names.is_empty()).then(|| p(fill(key, &[("licences", &list(names))])))
            };
            let on_off = |label: K, before: bool, after: bool| {
                let word = now(if after { K::Yes } else { K::No });
                (before != after).then(|| p([now(label), ": ", word].concat()))
            };
            let left = (stored.former_employee, draft.former_employee);
            let changed = self.changed.get();
            nodes![
                changed.then(|| p(K::UserChangedMeanwhile).class("amber-text")),
                say(K::Gets, &gets),
                say(K::GivesBack, &gives),
                on_off(K::CanLogIn, stored.can_log_in, draft.can_log_in),
                on_off(K::FormerEmployee, left.0, left.1)
            ]
        });
        let save = Button::new(K::Save)
            .primary()
            .busy(self.busy)
            .on_click(move || self.save(Rc::clone(&on_saved)));
        let cancel = Button::new(K::Cancel).on_click(move || {
            self.draft.set(self.stored.get_untracked());
            self.fault.set(None);
            self.changed.set(false);
        });
        el("div")
            .class("card-save")
            .child(el("div").attr("role", "status").child(words))
            .child(el("div").class("buttons").child(cancel).child(save))
    }

    fn save(self, on_saved: Rc<dyn Call<()>>) {
        let seen = self.card.value.with_untracked(|card| {
            card.as_ref()
                .map(|card| (card.user.user, card.revision, card.user.full_name.clone()))
        });
        let (Some((user, revision, name)), Some(draft)) = (seen, self.draft.get_untracked()) else {
            return;
        };
        let request = draft.request(revision);
        let status = status();
        self.fault.set(None);
        let ask = move |()| {
            let (name, on_saved) = (name.clone(), Rc::clone(&on_saved));
            then(api::save_user(user, &request), move |card| {
                // Nothing is left to be saved.
                self.stored.set(self.draft.get_untracked());
                self.changed.set(false);
                self.card.put(card);
                status.say(fill(K::SavedUser, &[("user", &name)]));
                on_saved.call_with(());
            })
        };
        let failed = move |failure: Failure| {
            // What it is now comes below the reason.
            self.card.reload();
            let stale = matches!(&failure, Failure::Refused(body) if body.code == ErrorCode::Stale);
            if stale {
                self.changed.set(true);
            } else {
                self.fault.set(Some(failure));
            }
        };
        act(session(), self.busy, Box::new(ask), Rc::new(failed));
    }
}

/// A box, or one choice of a group.
fn tick(group: Option<String>, words: El, on: bool, off: bool, put: impl Fn(bool) + 'static) -> El {
    let input = el("input")
        .attr("type", if group.is_some() { "radio" } else { "checkbox" })
        .attr("name", group.unwrap_or_default())
        .attr("disabled", off)
        .ticked(on)
        .on("change", move |event| put(event_target_checked(&event)));
    el("label").class("check").child(input).child(words)
}

/// A reason in few words, beside the license.
fn short(why: &Refusal, module: &ModuleLicense, license: &License) -> String {
    let about = |key: K, other| fill(key, &[("license", &name_in(Some(license), other))]);
    match why {
        Refusal::NoSeat(short) if short.module == module.module_name => now(K::WhyNone).to_owned(),
        Refusal::NoSeat(short) => about(K::WhyNoneOf, &short.module),
        Refusal::PrerequisiteMissing { prerequisite, .. } => about(K::WhyNeeds, prerequisite),
        Refusal::UserTypeNotAllowed { allowed, .. } => {
            fill(K::WhyType, &[("kind", now(users(*allowed)))])
        }
        Refusal::FormerEmployee => now(K::FormerEmployeeTag).to_owned(),
        _ => now(K::WhyEnded).to_owned(),
    }
}
