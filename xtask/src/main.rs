//! The project's own commands, in place of shell scripts and make. Each says step by step what it does, with times.
//!
//! To add a command: a variant of [`Command`], a file of the same name, its line in [`main`].

mod bench;
mod demo;
mod dev;
mod postgres;
mod shots;
mod site;
mod size;
mod step;
mod system;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A failure, as a sentence for whoever typed the command.
type Failure = Box<dyn std::error::Error>;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, then run two license servers and a console on loopback, with users.
    Demo(demo::Options),
    /// Run everything that has to be green: format, rules of the house, lints, tests, browser tests.
    Test(test::Options),
    /// Take a picture of every screen, dialog, empty and failed state.
    Shots(shots::Options),
    /// Build the client into target/site: as it ships, precompressed, with hashed names.
    Site,
    /// Measure the programs as they ship, each figure beside its aim.
    Bench(bench::Options),
    /// Run a demo that is built again whenever a source is saved.
    Dev(dev::Options),
    /// Print the client's size per file, raw and compressed, and hold it against the limit.
    Size,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        // Its closing line is the last one.
        Command::Test(options) => return test::run(&options),
        Command::Demo(options) => demo::run(&options),
        Command::Shots(options) => shots::run(&options),
        Command::Site => site::build(),
        Command::Bench(options) => bench::run(&options),
        Command::Dev(options) => dev::run(&options),
        Command::Size => size::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
