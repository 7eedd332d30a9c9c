//! A modal dialog on the native `<dialog>`: focus stays inside, Escape and the cross close it, focus goes back.
//!
//! It is open as long as it is part of the view: show it while the address (or a signal) says so, and let `on_close`
//! change that. Inside: [`body`] scrolls, [`foot`] stays.

use std::rc::Rc;

use leptos::prelude::{document, on_cleanup};
use wasm_bindgen::JsCast;

use super::el::{El, Node, Spot, effect, el};
use super::heard::next_frame;
use super::icon::{Icon, glyph};
use super::page::focus_heading;
use crate::call::Call;
use crate::reactive::StoredValue;
use crate::text::K;

/// A modal dialog.
pub(crate) struct Dialog {
    title: Node,
    subtitle: Node,
    narrow: bool,
    closable: bool,
    on_close: Rc<dyn Call<()>>,
}

impl Dialog {
    /// A dialog with this title. `on_close`: asked to close by Escape or the cross.
    pub(crate) fn new(title: impl Into<Node>, on_close: impl Fn() + 'static) -> Self {
        Self {
            title: title.into(),
            subtitle: Node::Nothing,
            narrow: false,
            closable: true,
            on_close: Rc::new(move |()| on_close()),
        }
    }

    /// For a form or a few sentences.
    pub(crate) fn narrow(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// A line under the title.
    pub(crate) fn subtitle(mut self, subtitle: impl Into<Node>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// Cannot be closed: only where the page cannot go on without an answer.
    pub(crate) fn fixed(mut self) -> Self {
        self.closable = false;
        self
    }

    /// The dialog with this inside: [`body`], [`foot`].
    pub(crate) fn view(self, inside: impl Into<Node>) -> El {
        let spot = Spot::default();
        show(&spot);
        let (id, closable, on_close) = (title_id(), self.closable, self.on_close);
        let open = StoredValue::new(true);
        on_cleanup(move || open.set_value(false));
        let ask = Rc::new(move || {
            if closable && open.try_get_value() == Some(true) {
                on_close.call_with(());
            }
        });
        let (cancel, close, cross) = (Rc::clone(&ask), Rc::clone(&ask), ask);
        let cross = closable.then(|| {
            el("button")
                .attr("type", "button")
                .class("icon-button")
                .attr("aria-label", K::Close)
                .on_click(move || cross())
                .child(glyph(Icon::Cross))
        });
        let words = el("div")
            .child(el("h2").attr("id", id.clone()).child(self.title))
            .child(el("p").class("soft").child(self.subtitle));
        el("dialog")
            .class(if self.narrow {
                "dialog dialog-narrow"
            } else {
                "dialog"
            })
            .attr("aria-labelledby", id)
            .at(&spot)
            .on("cancel", move |event| {
                if is_its_own(&event) {
                    event.prevent_default();
                    cancel();
                }
            })
            .on("close", move |event| {
                // It may be open again by now, as another one.
                let dialog = closed(&event).filter(|dialog| !dialog.open());
                match dialog {
                    // Browsers close every dialog when Escape is pressed often enough.
                    Some(dialog) if !closable && open.try_get_value() == Some(true) => {
                        // It is in the page and not open.
                        drop(dialog.show_modal());
                    }
                    Some(_) => close(),
                    None => {}
                }
            })
            .child(el("header").class("dialog-head").child(words).child(cross))
            .child(inside)
    }
}

/// What scrolls.
pub(crate) fn body(inside: impl Into<Node>) -> El {
    el("div").class("dialog-body").child(inside)
}

/// What stays below: words in a `<p>`, then buttons.
pub(crate) fn foot(inside: impl Into<Node>) -> El {
    el("footer").class("dialog-foot").child(inside)
}

/// Opens the dialog once it is in the page, closes it (and gives the focus back) when its part of the view goes.
fn show(spot: &Spot) {
    let spot = StoredValue::new(spot.clone());
    let dialog = move || {
        let spot = spot.try_get_value()?;
        spot.get::<web_sys::HtmlDialogElement>()
    };
    effect(move || {
        if let Some(dialog) = dialog() {
            // Refused only when it is not in the page (it is) or open already (it is new).
            drop(dialog.show_modal());
        }
    });
    on_cleanup(move || {
        if let Some(dialog) = dialog() {
            dialog.close();
            next_frame(keep_focus_somewhere);
        }
    });
}

/// Fields such as a file picker have events of the same names.
fn is_its_own(event: &web_sys::Event) -> bool {
    event.target() == event.current_target()
}

/// The dialog that says that it was closed.
fn closed(event: &web_sys::Event) -> Option<web_sys::HtmlDialogElement> {
    let target = event.target().filter(|_| is_its_own(event))?;
    target.dyn_into().ok()
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
    if focused.is_none_or(|element| {
        !element.has_type::<web_sys::HtmlElement>() || element.tag_name() == "BODY"
    }) {
        focus_heading();
    }
}
