//! Goes through a file to see what it would do, line by line against the seats that the lines before left.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use licensing::wire::{
    Event, IMPORT_LISTED_MAX, Import, ImportCounts, ImportError, ImportFault, ImportFrees,
    ImportPreview, ImportState,
};
use sha2::{Digest as _, Sha256};

use super::catalogue::Catalogue;
use super::file::{Folder, full, hex};
use super::frees::freeing;
use super::judge::{Becomes, Change, Judge};
use super::lines::{self, Line};
use super::{Job, TOLD_EVERY};
use crate::State;
use crate::db::{imports, transaction, view};
use crate::error::Error;

/// Looks what a file would do.
pub(super) async fn preview(
    state: &State,
    job: &Job,
    import: &mut Import,
    sha256: &str,
) -> Result<(), Error> {
    let folder = Folder::of(&state.config);
    let id = import.import.clone();
    let today = state.clock.today(state.clock.now());
    let mut catalogue = view!(&state.db, tx => Catalogue::load(tx, today).await)?;
    let judge = Judge::of(job, import);
    let frees = folder.frees(&id);
    // That of an earlier look.
    drop(std::fs::remove_file(&frees));
    let mut seen = Seen {
        frees: BufWriter::new(Folder::create(&frees).map_err(full)?),
        hash: Sha256::new(),
        preview: empty(),
        freed: BTreeMap::new(),
    };
    seen.hash.update(sha256);
    seen.hash
        .update(serde_json::to_vec(&import.read_as).map_err(Error::internal)?);
    let file = folder.open(&id).map_err(full)?;
    let (mut batches, reading) = lines::read(file, import.read_as.clone());
    let mut told = Instant::now();
    while let Some(batch) = batches.recv().await {
        let becomes = view!(&state.db, tx => judge.lines(tx, &mut catalogue, &batch).await)?;
        for (line, becomes) in batch.iter().zip(becomes) {
            seen.line(&catalogue, line, becomes).map_err(full)?;
        }
        import.line = seen.preview.lines;
        if told.elapsed() >= TOLD_EVERY {
            told = Instant::now();
            transaction!(&state.db, tx => imports::reached(tx, import).await)?;
            state.events.send(Event::Imports);
        }
        if job.is_stopped() {
            return Ok(());
        }
    }
    reading.await.map_err(Error::internal)?.map_err(full)?;
    import.line = 0;
    import.preview = Some(seen.end(&catalogue)?);
    import.state = ImportState::Previewed;
    Ok(())
}

fn empty() -> ImportPreview {
    ImportPreview {
        counts: ImportCounts::default(),
        lines: 0,
        usable: true,
        frees: Vec::new(),
        errors: Vec::new(),
        freeing: Vec::new(),
        proposed: Vec::new(),
        changing: Vec::new(),
        seen: String::new(),
    }
}

/// What was seen so far.
struct Seen {
    frees: BufWriter<File>,
    hash: Sha256,
    preview: ImportPreview,
    /// From how many users, by owner and module.
    freed: BTreeMap<(usize, i32), usize>,
}

impl Seen {
    fn line(
        &mut self,
        catalogue: &Catalogue,
        line: &Line,
        becomes: Becomes,
    ) -> std::io::Result<()> {
        let preview = &mut self.preview;
        preview.lines = line.number;
        match becomes {
            Becomes::Unchanged => preview.counts.unchanged += 1,
            Becomes::Refused(errors) => {
                preview.counts.refused += 1;
                // What is wrong with the file as a whole, or makes the rest of it unknown.
                let ends = |fault: &ImportFault| {
                    matches!(
                        fault,
                        ImportFault::Columns
                            | ImportFault::TooManyLines
                            | ImportFault::UnclosedQuote
                    )
                };
                preview.usable &=
                    !line.last || !errors.iter().any(|error| ends(&error.fault)) && line.number > 1;
                note(&mut preview.errors, errors);
            }
            Becomes::Changed(change) => {
                count(&mut preview.counts, &change);
                let is_freeing = change.freed().next().is_some();
                for (list, is_in, kept) in [
                    (&mut preview.freeing, is_freeing, false),
                    (&mut preview.proposed, change.is_proposed, true),
                    (&mut preview.changing, true, false),
                ] {
                    if is_in && list.len() < IMPORT_LISTED_MAX {
                        list.push(change.row(catalogue, kept));
                    }
                }
                for (owner, freed) in change.freed() {
                    for id in catalogue.owners[owner].sold.ids_of(&freed) {
                        *self.freed.entry((owner, id)).or_default() += 1;
                    }
                }
                if let Some(hash) = change.freed_hash(catalogue) {
                    let entry = freeing(change.line, hash);
                    self.hash.update(entry);
                    self.frees.write_all(&entry)?;
                }
            }
        }
        Ok(())
    }

    fn end(mut self, catalogue: &Catalogue) -> Result<ImportPreview, Error> {
        self.frees.flush().map_err(full)?;
        let freed = self.freed.into_iter();
        self.preview.frees = freed
            .map(|((owner, module), users)| {
                let name = catalogue.owners[owner].names.get(&module);
                ImportFrees {
                    module,
                    description: name
                        .map(|name| catalogue.description(owner, name))
                        .unwrap_or_default(),
                    users,
                }
            })
            .collect();
        for freed in &self.preview.frees {
            self.hash
                .update(format!("{} {};", freed.module, freed.users));
        }
        self.preview.seen = hex(self.hash);
        Ok(self.preview)
    }
}

/// Notes what is wrong, as far as it is listed.
pub(super) fn note(known: &mut Vec<ImportError>, errors: Vec<ImportError>) {
    let room = IMPORT_LISTED_MAX.saturating_sub(known.len());
    known.extend(errors.into_iter().take(room));
}

/// Counts what is made or changed.
pub(super) fn count(counts: &mut ImportCounts, change: &Change) {
    if change.user.is_none() {
        counts.created += 1;
    } else {
        counts.updated += 1;
    }
    counts.proposed += usize::from(change.is_proposed);
}
