//! What the browser calls: events outside of the view's own elements, and what is to run later. One kind of closure for
//! all of them, as each kind is compiled with its own way through script.

use std::time::Duration;

use leptos::prelude::{
    TimeoutHandle, on_cleanup, request_animation_frame, set_timeout_with_handle,
};
use leptos::reactive::owner::Owner;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget};

use crate::call::CallMut;
use crate::reactive::StoredValue;

/// Hears events as long as the present part of the view is there.
pub(crate) fn hear(
    target: &EventTarget,
    events: &'static [&'static str],
    listen: impl FnMut(Event) + 'static,
) {
    let listener = add(target, events, Box::new(listen));
    let kept = StoredValue::new((target.clone(), listener));
    on_cleanup(move || {
        if let Some((target, listener)) = kept.try_get_value() {
            for event in events {
                // Removing what was added cannot fail.
                drop(target.remove_event_listener_with_callback(event, listener.unchecked_ref()));
            }
        }
    });
}

/// Hears events as long as the target is there.
pub(crate) fn hear_always(
    target: &EventTarget,
    events: &'static [&'static str],
    listen: impl FnMut(Event) + 'static,
) {
    add(target, events, Box::new(listen));
}

fn add(
    target: &EventTarget,
    events: &'static [&'static str],
    listen: Box<dyn CallMut<Event>>,
) -> JsValue {
    let listener = listener(listen);
    for event in events {
        target
            .add_event_listener_with_callback(event, listener.unchecked_ref())
            .expect("an event has a name");
    }
    listener
}

/// A function of the browser that finds the contexts of the present part of the view.
pub(super) fn listener(mut listen: Box<dyn CallMut<Event>>) -> JsValue {
    let owner = Owner::current().map(|owner| owner.downgrade());
    let heard = move |event| match owner.as_ref().and_then(|owner| owner.upgrade()) {
        Some(owner) => owner.with(|| listen.call_mut_with(event)),
        None => listen.call_mut_with(event),
    };
    Closure::<dyn FnMut(Event)>::new(heard).into_js_value()
}

/// Runs something after so many milliseconds, unless the handle is cleared before.
pub(crate) fn later(wait_ms: u64, run: impl FnOnce() + 'static) -> Option<TimeoutHandle> {
    let run: Box<dyn FnOnce()> = Box::new(run);
    set_timeout_with_handle(run, Duration::from_millis(wait_ms)).ok()
}

/// Runs something when the browser has drawn what was done before.
pub(crate) fn next_frame(run: impl FnOnce() + 'static) {
    let run: Box<dyn FnOnce()> = Box::new(run);
    request_animation_frame(run);
}
