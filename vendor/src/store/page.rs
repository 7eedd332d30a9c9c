//! What the order page looks like: every text of somebody else's goes through [`escaped`].

use std::fmt::Write as _;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use licensing::retrieval::percent_encoded;

use super::texts::Texts;
use super::{Bought, Customer, NUMBER_MAX, STORE_PATH, STYLE_PATH, Wish};
use crate::Failure;
use crate::catalogue::{Product, Quantity, Word};

/// Nothing from elsewhere, no script, forms to here alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page that is being written.
pub(super) struct Page {
    texts: &'static Texts,
    /// Who sells.
    owner: String,
    /// Something is wrong, and the title says so.
    is_fault: bool,
    status: StatusCode,
    html: String,
}

impl Page {
    /// The numbers as they are, and fields for new ones; what was typed stays when it cannot be sold.
    pub(super) fn form(texts: &'static Texts, customer: &Customer, wish: &Wish<'_>) -> Response {
        let mut page = Self::of(texts, customer);
        page.is_fault = wish.has_faults();
        if page.is_fault {
            page.status = StatusCode::UNPROCESSABLE_ENTITY;
            page.add(&format!(
                "<p class=\"fault\" role=\"alert\">⚠ {}</p>",
                texts.faults
            ));
        }
        let serial = escaped(&customer.order.serial_nr);
        page.add(&format!(
            "<h1>{}</h1><p>{} · {} {serial}</p><form method=\"post\" action=\"{STORE_PATH}\">\
            <input type=\"hidden\" name=\"serial\" value=\"{serial}\"><table><thead><tr><th scope=\"col\">{}</th>\
            <th scope=\"col\" class=\"number\">{}</th><th scope=\"col\" class=\"number\">{}</th></tr></thead><tbody>",
            texts.order_licences,
            escaped(&customer.order.company_name),
            texts.serial_number,
            texts.licence,
            texts.now,
            texts.new_number,
        ));
        for (module, quantity) in customer.visible() {
            page.row(module, quantity, wish);
        }
        page.add(&format!(
            "</tbody></table><p class=\"act\"><button>{}</button> {}</p></form>",
            texts.order, texts.not_charged
        ));
        page.finished()
    }

    fn row(&mut self, module: &Product, quantity: Quantity, wish: &Wish<'_>) {
        let (name, texts) = (module.name.as_str(), self.texts);
        let tooltip = match module.tooltip.as_str() {
            "" => String::new(),
            tooltip => format!(
                "<span class=\"soft\" id=\"about-{name}\">{}</span>",
                escaped(tooltip)
            ),
        };
        let description = escaped(&module.description);
        let Some(line) = wish.line(&module.name) else {
            let now = match quantity {
                Quantity::Word(Word::Included) => texts.included,
                _ => texts.unlimited,
            };
            self.add(&format!(
                "<tr><th scope=\"row\">{description}{tooltip}</th><td class=\"number\">{now}</td><td class=\"number\">–</td></tr>"
            ));
            return;
        };
        let (mut about, mut fault) = (String::new(), String::new());
        if !tooltip.is_empty() {
            about = format!(" aria-describedby=\"about-{name}\"");
        }
        if line.wanted.is_none() {
            about = format!(" aria-invalid=\"true\" aria-describedby=\"fault-{name}\"");
            fault = format!(
                "<p class=\"fault\" id=\"fault-{name}\">⚠ {}</p>",
                texts.fault.replace("{max}", &NUMBER_MAX.to_string())
            );
        }
        self.add(&format!(
            "<tr><th scope=\"row\"><label for=\"{name}\">{description}</label>{tooltip}</th><td class=\"number\">{}</td>\
            <td class=\"number\"><input id=\"{name}\" name=\"{name}\" inputmode=\"numeric\" required autocomplete=\"off\" value=\"{}\"{about}>{fault}</td></tr>",
            line.now,
            escaped(&line.typed),
        ));
    }

    /// It was issued: what, and what to do next.
    pub(super) fn thanks(
        texts: &'static Texts,
        customer: &Customer,
        wish: &Wish<'_>,
        bought: &Bought,
    ) -> Response {
        let mut page = Self::of(texts, customer);
        let sequence = texts
            .sequence
            .replace("{sequence}", &bought.sequence.to_string());
        page.add(&format!(
            "<h1>{}</h1><dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{sequence}</dd><dt>{}</dt><dd>{}</dd>",
            texts.thanks,
            texts.order_number,
            escaped(&bought.reference),
            texts.new_licence,
            texts.serial_number,
            escaped(&customer.order.serial_nr),
        ));
        for (line, wanted) in wish.changes() {
            page.add(&format!(
                "<dt>{}</dt><dd>{} → {wanted}</dd>",
                escaped(line.description),
                line.now
            ));
        }
        page.add(&format!("</dl><p>{}</p>", texts.next));
        page.again(customer);
        page.finished()
    }

    /// No number was another.
    pub(super) fn nothing(texts: &'static Texts, customer: &Customer) -> Response {
        let mut page = Self::of(texts, customer);
        page.add(&format!(
            "<h1>{}</h1><p>{}</p>",
            texts.nothing_changed, texts.nothing_ordered
        ));
        page.again(customer);
        page.finished()
    }

    /// No serial number, or one that nobody has.
    pub(super) fn whose(texts: &'static Texts, serial: &str) -> Response {
        let mut page = Self::new(texts, texts.title.to_owned());
        page.is_fault = !serial.is_empty();
        let mut about = "";
        page.add(&format!("<h1>{}</h1>", texts.whose));
        if page.is_fault {
            page.status = StatusCode::NOT_FOUND;
            about = " aria-invalid=\"true\" aria-describedby=\"fault\"";
            page.add(&format!(
                "<p class=\"fault\" id=\"fault\" role=\"alert\">⚠ {}</p>",
                texts.unknown
            ));
        } else {
            page.add(&format!("<p>{}</p>", texts.give_serial));
        }
        page.add(&format!(
            "<form method=\"get\" action=\"{STORE_PATH}\"><p class=\"act\"><label for=\"serial\">{}</label> \
            <input id=\"serial\" name=\"serial\" required value=\"{}\"{about}> <button>{}</button></p></form>",
            texts.serial_number,
            escaped(serial),
            texts.go_on
        ));
        page.finished()
    }

    /// The license server failed: with what.
    pub(super) fn failed(texts: &'static Texts, failure: &Failure) -> Response {
        let mut page = Self::new(texts, texts.title.to_owned());
        page.is_fault = true;
        page.status = StatusCode::INTERNAL_SERVER_ERROR;
        page.add(&format!(
            "<h1>{}</h1><p class=\"fault\" role=\"alert\">⚠ {}</p>",
            texts.failed,
            escaped(&failure.to_string())
        ));
        page.finished()
    }

    fn of(texts: &'static Texts, customer: &Customer) -> Self {
        Self::new(texts, customer.catalogue.description.clone())
    }

    fn new(texts: &'static Texts, owner: String) -> Self {
        Self {
            texts,
            owner,
            is_fault: false,
            status: StatusCode::OK,
            html: String::new(),
        }
    }

    fn add(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn again(&mut self, customer: &Customer) {
        write!(
            self.html,
            "<p><a href=\"{STORE_PATH}?serial={}\">{}</a></p>",
            percent_encoded(&customer.order.serial_nr),
            self.texts.order_again
        )
        .expect("writing to a String does not fail");
    }

    fn finished(self) -> Response {
        let texts = self.texts;
        let title = if self.is_fault {
            texts.title_of_fault
        } else {
            texts.title
        };
        let owner = escaped(&self.owner);
        let html = format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
            <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · {owner}</title>\
            <link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head><body><header><p>{owner}</p><p class=\"soft\">{}</p></header><main>{}</main></body></html>",
            texts.lang, texts.trial, self.html
        );
        let headers = [
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "same-origin"),
            (header::VARY, "accept-language"),
        ];
        (self.status, headers, Html(html)).into_response()
    }
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

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_text_ends_its_place() {
        assert_eq!(
            escaped("\"><b>&'"),
            "&quot;&gt;&lt;b&gt;&amp;'",
            "attributes stand in double quotes"
        );
    }
}
