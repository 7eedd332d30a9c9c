//! A tinted notice: icon, a word in bold, a sentence. Red and amber interrupt a screen reader, the others wait.

use super::el::{El, Node, el};
use super::icon::{Icon, glyph};

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
    fn notice(self) -> &'static str {
        match self {
            Self::Info => "notice info",
            Self::Amber => "notice amber",
            Self::Red => "notice red",
            Self::Green => "notice green",
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Self::Info => "tag info",
            Self::Amber => "tag amber",
            Self::Red => "tag red",
            Self::Green => "tag green",
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

/// A notice that stands there from the start: said with the page.
pub(crate) fn notice(tone: Tone, words: impl Into<Node>) -> El {
    let words = el("div").class("notice-words").child(words);
    el("div")
        .class(tone.notice())
        .child(glyph(tone.icon()))
        .child(words)
}

/// A notice that appears because of something that the reader did: said at once.
pub(crate) fn alert(tone: Tone, words: impl Into<Node>) -> El {
    let role = match tone {
        Tone::Red | Tone::Amber => "alert",
        Tone::Info | Tone::Green => "status",
    };
    notice(tone, words).attr("role", role)
}

/// A paragraph of a notice (or of anything).
pub(crate) fn p(words: impl Into<Node>) -> El {
    el("p").child(words)
}

/// A short word on a tinted ground, in a table.
pub(crate) fn tag(tone: Tone, word: impl Into<Node>) -> El {
    el("span").class(tone.tag()).child(word)
}
