//! Form fields and buttons: a label above, a hint or an error below, joined for screen readers.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live::{live, on, on_value};
use crate::text::K;

/// A field of one line. The error, when there is one, is beside the field and announced.
#[component]
pub(crate) fn Field(
    /// Name in the form, and its id.
    name: &'static str,
    /// Label.
    label: K,
    /// What is in it.
    value: RwSignal<String>,
    /// `text`, `password`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// Autofill's name for it.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Sentence below.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<String>,
    /// Longest text, in characters.
    #[prop(default = 254)]
    longest: u32,
    /// Cannot be changed.
    #[prop(optional, into)]
    read_only: Signal<bool>,
    /// Takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let below = [name, "-below"].concat();
    let wrong = move || !error.with(String::is_empty);
    let described = {
        let below = below.clone();
        move || (wrong() || !hint.with(String::is_empty)).then(|| below.clone())
    };
    view! {
        <div class="field">
            <label for=name>{crate::text::t(label)}</label>
            <input
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                maxlength=longest
                readonly=read_only
                autofocus=autofocus
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=described
                prop:value=value
                on:input=on_value(move |text| value.set(text))
            />
            <div id=below class="field-below" aria-live="polite">
                {live(move || {
                    if wrong() {
                        view! {
                            <p class="field-error">
                                <Glyph icon=Icon::Blocked />
                                <span>{error.get()}</span>
                            </p>
                        }
                            .into_any()
                    } else {
                        let hint = hint.get();
                        (!hint.is_empty())
                            .then(|| view! { <p class="soft">{hint}</p> }.into_any())
                            .into_any()
                    }
                })}
            </div>
        </div>
    }
}

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    /// One of several.
    #[default]
    Plain,
    /// The one of the view.
    Primary,
}

/// A button that acts. While `busy` it keeps its place and its focus and does nothing; `off` greys it out (say why
/// beside it).
#[component]
pub(crate) fn Button(
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// Is at it.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Cannot be used now.
    #[prop(optional, into)]
    off: Signal<bool>,
    /// Sends the form around it (then `on_click` may stay empty).
    #[prop(optional)]
    submits: bool,
    /// What it does.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
) -> impl IntoView {
    let click = move |event: web_sys::MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_click) = on_click {
            on_click.run(());
        }
    };
    view! {
        <button
            type=if submits { "submit" } else { "button" }
            class="button"
            class:primary=look == Look::Primary
            disabled=off
            aria-disabled=move || busy.get().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            on:click=on(click)
        >
            {label}
        </button>
    }
}
