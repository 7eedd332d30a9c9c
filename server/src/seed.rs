//! Fills an empty console from a file of JSON lines ([`file`]): for demos, tests and moving in. Licenses are verified and
//! assignments counted as everywhere else.

mod file;
mod seat_use;
mod users;

use std::io::Read as _;
use std::path::Path;

use licensing::envelope::ENVELOPE_MAX;
use tokio::sync::mpsc;

use self::file::{Head, Item, License, Lines, SeedUser};
use self::users::Filling;
use crate::db::owners::Owner;
use crate::db::users::parts::{Company, put_company};
use crate::db::{self, Tx, installation, licenses, owners, transaction, view};
use crate::error::Error;
use crate::{State, offering};

/// Users of one transaction: each touches most pages of the indexes, so few large ones write far less than many small.
const BATCH_USERS: usize = 50_000;
/// Batches that are read ahead.
const BATCHES_AHEAD: usize = 1;
/// Largest license file, in bytes; a larger one is cut off, and so refused.
const LICENSE_FILE_MAX: u64 = 2 * ENVELOPE_MAX as u64;

/// Why a console was not filled, or not to the end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", if *line > 0 { format!("line {line}: ") } else { String::new() })]
pub struct SeedError {
    /// Line of the file, from 1; 0: the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl From<Error> for SeedError {
    fn from(error: Error) -> Self {
        Self {
            line: 0,
            what: with_causes(&error),
        }
    }
}

impl SeedError {
    fn of_lines(first: usize, last: usize, error: &Error) -> Self {
        let what = with_causes(error);
        Self {
            line: 0,
            what: format!("lines {first} to {last}: {what}"),
        }
    }
}

fn with_causes(error: &Error) -> String {
    let mut what = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(because) = cause {
        what = format!("{what}: {because}");
        cause = because.source();
    }
    what
}

/// Fills an empty console from `path`. What goes wrong half-way leaves what was filled so far: begin with an empty
/// database again.
///
/// # Errors
/// When the console is not empty, or the file does not fit: [`SeedError`] names the line.
pub async fn run(state: &State, path: &Path) -> Result<(), SeedError> {
    let is_empty: Result<bool, Error> = view!(&state.db, tx => is_empty(tx).await);
    if !is_empty? {
        return Err(SeedError {
            line: 0,
            what: "the console is not empty: seeding fills a new database only".to_owned(),
        });
    }
    let lines = Lines::open(path)?;
    db::users::expect_many(&state.db).await?;
    let (send, mut receive) = mpsc::channel(BATCHES_AHEAD);
    let reading = tokio::task::spawn_blocking(move || read(lines, &send));
    let mut filling = None;
    let mut filled = 0;
    while let Some(part) = receive.recv().await {
        match part {
            Part::Head(line, item) => head(state, line, item).await?,
            Part::Users(batch) => {
                let filling = match &mut filling {
                    Some(begun) => begun,
                    None => filling.insert(Filling::begin(state).await?),
                };
                filling.fill(&batch).await?;
                filled += batch.len();
                println!("{filled} users");
            }
        }
    }
    reading.await.map_err(Error::internal)?
}

async fn is_empty(tx: &mut Tx) -> Result<bool, Error> {
    for owner in owners::all(tx).await? {
        if licenses::in_force(tx, owner.id).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(installation::get(tx).await?.is_none() && !db::users::any(tx).await?)
}

/// Sets the installation, puts a license in force, or writes how its seats were used.
async fn head(state: &State, line: usize, item: Head) -> Result<(), SeedError> {
    let now = state.clock.now();
    let fault = |error: Error| SeedError {
        line,
        what: with_causes(&error),
    };
    match item {
        Head::Installation(to) => {
            let set: Result<bool, Error> =
                transaction!(&state.db, tx => installation::set(tx, &to, now).await);
            if !set.map_err(fault)? {
                let what = "there is one installation only".to_owned();
                return Err(SeedError { line, what });
            }
        }
        Head::License(License { file, installed_at }) => {
            let unreadable = |cause: std::io::Error| SeedError {
                line,
                what: format!("{} cannot be read: {cause}", file.display()),
            };
            let mut bytes = Vec::new();
            let opened = std::fs::File::open(&file).map_err(unreadable)?;
            let read = opened.take(LICENSE_FILE_MAX).read_to_end(&mut bytes);
            read.map_err(unreadable)?;
            let seeded: Result<Owner, Error> = transaction!(&state.db, tx => {
                offering::seed(state, tx, &bytes, installed_at).await
            });
            println!("license of {}", seeded.map_err(fault)?.name);
        }
        Head::Company(company) => {
            let company = Company {
                name: company.name,
                department: company.department,
                city: company.city,
            };
            let put: Result<(), Error> =
                transaction!(&state.db, tx => put_company(tx, &company).await);
            put.map_err(fault)?;
        }
        Head::SeatUse(history) => {
            let filled = seat_use::fill(state, &history).await;
            filled.map_err(|what| SeedError { line, what })?;
        }
    }
    Ok(())
}

/// What is filled in one go.
enum Part {
    /// What the users stand on.
    Head(usize, Head),
    /// At most [`BATCH_USERS`].
    Users(Vec<SeedUser>),
}

/// Reads ahead while the database writes. Ends early when nobody waits for the rest.
fn read(
    mut lines: Lines<impl std::io::BufRead>,
    send: &mpsc::Sender<Part>,
) -> Result<(), SeedError> {
    let mut batch = Vec::new();
    let mut users = 0_usize;
    while let Some((line, item)) = lines.next()? {
        match item {
            Item::User(user) => {
                batch.push(lines.user(*user)?);
                users += 1;
            }
            Item::Head(_) if users > 0 => {
                let what = "installation, licenses, their use and companies stand before the users"
                    .to_owned();
                return Err(SeedError { line, what });
            }
            Item::Head(head) => {
                if send.blocking_send(Part::Head(line, head)).is_err() {
                    return Ok(());
                }
            }
        }
        if batch.len() == BATCH_USERS
            && send
                .blocking_send(Part::Users(std::mem::take(&mut batch)))
                .is_err()
        {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        drop(send.blocking_send(Part::Users(batch)));
    }
    Ok(())
}
