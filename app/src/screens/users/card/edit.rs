//! What a user has, to be changed: a box or a choice for every license, with its seats and why it cannot be given; logging in
//! and leaving; what saving will change. Nothing is stored until it is saved, and leaving with changes asks.

use std::rc::Rc;

use leptos::prelude::*;
use licensing::assignment::{Refusal, effective};
use licensing::license::ModuleLicense;
use licensing::wire::{ErrorCode, Licenses, UserCard};

use super::super::Known;
use super::draft::{Draft, Sold, changes};
use crate::api::{self, Failure};
use crate::navigation::navigation;
use crate::nodes;
use crate::parts::act::{act, then};
use crate::parts::refusal::say_refusals;
use crate::parts::words::{list, name, name_in, users};
use crate::route::Route;
use crate::session::session;
use crate::text::{K, N, fill, now, number, tn};
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::filter::check;
use crate::ui::form::Button;
use crate::ui::loaded::Remote;
use crate::ui::notice::{Tone, alert, p};
use crate::ui::status::status;

/// What is being changed.
#[derive(Clone, Copy)]
struct Editing {
    card: Remote<UserCard>,
    /// What is sold, to whom one may give.
    sold: Memo<Vec<Sold>>,
    stored: RwSignal<Option<Draft>>,
    draft: RwSignal<Option<Draft>>,
    /// Somebody else changed this user while it was being changed here.
    changed: RwSignal<bool>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<Failure>>,
}

/// The form of a card, for an administrator.
pub(super) fn form(
    card: Remote<UserCard>,
    licenses: Remote<Licenses>,
    known: Known,
    on_saved: Rc<dyn Fn()>,
) -> Node {
    let sold = Memo::new(move |_| {
        let of = |all: &Licenses| all.owners.iter().filter_map(Sold::of).collect();
        licenses
            .value
            .with(|all| all.as_ref().map(of))
            .unwrap_or_default()
    });
    let editing = Editing {
        card,
        sold,
        stored: RwSignal::new(None),
        draft: RwSignal::new(None),
        changed: RwSignal::new(false),
        busy: RwSignal::new(false),
        fault: RwSignal::new(None),
    };
    effect(move || editing.arrived(card.value.with(|card| card.as_ref().map(Draft::stored))));
    let user = untrack(|| {
        card.value
            .with(|card| card.as_ref().map(|card| card.user.user))
    });
    navigation().hold(move |route| {
        let stays = matches!(route, Some(Route::Users(route)) if route.user == user);
        !stays && editing.is_changed()
    });
    let access = live(move || editing.access());
    let boxes = live(move || editing.boxes());
    let fault = live(move || {
        editing.fault.get().map(|failure| {
            let sentences = known.value.with(|known| {
                let known = known.as_ref().map(|known| known.licenses.as_slice());
                say_refusals(&failure, known.unwrap_or_default())
            });
            let sentences: Vec<_> = sentences.into_iter().map(p).collect();
            let title = el("strong").child(K::NotSaved);
            alert(Tone::Red, nodes![title, sentences])
        })
    });
    let foot = live(move || {
        editing
            .is_changed()
            .then(|| editing.foot(Rc::clone(&on_saved)))
    });
    nodes![access, boxes, fault, foot]
}

impl Editing {
    /// The card came (again): what was changed here is kept, on what is stored now.
    fn arrived(self, now: Option<Draft>) {
        let Some(now) = now else { return };
        let (stored, draft) = untrack(|| (self.stored.get(), self.draft.get()));
        let draft = match (stored, draft) {
            (Some(stored), Some(draft)) if stored != draft && stored != now => {
                self.changed.set(true);
                draft.onto(&stored, &now)
            }
            (Some(stored), Some(draft)) if stored == now => draft,
            _ => now.clone(),
        };
        self.stored.set(Some(now));
        self.draft.set(Some(draft));
    }

    fn is_changed(self) -> bool {
        self.draft
            .with(|draft| self.stored.with(|stored| stored != draft))
    }

    fn change(self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(|draft| {
            if let Some(draft) = draft {
                change(draft);
            }
        });
    }

    /// Logging in and leaving.
    fn access(self) -> Option<El> {
        let draft = self.draft.get()?;
        let left = draft.former_employee;
        let can_log_in = check(K::CanLogIn, draft.can_log_in, move |on| {
            self.change(|draft| draft.can_log_in = on && !draft.former_employee);
        });
        let leave = check(K::FormerEmployee, left, move |on| {
            self.change(|draft| draft.leave(on));
        });
        Some(
            el("div")
                .class("card-access")
                .child(can_log_in)
                .child(leave),
        )
    }

    fn boxes(self) -> Option<El> {
        let (stored, draft) = (self.stored.get()?, self.draft.get()?);
        let groups = self.sold.with(|sold| {
            let groups = sold.iter().enumerate().map(|(place, owner)| {
                let rows = owner.rows().into_iter();
                let rows = rows.flat_map(|(module, inside)| {
                    let row = self.row(place, owner, module, &stored, &draft);
                    let none = owner
                        .is_first_of_group(module)
                        .then(|| self.none(place, owner, module, &draft));
                    none.into_iter().chain([row.class_if("inside", inside)])
                });
                nodes![
                    el("h3").child(owner.owner.clone()),
                    el("ul").class("held").children(rows)
                ]
            });
            groups.collect::<Vec<_>>()
        });
        let hidden: usize = self.sold.with(|sold| {
            sold.iter()
                .map(|owner| {
                    let has = effective(&owner.license, &owner.names(&draft.given));
                    let modules = owner.license.module_licenses.iter();
                    modules
                        .filter(|module| module.is_hidden && has.contains(&module.module_name))
                        .count()
                })
                .sum()
        });
        let hidden = i64::try_from(hidden).unwrap_or(i64::MAX);
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

    /// A license: a box, or among plans of one group a choice; its seats; why it cannot be given.
    fn row(
        self,
        place: usize,
        owner: &Sold,
        module: &ModuleLicense,
        stored: &Draft,
        draft: &Draft,
    ) -> El {
        let id = owner.id(&module.module_name);
        let given = draft.given.contains(&id);
        let user_type = self
            .card
            .value
            .with_untracked(|card| card.as_ref().map(|card| card.user.user_type));
        let why = user_type
            .filter(|_| !given)
            .and_then(|kind| owner.why_not(stored, draft, module, kind));
        let by_plan = !given
            && effective(&owner.license, &owner.names(&draft.given)).contains(&module.module_name);
        let wanted = module.module_name.clone();
        let put = move |on: bool| {
            self.sold.with_untracked(|sold| {
                let found = sold
                    .get(place)
                    .and_then(|owner| Some((owner, owner.license.module(&wanted)?)));
                if let Some((owner, module)) = found {
                    self.change(|draft| owner.put(draft, module, on));
                }
            });
        };
        let below = match &why {
            _ if by_plan => Some(now(K::ByPlan).to_owned()),
            Some(why) => Some(short(why, module, owner)),
            None => None,
        };
        let words = el("span")
            .child(name(module))
            .child(below.map(|words| el("span").class("why soft").child(words)));
        let group = owner
            .others_of_group(module)
            .next()
            .and(module.plan_group.clone());
        let box_ = tick(group, words, given, why.is_some(), put);
        let (in_use, total) = (owner.in_use(&module.module_name), module.total());
        let seats = match total {
            Some(total) => [number(in_use.into()), number(total.into())].join(" / "),
            None => number(in_use.into()),
        };
        let full = total.is_some_and(|total| in_use >= total);
        let seats = el("span")
            .class(if full {
                "figures amber-text"
            } else {
                "figures soft"
            })
            .child(seats);
        el("li").child(box_).child(seats)
    }

    /// Above the plans of a group: none of them.
    fn none(self, place: usize, owner: &Sold, first: &ModuleLicense, draft: &Draft) -> El {
        let of_group = || std::iter::once(first).chain(owner.others_of_group(first));
        let ids: Vec<i32> = of_group().map(|plan| owner.id(&plan.module_name)).collect();
        let has_none = !ids.iter().any(|id| draft.given.contains(id));
        let wanted: Vec<_> = of_group().map(|plan| plan.module_name.clone()).collect();
        let none = move |_| {
            self.sold.with_untracked(|sold| {
                let Some(owner) = sold.get(place) else { return };
                self.change(|draft| {
                    for plan in wanted.iter().filter_map(|name| owner.license.module(name)) {
                        owner.put(draft, plan, false);
                    }
                });
            });
        };
        let words = el("span").child(K::NoPlan);
        el("li").child(tick(first.plan_group.clone(), words, has_none, false, none))
    }

    /// What saving will change, and the ways to end it.
    fn foot(self, on_saved: Rc<dyn Fn()>) -> El {
        let words = live(move || {
            let (Some(stored), Some(draft)) = (self.stored.get(), self.draft.get()) else {
                return Node::Nothing;
            };
            let [gets, gives] = self.sold.with(|sold| changes(sold, &stored, &draft));
            let say = |key: K, names: &[String]| {
                (!names.is_empty()).then(|| p(fill(key, &[("licences", &list(names))])))
            };
            let on_off = |label: K, before: bool, after: bool| {
                (before != after)
                    .then(|| p([now(label), now(if after { K::Yes } else { K::No })].join(": ")))
            };
            nodes![
                self.changed
                    .get()
                    .then(|| p(K::UserChangedMeanwhile).class("amber-text")),
                say(K::Gets, &gets),
                say(K::GivesBack, &gives),
                on_off(K::CanLogIn, stored.can_log_in, draft.can_log_in),
                on_off(
                    K::FormerEmployee,
                    stored.former_employee,
                    draft.former_employee
                )
            ]
        });
        let save = Button::new(K::Save)
            .primary()
            .busy(self.busy)
            .on_click(move || self.save(Rc::clone(&on_saved)));
        let cancel = Button::new(K::Cancel).on_click(move || {
            self.draft.set(self.stored.get_untracked());
            self.fault.set(None);
        });
        el("div")
            .class("card-save")
            .child(el("div").attr("role", "status").child(words))
            .child(el("div").class("buttons").child(cancel).child(save))
    }

    fn save(self, on_saved: Rc<dyn Fn()>) {
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
        let ask = move || {
            let (name, on_saved) = (name.clone(), Rc::clone(&on_saved));
            then(api::save_user(user, &request), move |card| {
                // Nothing is left to be saved.
                self.stored.set(self.draft.get_untracked());
                self.changed.set(false);
                self.card.put(card);
                status.say(fill(K::SavedUser, &[("user", &name)]));
                on_saved();
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
fn short(why: &Refusal, module: &ModuleLicense, owner: &Sold) -> String {
    let about = |key: K, other| fill(key, &[("license", &name_in(Some(&owner.license), other))]);
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
