//! Imports of users from CSV: a file is taken in, looked at as often as its reader likes, then done in pieces of whole users.
//!
//! [`upload`] takes a file in, [`preview`] and [`apply`] begin a job, [`stop`] ends it; one job at a time. How far it is stands
//! in the database, in the transaction of each piece: after a stop, a crash or a refusal the same call goes on.

mod catalogue;
mod columns;
mod file;
mod formula;
mod frees;
mod judge;
mod lines;
mod look;
mod records;
mod run;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use licensing::license::Timestamp;
use licensing::wire::{
    ApplyImport, ErrorCode, Event, FieldFault, IMPORT_COLUMNS_MAX, IMPORT_KEPT_MS, IMPORT_SAID_MAX,
    Import, ImportCounts, ImportState, PreviewImport, ReadAs,
};
use tokio::task::JoinHandle;

use self::file::{Folder, full};
use crate::State;
use crate::db::imports::{self, Stored};
use crate::db::{id, transaction, view};
use crate::error::{Error, chain};

pub(crate) use columns::EXPORTED;
pub(crate) use formula::neutralised;

/// Open browsers are told so often how far a job is.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// The job that runs, if one does. Cheap to clone; clones agree.
#[derive(Clone, Debug, Default)]
pub struct Imports(Arc<Mutex<Running>>);

#[derive(Debug, Default)]
struct Running {
    job: Option<Job>,
    task: Option<JoinHandle<()>>,
}

/// A job: looking at a file, or doing it.
#[derive(Clone, Debug)]
struct Job {
    import: String,
    /// Who began it.
    actor: i32,
    stopped: Arc<AtomicBool>,
}

impl Job {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Imports {
    fn lock(&self) -> MutexGuard<'_, Running> {
        // Nothing in here is left half done by a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of the one job, unless another has it.
    fn claim(&self, import: &str, actor: i32) -> Result<Claim, Error> {
        let mut running = self.lock();
        if running.job.is_some() {
            return Err(Error::refused(ErrorCode::ImportRunning));
        }
        let job = Job {
            import: import.to_owned(),
            actor,
            stopped: Arc::default(),
        };
        running.job = Some(job.clone());
        Ok(Claim {
            imports: self.clone(),
            job,
        })
    }

    fn runs(&self, import: &str) -> Option<Job> {
        let running = self.lock();
        running.job.clone().filter(|job| job.import == import)
    }

    /// Ends the job where it stands: what it has not committed is not done. It can go on after the next start.
    pub fn abort(&self) {
        let mut running = self.lock();
        if let Some(task) = running.task.take() {
            task.abort();
        }
        running.job = None;
    }

    /// Waits until no job runs.
    pub async fn idle(&self) {
        let task = self.lock().task.take();
        if let Some(task) = task {
            // One that was aborted has ended too.
            drop(task.await);
        }
    }
}

/// Gives the place of the job back, however it ends.
struct Claim {
    imports: Imports,
    job: Job,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut running = self.imports.lock();
        let is_own = |job: &Job| Arc::ptr_eq(&job.stopped, &self.job.stopped);
        if running.job.as_ref().is_some_and(is_own) {
            running.job = None;
        }
    }
}

/// An import of this user's own.
///
/// # Errors
/// [`Error::NotFound`]: there is none, or it is somebody else's; those of the database.
pub(crate) async fn one(state: &State, user: i32, id: &str) -> Result<Stored, Error> {
    let stored = view!(&state.db, tx => imports::one(tx, id).await)?;
    let mut stored = stored
        .filter(|stored| stored.user == user)
        .ok_or(Error::NotFound)?;
    as_it_is(state, &mut stored.import);
    Ok(stored)
}

/// Whose job is gone, the database being out of reach when it ended, does not run any more.
fn as_it_is(state: &State, import: &mut Import) {
    if state.imports.runs(&import.import).is_none() {
        import.state = match import.state {
            ImportState::Running => ImportState::Stopped,
            ImportState::Previewing => ImportState::Uploaded,
            state => state,
        };
    }
}

/// A user's own imports, the latest first.
///
/// # Errors
/// Those of the database.
pub(crate) async fn of_user(state: &State, user: i32) -> Result<Vec<Import>, Error> {
    let all = view!(&state.db, tx => imports::of_user(tx, user).await)?;
    let mut all: Vec<Import> = all.into_iter().map(|stored| stored.import).collect();
    for import in &mut all {
        as_it_is(state, import);
    }
    Ok(all)
}

/// Takes in a file, and guesses how it is to be read. What its user uploaded before goes.
///
/// # Errors
/// When it is too large, the disk is full, or one of theirs runs.
pub(crate) async fn upload(
    state: &State,
    user: i32,
    name: &str,
    body: Body,
) -> Result<Import, Error> {
    let folder = Folder::of(&state.config);
    let before = of_user(state, user).await?;
    if before
        .iter()
        .any(|import| state.imports.runs(&import.import).is_some())
    {
        return Err(Error::refused(ErrorCode::ImportRunning));
    }
    let now = state.clock.now();
    let import = id::new(now);
    let arrived = folder.take_in(&import, body).await?;
    let guessed = guess(&folder, &import, &arrived, &PreviewImport::default());
    let (read_as, head) = guessed
        .inspect_err(|_| folder.remove(&import))
        .map_err(full)?;
    let stored = Stored {
        user,
        sha256: arrived.sha256,
        import: Import {
            import,
            name: name
                .chars()
                .filter(|letter| !letter.is_control())
                .take(IMPORT_SAID_MAX)
                .collect(),
            size: arrived.size,
            state: ImportState::Uploaded,
            uploaded_at: now,
            read_as,
            head,
            line: 0,
            preview: None,
            done: ImportCounts::default(),
            refused: Vec::new(),
        },
    };
    let inserted: Result<(), Error> = transaction!(&state.db, tx => {
        for import in &before {
            imports::remove(tx, &import.import).await?;
        }
        imports::insert(tx, &stored).await
    });
    inserted.inspect_err(|_| folder.remove(&stored.import.import))?;
    for import in before {
        folder.remove(&import.import);
    }
    Ok(stored.import)
}

/// How a file is read: as asked, and guessed where nothing was asked.
fn guess(
    folder: &Folder,
    id: &str,
    arrived: &file::Arrived,
    asked: &PreviewImport,
) -> std::io::Result<(ReadAs, Vec<String>)> {
    let encoding = asked.encoding.unwrap_or(arrived.encoding);
    let separator = match asked.separator {
        Some(separator) => separator,
        None => records::separator_of(&file::first_line(folder.open(id)?, encoding)?),
    };
    let mut read_as = ReadAs {
        encoding,
        separator,
        columns: Vec::new(),
        create: asked.create,
    };
    let head = lines::head(folder.open(id)?, &read_as)?;
    read_as.columns = match &asked.columns {
        Some(columns) => columns.clone(),
        None => columns::guess(&head),
    };
    Ok((read_as, head))
}

/// Begins to look what a file would do.
///
/// # Errors
/// When another job runs, or the file is done.
pub(crate) async fn preview(
    state: &State,
    user: i32,
    id: &str,
    asked: &PreviewImport,
) -> Result<Import, Error> {
    if asked
        .columns
        .as_ref()
        .is_some_and(|columns| columns.len() > IMPORT_COLUMNS_MAX)
    {
        return Err(Error::field("columns", FieldFault::TooLong));
    }
    if one(state, user, id).await?.import.state == ImportState::Previewing
        && let Some(job) = state.imports.runs(id)
    {
        // Another way of reading it takes the place of the look that is under way.
        job.stopped.store(true, Ordering::Relaxed);
        state.imports.idle().await;
    }
    let Stored {
        sha256, mut import, ..
    } = one(state, user, id).await?;
    let claim = state.imports.claim(id, user)?;
    if import.state == ImportState::Done {
        return Err(Error::refused(ErrorCode::ImportNotReady));
    }
    let folder = Folder::of(&state.config);
    let arrived = file::Arrived {
        size: import.size,
        sha256: sha256.clone(),
        encoding: import.read_as.encoding,
    };
    (import.read_as, import.head) = guess(&folder, id, &arrived, asked).map_err(full)?;
    import.state = ImportState::Previewing;
    import.preview = None;
    (import.line, import.done, import.refused) = (0, ImportCounts::default(), Vec::new());
    end(state, &import).await?;
    let answer = import.clone();
    let (job, known) = (claim.job.clone(), state.clone());
    spawn(state, claim, async move {
        let (state, mut import) = (known, import);
        let looked = look::preview(&state, &job, &mut import, &sha256).await;
        if import.state == ImportState::Previewing {
            import.state = ImportState::Uploaded;
            import.line = 0;
        }
        end(&state, &import).await.and(looked)
    });
    Ok(answer)
}

/// Begins to do what was seen, or goes on with it.
///
/// # Errors
/// When another job runs, it was not looked at, is done, or changed since; when lines are wrong and not to be left out.
pub(crate) async fn apply(
    state: &State,
    user: i32,
    id: &str,
    asked: &ApplyImport,
) -> Result<Import, Error> {
    one(state, user, id).await?;
    let claim = state.imports.claim(id, user)?;
    // As it stands now that nobody else moves it.
    let Stored { mut import, .. } = one(state, user, id).await?;
    let Some(seen) = &import.preview else {
        return Err(Error::refused(ErrorCode::ImportNotReady));
    };
    if import.state == ImportState::Done || !seen.usable {
        return Err(Error::refused(ErrorCode::ImportNotReady));
    }
    if seen.seen != asked.seen {
        return Err(Error::Stale(Vec::new()));
    }
    if seen.counts.refused > 0 && !asked.leave_out {
        return Err(Error::refused(ErrorCode::ImportHasErrors));
    }
    let folder = Folder::of(&state.config);
    folder.open(id).and(folder.open_frees(id)).map_err(full)?;
    // A database that was out of reach when another one ended still says that it runs.
    abandon(state).await?;
    import.state = ImportState::Running;
    import.refused = Vec::new();
    end(state, &import).await?;
    let (answer, leave_out) = (import.clone(), asked.leave_out);
    let (job, known) = (claim.job.clone(), state.clone());
    spawn(state, claim, async move {
        let (state, mut import) = (known, import);
        let done = run::apply(&state, &job, &mut import, leave_out).await;
        if import.state == ImportState::Running {
            import.state = ImportState::Stopped;
        }
        if import.state == ImportState::Done {
            Folder::of(&state.config).remove(&import.import);
        }
        let ended = end(&state, &import).await.and(done);
        tell(&state);
        ended
    });
    Ok(answer)
}

/// Runs a job, and says in the log why it ended badly. Its place is given back when it has ended.
fn spawn(
    state: &State,
    claim: Claim,
    run: impl Future<Output = Result<(), Error>> + Send + 'static,
) {
    let imports = state.imports.clone();
    let events = state.events.clone();
    let task = tokio::spawn(async move {
        if let Err(error) = run.await {
            tracing::error!(error = chain(&error), "an import ended half-way");
        }
        drop(claim);
        events.send(Event::Imports);
    });
    imports.lock().task = Some(task);
}

/// Stops a job after the piece that is under way.
///
/// # Errors
/// [`Error::NotFound`], those of the database.
pub(crate) async fn stop(state: &State, user: i32, id: &str) -> Result<Import, Error> {
    let stored = one(state, user, id).await?;
    if let Some(job) = state.imports.runs(id) {
        job.stopped.store(true, Ordering::Relaxed);
    }
    Ok(stored.import)
}

/// Throws a file away, unless it runs.
///
/// # Errors
/// [`Error::NotFound`], that it runs, those of the database.
pub(crate) async fn remove(state: &State, user: i32, id: &str) -> Result<(), Error> {
    one(state, user, id).await?;
    let _claim = state.imports.claim(id, user)?;
    transaction!(&state.db, tx => imports::remove(tx, id).await)?;
    Folder::of(&state.config).remove(id);
    Ok(())
}

/// At the start: what ran when the console ended can go on; files that belong to nothing go.
///
/// # Errors
/// Those of the database.
pub async fn prepare(state: &State) -> Result<(), Error> {
    abandon(state).await?;
    sweep(state).await?;
    let kept = view!(&state.db, tx => imports::all(tx).await)?;
    Folder::of(&state.config).keep(&kept);
    Ok(())
}

/// Removes what was kept long enough.
///
/// # Errors
/// Those of the database.
pub async fn sweep(state: &State) -> Result<(), Error> {
    let before = Timestamp(state.clock.now().0 - IMPORT_KEPT_MS);
    let gone = transaction!(&state.db, tx => imports::sweep(tx, before).await)?;
    for import in gone {
        Folder::of(&state.config).remove(&import);
    }
    Ok(())
}

/// What the database says that runs does not: it can go on.
async fn abandon(state: &State) -> Result<(), Error> {
    transaction!(&state.db, tx => {
        imports::interrupted(tx).await?;
        Ok(())
    })
}

/// Stores how far an import is.
async fn end(state: &State, import: &Import) -> Result<(), Error> {
    transaction!(&state.db, tx => imports::set(tx, import).await)
}

/// Everyone who shows users or licenses asks again.
fn tell(state: &State) {
    state.events.send(Event::Users);
    state.events.send(Event::Licenses(None));
}
