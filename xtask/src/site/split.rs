//! The client in pieces: what a first visit needs, and what comes when somebody goes to a screen (`app/src/later.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wasm_split_cli_support::{Options, transform};

use crate::Failure;

/// What stands for the linking script where the pieces' loaders are imported from.
const LINK: &str = "./link.js";
/// What stands for the glue in the linking script.
const GLUE: &str = "./glue.js";

/// What the compiler made, taken apart.
pub(super) struct Split {
    /// What is bound to the browser's functions.
    pub(super) main: PathBuf,
    /// Name and content of each piece that comes later.
    pub(super) pieces: Vec<(String, Vec<u8>)>,
    /// The script that loads them.
    link: String,
}

/// Takes the client apart, in a folder of its own.
pub(super) fn split(wasm: &Path, folder: &Path) -> Result<Split, Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let mut input = fs::read(wasm)?;
    without_paths(&mut input, &beginnings());
    let main = folder.join("main.wasm");
    let mut options = Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LINK;
    options.main_module = GLUE;
    let split = transform(options).map_err(|error| format!("the client in pieces: {error:#}"))?;
    let pieces = split.split_modules.iter().map(|path| {
        let name = path.file_stem().and_then(|name| name.to_str());
        Ok((
            name.ok_or("a piece has a name")?.to_owned(),
            fs::read(path)?,
        ))
    });
    Ok(Split {
        pieces: pieces.collect::<Result<_, Failure>>()?,
        link: fs::read_to_string(folder.join(LINK))?,
        main,
    })
}

impl Split {
    /// Whether the linking script calls something by this name.
    pub(super) fn says(&self, name: &str) -> bool {
        self.link.contains(name)
    }

    /// Glue and linking script as one: each imports the other, and one file is one request. `addresses` of the pieces by name.
    pub(super) fn joined(
        &self,
        glue: &str,
        addresses: &BTreeMap<String, String>,
    ) -> Result<String, Failure> {
        let mut loaders = Vec::new();
        let mut link = String::new();
        for line in self
            .link
            .lines()
            .filter(|line| !line.starts_with("import "))
        {
            let own = line.strip_prefix("export ").unwrap_or(line);
            if let Some(loader) = own.strip_prefix("const __wasm_split_load_") {
                let end = loader.find(' ').ok_or("a loader has a name")?;
                loaders.push(format!("__wasm_split_load_{}", &loader[..end]));
            }
            link.push_str(own);
            link.push('\n');
        }
        for (name, address) in addresses {
            link = replaced(
                &link,
                &format!("\"./{name}.wasm\""),
                &format!("\"{address}\""),
            )?;
        }
        let imported = format!("import * as import1 from \"{LINK}\"");
        let here = format!("const import1 = {{ {} }};", loaders.join(", "));
        Ok(link + &replaced(glue, &imported, &here)?)
    }
}

/// Where the sources of Rust and of dependencies stood when they were compiled: said by a panic, of use to nobody who reads it,
/// 2 KB of the client, and nobody's business. The line stays, and so do our own files.
fn without_paths(data: &mut [u8], begins: &[String]) {
    for begin in begins {
        let mut from = 0;
        while let Some(at) = find(&data[from..], begin.as_bytes()).map(|at| from + at) {
            let Some(end) = find(&data[at..], b".rs").map(|end| at + end) else {
                break;
            };
            if data[at..end].iter().all(|byte| is_of_path(*byte)) {
                data[at..end].fill(b'-');
            }
            from = end;
        }
    }
}

/// How those paths begin: as the compiler names its own sources, and where cargo keeps those of dependencies.
fn beginnings() -> Vec<String> {
    let home = std::env::var("CARGO_HOME").ok();
    let home = home.or_else(|| Some(std::env::var("HOME").ok()? + "/.cargo"));
    let dependencies = home.map(|home| home + "/registry/src/");
    [Some("/rustc/".to_owned()), dependencies]
        .into_iter()
        .flatten()
        .collect()
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte)
}

fn find(data: &[u8], text: &[u8]) -> Option<usize> {
    data.windows(text.len()).position(|window| window == text)
}

/// A text in which something stands that is replaced.
fn replaced(text: &str, what: &str, by: &str) -> Result<String, Failure> {
    if !text.contains(what) {
        return Err(format!("the client in pieces: {what} is missing").into());
    }
    Ok(text.replace(what, by))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::{Split, without_paths};

    #[test]
    fn glue_and_linking_script_become_one_and_pieces_get_their_addresses() {
        let link = "import { initSync } from \"./glue.js\";\n\
                    export const __wasm_split_load_users = load(() => fetch(new URL(\"./users.wasm\", import.meta.url)));\n";
        let split = Split {
            main: PathBuf::new(),
            pieces: Vec::new(),
            link: link.to_owned(),
        };
        let glue = "import * as import1 from \"./link.js\"\nexport default start;\n";
        let addresses = BTreeMap::from([("users".to_owned(), "/later/users-1.wasm".to_owned())]);
        let joined = "const __wasm_split_load_users = load(() => fetch(new URL(\"/later/users-1.wasm\", import.meta.url)));\n\
                      const import1 = { __wasm_split_load_users };\nexport default start;\n";
        let answer = split
            .joined(glue, &addresses)
            .map_err(|error| error.to_string());
        assert_eq!(answer.as_deref(), Ok(joined));
        assert!(split.joined("no import", &addresses).is_err());
    }

    #[test]
    fn paths_of_dependencies_go_and_what_stands_beside_them_stays() {
        let mut data =
            b"missing/home/a/.cargo/registry/src/x-1/raw.rsnext/rustc/not a path.rsapp/src/lib.rs"
                .to_vec();
        without_paths(
            &mut data,
            &[
                "/rustc/".to_owned(),
                "/home/a/.cargo/registry/src/".to_owned(),
            ],
        );
        let expected = format!(
            "missing{}.rsnext/rustc/not a path.rsapp/src/lib.rs",
            "-".repeat(35)
        );
        assert_eq!(String::from_utf8(data), Ok(expected));
    }
}
