//! Light, dark, or as the system has it; the choice is kept in this browser.

use leptos::prelude::{document, window};

/// A theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Where the choice is kept.
const STORED: &str = "theme";

impl Theme {
    /// Every theme, in the order of the switch.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the store and the style sheet.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a name.
    pub(crate) fn of(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.name() == name)
            .unwrap_or(Self::System)
    }
}

/// The theme that was chosen.
pub(crate) fn stored() -> Theme {
    let storage = window().local_storage().ok().flatten();
    let name = storage.and_then(|storage| storage.get_item(STORED).ok().flatten());
    name.map_or(Theme::System, |name| Theme::of(&name))
}

/// Keeps a choice for the next visit.
pub(crate) fn keep(theme: Theme) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        // A full or forbidden store only means that the choice is asked again.
        drop(storage.set_item(STORED, theme.name()));
    }
}

/// Puts a theme in force.
pub(crate) fn apply(theme: Theme) {
    let Some(root) = document().document_element() else {
        return;
    };
    // Attributes that are well-named can be set and removed.
    drop(match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.name()),
    });
}
