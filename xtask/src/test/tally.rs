//! How many passed and how many failed, over all runners.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::Failure;

/// Prints as the closing line.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// Counts; a failure ends the step.
    pub(crate) fn add(&mut self, (passed, failed): (usize, usize)) -> Result<(), Failure> {
        self.passed += passed;
        self.failed += failed;
        if failed == 0 {
            Ok(())
        } else {
            Err(format!("{failed} failed").into())
        }
    }

    /// A command that passes or fails as a whole.
    pub(crate) fn check(&mut self, command: &mut Command) -> Result<(), Failure> {
        let passed = command.status()?.success();
        self.add((usize::from(passed), usize::from(!passed)))
    }

    /// `cargo test`: its output is shown, and its closing lines are counted.
    pub(crate) fn tests(&mut self, command: &mut Command) -> Result<(), Failure> {
        let mut tests = command.stdout(Stdio::piped()).spawn()?;
        let output = tests.stdout.take().expect("the output was asked for");
        let mut counted = (0, 0);
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            if let Some((passed, failed)) = result(&line) {
                counted = (counted.0 + passed, counted.1 + failed);
            }
        }
        let succeeded = tests.wait()?.success();
        // What does not compile has no closing line, nor has what was killed.
        let failed = counted.1.max(usize::from(!succeeded));
        self.add((counted.0, failed))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `test result: ok. 12 passed; 0 failed; …`
fn result(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line
        .trim()
        .strip_prefix("test result: ")?
        .split_once(". ")?;
    let number = |what: &str| {
        counts
            .split("; ")
            .find_map(|count| count.strip_suffix(what)?.trim().parse().ok())
    };
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::result;

    #[test]
    fn a_closing_line_is_counted_and_another_is_not() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result(line), Some((12, 3)));
        assert_eq!(result("test a_license_is_read ... ok"), None);
    }
}
