//! `cargo xtask shots DIR`: a picture of every screen, dialog, empty and failed state, in both languages and themes, wide and narrow.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::Failure;
use crate::postgres::Postgres;
use crate::step::{run as finish, step};
use crate::test::browser;

/// Where the pictures go.
#[derive(Args)]
pub(crate) struct Options {
    /// Folder; made when it is missing. A picture is called NAME-LANGUAGE-THEME-WIDTH.png.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Takes those only whose day, language, theme or width match: "en, light".
    #[arg(long, value_name = "WORDS")]
    grep: Option<String>,
}

/// Takes the pictures.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    fs::create_dir_all(&options.folder)?;
    let folder = options.folder.canonicalize()?;
    browser::build()?;
    // The tests' demos may ask for a database; pictures are taken on SQLite.
    let postgres = step("PostgreSQL: start", Postgres::start)?;
    step("pictures: Chromium", || {
        let mut pictures = browser::playwright(&postgres, "shots")?;
        pictures.env("ZETEL_SHOTS", &folder);
        if let Some(words) = &options.grep {
            pictures.args(["--grep", words]);
        }
        finish(&mut pictures)
    })
}
