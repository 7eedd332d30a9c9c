//! One type for every part of a view that changes, and one for every listener: each closure type of its own would
//! compile the widgets around it once more (a tenth of the client's size).

use leptos::prelude::*;

/// A part of a view that is made again when what it reads changes.
pub(crate) type Live = Box<dyn FnMut() -> AnyView + Send>;

/// A part of a view that is made again when what it reads changes.
pub(crate) fn live(make: impl FnMut() -> AnyView + Send + 'static) -> Live {
    Box::new(make)
}

/// A part of a view that is there while `make` gives something.
pub(crate) fn maybe(make: impl Fn() -> Option<AnyView> + Send + 'static) -> Live {
    Box::new(move || make().into_any())
}

/// A listener.
pub(crate) fn on<E: 'static>(listen: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(listen)
}

/// A listener of a field: what is in it now.
pub(crate) fn on_value(listen: impl Fn(String) + 'static) -> Box<dyn FnMut(web_sys::Event)> {
    Box::new(move |event| listen(event_target_value(&event)))
}

/// An effect, of one type as well.
pub(crate) fn effect(run: impl Fn() + 'static) {
    let run: Box<dyn Fn()> = Box::new(run);
    Effect::new(move |_| run());
}
