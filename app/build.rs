//! Makes `enum K` (and `enum N` for plurals) from `public/locales/en.txt`, and refuses to build while another locale
//! lacks a key, has one too many, has them in another order, or uses other placeholders.
//!
//! To add a text: one line in every locale file, at the same place.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The locale whose file makes the keys.
const BASE: &str = "en";
/// Plural forms that a key may end in, in the order in which they are written.
const FORMS: [&str; 2] = [".one", ".other"];

fn main() {
    if env("CARGO_CFG_TARGET_FAMILY") == "wasm" {
        // Whoever splits the client has to know what calls what.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    let folder = Path::new(&env("CARGO_MANIFEST_DIR")).join("../public/locales");
    println!("cargo::rerun-if-changed={}", folder.display());
    let base = messages(&folder.join(format!("{BASE}.txt")));
    for file in locale_files(&folder) {
        println!("cargo::rerun-if-changed={}", file.display());
        compare(&base, &messages(&file), &file);
    }
    let target = Path::new(&env("OUT_DIR")).join("keys.rs");
    std::fs::write(target, keys(&base)).expect("the build's own folder can be written");
}

/// One line of a locale file.
struct Message {
    key: String,
    text: String,
}

fn messages(file: &Path) -> Vec<Message> {
    let content =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut seen = BTreeSet::new();
    content
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (key, text) = line
                .split_once(" = ")
                .unwrap_or_else(|| panic!("{}: no ` = ` in: {line}", file.display()));
            let well_formed = key
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'));
            assert!(well_formed, "{}: not a key: {key}", file.display());
            assert!(
                seen.insert(key.to_owned()),
                "{}: twice: {key}",
                file.display()
            );
            Message {
                key: key.to_owned(),
                text: text.to_owned(),
            }
        })
        .collect()
}

fn locale_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of locales is there")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    files
}

fn compare(base: &[Message], other: &[Message], file: &Path) {
    for (index, message) in base.iter().enumerate() {
        let Some(same) = other.get(index).filter(|other| other.key == message.key) else {
            panic!(
                "{}: `{}` is missing or not at the same place as in {BASE}.txt",
                file.display(),
                message.key
            );
        };
        assert!(
            placeholders(&same.text) == placeholders(&message.text),
            "{}: `{}` has other placeholders than in {BASE}.txt",
            file.display(),
            message.key
        );
    }
    assert!(
        other.len() == base.len(),
        "{}: more texts than {BASE}.txt",
        file.display()
    );
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

fn keys(base: &[Message]) -> String {
    let mut plain = String::new();
    let mut plural = String::new();
    for (index, message) in base.iter().enumerate() {
        let doc = message.text.replace('`', "'");
        if let Some(stem) = message.key.strip_suffix(FORMS[0]) {
            let next = base.get(index + 1).map(|next| next.key.as_str());
            assert!(
                next == Some(&format!("{stem}{}", FORMS[1])),
                "{stem}: `{}` belongs right after `{}`",
                FORMS[1],
                FORMS[0]
            );
            writeln!(
                plural,
                "    /// `{doc}` …\n    {} = {index},",
                camel_case(stem)
            )
            .expect("writing to a String does not fail");
        } else if !message.key.ends_with(FORMS[1]) {
            writeln!(
                plain,
                "    /// `{doc}`\n    {} = {index},",
                camel_case(&message.key)
            )
            .expect("writing to a String does not fail");
        }
    }
    format!(
        "/// A text of the screen: its line in a locale file.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(u16)]\npub(crate) enum K {{\n{plain}}}\n\n\
         /// A text with plural forms: the line of the first.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(u16)]\npub(crate) enum N {{\n{plural}}}\n\n\
         /// How many lines a locale file has.\n\
         pub(crate) const LINES: usize = {};\n",
        base.len()
    )
}

fn camel_case(key: &str) -> String {
    key.split(['_', '.'])
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
