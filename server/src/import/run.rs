//! Does what was seen in a file, in pieces of whole users: each one transaction, with its entry in the trail and how far it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use licensing::assignment::Assignments;
use licensing::license::{CivilDate, Timestamp};
use licensing::wire::{Event, Import, ImportFault, ImportState};
use serde_json::json;

use super::catalogue::{Catalogue, code};
use super::file::{Folder, full};
use super::frees::{Freeing, FreesSeen, freeing};
use super::judge::{Becomes, Change, Judge};
use super::lines::{self, Line, error};
use super::look::{count, note};
use super::{Job, TOLD_EVERY};
use crate::State;
use crate::db::assignments::{self, Group, NotWritten, SetsMoved};
use crate::db::audit::{self, Act, Entry, Touched};
use crate::db::{Tx, imports, sessions, transaction, users};
use crate::error::Error;

/// Longest that a piece may hold SQLite's writer.
const PIECE_WAIT: Duration = Duration::from_millis(50);
/// Lines of the first piece, and the fewest and most of any.
const PIECE_LINES: usize = 50;
const PIECE_LINES_MAX: usize = 500;

/// Does what was seen, from where it ended before.
pub(super) async fn apply(
    state: &State,
    job: &Job,
    import: &mut Import,
    leave_out: bool,
) -> Result<(), Error> {
    let folder = Folder::of(&state.config);
    let id = import.import.clone();
    let frees = folder.open_frees(&id).map_err(full)?;
    let mut frees = FreesSeen::open(frees).map_err(full)?;
    let file = folder.open(&id).map_err(full)?;
    let (mut batches, reading) = lines::read(file, import.read_as.clone());
    let mut size = PIECE_LINES;
    let mut told = Instant::now();
    while let Some(batch) = batches.recv().await {
        let seen = frees.of(&batch).map_err(full)?;
        let from = batch.partition_point(|line| line.number <= import.line);
        let mut rest = &batch[from..];
        while !rest.is_empty() {
            if job.is_stopped() {
                import.state = ImportState::Stopped;
                return Ok(());
            }
            let (lines, later) = rest.split_at(size.min(rest.len()));
            let piece = Piece {
                judge: Judge::of(job, import),
                lines,
                seen: &seen,
                leave_out,
                import,
                now: state.clock.now(),
            };
            let begun = Instant::now();
            let today = state.clock.today(piece.now);
            let next = transaction!(&state.db, tx => piece.apply(tx, today).await)?;
            *import = next;
            let took = begun.elapsed();
            if import.state != ImportState::Running {
                return Ok(());
            }
            if took > PIECE_WAIT {
                size = (size / 2).max(1);
            } else if took < PIECE_WAIT / 2 {
                size = (size + size / 4 + 1).min(PIECE_LINES_MAX);
            }
            if told.elapsed() >= TOLD_EVERY {
                told = Instant::now();
                state.events.send(Event::Imports);
            }
            rest = later;
        }
    }
    reading.await.map_err(Error::internal)?.map_err(full)?;
    import.state = ImportState::Done;
    Ok(())
}

/// Whole users that are done in one transaction, with their entry in the trail and how far the import is.
struct Piece<'a> {
    judge: Judge,
    lines: &'a [Line],
    seen: &'a BTreeSet<Freeing>,
    leave_out: bool,
    /// As it was before.
    import: &'a Import,
    now: Timestamp,
}

impl Piece<'_> {
    /// Answers how far the import is then.
    async fn apply(&self, tx: &mut Tx, today: CivilDate) -> Result<Import, Error> {
        let mut import = self.import.clone();
        if !sessions::is_administrator(tx, self.judge.actor).await? {
            import.state = ImportState::Stopped;
            return Ok(import);
        }
        let mut taken = BTreeSet::new();
        // Whose rows are to be taken is looked at first; what counts is what they have once they are taken, and what is sold then.
        let (catalogue, changes) = loop {
            import.clone_from(self.import);
            let mut catalogue = Catalogue::load(tx, today).await?;
            let becomes = self.judge.lines(tx, &mut catalogue, self.lines).await?;
            let changes = self.sort(&catalogue, becomes, &mut import);
            let new = changes.iter().filter_map(|change| change.user);
            let new: Vec<i32> = new.filter(|user| !taken.contains(user)).collect();
            if new.is_empty() {
                break (catalogue, changes);
            }
            assignments::take_users(tx, &new).await?;
            taken.extend(new);
        };
        if !changes.is_empty() {
            let touched = self.write(tx, &catalogue, &changes).await?;
            audit::record(tx, &Entry {
                at: self.now,
                actor: Some(self.judge.actor),
                act: Act::UsersImported,
                owner: None,
                detail: json!({ "import": import.import, "file": import.name, "to_line": import.line }),
                users: touched,
            })
            .await?;
        }
        imports::reached(tx, &import).await?;
        Ok(import)
    }

    /// What is to be done, up to the first line that stops it.
    fn sort(
        &self,
        catalogue: &Catalogue,
        becomes: Vec<Becomes>,
        import: &mut Import,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for (line, becomes) in self.lines.iter().zip(becomes) {
            let refused = match becomes {
                Becomes::Unchanged => {
                    import.done.unchanged += 1;
                    Vec::new()
                }
                Becomes::Refused(errors) => errors,
                Becomes::Changed(change) => {
                    let freed = change.freed_hash(catalogue);
                    if freed.is_some_and(|hash| !self.seen.contains(&freeing(change.line, hash))) {
                        let freed = change.freed();
                        let names = freed.flat_map(|(owner, names)| {
                            let owner = &catalogue.owners[owner];
                            names
                                .into_iter()
                                .map(|name| code(owner, &name))
                                .collect::<Vec<_>>()
                        });
                        let names = names.collect::<Vec<_>>().join(" ");
                        vec![error(line.number, 0, ImportFault::FreesUnseen, &names)]
                    } else {
                        count(&mut import.done, &change);
                        changes.push(*change);
                        Vec::new()
                    }
                }
            };
            if !refused.is_empty() {
                // What would be freed unseen is never passed over: the lines behind it reckon with its seats.
                let stops = refused
                    .iter()
                    .any(|error| error.fault == ImportFault::FreesUnseen);
                note(&mut import.refused, refused);
                if stops || !self.leave_out {
                    import.state = ImportState::Refused;
                    return changes;
                }
                import.done.refused += 1;
            }
            import.line = line.number;
        }
        changes
    }

    async fn write(
        &self,
        tx: &mut Tx,
        catalogue: &Catalogue,
        changes: &[Change],
    ) -> Result<Vec<(i32, Touched)>, Error> {
        let new: Vec<&users::Profile> = changes
            .iter()
            .filter(|change| change.user.is_none())
            .map(|change| &change.profile)
            .collect();
        let mut made = users::insert(tx, &new).await?.into_iter();
        let mut ids = Vec::with_capacity(changes.len());
        for change in changes {
            ids.push(match change.user {
                Some(user) => user,
                None => made
                    .next()
                    .ok_or_else(|| Error::internal("a new user has no id"))?,
            });
            if let Some(user) = change.user
                && change.changes_profile()
            {
                users::set_profile(tx, user, &change.profile).await?;
            }
        }
        for place in 0..catalogue.owners.len() {
            self.assign(tx, catalogue.owners[place].id, place, changes, &ids)
                .await?;
        }
        let touched = changes.iter().zip(&ids);
        Ok(touched
            .map(|(change, id)| (*id, change.touched(catalogue)))
            .collect())
    }

    /// What becomes of the licenses of one owner.
    async fn assign(
        &self,
        tx: &mut Tx,
        owner: i32,
        place: usize,
        changes: &[Change],
        ids: &[i32],
    ) -> Result<(), Error> {
        let mut known: BTreeMap<i32, &Assignments> = BTreeMap::new();
        let mut new: BTreeMap<&Assignments, Vec<i32>> = BTreeMap::new();
        for (change, id) in changes.iter().zip(ids) {
            let (had, after) = &change.owners[place];
            if had == after {
                continue;
            }
            if change.user.is_some() {
                known.insert(*id, after);
            } else {
                new.entry(after).or_default().push(*id);
            }
        }
        if known.is_empty() && new.is_empty() {
            return Ok(());
        }
        let users: Vec<i32> = known.keys().copied().collect();
        let (sold, groups) = assignments::given(tx, owner, &users).await?;
        let mut steps = Vec::new();
        for group in groups {
            let after: BTreeSet<&Assignments> = group
                .users()
                .iter()
                .filter_map(|user| known.get(user).copied())
                .collect();
            for after in after {
                let part = group.part(|user| known.get(&user) == Some(&after));
                steps.push(part.to(after.clone()));
            }
        }
        for (after, users) in new {
            steps.push(Group::of_new(users).to(after.clone()));
        }
        let written = assignments::write(tx, &sold, &steps, self.now).await;
        written.map_err(|not_written| match not_written {
            // Somebody took the seat since it was counted: the piece starts again, and its line is named.
            NotWritten::Short(_) => Error::Unavailable(SetsMoved.into()),
            NotWritten::Failed(error) => error,
        })
    }
}
