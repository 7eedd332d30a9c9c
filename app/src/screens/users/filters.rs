//! The filters over a list of users: search, licenses, and more of them under a disclosure; each that is set is a chip.

use licensing::license::CivilDate;
use licensing::wire::{self, Holding, UserList, UserPart, UserParts, UsersQuery};

use super::fields::Fields;
use super::rows::choices;
use super::{Known, export};
use crate::api;
use crate::events::changes;
use crate::navigation::{Navigation, navigation};
use crate::nodes;
use crate::reactive::{Memo, RwSignal, Signal};
use crate::remote::remote;
use crate::route::{HOLDINGS, Route, UsersRoute, holding};
use crate::session::session;
use crate::text::{K, Length, date, fill, now};
use crate::ui::el::{El, Node, Spot, effect, el, live};
use crate::ui::filter::{Choice, check, chip, choose, pick, search};
use crate::ui::icon::{Icon, glyph};
use crate::ui::loaded::Remote;

/// What the filters work with.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    pub(super) route: Memo<UsersRoute>,
    pub(super) licenses: Known,
    pub(super) fields: Fields,
    navigation: Navigation,
    /// The disclosure is open.
    open: RwSignal<bool>,
}

/// A filter that takes a text.
type Text = fn(&mut UsersQuery) -> &mut String;
/// The parts that it chooses from.
type Parts = fn(&UserParts) -> &[UserPart];
/// A filter that is on or off.
type Flag = fn(&mut UsersQuery) -> &mut bool;

/// Filters by a part, with the labels of their lists.
const PARTS: [(K, Text, Parts); 3] = [
    (
        K::PrimaryGroup,
        |query| &mut query.group,
        |parts| &parts.groups,
    ),
    (K::Role, |query| &mut query.role, |parts| &parts.roles),
    (
        K::OwningCompany,
        |query| &mut query.company,
        |parts| &parts.companies,
    ),
];
/// Filters that are on or off.
const FLAGS: [(K, Flag); 2] = [
    (K::FormerEmployee, |query| &mut query.former_employee),
    (K::NeverSignedIn, |query| &mut query.never_signed_in),
];

impl Filters {
    pub(super) fn new(route: Memo<UsersRoute>, licenses: Known, fields: Fields) -> Self {
        Self {
            route,
            licenses,
            fields,
            navigation: navigation(),
            open: RwSignal::new(false),
        }
    }

    fn change(self, change: impl FnOnce(&mut UsersQuery)) {
        let mut route = self.route.get_untracked();
        change(&mut route.query);
        self.navigation.replace(Route::Users(route));
    }

    fn query(self) -> UsersQuery {
        self.route.with(|route| route.query.clone())
    }

    pub(super) fn view(self) -> Node {
        let searched = Signal::derive(move || self.query().search);
        let search = search(searched, K::SearchForUsers, move |text| {
            self.change(|query| query.search = text);
        });
        let licenses = Signal::derive(move || {
            let all = |known: &wire::UserLicenses| choices(known, &[false, true]);
            let known = self.licenses.value.with(|known| known.as_ref().map(all));
            let mut known = known.unwrap_or_default();
            let picked = self.query().licenses.0;
            known.retain(|choice| picked.iter().all(|id| id.to_string() != choice.value));
            known
        });
        let pick = pick(licenses, K::FilterByLicence, move |picked| {
            self.change(|query| query.licenses.0.extend(picked.parse::<i32>()));
        });
        let can_log_in = check(
            K::ShowOnlyCanLogIn,
            move || self.query().can_log_in,
            move |on| {
                self.change(|query| query.can_log_in = on);
            },
        );
        let more = el("button")
            .attr("type", "button")
            .class("chip")
            .attr("aria-expanded", move || {
                if self.open.get() { "true" } else { "false" }
            })
            .on_click(move || self.open.update(|open| *open = !*open))
            .child(K::MoreFilters)
            .child(glyph(Icon::Down));
        let line = el("div")
            .class("filters")
            .attr("role", "search")
            .child(search)
            .child(pick)
            .child(can_log_in)
            .child(more)
            .child(self.end());
        let panel = live(move || self.open.get().then(|| self.panel()));
        nodes![line, panel, self.chips()]
    }

    /// Out as a file, in from one, and what is shown.
    fn end(self) -> El {
        let out = export(move |separator| api::export_users(&self.query(), separator));
        let into = session().is_administrator().then(|| {
            let into = el("a").class("button").child(K::Import);
            into.attr("href", Route::Import.href())
        });
        el("span")
            .class("filters-end")
            .child(out)
            .child(into)
            .child(self.fields.menu())
    }

    /// Groups, roles and companies to choose from, and what one more seldom filters by.
    fn panel(self) -> El {
        let changes = changes();
        let parts: Remote<UserParts> = remote(move || changes.users(), |()| api::user_parts());
        let people = self
            .route
            .with_untracked(|route| route.query.list == UserList::Associates);
        let chooses = PARTS
            .into_iter()
            .filter(|_| people)
            .map(|(label, of, parts_of)| {
                let choices = Signal::derive(move || {
                    let choices = |known: &UserParts| parts_of(known).iter().map(choice).collect();
                    parts
                        .value
                        .with(|known| known.as_ref().map(choices))
                        .unwrap_or_default()
                });
                let value = Signal::derive(move || of(&mut self.query()).clone());
                choose(label, Some(K::AllOfThem), choices, value, move |chosen| {
                    self.change(|query| *of(query) = chosen);
                })
            });
        let checks = FLAGS.into_iter().filter(|_| people).map(|(label, of)| {
            check(
                label,
                move || *of(&mut self.query()),
                move |on| {
                    self.change(|query| *of(query) = on);
                },
            )
        });
        let never = check(
            K::NeverSignedIn,
            move || self.query().never_signed_in,
            move |on| {
                self.change(|query| query.never_signed_in = on);
            },
        );
        el("div")
            .class("more-filters")
            .children(chooses)
            .child(self.before())
            .children(checks)
            .child((!people).then_some(never))
    }

    /// "Last sign-in before".
    fn before(self) -> El {
        let input = Spot::default();
        let there = input.clone();
        // The address may change by Back: the box follows.
        effect(move || {
            let day = self.query().signed_in_before;
            if let Some(input) = there.get::<web_sys::HtmlInputElement>() {
                input.set_value(&day.map(|day| day.to_string()).unwrap_or_default());
            }
        });
        let today = session().who().map(|who| who.today.to_string());
        let box_ = el("input")
            .attr("type", "date")
            .attr("max", today)
            .at(&input)
            .on_value("change", move |day| {
                self.change(|query| query.signed_in_before = day.parse::<CivilDate>().ok());
            });
        el("label")
            .class("choose")
            .child(el("span").child(K::SignedInBefore))
            .child(box_)
    }

    /// What is filtered by, each as a chip; between the licenses how many of them.
    fn chips(self) -> Node {
        live(move || {
            let mut query = self.query();
            let mut chips: Vec<Node> = Vec::new();
            let mut add = |name: &str, remove: fn(&mut UsersQuery, usize), which: usize| {
                chips.push(chip(
                    name,
                    Box::new(move |()| self.change(|query| remove(query, which))),
                ));
            };
            for (place, id) in query.licenses.0.iter().enumerate() {
                let name = self.licenses.value.with(|known| {
                    let mut known = known.as_ref()?.licenses.iter();
                    Some(known.find(|license| license.id == *id)?.description.clone())
                });
                let remove = |query: &mut UsersQuery, place: usize| {
                    query.licenses.0.remove(place);
                };
                add(&name.unwrap_or_else(|| id.to_string()), remove, place);
            }
            for (place, (label, of, _)) in PARTS.into_iter().enumerate() {
                let value = of(&mut query);
                if !value.is_empty() {
                    let name = [now(label), ": ", value].concat();
                    add(&name, |query, place| PARTS[place].1(query).clear(), place);
                }
            }
            if let Some(day) = query.signed_in_before {
                let day = date(&day.to_string(), Length::Short);
                let name = fill(K::SignedInBeforeDay, &[("date", &day)]);
                add(&name, |query, _| query.signed_in_before = None, 0);
            }
            for (place, (label, of)) in FLAGS.into_iter().enumerate() {
                if *of(&mut query) {
                    add(
                        now(label),
                        |query, place| *FLAGS[place].1(query) = false,
                        place,
                    );
                }
            }
            let licenses = query.licenses.0.len();
            (!chips.is_empty()).then(|| {
                let holding = (licenses > 0).then(|| self.holding(licenses > 1));
                el("div").class("filters").child(holding).child(chips)
            })
        })
    }

    fn holding(self, several: bool) -> El {
        let names = if several {
            [K::HoldsAll, K::HoldsAny, K::HoldsNone]
        } else {
            [K::Holds, K::Holds, K::HoldsNot]
        };
        let chosen = self.route.with_untracked(|route| route.query.holding);
        let options = HOLDINGS
            .into_iter()
            .zip(names)
            .filter(|((_, of), _)| several || *of != Holding::Any);
        let options = options.map(|((value, of), name)| {
            el("option")
                .attr("value", value)
                .attr("selected", of == chosen)
                .child(now(name))
        });
        let list = el("select")
            .attr("aria-label", K::Licence)
            .on_value("change", move |chosen| {
                self.change(|query| query.holding = holding(&chosen));
            })
            .children(options);
        el("span")
            .class("chip pick")
            .child(list)
            .child(glyph(Icon::Down))
    }
}

fn choice(part: &UserPart) -> Choice {
    Choice {
        value: part.name.clone(),
        name: part.name.clone(),
        group: String::new(),
    }
}
