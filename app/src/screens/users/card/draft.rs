//! What a user's card shall say while it is being changed: nothing is stored until it is saved. Knows no browser.

use licensing::assignment::{self, Assignments, Moves, Refusal};
use licensing::license::{License, ModuleLicense, ModuleName, UserType};
use licensing::standing::Phase;
use licensing::wire::{OwnerView, SaveUser, UserCard};

/// What a user has, or shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Ids of the modules that are assigned, in order.
    pub(super) given: Vec<i32>,
    pub(super) can_log_in: bool,
    pub(super) former_employee: bool,
}

impl Draft {
    /// As it is stored.
    pub(super) fn stored(card: &UserCard) -> Self {
        Self {
            given: card.assignments.clone(),
            can_log_in: card.user.can_log_in,
            former_employee: card.user.former_employee,
        }
    }

    /// The same changes to what somebody else stored meanwhile.
    pub(super) fn onto(&self, before: &Self, now: &Self) -> Self {
        let mut given = now.given.clone();
        given.retain(|id| self.given.contains(id) || !before.given.contains(id));
        let set = |ours: bool, before: bool, now: bool| if ours == before { now } else { ours };
        let mut merged = Self {
            given,
            can_log_in: set(self.can_log_in, before.can_log_in, now.can_log_in),
            former_employee: set(
                self.former_employee,
                before.former_employee,
                now.former_employee,
            ),
        };
        for id in &self.given {
            if !before.given.contains(id) {
                merged.give(*id);
            }
        }
        merged
    }

    fn give(&mut self, id: i32) {
        if let Err(place) = self.given.binary_search(&id) {
            self.given.insert(place, id);
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
            assignments: self.given.clone(),
            can_log_in: self.can_log_in,
            former_employee: self.former_employee,
        }
    }
}

/// What an owner sold, with the ids and counters of its modules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sold<'a> {
    pub(super) owner: &'a OwnerView,
    pub(super) license: &'a License,
}

impl<'a> Sold<'a> {
    /// None: nothing is in force.
    pub(super) fn of(owner: &'a OwnerView) -> Option<Self> {
        let license = &owner.installed.as_ref()?.license;
        Some(Self { owner, license })
    }

    fn ended(&self) -> bool {
        let installed = self.owner.installed.as_ref();
        installed.is_some_and(|installed| installed.standing.phase == Phase::Ended)
    }

    /// Id of a module and its seats in use.
    pub(super) fn counter(&self, module: &ModuleName) -> (i32, i32) {
        let mut modules = self.owner.modules.iter();
        let found = modules.find(|it| it.module == *module);
        found.map_or((0, 0), |it| (it.id, it.usage.in_use))
    }

    pub(super) fn id(&self, module: &ModuleName) -> i32 {
        self.counter(module).0
    }

    /// What of this owner is among these.
    pub(super) fn names(&self, given: &[i32]) -> Assignments {
        let mut names = Assignments::new();
        for module in &self.owner.modules {
            if given.contains(&module.id) {
                names.insert(module.module.clone());
            }
        }
        names
    }

    /// What can be handed out, in the owner's order; what needs another stands after it, one step in.
    pub(super) fn rows(&self) -> Vec<(&'a ModuleLicense, bool)> {
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
    pub(super) fn others_of_group(
        &self,
        plan: &'a ModuleLicense,
    ) -> impl Iterator<Item = &'a ModuleLicense> + use<'a> {
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
    pub(super) fn is_first_of_group(&self, plan: &'a ModuleLicense) -> bool {
        let place = |plan: &ModuleLicense| {
            let mut all = self.license.module_licenses.iter();
            all.position(|other| other.module_name == plan.module_name)
        };
        let mut others = self.others_of_group(plan).peekable();
        others.peek().is_some() && others.all(|other| place(other) > place(plan))
    }

    /// Gives a module, in place of any plan of its group, or takes it back with what needs it.
    pub(super) fn put(&self, draft: &mut Draft, module: &'a ModuleLicense, on: bool) {
        let before = self.names(&draft.given);
        let mut after = before.clone();
        if on {
            after.insert(module.module_name.clone());
            for other in self.others_of_group(module) {
                after = assignment::without(self.license, &after, &other.module_name);
            }
            draft.can_log_in |= module.is_user_plan();
        } else {
            after = assignment::without(self.license, &after, &module.module_name);
        }
        for it in &self.owner.modules {
            match (before.contains(&it.module), after.contains(&it.module)) {
                (true, false) => draft.given.retain(|id| *id != it.id),
                (false, true) => draft.give(it.id),
                _ => {}
            }
        }
    }

    /// Why a module cannot be given beside what the draft has already: the first reason, none: it can.
    pub(super) fn why_not(
        &self,
        stored: &Draft,
        draft: &Draft,
        module: &'a ModuleLicense,
        user_type: UserType,
    ) -> Option<Refusal> {
        if draft.former_employee {
            return Some(Refusal::FormerEmployee);
        }
        if self.ended() && !stored.given.contains(&self.id(&module.module_name)) {
            return Some(Refusal::Ended);
        }
        let mut with = draft.clone();
        self.put(&mut with, module, true);
        let (before, after) = (self.names(&stored.given), self.names(&with.given));
        let mut in_use = Moves::new();
        for it in &self.owner.modules {
            in_use.insert(it.module.clone(), it.usage.in_use);
        }
        let may = assignment::may_change(self.license, user_type, &before, &after, &in_use);
        let refusals = may.err().unwrap_or_default();
        refusals
            .into_iter()
            .find(|refusal| concerns(refusal, module))
    }
}

/// Whether a reason is about this module or about what it brings.
fn concerns(refusal: &Refusal, module: &ModuleLicense) -> bool {
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
        Refusal::Ended | Refusal::FormerEmployee | Refusal::Yourself => true,
    }
}

/// Names of what is among these and not among those, in the owner's order.
pub(super) fn only(sold: Sold<'_>, these: &[i32], those: &[i32], names: &mut Vec<String>) {
    for module in &sold.license.module_licenses {
        let id = sold.id(&module.module_name);
        if these.contains(&id) && !those.contains(&id) {
            names.push(crate::parts::words::name(module));
        }
    }
}

#[cfg(test)]
mod tests {
    use licensing::compare::Use;
    use licensing::license::CivilDate;
    use licensing::samples::{FJORDMAPS, NOW, SUPEROFFICE, license, module_name};
    use licensing::standing::standing;
    use licensing::wire::{Activation, Check, Installed, ModuleUse, Origin};

    use super::*;

    /// Ids are places in order of the license, from 1.
    fn view(owner: &str, in_use: &[(&str, i32)]) -> OwnerView {
        let license = license(owner, 7);
        let modules = license.module_licenses.iter().zip(1..);
        let modules = modules.map(|(module, id)| {
            let used = in_use
                .iter()
                .find(|(name, _)| *name == module.module_name.as_str());
            let in_use = used.map_or(0, |(_, seats)| *seats);
            ModuleUse {
                id,
                module: module.module_name.clone(),
                usage: Use {
                    in_use,
                    in_use_after: in_use,
                    excluded: 0,
                },
            }
        });
        OwnerView {
            id: 1,
            owner: license.owner_name.clone(),
            description: owner.to_owned(),
            revision: 1,
            activation: Activation::Automatic,
            modules: modules.collect(),
            installed: Some(Installed {
                standing: standing(&license, CivilDate::of_utc(NOW)),
                license,
                sha256: String::new(),
                key: String::new(),
                installed_at: NOW,
                activated_by: None,
                origin: Origin::File,
                for_former_serial_nr: false,
                trust_problem: None,
                looks_frozen: false,
            }),
            offer: None,
            activated: None,
            check: Check::default(),
            store_url: None,
            contact_url: None,
        }
    }

    fn sold(view: &OwnerView) -> Sold<'_> {
        Sold::of(view).expect("a license is in force")
    }

    fn draft(sold: &Sold<'_>, names: &[&str]) -> Draft {
        let mut draft = Draft {
            given: Vec::new(),
            can_log_in: false,
            former_employee: false,
        };
        for name in names {
            draft.give(sold.id(&module_name(name)));
        }
        draft
    }

    fn module<'a>(sold: &Sold<'a>, name: &str) -> &'a ModuleLicense {
        sold.license.module(&module_name(name)).expect("it is sold")
    }

    fn why(sold: &Sold<'_>, stored: &Draft, draft: &Draft, name: &str) -> Option<Refusal> {
        sold.why_not(
            stored,
            draft,
            module(sold, name),
            UserType::InternalAssociate,
        )
    }

    #[test]
    fn what_is_taken_back_takes_along_what_needs_it() {
        let view = view(FJORDMAPS, &[]);
        let maps = sold(&view);
        let mut changed = draft(&maps, &["maps", "route-planning"]);
        maps.put(&mut changed, module(&maps, "maps"), false);
        assert_eq!(changed, draft(&maps, &[]));
        maps.put(&mut changed, module(&maps, "maps"), true);
        assert_eq!(changed, draft(&maps, &["maps"]));
    }

    #[test]
    fn a_plan_takes_the_place_of_another_of_its_group_and_lets_its_user_log_in() {
        let mut view = view(SUPEROFFICE, &[]);
        let installed = view.installed.as_mut().expect("a license is in force");
        for module in &mut installed.license.module_licenses {
            if module.plan_group.is_some() {
                module.plan_group = Some("sales".to_owned());
            }
        }
        let plans = sold(&view);
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
        let view = view(FJORDMAPS, &[("offline-maps", 5)]);
        let maps = sold(&view);
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
        let view = view(FJORDMAPS, &[]);
        let maps = sold(&view);
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
        let (mut gets, mut gives) = (Vec::new(), Vec::new());
        only(maps, &merged.given, &now.given, &mut gets);
        only(maps, &now.given, &merged.given, &mut gives);
        assert_eq!((gets.len(), gives.len()), (1, 1));
    }

    #[test]
    fn what_needs_another_stands_after_it_one_step_in() {
        let view = view(FJORDMAPS, &[]);
        let maps = sold(&view);
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
