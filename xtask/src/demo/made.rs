//! A demo that was made: what it is, kept in its folder for the next start, and the programs with its settings.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::goods::OWNERS;
use super::people::BLOCK;
use super::scenario::Scenario;
use super::stop::Stop;
use crate::Failure;
use crate::step::target;

/// Says in the folder what was made.
const MADE: &str = "demo.json";
/// Letters of a password, of 64 kinds.
const PASSWORD: usize = 24;
/// Settings that the demo leaves to whoever starts it.
const THEIR_SETTINGS: [&str; 2] = ["ZETEL_DATABASE_URL", "ZETEL_LOG"];

/// A demo that was made, or is being made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    /// Where it is.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
    /// The console's; the license servers have the next two.
    pub(crate) port: u16,
    pub(crate) scenario: Scenario,
    #[serde(default = "one_block")]
    pub(crate) users: u32,
    /// The console's clock stands still here.
    pub(crate) fixed_clock: Option<String>,
    /// Whether the programs are those of a release.
    #[serde(skip)]
    pub(crate) release: bool,
    /// Where the console keeps its data, when not as its settings say.
    #[serde(skip)]
    pub(crate) database_url: Option<String>,
}

fn one_block() -> u32 {
    BLOCK
}

/// The last line that the demo prints, behind READY.
#[derive(Serialize)]
struct Ready<'a> {
    url: String,
    user: &'a str,
    password: &'a str,
    files: PathBuf,
}

impl Made {
    /// What was made in this folder before; none: nothing, and the folder is empty.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let named = |fault: String| format!("{}: {fault}", folder.display());
        let file = folder.join(MADE);
        if !file.exists() {
            let mut entries = fs::read_dir(folder).map_err(|error| named(error.to_string()))?;
            return match entries.next() {
                None => Ok(None),
                Some(_) => Err(named(
                    "there is something in it, but no finished demo. Empty it, or take another folder".to_owned(),
                )
                .into()),
            };
        }
        let text = fs::read_to_string(&file).map_err(|error| named(error.to_string()))?;
        let mut made: Self = serde_json::from_str(&text)
            .map_err(|error| named(format!("{MADE}: {error}. Take another folder")))?;
        folder.clone_into(&mut made.folder);
        Ok(Some(made))
    }

    /// Keeps it for the next start: from now on it is made.
    pub(crate) fn keep(&self) -> Result<(), Failure> {
        Ok(fs::write(
            self.folder.join(MADE),
            serde_json::to_string(self)?,
        )?)
    }

    /// One of the programs, as it was built.
    pub(crate) fn program(&self, name: &str) -> Command {
        let profile = if self.release { "release" } else { "debug" };
        Command::new(target(profile).join(name))
    }

    /// Data folder of an owner's license server.
    pub(crate) fn owner(&self, owner: &str) -> PathBuf {
        self.folder.join(owner.to_lowercase())
    }

    /// Where an owner's license server listens.
    pub(crate) fn license_server_port(&self, owner: &str) -> u16 {
        let places = OWNERS.into_iter().zip(self.port + 1..);
        let found = places.into_iter().find(|(known, _)| *known == owner);
        found.expect("it is one of the two").1
    }

    /// `zetel` with the demo's settings, and none that are about another console.
    pub(crate) fn zetel<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = self.program("zetel");
        for (name, _) in std::env::vars_os() {
            let is_setting = name.to_str().is_some_and(|name| name.starts_with("ZETEL_"));
            if is_setting && !THEIR_SETTINGS.iter().any(|theirs| name == *theirs) {
                command.env_remove(name);
            }
        }
        command
            .arg("--config")
            .arg(self.folder.join("zetel.toml"))
            .args(arguments);
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        if let Some(instant) = &self.fixed_clock {
            command.args(["--fixed-clock", instant]);
        }
        command
    }

    /// `zetel-vendor serve` of an owner.
    pub(crate) fn license_server(&self, owner: &str) -> Command {
        let mut command = self.program("zetel-vendor");
        let listen = format!("127.0.0.1:{}", self.license_server_port(owner));
        command
            .args(["serve", "--store", "--listen", &listen, "--data"])
            .arg(self.owner(owner))
            .env("ZETEL_VENDOR_LOG", "warn");
        command
    }

    /// Gives `admin` a new password and answers it.
    pub(crate) fn new_password(&self, stop: &Stop) -> Result<String, Failure> {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bytes = [0; PASSWORD];
        getrandom::fill(&mut bytes)?;
        let password: String = bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 64)]))
            .collect();
        let mut add = self.zetel(&["account", "add", "admin", "--administrator"]);
        stop.run_with(&mut add, &password)?;
        Ok(password)
    }

    /// Where the console is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The last line that the demo prints.
    pub(crate) fn ready(&self, password: &str) -> Result<String, Failure> {
        let ready = Ready {
            url: self.url(),
            user: "admin",
            password,
            files: self.folder.join("files"),
        };
        Ok(format!("READY {}", serde_json::to_string(&ready)?))
    }
}
