//! A chart of steps over days: plain SVG that stretches with its box, with its words around it as HTML, so that they keep
//! their size. It is one picture with a name; the same numbers stand in a table beside it.

use super::el::{El, el};

/// Both sides of the drawing, in its own units.
const SIDE: i64 = 1000;
/// Most lines of the grid above zero.
const GRID_MAX: i64 = 5;

/// A line: values from a day on (counted from the left edge), in the order of the days.
pub(crate) struct Line {
    /// How it is drawn.
    pub(crate) class: &'static str,
    /// Days and values.
    pub(crate) steps: Vec<(i64, i64)>,
    /// The day on which it ends.
    pub(crate) until: i64,
}

/// What is drawn.
pub(crate) struct Chart {
    /// What it says, for who does not see it.
    pub(crate) name: String,
    /// The last ones lie over the first.
    pub(crate) lines: Vec<Line>,
    /// For how many days a value holds; where the next one is further away, nothing is known in between.
    pub(crate) days: i64,
    /// How many days it is wide.
    pub(crate) wide: i64,
    /// What stands below, by day.
    pub(crate) below: Vec<(i64, String)>,
    /// The day that a line stands on: today.
    pub(crate) today: i64,
}

/// A chart; `number` writes the values beside it.
pub(crate) fn chart(chart: Chart, number: fn(i64) -> String) -> El {
    let Chart { lines, wide, .. } = chart;
    let values = lines.iter().flat_map(|line| &line.steps);
    let (step, top) = grid(values.map(|(_, value)| *value).max().unwrap_or_default());
    let x = |day: i64| day * SIDE / wide.max(1);
    let y = |value: i64| SIDE - value * SIDE / top;
    let mut path = String::new();
    let mut beside = Vec::new();
    for line in 0..=top / step {
        let value = line * step;
        draw(&mut path, 'M', 0, Some(y(value)));
        draw(&mut path, 'H', SIDE, None);
        let label = el("span").class("chart-y").child(number(value));
        beside.push(label.style("inset-block-start", percent(y(value))));
    }
    let mut now = String::new();
    draw(&mut now, 'M', x(chart.today), Some(0));
    draw(&mut now, 'V', SIDE, None);
    let mut paths = vec![("chart-grid", path), ("chart-today", now)];
    for line in lines {
        let mut path = String::new();
        let mut before: Option<i64> = None;
        for (day, value) in line.steps {
            // The one before holds until here, or as long as it is known.
            let known = before.map(|before| day.min(before + chart.days));
            if let Some(known) = known {
                draw(&mut path, 'H', x(known), None);
            }
            if known == Some(day) {
                draw(&mut path, 'V', y(value), None);
            } else {
                draw(&mut path, 'M', x(day), Some(y(value)));
            }
            before = Some(day);
        }
        if before.is_some() {
            draw(&mut path, 'H', x(line.until), None);
            paths.push((line.class, path));
        }
    }
    let paths = paths
        .into_iter()
        .map(|(class, path)| el("path").attr("class", class).attr("d", path));
    let svg = el("svg")
        .attr("viewBox", "0 0 1000 1000")
        .attr("preserveAspectRatio", "none")
        .attr("aria-hidden", "true")
        .children(paths);
    let below = chart.below.into_iter().map(|(day, words)| {
        let label = el("span").class("chart-x").child(words);
        label.style("inset-inline-start", percent(x(day)))
    });
    let plot = el("div").class("chart-plot").child(svg);
    el("div")
        .class("chart")
        .attr("role", "img")
        .attr("aria-label", chart.name)
        .child(plot.children(beside).children(below))
}

/// A sample of a line, for the words that say what it is.
pub(crate) fn sample(class: &'static str) -> El {
    let path = el("path").attr("class", class).attr("d", "M0 4H24");
    el("svg")
        .class("chart-sample")
        .attr("viewBox", "0 0 24 8")
        .attr("aria-hidden", "true")
        .child(path)
}

/// The distance of the lines of a grid (1, 2, 5, 10, …) that reaches up to a value, and its top.
fn grid(most: i64) -> (i64, i64) {
    let (mut step, mut place) = (1, 0);
    while step * GRID_MAX < most {
        step = if place % 3 == 1 {
            step / 2 * 5
        } else {
            step * 2
        };
        place += 1;
    }
    (step, (most + step - 1) / step * step)
}

fn draw(path: &mut String, command: char, at: i64, and: Option<i64>) {
    path.push(command);
    path.push_str(&at.to_string());
    if let Some(and) = and {
        path.push(' ');
        path.push_str(&and.to_string());
    }
}

fn percent(thousandths: i64) -> String {
    [
        &(thousandths / 10).to_string(),
        ".",
        &(thousandths % 10).to_string(),
        "%",
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::grid;

    #[test]
    fn a_grid_has_few_lines_at_round_numbers_and_reaches_the_top() {
        let table = [
            (0, (1, 0)),
            (1, (1, 1)),
            (5, (1, 5)),
            (6, (2, 6)),
            (21, (5, 25)),
            (26, (10, 30)),
            (100, (20, 100)),
            (101, (50, 150)),
            (1_000_000, (200_000, 1_000_000)),
            (i64::from(i32::MAX), (500_000_000, 2_500_000_000)),
        ];
        for (most, lines) in table {
            assert_eq!(grid(most), lines, "{most}");
        }
    }
}
