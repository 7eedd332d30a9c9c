//! The order page: plain HTML, no script, no payment. For trying the whole loop on one machine; only ever on loopback.

use std::collections::HashMap;

use axum::Form;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use licensing::license::{LicenseType, ModuleName};
use serde::Deserialize;

use crate::Failure;
use crate::catalogue::{Catalogue, Order, Quantity};
use crate::clock::now;
use crate::issue::{Issuing, issue, kept_catalogue};
use crate::state::Server;

/// Most of one module that the page sells.
const NUMBER_MAX: i32 = 1_000_000;
const STYLE: &str = include_str!("store/style.css");

pub(crate) fn router() -> Router<Server> {
    Router::new().route("/store", get(show).post(order)).route(
        "/store/style.css",
        get(async || ([(header::CONTENT_TYPE, "text/css")], STYLE)),
    )
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    serial: String,
}

async fn show(State(server): State<Server>, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let Some(known) = known(&server, &asked.serial).await? else {
        return Ok(unknown(&asked.serial));
    };
    Ok(page(
        &known.catalogue.description,
        &form(&known, &asked.serial, &HashMap::new(), &[]),
    )
    .into_response())
}

async fn order(
    State(server): State<Server>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Result<Response, Fault> {
    if headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
    {
        return Ok((StatusCode::FORBIDDEN, "orders come from the order page\n").into_response());
    }
    let serial = sent.get("serial").cloned().unwrap_or_default();
    let Some(known) = known(&server, &serial).await? else {
        return Ok(unknown(&serial));
    };
    let (order, wrong) = changed(&known, &sent);
    if !wrong.is_empty() {
        let again = page(
            &known.catalogue.description,
            &form(&known, &serial, &sent, &wrong),
        );
        return Ok((StatusCode::BAD_REQUEST, again).into_response());
    }
    if order.modules == known.order.modules {
        let content = format!(
            "<h1>Nothing changed</h1><p>No number differs from your license, so nothing was ordered.</p>{}",
            back(&serial)
        );
        return Ok(page(&known.catalogue.description, &content).into_response());
    }
    let issued_at = now();
    let reference = format!("W-{}", issued_at.0);
    let issuing = Issuing {
        data: &server.data,
        sequence: None,
        issued_at,
        hold: false,
        reference: reference.clone(),
        out: None,
    };
    let license = issue(&server.db, &issuing, &known.catalogue, &order).await?;
    let content = format!(
        "<h1>Thank you for your order</h1><dl><dt>Order number</dt><dd>{reference}</dd><dt>New license</dt><dd>sequence {}</dd>\
        <dt>Serial number</dt><dd>{}</dd></dl><p>Your console fetches the new license by itself within a day. To have it now, go back to \
        the console and choose <b>Check now</b>.</p>{}",
        license.license().sequence,
        escaped(&serial),
        back(&serial)
    );
    Ok(page(&known.catalogue.description, &content).into_response())
}

/// A customer and what can be sold to them.
struct Known {
    catalogue: Catalogue,
    order: Order,
}

async fn known(server: &Server, serial: &str) -> Result<Option<Known>, Fault> {
    let Some(customer) = server.db.customer(serial).await? else {
        return Ok(None);
    };
    Ok(Some(Known {
        catalogue: kept_catalogue(&server.data)?,
        order: customer.last_order,
    }))
}

/// The order with the numbers that were sent, and the modules whose number makes no sense.
fn changed(known: &Known, sent: &HashMap<String, String>) -> (Order, Vec<ModuleName>) {
    let mut order = known.order.clone();
    let mut wrong = Vec::new();
    for product in known
        .catalogue
        .modules
        .iter()
        .filter(|product| !product.hidden)
    {
        let (Some(text), Some(Quantity::Number(number))) = (
            sent.get(product.name.as_str()),
            order.modules.get_mut(&product.name),
        ) else {
            continue;
        };
        match text.trim().parse::<i32>() {
            Ok(wanted) if (1..=NUMBER_MAX).contains(&wanted) => *number = wanted,
            _ => wrong.push(product.name.clone()),
        }
    }
    known.catalogue.raise_members(&mut order);
    (order, wrong)
}

fn form(
    known: &Known,
    serial: &str,
    sent: &HashMap<String, String>,
    wrong: &[ModuleName],
) -> String {
    let mut rows = String::new();
    let shown = known
        .catalogue
        .modules
        .iter()
        .filter(|product| !product.hidden);
    for product in shown.filter(|product| product.license_type == LicenseType::UserLicense) {
        let name = product.name.as_str();
        let now = match known.order.modules.get(&product.name) {
            Some(Quantity::Number(number)) => number.to_string(),
            Some(Quantity::Word(_)) => "unlimited".to_owned(),
            None => continue,
        };
        let label = escaped(&product.description);
        let input = if now == "unlimited" {
            "unlimited".to_owned()
        } else {
            let value = escaped(sent.get(name).map_or(now.as_str(), String::as_str));
            let fault = if wrong.contains(&product.name) {
                format!(
                    "<p class=\"fault\" id=\"fault-{name}\">⚠ A whole number from 1 to {NUMBER_MAX}.</p>"
                )
            } else {
                String::new()
            };
            let invalid = if fault.is_empty() {
                String::new()
            } else {
                format!(" aria-invalid=\"true\" aria-describedby=\"fault-{name}\"")
            };
            format!(
                "<input id=\"{name}\" name=\"{name}\" inputmode=\"numeric\" required autocomplete=\"off\" value=\"{value}\"{invalid}>{fault}"
            )
        };
        rows.push_str(&format!(
            "<tr><th scope=\"row\"><label for=\"{name}\">{label}</label></th><td class=\"number\">{now}</td><td>{input}</td></tr>"
        ));
    }
    format!(
        "<h1>Order licences</h1><p>{} · serial number {}</p><form method=\"post\" action=\"/store\">\
        <input type=\"hidden\" name=\"serial\" value=\"{}\"><table><thead><tr><th scope=\"col\">Licence</th>\
        <th scope=\"col\" class=\"number\">Now</th><th scope=\"col\">New number</th></tr></thead><tbody>{rows}</tbody></table>\
        <p class=\"act\"><button>Order</button> Nothing is charged. What a plan brings is raised with it.</p></form>",
        escaped(&known.order.company_name),
        escaped(serial),
        escaped(serial),
    )
}

fn unknown(serial: &str) -> Response {
    let content = format!(
        "<h1>Whose licences?</h1><p>{}</p><form method=\"get\" action=\"/store\"><label for=\"serial\">Serial number</label> \
        <input id=\"serial\" name=\"serial\" required value=\"{}\"> <button>Continue</button></form>",
        if serial.is_empty() {
            "Give the serial number of your installation; the console shows it."
        } else {
            "⚠ There is no customer with this serial number. Look it up in your console."
        },
        escaped(serial)
    );
    let status = if serial.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    (status, page("Order page", &content)).into_response()
}

fn back(serial: &str) -> String {
    format!(
        "<p><a href=\"/store?serial={}\">Order again</a></p>",
        licensing::retrieval::percent_encoded(serial)
    )
}

fn page(title: &str, content: &str) -> impl IntoResponse + use<> {
    let policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
        <meta name=\"color-scheme\" content=\"light dark\"><title>{title}: order licences</title><link rel=\"stylesheet\" href=\"/store/style.css\"></head>\
        <body><header><p>{title}</p><p class=\"trial\">A trial shop: no payment, on this machine alone.</p></header><main>{content}</main></body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html))
}

/// Text inside HTML.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

/// A failure of the license server, as a page.
struct Fault(Failure);

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        tracing::error!(failure = %self.0, "the order page failed");
        let content = format!(
            "<h1>That did not work</h1><p>⚠ {}</p>",
            escaped(&self.0.to_string())
        );
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            page("Order page", &content),
        )
            .into_response()
    }
}
