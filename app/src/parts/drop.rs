//! Files that are dropped on the page. The browser would open them in its place; here a screen takes them, or it is
//! said that this was the wrong place.

use leptos::prelude::{document, on_cleanup, window_event_listener};
use wasm_bindgen::JsCast;

use crate::reactive::{RwSignal, StoredValue};
use crate::text::{K, now};
use crate::ui::status::Status;

/// Keeps files that nobody takes from leading away from the page; for the life of the page.
pub(crate) fn guard(status: Status) {
    window_event_listener(leptos::ev::dragover, |event| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    window_event_listener(leptos::ev::drop, move |event| {
        if has_files(&event) && !event.default_prevented() {
            event.prevent_default();
            status.say(now(K::FileElsewhere).to_owned());
        }
    });
}

/// Takes files that are dropped anywhere on the page, as long as the component that calls this lives. `hovers` says
/// whether one is being dragged over the page.
pub(crate) fn take_files(hovers: RwSignal<bool>, take: impl Fn(web_sys::FileList) + 'static) {
    // On the body, below the window: before the guard.
    let body = document().body().expect("a page has a body");
    let listener = move |event: web_sys::Event| {
        let event: web_sys::DragEvent = event.unchecked_into();
        if !has_files(&event) {
            return;
        }
        event.prevent_default();
        let kind = event.type_();
        // Leaving for another element of the page is not leaving.
        let stays = kind == "dragover" || (kind == "dragleave" && event.related_target().is_some());
        hovers.set(stays);
        if kind == "drop"
            && let Some(files) = event.data_transfer().and_then(|data| data.files())
        {
            take(files);
        }
    };
    let closure = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(listener);
    for kind in KINDS {
        let function = closure.as_ref().unchecked_ref();
        let added = body.add_event_listener_with_callback(kind, function);
        added.expect("an event has a name");
    }
    let kept = StoredValue::new(Some(closure));
    on_cleanup(move || {
        if let Some(Some(closure)) = kept.try_update_value(Option::take) {
            for kind in KINDS {
                let function = closure.as_ref().unchecked_ref();
                let removed = body.remove_event_listener_with_callback(kind, function);
                removed.expect("an event has a name");
            }
        }
    });
}

const KINDS: [&str; 3] = ["dragover", "dragleave", "drop"];

fn has_files(event: &web_sys::DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.includes(&"Files".into(), 0))
}
