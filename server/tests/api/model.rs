//! Random acts through every door that gives or takes seats, held against a small model in plain Rust: after each act the
//! console stands where the model stands, nobody has more than was bought, and what the model refuses is refused.
//!
//! `ZETEL_MODEL_SEQUENCES` says how many sequences are run on each database (a night's worth: 10000). To add a door: a
//! variant of [`Act`], its odds in [`Act::random`], what it does in [`Model::apply`], and how it is asked in [`ask`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use axum::http::StatusCode;
use licensing::samples;
use licensing::wire::{
    Activate, Assign, Change, ChangeMany, ChangedMany, ErrorBody, ErrorCode, Free, FreeUser,
    Freeings, Holders, Loaded, Preview, PreviewMany, SaveUser, Selected, UserCard, UserLicenses,
    path, paths,
};
use server::db::{on_tx, view};
use server::error::Error;

use crate::harness::{Answer, Browser, Console};
use crate::seats::Luck;
use crate::stock::{self, Owner, hidden, plan, seats};

/// Sequences on each database, when nobody asks for another number.
const SEQUENCES: u64 = 200;
/// Acts of a sequence.
const ACTS: usize = 8;
/// Users; the administrator comes after them.
const USERS: usize = 7;
/// What is sold, in order of name; its numbers and sets change from license to license.
const SOLD: [&str; 8] = [
    "basic", "crm", "mail", "maps", "phone", "routes", "sales", "service",
];
/// Comes with plans only.
const HIDDEN: [&str; 3] = ["crm", "mail", "phone"];
/// Of one group: a user has one of these.
const GROUP: [&str; 2] = ["basic", "sales"];

type Names = BTreeSet<&'static str>;

/// What is sold: seats of each, and what the plans bring.
#[derive(Clone, Debug, PartialEq)]
struct Licence {
    seats: BTreeMap<&'static str, i32>,
    sets: BTreeMap<&'static str, Names>,
}

impl Licence {
    fn random(luck: &mut Luck) -> Self {
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
fn needs(name: &str) -> Option<&'static str> {
    (name == "routes").then_some("maps")
}

/// What may not stand: routes without maps, two plans of the group.
fn is_wrong(given: &Names) -> bool {
    let without = |name: &&str| needs(name).is_some_and(|first| !given.contains(first));
    given.iter().any(without) || GROUP.iter().all(|plan| given.contains(plan))
}

#[derive(Clone, Debug, Default, PartialEq)]
struct User {
    given: Names,
    can_log_in: bool,
    former_employee: bool,
}

#[derive(Clone, Debug)]
enum Act {
    Assign(usize, &'static str),
    Save(usize, User),
    Free(&'static str, usize),
    /// One change for many, for all of them or only for those who can.
    Many(Vec<usize>, Many, bool),
    Activate(Licence),
    /// What an earlier act freed (so many before the last that did) is given back, to all or only to those who can.
    GiveBack(usize, bool),
}

/// What is done to each of many.
#[derive(Clone, Copy, Debug)]
enum Many {
    Assign(&'static str),
    Remove(&'static str),
    Swap(&'static str, &'static str),
    Leave,
}

impl Many {
    fn random(luck: &mut Luck) -> Self {
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
    fn random(luck: &mut Luck, model: &Model) -> Self {
        let user = luck.below(USERS);
        match luck.below(15) {
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
struct Model {
    licence: Licence,
    users: Vec<User>,
    /// Acts that freed something: everyone before and after, in the order in which they were done.
    freed: Vec<[Vec<User>; 2]>,
}

impl Model {
    fn in_use(&self, licence: &Licence, name: &str) -> i32 {
        let holds = |user: &&User| licence.brought(&user.given).contains(name);
        self.users.iter().filter(holds).count() as i32
    }

    /// Whether there are seats enough, counting only what came to be used more.
    fn is_short(&self, before: &Self) -> bool {
        self.licence.seats.iter().any(|(name, total)| {
            let now = self.in_use(&self.licence, name);
            now > before.in_use(&before.licence, name) && now > *total
        })
    }

    /// Does it, or says that it is refused.
    fn apply(&mut self, act: &Act) -> bool {
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
    fn holders(&self, name: &str, many: usize) -> Vec<usize> {
        let holds = |user: &usize| {
            self.licence
                .brought(&self.users[*user].given)
                .contains(name)
        };
        (0..USERS).filter(holds).take(many).collect()
    }

    /// What goes from a user with it.
    fn goes(&self, user: usize, name: &str) -> Names {
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

/// A console, whoever acts on it, and where it stands.
struct Run<'a> {
    console: &'a Console,
    owner: &'a Owner,
    admin: Browser,
    ids: BTreeMap<&'static str, i32>,
    sequence: u64,
    refused: u64,
    /// Ids of the acts that freed something.
    freed: Vec<String>,
}

impl Run<'_> {
    fn ids_of(&self, names: &Names) -> Vec<i32> {
        names.iter().map(|name| self.ids[name]).collect()
    }

    async fn card(&self, user: usize) -> UserCard {
        self.admin.get(&path(paths::USER, user + 1)).await.json()
    }

    /// Asks the console for it; answers whether it was done.
    async fn ask(&mut self, model: &Model, act: &Act) -> bool {
        let answer = match act {
            Act::Assign(user, name) => {
                let assign = Assign {
                    module: self.ids[name],
                    revision: self.card(*user).await.revision,
                };
                self.admin
                    .post(&path(paths::ASSIGN, user + 1), &assign)
                    .await
            }
            Act::Save(user, wanted) => {
                let save = SaveUser {
                    revision: self.card(*user).await.revision,
                    assignments: self.ids_of(&wanted.given),
                    can_log_in: wanted.can_log_in,
                    former_employee: wanted.former_employee,
                };
                self.admin.put(&path(paths::USER, user + 1), &save).await
            }
            Act::Free(name, many) => return self.free(model, name, *many).await,
            Act::Many(users, many, only) => {
                let selected = Selected::Users(users.iter().map(|user| *user as i32 + 1).collect());
                self.many(selected, self.change_of(*many), *only).await
            }
            Act::GiveBack(back, only) => {
                let act = self.freed[self.freed.len() - 1 - back].clone();
                let selected = Selected::Touched { act: act.clone() };
                self.many(selected, Change::GiveBack { act }, *only).await
            }
            Act::Activate(licence) => self.activate(licence).await,
        };
        self.is_done(&answer)
    }

    fn is_done(&mut self, answer: &Answer) -> bool {
        if answer.status.is_success() {
            return true;
        }
        self.refused += 1;
        let body: ErrorBody = serde_json::from_slice(&answer.body).expect("a failure says why");
        let refusals = [ErrorCode::AssignmentRefused, ErrorCode::Blocked];
        assert!(refusals.contains(&body.code), "{body:?}");
        assert_eq!(answer.status, StatusCode::CONFLICT);
        false
    }

    /// Frees from the holders that the model names, after the console named the same for each.
    async fn free(&mut self, model: &Model, name: &'static str, many: usize) -> bool {
        let holders: Holders = self
            .admin
            .get(&path(paths::HOLDERS, self.ids[name]))
            .await
            .json();
        assert_eq!(holders.in_use, model.in_use(&model.licence, name), "{name}");
        let mut users = Vec::new();
        for user in model.holders(name, many) {
            let found = holders
                .holders
                .iter()
                .find(|holder| holder.user.user == user as i32 + 1);
            let goes = found.expect("the console knows this holder").goes.clone();
            let named: Names = model.goes(user, name);
            assert_eq!(
                goes.iter()
                    .map(|name| name.as_str())
                    .collect::<BTreeSet<_>>(),
                named
            );
            users.push(FreeUser {
                user: user as i32 + 1,
                goes,
            });
        }
        if users.is_empty() {
            return true;
        }
        let free = Free { users };
        let answer = self
            .admin
            .post(&path(paths::FREE, self.ids[name]), &free)
            .await;
        self.is_done(&answer)
    }

    fn change_of(&self, many: Many) -> Change {
        let id = |name: &str| self.ids[name];
        match many {
            Many::Assign(name) => Change::Assign { module: id(name) },
            Many::Remove(name) => Change::Remove { module: id(name) },
            Many::Swap(from, to) => Change::Swap {
                from: id(from),
                to: id(to),
            },
            Many::Leave => Change::Leave,
        }
    }

    /// The act that was done last is one that can be given back: which.
    async fn remember(&mut self) {
        let acts: Freeings = self.admin.get(paths::FREEINGS).await.json();
        let last = acts.acts.into_iter().next().expect("it is listed");
        self.freed.push(last.act);
    }

    /// Changes many as it was looked at, and as many as were counted.
    async fn many(
        &mut self,
        selected: Selected,
        change: Change,
        only_those_who_can: bool,
    ) -> Answer {
        let what = PreviewMany {
            selected,
            change,
            only_those_who_can,
        };
        let preview: Preview = self.admin.post(paths::PREVIEW_MANY, &what).await.json();
        let counted = preview.changing + preview.unchanged + preview.refused;
        assert_eq!(preview.selected, counted);
        let seen = preview.seen.clone();
        let answer = self
            .admin
            .post(paths::CHANGE_MANY, &ChangeMany { what, seen })
            .await;
        if answer.status.is_success() {
            let done: ChangedMany = serde_json::from_slice(&answer.body).expect("what was done");
            assert_eq!(
                (done.users, done.refused),
                (preview.changing, preview.refused)
            );
        }
        answer
    }

    async fn activate(&mut self, licence: &Licence) -> Answer {
        self.sequence += 1;
        let license = samples::signed(&sold(self.owner, self.sequence, licence));
        let loaded: Loaded = self.admin.post_file(paths::LOAD_FILE, license).await.json();
        let owner = &loaded.licenses.owners[0];
        let activate = Activate {
            owner: loaded.owner.clone(),
            sequence: loaded.sequence,
            sha256: owner.offer.as_ref().expect("an offer").sha256.clone(),
            revision: owner.revision,
        };
        self.admin.post(paths::ACTIVATE, &activate).await
    }

    /// The console stands where the model stands.
    async fn agrees(&self, model: &Model) {
        let all: UserLicenses = self.admin.get(paths::USER_LICENSES).await.json();
        for license in all.licenses {
            let name = license.module.as_str();
            assert_eq!(license.in_use, model.in_use(&model.licence, name), "{name}");
            assert_eq!(license.total, Some(model.licence.seats[name]), "{name}");
            assert!(license.in_use <= model.licence.seats[name], "{name}");
        }
        stock::counters(self.console).await;
        let users = users(self.console).await;
        assert_eq!(users, model.users);
    }
}

/// What the database says of everyone.
async fn users(console: &Console) -> Vec<User> {
    type Row = (i32, bool, bool, Option<String>);
    let rows: Result<Vec<Row>, Error> = view!(&console.state.db, tx => {
        Ok(on_tx!(tx, connection => {
            sqlx::query_as(
                "select u.id, u.can_log_in, u.former_employee, m.name from users u \
                 left join assignment a on a.user_id = u.id left join module m on m.id = a.module_id \
                 order by u.id, m.name",
            )
            .fetch_all(connection)
            .await
        })?)
    });
    let mut users = vec![User::default(); USERS];
    for (id, can_log_in, former_employee, name) in rows.expect("the users can be read") {
        let Some(user) = users.get_mut(id as usize - 1) else {
            continue;
        };
        (user.can_log_in, user.former_employee) = (can_log_in, former_employee);
        let known = name.map(|name| *SOLD.iter().find(|sold| **sold == name).expect("it is sold"));
        user.given.extend(known);
    }
    users
}

fn sold(owner: &Owner, sequence: u64, licence: &Licence) -> licensing::license::License {
    let modules = licence.seats.iter().map(|(name, total)| {
        let module = match licence.sets.get(name) {
            Some(set) => plan(name, *total).brings(&set.iter().copied().collect::<Vec<_>>()),
            None if HIDDEN.contains(name) => hidden(name, *total),
            None => seats(name, *total),
        };
        let module = if GROUP.contains(name) {
            module.of_group("sales")
        } else {
            module
        };
        match needs(name) {
            Some(first) => module.needs(first),
            None => module,
        }
    });
    owner.license(sequence, modules.collect())
}

#[tokio::test]
async fn whatever_is_done_in_whatever_order_the_console_stands_where_the_rules_say() {
    let sequences = std::env::var("ZETEL_MODEL_SEQUENCES").map_or(SEQUENCES, |number| {
        number.parse().expect("a number of sequences")
    });
    stock::for_each_database(async |console, owner| {
        let luck = &mut Luck(7);
        let mut model = Model {
            licence: Licence::random(luck),
            users: vec![
                User {
                    can_log_in: true,
                    ..User::default()
                };
                USERS
            ],
            freed: Vec::new(),
        };
        let names: Vec<String> = (0..USERS).map(|user| format!("u{user}")).collect();
        let users: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), [].as_slice()))
            .collect();
        owner
            .fill(&console, &sold(owner, 1, &model.licence), &users)
            .await;
        let mut run = Run {
            admin: console.administrator().await,
            console: &console,
            owner,
            ids: BTreeMap::new(),
            sequence: 1,
            refused: 0,
            freed: Vec::new(),
        };
        for name in SOLD {
            run.ids
                .insert(name, stock::license(&run.admin, name).await.id);
        }
        let mut acts = 0;
        for seed in 0..sequences {
            let luck = &mut Luck(seed);
            let mut done = vec![Act::Activate(Licence::random(luck))];
            for place in 0..=ACTS {
                if place > 0 {
                    done.push(Act::random(luck, &model));
                }
                let act = done.last().expect("there is one");
                let was = model.clone();
                let expected = model.apply(act);
                let answered = run.ask(&was, act).await;
                assert_eq!(
                    answered, expected,
                    "sequence {seed}: {done:?}\nfrom {was:?}"
                );
                run.agrees(&model).await;
                if model.freed.len() > run.freed.len() {
                    run.remember().await;
                }
                acts += 1;
            }
        }
        // Past the capture of a test that succeeds: whoever runs it sees how much was tried.
        let said = format!(
            "model: {sequences} sequences, {acts} acts, {} of them refused\n",
            run.refused
        );
        std::io::stderr()
            .write_all(said.as_bytes())
            .expect("standard error is there");
    })
    .await;
}
