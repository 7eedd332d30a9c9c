//! The small model: who has what, what is sold, and what each act makes of it, in plain Rust and without `licensing`.

use std::collections::{BTreeMap, BTreeSet};

use super::file::File;
use crate::seats::Luck;

/// Users; the administrator comes after them.
pub(super) const USERS: usize = 7;
/// What is sold, in order of name; its numbers and sets change from license to license.
pub(super) const SOLD: [&str; 8] = [
    "basic", "crm", "mail", "maps", "phone", "routes", "sales", "service",
];
/// Comes with plans only.
pub(super) const HIDDEN: [&str; 3] = ["crm", "mail", "phone"];
/// Of one group: a user has one of these.
pub(super) const GROUP: [&str; 2] = ["basic", "sales"];

pub(super) type Names = BTreeSet<&'static str>;

/// What is sold: seats of each, and what the plans bring.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Licence {
    pub(super) seats: BTreeMap<&'static str, i32>,
    pub(super) sets: BTreeMap<&'static str, Names>,
}

impl Licence {
    pub(super) fn random(luck: &mut Luck) -> Self {
        let seats = SOLD
            .iter()
            .map(|name| (*name, 1 + luck.below(USERS) as i32));
        let seats = seats.collect();
        let sales = [["crm", "mail"], ["crm", "phone"]];
        let sets = [
            ("basic", Names::from(["crm"])),
            ("sales", luck.of(&sales).into()),
            (
                "service",
                luck.of(&[["crm", "phone"], ["crm", "crm"]]).into(),
            ),
        ];
        Self {
            seats,
            sets: sets.into(),
        }
    }

    /// What somebody with these may use.
    fn brought(&self, given: &Names) -> Names {
        let sets = given.iter().filter_map(|name| self.sets.get(name));
        given.iter().chain(sets.flatten()).copied().collect()
    }
}

/// Routes are for those who have maps.
pub(super) fn needs(name: &str) -> Option<&'static str> {
    (name == "routes").then_some("maps")
}

/// What may not stand: routes without maps, two plans of the group.
pub(super) fn is_wrong(given: &Names) -> bool {
    let without = |name: &&str| needs(name).is_some_and(|first| !given.contains(first));
    given.iter().any(without) || GROUP.iter().all(|plan| given.contains(plan))
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct User {
    pub(super) given: Names,
    pub(super) can_log_in: bool,
    pub(super) former_employee: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    Assign(usize, &'static str),
    Save(usize, User),
    Free(&'static str, usize),
    /// One change for many, for all of them or only for those who can.
    Many(Vec<usize>, Many, bool),
    Activate(Licence),
    /// What an earlier act freed (so many before the last that did) is given back, to all or only to those who can.
    GiveBack(usize, bool),
    /// A file is imported.
    Import(File),
}

/// What is done to each of many.
#[derive(Clone, Copy, Debug)]
pub(super) enum Many {
    Assign(&'static str),
    Remove(&'static str),
    Swap(&'static str, &'static str),
    Leave,
}

impl Many {
    pub(super) fn random(luck: &mut Luck) -> Self {
        let name = luck.of(&SOLD);
        match luck.below(9) {
            0..4 => Self::Assign(name),
            4..6 => Self::Remove(name),
            6..8 => Self::Swap(name, luck.of(&SOLD)),
            _ => Self::Leave,
        }
    }
}

impl Act {
    pub(super) fn random(luck: &mut Luck, model: &Model) -> Self {
        let user = luck.below(USERS);
        match luck.below(18) {
            15.. => Self::Import(File::random(luck, model)),
            9 => Self::Activate(Licence::random(luck)),
            13.. if !model.freed.is_empty() => {
                let back = luck.below(model.freed.len().min(4));
                Self::GiveBack(back, luck.below(2) == 0)
            }
            10.. => {
                let mut users: Vec<usize> = (0..USERS).collect();
                users.retain(|_| luck.below(2) == 0);
                Self::Many(users, Many::random(luck), luck.below(2) == 0)
            }
            0..4 => Self::Assign(user, luck.of(&SOLD)),
            4..7 => {
                let mut saved = model.users[user].clone();
                for _ in 0..=luck.below(3) {
                    let name = luck.of(&SOLD);
                    if !saved.given.remove(name) {
                        saved.given.insert(name);
                    }
                }
                match luck.below(6) {
                    0 => {
                        saved = User {
                            former_employee: true,
                            ..User::default()
                        }
                    }
                    1 => saved.former_employee = !saved.former_employee,
                    2 => saved.can_log_in = !saved.can_log_in,
                    _ => {}
                }
                Self::Save(user, saved)
            }
            7..=8 => Self::Free(luck.of(&SOLD), 1 + luck.below(3)),
        }
    }
}

/// How things should stand.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) licence: Licence,
    pub(super) users: Vec<User>,
    /// Acts that freed something: everyone before and after, in the order in which they were done.
    pub(super) freed: Vec<[Vec<User>; 2]>,
}

impl Model {
    pub(super) fn in_use(&self, licence: &Licence, name: &str) -> i32 {
        let holds = |user: &&User| licence.brought(&user.given).contains(name);
        self.users.iter().filter(holds).count() as i32
    }

    /// Whether there are seats enough, counting only what came to be used more.
    pub(super) fn is_short(&self, before: &Self) -> bool {
        self.licence.seats.iter().any(|(name, total)| {
            let now = self.in_use(&self.licence, name);
            now > before.in_use(&before.licence, name) && now > *total
        })
    }

    /// Does it, or says that it is refused.
    pub(super) fn apply(&mut self, act: &Act) -> bool {
        let before = self.users.clone();
        let done = self.try_apply(act);
        let less = |(before, after): (&User, &User)| !before.given.is_subset(&after.given);
        let is_kept = !matches!(act, Act::Activate(_) | Act::GiveBack(..));
        if is_kept && before.iter().zip(&self.users).any(less) {
            self.freed.push([before, self.users.clone()]);
        }
        done
    }

    fn try_apply(&mut self, act: &Act) -> bool {
        let before = self.clone();
        let done = match act {
            Act::Assign(user, name) => {
                let user = &mut self.users[*user];
                user.given.insert(name)
                    && !user.former_employee
                    && !HIDDEN.contains(name)
                    && !is_wrong(&user.given)
            }
            Act::Save(user, wanted) => {
                let was = std::mem::replace(&mut self.users[*user], wanted.clone());
                let gains = !wanted.given.is_subset(&was.given);
                let left = match (was.former_employee, wanted.former_employee) {
                    (_, false) => false,
                    (true, true) => gains || (wanted.can_log_in && !was.can_log_in),
                    (false, true) => !wanted.given.is_empty() || wanted.can_log_in,
                };
                let by_hand = wanted.given.iter().any(|name| HIDDEN.contains(name));
                !left && !by_hand && !is_wrong(&wanted.given)
            }
            Act::Free(name, many) => {
                self.free(name, *many);
                true
            }
            Act::Many(users, many, false) => users.iter().all(|user| self.change(*user, *many)),
            Act::Many(users, many, true) => {
                self.as_many_as_can(users, &mut |model, user| model.change(user, *many));
                return true;
            }
            Act::GiveBack(back, only_those_who_can) => {
                let act = self.freed[self.freed.len() - 1 - back].clone();
                let users: Vec<usize> = (0..USERS).collect();
                let mut give = |model: &mut Self, user: usize| model.give_back(user, &act);
                if *only_those_who_can {
                    self.as_many_as_can(&users, &mut give);
                    return true;
                }
                users.iter().all(|user| give(self, *user))
            }
            Act::Import(file) => file.apply(self),
            Act::Activate(licence) => {
                self.licence = licence.clone();
                // Nobody is over, not even where nothing changed.
                licence
                    .seats
                    .iter()
                    .all(|(name, total)| self.in_use(licence, name) <= *total)
            }
        };
        let done = done && !self.is_short(&before);
        if !done {
            *self = before;
        }
        done
    }

    /// One after another; who is refused, or comes too late for a seat, stays as they are.
    fn as_many_as_can(
        &mut self,
        users: &[usize],
        change: &mut dyn FnMut(&mut Self, usize) -> bool,
    ) {
        for user in users {
            let before = self.clone();
            if !change(self, *user) || self.is_short(&before) {
                *self = before;
            }
        }
    }

    /// Gives back to one what an act took from them, or says that the rules refuse it.
    fn give_back(&mut self, user: usize, [before, after]: &[Vec<User>; 2]) -> bool {
        let (before, after, was) = (&before[user], &after[user], self.users[user].clone());
        let mut now = was.clone();
        now.given.extend(before.given.difference(&after.given));
        let access = |user: &User| (user.can_log_in, user.former_employee);
        if access(&was) == access(after) {
            (now.can_log_in, now.former_employee) = access(before);
        }
        let gains = now.given != was.given;
        let left = match (was.former_employee, now.former_employee) {
            (_, false) => false,
            (true, true) => gains || (now.can_log_in && !was.can_log_in),
            (false, true) => !now.given.is_empty() || now.can_log_in,
        };
        let done = now == was || !left && !is_wrong(&now.given);
        if done {
            self.users[user] = now;
        }
        done
    }

    /// Does to one what is done to many, or says that the rules refuse it; seats are another question.
    fn change(&mut self, user: usize, many: Many) -> bool {
        let was = self.users[user].clone();
        let mut now = was.clone();
        match many {
            Many::Assign(name) => {
                now.given.insert(name);
            }
            Many::Remove(name) => {
                let goes = self.goes(user, name);
                now.given.retain(|had| !goes.contains(had));
            }
            Many::Swap(from, to) => {
                if now.given.remove(from) {
                    now.given.insert(to);
                }
            }
            Many::Leave => {
                now = User {
                    former_employee: true,
                    ..User::default()
                };
            }
        }
        let gained: Names = now.given.difference(&was.given).copied().collect();
        now.can_log_in |= gained
            .iter()
            .any(|name| self.licence.sets.contains_key(name));
        let by_hand = gained.iter().any(|name| HIDDEN.contains(name));
        let left = was.former_employee && !gained.is_empty();
        let done = !left && !by_hand && !is_wrong(&now.given);
        if done {
            self.users[user] = now;
        }
        done
    }

    /// Who holds it, in order of user ID, at most so many.
    pub(super) fn holders(&self, name: &str, many: usize) -> Vec<usize> {
        let holds = |user: &usize| {
            self.licence
                .brought(&self.users[*user].given)
                .contains(name)
        };
        (0..USERS).filter(holds).take(many).collect()
    }

    /// What goes from a user with it.
    pub(super) fn goes(&self, user: usize, name: &str) -> Names {
        let given = &self.users[user].given;
        let brings = |plan: &str| {
            self.licence
                .sets
                .get(plan)
                .is_some_and(|set| set.contains(name))
        };
        let mut goes: Names = given
            .iter()
            .copied()
            .filter(|had| *had == name || brings(had))
            .collect();
        if goes.contains("maps") && given.contains("routes") {
            goes.insert("routes");
        }
        goes
    }

    fn free(&mut self, name: &str, many: usize) {
        for user in self.holders(name, many) {
            let goes = self.goes(user, name);
            self.users[user].given.retain(|had| !goes.contains(had));
        }
    }
}
