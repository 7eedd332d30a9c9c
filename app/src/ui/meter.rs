//! A thin meter: so many of so many. The numbers stand beside it in the row, so it is only drawn, not said.

use leptos::prelude::*;

use super::live::maybe;

/// From so many hundredths on, a meter is amber.
const AMBER_FROM: i64 = 95;

/// A meter in a row. Without `total` (unlimited) there is none.
#[component]
pub(crate) fn Meter(
    /// In use.
    #[prop(into)]
    used: Signal<i32>,
    /// Of so many.
    #[prop(into)]
    total: Signal<Option<i32>>,
) -> impl IntoView {
    let drawn = Memo::new(move |_| total.get().map(|total| shape(used.get(), total)));
    maybe(move || {
        drawn.get().map(|(class, filled, mark)| {
            view! {
                <span class=["meter ", class].concat() aria-hidden="true">
                    <span class="meter-fill" style:inline-size=[filled.to_string().as_str(), "%"].concat()></span>
                    {mark.map(|mark| {
                        view! {
                            <span class="meter-mark" style:inset-inline-start=[mark.to_string().as_str(), "%"].concat()></span>
                        }
                    })}
                </span>
            }
            .into_any()
        })
    })
}

/// Class, filled hundredths, and the mark of the total when the use runs past it.
fn shape(used: i32, total: i32) -> (&'static str, i64, Option<i64>) {
    let (used, total) = (i64::from(used.max(0)), i64::from(total.max(0)));
    if used > total {
        return ("red", 100, Some(total * 100 / used));
    }
    let hundredths = if total == 0 { 0 } else { used * 100 / total };
    let class = if hundredths >= AMBER_FROM {
        "amber"
    } else {
        ""
    };
    (class, hundredths, None)
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn a_meter_is_amber_from_95_hundredths_and_red_past_its_mark() {
        assert_eq!(shape(12, 15), ("", 80, None));
        assert_eq!(shape(20, 21), ("amber", 95, None));
        assert_eq!(shape(10, 10), ("amber", 100, None));
        assert_eq!(shape(20, 18), ("red", 100, Some(90)));
        assert_eq!(shape(1, 0), ("red", 100, Some(0)));
        assert_eq!(shape(0, 0), ("", 0, None));
        assert_eq!(shape(i32::MAX, i32::MAX), ("amber", 100, None));
    }
}
