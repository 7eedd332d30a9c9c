//! Icons: strokes of 1.5 on a grid of 16, in the colour of the text, never the only carrier of a meaning.

use super::el::{El, el};

/// The shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Blocked, over.
    Blocked,
    /// Look out.
    Warning,
    /// Done, in order.
    Done,
    /// Good to know.
    Info,
    /// Close, remove.
    Cross,
    /// Leads out of the console.
    Leaves,
    /// Sorted upwards.
    Up,
    /// Sorted downwards, opens below.
    Down,
    /// Light and dark.
    Theme,
    /// Search.
    Search,
    /// A file.
    File,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Blocked => "M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5M5 8h6",
            Self::Warning => "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.3v.2",
            Self::Done => {
                "M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5M5.3 8.2l1.9 1.9 3.6-3.8"
            }
            Self::Info => "M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5M8 7.3v3.6M8 5v.2",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Leaves => "M7 3H3v10h10V9M9.5 2.5h4v4M13.2 2.8 7.5 8.5",
            Self::Up => "M8 13V3M4 7l4-4 4 4",
            Self::Down => "M4 6l4 4 4-4",
            Self::Theme => {
                "M8 2.25a5.75 5.75 0 1 0 0 11.5a5.75 5.75 0 1 0 0-11.5M8 3v10M9.5 3v10M11 4v8M12.5 5.5v5"
            }
            Self::Search => "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3l3.7 3.7",
            Self::File => "M4 1.75h5l3.25 3.25v9.25H4zM9 2v3.2h3.2",
        }
    }
}

/// An icon; a word stands beside it.
pub(crate) fn glyph(icon: Icon) -> El {
    el("svg")
        .class("icon")
        .attr("viewBox", "0 0 16 16")
        .attr("aria-hidden", "true")
        .child(el("path").attr("d", icon.path()))
}
