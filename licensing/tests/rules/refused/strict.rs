//! JSON has one meaning: what a newer owner adds is ignored, and nothing that counts is read in a second way.

#[cfg(target_arch = "wasm32")]
use super::test;

use super::payload::rewritten;
use super::{changed, code};
use licensing::envelope::VerifyCode;
use licensing::license::NAME_MAX;
use licensing::samples::{
    SUPEROFFICE, license, module, module_name, signed, signed_payload, user_license,
};

#[test]
fn what_a_newer_owner_adds_is_ignored_whatever_it_is_called() {
    let on_the_license = r#""sequence":8,"owner":"Jan de Vries","news":[{"owner_name":"jan","module_name":"Ten Sales",
        "number_of_licenses":0,"maximum":5000000000,"sequence":-1,"sort_order":1.5}]"#;
    assert_eq!(code(&rewritten(r#""sequence":8"#, on_the_license)), None);
    let on_a_module =
        r#""module_name":"ten-sales","maximum":5000000000,"sequence":0,"module_licenses":[[0]]"#;
    let added = rewritten(r#""module_name":"ten-sales""#, on_a_module);
    assert_eq!(code(&added), None);
}

#[test]
fn an_object_is_not_written_as_a_list() {
    let module = r#"["SUPEROFFICE","extra","","","","UserLicense",false,"Unknown",0,0,"",0,false,null,null]"#;
    let with = format!(r#""module_licenses":[{module},"#);
    let listed = [
        rewritten(r#""module_licenses":["#, &with),
        rewritten(r#""limits":[]"#, r#""limits":[["projects",100]]"#),
        signed_payload(SUPEROFFICE, "[1,2,3]"),
    ];
    for compact in listed {
        assert_eq!(code(&compact), Some(VerifyCode::PayloadRefused));
    }
}

#[test]
fn numbers_of_limits_and_flags_have_32_bits() {
    let limited = |maximum: &str| {
        let limit = format!(r#""limits":[{{"name":"projects","maximum":{maximum}}}]"#);
        code(&rewritten(r#""limits":[]"#, &limit))
    };
    assert_eq!(limited("100"), None);
    assert_eq!(limited("2147483648"), Some(VerifyCode::NumberOutOfRange));
    let flags = rewritten(r#""extra_flags":1"#, r#""extra_flags":-2147483649"#);
    assert_eq!(code(&flags), Some(VerifyCode::NumberOutOfRange));
}

#[test]
fn a_plan_group_has_a_name() {
    let group = |name: String| {
        code(&changed(|license| {
            module(license, "ten-sales").plan_group = Some(name);
        }))
    };
    assert_eq!(group("g".repeat(NAME_MAX)), None);
    let refused = Some(VerifyCode::NameRefused);
    assert_eq!(group("g".repeat(NAME_MAX + 1)), refused);
    assert_eq!(group(String::new()), refused);
}

#[test]
fn depth_is_counted_to_its_limit() {
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        code(&rewritten(
            r#""sequence":8"#,
            &format!(r#""sequence":8,"new":{open}{close}"#),
        ))
    };
    // The license itself is the first of sixteen levels.
    assert_eq!(nested(15), None);
    assert_eq!(nested(16), Some(VerifyCode::TooDeep));
}

#[test]
fn the_longest_way_through_prerequisites_is_followed_to_its_end() {
    let chained = |last: Option<&str>| {
        let mut license = license(SUPEROFFICE, 8);
        let needs = |name: String, needed: Option<String>| {
            let mut module = user_license(SUPEROFFICE, &name, "", 1);
            module.prerequisite_module_name = needed.as_deref().map(module_name);
            module
        };
        license.module_licenses = (0..2000)
            .map(|place| needs(format!("m{place}"), Some(format!("m{}", place + 1))))
            .collect();
        let end = needs("m2000".to_owned(), last.map(str::to_owned));
        license.module_licenses.push(end);
        code(&signed(&license))
    };
    assert_eq!(chained(None), None);
    assert_eq!(chained(Some("m0")), Some(VerifyCode::Circle));
    assert_eq!(chained(Some("m1999")), Some(VerifyCode::Circle));
}
