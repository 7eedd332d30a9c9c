//! What a browser has to load, per file, raw and compressed, held against a limit.

use std::fs;

use crate::Failure;
use crate::site;
use crate::step::target;

/// Most bytes that a first visit loads, brotli: page, style, scripts, wasm and one language. At 200 KB the console opens within
/// a second or two on a slow mobile line; past it something has to go before something comes.
const LIMIT: u64 = 200_000;

/// Prints the table; fails past the limit.
pub(crate) fn run() -> Result<(), Failure> {
    site::build()?;
    let site = target("site");
    let mut total = (0, 0);
    let (mut languages, mut later) = (0, 0);
    println!("{:>10} {:>10}  file", "raw", "brotli");
    for file in site::files(&site)? {
        if file.extension().is_some_and(|extension| extension == "br") {
            continue;
        }
        let raw = fs::metadata(&file)?.len();
        let compressed = fs::metadata(format!("{}.br", file.display()))?.len();
        println!(
            "{raw:>10} {compressed:>10}  {}",
            file.strip_prefix(&site)?.display()
        );
        let folder = file.parent().and_then(|folder| folder.file_name());
        if folder.is_some_and(|folder| folder == "locales") {
            // A visit loads one language: the largest.
            languages = languages.max(compressed);
        } else if folder.is_some_and(|folder| folder == site::LATER) {
            later += compressed;
        } else {
            total = (total.0 + raw, total.1 + compressed);
        }
    }
    let sum = total.1 + languages;
    println!(
        "{:>10} {sum:>10}  client with one language, limit {LIMIT}",
        total.0
    );
    println!(
        "{:>10} {:>10}  with every screen that comes later",
        "",
        sum + later
    );
    if sum > LIMIT {
        return Err(format!("the client is {} bytes larger than its limit", sum - LIMIT).into());
    }
    Ok(())
}
