//! What the order page says, in English and in Dutch. Placeholders stand in braces.

use axum::http::{HeaderMap, header};

/// The texts of one language.
pub(super) struct Texts {
    /// Its name in HTML.
    pub(super) lang: &'static str,
    pub(super) title: &'static str,
    pub(super) title_of_fault: &'static str,
    pub(super) trial: &'static str,
    pub(super) order_licences: &'static str,
    pub(super) serial_number: &'static str,
    pub(super) licence: &'static str,
    pub(super) now: &'static str,
    pub(super) new_number: &'static str,
    pub(super) unlimited: &'static str,
    pub(super) included: &'static str,
    pub(super) order: &'static str,
    pub(super) not_charged: &'static str,
    pub(super) faults: &'static str,
    pub(super) fault: &'static str,
    pub(super) thanks: &'static str,
    pub(super) order_number: &'static str,
    pub(super) new_licence: &'static str,
    pub(super) sequence: &'static str,
    pub(super) next: &'static str,
    pub(super) order_again: &'static str,
    pub(super) nothing_changed: &'static str,
    pub(super) nothing_ordered: &'static str,
    pub(super) whose: &'static str,
    pub(super) give_serial: &'static str,
    pub(super) unknown: &'static str,
    pub(super) go_on: &'static str,
    pub(super) failed: &'static str,
}

const ENGLISH: Texts = Texts {
    lang: "en",
    title: "Order licences",
    title_of_fault: "Error: Order licences",
    trial: "A trial shop: no payment, on this machine alone.",
    order_licences: "Order licences",
    serial_number: "Serial number",
    licence: "Licence",
    now: "Now",
    new_number: "New number",
    unlimited: "unlimited",
    included: "included",
    order: "Order",
    not_charged: "Nothing is charged. What a plan brings is raised with it.",
    faults: "Nothing was ordered: a number is not right. Mend it below and order again.",
    fault: "Give a whole number from 1 to {max}.",
    thanks: "Thank you for your order",
    order_number: "Order number",
    new_licence: "New licence",
    sequence: "sequence {sequence}",
    next: "The new licence is ready. Go back to your console and choose <b>Check now</b>; otherwise the console fetches it by itself within a day.",
    order_again: "Order again",
    nothing_changed: "Nothing changed",
    nothing_ordered: "Every number is as it was, so nothing was ordered.",
    whose: "Whose licences?",
    give_serial: "Give the serial number of your installation; the console shows it.",
    unknown: "There is no licence for this serial number. Look it up in your console, and type it again.",
    go_on: "Continue",
    failed: "The order did not work",
};

const DUTCH: Texts = Texts {
    lang: "nl",
    title: "Licenties bestellen",
    title_of_fault: "Fout: Licenties bestellen",
    trial: "Een proefwinkel: er wordt niets betaald, alleen op deze computer.",
    order_licences: "Licenties bestellen",
    serial_number: "Serienummer",
    licence: "Licentie",
    now: "Nu",
    new_number: "Nieuw aantal",
    unlimited: "onbeperkt",
    included: "inbegrepen",
    order: "Bestellen",
    not_charged: "Er wordt niets in rekening gebracht. Wat een abonnement meebrengt, wordt mee verhoogd.",
    faults: "Er is niets besteld: een aantal klopt niet. Verbeter het hieronder en bestel opnieuw.",
    fault: "Geef een geheel getal van 1 tot {max}.",
    thanks: "Bedankt voor uw bestelling",
    order_number: "Bestelnummer",
    new_licence: "Nieuwe licentie",
    sequence: "volgnummer {sequence}",
    next: "De nieuwe licentie staat klaar. Ga terug naar uw console en kies <b>Nu controleren</b>; anders haalt de console haar binnen een dag zelf op.",
    order_again: "Opnieuw bestellen",
    nothing_changed: "Niets gewijzigd",
    nothing_ordered: "Alle aantallen zijn zoals ze waren, dus is er niets besteld.",
    whose: "Wiens licenties?",
    give_serial: "Geef het serienummer van uw installatie; de console toont het.",
    unknown: "Er is geen licentie voor dit serienummer. Zoek het op in uw console en typ het opnieuw.",
    go_on: "Verder",
    failed: "De bestelling is niet gelukt",
};

impl Texts {
    /// The first of the browser's languages that there is; else English. Browsers name the preferred one first.
    pub(super) fn of(headers: &HeaderMap) -> &'static Self {
        let asked = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|languages| languages.to_str().ok())
            .unwrap_or_default();
        let asked = asked
            .split(',')
            .filter_map(|language| language.split([';', '-']).next());
        let found = asked.map(str::trim).find_map(|language| match language {
            "nl" => Some(&DUTCH),
            "en" => Some(&ENGLISH),
            _ => None,
        });
        found.unwrap_or(&ENGLISH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_there_is_wins() {
        for (asked, lang) in [
            ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
            ("en-GB,en;q=0.9,nl;q=0.8", "en"),
            ("de-DE,de;q=0.9,nl;q=0.7", "nl"),
            ("de", "en"),
            ("", "en"),
        ] {
            let value = asked.parse().expect("a header value");
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
            assert_eq!(Texts::of(&headers).lang, lang, "{asked}");
        }
    }
}
