//! Files that have to agree with one another, and papers that have to stay short.

use std::collections::BTreeSet;

use super::{Finding, Source, Tree};

/// Most lines of the pages that people read first.
const PAPERS: [(&str, usize); 2] = [("README.md", 149), ("ARCHITECTURE.md", 199)];
const MIGRATIONS: [&str; 2] = ["server/migrations/postgres/", "server/migrations/sqlite/"];
const ENGLISH: &str = "public/locales/en.txt";
const LOCALES: &str = "public/locales/";
const LOCK: &str = "end2end/package-lock.json";

/// Number and name of each change of the schema are the same for both databases.
pub(super) fn same_migrations(tree: &Tree) -> Vec<Finding> {
    let names = |folder: &str| -> BTreeSet<String> {
        tree.sources
            .iter()
            .filter_map(|source| source.path.strip_prefix(folder).map(str::to_owned))
            .collect()
    };
    let [postgres, sqlite] = MIGRATIONS.map(names);
    let missing =
        |here: &BTreeSet<String>, there: &BTreeSet<String>, folder: &str| -> Vec<Finding> {
            there
                .difference(here)
                .map(|name| Finding {
                    path: format!("{folder}{name}"),
                    line: 0,
                    says: "the other database has it".into(),
                })
                .collect()
        };
    let mut found = missing(&postgres, &sqlite, MIGRATIONS[0]);
    found.extend(missing(&sqlite, &postgres, MIGRATIONS[1]));
    found
}

/// Every language has the keys of English, in the same order, with the same placeholders.
pub(super) fn same_texts(tree: &Tree) -> Vec<Finding> {
    let Some(english) = tree.get(ENGLISH) else {
        return Vec::new();
    };
    let expected = texts(english);
    let mut found = Vec::new();
    let others = tree
        .sources
        .iter()
        .filter(|source| source.path.starts_with(LOCALES) && source.path != ENGLISH);
    for other in others {
        let texts = texts(other);
        let keys: BTreeSet<&str> = texts.iter().map(|text| text.key).collect();
        for text in expected.iter().filter(|text| !keys.contains(text.key)) {
            found.push(other.finding(0, format!("has no text for {}", text.key)));
        }
        for text in &texts {
            match expected.iter().find(|english| english.key == text.key) {
                None => found
                    .push(other.finding(text.line, format!("{} is no key of English", text.key))),
                Some(english) if english.placeholders != text.placeholders => {
                    let says = format!(
                        "{} has other placeholders than English: {:?}",
                        text.key, english.placeholders
                    );
                    found.push(other.finding(text.line, says));
                }
                Some(_) => {}
            }
        }
    }
    found
}

struct Text<'a> {
    line: usize,
    key: &'a str,
    placeholders: BTreeSet<&'a str>,
}

fn texts(source: &Source) -> Vec<Text<'_>> {
    let lines = source.lines().filter(|(_, line)| !line.starts_with('#'));
    lines
        .filter_map(|(line, text)| {
            let (key, value) = text.split_once('=')?;
            let placeholders = value
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(name, _)| name);
            Some(Text {
                line,
                key: key.trim(),
                placeholders: placeholders.collect(),
            })
        })
        .collect()
}

/// What people read first, they read to the end.
pub(super) fn short(tree: &Tree) -> Vec<Finding> {
    let papers = PAPERS
        .iter()
        .filter_map(|(path, most)| Some((tree.get(path)?, *most)));
    papers
        .filter_map(|(paper, most)| {
            let lines = paper.text.lines().count();
            (lines > most).then(|| paper.finding(lines, format!("{lines} lines, at most {most}")))
        })
        .collect()
}

/// Packages come from where the machine says.
pub(super) fn locks_name_no_registry(tree: &Tree) -> Vec<Finding> {
    let Some(lock) = tree.get(LOCK) else {
        return Vec::new();
    };
    let named = lock
        .lines()
        .filter(|(_, line)| line.contains("\"resolved\""));
    named
        .map(|(line, _)| {
            lock.finding(
                line,
                "names a registry: npm install with end2end/.npmrc does not",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use super::{locks_name_no_registry, same_migrations, same_texts, short};

    #[test]
    fn a_migration_of_one_database_only_is_found() {
        let tree = Tree::of(&[
            ("server/migrations/sqlite/0001_first.sql", ""),
            ("server/migrations/postgres/0001_first.sql", ""),
            ("server/migrations/sqlite/0002_second.sql", ""),
        ]);
        let found = same_migrations(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "server/migrations/postgres/0002_second.sql");
    }

    #[test]
    fn texts_that_differ_in_keys_or_placeholders_are_found() {
        let tree = Tree::of(&[
            (
                "public/locales/en.txt",
                "# Dialogs\nok = OK\nleft = {count} left\nmore = More",
            ),
            (
                "public/locales/nl.txt",
                "ok = OK\nleft = {aantal} over\nminder = Minder",
            ),
        ]);
        let says: Vec<String> = same_texts(&tree)
            .into_iter()
            .map(|finding| finding.says)
            .collect();
        assert_eq!(says.len(), 3);
        assert!(says[0].contains("no text for more"), "{says:?}");
    }

    #[test]
    fn a_long_paper_and_a_lock_with_addresses_are_found() {
        let long = "line\n".repeat(150);
        let tree = Tree::of(&[
            ("README.md", &long),
            ("end2end/package-lock.json", "{\n\"resolved\": \"x\"\n}"),
        ]);
        assert_eq!(short(&tree).len(), 1);
        assert_eq!(locks_name_no_registry(&tree)[0].line, 2);
    }
}
