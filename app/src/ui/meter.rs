//! A thin meter: so many of so many. The numbers stand beside it in the row, so it is only drawn, not said.

use super::el::{El, el};

/// From so many hundredths on, a meter is amber.
const AMBER_FROM: i64 = 95;

/// A meter in a row. Without `total` (unlimited) there is none; `planned` is a lower total to come.
pub(crate) fn meter(used: i32, total: Option<i32>, planned: Option<i32>) -> Option<El> {
    let (class, filled, mark) = shape(used, total?, planned);
    let fill = el("span")
        .class("meter-fill")
        .style("inline-size", percent(filled));
    let mark = mark.map(|mark| {
        el("span")
            .class("meter-mark")
            .style("inset-inline-start", percent(mark))
    });
    let meter = el("span").class(["meter", class].concat());
    Some(meter.attr("aria-hidden", "true").child(fill).child(mark))
}

fn percent(hundredths: i64) -> String {
    [hundredths.to_string().as_str(), "%"].concat()
}

/// Class, filled hundredths, and the mark of a total that the use runs past, or of a lower one to come.
fn shape(used: i32, total: i32, planned: Option<i32>) -> (&'static str, i64, Option<i64>) {
    let [used, total] = [used, total].map(|seats| i64::from(seats.max(0)));
    let planned = planned
        .map(|seats| i64::from(seats.max(0)))
        .filter(|planned| *planned < total);
    let goal = planned.unwrap_or(total);
    let whole = total.max(used).max(1);
    let hundredths = used * 100 / whole;
    let class = if used > goal {
        " red"
    } else if total > 0 && used * 100 / total >= AMBER_FROM {
        " amber"
    } else {
        ""
    };
    let mark = (goal < whole && (planned.is_some() || used > total)).then_some(goal * 100 / whole);
    (class, hundredths, mark)
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn a_meter_is_amber_from_95_hundredths_and_red_past_its_mark() {
        assert_eq!(shape(12, 15, None), ("", 80, None));
        assert_eq!(shape(20, 21, None), (" amber", 95, None));
        assert_eq!(shape(10, 10, None), (" amber", 100, None));
        assert_eq!(shape(20, 18, None), (" red", 100, Some(90)));
        assert_eq!(shape(1, 0, None), (" red", 100, Some(0)));
        assert_eq!(shape(0, 0, None), ("", 0, None));
        assert_eq!(shape(i32::MAX, i32::MAX, None), (" amber", 100, None));
    }

    #[test]
    fn a_lower_total_to_come_is_marked_and_red_when_it_is_too_low() {
        assert_eq!(shape(20, 21, Some(18)), (" red", 95, Some(85)));
        assert_eq!(shape(12, 15, Some(13)), ("", 80, Some(86)));
        assert_eq!(shape(12, 15, Some(20)), ("", 80, None));
        assert_eq!(shape(0, 5, Some(0)), ("", 0, Some(0)));
    }
}
