//! Keys: a root that certifies owners, and an owner's key with its certificate. Private keys go into files that only their owner
//! may read; nothing here prints one.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use axum::http::Uri;
use licensing::envelope::sign::{PrivateKey, certify};
use licensing::license::{OwnerName, Timestamp};
use licensing::trust::{Certificate, Jwk};

use crate::Failure;
use crate::host::is_loopback;

/// The owner's private key in the data folder.
const OWNER_KEY: &str = "owner.private.jwk";
/// The owner's certificate in the data folder.
const OWNER_CERTIFICATE: &str = "owner.crt";
/// The public key of the root that certified it, in the data folder.
const ROOT_KEY: &str = "root.jwk";

/// What an owner signs with.
pub struct Signing {
    /// The private key.
    pub key: PrivateKey,
    /// The certificate: a compact JWS.
    pub certificate: String,
}

/// Makes a root key: `NAME.jwk` for whoever is to trust it, `NAME.private.jwk` for you alone.
///
/// # Errors
/// When the files exist or cannot be written.
pub fn make_root(folder: &Path, name: &str) -> Result<(PathBuf, PathBuf), Failure> {
    create_folder(folder)?;
    let key = new_key()?;
    let (public, private) = (
        folder.join(format!("{name}.jwk")),
        folder.join(format!("{name}.private.jwk")),
    );
    write_private(&private, &key.to_jwk_text())?;
    write(&public, &public_text(&key)?)?;
    Ok((public, private))
}

/// Makes an owner's key in a data folder and certifies it.
///
/// # Errors
/// When the root cannot be read, or the files exist.
pub fn make_owner(data: &Path, root: &Path, owner: &NewOwner) -> Result<(), Failure> {
    owner.addresses_are_safe()?;
    let root = read_private(root)?;
    create_folder(data)?;
    let key = new_key()?;
    let certificate = Certificate {
        owner: owner.name.clone(),
        description: owner.description.clone(),
        key: key.public(),
        not_before: owner.not_before,
        not_after: owner.not_after,
        store_url: owner.store_url.clone(),
        license_url: owner.license_url.clone(),
        contact_url: owner.contact_url.clone(),
    };
    write_private(&data.join(OWNER_KEY), &key.to_jwk_text())?;
    write(&data.join(ROOT_KEY), &public_text(&root)?)?;
    write(&data.join(OWNER_CERTIFICATE), &certify(&root, &certificate))
}

/// Whether an owner's key was made in this folder.
///
/// # Errors
/// When it was not.
pub fn is_data_folder(data: &Path) -> Result<(), Failure> {
    if data.join(OWNER_CERTIFICATE).is_file() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is no data folder of an owner: there is no {OWNER_CERTIFICATE}. Name another --data, or make it with `zetel-vendor keys owner`.",
        data.display()
    )))
}

/// The root that certified the owner of a data folder.
///
/// # Errors
/// When it is not there.
pub fn root_of(data: &Path) -> Result<Jwk, Failure> {
    let file = data.join(ROOT_KEY);
    let named = |fault: String| Failure::new(format!("{}: {fault}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| named(error.to_string()))?;
    Jwk::from_text(&text).map_err(|error| named(error.to_string()))
}

fn public_text(key: &PrivateKey) -> Result<String, Failure> {
    serde_json::to_string(&key.public()).map_err(|error| Failure::new(error.to_string()))
}

/// What a root says of an owner.
#[derive(Clone, Debug)]
pub struct NewOwner {
    /// Code name.
    pub name: OwnerName,
    /// The tab's name in the console.
    pub description: String,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// Web shop.
    pub store_url: Option<String>,
    /// License server.
    pub license_url: Option<String>,
    /// https or mailto.
    pub contact_url: Option<String>,
}

impl NewOwner {
    /// A console asks and links to https alone, and to plain http on its own machine.
    fn addresses_are_safe(&self) -> Result<(), Failure> {
        let mail = |url: &&String| url.starts_with("mailto:");
        let addresses = [
            ("--license-url", self.license_url.as_ref()),
            ("--store-url", self.store_url.as_ref()),
            (
                "--contact-url",
                self.contact_url.as_ref().filter(|url| !mail(url)),
            ),
        ];
        for (flag, url) in addresses {
            if let Some(url) = url.filter(|url| !is_safe(url)) {
                let or = if flag == "--contact-url" {
                    ", or mailto:"
                } else {
                    ""
                };
                return Err(Failure::new(format!(
                    "{flag} {url}: consoles take https:// only{or} (http:// on loopback, for trying out)."
                )));
            }
        }
        Ok(())
    }
}

fn is_safe(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else {
        return false;
    };
    let host = url.host().unwrap_or_default();
    match url.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => is_loopback(host),
        _ => false,
    }
}

/// The key and certificate of a data folder.
///
/// # Errors
/// When they are not there.
pub fn signing(data: &Path) -> Result<Signing, Failure> {
    let key = read_private(&data.join(OWNER_KEY))?;
    let file = data.join(OWNER_CERTIFICATE);
    let certificate = fs::read_to_string(&file).map_err(|error| {
        Failure::new(format!(
            "{}: {error}. Make it with `zetel-vendor keys owner`.",
            file.display()
        ))
    })?;
    Ok(Signing {
        key,
        certificate: certificate.trim().to_owned(),
    })
}

fn new_key() -> Result<PrivateKey, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| Failure::new(format!("no randomness from the system: {error}")))?;
    Ok(PrivateKey::from_seed(seed))
}

fn read_private(file: &Path) -> Result<PrivateKey, Failure> {
    let text = fs::read_to_string(file).map_err(|error| {
        Failure::new(format!(
            "{}: {error}. Make keys with `zetel-vendor keys`.",
            file.display()
        ))
    })?;
    PrivateKey::from_jwk_text(&text).ok_or_else(|| {
        Failure::new(format!(
            "{} is no private Ed25519 key (JWK with \"d\").",
            file.display()
        ))
    })
}

fn create_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))
}

/// Writes a new file that only its owner may read.
fn write_private(file: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write_with(&options, file, text)
}

/// Writes a new file.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    write_with(OpenOptions::new().write(true).create_new(true), file, text)
}

fn write_with(options: &OpenOptions, file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let next = if error.kind() == std::io::ErrorKind::AlreadyExists {
            " A key is never overwritten: name another folder, or move the old file away first."
        } else {
            ""
        };
        Failure::new(format!("{}: {error}.{next}", file.display()))
    };
    let mut file = options.open(file).map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .map_err(failed)
}
