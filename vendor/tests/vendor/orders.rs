//! The order page: what it shows, what an order comes to, and from where none is taken.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use licensing::envelope::{Expected, verify};
use licensing::license::License;
use vendor::serve::router;
use vendor::state::Server;

use crate::owner::{Answer, How, NOW, Owner, SERIAL, answered, customer, order, with};

const PAGE: &str = "/store?serial=1010000042";

fn page(path: &str) -> Request<Body> {
    Request::get(path)
        .header("host", "127.0.0.1:8601")
        .body(Body::empty())
        .expect("the parts are well-formed")
}

/// The form as the page sends it, for so many sales.
fn form(sales: &str) -> Request<Body> {
    let form = format!("serial={SERIAL}&sales={sales}&marketing=10&maps=9");
    Request::post("/store")
        .header("host", "127.0.0.1:8601")
        .header("origin", "http://127.0.0.1:8601")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("the parts are well-formed")
}

/// With another header.
fn with_header(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    let value = value.parse().expect("a header value");
    request.headers_mut().insert(name, value);
    request
}

async fn ask(owner: &Owner, request: Request<Body>) -> Answer {
    answered(owner.server(), request).await
}

/// The license that consoles are served now.
async fn served(owner: &Owner) -> License {
    let answer = owner.get("/v1/licenses/1010000042").await;
    let installation = customer();
    let expected = Expected {
        owner: None,
        installation: &installation,
        // The page issues by the system's clock.
        now: vendor::clock::now().max(NOW),
        highest: &[],
    };
    let verified = verify(&answer.text, &owner.trust(), &expected);
    verified.expect("it is genuine").license().clone()
}

fn total(license: &License, module: &str) -> Option<i32> {
    license.module(&module.parse().expect("a name"))?.total()
}

#[tokio::test]
async fn the_page_shows_what_the_customer_has_and_fields_for_new_numbers() {
    let owner = Owner::new().await;
    owner.publish(18, 8).await;
    let held = How {
        sequence: None,
        hold: true,
    };
    owner.issue(&order(25), held).await.expect("it is whole");
    let shown = ask(&owner, page(PAGE)).await;
    assert_eq!(shown.status, StatusCode::OK);
    for part in [
        "<label for=\"sales\">Sales &lt;Premium&gt;</label>",
        "<td class=\"number\">18</td>",
        "<input id=\"sales\" name=\"sales\" inputmode=\"numeric\" required autocomplete=\"off\" value=\"18\">",
        "Companies on a map",
        "<td class=\"number\">unlimited</td>",
        "<td class=\"number\">included</td>",
    ] {
        assert!(shown.text.contains(part), "{part} in {}", shown.text);
    }
    for part in ["Combined", "<script", " style="] {
        assert!(!shown.text.contains(part), "{part} in {}", shown.text);
    }
    let policy = shown.header("content-security-policy");
    assert!(policy.is_some_and(|policy| policy.starts_with("default-src 'none'")));
    let style = ask(&owner, page("/store/style.css")).await;
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
}

#[tokio::test]
async fn an_order_is_issued_with_what_its_plans_bring_raised_to_fit() {
    let owner = Owner::new().await;
    let short = with(order(18), "combined", 26);
    owner
        .issue(&short, How::default())
        .await
        .expect("it is whole");
    let thanks = ask(&owner, form("120")).await;
    assert_eq!(thanks.status, StatusCode::OK);
    for part in [
        "Thank you for your order",
        "<dd>W-",
        "sequence 2",
        "18 → 120",
        "<b>Check now</b>",
    ] {
        assert!(thanks.text.contains(part), "{part} in {}", thanks.text);
    }
    let license = served(&owner).await;
    assert_eq!(license.sequence, 2);
    let totals = ["sales", "marketing", "maps", "combined", "private"];
    let totals = totals.map(|module| total(&license, module));
    assert_eq!(totals, [Some(120), Some(10), Some(9), Some(130), None]);
    let again = ask(&owner, form("120")).await;
    assert!(
        again.text.contains("Nothing changed"),
        "a page that is sent twice orders once"
    );
    assert_eq!(served(&owner).await.sequence, 2);
}

#[tokio::test]
async fn members_that_are_enough_stay_as_many() {
    let owner = Owner::new().await;
    owner.publish(18, 1).await;
    ask(&owner, form("25")).await;
    assert_eq!(total(&served(&owner).await, "combined"), Some(100));
}

#[tokio::test]
async fn a_number_that_cannot_be_sold_is_shown_again_beside_its_fault() {
    let owner = Owner::new().await;
    owner.publish(18, 1).await;
    for (typed, shown) in [
        ("0", "0"),
        ("-3", "-3"),
        ("2.5", "2.5"),
        ("", ""),
        ("1000001", "1000001"),
        ("99999999999", "99999999999"),
        ("%22%3E%3Cb%3E", "&quot;&gt;&lt;b&gt;"),
    ] {
        let refused = ask(&owner, form(typed)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        let field =
            format!("value=\"{shown}\" aria-invalid=\"true\" aria-describedby=\"fault-sales\"");
        assert!(refused.text.contains(&field), "{field} in {}", refused.text);
        assert!(refused.text.contains("<title>Error: "), "{}", refused.text);
    }
    assert_eq!(served(&owner).await.sequence, 1);
}

#[tokio::test]
async fn who_is_unknown_is_asked_for_a_serial_number() {
    let owner = Owner::new().await;
    owner.publish(18, 1).await;
    let asked = ask(&owner, page("/store")).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(
        asked.text.contains("<h1>Whose licences?</h1>"),
        "{}",
        asked.text
    );
    let unknown = ask(&owner, page("/store?serial=%22%3E")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(
        unknown.text.contains("value=\"&quot;&gt;\""),
        "{}",
        unknown.text
    );
}

#[tokio::test]
async fn a_browser_that_prefers_dutch_reads_dutch() {
    let owner = Owner::new().await;
    owner.publish(18, 1).await;
    let dutch = with_header(page(PAGE), "accept-language", "nl-NL,nl;q=0.9,en;q=0.8");
    let shown = ask(&owner, dutch).await;
    assert!(shown.text.contains("<html lang=\"nl\">"), "{}", shown.text);
    assert!(
        shown.text.contains("<h1>Licenties bestellen</h1>"),
        "{}",
        shown.text
    );
}

#[tokio::test]
async fn no_order_is_taken_from_another_site_or_under_another_name() {
    let owner = Owner::new().await;
    owner.publish(18, 1).await;
    let mut from_elsewhere = with_header(form("25"), "origin", "https://elsewhere.example");
    from_elsewhere.headers_mut().remove("sec-fetch-site");
    let refused = [
        with_header(form("25"), "sec-fetch-site", "cross-site"),
        with_header(form("25"), "sec-fetch-site", "same-site"),
        from_elsewhere,
        with_header(form("25"), "host", "rebound.example:8601"),
        with_header(page(PAGE), "host", "rebound.example:8601"),
    ];
    for request in refused {
        let answer = ask(&owner, request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text);
    }
    assert_eq!(served(&owner).await.sequence, 1);
    let here = with_header(form("25"), "host", "localhost:8601");
    assert_eq!(ask(&owner, here).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_store_there_is_no_order_page() {
    let owner = Owner::new().await;
    owner.publish(18, 1).await;
    let server = router(Server::new(owner.db.clone(), owner.data(), 600), false);
    let answer = answered(server, page(PAGE)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
