//! What consoles are answered: the calls of the protocol, over the real router.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use licensing::envelope::{Expected, verify};
use licensing::retrieval::{CheckLicenseStatusResult, Issue, LicenseStatus};
use serde_json::json;

use crate::owner::{
    Answer, COMPANY, How, NOW, Owner, SERIAL, answered, asking, customer, order, with,
};

const LICENSE: &str = "/v1/licenses/1010000042";
const HELD: How = How {
    sequence: None,
    hold: true,
};

/// A call for the license by a console that holds this.
async fn asked_with(owner: &Owner, if_none_match: &str) -> Answer {
    let mut request = asking(LICENSE, COMPANY);
    let value = if_none_match.parse().expect("a header value");
    request.headers_mut().insert("if-none-match", value);
    answered(owner.server(), request).await
}

#[tokio::test]
async fn the_newest_license_is_answered_as_it_was_signed() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    owner.publish(18, 8).await;
    let answer = owner.get(LICENSE).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/jose"));
    assert_eq!(answer.header("etag"), Some("\"8\""));
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    let installation = customer();
    let expected = Expected {
        owner: None,
        installation: &installation,
        now: NOW,
        highest: &[],
    };
    let verified = verify(&answer.text, &owner.trust(), &expected).expect("it is genuine");
    assert_eq!(verified.license().sequence, 8);
}

#[tokio::test]
async fn head_is_answered_without_the_license() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let mut request = asking(LICENSE, COMPANY);
    *request.method_mut() = axum::http::Method::HEAD;
    let answer = answered(owner.server(), request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("etag"), Some("\"7\""));
    assert_eq!(answer.text, "");
}

#[tokio::test]
async fn a_console_that_holds_the_newest_is_told_that_nothing_changed() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    for held in ["\"7\"", "W/\"7\"", "\"3\", \"7\""] {
        let answer = asked_with(&owner, held).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED, "{held}");
        assert_eq!(answer.header("etag"), Some("\"7\""));
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
        assert_eq!(answer.text, "");
    }
}

#[tokio::test]
async fn a_console_that_holds_another_gets_the_newest_also_when_it_holds_more() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    for held in ["\"6\"", "\"9\"", "7", "\"seven\"", ""] {
        let answer = asked_with(&owner, held).await;
        assert_eq!(answer.status, StatusCode::OK, "{held}");
        assert_eq!(answer.header("etag"), Some("\"7\""));
    }
}

#[tokio::test]
async fn what_is_held_is_not_served_and_changes_nothing() {
    let owner = Owner::new().await;
    owner.publish(18, 8).await;
    let mut other_company = order(5);
    other_company.company_name = "Polder Logistics BV".to_owned();
    for order in [order(25), other_company] {
        owner.issue(&order, HELD).await.expect("it is whole");
    }
    assert_eq!(owner.get(LICENSE).await.header("etag"), Some("\"8\""));
    let mut only_held = order(5);
    only_held.serial_nr = "1010000043".to_owned();
    owner.issue(&only_held, HELD).await.expect("it is whole");
    let answer = owner.get("/v1/licenses/1010000043").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_unknown_serial_number_and_another_company_look_the_same() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let unknown = owner.get("/v1/licenses/1010000043").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let mut nobody = asking(LICENSE, COMPANY);
    nobody.headers_mut().remove("zetel-company");
    let mut not_utf8 = asking(LICENSE, COMPANY);
    let value = "%ff".parse().expect("a header value");
    not_utf8.headers_mut().insert("zetel-company", value);
    let others = [
        asking(LICENSE, "Polder Logistics BV"),
        asking(LICENSE, "meridian trading bv"),
        asking(LICENSE, ""),
        nobody,
        not_utf8,
    ];
    for request in others {
        let answer = answered(owner.server(), request).await;
        assert_eq!(answer.status, unknown.status);
        assert_eq!(answer.headers, unknown.headers);
        assert_eq!(answer.text, unknown.text);
    }
    owner.db.withdraw(SERIAL).await.expect("it is known");
    let withdrawn = answered(owner.server(), asking(LICENSE, "Polder Logistics BV")).await;
    assert_eq!(withdrawn.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn white_space_in_a_company_does_not_count_and_letters_beyond_ascii_arrive() {
    let owner = Owner::new().await;
    let mut nordic = order(3);
    nordic.company_name = "Sørlandet  Møbler\tAS".to_owned();
    owner
        .issue(&nordic, How::default())
        .await
        .expect("it is whole");
    let asked = asking(LICENSE, " Sørlandet Møbler AS ");
    assert_eq!(answered(owner.server(), asked).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_withdrawn_license_is_gone_until_another_is_published() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    assert!(owner.db.withdraw(SERIAL).await.expect("it is known"));
    assert!(!owner.db.withdraw("1010000043").await.expect("it reads"));
    let paths = ["", "/status", "/modules/maps/history"];
    for path in paths {
        let answer = owner.get(&format!("{LICENSE}{path}")).await;
        assert_eq!(answer.status, StatusCode::GONE, "{path}");
    }
    owner.issue(&order(25), HELD).await.expect("it is whole");
    assert_eq!(owner.get(LICENSE).await.status, StatusCode::GONE);
    owner.publish(25, 9).await;
    for path in paths {
        let answer = owner.get(&format!("{LICENSE}{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_status_says_whether_there_is_something_newer_than_held() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let expected = [
        (Some("\"6\""), LicenseStatus::NewLicenseAvailable),
        (Some("\"7\""), LicenseStatus::Ok),
        (Some("\"9\""), LicenseStatus::Ok),
        (None, LicenseStatus::Ok),
    ];
    for (held, status) in expected {
        let mut request = asking(&format!("{LICENSE}/status"), COMPANY);
        if let Some(held) = held {
            let value = held.parse().expect("a header value");
            request.headers_mut().insert("if-none-match", value);
        }
        let answer = answered(owner.server(), request).await;
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
        let said: CheckLicenseStatusResult =
            serde_json::from_str(&answer.text).expect("it is a status");
        assert_eq!(said.license_status, status, "{held:?}");
    }
}

#[tokio::test]
async fn the_history_of_a_module_has_what_was_published_newest_first() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    owner.publish(18, 8).await;
    owner.issue(&order(25), HELD).await.expect("it is whole");
    let history = async |module: &str| -> Vec<(u64, Option<i32>)> {
        let path = format!("{LICENSE}/modules/{module}/history");
        let issues: Vec<Issue> =
            serde_json::from_str(&owner.get(&path).await.text).expect("a history");
        assert!(
            issues
                .iter()
                .all(|issue| issue.issued_at == NOW && issue.reference == "O-1")
        );
        let numbers = issues.iter().map(|issue| (issue.sequence, issue.total));
        numbers.collect()
    };
    assert_eq!(history("sales").await, [(8, Some(18)), (7, Some(21))]);
    assert_eq!(history("private").await, [(8, None), (7, None)]);
    assert_eq!(history("unheard-of").await, []);
}

/// A change of serial number that a console asks for.
fn registration(from: &str, to: &str, company: &str) -> Request<Body> {
    let asked = json!({ "from_serial": from, "serial": to, "company": company });
    Request::post("/v1/registrations")
        .header("content-type", "application/json")
        .body(Body::from(asked.to_string()))
        .expect("the parts are well-formed")
}

#[tokio::test]
async fn a_change_of_serial_number_is_answered_where_exactly_this_one_was_recorded() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let demo = "1000000000";
    let recorded = owner.db.register(demo, SERIAL, COMPANY, NOW).await;
    recorded.expect("it is written");
    let agreed = answered(owner.server(), registration(demo, SERIAL, COMPANY)).await;
    assert_eq!(agreed.status, StatusCode::OK);
    assert_eq!(agreed.header("etag"), Some("\"7\""));
    assert_eq!(agreed.text, owner.get(LICENSE).await.text);
    for (from, to, company) in [
        ("1000000001", SERIAL, COMPANY),
        (demo, "1010000043", COMPANY),
        (SERIAL, demo, COMPANY),
        (demo, SERIAL, "Polder Logistics BV"),
    ] {
        let refused = answered(owner.server(), registration(from, to, company)).await;
        assert_eq!(
            refused.status,
            StatusCode::NOT_FOUND,
            "{from} {to} {company}"
        );
    }
    owner.db.withdraw(SERIAL).await.expect("it is known");
    let withdrawn = answered(owner.server(), registration(demo, SERIAL, COMPANY)).await;
    assert_eq!(withdrawn.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_recorded_change_without_a_license_is_not_answered_yet() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let moved = "1010000044";
    let recorded = owner.db.register(SERIAL, moved, COMPANY, NOW).await;
    recorded.expect("it is written");
    let asked = || registration(SERIAL, moved, COMPANY);
    let early = answered(owner.server(), asked()).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND);
    let mut order = with(order(21), "maps", 20);
    order.serial_nr = moved.to_owned();
    owner
        .issue(&order, How::default())
        .await
        .expect("it is whole");
    let agreed = answered(owner.server(), asked()).await;
    assert_eq!(agreed.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let server = owner.limited_to(2);
    for _ in 0..2 {
        let answer = answered(server.clone(), asking(LICENSE, COMPANY)).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let refused = answered(server.clone(), asking(LICENSE, COMPANY)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds = refused
        .header("retry-after")
        .and_then(|after| after.parse::<u64>().ok());
    assert!(seconds.is_some_and(|seconds| (1..=60).contains(&seconds)));
    let alive = answered(server, asking("/healthz", COMPANY)).await;
    assert_eq!(alive.status, StatusCode::OK, "whoever watches it may ask");
}

#[tokio::test]
async fn behind_a_proxy_the_address_that_it_wrote_last_is_counted() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let mut server = vendor::state::Server::new(owner.db.clone(), owner.data(), 1);
    server.behind_proxy = true;
    let server = vendor::serve::router(server, false);
    let mut statuses = Vec::new();
    // What a client writes itself stands further left.
    for forwarded in [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.2, 192.0.2.1",
        "192.0.2.3, 192.0.2.4",
    ] {
        let mut request = asking(LICENSE, COMPANY);
        let value = forwarded.parse().expect("a header value");
        request.headers_mut().insert("x-forwarded-for", value);
        statuses.push(answered(server.clone(), request).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 200]);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let owner = Owner::new().await;
    let large = registration(SERIAL, SERIAL, &"x".repeat(64 * 1024));
    let answer = answered(owner.server(), large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
