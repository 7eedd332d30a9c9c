//! Whom the console trusts: root keys in a folder, and denied keys beside them. Read anew whenever somebody asks, so that a
//! root that is withdrawn or a key that is denied counts at once, without a restart. A release trusts nobody.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use licensing::trust::{Jwk, Trust};

use crate::config::Config;
use crate::error::Cause;

/// Largest key file and largest list of denied keys, in bytes.
const FILE_MAX: u64 = 64 * 1024;
/// Most root keys.
const ROOTS_MAX: usize = 100;
/// The list of denied keys in the folder of roots: a thumbprint a line, `#` begins a comment.
const DENIED_FILE: &str = "denied.txt";

/// Where trust comes from. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TrustSource {
    folder: Option<Arc<Path>>,
    denied: Arc<[String]>,
    /// What the log was told last, so that a fault is told once.
    told: Arc<Mutex<Vec<String>>>,
}

impl TrustSource {
    /// As configured.
    ///
    /// # Errors
    /// When the folder or a file in it does not fit: at the start that is for the operator to mend.
    pub fn open(config: &Config) -> Result<Self, TrustFault> {
        let source = Self {
            folder: config.roots.as_deref().map(Arc::from),
            denied: config.denied_keys.clone().into(),
            told: Arc::default(),
        };
        match source.read().1.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(source),
        }
    }

    /// What is trusted now. A file that does not fit is not trusted; a list of denied keys that cannot be read leaves
    /// nobody trusted.
    #[must_use]
    pub fn now(&self) -> Trust {
        let (trust, faults) = self.read();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != faults {
            for fault in &faults {
                tracing::error!(
                    fault,
                    "not everything in the folder of root keys can be used"
                );
            }
            *told = faults;
        }
        trust
    }

    fn read(&self) -> (Trust, Vec<TrustFault>) {
        let mut trust = Trust {
            roots: Vec::new(),
            denied: self.denied.to_vec(),
        };
        let mut faults = Vec::new();
        let Some(folder) = self.folder.as_deref() else {
            return (trust, faults);
        };
        match denied(&folder.join(DENIED_FILE)) {
            Ok(denied) => trust.denied.extend(denied),
            Err(fault) => return (Trust::default(), vec![fault]),
        }
        match files(folder) {
            Ok(files) => {
                for file in files {
                    match root(&file) {
                        Ok(root) => trust.roots.push(root),
                        Err(fault) => faults.push(fault),
                    }
                }
            }
            Err(fault) => faults.push(fault),
        }
        (trust, faults)
    }
}

/// Every `*.jwk` of the folder, in order of name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, TrustFault> {
    let unreadable = |cause: io::Error| TrustFault::new(folder, "cannot be read").because(cause);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "jwk") {
            files.push(path);
        }
    }
    files.sort();
    if files.len() > ROOTS_MAX {
        return Err(TrustFault::new(folder, "holds more keys than 100"));
    }
    Ok(files)
}

fn root(file: &Path) -> Result<Jwk, TrustFault> {
    let text =
        small(file).map_err(|cause| TrustFault::new(file, "cannot be read").because(cause))?;
    let json: serde_json::Value = serde_json::from_str(&text)
        .map_err(|cause| TrustFault::new(file, "is no JSON").because(cause))?;
    if json.get("d").is_some() {
        return Err(TrustFault::new(
            file,
            "is a private key, which must not be here",
        ));
    }
    serde_json::from_value(json).map_err(|cause| {
        TrustFault::new(file, "is no public key: kty OKP, crv Ed25519, x").because(cause)
    })
}

fn denied(file: &Path) -> Result<Vec<String>, TrustFault> {
    let text = match small(file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(TrustFault::new(file, "cannot be read").because(cause)),
    };
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(ToOwned::to_owned)
        .collect())
}

/// The text of a small file.
fn small(file: &Path) -> io::Result<String> {
    if std::fs::metadata(file)?.len() > FILE_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than any key",
        ));
    }
    std::fs::read_to_string(file)
}

/// A folder or file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} {what}", path.display())]
pub struct TrustFault {
    path: PathBuf,
    what: &'static str,
    #[source]
    cause: Option<Cause>,
}

impl TrustFault {
    fn new(path: &Path, what: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            what,
            cause: None,
        }
    }

    fn because(self, cause: impl Into<Cause>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    fn source(folder: &Path) -> Result<TrustSource, TrustFault> {
        TrustSource::open(&Config {
            roots: Some(folder.to_owned()),
            denied_keys: vec!["configured".to_owned()],
            ..Config::default()
        })
    }

    #[test]
    fn roots_and_denied_keys_count_from_the_next_question_on() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.jwk"), KEY).expect("written");
        let source = source(folder.path()).expect("trust");
        assert_eq!(source.now().roots.len(), 1);
        assert_eq!(source.now().denied, ["configured"]);
        std::fs::write(
            folder.path().join(DENIED_FILE),
            "# stolen\nabc # laptop\n\n",
        )
        .expect("written");
        std::fs::remove_file(folder.path().join("a.jwk")).expect("removed");
        assert_eq!(source.now().roots, []);
        assert_eq!(source.now().denied, ["configured", "abc"]);
    }

    #[test]
    fn a_file_that_is_no_public_key_is_an_error_at_the_start_and_not_trusted_later() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.jwk"), KEY).expect("written");
        let running = source(folder.path()).expect("trust");
        for (text, says) in [
            ("<html>", "b.jwk is no JSON"),
            (
                r#"{"kty":"OKP"}"#,
                "b.jwk is no public key: kty OKP, crv Ed25519, x",
            ),
            (
                r#"{"kty":"OKP","d":"secret"}"#,
                "b.jwk is a private key, which must not be here",
            ),
        ] {
            std::fs::write(folder.path().join("b.jwk"), text).expect("written");
            let fault = source(folder.path()).expect_err("refused");
            assert!(fault.to_string().ends_with(says), "{fault}");
            assert_eq!(running.now().roots.len(), 1);
        }
    }

    #[test]
    fn without_a_folder_nobody_is_trusted() {
        let source = TrustSource::open(&Config::default()).expect("trust");
        assert_eq!(source.now(), Trust::default());
    }
}
