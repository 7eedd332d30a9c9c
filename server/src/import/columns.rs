//! What the head of a column says: its name in the languages of the reference and in those that people write.

use licensing::wire::ImportColumn;

/// Names of a column, in lower case and of letters and digits only: as exported, then English, Dutch, German, Norwegian,
/// Swedish, Danish.
const NAMES: [(ImportColumn, &[&str]); 12] = [
    (
        ImportColumn::UserId,
        &[
            "userid",
            "user",
            "login",
            "username",
            "initials",
            "gebruikersid",
            "gebruiker",
            "gebruikersnaam",
            "inlognaam",
            "benutzerid",
            "benutzer",
            "brukerid",
            "användarid",
            "brugerid",
        ],
    ),
    (
        ImportColumn::FirstName,
        &[
            "firstname",
            "givenname",
            "voornaam",
            "vorname",
            "fornavn",
            "förnamn",
        ],
    ),
    (
        ImportColumn::LastName,
        &[
            "lastname",
            "surname",
            "familyname",
            "achternaam",
            "nachname",
            "etternavn",
            "efternamn",
            "efternavn",
        ],
    ),
    (
        ImportColumn::FullName,
        &[
            "fullname",
            "name",
            "displayname",
            "naam",
            "volledigenaam",
            "vollständigername",
            "navn",
            "namn",
        ],
    ),
    (
        ImportColumn::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "emailadres",
            "emailadresse",
            "epost",
            "epostadresse",
            "epostadress",
        ],
    ),
    (
        ImportColumn::Group,
        &[
            "group",
            "primarygroup",
            "department",
            "groep",
            "primairegroep",
            "afdeling",
            "gruppe",
            "primärgruppe",
            "primærgruppe",
            "grupp",
            "primärgrupp",
        ],
    ),
    (ImportColumn::Role, &["role", "rol", "rolle", "roll"]),
    (
        ImportColumn::Company,
        &[
            "company",
            "owningcompany",
            "bedrijf",
            "bedrijfeigenaar",
            "firma",
            "zugehörigkeitfirma",
            "eierfirma",
            "ägarföretag",
            "företag",
            "ejerfirma",
        ],
    ),
    (
        ImportColumn::Plan,
        &[
            "plan",
            "plans",
            "userplan",
            "userplans",
            "gebruikersplan",
            "gebruikersplannen",
            "plannen",
            "benutzerplan",
            "brukerplan",
            "användarplan",
            "brugerplan",
        ],
    ),
    (
        ImportColumn::Licenses,
        &[
            "licenses",
            "licences",
            "license",
            "licence",
            "userlicences",
            "userlicenses",
            "licenties",
            "licentie",
            "gebruikerslicenties",
            "lizenzen",
            "benutzerlizenzen",
            "lisenser",
            "brukerlisenser",
            "licenser",
            "användarlicenser",
            "brugerlicenser",
        ],
    ),
    (
        ImportColumn::CanLogIn,
        &[
            "canlogin",
            "kanaanmelden",
            "kaninloggen",
            "anmeldenmöglich",
            "kanloggeinn",
            "kanloggain",
            "kanloggepå",
        ],
    ),
    (
        ImportColumn::FormerEmployee,
        &[
            "formeremployee",
            "left",
            "voormaligewerknemer",
            "voormaligemedewerker",
            "uitdienst",
            "ausgeschiedenermitarbeiter",
            "sluttet",
            "tidigareanställd",
            "fratrådt",
        ],
    ),
];

/// Names of the columns as they are exported, in their order.
pub(crate) const EXPORTED: [&str; 13] = [
    "user_id",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "group",
    "role",
    "company",
    "plan",
    "licenses",
    "can_log_in",
    "former_employee",
    "last_sign_in",
];

/// What each column says by its head; a column that says what an earlier one says already is passed over.
pub(super) fn guess(head: &[String]) -> Vec<Option<ImportColumn>> {
    let mut columns: Vec<Option<ImportColumn>> = Vec::new();
    for cell in head {
        let letters = cell.chars().filter(|letter| letter.is_alphanumeric());
        let name = letters.collect::<String>().to_lowercase();
        let found = NAMES
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()));
        let column = found.map(|(column, _)| *column);
        columns.push(column.filter(|column| !columns.contains(&Some(*column))));
    }
    columns
}

const YES: [&str; 12] = [
    "1", "true", "yes", "y", "ja", "j", "x", "oui", "on", "aan", "waar", "wahr",
];
const NO: [&str; 10] = [
    "0", "false", "no", "n", "nee", "nein", "nei", "nej", "off", "onwaar",
];

/// Yes or no, in the languages of the reference; none: neither.
pub(super) fn yes_or_no(value: &str) -> Option<bool> {
    let value = value.trim().to_lowercase();
    if YES.contains(&value.as_str()) {
        Some(true)
    } else {
        NO.contains(&value.as_str()).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_known_in_any_case_and_several_languages_and_once_each() {
        let head = [
            "User ID",
            "VOORNAAM",
            "E-mail",
            "Gebruikers-ID",
            "Kostenstelle",
            "Anmelden möglich",
        ];
        let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
        assert_eq!(
            guess(&head),
            [
                Some(ImportColumn::UserId),
                Some(ImportColumn::FirstName),
                Some(ImportColumn::Email),
                None,
                None,
                Some(ImportColumn::CanLogIn)
            ]
        );
    }

    #[test]
    fn every_exported_column_but_the_last_sign_in_is_known_again() {
        let head: Vec<String> = EXPORTED.iter().map(|name| (*name).to_owned()).collect();
        let columns = guess(&head);
        assert!(columns[..12].iter().all(Option::is_some), "{columns:?}");
        assert_eq!(columns[12], None);
    }

    #[test]
    fn yes_and_no_are_said_in_many_ways() {
        assert_eq!(
            (yes_or_no(" Ja "), yes_or_no("0"), yes_or_no("maybe")),
            (Some(true), Some(false), None)
        );
    }
}
