//! The users of the demo: made-up names, the same in every start. 58 associates and 6 other users a block; block after block the
//! same holdings under other names, so that every use is that of one block, times the number of blocks.

use std::collections::HashMap;

use serde::Serialize;

/// Users of a block.
pub(crate) const BLOCK: u32 = 64;
/// Associates of a block; the others are system and anonymous users.
const ASSOCIATES: u32 = 58;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_MS: i64 = 60 * 1000;

/// A user, as `zetel seed` reads one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct User {
    pub(crate) user_id: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) full_name: String,
    pub(crate) email: String,
    pub(crate) user_type: &'static str,
    pub(crate) primary_group: &'static str,
    pub(crate) role: &'static str,
    pub(crate) company: &'static str,
    pub(crate) can_log_in: bool,
    pub(crate) former_employee: bool,
    pub(crate) last_sign_in: Option<i64>,
    pub(crate) assignments: Vec<&'static str>,
}

const FIRST: [&str; 41] = [
    "Anna", "Daan", "Eva", "Floris", "Greta", "Hugo", "Iris", "Joris", "Katja", "Lars", "Mila",
    "Noor", "Olaf", "Pieter", "Roos", "Sander", "Tess", "Umberto", "Vera", "Wouter", "Xenia",
    "Yara", "Zoë", "Bram", "Carla", "Dirk", "Emma", "Femke", "Gijs", "Hanna", "Ingrid", "Jasper",
    "Karin", "Lotte", "Maarten", "Nadia", "Oscar", "Petra", "Ruben", "Sofie", "Thijs",
];
const LAST: [&str; 59] = [
    "Veenstra",
    "de Haan",
    "Kokhuis",
    "Dekker",
    "Meerink",
    "Brouwer",
    "Jansma",
    "Berger",
    "Smitsen",
    "Verburg",
    "Visser",
    "Witveld",
    "Graafsma",
    "Postma",
    "van Dijk",
    "Schouten",
    "Mulder",
    "Rossi",
    "Hendriks",
    "Bakker",
    "Peeters",
    "Claes",
    "Maes",
    "Jacobs",
    "Wouters",
    "Willems",
    "Goossens",
    "Hansen",
    "Olsen",
    "Larsen",
    "Berg",
    "Haugen",
    "Lindqvist",
    "Nyman",
    "Sørensen",
    "Møller",
    "Kuipers",
    "van den Berg",
    "'t Hart",
    "van Leeuwen",
    "Prins",
    "Blom",
    "Huisman",
    "Peters",
    "Vermeulen",
    "van Loon",
    "Schippers",
    "Koster",
    "Vos",
    "Hofman",
    "Timmer",
    "Bosch",
    "Drost",
    "Elzinga",
    "Faber",
    "Groen",
    "Hoekstra",
    "IJzerman",
    "Jongsma",
];
const OTHERS: [(&str, &str, &str); 6] = [
    ("svc-mail", "Mail gateway", "SystemAssociate"),
    ("svc-erp", "ERP synchronisation", "SystemAssociate"),
    ("svc-reports", "Nightly reports", "SystemAssociate"),
    ("svc-backup", "Backup", "SystemAssociate"),
    ("anon-web", "Website visitors", "AnonymousAssociate"),
    ("anon-chat", "Chat visitors", "AnonymousAssociate"),
];

/// Makes users one after the other; remembers which user IDs are taken.
pub(crate) struct People {
    /// The first start: sign-ins are so long before it.
    started: i64,
    /// Whether they hold anything.
    with_assignments: bool,
    taken: HashMap<String, u32>,
}

impl People {
    /// Relative to the first start, epoch milliseconds.
    pub(crate) fn new(started: i64, with_assignments: bool) -> Self {
        Self {
            started,
            with_assignments,
            taken: HashMap::new(),
        }
    }

    /// The user at this place, from 0, of so many; whoever is beyond the last whole block holds nothing.
    pub(crate) fn user(&mut self, place: u32, of: u32) -> User {
        let (block, inside) = (place / BLOCK, place % BLOCK);
        let holds = self.with_assignments && block < of / BLOCK;
        if inside < ASSOCIATES {
            self.associate(block, inside, holds)
        } else {
            self.other(block, inside)
        }
    }

    fn associate(&mut self, block: u32, inside: u32, holds: bool) -> User {
        let person = (block * ASSOCIATES + inside) as usize;
        let first = FIRST[person % FIRST.len()];
        let last = LAST[(person + person / FIRST.len()) % LAST.len()];
        let user_id = if person == 0 {
            "admin".to_owned()
        } else {
            self.free_id(first, last)
        };
        let assignments = if holds {
            assignments(inside)
        } else {
            Vec::new()
        };
        // No one signs in without a plan, but for the administrator.
        let can_log_in = person == 0 || (inside != CANNOT_LOG_IN && (1..=39).contains(&inside));
        User {
            email: format!("{}@meridian.example", user_id.to_lowercase()),
            user_id,
            full_name: format!("{first} {last}"),
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            user_type: "InternalAssociate",
            primary_group: group(inside),
            role: role(inside),
            company: company(inside),
            can_log_in,
            former_employee: inside == FORMER_EMPLOYEE,
            last_sign_in: sign_in(inside)
                .map(|(days, minutes)| self.started - days * DAY_MS - minutes * MINUTE_MS),
            assignments,
        }
    }

    fn other(&mut self, block: u32, inside: u32) -> User {
        let (id, description, user_type) = OTHERS[(inside - ASSOCIATES) as usize];
        let (user_id, full_name) = if block == 0 {
            (id.to_owned(), description.to_owned())
        } else {
            (format!("{id}-{block}"), format!("{description} {block}"))
        };
        User {
            user_id,
            full_name,
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            user_type,
            primary_group: "System",
            role: if user_type == "SystemAssociate" {
                "System"
            } else {
                "Anonymous"
            },
            company: "",
            can_log_in: true,
            former_employee: false,
            last_sign_in: None,
            assignments: Vec::new(),
        }
    }

    /// Initial and three letters of the last name, with a number when taken.
    fn free_id(&mut self, first: &str, last: &str) -> String {
        let letters = last.chars().find(char::is_ascii_uppercase);
        let from = letters.and_then(|letter| last.find(letter)).unwrap_or(0);
        let last = last[from..]
            .chars()
            .filter(char::is_ascii_alphabetic)
            .take(3);
        let id: String = first
            .chars()
            .take(1)
            .chain(last)
            .collect::<String>()
            .to_ascii_uppercase();
        let uses = self.taken.entry(id.clone()).or_insert(0);
        *uses += 1;
        if *uses == 1 {
            id
        } else {
            format!("{id}{uses}")
        }
    }
}

/// The holder of Sales Premium that cannot log in.
const CANNOT_LOG_IN: u32 = 7;
/// The holder of Sales Premium that left; an import said so, and frees nothing.
const FORMER_EMPLOYEE: u32 = 10;

/// A module, and who of a block holds it.
type Holding = (&'static str, fn(u32) -> bool);

/// Sales Premium 20, Service Premium 12, Marketing Premium 10, 39 people in all; Confidential activities 31; Maps 9, Route planning 3.
fn assignments(inside: u32) -> Vec<&'static str> {
    let table: [Holding; 6] = [
        ("SUPEROFFICE.ten-sales", |inside| (1..=20).contains(&inside)),
        ("SUPEROFFICE.ten-service", |inside| {
            inside == 18 || (29..=39).contains(&inside)
        }),
        ("SUPEROFFICE.ten-marketing", |inside| {
            (19..=28).contains(&inside)
        }),
        ("SUPEROFFICE.visible-for", |inside| {
            (1..=31).contains(&inside)
        }),
        ("FJORDMAPS.maps", |inside| (5..=13).contains(&inside)),
        ("FJORDMAPS.route-planning", |inside| {
            (11..=13).contains(&inside)
        }),
    ];
    table
        .into_iter()
        .filter_map(|(module, holds)| holds(inside).then_some(module))
        .collect()
}

/// Days and minutes before the first start.
fn sign_in(inside: u32) -> Option<(i64, i64)> {
    let minutes = i64::from(inside) * 37 % 480 + 5;
    match inside {
        CANNOT_LOG_IN => None,
        FORMER_EMPLOYEE => Some((314, minutes)),
        // The longest without sign-in of those who can.
        12 => Some((267, minutes)),
        40.. => None,
        _ => Some((i64::from(inside) * 3 % 20, minutes)),
    }
}

fn group(inside: u32) -> &'static str {
    match inside {
        0 => "Administration",
        1..=20 if inside.is_multiple_of(3) => "Sales BE",
        1..=20 => "Sales NL",
        21..=28 => "Marketing",
        29..=39 => "Service",
        _ => "Operations",
    }
}

/// The companies of the demo: name, department, city. Nobody is of the last one.
pub(crate) const COMPANIES: [(&str, &str, &str); 3] = [
    ("Meridian Trading BV", "Head office", "Amersfoort"),
    ("Meridian Belgium NV", "Sales", "Antwerp"),
    ("Meridian Logistics BV", "", "Moerdijk"),
];

fn company(inside: u32) -> &'static str {
    let belgian = group(inside) == "Sales BE";
    COMPANIES[usize::from(belgian)].0
}

fn role(inside: u32) -> &'static str {
    match inside {
        0 => "Administrator",
        1..=20 => "Sales",
        21..=28 => "Marketing",
        29..=39 => "Service",
        _ => "Guest",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{People, User};

    fn users(count: u32) -> Vec<User> {
        let mut people = People::new(1_800_000_000_000, true);
        (0..count).map(|place| people.user(place, count)).collect()
    }

    #[test]
    fn users_are_the_same_in_every_start() {
        let users = users(64);
        let named = |place: usize| {
            let user = &users[place];
            (user.user_id.as_str(), user.full_name.as_str())
        };
        assert_eq!(named(0), ("admin", "Anna Veenstra"));
        assert_eq!(named(1), ("DHAA", "Daan de Haan"));
        assert_eq!(named(57), ("TJON", "Tess Jongsma"));
        assert_eq!(named(58), ("svc-mail", "Mail gateway"));
    }

    #[test]
    fn who_is_beyond_the_last_whole_block_holds_nothing() {
        let users = users(64 * 2 + 30);
        assert!(
            users[64 * 2..]
                .iter()
                .all(|user| user.assignments.is_empty())
        );
    }

    #[test]
    fn no_user_id_is_used_twice() {
        let users = users(64 * 200);
        let ids: BTreeSet<String> = users
            .iter()
            .map(|user| user.user_id.to_lowercase())
            .collect();
        assert_eq!(ids.len(), users.len());
    }
}
