//! The settings by name, as flags and as variables of the environment.

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::nearest;
use crate::exit::StartError;

/// Before the name of every variable.
const PREFIX: &str = "ZETEL_";
/// Variables of the tests, none of ours.
const TESTS: &str = "ZETEL_TEST_";
/// Names the configuration file.
const CONFIG: &str = "ZETEL_CONFIG";
/// Before the settings of an owner: `ZETEL_OWNER_SUPEROFFICE_LICENSE_URL`.
const OWNER: &str = "OWNER_";

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// How its text is read.
    pub kind: SettingKind,
    /// What a value is called in the help.
    pub value: &'static str,
    /// What it is for.
    pub help: &'static str,
}

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// As it is.
    Text,
    /// true or false.
    YesNo,
    /// Separated by commas.
    List,
}

/// Every setting but those of owners.
pub const SETTINGS: [Setting; 12] = [
    text(
        "listen",
        "ADDRESS:PORT",
        "Where to listen [default: 127.0.0.1:8600]",
    ),
    text(
        "database_url",
        "URL",
        "sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE; DATABASE_URL works too [default: sqlite:zetel.db]",
    ),
    text(
        "time_zone",
        "NAME",
        "Time zone in which a day begins and ends, such as Europe/Amsterdam [default: UTC]",
    ),
    text(
        "roots",
        "FOLDER",
        "Folder of the root keys (*.jwk) that may certify owners; none: nobody is trusted",
    ),
    Setting {
        name: "denied_keys",
        kind: SettingKind::List,
        value: "THUMBPRINT,…",
        help: "Thumbprints of keys, roots or owners', that are trusted no more",
    },
    yes_no("demo", "Say on every page that this is a demo"),
    text(
        "log",
        "FILTER",
        "What is logged, such as info or server=debug [default: info]",
    ),
    yes_no(
        "secure_cookie",
        "Send the session's cookie over HTTPS only [default: unless it listens on loopback]",
    ),
    yes_no(
        "behind_proxy",
        "Take a browser's address from the last X-Forwarded-For; only behind a reverse proxy that sets it",
    ),
    text("proxy", "URL", "Proxy towards license servers"),
    text(
        "ca_file",
        "FILE",
        "Further certificate authorities (PEM) of license servers",
    ),
    text(
        "import_folder",
        "FOLDER",
        "Folder of its own for uploaded imports [default: beside the SQLite file, or a temporary one]",
    ),
];

const fn text(name: &'static str, value: &'static str, help: &'static str) -> Setting {
    Setting {
        name,
        kind: SettingKind::Text,
        value,
        help,
    }
}

const fn yes_no(name: &'static str, help: &'static str) -> Setting {
    Setting {
        name,
        kind: SettingKind::YesNo,
        value: "true|false",
        help,
    }
}

/// One value of one setting, and who gave it: a flag or a variable.
#[derive(Clone, Debug)]
pub struct Given {
    source: String,
    path: String,
    value: Value,
}

impl Given {
    /// The value of a flag.
    #[must_use]
    pub fn by_flag(setting: &Setting, text: &str) -> Self {
        Self {
            source: format!("--{}", setting.name.replace('_', "-")),
            path: setting.name.to_owned(),
            value: setting.read(text),
        }
    }
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = figment::util::nest(&self.path, self.value.clone());
        let dict = nested.into_dict().unwrap_or_default();
        Ok(Profile::Default.collect(dict))
    }
}

impl Setting {
    fn read(&self, text: &str) -> Value {
        match (self.kind, text) {
            (SettingKind::YesNo, "true") => true.into(),
            (SettingKind::YesNo, "false") => false.into(),
            (SettingKind::List, _) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(Value::from)
                .collect::<Vec<_>>()
                .into(),
            _ => text.into(),
        }
    }
}

/// What the environment gives; an unknown name with our prefix is an error.
pub(super) fn of_environment(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<Given>, StartError> {
    let mut given = Vec::new();
    for (variable, text) in variables {
        if variable == "DATABASE_URL" {
            // ZETEL_DATABASE_URL, more specific, comes after and wins.
            given.insert(
                0,
                Given {
                    source: variable,
                    path: "database_url".to_owned(),
                    value: text.into(),
                },
            );
            continue;
        }
        let Some(name) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        if variable.starts_with(TESTS) || variable == CONFIG {
            continue;
        }
        if let Some((owner, field)) = name
            .strip_prefix(OWNER)
            .and_then(|rest| rest.split_once('_'))
        {
            let path = format!("owner.{owner}.{}", field.to_ascii_lowercase());
            given.push(Given {
                source: variable.clone(),
                path,
                value: text.into(),
            });
            continue;
        }
        let setting = SETTINGS
            .iter()
            .find(|setting| setting.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                let known = SETTINGS.iter().map(|setting| setting.name);
                StartError::config(
                    format!("the environment has an unknown setting {variable}"),
                    nearest(&name.to_ascii_lowercase(), known),
                )
            })?;
        given.push(Given {
            source: variable.clone(),
            path: setting.name.to_owned(),
            value: setting.read(&text),
        });
    }
    Ok(given)
}
