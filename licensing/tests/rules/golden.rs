//! Golden files: any other implementation can be held against them. `golden/expected.csv` names each file and what verifying it must
//! say (at 2026-11-24T09:00:00Z, for serial number 1010000042 of Meridian Trading BV, nothing installed, `root.jwk` trusted).
//!
//! `UPDATE_GOLDEN=1 cargo test -p licensing --test rules golden` writes the license files anew from `samples`.

#[cfg(target_arch = "wasm32")]
use super::test;

use licensing::envelope::{Expected, VerifyError, compact_of_file, verify};
use licensing::samples::{self, NOW};
use licensing::trust::{Jwk, Trust};

macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../golden/", $name)).as_slice())),*]
    };
}

const EXPECTED: &str = include_str!("../golden/expected.csv");

fn outcome(file: &[u8]) -> Result<u64, VerifyError> {
    let root = Jwk::from_text(include_str!("../golden/root.jwk")).expect("a root key");
    let trust = Trust {
        roots: vec![root],
        denied: Vec::new(),
    };
    let installation = samples::installation();
    let expected = Expected {
        owner: None,
        installation: &installation,
        now: NOW,
        highest: &[],
    };
    let verified = verify(&compact_of_file(file)?, &trust, &expected)?;
    Ok(verified.license().sequence)
}

#[test]
fn golden_files_say_what_they_must() {
    let files = golden![
        "superoffice-7.lic",
        "superoffice-8.lic",
        "fjordmaps-3.lic",
        "bare.lic",
        "other-company.lic",
        "other-serial.lic",
        "changed-by-one-byte.lic",
        "truncated.lic",
        "stranger.lic",
        "expired-key.lic",
        "alg-eddsa.lic",
        "duplicate-key.lic",
        "no-license.lic",
    ];
    let mut lines = EXPECTED.lines().skip(1);
    for (name, content) in files {
        let said = match outcome(content) {
            Ok(sequence) => format!("genuine {sequence}"),
            Err(error) => serde_json::to_value(error.code)
                .expect("a code is JSON")
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        assert_eq!(lines.next(), Some(format!("{name},{said}").as_str()));
    }
    assert_eq!(lines.next(), None);
}

#[cfg(not(target_arch = "wasm32"))]
mod made {
    use std::path::Path;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use licensing::envelope::file_of_compact;
    use licensing::envelope::sign::{PrivateKey, certify, sign};
    use licensing::samples::{
        FJORDMAPS, NOW, SUPEROFFICE, certificate, license, module, owner_key, root, signed,
        signed_payload, signed_under,
    };

    /// Every golden file as `samples` makes it.
    fn files() -> Vec<(&'static str, String)> {
        let seven = license(SUPEROFFICE, 7);
        let mut eight = license(SUPEROFFICE, 8);
        module(&mut eight, "ten-sales").number_of_licenses = 18;
        module(&mut eight, "ten-service").number_of_licenses = 20;
        let mut company = eight.clone();
        "Polder Logistics BV".clone_into(&mut company.company_name);
        let mut serial = eight.clone();
        "1010000043".clone_into(&mut serial.serial_nr);
        let compact = signed(&eight);
        let place = compact.find('.').expect("three parts") + 100;
        let other = if compact.as_bytes()[place] == b'A' {
            "B"
        } else {
            "A"
        };
        let flipped = format!("{}{other}{}", &compact[..place], &compact[place + 1..]);
        let stranger = PrivateKey::from_seed([9; 32]);
        let mut theirs = certificate(SUPEROFFICE);
        theirs.key = stranger.public();
        let mut expired = certificate(SUPEROFFICE);
        expired.not_after = NOW.plus_days(-10);
        let json = serde_json::to_string(&eight).expect("a license is JSON");
        let (header, rest) = compact.split_once('.').expect("three parts");
        let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
        let header = String::from_utf8(header)
            .expect("JSON")
            .replacen("Ed25519", "EdDSA", 1);
        vec![
            ("superoffice-7.lic", file_of_compact(&signed(&seven))),
            ("superoffice-8.lic", file_of_compact(&compact)),
            (
                "fjordmaps-3.lic",
                file_of_compact(&signed(&license(FJORDMAPS, 3))),
            ),
            ("bare.lic", compact.clone()),
            ("other-company.lic", file_of_compact(&signed(&company))),
            ("other-serial.lic", file_of_compact(&signed(&serial))),
            ("changed-by-one-byte.lic", file_of_compact(&flipped)),
            (
                "truncated.lic",
                file_of_compact(&compact)[..2000].to_owned(),
            ),
            (
                "stranger.lic",
                file_of_compact(&sign(&stranger, &certify(&stranger, &theirs), &eight)),
            ),
            (
                "expired-key.lic",
                file_of_compact(&signed_under(&eight, &expired)),
            ),
            (
                "alg-eddsa.lic",
                file_of_compact(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))),
            ),
            (
                "duplicate-key.lic",
                file_of_compact(&signed_payload(
                    SUPEROFFICE,
                    &json.replacen('{', "{\"sequence\":9,", 1),
                )),
            ),
            (
                "no-license.lic",
                "<!doctype html><title>Sign in</title>\n".to_owned(),
            ),
            (
                "root.jwk",
                serde_json::to_string(&root().public()).expect("a key is JSON"),
            ),
            (
                "owner-SUPEROFFICE.jwk",
                serde_json::to_string(&owner_key(SUPEROFFICE).public()).expect("a key is JSON"),
            ),
        ]
    }

    #[test]
    fn golden_files_are_what_samples_make() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let update = std::env::var_os("UPDATE_GOLDEN").is_some();
        for (name, made) in files() {
            let file = folder.join(name);
            if update {
                std::fs::write(&file, &made).expect("the folder can be written");
            }
            let kept = std::fs::read_to_string(&file).expect("the file is there");
            assert!(
                kept == made,
                "{name} differs: a format must not change by accident"
            );
        }
    }
}
