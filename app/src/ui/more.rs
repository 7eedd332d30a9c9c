//! The end of a list that has more: the next page comes when it is scrolled into view, or by its button.

use std::rc::Rc;

use leptos::prelude::on_cleanup;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::el::{El, Spot, effect, el};
use super::form::Button;
use crate::reactive::{RwSignal, Signal, StoredValue};
use crate::text::K;

/// How far ahead of the end the next page is asked for.
const AHEAD: &str = "400px";

/// Stands below a list as long as there is more of it. `by_button`: only by its button, because a page failed.
pub(crate) fn more(
    busy: Signal<bool>,
    by_button: Signal<bool>,
    on_more: impl Fn() + 'static,
) -> El {
    let end = Spot::default();
    let seen = RwSignal::new(false);
    let on_more = Rc::new(on_more);
    watch(&end, seen);
    let ask = Rc::clone(&on_more);
    effect(move || {
        if seen.get() && !busy.get() && !by_button.get() {
            ask();
        }
    });
    let button = Button::new(K::ShowMore)
        .busy(busy)
        .on_click(move || on_more());
    el("div").class("more").at(&end).child(button)
}

/// Watches whether an element is (nearly) in view, as long as its part of the view is there.
fn watch(end: &Spot, seen: RwSignal<bool>) {
    let end = end.clone();
    let watch = StoredValue::new(None::<Watch>);
    effect(move || {
        if let Some(end) = end.get::<web_sys::Element>() {
            watch.set_value(Watch::new(&end, seen));
        }
    });
    on_cleanup(move || drop(watch.try_update_value(Option::take)));
}

/// An observer of the end, which stops when it is dropped.
struct Watch {
    observer: web_sys::IntersectionObserver,
    _callback: Closure<dyn Fn(js_sys::Array)>,
}

impl Watch {
    fn new(end: &web_sys::Element, seen: RwSignal<bool>) -> Option<Self> {
        let callback = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last = entries.pop();
            let entry = last.unchecked_into::<web_sys::IntersectionObserverEntry>();
            // The list may be gone by now.
            seen.try_set(entry.is_intersecting());
        });
        let options = web_sys::IntersectionObserverInit::new();
        options.set_root_margin(AHEAD);
        let observer = web_sys::IntersectionObserver::new_with_options(
            callback.as_ref().unchecked_ref(),
            &options,
        )
        .ok()?;
        observer.observe(end);
        Some(Self {
            observer,
            _callback: callback,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
