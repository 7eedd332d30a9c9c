//! What becomes of each line, by the rules of `licensing`, against the present state and the lines before.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher as _;

use licensing::assignment::{Access, Assignments, Moves, Refusal};
use licensing::import::{self, Wanted};
use licensing::license::{ModuleLicense, UserType};
use licensing::wire::{Import, ImportColumn, ImportError, ImportFault, ImportRow};

use super::Job;
use super::catalogue::{Catalogue, Kind, Meaning, code};
use super::lines::{Line, error};
use crate::db::assignments::held;
use crate::db::audit::{Field, Touched};
use crate::db::users::{self, Profile, User};
use crate::db::{Tx, users as stored};
use crate::error::Error;

/// What becomes of a line.
#[derive(Debug)]
pub(super) enum Becomes {
    /// They are so already.
    Unchanged,
    /// A user is made or changed.
    Changed(Box<Change>),
    /// It is wrong or refused; every reason.
    Refused(Vec<ImportError>),
}

/// What is made of a user.
#[derive(Debug)]
pub(super) struct Change {
    /// Number of the line.
    pub(super) line: i64,
    /// Their id; none: they are new.
    pub(super) user: Option<i32>,
    /// What is known of them afterwards.
    pub(super) profile: Profile,
    /// What they had and have of each owner, in the order of the catalogue.
    pub(super) owners: Vec<(Assignments, Assignments)>,
    /// Marked as a former employee, and still holding something.
    pub(super) is_proposed: bool,
    /// What changes beside licenses: which, before, after.
    fields: Vec<(ImportColumn, String, String)>,
    before: Access,
}

/// Whose import it is, and what it may do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    /// Id of who imports: nobody locks themselves out.
    pub(super) actor: i32,
    /// Whether unknown user IDs make new users.
    pub(super) create: bool,
}

impl Judge {
    /// Of a job.
    pub(super) fn of(job: &Job, import: &Import) -> Self {
        Self {
            actor: job.actor,
            create: import.read_as.create,
        }
    }

    /// What becomes of these lines, one after the other; the catalogue's seats move with them.
    pub(super) async fn lines(
        self,
        tx: &mut Tx,
        catalogue: &mut Catalogue,
        lines: &[Line],
    ) -> Result<Vec<Becomes>, Error> {
        let wanted: Vec<String> = lines
            .iter()
            .filter(|line| line.errors.is_empty())
            .map(|line| line.folded.clone())
            .collect();
        let known = stored::by_user_ids(tx, &wanted).await?;
        let ids: Vec<i32> = known.iter().map(|user| user.id).collect();
        let given = catalogue.given(&held::of_users(tx, &ids).await?);
        let known: HashMap<String, User> = known
            .into_iter()
            .map(|user| (users::folded(&user.profile.user_id), user))
            .collect();
        let lines = lines.iter();
        Ok(lines
            .map(|line| {
                let user = known.get(&line.folded);
                self.line(catalogue, line, user, &given)
            })
            .collect())
    }

    fn line(
        self,
        catalogue: &mut Catalogue,
        line: &Line,
        user: Option<&User>,
        given: &BTreeMap<i32, Vec<Assignments>>,
    ) -> Becomes {
        let mut errors = line.errors.clone();
        if user.is_none() && !self.create && errors.is_empty() {
            let fault = ImportFault::UnknownUser;
            errors.push(error(line.number, 0, fault, &line.user_id));
        }
        if !errors.is_empty() {
            return Becomes::Refused(errors);
        }
        let before = user.map(|user| &user.profile);
        let mut profile = before.cloned().unwrap_or_else(|| new(&line.user_id));
        if let Err(wrong) = texts(line, before, &mut profile) {
            errors.push(wrong);
        }
        let none = vec![Assignments::new(); catalogue.owners.len()];
        let had = user.and_then(|user| given.get(&user.id)).unwrap_or(&none);
        let plans = meaning(
            catalogue,
            Kind::Plans,
            line.plans.as_ref(),
            line,
            &mut errors,
        );
        let licenses = meaning(
            catalogue,
            Kind::Licenses,
            line.licenses.as_ref(),
            line,
            &mut errors,
        );
        if !errors.is_empty() {
            return Becomes::Refused(errors);
        }
        let access = |profile: &Profile| Access {
            can_log_in: profile.can_log_in,
            former_employee: profile.former_employee,
        };
        let was = access(&profile);
        let mut shall = import::access(
            was,
            line.can_log_in.map(|(_, flag)| flag),
            line.former_employee.map(|(_, flag)| flag),
        );
        let mut owners = Vec::with_capacity(had.len());
        for (place, (owner, had)) in catalogue.owners.iter().zip(had).enumerate() {
            let of = |all: &Option<Vec<Assignments>>| all.as_ref().map(|all| all[place].clone());
            let wanted = Wanted {
                plans: of(&plans),
                licenses: of(&licenses),
            };
            let license = &owner.sold.license;
            owners.push((had.clone(), import::assignments(license, had, &wanted)));
        }
        if user.is_none() && line.can_log_in.is_none() && !shall.former_employee {
            // Whoever gets a plan is to use it.
            shall.can_log_in = catalogue
                .owners
                .iter()
                .zip(&owners)
                .any(|(owner, (_, after))| {
                    let mut modules = after
                        .iter()
                        .filter_map(|name| owner.sold.license.module(name));
                    modules.any(ModuleLicense::is_user_plan)
                });
        }
        let gains = owners.iter().any(|(had, after)| !after.is_subset(had));
        let leaves = import::leaves(was, shall);
        if leaves {
            // The mark frees nothing.
            for (had, after) in &mut owners {
                after.extend(had.iter().cloned());
            }
        }
        let mut refusals: Vec<Refusal> = import::may_become(was, shall, gains)
            .err()
            .into_iter()
            .collect();
        if shall != was && user.is_some_and(|user| user.id == self.actor) {
            refusals.push(Refusal::Yourself);
        }
        let mut moved = Vec::new();
        for (place, (had, after)) in owners
            .iter()
            .enumerate()
            .filter(|(_, (had, after))| had != after)
        {
            let owner = &catalogue.owners[place];
            let license = &owner.sold.license;
            match import::may_hold(
                license,
                owner.ended,
                profile.user_type,
                had,
                after,
                &owner.in_use,
            ) {
                Ok(moves) => moved.push((place, moves)),
                Err(why) => refusals.extend(why),
            }
        }
        if !refusals.is_empty() {
            let refused = refusals.into_iter();
            return Becomes::Refused(
                refused
                    .map(|refusal| placed(catalogue, line, refusal))
                    .collect(),
            );
        }
        for (place, moves) in moved {
            take(&mut catalogue.owners[place].in_use, moves);
        }
        (profile.can_log_in, profile.former_employee) = (shall.can_log_in, shall.former_employee);
        let fields = fields(before, &profile);
        let holds = owners.iter().any(|(_, after)| !after.is_empty());
        if user.is_some() && fields.is_empty() && owners.iter().all(|(had, after)| had == after) {
            return Becomes::Unchanged;
        }
        Becomes::Changed(Box::new(Change {
            line: line.number,
            user: user.map(|user| user.id),
            profile,
            owners,
            is_proposed: leaves && holds,
            fields,
            before: was,
        }))
    }
}

fn take(in_use: &mut Moves, moves: Moves) {
    for (module, seats) in moves {
        let counter = in_use.entry(module).or_default();
        *counter = counter.saturating_add(seats);
    }
}

fn meaning(
    catalogue: &mut Catalogue,
    kind: Kind,
    cell: Option<&(i64, String)>,
    line: &Line,
    errors: &mut Vec<ImportError>,
) -> Option<Vec<Assignments>> {
    let (column, cell) = cell?;
    let meaning: &Meaning = catalogue.meaning(kind, cell);
    match meaning {
        Ok(meant) => Some(meant.clone()),
        Err((name, fault)) => {
            errors.push(error(line.number, *column, fault.clone(), name));
            None
        }
    }
}

/// A new user of this user ID.
fn new(user_id: &str) -> Profile {
    Profile {
        user_id: user_id.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        full_name: String::new(),
        email: String::new(),
        user_type: UserType::InternalAssociate,
        primary_group: String::new(),
        role: String::new(),
        company: String::new(),
        can_log_in: false,
        former_employee: false,
        waiting_for_approval: false,
        last_sign_in: None,
    }
}

fn text(profile: &mut Profile, column: ImportColumn) -> Option<&mut String> {
    Some(match column {
        ImportColumn::FirstName => &mut profile.first_name,
        ImportColumn::LastName => &mut profile.last_name,
        ImportColumn::FullName => &mut profile.full_name,
        ImportColumn::Email => &mut profile.email,
        ImportColumn::Group => &mut profile.primary_group,
        ImportColumn::Role => &mut profile.role,
        ImportColumn::Company => &mut profile.company,
        _ => return None,
    })
}

/// First and last name, where there is one of them.
fn full_name(profile: &Profile) -> String {
    let names = [profile.first_name.trim(), profile.last_name.trim()];
    let names = names.into_iter().filter(|name| !name.is_empty());
    names.collect::<Vec<_>>().join(" ")
}

/// Sets what the line says. A full name that is made of first and last name follows them, unless the file has a column of it.
fn texts(line: &Line, before: Option<&Profile>, profile: &mut Profile) -> Result<(), ImportError> {
    let mut given = None;
    for (column, says, value) in &line.texts {
        if *says == ImportColumn::FullName {
            given = Some(*column);
        }
        if let Some(text) = text(profile, *says)
            && text != value
            && text != value.trim()
        {
            value.trim().clone_into(text);
        }
    }
    let follows = before.is_none_or(|before| before.full_name == full_name(before));
    let named = given.is_some() && !profile.full_name.trim().is_empty();
    if follows && !named && (given.is_none() || before.is_none()) {
        profile.full_name = full_name(profile);
    }
    if profile.full_name.trim().is_empty() {
        let column = given.unwrap_or_default();
        return Err(error(
            line.number,
            column,
            ImportFault::NoName,
            &line.user_id,
        ));
    }
    Ok(())
}

/// What changed beside licenses.
fn fields(before: Option<&Profile>, after: &Profile) -> Vec<(ImportColumn, String, String)> {
    let Some(before) = before else {
        return Vec::new();
    };
    let texts = [
        (
            ImportColumn::FirstName,
            &before.first_name,
            &after.first_name,
        ),
        (ImportColumn::LastName, &before.last_name, &after.last_name),
        (ImportColumn::FullName, &before.full_name, &after.full_name),
        (ImportColumn::Email, &before.email, &after.email),
        (
            ImportColumn::Group,
            &before.primary_group,
            &after.primary_group,
        ),
        (ImportColumn::Role, &before.role, &after.role),
        (ImportColumn::Company, &before.company, &after.company),
    ];
    let texts = texts
        .into_iter()
        .filter(|(_, before, after)| before != after);
    let mut changed: Vec<_> = texts
        .map(|(column, before, after)| (column, before.clone(), after.clone()))
        .collect();
    for (column, before, after) in [
        (ImportColumn::CanLogIn, before.can_log_in, after.can_log_in),
        (
            ImportColumn::FormerEmployee,
            before.former_employee,
            after.former_employee,
        ),
    ] {
        if before != after {
            changed.push((column, before.to_string(), after.to_string()));
        }
    }
    changed
}

/// A refusal at the column that it is about.
fn placed(catalogue: &Catalogue, line: &Line, refusal: Refusal) -> ImportError {
    let is_plan = |name| {
        let mut modules = catalogue
            .owners
            .iter()
            .filter_map(|owner| owner.sold.license.module(name));
        modules.any(ModuleLicense::is_user_plan)
    };
    let (plans, licenses) = (line.plans.as_ref(), line.licenses.as_ref());
    let cell = match &refusal {
        Refusal::NotSold(name)
        | Refusal::NotAssignable(name)
        | Refusal::AlreadyAssigned(name)
        | Refusal::UserTypeNotAllowed { module: name, .. }
        | Refusal::PrerequisiteMissing { module: name, .. }
        | Refusal::PlanOfGroup { module: name, .. } => match is_plan(name) {
            true => plans.or(licenses),
            false => licenses.or(plans),
        },
        // What a plan brings is short by the plan.
        Refusal::NoSeat(_) | Refusal::Ended => {
            plans.filter(|(_, cell)| !cell.is_empty()).or(licenses)
        }
        Refusal::FormerEmployee | Refusal::Yourself => None,
    };
    let flag = line
        .former_employee
        .or(line.can_log_in)
        .map_or(0, |(column, _)| column);
    let (column, value) = match cell {
        Some((column, cell)) => (*column, cell.as_str()),
        None => (flag, line.user_id.as_str()),
    };
    error(line.number, column, ImportFault::Refused(refusal), value)
}

impl Change {
    /// What is taken of each owner.
    pub(super) fn freed(&self) -> impl Iterator<Item = (usize, Assignments)> {
        let owners = self.owners.iter().enumerate();
        owners
            .map(|(place, (had, after))| (place, had - after))
            .filter(|(_, freed)| !freed.is_empty())
    }

    /// What is freed of whom, as a number; none: nothing is.
    pub(super) fn freed_hash(&self, catalogue: &Catalogue) -> Option<u64> {
        // The same in every run of the program: it is read again after a restart.
        let mut hash = std::hash::DefaultHasher::new();
        let mut any = false;
        for (place, freed) in self.freed() {
            for name in &freed {
                any = true;
                hash.write(code(&catalogue.owners[place], name).as_bytes());
                hash.write_u8(0);
            }
        }
        hash.write_i32(self.user.unwrap_or_default());
        any.then(|| hash.finish())
    }

    /// Whether anything but licenses changes.
    pub(super) fn changes_profile(&self) -> bool {
        !self.fields.is_empty()
    }

    /// In the trail's words.
    pub(super) fn touched(&self, catalogue: &Catalogue) -> Touched {
        let mut touched = Touched {
            created: self.user.is_none(),
            ..Touched::default()
        };
        for (owner, (had, after)) in catalogue.owners.iter().zip(&self.owners) {
            touched.licenses(&owner.sold.license.owner_name, had, after);
        }
        let after = Access {
            can_log_in: self.profile.can_log_in,
            former_employee: self.profile.former_employee,
        };
        if self.user.is_some() {
            touched.access(self.before, after);
        }
        let texts = self.fields.iter().filter(|(column, ..)| {
            !matches!(
                column,
                ImportColumn::CanLogIn | ImportColumn::FormerEmployee
            )
        });
        touched.fields = texts
            .map(|(column, before, after)| Field {
                field: serde_json::to_value(column).map_or_else(
                    |_| String::new(),
                    |name| name.as_str().unwrap_or_default().to_owned(),
                ),
                before: before.clone(),
                after: after.clone(),
            })
            .collect();
        touched
    }

    /// As a preview lists it; `kept`: with what they hold in place of what they lose.
    pub(super) fn row(&self, catalogue: &Catalogue, kept: bool) -> ImportRow {
        let named = |of: &dyn Fn(&(Assignments, Assignments)) -> Assignments| {
            let mut names = Vec::new();
            for (place, both) in self.owners.iter().enumerate() {
                let of_owner = of(both);
                names.extend(
                    of_owner
                        .iter()
                        .map(|name| catalogue.description(place, name)),
                );
            }
            names
        };
        let loses = match kept {
            true => named(&|(_, after)| after.clone()),
            false => named(&|(had, after)| had - after),
        };
        ImportRow {
            line: self.line,
            user_id: self.profile.user_id.clone(),
            full_name: self.profile.full_name.clone(),
            created: self.user.is_none(),
            fields: self.fields.iter().map(|(column, ..)| *column).collect(),
            gets: named(&|(had, after)| after - had),
            loses,
        }
    }
}
