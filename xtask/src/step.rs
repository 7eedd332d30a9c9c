//! Steps of a command: said when they begin, with their time when they end; and where the project stands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Failure;

/// How the variables begin in which `cargo run` says what it runs: no settings of the cargo that we run.
const OF_XTASK: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// Runs one step and says how long it took.
pub(crate) fn step<T>(what: &str, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("… {what}");
    let start = Instant::now();
    let answer = run();
    let mark = if answer.is_ok() { '✓' } else { '✗' };
    println!("{mark} {what} ({:.1} s)", start.elapsed().as_secs_f64());
    answer
}

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the project")
}

/// A path in the target folder.
pub(crate) fn target(path: &str) -> PathBuf {
    root().join("target").join(path)
}

/// A command in the project's folder.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// The cargo that runs this.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = command(&cargo, arguments);
    // A build script that watches these (ring's does) would run again, and half of the tree be compiled again, each time that
    // cargo is asked from here after it was asked from a shell.
    for (name, _) in std::env::vars_os() {
        let ours = name
            .to_str()
            .is_some_and(|name| OF_XTASK.iter().any(|begin| name.starts_with(begin)));
        if ours {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end; a failure names it.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = format!("{command:?}").replace('"', "");
    let status = command
        .status()
        .map_err(|error| format!("{shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}").into())
    }
}
