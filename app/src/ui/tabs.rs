//! Tabs that are links with addresses: arrows, Home and End move between them, Enter or a click opens.

use leptos::prelude::document;
use wasm_bindgen::JsCast;

use super::el::{El, Node, el, live};
use crate::nodes;
use crate::text::K;

/// One tab.
#[derive(Clone, PartialEq)]
pub(crate) struct Tab {
    /// Its address.
    pub(crate) href: String,
    /// Its name.
    pub(crate) name: String,
    /// A number beside the name; may be empty.
    pub(crate) count: String,
    /// Whether it is the one that is shown.
    pub(crate) current: bool,
}

/// Id of the current tab, and of the panel that belongs to it.
const CURRENT: &str = "tab-current";
const PANEL: &str = "tab-panel";

/// Tabs (one is current) of what `label` says and, below them, the panel of the current one.
pub(crate) fn tabs(
    tabs: impl Fn() -> Vec<Tab> + 'static,
    label: K,
    panel: impl Into<Node>,
) -> Node {
    let links = live(move || tabs().into_iter().map(link).collect::<Vec<_>>());
    let list = el("div")
        .class("tabs")
        .attr("role", "tablist")
        .attr("aria-label", label)
        .on_key(on_key)
        .child(links);
    let panel = el("div")
        .attr("id", PANEL)
        .class("tab-panel")
        .attr("role", "tabpanel")
        .attr("aria-labelledby", CURRENT)
        .child(panel);
    nodes![list, panel]
}

fn link(tab: Tab) -> El {
    let count = (!tab.count.is_empty()).then(|| el("span").class("count").child(tab.count));
    el("a")
        .attr("role", "tab")
        .attr("href", tab.href)
        .attr("id", tab.current.then_some(CURRENT))
        .attr("aria-controls", tab.current.then_some(PANEL))
        .attr("aria-selected", if tab.current { "true" } else { "false" })
        .attr("tabindex", if tab.current { "0" } else { "-1" })
        .child(tab.name)
        .child(" ")
        .child(count)
}

fn on_key(event: &web_sys::KeyboardEvent) {
    let list = event.current_target();
    let Some(list) = list.and_then(|list| list.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    let tabs = list.children();
    let focused = document().active_element();
    let last = tabs.length().saturating_sub(1);
    let Some(index) = (0..=last).find(|index| tabs.item(*index) == focused) else {
        return;
    };
    let next = match event.key().as_str() {
        "ArrowRight" => (index + 1) % (last + 1),
        "ArrowLeft" => (index + last) % (last + 1),
        "Home" => 0,
        "End" => last,
        " " => {
            event.prevent_default();
            if let Some(tab) = html(tabs.item(index)) {
                tab.click();
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(tab) = html(tabs.item(next)) {
        // A link can take the focus.
        drop(tab.focus());
    }
}

fn html(element: Option<web_sys::Element>) -> Option<web_sys::HtmlElement> {
    element?.dyn_into().ok()
}
