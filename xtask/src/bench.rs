//! `cargo xtask bench`: how fast and how large the programs are as they ship, each figure beside its aim.
//!
//! Nothing fails on a slow day: the figures are for reading. To add a measurement: a variant of [`What`], a file in bench/.

mod console;
mod rules;
mod ui;
mod users;

use std::fmt::{self, Display};

use clap::{Args, ValueEnum};

use crate::Failure;
use crate::step::{cargo, run as finish, step};

/// What is to be measured.
#[derive(Args)]
pub(crate) struct Options {
    /// Measures these only; all of them where none is named.
    #[arg(value_enum)]
    what: Vec<What>,
    /// Most users of a database that is made to be measured.
    #[arg(long, default_value_t = 1_000_000)]
    users: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Verify and compare a license of 500 modules.
    Rules,
    /// The console's start and its memory, on SQLite and PostgreSQL.
    Console,
    /// Typing, scrolling and memory of a list of 100,000 users in Chromium.
    Ui,
    /// The lists and acts of the Users screen at size, on SQLite and PostgreSQL; takes half an hour.
    Users,
}

/// Builds what is asked for as it ships, and measures it.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let asked = |what: What| options.what.is_empty() || options.what.contains(&what);
    let mut figures = Vec::new();
    if asked(What::Rules) {
        figures.push(rules::measure()?);
    }
    if asked(What::Console) {
        figures.extend(console::measure()?);
    }
    if asked(What::Ui) {
        figures.extend(ui::measure()?);
    }
    let lines = if asked(What::Users) {
        users::measure(options.users)?
    } else {
        Vec::new()
    };
    println!();
    for line in lines {
        println!("{line}");
    }
    for figure in figures {
        println!("{figure}");
    }
    Ok(())
}

/// A release build of these packages.
fn release(what: &[&str]) -> Result<(), Failure> {
    step(&format!("release build: {}", what.join(" ")), || {
        finish(cargo(&["build", "--release", "--quiet"]).args(what))
    })
}

/// What was measured some times, beside its aim.
struct Figure {
    what: String,
    unit: &'static str,
    /// At least one, in order.
    values: Vec<f64>,
    /// The most that the median is to be.
    aim: f64,
}

impl Figure {
    fn new(what: impl Into<String>, unit: &'static str, mut values: Vec<f64>, aim: f64) -> Self {
        values.sort_by(f64::total_cmp);
        assert!(!values.is_empty(), "something was measured");
        Self {
            what: what.into(),
            unit,
            values,
            aim,
        }
    }
}

impl Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (runs, unit) = (self.values.len(), self.unit);
        let (least, median, most) = (
            self.values[0],
            self.values[(runs - 1) / 2],
            self.values[runs - 1],
        );
        let met = if median <= self.aim { "met" } else { "NOT met" };
        write!(
            f,
            "{}: {median:.3} {unit} (median of {runs}; least {least:.3}, most {most:.3}); aim {} {unit}: {met}",
            self.what, self.aim
        )
    }
}
