//! Every address of the console as a type, and back: pure, tested natively. History and clicks are in `navigation`.
//!
//! A filter or a dialog is part of the address, so that reload, Back and a link in a message show the same thing.
//! To add a screen: a variant here, its line in `parse` and `href`, its line in the shell.

use licensing::retrieval::{percent_decoded, percent_encoded};
use licensing::wire::{Holding, Ids, UserList, UserSort, UsersQuery};

/// What an address shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/`: wherever this person begins.
    Start,
    /// `/sign-in`.
    SignIn,
    /// `/licenses…`.
    Licenses(LicensesRoute),
    /// `/users/associates` and `/users/other`.
    Users(UsersRoute),
    /// `/users/licenses…`.
    UserLicenses(UserLicensesRoute),
    /// Primary groups, or the companies whose people can be users.
    Parts(PartsOf),
    /// What was freed, to be given back.
    Freed,
    /// Importing users.
    Import,
    /// No address of this console.
    Unknown,
}

/// Of what a list is parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartsOf {
    /// `/users/groups`.
    Groups,
    /// `/users/companies`.
    Companies,
}

/// The Licences screen: a tab per owner, a dialog over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LicensesRoute {
    /// Code name of the owner; none: the first.
    pub(crate) owner: Option<String>,
    /// The dialog that is open.
    pub(crate) dialog: Option<LicensesDialog>,
}

/// Dialogs of the Licences screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LicensesDialog {
    /// "Activate new licence".
    Activate,
    /// "New licence activated": what changed by itself.
    Activated,
    /// "Remove superfluous licences" of this module (its id).
    Remove(i32),
    /// "Load license from file".
    File,
    /// Details of this module (its code name).
    Details(String),
    /// Serial number and license owner.
    Serial,
}

/// A list of users with its filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UsersRoute {
    /// What is asked for; of the first page.
    pub(crate) query: UsersQuery,
    /// The user whose card is open.
    pub(crate) user: Option<i32>,
}

/// User licences and the holders of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserLicensesRoute {
    /// Whose holders are shown.
    pub(crate) module: Option<i32>,
    /// Search among the holders.
    pub(crate) search: String,
}

impl Route {
    /// The route of a path and its query (with or without `?`). Filters that make no sense are left out.
    pub(crate) fn parse(path: &str, query: &str) -> Self {
        let query = Query::parse(query);
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let route = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Start,
            (Some("sign-in"), None, _) => Self::SignIn,
            (Some("licenses"), owner, None) => Self::Licenses(LicensesRoute {
                owner: owner.and_then(percent_decoded),
                dialog: dialog(&query),
            }),
            (Some("users"), None | Some("associates"), None) => {
                Self::Users(users(&query, UserList::Associates))
            }
            (Some("users"), Some("other"), None) => {
                Self::Users(users(&query, UserList::OtherUsers))
            }
            (Some("users"), Some("groups"), None) => Self::Parts(PartsOf::Groups),
            (Some("users"), Some("companies"), None) => Self::Parts(PartsOf::Companies),
            (Some("users"), Some("freed"), None) => Self::Freed,
            (Some("users"), Some("import"), None) => Self::Import,
            (Some("users"), Some("licenses"), module) => {
                let id = module.and_then(|module| module.parse().ok());
                if module.is_some() && id.is_none() {
                    return Self::Unknown;
                }
                Self::UserLicenses(UserLicensesRoute {
                    module: id,
                    search: query.text("search"),
                })
            }
            _ => Self::Unknown,
        };
        if parts.next().is_some() {
            return Self::Unknown;
        }
        route
    }

    /// The route of an address without a host.
    pub(crate) fn of_href(href: &str) -> Self {
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        Self::parse(path, query)
    }

    /// The address.
    pub(crate) fn href(&self) -> String {
        match self {
            Self::Start | Self::Unknown => "/".to_owned(),
            Self::SignIn => "/sign-in".to_owned(),
            Self::Licenses(route) => route.href(),
            Self::Users(route) => route.href(),
            Self::UserLicenses(route) => route.href(),
            Self::Parts(PartsOf::Groups) => "/users/groups".to_owned(),
            Self::Parts(PartsOf::Companies) => "/users/companies".to_owned(),
            Self::Freed => "/users/freed".to_owned(),
            Self::Import => "/users/import".to_owned(),
        }
    }

    /// Whether both are of the same screen, so that going there moves no focus.
    pub(crate) fn same_screen(&self, other: &Self) -> bool {
        let screen = |route: &Self| match route {
            Self::Start => 0,
            Self::SignIn => 1,
            Self::Licenses(_) => 2,
            Self::Unknown => 4,
            _ => 3,
        };
        screen(self) == screen(other)
    }
}

impl LicensesRoute {
    /// The tab of an owner, no dialog.
    pub(crate) fn of(owner: &str) -> Self {
        Self {
            owner: Some(owner.to_owned()),
            dialog: None,
        }
    }

    /// The same tab with this dialog.
    pub(crate) fn with(&self, dialog: LicensesDialog) -> Self {
        Self {
            owner: self.owner.clone(),
            dialog: Some(dialog),
        }
    }

    /// The same tab, no dialog.
    pub(crate) fn without_dialog(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            dialog: None,
        }
    }

    /// The address.
    pub(crate) fn href(&self) -> String {
        let mut href = Href::new("/licenses");
        if let Some(owner) = &self.owner {
            href.part(owner);
        }
        match &self.dialog {
            None => {}
            Some(LicensesDialog::Activate) => href.pair("dialog", "activate"),
            Some(LicensesDialog::Activated) => href.pair("dialog", "activated"),
            Some(LicensesDialog::Remove(module)) => {
                href.pair("dialog", "remove");
                href.pair("module", &module.to_string());
            }
            Some(LicensesDialog::File) => href.pair("dialog", "file"),
            Some(LicensesDialog::Details(module)) => {
                href.pair("dialog", "details");
                href.pair("module", module);
            }
            Some(LicensesDialog::Serial) => href.pair("dialog", "serial"),
        }
        href.0
    }
}

impl UsersRoute {
    /// A list without filters.
    pub(crate) fn of(list: UserList) -> Self {
        let mut route = Self::default();
        route.query.list = list;
        route
    }

    /// The address.
    pub(crate) fn href(&self) -> String {
        let mut href = Href::new(match self.query.list {
            UserList::Associates => "/users/associates",
            UserList::OtherUsers => "/users/other",
        });
        for (name, value) in pairs(&self.query) {
            href.pair(name, &value);
        }
        if let Some(user) = self.user {
            href.pair("user", &user.to_string());
        }
        href.0
    }

    /// Whether anything narrows the list.
    pub(crate) fn is_filtered(&self) -> bool {
        self.without_filters().query != self.query
    }

    /// The same list in the same order, with everyone.
    pub(crate) fn without_filters(&self) -> Self {
        let mut all = Self::of(self.query.list);
        all.query.sort = self.query.sort;
        all.query.descending = self.query.descending;
        all.user = self.user;
        all
    }
}

/// What a query says, as addresses and the server name it; the list apart.
pub(crate) fn pairs(query: &UsersQuery) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    let mut text = |name, text: &str| {
        if !text.is_empty() {
            pairs.push((name, text.to_owned()));
        }
    };
    text("search", &query.search);
    text("licenses", &String::from(query.licenses.clone()));
    text("holding", name_of(&HOLDINGS, query.holding));
    text("group", &query.group);
    text("role", &query.role);
    text("company", &query.company);
    for (name, flag) in [
        ("can_log_in", query.can_log_in),
        ("former_employee", query.former_employee),
        ("never_signed_in", query.never_signed_in),
        ("descending", query.descending),
    ] {
        text(name, if flag { "true" } else { "" });
    }
    let before = query.signed_in_before;
    text(
        "signed_in_before",
        &before.map(|day| day.to_string()).unwrap_or_default(),
    );
    text("sort", name_of(&SORTS, query.sort));
    pairs
}

impl UserLicensesRoute {
    /// The address.
    pub(crate) fn href(&self) -> String {
        let mut href = Href::new("/users/licenses");
        if let Some(module) = self.module {
            href.part(&module.to_string());
        }
        if !self.search.is_empty() {
            href.pair("search", &self.search);
        }
        href.0
    }
}

/// Orders of a list of users, as addresses and the server name them; the first is not named.
const SORTS: [(&str, UserSort); 12] = [
    ("", UserSort::Name),
    ("user_id", UserSort::UserId),
    ("first_name", UserSort::FirstName),
    ("last_name", UserSort::LastName),
    ("group", UserSort::Group),
    ("role", UserSort::Role),
    ("user_plan", UserSort::UserPlan),
    ("company", UserSort::Company),
    ("email", UserSort::Email),
    ("last_sign_in", UserSort::LastSignIn),
    ("can_log_in", UserSort::CanLogIn),
    ("former_employee", UserSort::FormerEmployee),
];

/// How many of some licenses somebody holds; the first is not named.
pub(crate) const HOLDINGS: [(&str, Holding); 3] = [
    ("", Holding::All),
    ("any", Holding::Any),
    ("none", Holding::None),
];

fn name_of<T: Copy + PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    let name = names.iter().find(|(_, known)| *known == value);
    name.map_or("", |(name, _)| name)
}

fn value_of<T: Copy>(names: &[(&str, T)], name: &str) -> T {
    let value = names.iter().find(|(known, _)| *known == name);
    value.map_or(names[0].1, |(_, value)| *value)
}

/// How many of some licenses, by its name.
pub(crate) fn holding(name: &str) -> Holding {
    value_of(&HOLDINGS, name)
}

fn dialog(query: &Query) -> Option<LicensesDialog> {
    let dialog = match query.get("dialog")? {
        "activate" => LicensesDialog::Activate,
        "activated" => LicensesDialog::Activated,
        "remove" => LicensesDialog::Remove(query.id("module")?),
        "file" => LicensesDialog::File,
        "details" => LicensesDialog::Details(query.get("module")?.to_owned()),
        "serial" => LicensesDialog::Serial,
        _ => return None,
    };
    Some(dialog)
}

fn users(query: &Query, list: UserList) -> UsersRoute {
    let named = |name| query.get(name).unwrap_or_default();
    let is = |name| query.get(name) == Some("true");
    let asked = UsersQuery {
        list,
        search: query.text("search"),
        licenses: Ids::try_from(query.text("licenses")).unwrap_or_default(),
        holding: holding(named("holding")),
        group: query.text("group"),
        role: query.text("role"),
        company: query.text("company"),
        can_log_in: is("can_log_in"),
        former_employee: is("former_employee"),
        never_signed_in: is("never_signed_in"),
        signed_in_before: named("signed_in_before").parse().ok(),
        sort: value_of(&SORTS, named("sort")),
        descending: is("descending"),
        after: None,
    };
    UsersRoute {
        query: asked,
        user: query.id("user"),
    }
}

/// An address that grows.
struct Href(String);

impl Href {
    fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    fn part(&mut self, part: &str) {
        self.0.push('/');
        self.0.push_str(&percent_encoded(part));
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(&percent_encoded(value));
    }
}

/// The pairs of a query; what is malformed is left out.
struct Query(Vec<(String, String)>);

impl Query {
    fn parse(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let pairs = query.split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decoded(&value.replace('+', " "))?;
            Some((name.to_owned(), value))
        });
        Self(pairs.collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(known, _)| known == name)?;
        Some(&pair.1)
    }

    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    fn id(&self, name: &str) -> Option<i32> {
        self.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use licensing::wire::{Holding, Ids, UserList, UserSort, UsersQuery};

    use super::{LicensesDialog, LicensesRoute, PartsOf, Route, UserLicensesRoute, UsersRoute};

    #[test]
    fn every_route_survives_its_address() {
        let licenses = LicensesRoute::of("SUPEROFFICE");
        let mut routes = vec![
            Route::Start,
            Route::SignIn,
            Route::Licenses(LicensesRoute::default()),
            Route::Licenses(licenses.clone()),
            Route::Users(UsersRoute::default()),
            Route::Users(UsersRoute {
                query: UsersQuery {
                    list: UserList::OtherUsers,
                    search: "Zoë & co = 100 % +1?".to_owned(),
                    licenses: Ids(vec![3, 7]),
                    holding: Holding::None,
                    group: "R&D".to_owned(),
                    role: "User".to_owned(),
                    company: "Meridian BV".to_owned(),
                    can_log_in: true,
                    former_employee: true,
                    never_signed_in: true,
                    signed_in_before: "2026-03-01".parse().ok(),
                    sort: UserSort::LastSignIn,
                    descending: true,
                    after: None,
                },
                user: Some(17),
            }),
            Route::Parts(PartsOf::Groups),
            Route::Parts(PartsOf::Companies),
            Route::Freed,
            Route::Import,
            Route::UserLicenses(UserLicensesRoute::default()),
            Route::UserLicenses(UserLicensesRoute {
                module: Some(12),
                search: "de Haan".to_owned(),
            }),
        ];
        let dialogs = [
            LicensesDialog::Activate,
            LicensesDialog::Activated,
            LicensesDialog::Remove(4),
            LicensesDialog::File,
            LicensesDialog::Details("ten-sales".to_owned()),
            LicensesDialog::Serial,
        ];
        routes.extend(dialogs.map(|dialog| Route::Licenses(licenses.with(dialog))));
        for route in routes {
            assert_eq!(Route::of_href(&route.href()), route, "{}", route.href());
        }
    }

    #[test]
    fn an_address_of_nothing_is_unknown() {
        for href in "/nothing /licenses/A/b /users/licenses/x /sign-in/x".split(' ') {
            assert_eq!(Route::of_href(href), Route::Unknown, "{href}");
        }
    }

    #[test]
    fn filters_that_make_no_sense_are_left_out() {
        let route = Route::of_href(
            "/users/associates?licenses=x&sort=age&search=%zz&signed_in_before=soon&user=",
        );
        assert_eq!(route, Route::Users(UsersRoute::default()));
        let route = Route::of_href("/licenses/A?dialog=remove");
        assert_eq!(route, Route::Licenses(LicensesRoute::of("A")));
    }

    #[test]
    fn a_plus_in_a_query_that_a_person_typed_is_a_space() {
        let Route::Users(route) = Route::of_href("/users/associates?search=de+Haan") else {
            panic!("a list of users");
        };
        assert_eq!(route.query.search, "de Haan");
    }
}
