//! Whether there is room, where a style sheet alone cannot decide it.

use leptos::prelude::{on_cleanup, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::reactive::{Memo, RwSignal, Signal, StoredValue};

/// Below this width a second column does not fit.
const ONE_COLUMN: &str = "(max-width: 60em)";

/// Whether there is room for one column only; follows the window.
pub(crate) fn one_column() -> Signal<bool> {
    let query = window().match_media(ONE_COLUMN).ok().flatten();
    let narrow = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let list = query.clone();
        let changed = Closure::<dyn Fn()>::new(move || {
            narrow.try_set(list.matches());
        });
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        // Kept as long as the component that asked.
        let kept = StoredValue::new(Some((query, changed)));
        on_cleanup(move || {
            if let Some(Some((query, _))) = kept.try_update_value(Option::take) {
                query.set_onchange(None);
            }
        });
    }
    // A change of the window that changes nothing here is none.
    Memo::new(move |_| narrow.get()).into()
}
