//! The words of the screen: one locale file at a time, looked up by [`K`]; numbers and dates as the reader writes them.
//!
//! `K::Save` itself is a piece of a view and a value of an attribute; [`now`] is its text, [`fill`] fills
//! `{placeholders}`, [`tn`] chooses a plural. To add a text: one line in every file of `public/locales`; to add a language: its file, its line in
//! [`LANGUAGES`] and its `<meta>` in `public/index.html`.

mod format;

use std::cell::{Cell, RefCell};

use leptos::prelude::{ArcTrigger, Notify, Track, document, window};

pub(crate) use format::{Length, ago, date, date_of, exact, moment, number};

use crate::reactive::Signal;

include!(concat!(env!("OUT_DIR"), "/keys.rs"));

/// A language that the console speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    /// Its tag.
    pub(crate) tag: &'static str,
    /// Its own name.
    pub(crate) name: &'static str,
    /// Whose numbers and dates, when the browser has no opinion.
    region: &'static str,
}

/// Every language, in the order of the switch; the first stands in for languages that are not here.
pub(crate) const LANGUAGES: [Language; 2] = [
    Language {
        tag: "en",
        name: "English",
        region: "en-GB",
    },
    Language {
        tag: "nl",
        name: "Nederlands",
        region: "nl-NL",
    },
];

/// Where the choice is kept.
const STORED: &str = "language";

/// The language in force and its lines.
#[derive(Clone, Copy)]
struct Texts {
    language: Language,
    lines: &'static [&'static str],
}

thread_local! {
    /// The one thing that every text reads.
    static TEXTS: Cell<Texts> = const { Cell::new(Texts { language: LANGUAGES[0], lines: &[] }) };
    /// Told when [`TEXTS`] are others.
    static SWITCHED: ArcTrigger = ArcTrigger::new();
    /// Languages that were fetched; a page keeps them.
    static FETCHED: RefCell<Vec<Texts>> = const { RefCell::new(Vec::new()) };
}

fn texts() -> Texts {
    // Followed, so that a switch changes the words in place.
    SWITCHED.with(Track::track);
    TEXTS.get()
}

fn line(index: usize) -> &'static str {
    texts().lines.get(index).copied().unwrap_or_default()
}

/// The text of a key, now; whatever reads it follows the language.
pub(crate) fn now(key: K) -> &'static str {
    line(key as usize)
}

/// The text of a key with its placeholders filled.
pub(crate) fn fill(key: K, values: &[(&str, &str)]) -> String {
    filled(line(key as usize), values)
}

/// The text for a number of things, with `{count}` and other placeholders filled.
pub(crate) fn tn(key: N, count: i64, values: &[(&str, &str)]) -> String {
    let one = format::plural_is_one(count);
    let counted = filled(
        line(key as usize + usize::from(!one)),
        &[("count", &number(count))],
    );
    filled(&counted, values)
}

impl From<K> for Signal<String> {
    fn from(key: K) -> Self {
        Signal::derive(move || now(key).to_owned())
    }
}

fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What stands for a line break in the texts as the site has them: a character of its own, so that nothing else of the client looks
/// for a text in a text, which is 2 KB.
const LINE_BREAK: char = '\u{b}';

/// The texts of a language, as the site has them: a line each, in the order of the keys; none when they do not belong to this
/// client.
fn lines(file: &str) -> Option<Vec<String>> {
    let lines: Vec<String> = file
        .lines()
        .map(|text| text.replace(LINE_BREAK, "\n"))
        .collect();
    (lines.len() == LINES).then_some(lines)
}

/// Texts in a row with something between them; the one function that does it.
pub(crate) fn joined(texts: &[String], between: &str) -> String {
    let mut joined = String::new();
    for (place, text) in texts.iter().enumerate() {
        if place > 0 {
            joined.push_str(between);
        }
        joined.push_str(text);
    }
    joined
}

/// The language in force.
pub(crate) fn language() -> Language {
    texts().language
}

/// The language to begin with: the stored choice, else the browser's first that is here.
pub(crate) fn first_language() -> Language {
    let stored = storage().and_then(|storage| storage.get_item(STORED).ok().flatten());
    let chosen = stored.and_then(|tag| LANGUAGES.into_iter().find(|l| l.tag == tag));
    chosen
        .or_else(|| browser_tags().find_map(|tag| LANGUAGES.into_iter().find(|l| is_of(&tag, *l))))
        .unwrap_or(LANGUAGES[0])
}

/// Puts a language in force, fetching it when it was not; false when its file could not be had.
pub(crate) async fn switch_to(language: Language) -> bool {
    let known = FETCHED.with_borrow(|fetched| {
        fetched
            .iter()
            .find(|texts| texts.language == language)
            .copied()
    });
    let texts = match known {
        Some(texts) => texts,
        None => match fetched(language).await {
            Some(texts) => texts,
            None => return false,
        },
    };
    TEXTS.set(texts);
    SWITCHED.with(Notify::notify);
    if let Some(root) = document().document_element() {
        // Setting an attribute that HTML has cannot fail.
        drop(root.set_attribute("lang", language.tag));
    }
    true
}

/// Keeps a choice of language for the next visit.
pub(crate) fn keep(language: Language) {
    if let Some(storage) = storage() {
        // A full or forbidden store only means that the choice is asked again.
        drop(storage.set_item(STORED, language.tag));
    }
}

async fn fetched(language: Language) -> Option<Texts> {
    let name = ["meta[name=locale-", language.tag, "]"].concat();
    let path = document()
        .query_selector(&name)
        .ok()??
        .get_attribute("content")?;
    let answer = gloo_net::http::Request::get(&path).send().await.ok()?;
    let file = answer.text().await.ok()?;
    // Kept for the life of the page: a handful of languages, once each.
    let lines: Vec<&'static str> = lines(&file)?
        .into_iter()
        .map(|line| &*String::leak(line))
        .collect();
    let texts = Texts {
        language,
        lines: Vec::leak(lines),
    };
    FETCHED.with_borrow_mut(|fetched| fetched.push(texts));
    Some(texts)
}

/// The tag for numbers and dates: the browser's own for this language, else a plain one.
fn region() -> String {
    let language = texts().language;
    browser_tags()
        .find(|tag| is_of(tag, language))
        .unwrap_or_else(|| language.region.to_owned())
}

fn browser_tags() -> impl Iterator<Item = String> {
    window()
        .navigator()
        .languages()
        .into_iter()
        .filter_map(|tag| tag.as_string())
}

fn is_of(tag: &str, language: Language) -> bool {
    tag.strip_prefix(language.tag)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, LINES, filled, is_of, lines};

    #[test]
    fn placeholders_are_filled_and_unknown_ones_stay() {
        let values = [("name", "Sales Premium"), ("count", "2")];
        let text = filled("{name} has {count} too many, {other}", &values);
        assert_eq!(text, "Sales Premium has 2 too many, {other}");
        assert_eq!(filled("no end {name", &values), "no end name");
    }

    #[test]
    fn texts_that_are_too_few_or_too_many_are_of_another_client() {
        let text = |count: usize| vec!["text"; count].join("\n");
        assert!(lines(&text(LINES)).is_some());
        assert!(lines(&text(LINES - 1)).is_none());
        assert!(lines(&text(LINES + 1)).is_none());
    }

    #[test]
    fn a_region_belongs_to_its_language_and_a_longer_tag_does_not() {
        assert!(is_of("en-GB", LANGUAGES[0]));
        assert!(is_of("en", LANGUAGES[0]));
        assert!(!is_of("enm", LANGUAGES[0]));
        assert!(!is_of("nl-BE", LANGUAGES[0]));
    }
}
