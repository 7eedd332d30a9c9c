//! Verify and compare, measured by an example of licensing in a process of its own.

use serde_json::Value;

use super::{Figure, release};
use crate::Failure;
use crate::step::{step, target};

/// Processes; each runs the rules so often and answers its median.
const PROCESSES: usize = 9;
const RUNS: &str = "500";
/// Milliseconds.
const AIM: f64 = 2.0;

pub(super) fn measure() -> Result<Figure, Failure> {
    let example = ["--features", "samples,fast", "--example", "verify_compare"];
    release(&[&["-p", "licensing"], &example[..]].concat())?;
    let medians = step("rules: verify and compare", || {
        (0..PROCESSES).map(|_| median()).collect()
    });
    Ok(Figure::new(
        "rules: verify and compare a license of 500 modules",
        "ms",
        medians?,
        AIM,
    ))
}

/// Milliseconds.
fn median() -> Result<f64, Failure> {
    let mut example = std::process::Command::new(target("release/examples/verify_compare"));
    let output = example.arg(RUNS).output()?;
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("verify_compare ended with {}: {error}", output.status))?;
    let micros = said["median_us"].as_f64();
    Ok(micros.ok_or("verify_compare names no median")? / 1000.0)
}
