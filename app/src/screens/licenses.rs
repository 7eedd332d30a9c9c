//! The Licences screen: a tab per owner, what is in force and how much of it is used, what waits, and the dialogs.
//!
//! Every part is made of one answer of the server; what it decides is in `rows` and `offer`, which know no browser. To
//! add a dialog: its variant in `route`, its file here, its line in [`dialog`].

mod activate;
mod activated;
mod banners;
mod changes;
mod details;
mod file;
mod header;
mod news;
mod offer;
mod remove;
mod rows;
mod serial;
mod table;

#[cfg(test)]
mod sample;

use leptos::prelude::untrack;
use licensing::wire::{self, OwnerView};

use crate::api;
use crate::events::changes as changes_elsewhere;
use crate::navigation::{Navigation, navigation};
use crate::nodes;
use crate::parts::drop::take_files;
use crate::reactive::{Memo, Signal, StoredValue};
use crate::remote::remote;
use crate::route::{LicensesDialog, LicensesRoute, Route};
use crate::session::{Session, session};
use crate::text::K;
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::loaded::{Remote, loaded};
use crate::ui::notice::p;
use crate::ui::page::page;
use crate::ui::status::{Status, status};
use crate::ui::tabs::{self, Tab};

/// What every part of the screen works with.
#[derive(Clone, Copy)]
struct Here {
    licenses: Remote<wire::Licenses>,
    route: Memo<LicensesRoute>,
    navigation: Navigation,
    session: Session,
    status: Status,
    dropped: file::Dropped,
}

impl Here {
    /// Reads the owner whose tab is shown; follows changes. None before the first answer and when there is no owner.
    fn with_owner<R>(self, read: impl FnOnce(&wire::Licenses, &OwnerView) -> R) -> Option<R> {
        let (mut read, mut found) = (Some(read), None);
        self.find_owner(&mut |all, owner| found = read.take().map(|read| read(all, owner)));
        found
    }

    /// Apart from [`Self::with_owner`] so that it is compiled once.
    fn find_owner(self, read: &mut dyn FnMut(&wire::Licenses, &OwnerView)) {
        let wanted = self.route.with(|route| route.owner.clone());
        self.licenses.value.with(|all| {
            let Some(all) = all else { return };
            let owner = wanted
                .and_then(|wanted| all.owners.iter().find(|it| it.owner.as_str() == wanted))
                .or_else(|| all.owners.first());
            if let Some(owner) = owner {
                read(all, owner);
            }
        });
    }

    /// A part of the view that is made of the owner whose tab is shown.
    fn show(self, make: impl Fn(&wire::Licenses, &OwnerView) -> Option<El> + 'static) -> Node {
        live(move || self.with_owner(&make).flatten())
    }

    /// The address of a dialog over the tab that is shown.
    fn href(self, dialog: LicensesDialog) -> String {
        self.route.with(|route| route.with(dialog).href())
    }

    /// Closes the open dialog.
    fn close(self) {
        let tab = self.route.with_untracked(LicensesRoute::without_dialog);
        self.navigation.close(Route::Licenses(tab));
    }
}

/// The Licences screen.
pub(crate) fn licenses() -> Node {
    let here = here();
    let stage = Memo::new(move |_| {
        here.licenses
            .value
            .with(|all| all.as_ref().map_or(0, stage))
    });
    let title = Signal::derive(move || {
        here.with_owner(|_, owner| owner.description.clone())
            .unwrap_or_default()
    });
    let content = loaded(here.licenses.there(), here.licenses.waiting, 8, move || {
        live(move || -> Node {
            match stage.get() {
                FIRST => serial::first(here).into(),
                NO_OWNER => no_owner(here).into(),
                _ => owner_tabs(here),
            }
        })
    });
    let page = page(K::LicencesScreen, title, content);
    nodes![page, file::overlay(here), dialog(here)]
}

/// Serial number and company have to be set first.
const FIRST: i32 = 1;
/// They are set, and no owner is known.
const NO_OWNER: i32 = 2;
/// There is something to show.
const OWNERS: i32 = 3;

fn stage(all: &wire::Licenses) -> i32 {
    match (&all.installation, all.owners.is_empty()) {
        (None, _) => FIRST,
        (Some(_), true) => NO_OWNER,
        (Some(_), false) => OWNERS,
    }
}

fn here() -> Here {
    let (navigation, session, elsewhere) = (navigation(), session(), changes_elsewhere());
    let licenses = remote(
        move || {
            elsewhere.licenses();
            elsewhere.users();
        },
        |()| api::licenses(),
    );
    let route = Memo::new(
        move |before: Option<&LicensesRoute>| match navigation.route() {
            Route::Licenses(route) => route,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let here = Here {
        licenses,
        route,
        navigation,
        session,
        status: status(),
        dropped: file::Dropped::new(),
    };
    effect(move || {
        let now = licenses.value.with(|all| all.as_ref().map(|all| all.now));
        if let Some(now) = now {
            session.heard(now);
        }
    });
    // An address of no owner becomes that of the first, so that it can be passed on.
    effect(move || {
        let shown = here.with_owner(|_, owner| owner.owner.to_string());
        let route = route.get();
        if let Some(shown) = shown.filter(|shown| route.owner.as_ref() != Some(shown)) {
            let owner = Some(shown);
            navigation.replace(Route::Licenses(LicensesRoute { owner, ..route }));
        }
    });
    take_files(here.dropped.hovers, move |files| {
        file::dropped(here, &files);
    });
    here
}

fn owner_tabs(here: Here) -> Node {
    let all = move || {
        let current = here.with_owner(|_, owner| owner.id);
        let tab = |owner: &OwnerView| Tab {
            href: LicensesRoute::of(owner.owner.as_str()).href(),
            name: owner.description.clone(),
            count: String::new(),
            current: current == Some(owner.id),
        };
        here.licenses.value.with(|all| {
            let owners = all.iter().flat_map(|all| &all.owners);
            owners.map(tab).collect()
        })
    };
    let panel = nodes![
        header::header(here),
        banners::banners(here),
        table::licences(here),
        header::settings(here),
    ];
    tabs::tabs(all, K::LicencesScreen, panel)
}

/// No license server is known, so the first license comes from a file.
fn no_owner(here: Here) -> El {
    let load = el("a")
        .class("button primary")
        .attr("href", move || here.href(LicensesDialog::File))
        .child(K::LoadLicenseFromFile);
    el("section")
        .class("sheet empty")
        .child(el("h2").child(K::NoOwner))
        .child(p(K::NoOwnerNext))
        .child(load)
        .child(serial::set_right(here))
}

/// The dialog that the address names.
fn dialog(here: Here) -> Node {
    let there = Memo::new(move |_| here.licenses.value.with(Option::is_some));
    let dialog = Memo::new(move |_| {
        let dialog = here.route.with(|route| route.dialog.clone());
        dialog.filter(|_| there.get())
    });
    let before = StoredValue::new(None::<LicensesDialog>);
    live(move || {
        let dialog = dialog.get();
        let left = before.try_update_value(|before| std::mem::replace(before, dialog.clone()));
        let removed = matches!(left, Some(Some(LicensesDialog::Remove(_))));
        // What a dialog reads while it is made does not make it again: it keeps what was typed and ticked.
        untrack(|| dialog.map(|dialog| open(here, dialog, removed)))
    })
}

fn open(here: Here, dialog: LicensesDialog, removed: bool) -> El {
    match dialog {
        LicensesDialog::Activate => activate::activate(here, removed),
        LicensesDialog::Activated => activated::activated(here),
        LicensesDialog::Remove(module) => remove::remove(here, module),
        LicensesDialog::File => file::file(here),
        LicensesDialog::Details(module) => details::details(here, module),
        LicensesDialog::Serial => serial::change(here),
    }
}
