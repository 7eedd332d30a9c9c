//! `cargo xtask demo`: two license servers and a console on loopback, with keys, licenses and users made for it.
//!
//! With `DATABASE_URL` in the environment the console keeps its data there (an empty PostgreSQL database, say).

use std::path::PathBuf;

use clap::Args;

use crate::Failure;
use crate::{site, step};

/// What the demo is to be like.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of the console; the license servers take the next two.
    #[arg(long, default_value_t = 8600)]
    port: u16,
    /// Keeps keys, ports and data in this folder, for the next start; without it they are made anew each time.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The day that it shows.
    #[arg(long, default_value = "blocked")]
    scenario: String,
    /// Number of users, from 64 to 1,000,000.
    #[arg(long, default_value_t = 64)]
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
    if !options.no_build {
        step::step("programs: zetel, zetel-vendor", || {
            step::run(&mut step::cargo(&[
                "build", "--quiet", "-p", "server", "-p", "vendor",
            ]))
        })?;
        site::build()?;
    }
    let (data, scenario) = (&options.data, &options.scenario);
    let (port, users, clock) = (options.port, options.users, &options.fixed_clock);
    Err(format!("the demo is not there yet: {data:?} {scenario} {port} {users} {clock:?}").into())
}
