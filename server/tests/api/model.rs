//! Random acts through every door that gives or takes seats, held against a small model in plain Rust: after each act the
//! console stands where the model stands, nobody has more than was bought, and what the model refuses is refused.
//!
//! `ZETEL_MODEL_SEQUENCES` says how many sequences are run on each database (a night's worth: 10000). To add a door: a
//! variant of [`Act`], its odds in [`Act::random`], what it does in [`Model::apply`], and how it is asked in [`ask`].

mod file;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use axum::http::StatusCode;
use licensing::samples;
use licensing::wire::{
    Activate, Assign, Change, ChangeMany, ChangedMany, ErrorBody, ErrorCode, Free, FreeUser,
    Freeings, Holders, ImportState, Loaded, Preview, PreviewImport, PreviewMany, SaveUser,
    Selected, UserCard, UserLicenses, path, paths,
};
use server::db::{on_tx, view};
use server::error::Error;

use self::rules::{Act, GROUP, HIDDEN, Licence, Many, Model, Names, SOLD, USERS, User, needs};
use crate::csv;
use crate::harness::{Answer, Browser, Console};
use crate::seats::Luck;
use crate::stock::{self, Owner, hidden, plan, seats};

/// Sequences on each database, when nobody asks for another number.
const SEQUENCES: u64 = 200;
/// Acts of a sequence.
const ACTS: usize = 8;

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
            Act::Import(file) => return self.import(&file.text(), file.leave_out).await,
        };
        self.is_done(&answer)
    }

    fn is_done(&mut self, answer: &Answer) -> bool {
        if answer.status.is_success() {
            return true;
        }
        self.refused += 1;
        let body: ErrorBody = serde_json::from_slice(&answer.body).expect("a failure says why");
        let refusals = [
            ErrorCode::AssignmentRefused,
            ErrorCode::Blocked,
            ErrorCode::ImportHasErrors,
        ];
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

    /// Imports a file as it was looked at, with as many lines as were counted.
    async fn import(&mut self, text: &str, leave_out: bool) -> bool {
        let import = csv::upload(&self.admin, text.to_owned()).await.import;
        let asked = PreviewImport::default();
        let seen = csv::preview(self.console, &self.admin, &import, &asked).await;
        let answer = csv::ask(&self.admin, &import, &seen.seen, leave_out).await;
        if !self.is_done(&answer) {
            return false;
        }
        let done = csv::settled(self.console, &self.admin, &import).await;
        assert_eq!((done.state, done.done), (ImportState::Done, seen.counts));
        true
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
