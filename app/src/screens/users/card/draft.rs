//! What a user's card shall say while it is being changed: nothing is stored until it is saved. Knows no browser.

use std::collections::{BTreeMap, BTreeSet};

use licensing::assignment::{self, Assignments, Moves, Refusal};
use licensing::license::{License, ModuleLicense, ModuleName, UserType};
use licensing::standing::Phase;
use licensing::wire::{OwnerView, SaveUser, UserCard};

/// What a user has, or shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Ids of the modules that are assigned.
    pub(super) given: BTreeSet<i32>,
    pub(super) can_log_in: bool,
    pub(super) former_employee: bool,
}

impl Draft {
    /// As it is stored.
    pub(super) fn stored(card: &UserCard) -> Self {
        Self {
            given: card.assignments.iter().copied().collect(),
            can_log_in: card.user.can_log_in,
            former_employee: card.user.former_employee,
        }
    }

    /// The same changes to what somebody else stored meanwhile.
    pub(super) fn onto(&self, before: &Self, now: &Self) -> Self {
        let kept = now.given.iter();
        let kept = kept.filter(|id| self.given.contains(id) || !before.given.contains(id));
        let gained = self.given.difference(&before.given);
        let set = |ours: bool, before: bool, now: bool| if ours == before { now } else { ours };
        Self {
            given: kept.chain(gained).copied().collect(),
            can_log_in: set(self.can_log_in, before.can_log_in, now.can_log_in),
            former_employee: set(
                self.former_employee,
                before.former_employee,
                now.former_employee,
            ),
        }
    }

    /// Who leaves gives back everything and logs in no more.
    pub(super) fn leave(&mut self, left: bool) {
        self.former_employee = left;
        if left {
            self.given.clear();
            self.can_log_in = false;
        }
    }

    pub(super) fn request(&self, revision: i64) -> SaveUser {
        SaveUser {
            revision,
            assignments: self.given.iter().copied().collect(),
            can_log_in: self.can_log_in,
            former_employee: self.former_employee,
        }
    }
}

/// What an owner sold, with the ids and counters of its modules.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sold {
    pub(super) owner: String,
    pub(super) license: License,
    ids: BTreeMap<ModuleName, i32>,
    in_use: Moves,
    ended: bool,
}

impl Sold {
    /// None: nothing is in force.
    pub(super) fn of(view: &OwnerView) -> Option<Self> {
        let installed = view.installed.as_ref()?;
        let uses = view.modules.iter();
        Some(Self {
            owner: view.description.clone(),
            license: installed.license.clone(),
            ids: uses.clone().map(|it| (it.module.clone(), it.id)).collect(),
            in_use: uses
                .map(|it| (it.module.clone(), it.usage.in_use))
                .collect(),
            ended: installed.standing.phase == Phase::Ended,
        })
    }

    pub(super) fn id(&self, module: &ModuleName) -> i32 {
        self.ids.get(module).copied().unwrap_or_default()
    }

    pub(super) fn in_use(&self, module: &ModuleName) -> i32 {
        self.in_use.get(module).copied().unwrap_or_default()
    }

    /// What of this owner is among these.
    pub(super) fn names(&self, given: &BTreeSet<i32>) -> Assignments {
        let known = self.ids.iter().filter(|(_, id)| given.contains(id));
        known.map(|(name, _)| name.clone()).collect()
    }

    /// What can be handed out, in the owner's order; what needs another stands after it, one step in.
    pub(super) fn rows(&self) -> Vec<(&ModuleLicense, bool)> {
        let all = || {
            self.license
                .module_licenses
                .iter()
                .filter(|module| module.is_assignable())
        };
        let needs = |module: &ModuleLicense| {
            let first = module.prerequisite_module_name.as_ref()?;
            all()
                .find(|other| other.module_name == *first)?
                .prerequisite_module_name
                .is_none()
                .then(|| first.clone())
        };
        let mut rows = Vec::new();
        for module in all().filter(|module| needs(module).is_none()) {
            rows.push((module, false));
            let after = all().filter(|other| needs(other).as_ref() == Some(&module.module_name));
            rows.extend(after.map(|other| (other, true)));
        }
        rows
    }

    /// The other plans of a plan's group; empty where there is nothing to choose between.
    pub(super) fn others_of_group<'a>(
        &'a self,
        plan: &'a ModuleLicense,
    ) -> impl Iterator<Item = &'a ModuleLicense> {
        let group = plan.plan_group.as_ref().filter(|_| plan.is_user_plan());
        self.license.module_licenses.iter().filter(move |other| {
            other.is_assignable()
                && other.is_user_plan()
                && other.module_name != plan.module_name
                && group.is_some()
                && other.plan_group.as_ref() == group
        })
    }

    /// Whether it is the first of several plans of a group.
    pub(super) fn is_first_of_group(&self, plan: &ModuleLicense) -> bool {
        let place = |plan: &ModuleLicense| {
            let mut all = self.license.module_licenses.iter();
            all.position(|other| other.module_name == plan.module_name)
        };
        let mut others = self.others_of_group(plan).peekable();
        others.peek().is_some() && others.all(|other| place(other) > place(plan))
    }

    /// Gives a module, in place of any plan of its group, or takes it back with what needs it.
    pub(super) fn put(&self, draft: &mut Draft, module: &ModuleLicense, on: bool) {
        let before = self.names(&draft.given);
        let mut after = before.clone();
        if on {
            after.insert(module.module_name.clone());
            for other in self.others_of_group(module) {
                after = assignment::without(&self.license, &after, &other.module_name);
            }
            draft.can_log_in |= module.is_user_plan();
        } else {
            after = assignment::without(&self.license, &after, &module.module_name);
        }
        for gone in before.difference(&after) {
            draft.given.remove(&self.id(gone));
        }
        draft
            .given
            .extend(after.difference(&before).map(|name| self.id(name)));
    }

    /// Why a module cannot be given beside what the draft has already: the first reason, none: it can.
    pub(super) fn why_not(
        &self,
        stored: &Draft,
        draft: &Draft,
        module: &ModuleLicense,
        user_type: UserType,
    ) -> Option<Refusal> {
        if draft.former_employee {
            return Some(Refusal::FormerEmployee);
        }
        if self.ended && !stored.given.contains(&self.id(&module.module_name)) {
            return Some(Refusal::Ended);
        }
        let mut with = draft.clone();
        self.put(&mut with, module, true);
        let (before, after) = (self.names(&stored.given), self.names(&with.given));
        let refusals =
            assignment::may_change(&self.license, user_type, &before, &after, &self.in_use);
        refusals
            .err()
            .into_iter()
            .flatten()
            .find(|refusal| self.concerns(refusal, module))
    }

    /// Whether a reason is about this module or about what it brings.
    fn concerns(&self, refusal: &Refusal, module: &ModuleLicense) -> bool {
        match refusal {
            Refusal::NotSold(name)
            | Refusal::NotAssignable(name)
            | Refusal::AlreadyAssigned(name)
            | Refusal::UserTypeNotAllowed { module: name, .. }
            | Refusal::PrerequisiteMissing { module: name, .. }
            | Refusal::PlanOfGroup { module: name, .. } => *name == module.module_name,
            Refusal::NoSeat(short) => {
                short.module == module.module_name || module.brings(&short.module)
            }
            Refusal::Ended | Refusal::FormerEmployee => true,
        }
    }
}

/// What changes, in the owners' order: names of what is given, names of what is given back.
pub(super) fn changes(sold: &[Sold], stored: &Draft, draft: &Draft) -> [Vec<String>; 2] {
    let names = |from: &BTreeSet<i32>, to: &BTreeSet<i32>| {
        let only: BTreeSet<i32> = to.difference(from).copied().collect();
        let of_owner = |owner: &Sold| {
            let only = owner.names(&only);
            let modules = owner.license.module_licenses.iter();
            let modules = modules.filter(move |module| only.contains(&module.module_name));
            modules.map(crate::parts::words::name).collect::<Vec<_>>()
        };
        sold.iter().flat_map(of_owner).collect()
    };
    [
        names(&stored.given, &draft.given),
        names(&draft.given, &stored.given),
    ]
}

#[cfg(test)]
mod tests {
    use licensing::samples::{FJORDMAPS, SUPEROFFICE, license, module_name};

    use super::*;

    /// Ids are places in order of name, from 1.
    fn sold(owner: &str, in_use: &[(&str, i32)]) -> Sold {
        let license = license(owner, 7);
        let names: BTreeSet<_> = license
            .module_licenses
            .iter()
            .map(|it| it.module_name.clone())
            .collect();
        Sold {
            owner: owner.to_owned(),
            ids: names.into_iter().zip(1..).collect(),
            in_use: in_use
                .iter()
                .map(|(name, seats)| (module_name(name), *seats))
                .collect(),
            ended: false,
            license,
        }
    }

    fn draft(sold: &Sold, names: &[&str]) -> Draft {
        Draft {
            given: names
                .iter()
                .map(|name| sold.id(&module_name(name)))
                .collect(),
            can_log_in: false,
            former_employee: false,
        }
    }

    fn module<'a>(sold: &'a Sold, name: &str) -> &'a ModuleLicense {
        sold.license.module(&module_name(name)).expect("it is sold")
    }

    fn why(sold: &Sold, stored: &Draft, draft: &Draft, name: &str) -> Option<Refusal> {
        sold.why_not(
            stored,
            draft,
            module(sold, name),
            UserType::InternalAssociate,
        )
    }

    #[test]
    fn what_is_taken_back_takes_along_what_needs_it() {
        let maps = sold(FJORDMAPS, &[]);
        let mut changed = draft(&maps, &["maps", "route-planning"]);
        maps.put(&mut changed, module(&maps, "maps"), false);
        assert_eq!(changed, draft(&maps, &[]));
        maps.put(&mut changed, module(&maps, "maps"), true);
        assert_eq!(changed, draft(&maps, &["maps"]));
    }

    #[test]
    fn a_plan_takes_the_place_of_another_of_its_group_and_lets_its_user_log_in() {
        let mut plans = sold(SUPEROFFICE, &[]);
        for module in &mut plans.license.module_licenses {
            if module.plan_group.is_some() {
                module.plan_group = Some("sales".to_owned());
            }
        }
        let mut changed = draft(&plans, &["ten-service", "visible-for"]);
        plans.put(&mut changed, module(&plans, "ten-sales"), true);
        let after = draft(&plans, &["ten-sales", "visible-for"]);
        assert_eq!(
            changed,
            Draft {
                can_log_in: true,
                ..after
            }
        );
    }

    #[test]
    fn what_cannot_be_given_says_why_and_what_was_given_just_now_counts() {
        let maps = sold(FJORDMAPS, &[("offline-maps", 5)]);
        let stored = draft(&maps, &[]);
        assert!(matches!(
            why(&maps, &stored, &stored, "offline-maps"),
            Some(Refusal::NoSeat(_))
        ));
        assert!(matches!(
            why(&maps, &stored, &stored, "route-planning"),
            Some(Refusal::PrerequisiteMissing { .. })
        ));
        assert_eq!(
            why(&maps, &stored, &draft(&maps, &["maps"]), "route-planning"),
            None
        );
        // Who has the seat may take it back and have it again.
        let stored = draft(&maps, &["offline-maps"]);
        assert_eq!(
            why(&maps, &stored, &draft(&maps, &[]), "offline-maps"),
            None
        );
        let mut left = stored.clone();
        left.leave(true);
        assert_eq!(
            why(&maps, &stored, &left, "maps"),
            Some(Refusal::FormerEmployee)
        );
    }

    #[test]
    fn changes_are_made_to_what_somebody_else_stored_meanwhile() {
        let maps = sold(FJORDMAPS, &[]);
        let before = draft(&maps, &["maps"]);
        let ours = draft(&maps, &["offline-maps"]);
        let now = Draft {
            can_log_in: true,
            ..draft(&maps, &["maps", "route-planning"])
        };
        let merged = Draft {
            can_log_in: true,
            ..draft(&maps, &["route-planning", "offline-maps"])
        };
        assert_eq!(ours.onto(&before, &now), merged);
        let [gets, gives] = changes(&[maps], &now, &merged);
        assert_eq!((gets.len(), gives.len()), (1, 1));
    }

    #[test]
    fn what_needs_another_stands_after_it_one_step_in() {
        let maps = sold(FJORDMAPS, &[]);
        let rows: Vec<_> = maps
            .rows()
            .into_iter()
            .map(|(row, inside)| (row.module_name.as_str().to_owned(), inside))
            .collect();
        let place = |name: &str| rows.iter().position(|(row, _)| row == name).expect("a row");
        assert_eq!(place("route-planning"), place("maps") + 1);
        assert!(rows[place("route-planning")].1 && !rows[place("maps")].1);
    }
}
