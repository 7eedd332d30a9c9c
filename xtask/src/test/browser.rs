//! The browser tests: what they need is built and brought, then Playwright runs them against demos of their own.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::tally::Tally;
use super::{POSTGRES, PROGRAMS, linted, node};
use crate::postgres::Postgres;
use crate::step::{command, root, run as finish, step, target};
use crate::{Failure, site, system};

/// What Playwright writes down about its run.
const REPORT: &str = "browser-tests.json";

/// Runs those whose name matches, or all.
pub(crate) fn run(
    tally: &mut Tally,
    postgres: &Postgres,
    grep: Option<&str>,
) -> Result<(), Failure> {
    build()?;
    step("browser tests: types", || {
        tally.check(&mut npm(&["run", "--silent", "types"]))
    })?;
    let report = target(REPORT);
    if report.exists() {
        fs::remove_file(&report)?;
    }
    step(
        "browser tests: Playwright in Chromium, on SQLite and PostgreSQL",
        || {
            let mut tests = playwright(postgres, "tests")?;
            tests
                .args(["--reporter", "list,json"])
                .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
            if let Some(words) = grep {
                tests.args(["--grep", words]);
            }
            let succeeded = tests.status()?.success();
            let (passed, failed) = counted(&report).unwrap_or_default();
            tally.add((passed, failed.max(usize::from(!succeeded))))
        },
    )
}

/// The programs, the client, and the packages that drive the browser.
pub(crate) fn build() -> Result<(), Failure> {
    step("programs: zetel, zetel-vendor", || {
        finish(linted(&["build", "--quiet"]).args(PROGRAMS))
    })?;
    site::build()?;
    packages()
}

/// Playwright with what the tests ask of their environment.
pub(crate) fn playwright(postgres: &Postgres, project: &str) -> Result<Command, Failure> {
    let mut command = npm(&["exec", "--", "playwright", "test", "--project", project]);
    command.env("CHROMIUM", system::chromium()?);
    command.env("ZETEL_XTASK", std::env::current_exe()?);
    command.env(POSTGRES, postgres.url());
    command.env("ZETEL_POSTGRES_PROGRAMS", postgres.programs());
    Ok(command)
}

/// `npm ci`, when the lock file is another one than last time.
fn packages() -> Result<(), Failure> {
    node()?;
    let folder = root().join("end2end");
    let installed = folder.join("node_modules/.lock");
    let lock = fs::read(folder.join("package-lock.json"))?;
    if fs::read(&installed).is_ok_and(|before| before == lock) {
        return Ok(());
    }
    step("browser tests: npm packages", || {
        finish(&mut npm(&["ci", "--no-progress"]))
    })?;
    Ok(fs::write(installed, lock)?)
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = command("npm", arguments);
    command.current_dir(root().join("end2end"));
    command
}

fn counted(report: &Path) -> Option<(usize, usize)> {
    let report: Value = serde_json::from_slice(&fs::read(report).ok()?).ok()?;
    let count = |name: &str| {
        report
            .pointer(&format!("/stats/{name}"))?
            .as_u64()?
            .try_into()
            .ok()
    };
    let passed: usize = count("expected")?;
    // Skipped is not passed: a test that cannot run here says why, and fails.
    let failed: usize = count("unexpected")? + count("flaky")? + count("skipped")?;
    Some((passed, failed))
}
