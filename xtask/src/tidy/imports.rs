//! Who may import whom.

use super::paths::{mentions, module_of};
use super::{Finding, Source, Tree};

/// One line of the table: files of this room must not mention these paths.
struct Row {
    room: &'static str,
    must_not: &'static [&'static str],
    because: &'static str,
}

/// The table of ARCHITECTURE.md, in rules that a grep can prove.
const TABLE: &[Row] = &[
    Row {
        room: "licensing/src",
        must_not: &[
            "std::env",
            "std::fs",
            "std::io",
            "std::net",
            "std::process",
            "std::thread",
            "std::time",
        ],
        because: "licensing is a value library, the same on both targets: what it needs of the world is a parameter",
    },
    Row {
        room: "app/src/ui",
        must_not: &[
            "licensing",
            "gloo_net",
            "crate::api",
            "crate::events",
            "crate::parts",
            "crate::remote",
            "crate::route",
            "crate::screens",
            "crate::session",
            "crate::shell",
        ],
        because: "a widget does not know what a license is: what knows one belongs in app/src/parts or a screen",
    },
    Row {
        room: "app/src/parts",
        must_not: &["crate::screens", "crate::shell"],
        because: "a part serves several screens and knows none: what one screen needs belongs in that screen",
    },
    Row {
        room: "app/src/api",
        must_not: &["leptos", "crate::parts", "crate::screens", "crate::ui"],
        because: "the client's calls are plain async: signals belong in remote, session or a screen",
    },
    Row {
        room: "server/src/routes",
        must_not: &["sqlx"],
        because: "a route parses, asks db and licensing, and answers: what touches a database belongs in server/src/db",
    },
    Row {
        room: "server/src/db",
        must_not: &[
            "axum",
            "crate::activation",
            "crate::routes",
            "crate::serve",
            "licensing::compare::compare",
        ],
        because: "db stores what it is told: what decides or answers belongs with the rules or in server/src/routes",
    },
    Row {
        room: "server/src/agents",
        must_not: &["sqlx", "licensing::compare", "licensing::assignment"],
        because: "the documented API is a translation only: rules and SQL belong in the functions that the routes call",
    },
];
/// What licensing may depend on: values in, values out.
const PURE: [&str; 7] = [
    "base64",
    "ed25519-dalek",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
    "time",
];
const PROGRAMS: [&str; 3] = ["app", "server", "vendor"];

/// The client, the console and the license server meet in `licensing`, and nowhere else.
pub(super) fn programs_share_licensing_only(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for program in PROGRAMS {
        let Some(manifest) = tree.get(&format!("{program}/Cargo.toml")) else {
            continue;
        };
        for (line, name) in dependencies(manifest) {
            if PROGRAMS.contains(&name) {
                let says = format!(
                    "{program} must not depend on {name}: what both need belongs in licensing"
                );
                found.push(manifest.finding(line, says));
            }
        }
    }
    found
}

/// No crate that reads, asks or waits comes into the rules.
pub(super) fn licensing_is_pure(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.get("licensing/Cargo.toml") else {
        return Vec::new();
    };
    let impure = dependencies(manifest)
        .into_iter()
        .filter(|(_, name)| !PURE.contains(name));
    impure
        .map(|(line, name)| {
            let says = format!(
                "licensing must not depend on {name}: it belongs in the program that needs it"
            );
            manifest.finding(line, says)
        })
        .collect()
}

/// What the table forbids is not there.
pub(super) fn table(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for row in TABLE {
        for source in tree.rust("").filter(|source| source.is_in(row.room)) {
            for mention in mentions_of(source) {
                let broken = row
                    .must_not
                    .iter()
                    .find(|path| begins_with(&mention.path, path));
                if let Some(path) = broken {
                    found.push(source.finding(mention.line, format!("{path}: {}", row.because)));
                }
            }
        }
    }
    found
}

/// What two screens need is a part.
pub(super) fn screens_stand_apart(tree: &Tree) -> Vec<Finding> {
    const SCREENS: &str = "app/src/screens/";
    let mut found = Vec::new();
    for source in tree.rust(SCREENS) {
        let own = source.path[SCREENS.len()..].split(['/', '.']).next();
        for mention in mentions_of(source) {
            let other = mention
                .path
                .get(2)
                .filter(|other| Some(other.as_str()) != own);
            if let Some(other) = other.filter(|_| begins_with(&mention.path, "crate::screens")) {
                let says = format!(
                    "imports the screen {other}: what two screens need belongs in app/src/parts"
                );
                found.push(source.finding(mention.line, says));
            }
        }
    }
    found
}

fn mentions_of(source: &Source) -> Vec<super::paths::Mention> {
    mentions(&module_of(&source.path).unwrap_or_default(), source.code())
}

fn begins_with(path: &[String], prefix: &str) -> bool {
    let mut parts = path.iter();
    prefix
        .split("::")
        .all(|part| parts.next().is_some_and(|own| own == part))
}

/// Names under `[dependencies]`, with their lines.
fn dependencies(manifest: &Source) -> Vec<(usize, &str)> {
    let mut is_inside = false;
    let mut found = Vec::new();
    for (line, text) in manifest.lines() {
        if text.starts_with('[') {
            is_inside = text == "[dependencies]";
        } else if is_inside && text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let name = text
                .split(['.', ' ', '='])
                .next()
                .expect("a split has a first part");
            found.push((line, name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use super::{licensing_is_pure, programs_share_licensing_only, screens_stand_apart, table};

    #[test]
    fn a_widget_that_knows_a_license_is_found() {
        let tree = Tree::of(&[
            (
                "app/src/ui/meter.rs",
                "use leptos::prelude::*;\nuse licensing::license::License;",
            ),
            ("app/src/parts/meter.rs", "use licensing::license::License;"),
            ("app/src/uint.rs", "use licensing::license::License;"),
        ]);
        let found = table(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].path.as_str(), found[0].line),
            ("app/src/ui/meter.rs", 2)
        );
    }

    #[test]
    fn a_group_of_imports_hides_nothing() {
        let tree = Tree::of(&[(
            "app/src/parts/holders.rs",
            "use crate::{\n    api,\n    screens::users::rows,\n};",
        )]);
        assert_eq!(table(&tree)[0].line, 3);
    }

    #[test]
    fn a_screen_that_imports_another_is_found() {
        let text = "use crate::screens::licenses::row;\nuse crate::screens::users::rows;";
        let found = screens_stand_apart(&Tree::of(&[("app/src/screens/users/list.rs", text)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 1);
    }

    #[test]
    fn a_dependency_across_is_found() {
        let tree = Tree::of(&[
            (
                "server/Cargo.toml",
                "[dependencies]\nlicensing.workspace = true\nvendor = { path = \"../vendor\" }",
            ),
            (
                "licensing/Cargo.toml",
                "[dependencies]\nserde.workspace = true\nreqwest = \"1\"\n[dev-dependencies]\nrand = \"1\"",
            ),
        ]);
        assert_eq!(programs_share_licensing_only(&tree)[0].line, 3);
        assert_eq!(licensing_is_pure(&tree).len(), 1);
    }
}
