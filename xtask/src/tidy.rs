//! The rules of the house that no compiler checks: who may import whom, what is said where, how long a file may be.
//!
//! Each rule reads the tree as text and answers what it found, with a sentence that says where the thing belongs. To
//! add one: a function in the file of its kind, its line in [`RULES`], a test with a made-up tree.

mod circles;
mod files;
mod imports;
mod papers;
mod paths;
mod words;

use std::fmt;
use std::fs;
use std::path::Path;

use crate::Failure;
use crate::step::root;

/// Folders that hold what others made, or what is built.
const NOT_OURS: [&str; 4] = [".git", "node_modules", "target", "test-results"];
/// Endings of the files that are text of ours.
const TEXTS: [&str; 12] = [
    "css", "html", "json", "md", "mjs", "rs", "sql", "svg", "toml", "ts", "txt", "run",
];

/// A rule: its name, which is a sentence, and how it is checked.
type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

const RULES: &[Rule] = &[
    (
        "programs share the licensing crate and nothing else",
        imports::programs_share_licensing_only,
    ),
    (
        "licensing depends on values only",
        imports::licensing_is_pure,
    ),
    ("a module imports what the table allows", imports::table),
    (
        "a screen imports no other screen",
        imports::screens_stand_apart,
    ),
    ("modules form no circle", circles::none),
    ("SQL stands in server/src/db", words::sql_is_in_db),
    (
        "one module writes assignments and counters",
        words::one_writer_of_seats,
    ),
    ("now is asked in clock.rs", words::one_clock),
    ("code is finished", words::finished),
    ("tests neither wait nor skip", words::tests_are_straight),
    ("style stands in style sheets", words::style_is_in_sheets),
    ("files are short", files::short),
    ("files are named after their use", files::named_after_use),
    ("files begin with what they are for", files::with_headers),
    (
        "both databases have the same migrations",
        papers::same_migrations,
    ),
    ("both languages have the same texts", papers::same_texts),
    ("papers are short", papers::short),
    (
        "locked packages name no registry",
        papers::locks_name_no_registry,
    ),
];

/// A file: where it is, from the project's folder, with `/`; and what is in it.
struct Source {
    path: String,
    text: String,
}

/// Every text file of the project.
struct Tree {
    sources: Vec<Source>,
}

/// Something that a rule does not allow.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// 0: the file as a whole.
    line: usize,
    says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.says)
    }
}

/// How many rules hold, and how many do not.
pub(crate) fn run() -> Result<(usize, usize), Failure> {
    let tree = Tree::read(root())?;
    let mut broken = 0;
    for (name, rule) in RULES {
        let found = rule(&tree);
        println!("  {} {name}", if found.is_empty() { '✓' } else { '✗' });
        for finding in &found {
            println!("      {finding}");
        }
        broken += usize::from(!found.is_empty());
    }
    Ok((RULES.len() - broken, broken))
}

impl Tree {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let mut sources = Vec::new();
        read_into(&mut sources, folder, "")?;
        Ok(Self { sources })
    }

    /// The Rust files under a path.
    fn rust<'a>(&'a self, under: &'a str) -> impl Iterator<Item = &'a Source> {
        self.sources
            .iter()
            .filter(move |source| source.path.starts_with(under) && source.path.ends_with(".rs"))
    }

    fn get(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self {
            sources: files.iter().map(source).collect(),
        }
    }
}

impl Source {
    fn finding(&self, line: usize, says: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            says: says.into(),
        }
    }

    /// Lines with their numbers, up to where the file's own tests begin.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"));
        lines.enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Every line with its number.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// Whether this is `room.rs` or under `room/`.
    fn is_in(&self, room: &str) -> bool {
        self.path
            .strip_prefix(room)
            .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }
}

fn read_into(sources: &mut Vec<Source>, folder: &Path, inside: &str) -> Result<(), Failure> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| format!("{}: no UTF-8", name.display()))?;
        let path = if inside.is_empty() {
            name.clone()
        } else {
            format!("{inside}/{name}")
        };
        if entry.file_type()?.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                read_into(sources, &entry.path(), &path)?;
            }
        } else if name
            .rsplit(['.', '/'])
            .next()
            .is_some_and(|end| TEXTS.contains(&end))
        {
            sources.push(Source {
                path,
                text: fs::read_to_string(entry.path())?,
            });
        }
    }
    Ok(())
}
