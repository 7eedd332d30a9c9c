//! The order page: plain HTML, no script, no payment. For trying the whole loop on one machine; only ever on loopback.
//!
//! `page` is what it looks like, `texts` what it says. A further field of an order begins in [`Wish`].

mod page;
mod texts;

use std::collections::HashMap;

use axum::Form;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use licensing::license::{ModuleName, Timestamp};
use serde::Deserialize;
use tower_http::csrf::CsrfLayer;

use self::page::Page;
use self::texts::Texts;
use crate::Failure;
use crate::catalogue::{Catalogue, Order, Product, Quantity};
use crate::clock::now;
use crate::host::is_loopback;
use crate::issue::{Issuing, issue, kept_catalogue};
use crate::state::Server;

/// Where the page is.
pub const STORE_PATH: &str = "/store";
const STYLE_PATH: &str = "/store/style.css";
const STYLE: &str = include_str!("store/style.css");
/// Most of one module that the page sells.
const NUMBER_MAX: i32 = 1_000_000;

/// The page asks nobody who they are, so it answers this machine alone: by its name (a foreign name may be made to lead here), and
/// never to a form of another site.
pub(crate) fn router() -> Router<Server> {
    let style = ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
    Router::new()
        .route(STORE_PATH, get(show).post(order))
        .route(STYLE_PATH, get(async move || style))
        .layer(CsrfLayer::new())
        .layer(from_fn(on_this_machine))
}

async fn on_this_machine(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<Authority>().ok());
    if host.is_some_and(|host| is_loopback(host.host())) {
        next.run(request).await
    } else {
        let says = "the order page is for this machine alone: open it by 127.0.0.1\n";
        (StatusCode::FORBIDDEN, says).into_response()
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    serial: String,
}

async fn show(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let texts = Texts::of(&headers);
    match Customer::find(&server, &asked.serial).await {
        Ok(Some(customer)) => Page::form(texts, &customer, &Wish::none(&customer)),
        Ok(None) => Page::whose(texts, &asked.serial),
        Err(failure) => failed(texts, &failure),
    }
}

async fn order(
    State(server): State<Server>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let texts = Texts::of(&headers);
    let serial = sent.get("serial").map_or("", String::as_str);
    let customer = match Customer::find(&server, serial).await {
        Ok(Some(customer)) => customer,
        Ok(None) => return Page::whose(texts, serial),
        Err(failure) => return failed(texts, &failure),
    };
    let wish = Wish::of(&customer, &sent);
    if wish.has_faults() {
        return Page::form(texts, &customer, &wish);
    }
    if wish.changes().next().is_none() {
        return Page::nothing(texts, &customer);
    }
    match bought(&server, &customer, &wish).await {
        Ok(bought) => Page::thanks(texts, &customer, &wish, &bought),
        Err(failure) => failed(texts, &failure),
    }
}

/// What an order came to.
struct Bought {
    reference: String,
    sequence: u64,
}

async fn bought(server: &Server, customer: &Customer, wish: &Wish<'_>) -> Result<Bought, Failure> {
    let issued_at = now();
    let reference = order_number(issued_at);
    let issuing = Issuing {
        data: &server.data,
        sequence: None,
        issued_at,
        now: issued_at,
        hold: false,
        reference: Some(reference.clone()),
        out: None,
    };
    let order = wish.order(customer);
    let issued = issue(&server.db, &issuing, &customer.catalogue, &order).await?;
    Ok(Bought {
        reference,
        sequence: issued.license.license().sequence,
    })
}

fn order_number(at: Timestamp) -> String {
    format!("W-{}", at.0)
}

fn failed(texts: &'static Texts, failure: &Failure) -> Response {
    tracing::error!(%failure, "the order page failed");
    Page::failed(texts, failure)
}

/// Who orders: what they have, and what can be sold to them.
struct Customer {
    catalogue: Catalogue,
    order: Order,
}

impl Customer {
    /// Whoever has a license that is served.
    async fn find(server: &Server, serial: &str) -> Result<Option<Self>, Failure> {
        let Some(order) = server.db.last_order(serial).await? else {
            return Ok(None);
        };
        let catalogue = kept_catalogue(&server.data)?;
        Ok(Some(Self { catalogue, order }))
    }

    /// What they have and may see, in the catalogue's order.
    fn visible(&self) -> impl Iterator<Item = (&Product, Quantity)> {
        let visible = self
            .catalogue
            .modules
            .iter()
            .filter(|module| !module.hidden);
        visible.filter_map(|module| Some((module, *self.order.modules.get(&module.name)?)))
    }
}

/// What somebody wants to have: a line for each module with a number.
struct Wish<'a> {
    lines: Vec<Line<'a>>,
}

/// One module of an order.
struct Line<'a> {
    module: &'a ModuleName,
    description: &'a str,
    now: i32,
    /// As it was typed.
    typed: String,
    /// The number; none: what was typed is none that can be sold.
    wanted: Option<i32>,
}

impl<'a> Wish<'a> {
    /// Everything as it is.
    fn none(customer: &'a Customer) -> Self {
        Self::of(customer, &HashMap::new())
    }

    /// The numbers of a form; what it does not name stays as it is.
    fn of(customer: &'a Customer, sent: &HashMap<String, String>) -> Self {
        let lines = customer.visible().filter_map(|(module, quantity)| {
            let Quantity::Number(now) = quantity else {
                return None;
            };
            let typed = sent.get(module.name.as_str()).cloned();
            let typed = typed.unwrap_or_else(|| now.to_string());
            let wanted = typed.trim().parse().ok();
            Some(Line {
                module: &module.name,
                description: &module.description,
                now,
                wanted: wanted.filter(|wanted| (1..=NUMBER_MAX).contains(wanted) || *wanted == now),
                typed,
            })
        });
        Self {
            lines: lines.collect(),
        }
    }

    fn line(&self, module: &ModuleName) -> Option<&Line<'a>> {
        self.lines.iter().find(|line| line.module == module)
    }

    fn has_faults(&self) -> bool {
        self.lines.iter().any(|line| line.wanted.is_none())
    }

    /// The lines with another number than now, and that number.
    fn changes(&self) -> impl Iterator<Item = (&Line<'a>, i32)> {
        let wanted = self
            .lines
            .iter()
            .filter_map(|line| Some((line, line.wanted?)));
        wanted.filter(|(line, wanted)| *wanted != line.now)
    }

    /// What the customer has then; what plans bring is raised with them.
    fn order(&self, customer: &Customer) -> Order {
        let mut order = customer.order.clone();
        for (line, wanted) in self.changes() {
            order
                .modules
                .insert(line.module.clone(), Quantity::Number(wanted));
        }
        customer.catalogue.raise_members(&mut order);
        order
    }
}
