//! The frame of a screen: its one `<h1>` (which takes the focus when the screen opens) and the window's title.

use leptos::prelude::document;
use wasm_bindgen::JsCast;

use super::el::{Node, effect, el};
use crate::nodes;
use crate::reactive::Signal;
use crate::text::{K, joined, now};

/// The frame of a screen. `tab` is what the window's title says before the heading; it may be empty.
pub(crate) fn page(heading: K, tab: Signal<String>, inside: impl Into<Node>) -> Node {
    effect(move || {
        let tab = tab.get();
        let words = [tab, now(heading).to_owned(), now(K::Zetel).to_owned()];
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
        document().set_title(&joined(&words, " · "));
    });
    let head = el("header")
        .class("page-head")
        .child(el("p").class("soft").child(K::SettingsAndMaintenance))
        .child(el("h1").attr("tabindex", "-1").child(heading));
    nodes![head, inside.into()]
}

/// Puts the focus on the page's heading, where a new screen begins.
pub(crate) fn focus_heading() {
    let heading = document().query_selector("h1").ok().flatten();
    if let Some(heading) =
        heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // An element that cannot take the focus leaves it where it was.
        drop(heading.focus());
    }
}
