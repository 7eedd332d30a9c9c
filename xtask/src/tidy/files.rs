//! How long a file may be, how it is named, how it begins.

use super::{Finding, Source, Tree};

/// Most lines of a file: past it, it has two reasons to change.
const LINES_MAX: usize = 500;
/// Endings of the files that this holds for.
const COUNTED: [&str; 7] = [".css", ".html", ".md", ".mjs", ".rs", ".sql", ".ts"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 11] = [
    "mod", "util", "utils", "common", "helper", "helpers", "manager", "misc", "service",
    "services", "shared",
];

/// No file is longer than a person reads.
pub(super) fn short(tree: &Tree) -> Vec<Finding> {
    let counted = tree
        .sources
        .iter()
        .filter(|source| ends_with(source, &COUNTED));
    counted
        .filter_map(|source| {
            let lines = source.text.lines().count();
            let says = format!(
                "{lines} lines, at most {LINES_MAX}: split it by use, a second dialog or resource"
            );
            (lines > LINES_MAX).then(|| source.finding(lines, says))
        })
        .collect()
}

/// A name says what a file is for.
pub(super) fn named_after_use(tree: &Tree) -> Vec<Finding> {
    let code = tree
        .sources
        .iter()
        .filter(|source| ends_with(source, &[".rs", ".ts", ".mjs", ".css"]));
    code.filter_map(|source| {
        let name = source.path.rsplit('/').next()?.split('.').next()?;
        let says = format!("{name} says nothing about its use: name it after what it is for (a folder's module is name.rs)");
        EMPTY_NAMES.contains(&name).then(|| source.finding(0, says))
    })
    .collect()
}

/// The first line says what a file is for.
pub(super) fn with_headers(tree: &Tree) -> Vec<Finding> {
    let beginnings = [
        (".rs", "//!"),
        (".ts", "//"),
        (".mjs", "//"),
        (".css", "/*"),
    ];
    let mut found = Vec::new();
    for source in &tree.sources {
        let begins = beginnings
            .iter()
            .find(|(end, _)| source.path.ends_with(end));
        let is_test_of_files =
            source.path.contains("/golden/") || source.path.ends_with("build.rs");
        if let Some((_, begins)) = begins.filter(|(_, begins)| !source.text.starts_with(begins))
            && !is_test_of_files
        {
            found.push(source.finding(
                1,
                format!("begins without {begins} and a sentence: what is this file for?"),
            ));
        }
    }
    found
}

fn ends_with(source: &Source, ends: &[&str]) -> bool {
    ends.iter().any(|end| source.path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use super::{named_after_use, short, with_headers};

    #[test]
    fn a_file_of_500_lines_passes_and_one_more_does_not() {
        let (fits, long) = ("x\n".repeat(500), "x\n".repeat(501));
        let found = short(&Tree::of(&[
            ("app/src/a.rs", &fits),
            ("app/src/b.rs", &long),
        ]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "app/src/b.rs");
    }

    #[test]
    fn an_empty_name_is_found() {
        let tree = Tree::of(&[
            ("server/src/db/mod.rs", ""),
            ("server/src/serve.rs", ""),
            ("style/utils.css", ""),
        ]);
        assert_eq!(named_after_use(&tree).len(), 2);
    }

    #[test]
    fn a_file_without_a_header_is_found() {
        let tree = Tree::of(&[
            ("app/src/a.rs", "use b;"),
            ("app/src/c.rs", "//! Says."),
            ("style/a.css", "a {}"),
        ]);
        assert_eq!(with_headers(&tree).len(), 2);
    }
}
