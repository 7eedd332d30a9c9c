//! What paths a Rust file mentions: `use` trees taken apart, and paths inside expressions and types.

/// A path and the line where it begins: `["crate", "db", "users"]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
}

#[derive(Debug, PartialEq, Eq, Clone)]
enum Token {
    Name(String),
    Colons,
    Other(char),
}

/// The module that a file is: `app/src/ui/table.rs` is `["ui", "table"]`, `lib.rs` and `main.rs` are the root.
pub(super) fn module_of(path: &str) -> Option<Vec<String>> {
    let (_, inside) = path.split_once("/src/")?;
    let name = inside.strip_suffix(".rs")?;
    match name {
        "lib" | "main" => Some(Vec::new()),
        name => Some(name.split('/').map(str::to_owned).collect()),
    }
}

/// Every path in these lines, from the crate's root where it begins with `crate`, `self` or `super`.
pub(super) fn mentions<'a>(
    module: &[String],
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Vec<Mention> {
    let tokens = tokens(lines);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].0 == Token::Name("use".to_owned()) {
            at = tree(&tokens, at + 1, &Vec::new(), &mut found);
        } else {
            at = path(&tokens, at, &mut found);
        }
    }
    for mention in &mut found {
        resolve(module, &mut mention.path);
    }
    found
}

/// One branch of a `use` tree, from behind what all of it begins with; answers where it ends.
fn tree(
    tokens: &[(Token, usize)],
    mut at: usize,
    before: &[String],
    found: &mut Vec<Mention>,
) -> usize {
    let mut path = before.to_vec();
    let mut line = tokens.get(at).map_or(0, |(_, line)| *line);
    let mut is_alias = false;
    while let Some((token, on)) = tokens.get(at) {
        at += 1;
        match token {
            Token::Name(name) if name == "as" => is_alias = true,
            Token::Name(_) if is_alias => {}
            Token::Name(name) => {
                line = *on;
                path.push(name.clone());
            }
            Token::Colons | Token::Other('*') => {}
            Token::Other('{') => {
                loop {
                    at = tree(tokens, at, &path, found);
                    if !matches!(tokens.get(at - 1), Some((Token::Other(','), _))) {
                        break;
                    }
                }
                path.clear();
            }
            Token::Other(_) => break,
        }
    }
    if path.len() > before.len() {
        found.push(Mention { path, line });
    }
    at
}

/// A path outside `use`, or one token that is none; answers where it ends.
fn path(tokens: &[(Token, usize)], mut at: usize, found: &mut Vec<Mention>) -> usize {
    let line = tokens[at].1;
    let mut path = Vec::new();
    while let Some((Token::Name(name), _)) = tokens.get(at) {
        path.push(name.clone());
        at += 1;
        if tokens
            .get(at)
            .is_none_or(|(token, _)| *token != Token::Colons)
        {
            break;
        }
        at += 1;
    }
    match path.len() {
        0 => at + 1,
        1 => at,
        _ => {
            found.push(Mention { path, line });
            at
        }
    }
}

fn resolve(module: &[String], path: &mut Vec<String>) {
    let up = path.iter().take_while(|part| *part == "super").count();
    let is_own = path.first().is_some_and(|part| part == "self");
    if up == 0 && !is_own {
        return;
    }
    let from = &module[..module.len().saturating_sub(up)];
    let rest = path.split_off(if is_own { 1 } else { up });
    path.clear();
    path.push("crate".to_owned());
    path.extend(from.iter().cloned());
    path.extend(rest);
}

/// Names, `::` and single characters; comments and what is in quotes is left out.
fn tokens<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<(Token, usize)> {
    let mut tokens = Vec::new();
    let mut is_quoted = false;
    for (number, line) in lines {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            if is_quoted {
                let skip = if first == '\\' { 2 } else { 1 };
                is_quoted = first != '"';
                rest = rest
                    .char_indices()
                    .nth(skip)
                    .map_or("", |(index, _)| &rest[index..]);
            } else if rest.starts_with("//") {
                break;
            } else if rest.starts_with("'\"'") {
                rest = &rest[3..];
            } else if first == '"' {
                is_quoted = true;
                rest = &rest[1..];
            } else if let Some(after) = rest.strip_prefix("::") {
                tokens.push((Token::Colons, number));
                rest = after;
            } else if first.is_alphabetic() || first == '_' {
                let end = rest
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                tokens.push((Token::Name(rest[..end].to_owned()), number));
                rest = &rest[end..];
            } else {
                if !first.is_whitespace() {
                    tokens.push((Token::Other(first), number));
                }
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::{mentions, module_of};

    fn of(module: &[&str], text: &str) -> Vec<String> {
        let module: Vec<String> = module.iter().map(|part| (*part).to_owned()).collect();
        let lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line));
        let found = mentions(&module, lines);
        found
            .iter()
            .map(|mention| format!("{} {}", mention.line, mention.path.join("::")))
            .collect()
    }

    #[test]
    fn a_use_tree_is_taken_apart() {
        let text = "use crate::{\n  api,\n  ui::{table::Table, tabs as t},\n};\nuse std::fs;";
        let expected = [
            "2 crate::api",
            "3 crate::ui::table::Table",
            "3 crate::ui::tabs",
            "5 std::fs",
        ];
        assert_eq!(of(&["parts"], text), expected);
    }

    #[test]
    fn paths_in_expressions_are_found_but_not_those_in_comments_and_quotes() {
        let text = "let a = licensing::compare(x); // crate::api::b\nlet b = \"crate::c::d\\\" e::f\" + crate::g::H;";
        assert_eq!(of(&[], text), ["1 licensing::compare", "2 crate::g::H"]);
    }

    #[test]
    fn super_and_self_are_resolved() {
        let text = "use super::rows;\nuse super::super::list::List;\nself::a::b();";
        let expected = [
            "1 crate::screens::rows",
            "2 crate::list::List",
            "3 crate::screens::users::a::b",
        ];
        assert_eq!(of(&["screens", "users"], text), expected);
    }

    #[test]
    fn the_module_of_a_file_is_its_path() {
        assert_eq!(
            module_of("app/src/ui/table.rs"),
            Some(vec!["ui".to_owned(), "table".to_owned()])
        );
        assert_eq!(module_of("app/src/lib.rs"), Some(Vec::new()));
        assert_eq!(module_of("app/build.rs"), None);
    }
}
