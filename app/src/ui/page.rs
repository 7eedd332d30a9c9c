//! The frame of a screen: its one `<h1>` (which takes the focus when the screen opens) and the window's title.

use leptos::prelude::*;

use super::live::effect;
use crate::text::{K, t};

/// The frame of a screen.
#[component]
pub(crate) fn Page(
    /// Heading.
    #[prop(into)]
    heading: Signal<String>,
    /// What the window's title says before the heading: a tab, a dialog. May be empty.
    #[prop(optional, into)]
    title: Signal<String>,
    /// The screen.
    children: Children,
) -> impl IntoView {
    effect(move || {
        let (title, heading) = (title.get(), heading.get());
        let words = [title.as_str(), heading.as_str(), t(K::Zetel)()];
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
        document().set_title(&words.join(" · "));
    });
    view! {
        <header class="page-head">
            <p class="soft">{t(K::SettingsAndMaintenance)}</p>
            <h1 tabindex="-1">{heading}</h1>
        </header>
        {children()}
    }
}
