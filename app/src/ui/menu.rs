//! A button that opens a small panel below it, on the native popover: Escape and a click elsewhere close it.

use leptos::prelude::document;

use super::el::{Node, Spot, el};
use crate::nodes;

/// A button that says `label`, and its panel (with this id) of buttons and links.
pub(crate) fn menu(id: &'static str, label: impl Into<Node>, inside: impl Into<Node>) -> Node {
    let (button, panel) = (Spot::default(), Spot::default());
    let place = {
        let (button, panel) = (button.clone(), panel.clone());
        // Popovers are placed against the window, so its place follows the button at each opening.
        move || {
            if let (Some(button), Some(panel)) = (button.get(), panel.get()) {
                place_below(&button, &panel);
            }
        }
    };
    let button = el("button")
        .attr("type", "button")
        .class("quiet-button")
        .attr("popovertarget", id)
        .at(&button)
        .on_click(place)
        .child(label);
    let panel = el("div")
        .attr("id", id)
        .class("menu")
        .attr("popover", "auto")
        .at(&panel)
        .child(inside);
    nodes![button, panel]
}

fn place_below(button: &web_sys::Element, panel: &web_sys::HtmlElement) {
    let at = button.get_bounding_client_rect();
    let width = document()
        .document_element()
        .map_or(0, |root| root.client_width());
    let px = |value: i32| [value.to_string().as_str(), "px"].concat();
    let top = px(at.bottom() as i32);
    // Above what stands at the bottom of a narrow screen.
    let room = ["max(10rem, 100dvh - 4rem - ", &top, ")"].concat();
    // A property that exists takes any length.
    drop(panel.style().set_property("top", &top));
    drop(panel.style().set_property("max-height", &room));
    drop(
        panel
            .style()
            .set_property("right", &px(width - at.right() as i32)),
    );
}
