//! Files that are no license for this console: each has its own code, and changes nothing.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use licensing::envelope::sign::{PrivateKey, certify, sign};
use licensing::envelope::{ENVELOPE_MAX, VerifyCode};
use licensing::license::License;
use licensing::samples;
use licensing::trust::Certificate;
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

/// Everything that is wrong with the envelope: steps 1 to 3.
fn envelopes(owner: &Owner) -> Vec<(VerifyCode, Vec<u8>)> {
    let license = good(owner);
    let compact = samples::signed(&license);
    let parts: Vec<&str> = compact.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        panic!("three parts");
    };
    let with_header = |change: &dyn Fn(&mut Value)| {
        let json = BASE64_URL_SAFE_NO_PAD.decode(header).expect("base64url");
        let mut header: Value = serde_json::from_slice(&json).expect("JSON");
        change(&mut header);
        let header = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
        format!("{header}.{payload}.{signature}").into_bytes()
    };
    let under = |root: &PrivateKey, key: &PrivateKey, change: &dyn Fn(&mut Certificate)| {
        let mut certificate = samples::certificate(OWNER);
        change(&mut certificate);
        sign(key, &certify(root, &certificate), &license).into_bytes()
    };
    let (root, key) = (samples::root(), samples::owner_key(OWNER));
    let forged = {
        let genuine = certify(&root, &samples::certificate(OWNER));
        let (signed, _) = genuine.rsplit_once('.').expect("three parts");
        let other = certify(&denied_root(), &samples::certificate(OWNER));
        let (_, signature) = other.rsplit_once('.').expect("three parts");
        sign(&key, &format!("{signed}.{signature}"), &license).into_bytes()
    };
    let changed = {
        let letter = if &payload[40..41] == "A" { "B" } else { "A" };
        format!(
            "{header}.{}{letter}{}.{signature}",
            &payload[..40],
            &payload[41..]
        )
    };
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
        (
            VerifyCode::Truncated,
            compact.as_bytes()[..compact.len() / 2].to_vec(),
        ),
        (
            VerifyCode::Truncated,
            compact.as_bytes()[..compact.len() - 3].to_vec(),
        ),
        (
            VerifyCode::EncodingRefused,
            format!("{header}.{payload}.{signature}=").into_bytes(),
        ),
        (
            VerifyCode::AlgorithmRefused,
            with_header(&|header| header["alg"] = json!("none")),
        ),
        (
            VerifyCode::AlgorithmRefused,
            with_header(&|header| header["alg"] = json!("HS256")),
        ),
        (
            VerifyCode::AlgorithmRefused,
            with_header(&|header| header["alg"] = json!("EdDSA")),
        ),
        (
            VerifyCode::TypeRefused,
            with_header(&|header| header["typ"] = json!("JWT")),
        ),
        (
            VerifyCode::HeaderRefused,
            with_header(&|header| header["jwk"] = json!({})),
        ),
        (
            VerifyCode::HeaderRefused,
            with_header(&|header| header["crit"] = json!(["exp"])),
        ),
        (
            VerifyCode::CertificateRefused,
            with_header(&|header| header["crt"] = json!("mine")),
        ),
        (
            VerifyCode::RootUnknown,
            under(&PrivateKey::from_seed([7; 32]), &key, &|_| ()),
        ),
        (VerifyCode::RootDenied, under(&denied_root(), &key, &|_| ())),
        (VerifyCode::CertificateForged, forged),
        (
            VerifyCode::KeyRefused,
            under(&root, &key, &|certificate| {
                certificate.key.x = BASE64_URL_SAFE_NO_PAD.encode([0; 32])
            }),
        ),
        (
            VerifyCode::KeyDenied,
            under(&root, &denied_key(), &|certificate| {
                certificate.key = denied_key().public()
            }),
        ),
        (
            VerifyCode::KeyMismatch,
            under(&root, &denied_root(), &|_| ()),
        ),
        (
            VerifyCode::CertificateNotYetValid,
            under(&root, &key, &|certificate| {
                certificate.not_before = NOW.plus_days(1)
            }),
        ),
        (
            VerifyCode::CertificateExpired,
            under(&root, &key, &|certificate| {
                certificate.not_after = NOW.plus_days(-1)
            }),
        ),
        (VerifyCode::SignatureInvalid, changed.into_bytes()),
    ]
}

/// Everything that is wrong with what was signed: steps 4 to 7.
fn payloads(owner: &Owner) -> Vec<(VerifyCode, Vec<u8>)> {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut payload = serde_json::to_value(good(owner)).expect("JSON");
        change(&mut payload);
        samples::signed_payload(OWNER, &payload.to_string()).into_bytes()
    };
    let text = |payload: &str| samples::signed_payload(OWNER, payload).into_bytes();
    let module =
        |change: &dyn Fn(&mut Value)| with(&|payload| change(&mut payload["module_licenses"][2]));
    let genuine = serde_json::to_string(&good(owner)).expect("JSON");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let twice = genuine.replacen('{', "{\"serial_nr\":\"1010000042\",", 1);
    vec![
        (VerifyCode::PayloadRefused, text("{}")),
        (VerifyCode::PayloadRefused, text("no JSON")),
        (VerifyCode::TooDeep, text(&deep)),
        (VerifyCode::DuplicateKey, text(&twice)),
        (
            VerifyCode::NumberOutOfRange,
            module(&|module| module["number_of_licenses"] = json!(0)),
        ),
        (
            VerifyCode::NumberOutOfRange,
            module(&|module| module["number_of_licenses"] = json!(-1)),
        ),
        (
            VerifyCode::NumberOutOfRange,
            module(&|module| module["number_of_licenses"] = json!(2_147_483_648_u64)),
        ),
        (
            VerifyCode::NumberOutOfRange,
            with(&|payload| payload["sequence"] = json!(0)),
        ),
        (
            VerifyCode::NumberOutOfRange,
            with(&|payload| payload["sequence"] = json!(1_u64 << 53)),
        ),
        (
            VerifyCode::NameRefused,
            module(&|module| module["module_name"] = json!("Maps")),
        ),
        (
            VerifyCode::NameRefused,
            module(&|module| module["module_name"] = json!("")),
        ),
        (
            VerifyCode::OwnerForeign,
            module(&|module| module["owner_name"] = json!("OTHER")),
        ),
        (
            VerifyCode::OwnerForeign,
            with(&|payload| payload["owner_name"] = json!("OTHER")),
        ),
        (
            VerifyCode::DuplicateModule,
            module(&|module| module["module_name"] = json!("crm")),
        ),
        (
            VerifyCode::SetUnknown,
            with(&|payload| payload["module_licenses"][0]["extra_info"] = json!("set=gone")),
        ),
        (
            VerifyCode::PrerequisiteUnknown,
            module(&|module| module["prerequisite_module_name"] = json!("gone")),
        ),
        (
            VerifyCode::Circle,
            module(&|module| module["prerequisite_module_name"] = json!("maps")),
        ),
        (
            VerifyCode::DatesRefused,
            with(&|payload| payload["grace_date"] = json!("2027-01-01")),
        ),
        (
            VerifyCode::DatesRefused,
            with(&|payload| {
                payload["admin_warning_date"] = json!("2027-01-02");
                payload["expiry_date"] = json!("2027-01-01");
            }),
        ),
        (
            VerifyCode::IssuedOutsideCertificate,
            with(&|payload| payload["issued_at"] = json!("2020-01-01T00:00:00Z")),
        ),
        (
            VerifyCode::IssuedInFuture,
            with(&|payload| payload["issued_at"] = json!(NOW.plus_days(1).to_string())),
        ),
        (
            VerifyCode::SerialMismatch,
            with(&|payload| payload["serial_nr"] = json!("1010000043")),
        ),
        (
            VerifyCode::CompanyMismatch,
            with(&|payload| payload["company_name"] = json!("Another BV")),
        ),
        (
            VerifyCode::SequenceOlder,
            with(&|payload| payload["sequence"] = json!(6)),
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
        for (code, file) in envelopes(owner).into_iter().chain(payloads(owner)) {
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
