//! Files that are no license for this console: each has its own code, and changes nothing.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use licensing::envelope::sign::{PrivateKey, certify, sign};
use licensing::envelope::{ENVELOPE_MAX, VerifyCode};
use licensing::license::License;
use licensing::samples;
use licensing::trust::{Certificate, Jwk};
use licensing::wire::{BODY_MAX, ErrorCode, paths};
use serde_json::{Value, json};

use crate::harness::NOW;
use crate::stock::{self, OWNER, Owner, plan, seats};
use crate::tables::{acts, dump};

/// A root that is installed, and denied.
fn denied_root() -> PrivateKey {
    PrivateKey::from_seed([8; 32])
}

/// An owner's key that is denied.
fn denied_key() -> PrivateKey {
    PrivateKey::from_seed([9; 32])
}

/// The license that would be loaded if nothing were wrong with it.
fn good(owner: &Owner) -> License {
    owner.license(
        8,
        vec![
            plan("sales", 5).brings(&["crm"]),
            seats("crm", 9),
            seats("maps", 6),
        ],
    )
}

/// Wrong files, each with the code that it gets.
type Cases = Vec<(VerifyCode, Vec<u8>)>;

/// Step 1: the shape of the JWS.
fn shapes(owner: &Owner) -> Cases {
    let compact = samples::signed(&good(owner));
    let [header, payload, signature] = parts(&compact);
    let cut = |length: usize| compact.as_bytes()[..length].to_vec();
    vec![
        (
            VerifyCode::NotALicense,
            b"%PDF-1.7 a picture of a cat".to_vec(),
        ),
        (VerifyCode::NotALicense, Vec::new()),
        (VerifyCode::NotALicense, vec![0xff; 100]),
        (
            VerifyCode::TooLarge,
            format!("eyJ{}", "A".repeat(ENVELOPE_MAX)).into_bytes(),
        ),
        (VerifyCode::TooLarge, vec![b'A'; BODY_MAX + 1]),
        (VerifyCode::Truncated, cut(compact.len() / 2)),
        (VerifyCode::Truncated, cut(compact.len() - 3)),
        (
            VerifyCode::EncodingRefused,
            format!("{header}.{payload}.{signature}=").into_bytes(),
        ),
    ]
}

/// Step 1: the header, with one member set.
fn headers(owner: &Owner) -> Cases {
    let compact = samples::signed(&good(owner));
    let [header, payload, signature] = parts(&compact);
    let with = |member: &str, value: Value| {
        let json = BASE64_URL_SAFE_NO_PAD.decode(header).expect("base64url");
        let mut header: Value = serde_json::from_slice(&json).expect("JSON");
        header[member] = value;
        let header = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
        format!("{header}.{payload}.{signature}").into_bytes()
    };
    vec![
        (VerifyCode::AlgorithmRefused, with("alg", json!("none"))),
        (VerifyCode::AlgorithmRefused, with("alg", json!("HS256"))),
        (VerifyCode::AlgorithmRefused, with("alg", json!("EdDSA"))),
        (VerifyCode::TypeRefused, with("typ", json!("JWT"))),
        (VerifyCode::HeaderRefused, with("jwk", json!({}))),
        (VerifyCode::HeaderRefused, with("crit", json!(["exp"]))),
        (VerifyCode::CertificateRefused, with("crt", json!("mine"))),
    ]
}

/// Steps 2 and 3: the certificate, and the signature.
fn signatures(owner: &Owner) -> Cases {
    let license = good(owner);
    let (root, key) = (samples::root(), samples::owner_key(OWNER));
    let genuine = || samples::certificate(OWNER);
    let under = |root: &PrivateKey, key: &PrivateKey, certificate: Certificate| {
        sign(key, &certify(root, &certificate), &license).into_bytes()
    };
    let weak = Jwk {
        x: BASE64_URL_SAFE_NO_PAD.encode([0; 32]),
        ..key.public()
    };
    let with_key = |key: Jwk| Certificate { key, ..genuine() };
    let early = Certificate {
        not_before: NOW.plus_days(1),
        ..genuine()
    };
    let late = Certificate {
        not_after: NOW.plus_days(-1),
        ..genuine()
    };
    vec![
        (
            VerifyCode::RootUnknown,
            under(&PrivateKey::from_seed([7; 32]), &key, genuine()),
        ),
        (
            VerifyCode::RootDenied,
            under(&denied_root(), &key, genuine()),
        ),
        (VerifyCode::CertificateForged, forged(&license)),
        (VerifyCode::KeyRefused, under(&root, &key, with_key(weak))),
        (
            VerifyCode::KeyDenied,
            under(&root, &denied_key(), with_key(denied_key().public())),
        ),
        (
            VerifyCode::KeyMismatch,
            under(&root, &denied_root(), genuine()),
        ),
        (
            VerifyCode::CertificateNotYetValid,
            under(&root, &key, early),
        ),
        (VerifyCode::CertificateExpired, under(&root, &key, late)),
        (
            VerifyCode::SignatureInvalid,
            changed_by_one_byte(&samples::signed(&license)),
        ),
    ]
}

/// A license whose certificate has the signature of another root.
fn forged(license: &License) -> Vec<u8> {
    let genuine = certify(&samples::root(), &samples::certificate(OWNER));
    let other = certify(&denied_root(), &samples::certificate(OWNER));
    let [header, payload, _] = parts(&genuine);
    let [_, _, signature] = parts(&other);
    let certificate = format!("{header}.{payload}.{signature}");
    sign(&samples::owner_key(OWNER), &certificate, license).into_bytes()
}

fn changed_by_one_byte(compact: &str) -> Vec<u8> {
    let [header, payload, signature] = parts(compact);
    let letter = if &payload[40..41] == "A" { "B" } else { "A" };
    format!(
        "{header}.{}{letter}{}.{signature}",
        &payload[..40],
        &payload[41..]
    )
    .into_bytes()
}

fn parts(compact: &str) -> [&str; 3] {
    let parts: Vec<&str> = compact.split('.').collect();
    parts.try_into().expect("three parts")
}

/// Step 4: what was signed, with one field of the license (or of its third module) set.
fn fields(owner: &Owner) -> Cases {
    let with = |pointer: &str, value: Value| {
        let mut payload = serde_json::to_value(good(owner)).expect("JSON");
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        payload.pointer_mut(parent).expect("it is there")[field] = value;
        samples::signed_payload(OWNER, &payload.to_string()).into_bytes()
    };
    let module = |field: &str, value: Value| with(&format!("/module_licenses/2/{field}"), value);
    vec![
        (
            VerifyCode::NumberOutOfRange,
            module("number_of_licenses", json!(0)),
        ),
        (
            VerifyCode::NumberOutOfRange,
            module("number_of_licenses", json!(-1)),
        ),
        (
            VerifyCode::NumberOutOfRange,
            module("number_of_licenses", json!(1_u64 << 31)),
        ),
        (VerifyCode::NumberOutOfRange, with("/sequence", json!(0))),
        (
            VerifyCode::NumberOutOfRange,
            with("/sequence", json!(1_u64 << 53)),
        ),
        (
            VerifyCode::NameRefused,
            module("module_name", json!("Maps")),
        ),
        (VerifyCode::NameRefused, module("module_name", json!(""))),
        (
            VerifyCode::OwnerForeign,
            module("owner_name", json!("OTHER")),
        ),
        (
            VerifyCode::OwnerForeign,
            with("/owner_name", json!("OTHER")),
        ),
        (
            VerifyCode::DuplicateModule,
            module("module_name", json!("crm")),
        ),
        (
            VerifyCode::SetUnknown,
            with("/module_licenses/0/extra_info", json!("set=gone")),
        ),
        (
            VerifyCode::PrerequisiteUnknown,
            module("prerequisite_module_name", json!("gone")),
        ),
        (
            VerifyCode::Circle,
            module("prerequisite_module_name", json!("maps")),
        ),
        (
            VerifyCode::DatesRefused,
            with("/grace_date", json!("2027-01-01")),
        ),
        (
            VerifyCode::IssuedOutsideCertificate,
            with("/issued_at", json!("2020-01-01T00:00:00Z")),
        ),
        (
            VerifyCode::IssuedInFuture,
            with("/issued_at", json!(NOW.plus_days(1).to_string())),
        ),
        (
            VerifyCode::SerialMismatch,
            with("/serial_nr", json!("1010000043")),
        ),
        (
            VerifyCode::CompanyMismatch,
            with("/company_name", json!("Another BV")),
        ),
        (VerifyCode::SequenceOlder, with("/sequence", json!(6))),
    ]
}

/// Steps 4 to 7: what was signed as a whole.
fn payloads(owner: &Owner) -> Cases {
    let text = |payload: &str| samples::signed_payload(OWNER, payload).into_bytes();
    let genuine = serde_json::to_string(&good(owner)).expect("JSON");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let twice = genuine.replacen('{', "{\"serial_nr\":\"1010000042\",", 1);
    let mut disordered = good(owner);
    disordered.admin_warning_date = Some("2027-01-02".parse().expect("a day"));
    disordered.expiry_date = Some("2027-01-01".parse().expect("a day"));
    vec![
        (VerifyCode::PayloadRefused, text("{}")),
        (VerifyCode::PayloadRefused, text("no JSON")),
        (VerifyCode::TooDeep, text(&deep)),
        (VerifyCode::DuplicateKey, text(&twice)),
        (
            VerifyCode::DatesRefused,
            samples::signed(&disordered).into_bytes(),
        ),
        (
            VerifyCode::AlreadyActive,
            samples::signed(&installed(owner)).into_bytes(),
        ),
    ]
}

fn installed(owner: &Owner) -> License {
    owner.license(7, vec![seats("maps", 5)])
}

#[tokio::test]
async fn each_has_its_own_code_and_changes_nothing() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &installed(owner), &[("a", &["maps"])])
            .await;
        let roots = console.state.config.roots.clone().expect("a folder");
        let denied = serde_json::to_string(&denied_root().public()).expect("it serializes");
        std::fs::write(roots.join("denied.jwk"), denied).expect("written");
        let thumbprints = [
            denied_root().public().thumbprint(),
            denied_key().public().thumbprint(),
        ];
        std::fs::write(roots.join("denied.txt"), thumbprints.join("\n")).expect("written");
        let browser = console.administrator().await;
        let before = dump(&console).await;
        let mut seen = BTreeSet::new();
        let cases = [shapes, headers, signatures, fields, payloads];
        for (code, file) in cases.into_iter().flat_map(|cases| cases(owner)) {
            let answer = browser.post_file(paths::LOAD_FILE, file).await;
            answer.error(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::License(code));
            seen.insert(code);
        }
        assert_eq!(dump(&console).await, before);

        // Only an alarm is kept of a sequence that comes a second time.
        let reused = owner.license(7, vec![seats("maps", 6)]);
        let answer = browser
            .post_file(paths::LOAD_FILE, samples::signed(&reused))
            .await;
        let code = VerifyCode::SequenceReused;
        answer.error(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::License(code));
        seen.insert(code);
        assert_eq!(acts(&console, "sequence_reused").await, 1);

        // All of them but one: a file may be any owner's. The last code's number is how many stand before it.
        assert!(!seen.contains(&VerifyCode::OwnerMismatch));
        assert_eq!(seen.len(), VerifyCode::SequenceReused as usize);
    })
    .await;
}
