//! Words that belong in one place only, or nowhere.

use super::{Finding, Source, Tree};

/// Where SQL may stand: each program's own store.
const STORES: [&str; 2] = ["server/src/db", "vendor/src/db"];
/// How a statement begins, behind a quotation mark.
const STATEMENTS: [&str; 5] = [
    "select ",
    "insert into ",
    "update ",
    "delete from ",
    "with ",
];
const QUERIES: [&str; 4] = [
    "sqlx::query",
    "sqlx::raw_sql",
    "QueryBuilder",
    "query_scalar(",
];

/// Where rows of `assignment` are written.
const ASSIGNMENT_WRITER: &str = "server/src/db/assignments";
const ASSIGNMENT_WRITES: [&str; 3] = [
    "insert into assignment",
    "update assignment ",
    "delete from assignment",
];
/// Where `in_use` is moved: by assigning and freeing, and by activation together with the total.
const COUNTER_WRITERS: [&str; 2] = ["server/src/db/assignments", "server/src/db/modules"];
const COUNTER_WRITES: [&str; 2] = ["set in_use =", ", in_use ="];

/// The one place of each program that asks what time it is.
const CLOCKS: [&str; 3] = ["server/src/clock", "app/src/session", "vendor/src/clock"];
const NOW: [&str; 6] = [
    "SystemTime::now(",
    "Timestamp::now(",
    "Zoned::now(",
    "OffsetDateTime::now",
    "Date::now(",
    "Date::new_0(",
];

/// Marks of what is not finished. In two halves, since this file is read too.
const UNFINISHED: [&str; 7] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[all", "ow("),
    concat!("#![all", "ow("),
];
/// What makes a test green without it having been.
const CROOKED: [&str; 8] = [
    concat!("thread::", "sleep("),
    concat!("#[ig", "nore"),
    concat!("test.", "skip("),
    concat!("test.", "fixme("),
    concat!("test.", "only("),
    concat!("describe.", "only("),
    concat!("waitFor", "Timeout("),
    concat!("networkid", "le"),
];

/// Statements and the calls that run them.
pub(super) fn sql_is_in_db(tree: &Tree) -> Vec<Finding> {
    let programs = tree.rust("").filter(|source| has_rules(source));
    let outside = programs.filter(|source| !STORES.iter().any(|store| source.is_in(store)));
    outside
        .flat_map(|source| {
            source.code().filter_map(move |(line, text)| {
                let text = text.trim_start();
                let is_statement = text.match_indices('"').any(|(quote, _)| {
                    let quoted = text[quote + 1..].to_ascii_lowercase();
                    STATEMENTS.iter().any(|statement| quoted.starts_with(statement)) && has_sql_shape(&quoted)
                });
                let is_query = QUERIES.iter().any(|query| text.contains(query));
                let says = "SQL belongs in the program's db, as a function that stores or finds what it is told";
                (is_statement || is_query).then(|| source.finding(line, says))
            })
        })
        .collect()
}

/// English sentences begin with some of the same words.
fn has_sql_shape(quoted: &str) -> bool {
    [" from ", " set ", " values", " where ", " as ("]
        .iter()
        .any(|word| quoted.contains(word))
}

/// No more seats than bought: nobody else writes them.
pub(super) fn one_writer_of_seats(tree: &Tree) -> Vec<Finding> {
    let assignments = "rows of assignment are written in server/src/db/assignments only, which moves the counters with them";
    let counters = "in_use is moved in server/src/db/assignments, and by activation in server/src/db/modules, only";
    let mut found = anywhere(tree, &ASSIGNMENT_WRITES, &[ASSIGNMENT_WRITER], assignments);
    found.extend(anywhere(tree, &COUNTER_WRITES, &COUNTER_WRITERS, counters));
    found
}

/// Time is passed, so that a test can hold it.
pub(super) fn one_clock(tree: &Tree) -> Vec<Finding> {
    anywhere(
        tree,
        &NOW,
        &CLOCKS,
        "what time it is belongs in the clock: take \"now\" as a parameter",
    )
}

fn anywhere(tree: &Tree, words: &[&str], but: &[&str], says: &str) -> Vec<Finding> {
    let programs = tree.rust("").filter(|source| has_rules(source));
    let others = programs.filter(|source| !but.iter().any(|room| source.is_in(room)));
    others
        .flat_map(|source| {
            let broken = source
                .code()
                .filter(|(_, text)| words.iter().any(|word| text.contains(word)));
            broken.map(|(line, _)| source.finding(line, says))
        })
        .collect()
}

/// The programs and the rules; not the tests, and not the tools.
fn has_rules(source: &Source) -> bool {
    source.path.contains("/src/") && !source.path.starts_with("xtask/")
}

/// What is left open goes into an issue.
pub(super) fn finished(tree: &Tree) -> Vec<Finding> {
    let code = tree.sources.iter().filter(|source| is_code(source));
    code.flat_map(|source| {
        let marks = source.lines().filter_map(|(line, text)| {
            let mark = UNFINISHED.iter().find(|mark| text.contains(*mark))?;
            Some((
                line,
                format!("{mark}: finish it, file an issue, or expect the lint with a reason"),
            ))
        });
        marks.map(|(line, says)| source.finding(line, says))
    })
    .collect()
}

/// Tests say what is, at once.
pub(super) fn tests_are_straight(tree: &Tree) -> Vec<Finding> {
    let code = tree.sources.iter().filter(|source| is_code(source));
    code.flat_map(|source| {
        let crooked = source.lines().filter_map(|(line, text)| {
            let word = CROOKED.iter().find(|word| text.contains(*word))?;
            Some((
                line,
                format!("{word}: wait for what the test is about, and let it run"),
            ))
        });
        crooked.map(|(line, says)| source.finding(line, says))
    })
    .collect()
}

/// The pages' policy refuses style in the text of a page.
pub(super) fn style_is_in_sheets(tree: &Tree) -> Vec<Finding> {
    let views = tree.rust("app/src/");
    views
        .flat_map(|source| {
            let styled = source.code().filter(|(_, text)| text.contains(" style=\""));
            styled.map(|(line, _)| source.finding(line, "style belongs in style/, under a class"))
        })
        .collect()
}

fn is_code(source: &Source) -> bool {
    [".rs", ".ts", ".mjs", ".css", ".sql", ".run"]
        .iter()
        .any(|end| source.path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use super::{finished, one_clock, one_writer_of_seats, sql_is_in_db};

    #[test]
    fn a_statement_outside_db_is_found_and_a_sentence_is_not() {
        let tree = Tree::of(&[
            (
                "server/src/routes/users.rs",
                "let a = \"select id from user where id = $1\";\nlet b = \"Update the console.\";",
            ),
            ("server/src/db/users.rs", "let a = \"select id from user\";"),
        ]);
        let found = sql_is_in_db(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 1);
    }

    #[test]
    fn a_second_writer_of_seats_is_found() {
        let statement = "query(\"insert into assignment (user_id) values ($1)\");";
        let tree = Tree::of(&[
            ("server/src/db/users.rs", statement),
            ("server/src/db/assignments.rs", statement),
            (
                "server/src/db/assignments/many.rs",
                "\"update module set in_use = in_use + $1\"",
            ),
            ("server/src/seed.rs", "\"update module set in_use = 0\""),
        ]);
        let paths: Vec<String> = one_writer_of_seats(&tree)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(paths, ["server/src/db/users.rs", "server/src/seed.rs"]);
    }

    #[test]
    fn a_second_clock_is_found_but_not_in_a_files_own_tests() {
        let tree = Tree::of(&[
            ("server/src/auth.rs", "let now = jiff::Timestamp::now();"),
            ("server/src/clock.rs", "jiff::Timestamp::now()"),
            (
                "server/src/trust.rs",
                "\n#[cfg(test)]\nmod tests {\n jiff::Timestamp::now() }",
            ),
        ]);
        assert_eq!(one_clock(&tree).len(), 1);
    }

    #[test]
    fn what_is_left_open_is_found() {
        let text = format!("// {}: later", concat!("TO", "DO"));
        assert_eq!(finished(&Tree::of(&[("app/src/a.rs", &text)])).len(), 1);
    }
}
