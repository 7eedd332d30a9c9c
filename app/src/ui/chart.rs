//! A chart of steps over days: plain SVG that stretches with its box, with its words around it as HTML, so that they keep
//! their size. It is one picture with a name; the same numbers stand in a table beside it.

use super::el::{El, Node, el};

/// Both sides of the drawing, in its own units.
const SIDE: i64 = 1000;
/// Most lines of the grid above zero.
const GRID_MAX: i64 = 5;

/// Values from days on, in the order of the days, which are counted from the left edge.
pub(crate) type Steps = Vec<(i64, i64)>;

/// A chart that is being drawn.
pub(crate) struct Chart {
    /// How many days it is wide.
    wide: i64,
    /// The value at its upper edge.
    top: i64,
    paths: Vec<El>,
    words: Vec<El>,
}

impl Chart {
    /// An empty one, so many days wide and with room for a value; `number` writes values.
    pub(crate) fn new(wide: i64, most: i64, number: fn(i64) -> String) -> Self {
        let (step, top) = grid(most);
        let mut chart = Self {
            wide,
            top,
            paths: Vec::new(),
            words: Vec::new(),
        };
        let mut path = String::new();
        let mut value = 0;
        while value <= top {
            let y = chart.y(value);
            draw(&mut path, 'M', 0, Some(y));
            draw(&mut path, 'H', SIDE, None);
            let label = el("span").class("chart-y").child(number(value));
            let label = label.style("inset-block-start", thousandths(y));
            chart.words.push(label);
            value += step;
        }
        chart.path("chart-grid", path);
        chart
    }

    /// A line of steps that ends on a day. A value holds for so many days: where the next one is further away, nothing is
    /// known in between.
    pub(crate) fn line(&mut self, class: &'static str, steps: &Steps, days: i64, until: i64) {
        let mut path = String::new();
        let mut known = None;
        for (day, value) in steps {
            let (day, y) = (*day, self.y(*value));
            if let Some(known) = known {
                draw(&mut path, 'H', self.x(day.min(known)), None);
            }
            if known >= Some(day) {
                draw(&mut path, 'V', y, None);
            } else {
                draw(&mut path, 'M', self.x(day), Some(y));
            }
            known = Some(day + days);
        }
        if known.is_some() {
            draw(&mut path, 'H', self.x(until), None);
            self.path(class, path);
        }
    }

    /// An upright line on a day.
    pub(crate) fn upright(&mut self, day: i64) {
        let mut path = String::new();
        draw(&mut path, 'M', self.x(day), Some(0));
        draw(&mut path, 'V', SIDE, None);
        self.path("chart-upright", path);
    }

    /// Words below a day.
    pub(crate) fn below(&mut self, day: i64, words: impl Into<Node>) {
        let label = el("span").class("chart-x").child(words);
        let label = label.style("inset-inline-start", thousandths(self.x(day)));
        self.words.push(label);
    }

    /// The picture; its name says what it says, for who does not see it.
    pub(crate) fn view(self, name: String) -> El {
        let svg = el("svg")
            .attr("viewBox", "0 0 1000 1000")
            .attr("preserveAspectRatio", "none")
            .attr("aria-hidden", "true")
            .children(self.paths);
        el("div")
            .class("chart")
            .attr("role", "img")
            .attr("aria-label", name)
            .child(svg)
            .children(self.words)
    }

    fn x(&self, day: i64) -> i64 {
        day * SIDE / self.wide
    }

    fn y(&self, value: i64) -> i64 {
        SIDE - value * SIDE / self.top
    }

    fn path(&mut self, class: &'static str, path: String) {
        self.paths
            .push(el("path").attr("class", class).attr("d", path));
    }
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

fn thousandths(thousandths: i64) -> String {
    ["calc(0.1% * ", &thousandths.to_string(), ")"].concat()
}

#[cfg(test)]
mod tests {
    use super::grid;

    #[test]
    fn a_grid_has_few_lines_at_round_numbers_and_reaches_the_top() {
        let table = [
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
