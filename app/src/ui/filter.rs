//! Filters of a list: a search box (`/` goes there), a choice that becomes a chip, a check box.

use std::rc::Rc;

use leptos::prelude::{
    TimeoutHandle, document, event_target, event_target_checked, event_target_value, on_cleanup,
};
use wasm_bindgen::JsCast;

use super::el::{El, Node, Spot, Value, effect, el, live};
use super::heard::later;
use super::icon::{Icon, glyph};
use crate::call::Call;
use crate::nodes;
use crate::reactive::{Signal, StoredValue};
use crate::text::{K, fill, now};

/// How long a search waits for the next letter, in milliseconds.
const TYPING_MS: u64 = 30;
/// Longest search, in characters (the server's limit).
const SEARCH_MAX: u32 = 200;

/// A search box. `/` anywhere on the page (or in the dialog) puts the focus here; `on_search` is called when typing
/// pauses.
pub(crate) fn search(value: Signal<String>, label: K, on_search: impl Fn(String) + 'static) -> El {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let forget = move || {
        if let Some(Some(handle)) = pending.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(forget);
    let on_search = Rc::new(on_search);
    let typed = move |text: String| {
        forget();
        let on_search = Rc::clone(&on_search);
        pending.set_value(later(TYPING_MS, move || on_search(text)));
    };
    let input = Spot::default();
    let box_ = input.clone();
    // The address may change by Back: the box follows, unless somebody is typing in it.
    effect(move || {
        let value = value.get();
        if let Some(input) = box_.get::<web_sys::HtmlInputElement>()
            && document().active_element().as_ref() != Some(input.as_ref())
        {
            input.set_value(&value);
        }
    });
    let input = el("input")
        .attr("type", "search")
        .attr("placeholder", label)
        .attr("aria-label", label)
        .attr("aria-keyshortcuts", "/")
        .attr("data-search", true)
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("maxlength", SEARCH_MAX.to_string())
        .at(&input)
        .on_value("input", typed);
    el("div")
        .class("search")
        .child(glyph(Icon::Search))
        .child(input)
}

/// Puts the focus into the search box that can be reached now: that of an open dialog, else the page's.
pub(crate) fn focus_search() -> bool {
    let found = ["dialog[open] [data-search]", "[data-search]"]
        .iter()
        .find_map(|selector| document().query_selector(selector).ok().flatten());
    let Some(input) = found.and_then(|found| found.dyn_into::<web_sys::HtmlInputElement>().ok())
    else {
        return false;
    };
    input.focus().is_ok()
}

/// One thing to choose.
#[derive(Clone, PartialEq)]
pub(crate) struct Choice {
    /// Its value.
    pub(crate) value: String,
    /// Its name.
    pub(crate) name: String,
    /// Group that it stands under.
    pub(crate) group: String,
}

/// Something that a list is filtered by; pressing it takes the filter away.
pub(crate) fn chip(name: &str, on_remove: Box<dyn Call<(), ()>>) -> Node {
    el("button")
        .attr("type", "button")
        .class("chip chosen")
        .attr("aria-label", fill(K::RemoveFilter, &[("name", name)]))
        .on_click(move || {
            on_remove.call_with(());
            // The chip goes, and the focus with it.
            focus_search();
        })
        .child(el("span").child(name.to_owned()))
        .child(glyph(Icon::Cross))
        .into()
}

/// A list to pick one more filter from (in order, groups together).
pub(crate) fn pick(
    choices: Signal<Vec<Choice>>,
    label: K,
    on_pick: impl Fn(String) + 'static,
) -> El {
    // What was picked stands on a chip; the list always begins with what it is for.
    let options = live(move || {
        let first = el("option").attr("value", "").child(now(label));
        nodes![first, choices.with(|choices| grouped(choices, ""))]
    });
    let list = el("select")
        .attr("aria-label", label)
        .on("change", move |event| {
            on_pick(event_target_value(&event));
            event_target::<web_sys::HtmlSelectElement>(&event).set_value("");
        })
        .child(options);
    let list = el("span").class("chip pick").child(list);
    list.child(glyph(Icon::Down))
}

/// A choice of one thing, with its label above; `none`: what stands there as long as nothing is chosen.
pub(crate) fn choose(
    label: impl Into<Node>,
    none: Option<K>,
    choices: Signal<Vec<Choice>>,
    value: Signal<String>,
    on_choose: impl Fn(String) + 'static,
) -> El {
    let options = live(move || {
        let none = none.map(|none| el("option").attr("value", "").child(now(none)));
        let chosen = value.get();
        nodes![none, choices.with(|choices| grouped(choices, &chosen))]
    });
    let list = el("select").on_value("change", on_choose).child(options);
    let label = el("span").child(label);
    el("label").class("choose").child(label).child(list)
}

/// Options in order, groups together; those without a group stand by themselves.
fn grouped(choices: &[Choice], chosen: &str) -> Vec<El> {
    let mut grouped = Vec::new();
    for group in choices.chunk_by(|one, next| one.group == next.group) {
        let options = group.iter().map(|choice| {
            el("option")
                .attr("value", choice.value.clone())
                .attr("selected", choice.value == chosen)
                .child(choice.name.clone())
        });
        let name = group[0].group.clone();
        if name.is_empty() {
            grouped.extend(options);
        } else {
            grouped.push(el("optgroup").attr("label", name).children(options));
        }
    }
    grouped
}

/// A check box with its label.
pub(crate) fn check(
    label: impl Into<Node>,
    on: impl Into<Value>,
    on_change: impl Fn(bool) + 'static,
) -> El {
    let tick = el("input")
        .attr("type", "checkbox")
        .ticked(on)
        .on("change", move |event| {
            on_change(event_target_checked(&event));
        });
    let label = el("span").child(label);
    el("label").class("check").child(tick).child(label)
}
