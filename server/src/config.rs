//! What the operator set: flags, then environment, then the TOML file, then the defaults.
//!
//! [`Config`] is the result; [`Loaded::from`] reads it. To add a setting: a field with its default here, a line in
//! [`settings::SETTINGS`], where what it is for is said, and where it is used.

mod settings;
mod shown;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format as _, Serialized, Toml};
use licensing::license::{OwnerName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::clock::time_zone;
use crate::exit::StartError;

pub use settings::{Given, SETTINGS, Setting, SettingKind};

/// Largest configuration file, in bytes.
const FILE_MAX: u64 = 1024 * 1024;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// `sqlite:FILE` or `postgres://…`.
    pub database_url: String,
    /// Time zone in which a day begins and ends.
    pub time_zone: String,
    /// Folder of root keys (`*.jwk`).
    pub roots: Option<PathBuf>,
    /// Thumbprints of keys that are trusted no more.
    pub denied_keys: Vec<String>,
    /// Says on every page that this is a demo.
    pub demo: bool,
    /// Filter of the log.
    pub log: String,
    /// Whether the session's cookie goes over HTTPS only; none: unless it listens on loopback.
    pub secure_cookie: Option<bool>,
    /// Whether a reverse proxy in front says where a request comes from (the last of X-Forwarded-For).
    pub behind_proxy: bool,
    /// Proxy towards license servers.
    pub proxy: Option<String>,
    /// Further certificate authorities (PEM) of license servers.
    pub ca_file: Option<PathBuf>,
    /// Folder for the files of imports; none: beside the database's file, or among the system's temporary ones.
    pub import_folder: Option<PathBuf>,
    /// What is known of owners before they have a license.
    pub owner: BTreeMap<OwnerName, OwnerConfig>,
}

/// What is known of an owner before it has a license; overrides what its certificate says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnerConfig {
    /// The tab's name.
    pub description: Option<String>,
    /// Its license server.
    pub license_url: Option<String>,
    /// Its web shop.
    pub store_url: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8600)),
            database_url: "sqlite:zetel.db".to_owned(),
            time_zone: "UTC".to_owned(),
            roots: None,
            denied_keys: Vec::new(),
            demo: false,
            log: "info".to_owned(),
            secure_cookie: None,
            behind_proxy: false,
            proxy: None,
            ca_file: None,
            import_folder: None,
            owner: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Whether the session's cookie goes over HTTPS only: as set, else unless it listens on loopback.
    #[must_use]
    pub fn secure_cookie(&self) -> bool {
        self.secure_cookie
            .unwrap_or_else(|| !self.listen.ip().is_loopback())
    }

    /// The clock that it asks for; one that stands still only in a demo.
    ///
    /// # Errors
    /// When there is no such time zone, or the clock is to stand still outside a demo.
    pub fn clock(&self, fixed: Option<Timestamp>) -> Result<Clock, StartError> {
        let zone = time_zone(&self.time_zone)?;
        match fixed {
            None => Ok(Clock::real(zone)),
            Some(now) if self.demo => Ok(Clock::fixed(now, zone)),
            Some(_) => Err(StartError::config(
                "the clock stands still in a demo only",
                "Leave out --fixed-clock, or add --demo.",
            )),
        }
    }
}

/// A configuration, and where each part of it came from.
pub struct Loaded {
    /// What is in force.
    pub config: Config,
    figment: Figment,
    file: Option<PathBuf>,
}

impl Loaded {
    /// Reads the file, the variables of the environment and what the flags gave, the later ones winning.
    ///
    /// # Errors
    /// When the file cannot be read, a name is unknown or a value does not fit.
    pub fn from(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: Vec<Given>,
    ) -> Result<Self, StartError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::string(&read(file)?));
        }
        for given in settings::of_environment(variables)?
            .into_iter()
            .chain(flags)
        {
            figment = figment.merge(given);
        }
        let mut config: Config = figment
            .extract()
            .map_err(|error| wrong(&figment, file, error))?;
        let base = |key: &str| base(&figment, file, key);
        config.roots = config.roots.map(|path| base("roots").join(path));
        config.ca_file = config.ca_file.map(|path| base("ca_file").join(path));
        config.import_folder = config
            .import_folder
            .map(|path| base("import_folder").join(path));
        if let Some(path) = config.database_url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && !path.starts_with(':') {
                let path = base("database_url").join(path);
                config.database_url = format!("sqlite:{}", path.display());
            }
        }
        Ok(Self {
            config,
            figment,
            file: file.map(Path::to_path_buf),
        })
    }

    /// What is in force, as a TOML file with the source of each line; secrets masked.
    #[must_use]
    pub fn shown(&self) -> String {
        shown::shown(self)
    }

    /// Where a setting came from.
    fn source(&self, key: &str) -> String {
        match self.figment.find_metadata(key) {
            Some(metadata) if is_file(&metadata.name) => self
                .file
                .as_ref()
                .map_or_else(String::new, |file| file.display().to_string()),
            Some(metadata) if is_given(&metadata.name) => metadata.name.to_string(),
            _ => "default".to_owned(),
        }
    }
}

fn read(file: &Path) -> Result<String, StartError> {
    let unreadable = || {
        StartError::config(
            format!("the configuration file {} cannot be read", file.display()),
            "See that --config (or ZETEL_CONFIG) names a TOML file that this user may read.",
        )
    };
    let size = std::fs::metadata(file)
        .map_err(|cause| unreadable().because(cause))?
        .len();
    if size > FILE_MAX {
        return Err(unreadable().because(format!("it is larger than {FILE_MAX} bytes")));
    }
    std::fs::read_to_string(file).map_err(|cause| unreadable().because(cause))
}

/// Relative paths of the file are relative to its folder, all others to the current one.
fn base(figment: &Figment, file: Option<&Path>, key: &str) -> PathBuf {
    let of_file = figment
        .find_metadata(key)
        .is_some_and(|metadata| is_file(&metadata.name));
    let folder = file.and_then(Path::parent).filter(|_| of_file);
    folder.map(Path::to_path_buf).unwrap_or_default()
}

fn is_file(source: &str) -> bool {
    source.starts_with("TOML")
}

fn is_given(source: &str) -> bool {
    source.starts_with("--")
        || source
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Least likeness, of 1, of a known name that is offered for an unknown one.
const LIKENESS_MIN: f64 = 0.7;

fn wrong(figment: &Figment, file: Option<&Path>, error: figment::Error) -> StartError {
    let source = error
        .metadata
        .as_ref()
        .map_or("the configuration", |metadata| &metadata.name);
    let place = match file {
        Some(file) if is_file(source) => file.display().to_string(),
        _ => source.to_owned(),
    };
    let path = error.path.join(".");
    match &error.kind {
        Kind::UnknownField(name, known) => {
            let path = if path.is_empty() { name } else { &path };
            StartError::config(
                format!("{place} has an unknown setting {path}"),
                nearest(name, known.iter().copied()),
            )
        }
        // What was written is not repeated: it may be a secret.
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => StartError::config(
            format!("{place}: {path} is not of the right kind"),
            format!("It takes {expected}."),
        ),
        Kind::Message(message) if figment.contains(&path) && !path.is_empty() => {
            StartError::config(
                format!("{place}: {path}: {message}"),
                "Write it as `zetel --help` says.",
            )
        }
        _ => StartError::config(
            format!("{place} cannot be read"),
            "See the line that it names.",
        )
        .because(error),
    }
}

/// What to do about an unknown name.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let like = known
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN);
    match like {
        Some((_, known)) => format!("Did you mean {known}? `zetel config` lists all settings."),
        None => "`zetel config` lists all settings.".to_owned(),
    }
}
