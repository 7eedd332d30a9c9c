//! `cargo xtask demo`: a license server per owner and a console on loopback, with keys, licenses and users made for it. All of it is made by
//! the programs themselves: `zetel-vendor keys`, `issue`, `register`, then `zetel seed` and `account add`.
//!
//! With `DATABASE_URL` in the environment the console keeps its data there (an empty PostgreSQL database, say).

mod goods;
mod made;
mod people;
mod running;
mod scenario;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use clap::Args;

use self::made::Made;
use self::running::Running;
use self::scenario::Scenario;
use crate::step::{cargo, run as run_command, step};
use crate::{Failure, site};

/// Port of the console, when none is asked for.
const PORT: u16 = 8600;
/// Fewest and most users.
const USERS: std::ops::RangeInclusive<u32> = people::BLOCK..=1_000_000;

/// What the demo is to be like.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of the console [default: 8600]; the license servers take the next two.
    #[arg(long)]
    port: Option<u16>,
    /// Keeps keys, ports and data in this folder, for the next start; without it they are made anew each time.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The day that it shows.
    #[arg(long, value_enum, default_value = "blocked")]
    scenario: Scenario,
    /// Number of users, from 64 to 1,000,000; uses and totals grow with it.
    #[arg(long, default_value_t = people::BLOCK)]
    users: u32,
    /// Takes what is built already: for the browser tests.
    #[arg(long, hide = true)]
    no_build: bool,
    /// Makes the console's clock stand still (RFC 3339, UTC); the dates of the demo are relative to it.
    #[arg(long, hide = true, value_name = "INSTANT")]
    fixed_clock: Option<String>,
}

/// Starts the demo and runs until it is told to stop.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if !USERS.contains(&options.users) {
        return Err(format!(
            "--users {}: from {} to {}",
            options.users,
            USERS.start(),
            USERS.end()
        )
        .into());
    }
    let stop = running::stop_requested()?;
    let temporary = options.data.is_none();
    let folder = match &options.data {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("zetel-demo-{}", std::process::id())),
    };
    let ended = start(options, &folder, &stop);
    if temporary {
        // What cannot be removed stays in the system's folder for temporary files.
        let _ = fs::remove_dir_all(&folder);
    }
    ended
}

fn start(options: &Options, folder: &Path, stop: &running::Stop) -> Result<(), Failure> {
    let made = Made::read(folder)?;
    let port = match (&made, options.port) {
        (Some(made), Some(port)) if made.port != port => {
            return Err(format!(
                "{} was made for port {}; leave --port away, or take another folder",
                folder.display(),
                made.port
            )
            .into());
        }
        (Some(made), _) => made.port,
        (None, port) => port.unwrap_or(PORT),
    };
    ports_are_free(port)?;
    if !options.no_build {
        step("programs: zetel, zetel-vendor", || {
            run_command(&mut cargo(&[
                "build", "--quiet", "-p", "server", "-p", "vendor",
            ]))
        })?;
        site::build()?;
    }
    let made = match made {
        Some(made) => made,
        None => step("keys, licenses, users", || {
            Made::make(
                folder,
                options.scenario,
                port,
                options.users,
                options.fixed_clock.as_deref(),
            )
        })?,
    };
    let password = made.new_password()?;
    let mut running = Running::default();
    let ended = step("license servers and console", || {
        running.start(&made, &password, stop)
    })
    .and_then(|()| {
        println!("{}", made.ready(&password));
        running.until_stopped(stop)
    });
    running.stop();
    ended
}

/// The console's port and those of the license servers must be free.
fn ports_are_free(port: u16) -> Result<(), Failure> {
    let last = port
        .checked_add(2)
        .ok_or_else(|| format!("--port {port}: the license servers need the next two ports"))?;
    for port in port..=last {
        TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
            format!("port {port} of 127.0.0.1 is taken ({error}); choose another with --port")
        })?;
    }
    Ok(())
}
