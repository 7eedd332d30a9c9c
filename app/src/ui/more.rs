//! The end of a list that has more: the next page comes when it is scrolled into view, or by its button.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::form::Button;
use super::live::effect;
use crate::text::K;

/// How far ahead of the end the next page is asked for.
const AHEAD: &str = "400px";

/// Stands below a list as long as there is more of it.
#[component]
pub(crate) fn More(
    /// The next page is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Asks for the next page.
    #[prop(into)]
    on_more: Callback<()>,
    /// Only by its button, because the last page failed.
    #[prop(into)]
    by_button: Signal<bool>,
) -> impl IntoView {
    let end = NodeRef::<html::Div>::new();
    let seen = RwSignal::new(false);
    let watch = StoredValue::new_local(None::<Watch>);
    effect(move || {
        if let Some(end) = end.get() {
            watch.set_value(Watch::new(&end, seen));
        }
    });
    on_cleanup(move || drop(watch.try_update_value(Option::take)));
    effect(move || {
        if seen.get() && !busy.get() && !by_button.get() {
            on_more.run(());
        }
    });
    view! {
        <div class="more" node_ref=end>
            <Button label=K::ShowMore busy on_click=on_more />
        </div>
    }
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
