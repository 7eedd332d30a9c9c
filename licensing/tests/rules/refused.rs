//! Every bad license and the code that refuses it: the first failure in the protocol's order. Here steps 1 to 3, files and keys; what was
//! signed is in `payload`.

mod payload;
mod strict;

#[cfg(target_arch = "wasm32")]
use super::test;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use licensing::envelope::sign::{PrivateKey, certify, sign};
use licensing::envelope::{
    Expected, VerifiedLicense, VerifyCode, VerifyError, compact_of_file, file_of_compact, sha256,
    verify,
};
use licensing::license::License;
use licensing::samples::{
    self, FJORDMAPS, NOW, SUPEROFFICE, certificate, license, owner_key, owner_name, root, signed,
    signed_under, trust,
};
use licensing::trust::{Jwk, MalformedKey, Trust};

fn checked(compact: &str, trust: &Trust) -> Result<VerifiedLicense, VerifyError> {
    let installation = samples::installation();
    let expected = Expected {
        owner: None,
        installation: &installation,
        now: NOW,
        highest: &[],
    };
    verify(compact, trust, &expected)
}

fn code(compact: &str) -> Option<VerifyCode> {
    checked(compact, &trust()).err().map(|error| error.code)
}

fn changed(change: impl FnOnce(&mut License)) -> String {
    let mut license = license(SUPEROFFICE, 8);
    change(&mut license);
    signed(&license)
}

/// A genuine license under another header.
fn under(header: &str) -> String {
    let genuine = signed(&license(SUPEROFFICE, 8));
    let (_, rest) = genuine.split_once('.').expect("three parts");
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
}

fn header(alg: &str, typ: &str, more: &str) -> String {
    let kid = owner_key(SUPEROFFICE).public().thumbprint();
    let crt = certify(&root(), &certificate(SUPEROFFICE));
    format!(r#"{{"alg":"{alg}","typ":"{typ}","kid":"{kid}","crt":"{crt}"{more}}}"#)
}

#[test]
fn a_genuine_license_is_accepted_byte_for_byte() {
    let compact = signed(&license(SUPEROFFICE, 8));
    let verified = checked(&compact, &trust()).expect("it is genuine");
    assert_eq!(verified.license(), &license(SUPEROFFICE, 8));
    assert_eq!(verified.compact(), compact);
    assert_eq!(verified.sha256(), sha256(&compact));
    assert_eq!(verified.certificate(), &certificate(SUPEROFFICE));
}

#[test]
fn shape_and_header_are_checked_first() {
    let genuine = signed(&license(SUPEROFFICE, 8));
    let table = [
        ("", VerifyCode::NotALicense),
        ("<html><body>Sign in</body></html>", VerifyCode::NotALicense),
        (&"eyJ".repeat(400_000), VerifyCode::TooLarge),
        (&genuine[..genuine.len() / 2], VerifyCode::Truncated),
        (&genuine[..genuine.len() - 10], VerifyCode::Truncated),
        (&format!("{genuine}AAAA"), VerifyCode::EncodingRefused),
        (&format!("{genuine}=="), VerifyCode::EncodingRefused),
        (&format!("{genuine}.AAAA"), VerifyCode::NotALicense),
        (&genuine.replacen('.', "!.", 1), VerifyCode::EncodingRefused),
        (
            &under(&header("none", "license+jws", "")),
            VerifyCode::AlgorithmRefused,
        ),
        (
            &under(&header("HS256", "license+jws", "")),
            VerifyCode::AlgorithmRefused,
        ),
        (
            &under(&header("RS256", "license+jws", "")),
            VerifyCode::AlgorithmRefused,
        ),
        (
            &under(&header("EdDSA", "license+jws", "")),
            VerifyCode::AlgorithmRefused,
        ),
        (
            &under(&header("ed25519", "license+jws", "")),
            VerifyCode::AlgorithmRefused,
        ),
        (
            &under(&header("Ed25519", "JWT", "")),
            VerifyCode::TypeRefused,
        ),
        (
            &under(&header("Ed25519", "owner+jws", "")),
            VerifyCode::TypeRefused,
        ),
        (
            &under(&header("Ed25519", "license+jws", r#","crit":["exp"]"#)),
            VerifyCode::HeaderRefused,
        ),
        (
            &under(&header(
                "Ed25519",
                "license+jws",
                r#","jku":"https://evil.example""#,
            )),
            VerifyCode::HeaderRefused,
        ),
        (
            &under(&header(
                "Ed25519",
                "license+jws",
                r#","x5u":"https://evil.example""#,
            )),
            VerifyCode::HeaderRefused,
        ),
        (
            &under(&header("Ed25519", "license+jws", r#","jwk":{"kty":"OKP"}"#)),
            VerifyCode::HeaderRefused,
        ),
        (
            &under(&header("Ed25519", "license+jws", r#","alg":"Ed25519""#)),
            VerifyCode::HeaderRefused,
        ),
        (
            &under(r#"{"alg":"Ed25519","typ":"license+jws"}"#),
            VerifyCode::HeaderRefused,
        ),
        (&under(r#"{"alg":"Ed25519","#), VerifyCode::HeaderRefused),
    ];
    for (compact, expected) in table {
        assert_eq!(
            code(compact),
            Some(expected),
            "{}",
            &compact[..compact.len().min(80)]
        );
        assert_eq!(expected.step(), 1);
    }
}

#[test]
fn the_certificate_is_checked_before_the_signature() {
    let certified = |change: fn(&mut licensing::trust::Certificate)| {
        let mut certificate = certificate(SUPEROFFICE);
        change(&mut certificate);
        signed_under(&license(SUPEROFFICE, 8), &certificate)
    };
    let stranger = PrivateKey::from_seed([9; 32]);
    let by_stranger = certify(&stranger, &certificate(SUPEROFFICE));
    let key = owner_key(SUPEROFFICE);
    let genuine = certify(&root(), &certificate(SUPEROFFICE));
    let forged = {
        let other = certify(&root(), &certificate(FJORDMAPS));
        let (signed, _) = genuine.rsplit_once('.').expect("three parts");
        let (_, signature) = other.rsplit_once('.').expect("three parts");
        format!("{signed}.{signature}")
    };
    let table = [
        (
            sign(&key, &by_stranger, &license(SUPEROFFICE, 8)),
            VerifyCode::RootUnknown,
        ),
        (
            sign(&key, &forged, &license(SUPEROFFICE, 8)),
            VerifyCode::CertificateForged,
        ),
        (
            sign(&key, "nonsense", &license(SUPEROFFICE, 8)),
            VerifyCode::CertificateRefused,
        ),
        (
            sign(&key, &"eyJ".repeat(10_000), &license(SUPEROFFICE, 8)),
            VerifyCode::CertificateRefused,
        ),
        (
            sign(&stranger, &genuine, &license(SUPEROFFICE, 8)),
            VerifyCode::KeyMismatch,
        ),
        (
            certified(|certificate| certificate.key.crv = "X25519".to_owned()),
            VerifyCode::KeyRefused,
        ),
        // The neutral point: every signature would fit it.
        (
            certified(|certificate| {
                certificate.key.x = URL_SAFE_NO_PAD.encode([[1].as_slice(), &[0; 31]].concat());
            }),
            VerifyCode::KeyRefused,
        ),
        (
            certified(|certificate| certificate.not_before = NOW.plus_days(1)),
            VerifyCode::CertificateNotYetValid,
        ),
        (
            certified(|certificate| certificate.not_after = NOW.plus_days(-1)),
            VerifyCode::CertificateExpired,
        ),
        (
            certified(|certificate| certificate.not_after = NOW.plus_days(-900)),
            VerifyCode::CertificateRefused,
        ),
    ];
    for (compact, expected) in table {
        assert_eq!(code(&compact), Some(expected));
        assert_eq!(expected.step(), 2);
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let until = |minutes: i64| {
        let mut certificate = certificate(SUPEROFFICE);
        certificate.not_after = NOW.plus_ms(minutes * 60_000);
        code(&signed_under(&license(SUPEROFFICE, 8), &certificate))
    };
    assert_eq!(until(-5), None);
    assert_eq!(until(-6), Some(VerifyCode::CertificateExpired));
    let issued = |minutes: i64| {
        code(&changed(|license| {
            license.issued_at = NOW.plus_ms(minutes * 60_000);
        }))
    };
    assert_eq!(issued(5), None);
    assert_eq!(issued(6), Some(VerifyCode::IssuedInFuture));
}

#[test]
fn denied_keys_and_other_owners_are_refused() {
    let compact = signed(&license(SUPEROFFICE, 8));
    let denied = |key: &Jwk| Trust {
        denied: vec![key.thumbprint()],
        ..trust()
    };
    let refused = |trust: &Trust| checked(&compact, trust).expect_err("it is denied").code;
    assert_eq!(refused(&denied(&root().public())), VerifyCode::RootDenied);
    assert_eq!(
        refused(&denied(&owner_key(SUPEROFFICE).public())),
        VerifyCode::KeyDenied
    );
    assert_eq!(refused(&Trust::default()), VerifyCode::RootUnknown);
    let installation = samples::installation();
    let asked = owner_name(FJORDMAPS);
    let expected = Expected {
        owner: Some(&asked),
        installation: &installation,
        now: NOW,
        highest: &[],
    };
    assert_eq!(
        verify(&compact, &trust(), &expected)
            .expect_err("another owner")
            .code,
        VerifyCode::OwnerMismatch
    );
}

#[test]
fn a_signature_must_fit_and_be_the_only_one_that_does() {
    let compact = signed(&license(SUPEROFFICE, 8));
    let (signed_part, signature) = compact.rsplit_once('.').expect("three parts");
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    // S + L: the same signature for whoever does not insist on the smallest S.
    let order = [
        0xed_u8, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
        0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    let malleable = format!("{signed_part}.{}", URL_SAFE_NO_PAD.encode(bytes));
    assert_eq!(code(&malleable), Some(VerifyCode::SignatureInvalid));
    let other = signed(&license(SUPEROFFICE, 9));
    let (_, foreign) = other.rsplit_once('.').expect("three parts");
    assert_eq!(
        code(&format!("{signed_part}.{foreign}")),
        Some(VerifyCode::SignatureInvalid)
    );
}

#[test]
fn a_file_is_armour_and_white_space_around_the_license() {
    let compact = signed(&license(SUPEROFFICE, 8));
    let file = file_of_compact(&compact);
    let read = |file: &str| compact_of_file(file.as_bytes()).map_err(|error| error.code);
    assert_eq!(read(&file).as_ref(), Ok(&compact));
    assert_eq!(read(&compact).as_ref(), Ok(&compact));
    assert_eq!(
        read(&format!("\u{feff}\r\n{}", file.replace('\n', "\r\n"))).as_ref(),
        Ok(&compact)
    );
    assert_eq!(
        read(&file.replace("-----END LICENSE-----\n", "")),
        Err(VerifyCode::Truncated)
    );
    assert_eq!(read(&file[..file.len() / 2]), Err(VerifyCode::Truncated));
    assert_eq!(
        read(&compact[..compact.len() / 3]),
        Err(VerifyCode::Truncated)
    );
    assert_eq!(
        read("<?xml version=\"1.0\"?><License/>"),
        Err(VerifyCode::NotALicense)
    );
    assert_eq!(
        compact_of_file(&[0xff, 0xfe, 0, 1]).map_err(|error| error.code),
        Err(VerifyCode::NotALicense)
    );
    assert_eq!(
        compact_of_file(&vec![b'a'; 3 * 1024 * 1024]).map_err(|error| error.code),
        Err(VerifyCode::TooLarge)
    );
}

#[test]
fn a_root_is_a_public_key() {
    let public = serde_json::to_string(&root().public()).expect("a key is JSON");
    assert_eq!(Jwk::from_text(&public), Ok(root().public()));
    assert_eq!(
        Jwk::from_text(&root().to_jwk_text()),
        Err(MalformedKey::Private)
    );
    assert_eq!(Jwk::from_text("{}"), Err(MalformedKey::NotAJwk));
    assert_eq!(
        Jwk::from_text(&public.replace("Ed25519", "X25519")),
        Err(MalformedKey::NotAKey)
    );
    assert_eq!(format!("{:?}", root()), "PrivateKey");
    let again = PrivateKey::from_jwk_text(&root().to_jwk_text()).expect("it is one");
    assert_eq!(again.public(), root().public());
}

#[test]
fn a_thumbprint_is_that_of_rfc_8037() {
    // The example of appendix A.3.
    let key = Jwk {
        kty: "OKP".to_owned(),
        crv: "Ed25519".to_owned(),
        x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
    };
    assert_eq!(
        key.thumbprint(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}
