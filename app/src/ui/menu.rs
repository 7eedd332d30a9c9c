//! A button that opens a small panel below it, on the native popover: Escape and a click elsewhere close it.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::live::on;

/// A button and its panel.
#[component]
pub(crate) fn Menu(
    /// Id of the panel.
    id: &'static str,
    /// What the button says.
    #[prop(into)]
    label: Signal<String>,
    /// Buttons and links.
    children: Children,
) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    // Popovers are placed against the window, so its place follows the button at each opening.
    let place = move |_| {
        if let (Some(panel), Some(button)) = (panel.get_untracked(), button.get_untracked()) {
            let at = button.get_bounding_client_rect();
            let width = document()
                .document_element()
                .map_or(0, |root| root.client_width());
            let style = panel.unchecked_ref::<web_sys::HtmlElement>().style();
            let px = |value: i32| [value.to_string().as_str(), "px"].concat();
            // A property that exists takes any length.
            drop(style.set_property("top", &px(at.bottom() as i32)));
            drop(style.set_property("right", &px(width - at.right() as i32)));
        }
    };
    view! {
        <button type="button" class="quiet-button" node_ref=button popovertarget=id on:click=on(place)>
            {label}
        </button>
        <div id=id class="menu" node_ref=panel popover="auto">
            {children()}
        </div>
    }
}
