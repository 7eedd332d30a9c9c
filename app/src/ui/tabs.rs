//! Tabs that are links with addresses: arrows, Home and End move between them, Enter or a click opens.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::live::{live, on};

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

/// The id of the panel that belongs to the current tab.
const PANEL: &str = "tab-panel";

/// Tabs and, below them, the panel of the current one.
#[component]
pub(crate) fn Tabs(
    /// The tabs; one is current.
    #[prop(into)]
    tabs: Signal<Vec<Tab>>,
    /// What they are tabs of.
    #[prop(into)]
    label: Signal<String>,
    /// The panel of the current tab.
    children: Children,
) -> impl IntoView {
    let links = live(move || tabs.get().into_iter().map(link).collect_view().into_any());
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=on(|event| on_key(&event))>
            {links}
        </div>
        <div id=PANEL class="tab-panel" role="tabpanel" aria-labelledby="tab-current">
            {children()}
        </div>
    }
}

fn link(tab: Tab) -> impl IntoView {
    view! {
        <a
            role="tab"
            id=tab.current.then_some("tab-current")
            href=tab.href
            aria-selected=if tab.current { "true" } else { "false" }
            aria-controls=tab.current.then_some(PANEL)
            tabindex=if tab.current { "0" } else { "-1" }
        >
            {tab.name}
            {(!tab.count.is_empty()).then(|| view! { " " <span class="count">{tab.count}</span> })}
        </a>
    }
}

fn on_key(event: &web_sys::KeyboardEvent) {
    let Some(list) = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
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
            click(tabs.item(index));
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

fn click(tab: Option<web_sys::Element>) {
    if let Some(tab) = html(tab) {
        tab.click();
    }
}

fn html(element: Option<web_sys::Element>) -> Option<web_sys::HtmlElement> {
    element?.dyn_into().ok()
}
