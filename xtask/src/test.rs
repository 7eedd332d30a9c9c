//! `cargo xtask test`: everything that has to be green, in an order that fails fast, with one closing line.

pub(crate) mod browser;
mod tally;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Args, ValueEnum};

use crate::Failure;
use crate::postgres::Postgres;
use crate::step::{cargo, run as finish, step, target};
use crate::{site, system, tidy};
use tally::Tally;

/// What is to be tested.
#[derive(Args)]
pub(crate) struct Options {
    /// Runs these steps only; all of them where none is named.
    #[arg(value_enum)]
    steps: Vec<Step>,
    /// Words that a browser test's name must match.
    #[arg(long, value_name = "WORDS")]
    grep: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// cargo fmt.
    Format,
    /// The rules of the house.
    Tidy,
    /// clippy, while it compiles the tests.
    Lint,
    /// Unit, property and API tests, on SQLite and PostgreSQL.
    Rust,
    /// The tests of licensing on wasm32.
    Wasm,
    /// Playwright in real Chromium, on SQLite and PostgreSQL.
    Browser,
}

/// What the console's tests and the browser tests run on besides SQLite.
pub(crate) const POSTGRES: &str = "ZETEL_TEST_POSTGRES";
/// What the demo runs.
pub(crate) const PROGRAMS: [&str; 4] = ["-p", "server", "-p", "vendor"];
/// One by one: what a package brings along changes how its dependencies are compiled, and so these share what the demo
/// and the tools have compiled already.
const SUITES: [(&str, &[&str]); 3] = [
    (
        "tests of rules and programs, on SQLite and PostgreSQL",
        &["-p", "licensing", "-p", "server", "-p", "vendor"],
    ),
    ("tests of the tools", &["-p", "xtask"]),
    ("tests of the client", &["-p", "app"]),
];

/// Runs the steps until one fails; prints the closing line.
pub(crate) fn run(options: &Options) -> ExitCode {
    let mut tally = Tally::default();
    if let Err(failure) = steps(options, &mut tally) {
        // What could not be run did not pass.
        tally.failed = tally.failed.max(1);
        eprintln!("xtask: {failure}");
    }
    println!("{tally}");
    if tally.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn steps(options: &Options, tally: &mut Tally) -> Result<(), Failure> {
    let asked = |step: Step| options.steps.is_empty() || options.steps.contains(&step);
    if asked(Step::Format) {
        step("format", || {
            tally.check(&mut cargo(&["fmt", "--all", "--check"]))
        })?;
    }
    if asked(Step::Tidy) {
        step("tidy: the rules of the house", || tally.add(tidy::run()?))?;
    }
    if asked(Step::Lint) {
        for (what, packages) in SUITES {
            let mut tests = linted(&["test", "--quiet", "--no-run"]);
            step(&format!("lint and compile {what}"), || {
                tally.check(tests.args(packages))
            })?;
        }
    }
    let needs_postgres = asked(Step::Rust) || asked(Step::Browser);
    let postgres = if needs_postgres {
        Some(step("PostgreSQL: start", Postgres::start)?)
    } else {
        None
    };
    if let Some(postgres) = postgres.as_ref().filter(|_| asked(Step::Rust)) {
        for (what, packages) in SUITES {
            step(what, || {
                let mut tests = linted(&["test", "--quiet", "--no-fail-fast"]);
                tally.tests(tests.args(packages).env(POSTGRES, postgres.url()))
            })?;
        }
    }
    if asked(Step::Wasm) {
        site::has_target()?;
        let runner = step("tests on wasm32: build their runner", wasm_runner)?;
        step("tests on wasm32: rules", || {
            let mut tests = linted(&["test", "-p", "licensing", "--target", site::TARGET]);
            tally.tests(tests.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner))
        })?;
    }
    if let Some(postgres) = postgres.as_ref().filter(|_| asked(Step::Browser)) {
        browser::run(tally, postgres, options.grep.as_deref())?;
    }
    Ok(())
}

/// cargo with clippy as the compiler of our own packages, and every warning an error: as `cargo clippy` asks it, only that
/// what it compiles is run too. So nothing is compiled once to be linted and once more to be tested.
pub(crate) fn linted(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    let beside = Path::new(command.get_program()).with_file_name("clippy-driver");
    command.env("RUSTC_WORKSPACE_WRAPPER", beside);
    command.env("CLIPPY_ARGS", "--deny=warnings");
    command
}

/// wasm-bindgen's own runner, linked from its library; the tests run in node.
fn wasm_runner() -> Result<PathBuf, Failure> {
    node()?;
    let features = ["--features", "wasm-tests", "--bin", "wasm-test-runner"];
    finish(cargo(&["build", "--quiet", "-p", "xtask"]).args(features))?;
    Ok(target("debug/wasm-test-runner"))
}

fn node() -> Result<PathBuf, Failure> {
    system::find_or_install(
        || system::find("node"),
        "node",
        &["nodejs", "npm"],
        "the tests on wasm32 and in the browser",
    )
}
