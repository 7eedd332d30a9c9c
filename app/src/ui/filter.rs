//! Filters of a list: a search box (`/` goes there), a choice that becomes a chip, a check box.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icon::{Glyph, Icon};
use super::live::{effect, live, maybe, on, on_value};
use crate::text::{K, fill, t};

/// How long a search waits for the next letter, in milliseconds.
const TYPING_MS: u64 = 250;
/// Longest search, in characters (the server's limit).
const SEARCH_MAX: u32 = 200;

/// A search box. `/` anywhere on the page (or in the dialog) puts the focus here.
#[component]
pub(crate) fn Search(
    /// What is searched for now.
    #[prop(into)]
    value: Signal<String>,
    /// Label and placeholder.
    label: K,
    /// What is searched for from now on; called when typing pauses.
    on_search: Callback<String>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let forget = move || {
        if let Some(Some(handle)) = pending.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(forget);
    let typed = move |text: String| {
        forget();
        let run = move || on_search.run(text);
        let later = std::time::Duration::from_millis(TYPING_MS);
        pending.set_value(set_timeout_with_handle(run, later).ok());
    };
    // The address may change by Back: the box follows, unless somebody is typing in it.
    effect(move || {
        let value = value.get();
        if let Some(input) = input.get()
            && document().active_element().as_ref() != Some(input.as_ref())
        {
            input.set_value(&value);
        }
    });
    view! {
        <div class="search">
            <Glyph icon=Icon::Search />
            <input
                type="search"
                node_ref=input
                value=value.get_untracked()
                placeholder=t(label)
                aria-label=t(label)
                aria-keyshortcuts="/"
                data-search
                autocomplete="off"
                spellcheck="false"
                maxlength=SEARCH_MAX
                on:input=on_value(typed)
            />
        </div>
    }
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

/// A choice of one thing to filter by: a list to pick from, and a chip of what was picked.
#[component]
pub(crate) fn Pick(
    /// What can be picked, in order, groups together.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Value of what is picked.
    #[prop(into)]
    picked: Signal<Option<String>>,
    /// Label.
    label: K,
    /// A number on the chip; may be empty.
    #[prop(optional, into)]
    count: Signal<String>,
    /// Something (or nothing) was picked.
    on_pick: Callback<Option<String>>,
) -> impl IntoView {
    let name = move || {
        let picked = picked.get()?;
        choices.with(|choices| {
            let choice = choices.iter().find(|choice| choice.value == picked);
            Some(choice.map_or(picked.clone(), |choice| choice.name.clone()))
        })
    };
    let chip = maybe(move || {
        name().map(|name| {
            let remove = fill(K::RemoveFilter, &[("name", &name)]);
            view! {
                <button type="button" class="chip chosen" aria-label=remove on:click=on(move |_| on_pick.run(None))>
                    <span>{name}</span>
                    <span class="count">{count}</span>
                    <Glyph icon=Icon::Cross />
                </button>
            }
            .into_any()
        })
    });
    let options = live(move || {
        let picked = picked.get();
        choices.with(|choices| grouped(choices, picked.as_deref()).into_any())
    });
    view! {
        {chip}
        <span class="chip pick">
            <select
                aria-label=t(label)
                on:change=on_value(move |value| on_pick.run((!value.is_empty()).then_some(value)))
            >
                <option value="">{t(label)}</option>
                {options}
            </select>
            <Glyph icon=Icon::Down />
        </span>
    }
}

fn grouped(choices: &[Choice], picked: Option<&str>) -> impl IntoView + use<> {
    choices
        .chunk_by(|one, next| one.group == next.group)
        .map(|group| {
            let options: Vec<_> = group
                .iter()
                .map(|choice| {
                    let selected = picked == Some(choice.value.as_str());
                    view! {
                        <option value=choice.value.clone() selected=selected>
                            {choice.name.clone()}
                        </option>
                    }
                })
                .collect();
            view! { <optgroup label=group[0].group.clone()>{options}</optgroup> }
        })
        .collect_view()
}

/// A check box with its label.
#[component]
pub(crate) fn Check(
    /// Label.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// It was changed to this.
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=on
                on:change=super::live::on(move |event| on_change.run(event_target_checked(&event)))
            />
            <span>{label}</span>
        </label>
    }
}
