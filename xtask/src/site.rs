//! The client as it ships: target/site with hashed names and `.br` siblings. Built anew only when an input changed.

mod bound;
mod ordered;
mod split;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::step::{cargo, command, root, run, step, target};
use sha2::{Digest as _, Sha256};

/// What the client is compiled to.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// Hexadecimal digits of a hash in a name.
const HASH_DIGITS: usize = 16;
/// Brotli: best compression; larger windows than 22 bits some browsers refuse.
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW: i32 = 22;
/// What the client is made of.
const INPUTS: [&str; 7] = [
    "Cargo.lock",
    "Cargo.toml",
    ".cargo",
    "app",
    "licensing",
    "public",
    "style",
];
/// The folder of what a first visit does not load.
pub(crate) const LATER: &str = "later";
/// Holds the hash of the inputs of what is in target/site.
const STAMP: &str = "site.inputs";

/// Builds target/site, unless it is of these inputs already.
pub(crate) fn build() -> Result<(), Failure> {
    let inputs = hash_of_inputs()?;
    let stamp = target(STAMP);
    let fresh = target("site/index.html").exists()
        && fs::read_to_string(&stamp).is_ok_and(|old| old == inputs);
    if fresh {
        println!("✓ client: unchanged");
        return Ok(());
    }
    step("rustup target: wasm32", has_target)?;
    step("client: compile as it ships", || {
        run(&mut cargo(&[
            "build",
            "-p",
            "app",
            "--profile",
            "wasm",
            "--target",
            TARGET,
        ]))
    })?;
    step("client: bind, hash, compress", || {
        assemble(&target(&format!("{TARGET}/wasm/app.wasm")))
    })?;
    fs::write(stamp, inputs)?;
    Ok(())
}

/// The wasm32 target is part of the toolchain, or rustup brings it.
pub(crate) fn has_target() -> Result<(), Failure> {
    let sysroot = command("rustc", &["--print", "sysroot"]).output()?;
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout)?.trim());
    if sysroot.join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    run(&mut command("rustup", &["target", "add", TARGET])).map_err(|error| {
        format!("the target {TARGET} is missing and rustup could not add it: {error}").into()
    })
}

fn assemble(wasm: &Path) -> Result<(), Failure> {
    let site = target("site.new");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    fs::create_dir_all(&site)?;
    let mut site = Site {
        folder: site,
        addresses: BTreeMap::new(),
    };
    let split = split::split(wasm, &target("site.split"))?;
    let mut pieces = BTreeMap::new();
    for (name, content) in &split.pieces {
        let address = site.add(
            &format!("{LATER}/{name}"),
            "wasm",
            &ordered::ordered(content)?,
        )?;
        pieces.insert(name.clone(), address);
    }
    let bound = bound::bind(&split, &pieces)?;
    let wasm = site.add("app_bg", "wasm", &ordered::ordered(&bound.wasm)?)?;
    let glue = site.add("app_glue", "js", bound.glue.as_bytes())?;
    let start =
        format!("import start from \"{glue}\";\nstart({{ module_or_path: \"{wasm}\" }});\n");
    let script = site.add("app", "js", start.as_bytes())?;
    let style = site.add("style", "css", style()?.as_bytes())?;
    for (name, address) in [
        ("wasm", wasm),
        ("glue", glue),
        ("script", script),
        ("style", style),
    ] {
        site.addresses.insert(name.to_owned(), address);
    }
    site.add_public()?;
    site.add_index()?;
    let old = target("site");
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    fs::rename(&site.folder, old)?;
    Ok(())
}

/// The folder that is being filled.
struct Site {
    folder: PathBuf,
    /// What index.html calls a file -> its address.
    addresses: BTreeMap<String, String>,
}

impl Site {
    /// Writes a file under a hashed name, with its compressed sibling; answers its address.
    fn add(&self, name: &str, extension: &str, content: &[u8]) -> Result<String, Failure> {
        let hash = hex(&Sha256::digest(content));
        let file = format!("{name}-{}.{extension}", &hash[..HASH_DIGITS]);
        self.write(&file, content)?;
        Ok(format!("/{file}"))
    }

    fn write(&self, file: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder"))?;
        fs::write(&path, content)?;
        fs::write(self.folder.join(format!("{file}.br")), compressed(content)?)?;
        Ok(())
    }

    /// Everything in public/ but the page: `favicon.svg` becomes `favicon`, `locales/en.txt` becomes `locale:en`.
    fn add_public(&mut self) -> Result<(), Failure> {
        let public = root().join("public");
        for path in files(&public)? {
            let inside = path
                .strip_prefix(&public)?
                .to_str()
                .ok_or("a name that is not UTF-8")?
                .to_owned();
            let Some((name, extension)) =
                inside.rsplit_once('.').filter(|(name, _)| *name != "index")
            else {
                continue;
            };
            if name == "screenshot" {
                continue;
            }
            let content = match name.strip_prefix("locales/") {
                Some(_) => texts(&fs::read_to_string(&path)?).into_bytes(),
                None => fs::read(&path)?,
            };
            let address = self.add(name, extension, &content)?;
            let key = name
                .strip_prefix("locales/")
                .map_or(name.to_owned(), |locale| format!("locale:{locale}"));
            self.addresses.insert(key, address);
        }
        Ok(())
    }

    fn add_index(&self) -> Result<(), Failure> {
        let mut index = fs::read_to_string(root().join("public/index.html"))?;
        for (name, address) in &self.addresses {
            index = index.replace(&format!("{{{{{name}}}}}"), address);
        }
        if let Some(place) = index.find("{{") {
            let rest: String = index[place..].chars().take(40).collect();
            return Err(
                format!("public/index.html asks for a file that is not there: {rest}").into(),
            );
        }
        self.write("index.html", index.as_bytes())
    }
}

/// Every style file in one: tokens and elements first, then the widgets by name.
fn style() -> Result<String, Failure> {
    let mut sheets: Vec<PathBuf> = files(&root().join("style"))?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "css"))
        .collect();
    let place = |path: &PathBuf| match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("tokens") => 0,
        Some("elements") => 1,
        _ => 2,
    };
    sheets.sort_by_key(|path| (place(path), path.clone()));
    let mut style = String::new();
    for sheet in sheets {
        style.push_str(&fs::read_to_string(sheet)?);
    }
    Ok(tight(&style))
}

/// CSS without comments and without the space that means nothing. No text in it (`content`) has what is made shorter here.
fn tight(css: &str) -> String {
    let mut without = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        without.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    without.push_str(rest);
    let lines = without
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut css = lines.collect::<Vec<_>>().join("\n");
    for (long, short) in [
        (": ", ":"),
        (", ", ","),
        (" {", "{"),
        (";\n}", "}"),
        (";\n", ";"),
        ("{\n", "{"),
        ("}\n", "}"),
        (",\n", ","),
    ] {
        css = css.replace(long, short);
    }
    css
}

/// The texts of a locale file, a line each: the client knows the keys by their places, and was compiled with them.
fn texts(locale: &str) -> String {
    let lines = locale
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let texts = lines.filter_map(|line| line.split_once(" = "));
    texts.fold(String::new(), |mut texts, (_, text)| {
        texts.push_str(&text.replace("\\n", "\u{b}"));
        texts.push('\n');
        texts
    })
}

/// As a browser gets it.
fn compressed(content: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut compressed, &params)?;
    Ok(compressed)
}

fn hash_of_inputs() -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for input in INPUTS {
        let path = root().join(input);
        let inputs = if path.is_dir() {
            files(&path)?
        } else {
            vec![path]
        };
        for file in inputs {
            hash.update(file.to_string_lossy().as_bytes());
            hash.update(fs::read(&file)?);
        }
    }
    // How it is assembled counts too.
    hash.update(include_bytes!("site.rs"));
    hash.update(include_bytes!("site/bound.rs"));
    hash.update(include_bytes!("site/ordered.rs"));
    Ok(hex(&hash.finalize()))
}

/// Every file under a folder, in order of path.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String does not fail");
        text
    })
}
