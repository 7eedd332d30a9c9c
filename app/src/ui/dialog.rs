//! A modal dialog on the native `<dialog>`: focus stays inside, Escape and the cross close it, focus goes back.
//!
//! It is open as long as it is rendered: render it while the address (or a signal) says so, and let `on_close` change
//! that. Inside: `<div class="dialog-body">…</div>` scrolls, `<footer class="dialog-foot">…</footer>` stays.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icon::{Glyph, Icon};
use super::live::{effect, maybe, on};
use crate::text::{K, t};

/// How wide a dialog is where there is room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Width {
    /// For tables.
    #[default]
    Wide,
    /// For a form or a few sentences.
    Narrow,
}

/// A modal dialog.
#[component]
pub(crate) fn Dialog(
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// Asked to close: Escape, the cross, Back on a phone.
    #[prop(into)]
    on_close: Callback<()>,
    /// How wide.
    #[prop(optional)]
    width: Width,
    /// Can be closed; off only where the page cannot go on without an answer.
    #[prop(default = true)]
    closable: bool,
    /// Line under the title.
    #[prop(optional, into)]
    subtitle: Signal<String>,
    /// Body and foot.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = StoredValue::new(true);
    let id = title_id();
    effect(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // Refused only when it is not in the page (it is) or open already (asked above).
            drop(dialog.show_modal());
        }
    });
    on_cleanup(move || {
        open.set_value(false);
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
            request_animation_frame(keep_focus_somewhere);
        }
    });
    let ask_to_close = move || {
        if closable && open.try_get_value() == Some(true) {
            on_close.run(());
        }
    };
    let on_cancel = move |event: web_sys::Event| {
        // Fields such as a file picker have a `cancel` of their own.
        if event.target() == event.current_target() {
            event.prevent_default();
            ask_to_close();
        }
    };
    let labelled_by = id.clone();
    let narrow = width == Width::Narrow;
    view! {
        <dialog
            class="dialog"
            class:dialog-narrow=narrow
            node_ref=dialog
            aria-labelledby=labelled_by
            on:cancel=on(on_cancel)
            on:close=on(move |event: web_sys::Event| {
                if event.target() == event.current_target() {
                    ask_to_close();
                }
            })
        >
            <header class="dialog-head">
                <div>
                    <h2 id=id>{title}</h2>
                    {maybe(move || {
                        let subtitle = subtitle.get();
                        (!subtitle.is_empty()).then(|| view! { <p class="soft">{subtitle}</p> }.into_any())
                    })}
                </div>
                {closable
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="icon-button"
                                aria-label=t(K::Close)
                                on:click=on(move |_| ask_to_close())
                            >
                                <Glyph icon=Icon::Cross />
                            </button>
                        }
                    })}
            </header>
            {children()}
        </dialog>
    }
}

/// An id of its own for every dialog of the page.
fn title_id() -> String {
    use std::cell::Cell;
    thread_local!(static LAST: Cell<u32> = const { Cell::new(0) });
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    ["dialog-title-", &number.to_string()].concat()
}

/// The browser gives focus back to where it was; when that is gone, the page's heading takes it.
fn keep_focus_somewhere() {
    let focused = document().active_element();
    if focused.is_some_and(|element| element.tag_name() != "BODY") {
        return;
    }
    let heading = document().query_selector("h1").ok().flatten();
    if let Some(heading) =
        heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // An element that cannot take the focus leaves it where it was.
        drop(heading.focus());
    }
}
