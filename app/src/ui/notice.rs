//! A tinted notice: icon, a word in bold, a sentence. Red and amber interrupt a screen reader, the others wait.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live::maybe;

/// What a notice (or a tag, or a number) means; always beside an icon and a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Good to know.
    #[default]
    Info,
    /// Soon, look out.
    Amber,
    /// Blocked, over, failed.
    Red,
    /// Just done.
    Green,
}

impl Tone {
    /// Its class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Green => "green",
        }
    }

    /// Its icon.
    pub(crate) fn icon(self) -> Icon {
        match self {
            Self::Info => Icon::Info,
            Self::Amber => Icon::Warning,
            Self::Red => Icon::Blocked,
            Self::Green => Icon::Done,
        }
    }
}

/// A notice. What stood there from the start is said with the page; `live` ones are said when they appear.
#[component]
pub(crate) fn Notice(
    /// What it means.
    tone: Tone,
    /// The word (or words) in bold, where `children` do not begin with their own.
    #[prop(optional, into)]
    title: Signal<String>,
    /// Appears because of something that the reader did.
    #[prop(optional)]
    live: bool,
    /// The sentences.
    children: Children,
) -> impl IntoView {
    let role = live.then_some(match tone {
        Tone::Red | Tone::Amber => "alert",
        Tone::Info | Tone::Green => "status",
    });
    view! {
        <div class=["notice ", tone.class()].concat() role=role>
            <Glyph icon=tone.icon() />
            <div class="notice-words">
                {maybe(move || {
                    let title = title.get();
                    (!title.is_empty()).then(|| view! { <strong>{title}</strong> }.into_any())
                })}
                {children()}
            </div>
        </div>
    }
}

/// A short word on a tinted ground, in a table.
#[component]
pub(crate) fn Tag(
    /// What it means.
    tone: Tone,
    /// The word.
    #[prop(into)]
    word: Signal<String>,
) -> impl IntoView {
    view! { <span class=["tag ", tone.class()].concat()>{word}</span> }
}
