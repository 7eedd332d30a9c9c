//! Everybody who has the license, page by page, with a box to tick; suggestions stand first.

use std::rc::Rc;

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::untrack;
use licensing::wire::{Holder, Holders, HoldersQuery};
use wasm_bindgen::JsCast;

use super::choice::Choice;
use crate::api::{self, made};
use crate::events::changes;
use crate::nodes;
use crate::parts::reason::why;
use crate::parts::words::names_in;
use crate::reactive::{Memo, RwSignal, Signal};
use crate::remote::pages;
use crate::screens::licenses::Here;
use crate::screens::licenses::news::count;
use crate::session::session;
use crate::text::{K, N, fill, language, now, tn};
use crate::ui::el::{El, Node, Row, el, keyed, live};
use crate::ui::notice::p;
use crate::ui::pages::{Head, Page, Pages, listed, rows};
use crate::ui::table::{Column, group_row, row, table};
use crate::ui::time::instant;

const COLUMNS: [Column; 6] = [
    Column::unlabelled(K::Choose),
    Column::soft(K::UserId),
    Column::head(K::Name),
    Column::text(K::PrimaryGroup),
    Column::text(K::LastSignIn),
    Column::text(K::WhySuggested),
];

/// What the rows work with.
#[derive(Clone, Copy)]
pub(super) struct List {
    /// The screen, for names.
    pub(super) here: Here,
    /// Id of the module.
    pub(super) module: i32,
    /// Who is chosen.
    pub(super) choice: RwSignal<Choice>,
}

impl List {
    /// Who has the module, searched.
    pub(super) fn holders(self, search: RwSignal<String>) -> Pages {
        let (changes, module) = (changes(), self.module);
        pages(
            move || {
                changes.users();
                search.get()
            },
            move |search, after| {
                let search = search.trim().to_owned();
                let asking = api::holders(module, &HoldersQuery { search, after });
                made(asking, move |holders| Ok(self.page(holders)))
            },
        )
    }

    /// An answer as a page of rows; what goes along with who is chosen is as it is now.
    fn page(self, holders: Holders) -> Page {
        self.choice.update(|choice| {
            for holder in &holders.holders {
                choice.refresh(holder);
            }
        });
        let rows = holders.holders.into_iter();
        Page {
            rows: rows.map(|holder| self.row(holder, false)).collect(),
            head: Head {
                count: holders.count,
                of: holders.in_use.into(),
                at_least: false,
                name: holders.description,
            },
            next: holders.next,
        }
    }

    /// The table: suggestions first, then everybody else; or that nobody matches.
    pub(super) fn table(self, holders: Pages, suggested: RwSignal<Vec<Row>>) -> Node {
        let any = Memo::new(move |_| suggested.with(|rows| !rows.is_empty()));
        listed(
            holders,
            || p(K::NoUserMatches).class("empty"),
            move || {
                let head =
                    live(move || any.get().then(|| group_row(K::OtherHolders, "", &COLUMNS)));
                let others = el("tbody").child(head).child(rows(holders));
                let bodies = nodes![self.first(suggested, any), others];
                table(K::RemoveSuperfluousLicences, &COLUMNS, None, bodies)
            },
        )
    }

    fn first(self, suggested: RwSignal<Vec<Row>>, any: Memo<bool>) -> Node {
        live(move || {
            any.get().then(|| {
                let more = live(move || {
                    let more = count(self.choice.with(Choice::unlisted));
                    (more > 0).then(|| {
                        let words = el("td").attr("colspan", COLUMNS.len().to_string());
                        let words = words.class("soft").child(tn(N::AndMore, more, &[]));
                        el("tr").child(words)
                    })
                });
                el("tbody")
                    .child(group_row(K::Suggested, "", &COLUMNS))
                    .child(keyed(move || suggested.get()))
                    .child(more)
            })
        })
    }

    /// A holder's row; `first`: among the suggestions.
    pub(super) fn row(self, holder: Holder, first: bool) -> Row {
        Row {
            key: key(&holder),
            make: Rc::new(move |()| self.line(&holder, first)),
        }
    }

    fn line(self, holder: &Holder, first: bool) -> El {
        let (user, id, choice) = (&holder.user, holder.user.user, self.choice);
        let chosen = move || choice.with(|choice| choice.has(id));
        let (by_box, by_row) = (holder.clone(), holder.clone());
        let toggle = move |holder: &Holder| {
            choice.update(|choice| choice.set(holder, !choice.has(id)));
        };
        let tick = el("input")
            .attr("type", "checkbox")
            .attr(
                "aria-label",
                fill(K::ChooseUser, &[("user", &user.full_name)]),
            )
            .ticked(chosen)
            .on("change", move |_| toggle(&by_box));
        let session = session();
        let clock = Signal::derive(move || session.now());
        let last = user.last_sign_in.map(|at| instant(at.0, clock));
        let cells = [
            tick.into(),
            user.user_id.clone().into(),
            nodes![user.full_name.clone(), self.loses(holder)],
            user.primary_group.clone().into(),
            last.map_or_else(|| now(K::Never).into(), Node::from),
            holder.reason.map(why).into(),
        ];
        // Who stands among the suggestions does not stand below once more.
        let elsewhere = move || !first && choice.with(|choice| choice.lists(id));
        row(&COLUMNS, cells)
            .class("pickable")
            .class_if("chosen", chosen)
            .attr("hidden", elsewhere)
            .on("click", move |event| {
                let target = event.target();
                let target = target.and_then(|it| it.dyn_into::<web_sys::Element>().ok());
                // The box speaks for itself.
                if target.is_some_and(|target| target.tag_name() != "INPUT") {
                    toggle(&by_row);
                }
            })
    }

    /// Under the name: what goes, where that is not just the license itself.
    fn loses(self, holder: &Holder) -> Option<El> {
        let names = untrack(|| {
            self.here.with_owner(|_, owner| {
                let module = owner.modules.iter().find(|it| it.id == self.module)?;
                let itself = std::slice::from_ref(&module.module) == holder.goes;
                let license = owner.installed.as_ref().map(|it| &it.license);
                (!itself).then(|| names_in(license, &holder.goes))
            })
        });
        let words = fill(K::Loses, &[("licences", &names??)]);
        Some(el("span").class("loses soft").child(words))
    }
}

/// What a row shows, as a number: a row that changed (or changed its language) is made anew.
fn key(holder: &Holder) -> u64 {
    let mut hasher = DefaultHasher::new();
    language().tag.hash(&mut hasher);
    let user = &holder.user;
    user.user.hash(&mut hasher);
    user.user_id.hash(&mut hasher);
    user.full_name.hash(&mut hasher);
    user.primary_group.hash(&mut hasher);
    (user.can_log_in, user.former_employee, user.last_sign_in).hash(&mut hasher);
    for module in &holder.goes {
        module.hash(&mut hasher);
    }
    hasher.finish()
}
