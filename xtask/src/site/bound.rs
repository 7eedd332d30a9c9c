//! The client as wasm-bindgen makes it, with short names: what wasm and script call each other by is in both files, and
//! the names that wasm-bindgen gives end in 16 digits that no compression makes smaller.

use std::collections::BTreeMap;

use wasm_bindgen_cli_support::Bindgen;

use super::split::Split;
use crate::Failure;

/// The client's two halves.
pub(super) struct Bound {
    pub(super) wasm: Vec<u8>,
    /// What gives the browser's own functions to it.
    pub(super) glue: String,
}

/// Binds the piece that a first visit loads; `addresses` of the others by name.
pub(super) fn bind(split: &Split, addresses: &BTreeMap<String, String>) -> Result<Bound, Failure> {
    let mut output = Bindgen::new()
        .input_path(&split.main)
        .web(true)
        .and_then(|bindgen| {
            let bindgen = bindgen.typescript(false).omit_default_module_path(true);
            bindgen
                // What the pieces share with it.
                .keep_lld_exports(true)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate_output()
        })
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    if output.js().contains("/snippets/") {
        return Err("wasm-bindgen: a dependency's own script is used, which is not served".into());
    }
    let mut names = Names::default();
    for import in output.wasm_mut().imports.iter_mut() {
        if !split.says(&import.name) {
            import.name = names.short(&import.name);
        }
    }
    for export in output.wasm_mut().exports.iter_mut() {
        if export.name.len() > LONG && !split.says(&export.name) {
            export.name = names.short(&export.name);
        }
    }
    let glue = split.joined(&names.shortened(output.js()), addresses)?;
    let glue = tight(&glue);
    let wasm = output.wasm_mut().emit_wasm();
    Ok(Bound { wasm, glue })
}

/// Exports with names up to this many letters keep them: `memory` is a property of the browser's, too.
const LONG: usize = 8;

/// Long name -> short name.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// `$0`, `$1`, …: no name that wasm-bindgen gives.
    fn short(&mut self, name: &str) -> String {
        let next = self.0.len();
        let short = self.0.entry(name.to_owned());
        short.or_insert_with(|| format!("${next}")).clone()
    }

    /// A script with every name that has a short one.
    fn shortened(&self, script: &str) -> String {
        let mut short = String::with_capacity(script.len());
        let mut rest = script;
        while let Some(start) = rest.find(is_of_name) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|letter| !is_of_name(letter));
            let (name, after) = from.split_at(end.unwrap_or(from.len()));
            short.push_str(before);
            short.push_str(self.0.get(name).map_or(name, String::as_str));
            rest = after;
        }
        short.push_str(rest);
        short
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$')
}

/// A script without indentation and lines of comment. No text of wasm-bindgen's goes over several lines.
fn tight(script: &str) -> String {
    let mut tight = Vec::new();
    let mut comment = false;
    for line in script.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if !(comment || line.is_empty() || line.starts_with("//")) {
            tight.push(line);
        }
        comment &= !line.ends_with("*/");
    }
    tight.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Names, tight};

    #[test]
    fn only_whole_names_get_their_short_one() {
        let mut names = Names::default();
        assert_eq!(names.short("__wbg_text_1"), "$0");
        assert_eq!(names.short("__wbg_text_12"), "$1");
        assert_eq!(names.short("__wbg_text_1"), "$0");
        let script = "a.__wbg_text_1(__wbg_text_12, __wbg_text_123)";
        assert_eq!(names.shortened(script), "a.$0($1, __wbg_text_123)");
    }

    #[test]
    fn comments_and_indentation_go_and_statements_stay() {
        let script = "/**\n * @param {any} a\n */\n  f(a // now\n\n    // later\n  * b);\n";
        assert_eq!(tight(script), "f(a // now\n* b);");
    }
}
