//! Whether there is room, where a style sheet alone cannot decide it.

use leptos::prelude::window;

use super::heard::hear;
use crate::reactive::{Memo, RwSignal, Signal};

/// Below this width a second column does not fit.
const ONE_COLUMN: &str = "(max-width: 60em)";

/// Whether there is room for one column only; follows the window.
pub(crate) fn one_column() -> Signal<bool> {
    let query = window().match_media(ONE_COLUMN).ok().flatten();
    let narrow = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let list = query.clone();
        hear(&query, &["change"], move |_| narrow.set(list.matches()));
    }
    // A change of the window that changes nothing here is none.
    Memo::new(move |_| narrow.get()).into()
}
