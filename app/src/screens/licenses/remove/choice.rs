//! Whose licences are chosen to be removed, and what goes along, as data.

use licensing::compare::ModuleChange;
use licensing::license::{License, ModuleLicense, ModuleName};
use licensing::wire::{FREE_MAX, Free, FreeUser, Holder, OwnerView};

use crate::screens::licenses::offer::of_offer;

/// How many have to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needed {
    /// The module, by its code name.
    pub(super) module: String,
    /// Its name for people.
    pub(super) name: String,
    /// Seats in use.
    pub(super) in_use: i32,
    /// Seats in use under the new license's plans.
    pub(super) in_use_after: i32,
    /// Seats in the new license.
    pub(super) available: i32,
    /// How many are too many.
    pub(super) to_remove: usize,
}

/// How many seats of a module (its id) have to go before what waits can be activated.
pub(super) fn needed(owner: &OwnerView, id: i32) -> Option<Needed> {
    let module = owner.modules.iter().find(|module| module.id == id)?;
    let sold = owner.installed.as_ref()?.license.module(&module.module)?;
    let comparison = of_offer(owner);
    let mut changes = comparison.iter().flat_map(|it| &it.modules);
    let change = changes.find(|change| change.module == module.module);
    let to_remove = change.map_or(0, ModuleChange::to_remove);
    let offered = owner.offer.as_ref();
    let after = offered.and_then(|offer| offer.license.module(&module.module));
    Some(Needed {
        module: module.module.to_string(),
        name: crate::parts::words::name(sold),
        in_use: module.usage.in_use,
        in_use_after: module.usage.in_use_after,
        available: after.and_then(|after| after.total()).unwrap_or_default(),
        to_remove: usize::try_from(to_remove).unwrap_or_default(),
    })
}

/// How a choice stands against how many have to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nobody has to go (any more), whoever is chosen.
    Nothing,
    /// So many are to be chosen still.
    Missing(usize),
    /// As many are chosen as have to go, or as go at a time.
    Enough,
    /// More are chosen than have to go.
    More,
    /// More are chosen than go at a time.
    TooMany,
}

impl Stand {
    /// Of so many chosen, when so many have to go.
    pub(super) fn of(chosen: usize, to_remove: usize) -> Self {
        let needed = to_remove.min(FREE_MAX);
        match chosen {
            _ if to_remove == 0 => Self::Nothing,
            _ if chosen < needed => Self::Missing(needed - chosen),
            _ if chosen > FREE_MAX => Self::TooMany,
            _ if chosen > needed => Self::More,
            _ => Self::Enough,
        }
    }

    /// Whether the chosen may be freed.
    pub(super) fn may_free(self) -> bool {
        matches!(self, Self::Enough | Self::More)
    }
}

/// Who is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// In order of user: a map would be several KB more of the client.
    chosen: Vec<Chosen>,
    /// Who stands in the list of suggestions, and so not in the other one.
    listed: Vec<i32>,
    /// How many suggestions were chosen without being listed.
    unlisted: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Chosen {
    user: i32,
    goes: Vec<ModuleName>,
    several_plans: bool,
}

impl Choice {
    /// Chooses somebody, or no more.
    pub(super) fn set(&mut self, holder: &Holder, on: bool) {
        let user = holder.user.user;
        let chosen = || Chosen {
            user,
            goes: holder.goes.clone(),
            several_plans: holder.user.user_plans.len() > 1,
        };
        match (self.place(user), on) {
            (Ok(place), true) => self.chosen[place] = chosen(),
            (Err(place), true) => self.chosen.insert(place, chosen()),
            (Ok(place), false) => drop(self.chosen.remove(place)),
            (Err(_), false) => {}
        }
    }

    /// Somebody is as chosen as before; what goes along is as it is now.
    pub(super) fn refresh(&mut self, holder: &Holder) {
        if let Ok(place) = self.place(holder.user.user) {
            self.chosen[place].goes.clone_from(&holder.goes);
        }
    }

    /// These are not chosen any more.
    pub(super) fn drop_all(&mut self, users: &[i32]) {
        self.chosen.retain(|chosen| !users.contains(&chosen.user));
    }

    /// Chooses from suggestions (best first) until so many are chosen; lists at most `list_max` of them. Answers the
    /// listed ones.
    pub(super) fn fill_up(
        &mut self,
        suggested: Vec<Holder>,
        needed: usize,
        list_max: usize,
    ) -> Vec<Holder> {
        for holder in &suggested {
            if self.count() >= needed {
                break;
            }
            self.set(holder, true);
        }
        let chosen = suggested
            .into_iter()
            .filter(|holder| self.has(holder.user.user));
        let mut listed: Vec<_> = chosen.collect();
        self.unlisted = listed.len().saturating_sub(list_max);
        listed.truncate(list_max);
        self.listed = listed.iter().map(|holder| holder.user.user).collect();
        listed
    }

    /// Whether somebody is chosen.
    pub(super) fn has(&self, user: i32) -> bool {
        self.place(user).is_ok()
    }

    /// Where somebody is among the chosen, or would be.
    fn place(&self, user: i32) -> Result<usize, usize> {
        self.chosen
            .binary_search_by_key(&user, |chosen| chosen.user)
    }

    /// Whether somebody stands in the list of suggestions.
    pub(super) fn lists(&self, user: i32) -> bool {
        self.listed.contains(&user)
    }

    /// How many suggestions were chosen without being listed.
    pub(super) fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// How many are chosen.
    pub(super) fn count(&self) -> usize {
        self.chosen.len()
    }

    /// What is asked of the server: who, and everything that goes with it.
    pub(super) fn request(&self) -> Free {
        let users = self.chosen.iter().map(|chosen| FreeUser {
            user: chosen.user,
            goes: chosen.goes.clone(),
        });
        Free {
            users: users.collect(),
        }
    }

    /// What goes along.
    pub(super) fn along(&self, license: &License) -> Along {
        let mut modules: Vec<(ModuleName, usize)> = Vec::new();
        for module in self.chosen.iter().flat_map(|chosen| &chosen.goes) {
            match modules.iter_mut().find(|(known, _)| known == module) {
                Some((_, users)) => *users += 1,
                None => modules.push((module.clone(), 1)),
            }
        }
        let mut members: Vec<ModuleName> = Vec::new();
        let mut plans = 0;
        for (name, _) in &modules {
            let set = license
                .module(name)
                .map(ModuleLicense::set)
                .unwrap_or_default();
            plans += usize::from(!set.is_empty());
            for member in set {
                let known = modules.iter().any(|(known, _)| *known == member);
                if !known && !members.contains(&member) {
                    members.push(member);
                }
            }
        }
        let all = self.count();
        let counted = modules.into_iter();
        Along {
            modules: counted
                .map(|(name, users)| (name, (users < all).then_some(users)))
                .collect(),
            plans,
            members: members.len(),
            some_keep: self.chosen.iter().any(|chosen| chosen.several_plans),
        }
    }
}

/// What the chosen users lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Along {
    /// The modules, and how many lose each when that is not everybody.
    pub(super) modules: Vec<(ModuleName, Option<usize>)>,
    /// How many of them are plans.
    pub(super) plans: usize,
    /// How many modules these plans bring.
    pub(super) members: usize,
    /// Whether somebody has another plan, which may bring some of them still.
    pub(super) some_keep: bool,
}

#[cfg(test)]
mod tests {
    use licensing::license::UserType;
    use licensing::wire::{FREE_MAX, Holder, UserRow};

    use super::{Along, Choice, Stand, needed};
    use crate::screens::licenses::sample::{With as _, license, module, owner};

    fn holder(user: i32, goes: &[&str], plans: usize) -> Holder {
        Holder {
            user: UserRow {
                user,
                user_id: user.to_string(),
                full_name: String::new(),
                first_name: String::new(),
                last_name: String::new(),
                user_type: UserType::InternalAssociate,
                primary_group: String::new(),
                role: String::new(),
                company: String::new(),
                email: String::new(),
                user_plans: vec![String::new(); plans],
                can_log_in: true,
                former_employee: false,
                waiting_for_approval: false,
                last_sign_in: None,
            },
            reason: None,
            goes: goes
                .iter()
                .map(|name| name.parse().expect("a name"))
                .collect(),
        }
    }

    fn plan(name: &str, set: &str) -> licensing::license::ModuleLicense {
        module(name, "UserLicense", 21).with(|plan| {
            plan.extra_flags = licensing::license::USER_PLAN;
            plan.extra_info = ["set=", set].concat();
        })
    }

    #[test]
    fn so_many_have_to_go_as_the_new_license_has_too_few() {
        let installed = license(vec![module("sales", "UserLicense", 21)]);
        let offered = license(vec![module("sales", "UserLicense", 18)]);
        let mut owner = owner(Some(installed), Some(offered), &[("sales", 20)]);
        let found = needed(&owner, 1).expect("a module");
        assert_eq!(
            (found.in_use, found.available, found.to_remove),
            (20, 18, 2)
        );
        owner.modules[0].usage.in_use_after = 17;
        assert_eq!(needed(&owner, 1).expect("a module").to_remove, 0);
        assert_eq!(needed(&owner, 2), None);
    }

    #[test]
    fn nobody_is_freed_unless_somebody_has_to_go_and_enough_are_chosen() {
        assert_eq!(Stand::of(0, 0), Stand::Nothing);
        assert_eq!(Stand::of(2, 0), Stand::Nothing);
        assert_eq!(Stand::of(FREE_MAX + 1, 0), Stand::Nothing);
        assert_eq!(Stand::of(1, 3), Stand::Missing(2));
        assert_eq!(Stand::of(3, 3), Stand::Enough);
        assert_eq!(Stand::of(3, 2), Stand::More);
        assert_eq!(Stand::of(FREE_MAX, FREE_MAX + 1), Stand::Enough);
        assert_eq!(Stand::of(FREE_MAX + 1, FREE_MAX + 1), Stand::TooMany);
        let free = [Stand::Enough, Stand::More];
        assert!(free.into_iter().all(Stand::may_free));
        let not = [Stand::Nothing, Stand::Missing(1), Stand::TooMany];
        assert!(!not.into_iter().any(Stand::may_free));
    }

    #[test]
    fn suggestions_fill_up_what_was_chosen_by_hand() {
        let mut choice = Choice::default();
        choice.set(&holder(5, &["sales"], 1), true);
        let suggested = [1, 2, 3].map(|user| holder(user, &["sales"], 1));
        let listed = choice.fill_up(suggested.to_vec(), 3, 1);
        assert_eq!(choice.count(), 3);
        assert!(choice.has(5) && choice.has(1) && choice.has(2) && !choice.has(3));
        assert_eq!(listed.len(), 1);
        assert!(choice.lists(1) && !choice.lists(2));
        assert_eq!(choice.unlisted(), 1);
        choice.drop_all(&[1, 9]);
        assert_eq!(choice.request().users.len(), 2);
    }

    #[test]
    fn what_goes_along_is_named_once_and_counted_where_it_is_not_everybody() {
        let license = license(vec![
            plan("marketing", "b,c"),
            plan("sales", "a,b"),
            module("a", "UserLicense", 1),
            module("b", "UserLicense", 1),
            module("c", "UserLicense", 1),
        ]);
        let mut choice = Choice::default();
        choice.set(&holder(1, &["sales"], 1), true);
        let name = |name: &str| name.parse().expect("a name");
        let along = choice.along(&license);
        let only = Along {
            modules: vec![(name("sales"), None)],
            plans: 1,
            members: 2,
            some_keep: false,
        };
        assert_eq!(along, only);
        choice.set(&holder(2, &["marketing", "sales"], 2), true);
        let along = choice.along(&license);
        let both = Along {
            modules: vec![(name("sales"), None), (name("marketing"), Some(1))],
            plans: 2,
            members: 3,
            some_keep: true,
        };
        assert_eq!(along, both);
    }
}
