//! Files that are dropped on the page. The browser would open them in its place; here a screen takes them, or it is
//! said that this was the wrong place.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;

use crate::reactive::RwSignal;
use crate::text::{K, now};
use crate::ui::heard::{hear, hear_always};
use crate::ui::status::Status;

/// Keeps files that nobody takes from leading away from the page; for the life of the page.
pub(crate) fn guard(status: Status) {
    hear_always(&window(), &["dragover", "drop"], move |event| {
        let event: web_sys::DragEvent = event.unchecked_into();
        if has_files(&event) && !event.default_prevented() {
            event.prevent_default();
            if event.type_() == "drop" {
                status.say(now(K::FileElsewhere).to_owned());
            }
        }
    });
}

/// Takes files that are dropped anywhere on the page, as long as the component that calls this lives. `hovers` says
/// whether one is being dragged over the page.
pub(crate) fn take_files(hovers: RwSignal<bool>, take: impl Fn(web_sys::FileList) + 'static) {
    // On the body, below the window: before the guard.
    let body = document().body().expect("a page has a body");
    hear(&body, &["dragover", "dragleave", "drop"], move |event| {
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
    });
}

fn has_files(event: &web_sys::DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.includes(&"Files".into(), 0))
}
