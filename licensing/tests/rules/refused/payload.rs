//! Steps 4 to 7: what was signed makes no sense, has the wrong dates, is for somebody else, or is not newer.

#[cfg(target_arch = "wasm32")]
use super::test;

use super::{changed, code};
use licensing::envelope::{Expected, Highest, VerifyCode, sha256, verify};
use licensing::license::USER_PLAN;
use licensing::samples::{
    self, FJORDMAPS, NOW, SUPEROFFICE, license, module, module_name, owner_name, signed,
    signed_payload, trust,
};

/// The payload of a genuine license with one text replaced, signed again.
pub(super) fn rewritten(from: &str, to: &str) -> String {
    let json = serde_json::to_string(&license(SUPEROFFICE, 8)).expect("a license is JSON");
    assert!(json.contains(from), "{from} is not in the payload");
    signed_payload(SUPEROFFICE, &json.replacen(from, to, 1))
}

#[test]
fn a_payload_must_make_sense_as_a_license() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let foreign =
        changed(|license| module(license, "visible-for").owner_name = owner_name(FJORDMAPS));
    let twice = changed(|license| {
        let again = license.module_licenses[0].clone();
        license.module_licenses.push(again);
    });
    let plan =
        |set: &str| changed(|license| module(license, "ten-sales").extra_info = set.to_owned());
    let needs = |name: &str, needed: &str| {
        changed(|license| {
            module(license, name).prerequisite_module_name = Some(module_name(needed));
        })
    };
    let table = [
        (
            signed_payload(SUPEROFFICE, "no JSON"),
            VerifyCode::PayloadRefused,
        ),
        (
            signed_payload(SUPEROFFICE, "{}"),
            VerifyCode::PayloadRefused,
        ),
        (signed_payload(SUPEROFFICE, &deep), VerifyCode::TooDeep),
        (
            rewritten(r#""sequence":8"#, r#""sequence":8,"sequence":9"#),
            VerifyCode::DuplicateKey,
        ),
        (
            rewritten(r#""sequence":8"#, r#""sequence":8,"new":{"a":1,"a":2}"#),
            VerifyCode::DuplicateKey,
        ),
        (
            rewritten(r#""number_of_licenses":21"#, r#""number_of_licenses":0"#),
            VerifyCode::NumberOutOfRange,
        ),
        (
            rewritten(
                r#""number_of_licenses":21"#,
                r#""number_of_licenses":2147483648"#,
            ),
            VerifyCode::NumberOutOfRange,
        ),
        (
            rewritten(r#""number_of_licenses":21"#, r#""number_of_licenses":-5"#),
            VerifyCode::NumberOutOfRange,
        ),
        (
            rewritten(r#""number_of_licenses":21"#, r#""number_of_licenses":21.5"#),
            VerifyCode::NumberOutOfRange,
        ),
        (
            rewritten(
                r#""number_of_licenses":21"#,
                r#""number_of_licenses":1e400"#,
            ),
            VerifyCode::PayloadRefused,
        ),
        (
            rewritten(r#""sequence":8"#, r#""sequence":0"#),
            VerifyCode::NumberOutOfRange,
        ),
        (
            rewritten(r#""sequence":8"#, r#""sequence":9007199254740992"#),
            VerifyCode::NumberOutOfRange,
        ),
        (
            rewritten(
                r#""module_name":"ten-sales""#,
                r#""module_name":"Ten Sales""#,
            ),
            VerifyCode::NameRefused,
        ),
        (
            rewritten(
                r#""owner_name":"SUPEROFFICE""#,
                r#""owner_name":"superoffice""#,
            ),
            VerifyCode::NameRefused,
        ),
        (foreign, VerifyCode::OwnerForeign),
        (twice, VerifyCode::DuplicateModule),
        (plan("set=user,no-such-module"), VerifyCode::SetUnknown),
        (plan("set=user,expander-services"), VerifyCode::SetUnknown),
        (plan("members=user"), VerifyCode::SetUnknown),
        (plan("set=user, web"), VerifyCode::NameRefused),
        (plan("set=ten-service"), VerifyCode::SetUnknown),
        (plan("set=ten-sales"), VerifyCode::Circle),
        (
            needs("visible-for", "no-such-module"),
            VerifyCode::PrerequisiteUnknown,
        ),
        (needs("visible-for", "visible-for"), VerifyCode::Circle),
    ];
    for (compact, expected) in table {
        assert_eq!(code(&compact), Some(expected));
        assert_eq!(expected.step(), 4);
    }
    let circle = changed(|license| {
        let service = module(license, "ten-service");
        (service.extra_flags, service.extra_info) = (USER_PLAN, "set=ten-sales".to_owned());
        module(license, "ten-sales").extra_info = "set=ten-service".to_owned();
    });
    assert_eq!(code(&circle), Some(VerifyCode::Circle));
}

#[test]
fn what_a_newer_owner_adds_is_ignored() {
    assert_eq!(
        code(&rewritten(
            r#""sequence":8"#,
            r#""sequence":8,"mascot":{"name":"fox"}"#
        )),
        None
    );
    assert_eq!(
        code(&rewritten(
            r#""next_check_date":"2026-12-02""#,
            r#""next_check_date":null"#
        )),
        None
    );
}

#[test]
fn dates_have_an_order() {
    let today = licensing::license::CivilDate::of_utc(NOW);
    let table = [
        (
            changed(|license| license.expiry_date = Some(today)),
            VerifyCode::DatesRefused,
        ),
        (
            changed(|license| license.grace_date = license.admin_warning_date),
            VerifyCode::DatesRefused,
        ),
        (
            changed(|license| license.expiry_date = None),
            VerifyCode::DatesRefused,
        ),
        (
            changed(|license| license.issued_at = NOW.plus_days(-500)),
            VerifyCode::IssuedOutsideCertificate,
        ),
        (
            changed(|license| license.issued_at = NOW.plus_days(1)),
            VerifyCode::IssuedInFuture,
        ),
    ];
    for (compact, expected) in table {
        assert_eq!(code(&compact), Some(expected));
        assert_eq!(expected.step(), 5);
    }
    assert_eq!(
        code(&changed(
            |license| license.admin_warning_date = license.expiry_date
        )),
        None
    );
    assert_eq!(
        code(&rewritten(
            r#""expiry_date":"2027-03-27""#,
            r#""expiry_date":"2027-02-30""#
        )),
        Some(VerifyCode::PayloadRefused)
    );
}

#[test]
fn a_license_is_for_one_installation() {
    let serial = changed(|license| license.serial_nr = "1010000043".to_owned());
    let company = changed(|license| license.company_name = "Polder Logistics BV".to_owned());
    let spaced = changed(|license| license.company_name = "  Meridian \t Trading  BV ".to_owned());
    let cased = changed(|license| license.company_name = "MERIDIAN Trading BV".to_owned());
    assert_eq!(code(&serial), Some(VerifyCode::SerialMismatch));
    assert_eq!(code(&company), Some(VerifyCode::CompanyMismatch));
    assert_eq!(code(&spaced), None);
    assert_eq!(code(&cased), Some(VerifyCode::CompanyMismatch));
    assert_eq!(VerifyCode::SerialMismatch.step(), 6);
}

#[test]
fn a_license_must_be_newer_than_every_one_before() {
    let installed = signed(&license(SUPEROFFICE, 8));
    let highest = |sequence, compact: &str| Highest {
        owner: owner_name(SUPEROFFICE),
        serial_nr: samples::installation().serial_nr,
        sequence,
        sha256: sha256(compact),
    };
    let held = |compact: &str, highest: &[Highest]| {
        let installation = samples::installation();
        let expected = Expected {
            owner: None,
            installation: &installation,
            now: NOW,
            highest,
        };
        verify(compact, &trust(), &expected)
            .err()
            .map(|error| error.code)
    };
    let known = [highest(8, &installed)];
    assert_eq!(held(&signed(&license(SUPEROFFICE, 9)), &known), None);
    assert_eq!(
        held(&signed(&license(SUPEROFFICE, 7)), &known),
        Some(VerifyCode::SequenceOlder)
    );
    assert_eq!(held(&installed, &known), Some(VerifyCode::AlreadyActive));
    let other = changed(|license| module(license, "ten-sales").number_of_licenses = 22);
    assert_eq!(held(&other, &known), Some(VerifyCode::SequenceReused));
    // Of another owner or serial number it says nothing.
    assert_eq!(held(&signed(&license(FJORDMAPS, 3)), &known), None);
    let former = Highest {
        serial_nr: "1000000000".to_owned(),
        ..highest(50, &installed)
    };
    assert_eq!(held(&signed(&license(SUPEROFFICE, 9)), &[former]), None);
    assert_eq!(VerifyCode::AlreadyActive.step(), 7);
}
