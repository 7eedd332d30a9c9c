//! `cargo xtask demo`: a license server per owner and a console on loopback, with keys, licenses and users made for it. All of it is made by
//! the programs themselves: `zetel-vendor keys`, `issue`, `register`, then `zetel seed` and `account add`.
//!
//! With `DATABASE_URL` in the environment the console keeps its data there (an empty PostgreSQL database, say). A further scenario is a
//! variant in `scenario`, a further license is in `goods`, who uses what is in `people`; `table` holds them against the numbers promised.

mod goods;
mod history;
pub(crate) mod made;
pub(crate) mod making;
mod people;
pub(crate) mod running;
pub(crate) mod scenario;
pub(crate) mod stop;
#[cfg(test)]
mod table;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use clap::Args;

use self::made::Made;
use self::making::make;
use self::running::Running;
use self::scenario::Scenario;
use self::stop::Stop;
use crate::step::{cargo, root, step, target};
use crate::test::PROGRAMS;
use crate::{Failure, site};

/// Port of the console, when none is asked for.
const PORT: u16 = 8600;
/// Fewest and most users.
const USERS: std::ops::RangeInclusive<i64> = people::BLOCK as i64..=1_000_000;
/// What the programs are made of.
const SOURCES: [&str; 6] = [
    "Cargo.lock",
    "Cargo.toml",
    ".cargo",
    "licensing",
    "server",
    "vendor",
];
/// The programs, in the target folder.
const BUILT: [&str; 2] = ["debug/zetel", "debug/zetel-vendor"];

/// What the demo is to be like.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of the console [default: 8600]; the license servers take the next two.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=65_533))]
    port: Option<u16>,
    /// Keeps keys, ports and data in this folder, for the next start; without it they are made anew each time.
    #[arg(long, value_name = "DIR")]
    data: Option<std::path::PathBuf>,
    /// The day that it shows [default: blocked].
    #[arg(long, value_enum)]
    scenario: Option<Scenario>,
    /// Number of users, from 64 to 1,000,000; uses and totals grow with it [default: 64].
    #[arg(long, value_parser = clap::value_parser!(u32).range(USERS))]
    users: Option<u32>,
    /// Takes what is built already: for the browser tests.
    #[arg(long, hide = true)]
    no_build: bool,
    /// Makes the console's clock stand still (RFC 3339, UTC); the dates of the demo are relative to it.
    #[arg(long, hide = true, value_name = "INSTANT")]
    fixed_clock: Option<String>,
}

/// Starts the demo and runs until it is told to stop.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let stop = Stop::heard()?;
    match &options.data {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            start(options, &folder.canonicalize()?, &stop)
        }
        // Goes when this function ends; nobody else may look into it.
        None => {
            let folder = tempfile::Builder::new().prefix("zetel-demo-").tempdir()?;
            start(options, folder.path(), &stop)
        }
    }
}

fn start(options: &Options, folder: &Path, stop: &Stop) -> Result<(), Failure> {
    let made = Made::read(folder)?;
    if let Some(made) = &made {
        is_the_same(made, options)?;
    }
    let port = made
        .as_ref()
        .map_or_else(|| options.port.unwrap_or(PORT), |made| made.port);
    ports_are_free(port)?;
    if !options.no_build {
        build(stop)?;
    }
    let made = match made {
        Some(made) => made,
        None => step("keys, licenses, users", || {
            let made = Made {
                folder: folder.to_owned(),
                port,
                scenario: options.scenario.unwrap_or(Scenario::Blocked),
                users: options.users.unwrap_or(people::BLOCK),
                fixed_clock: options.fixed_clock.clone(),
                release: false,
                database_url: None,
            };
            make(&made, stop)?;
            Ok(made)
        })?,
    };
    let password = step("a new password for admin", || made.new_password(stop))?;
    let mut running = Running::default();
    let ended = step("license servers and console", || {
        running.start_license_servers(&made, stop)?;
        running.start_console(&made, &password, stop)
    })
    .and_then(|_| {
        println!("{}", made.ready(&password)?);
        running.until_stopped(stop)
    });
    running.stop();
    ended
}

/// A folder keeps the demo that it was made for.
fn is_the_same(made: &Made, options: &Options) -> Result<(), Failure> {
    let other = |what: &str, value: &dyn std::fmt::Display| -> Failure {
        let folder = made.folder.display();
        format!(
            "{folder} was made with --{what} {value}: leave --{what} away, or take another folder"
        )
        .into()
    };
    if options.port.is_some_and(|port| port != made.port) {
        return Err(other("port", &made.port));
    }
    if options.users.is_some_and(|users| users != made.users) {
        return Err(other("users", &made.users));
    }
    if options
        .scenario
        .is_some_and(|scenario| scenario != made.scenario)
    {
        return Err(other("scenario", &made.scenario));
    }
    Ok(())
}

/// The console's port and those of the license servers must be free.
fn ports_are_free(port: u16) -> Result<(), Failure> {
    for port in port..=port + 2 {
        TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
            format!("port {port} of 127.0.0.1 is taken ({error}): choose another --port, or stop what listens there")
        })?;
    }
    Ok(())
}

/// The programs and the client, side by side: each ends with a long stretch on one core.
fn build(stop: &Stop) -> Result<(), Failure> {
    std::thread::scope(|scope| {
        // A failure cannot go from one thread to another, its words can.
        let client = scope.spawn(|| site::build().map_err(|failure| failure.to_string()));
        programs(stop)?;
        let built = client.join().map_err(|_| "the client's build crashed")?;
        Ok(built?)
    })
}

/// cargo is asked only when a source is newer, since it may have to wait for another cargo.
fn programs(stop: &Stop) -> Result<(), Failure> {
    if programs_are_fresh()? {
        println!("✓ programs: unchanged");
        return Ok(());
    }
    step("programs: zetel, zetel-vendor", || {
        stop.run(cargo(&["build"]).args(PROGRAMS))
    })
}

fn programs_are_fresh() -> Result<bool, Failure> {
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    let mut oldest = None;
    for program in BUILT.map(target) {
        let Ok(built) = changed(&program) else {
            return Ok(false);
        };
        oldest = Some(oldest.map_or(built, |oldest| built.min(oldest)));
    }
    for source in SOURCES.map(|source| root().join(source)) {
        let files = if source.is_dir() {
            site::files(&source)?
        } else {
            vec![source]
        };
        for file in files {
            if Some(changed(&file)?) > oldest {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
