//! The configuration as it is shown: a TOML file with the source of each line, secrets masked.

use std::fmt::Write as _;

use serde_json::Value;

use super::Loaded;
use super::settings::SETTINGS;

/// In place of a secret.
const MASK: &str = "***";

pub(super) fn shown(loaded: &Loaded) -> String {
    let values = serde_json::to_value(&loaded.config).unwrap_or_default();
    let mut text =
        String::from("# In force: flags, then environment, then the file, then the defaults.\n");
    for setting in SETTINGS {
        line(
            &mut text,
            setting.name,
            &values[setting.name],
            &loaded.source(setting.name),
        );
    }
    for (owner, settings) in values["owner"].as_object().into_iter().flatten() {
        let _ = write!(text, "\n[owner.{owner}]\n");
        for (name, value) in settings.as_object().into_iter().flatten() {
            line(
                &mut text,
                name,
                value,
                &loaded.source(&format!("owner.{owner}.{name}")),
            );
        }
    }
    text
}

fn line(text: &mut String, name: &str, value: &Value, source: &str) {
    let setting = match value {
        Value::Null => format!("# {name} is not set"),
        // A text of JSON is a text of TOML.
        Value::String(value) => format!("{name} = {}", Value::from(masked(value))),
        value => format!("{name} = {value}"),
    };
    let _ = writeln!(text, "{setting:<60} # {source}");
}

/// An address without its password, as part of it or as a parameter; other texts as they are.
fn masked(text: &str) -> String {
    let Ok(mut url) = text.parse::<reqwest::Url>() else {
        // Not understood, so that nobody knows where in it the secret is.
        return if text.contains('@') {
            MASK.to_owned()
        } else {
            text.to_owned()
        };
    };
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_secret(&name) { MASK.into() } else { value };
                (name.into_owned(), value.into_owned())
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        return url.to_string();
    }
    // Parsing may have changed how it is written.
    if url.password().is_some() {
        url.to_string()
    } else {
        text.to_owned()
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "secret", "token"]
        .iter()
        .any(|secret| name.contains(secret))
}
