//! How a long list feels in real Chromium: `end2end/bench/ui.ts` types, scrolls and looks at the memory of the page.

use serde::Deserialize;

use super::Figure;
use crate::Failure;
use crate::postgres::Postgres;
use crate::step::{run as finish, step, target};
use crate::test::browser;

/// What the page writes down.
const WRITTEN: &str = "bench-ui.json";
/// Milliseconds from a key press to painted rows: the 95th percentile.
const TYPING_AIM: f64 = 100.0;
/// Milliseconds of script in the longest frame while 10,000 rows are scrolled.
const FRAME_AIM: f64 = 50.0;
/// Megabytes of the page's heap with 10,000 rows.
const HEAP_AIM: f64 = 60.0;

#[derive(Deserialize)]
struct Written {
    /// Milliseconds from each key press to painted rows.
    typing: Vec<f64>,
    /// Milliseconds of script in each long frame; none was long where it is empty.
    frames: Vec<f64>,
    rows: usize,
    /// Megabytes.
    heap: f64,
}

pub(super) fn measure() -> Result<Vec<Figure>, Failure> {
    browser::build()?;
    let postgres = step("PostgreSQL: start", Postgres::start)?;
    let file = target(WRITTEN);
    step("Chromium: type, scroll, weigh", || {
        let mut bench = browser::playwright(&postgres, "bench")?;
        finish(bench.env("ZETEL_BENCH", &file))
    })?;
    let written: Written = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    let mut typing = written.typing;
    typing.sort_by(f64::total_cmp);
    let p95 = typing[typing.len() * 95 / 100];
    let longest = written.frames.iter().copied().fold(0.0, f64::max);
    let rows = written.rows;
    Ok(vec![
        Figure::new(
            "key press to painted rows, 100,000 users",
            "ms",
            typing,
            TYPING_AIM,
        ),
        Figure::new("the same, 95th percentile", "ms", vec![p95], TYPING_AIM),
        Figure::new(
            format!("longest script of a frame while {rows} rows are scrolled"),
            "ms",
            vec![longest],
            FRAME_AIM,
        ),
        Figure::new(
            format!("heap with {rows} rows"),
            "MB",
            vec![written.heap],
            HEAP_AIM,
        ),
    ])
}
