//! Where the reader is: the browser's history, clicks on links, and where focus goes.
//!
//! Every link is a plain `<a href>`; one listener takes the clicks that stay in the console.

use std::rc::Rc;

use leptos::prelude::{document, expect_context, on_cleanup, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;

use crate::reactive::{RwSignal, StoredValue};
use crate::route::Route;
use crate::text::{K, now};
use crate::ui::heard::{hear_always, next_frame};
use crate::ui::page::focus_heading;

/// The present route and the ways to another; in the context of everything.
#[derive(Clone, Copy)]
pub(crate) struct Navigation {
    route: RwSignal<Route>,
    held: StoredValue<Option<Loses>>,
}

/// Whether going to a route (none: leaving the page) loses what was not saved.
type Loses = Rc<dyn Fn(Option<&Route>) -> bool>;

/// The navigation of this page.
pub(crate) fn navigation() -> Navigation {
    expect_context()
}

impl Navigation {
    /// Reads the address and listens to Back, Forward and links, for the life of the page.
    pub(crate) fn start() -> Self {
        let this = Self {
            route: RwSignal::new(here()),
            held: StoredValue::new(None),
        };
        hear_always(&window(), &["popstate"], move |_| this.popped());
        hear_always(&document(), &["click"], move |event| {
            if let Some(event) = event.dyn_ref() {
                this.clicked(event);
            }
        });
        hear_always(&window(), &["beforeunload"], move |event| {
            if this.held.get_value().is_some_and(|loses| loses(None)) {
                event.prevent_default();
            }
        });
        this
    }

    /// From now on, until the present part of the view is gone, what loses something that was not saved is asked about first.
    pub(crate) fn hold(self, loses: impl Fn(Option<&Route>) -> bool + 'static) {
        self.held.set_value(Some(Rc::new(loses)));
        on_cleanup(move || self.held.set_value(None));
    }

    fn may_go(self, route: &Route) -> bool {
        let loses = self
            .held
            .get_value()
            .is_some_and(|loses| loses(Some(route)));
        !loses
            || window()
                .confirm_with_message(now(K::LeaveUnsaved))
                .unwrap_or(true)
    }

    /// Back or Forward; who stays after all finds the address as it was.
    fn popped(self) {
        let route = here();
        if self.may_go(&route) {
            self.arrive(route);
        } else {
            push(&self.route_now().href(), &JsValue::NULL);
        }
    }

    /// The present route; follows changes.
    pub(crate) fn route(self) -> Route {
        self.route.get()
    }

    /// The present route, without following it.
    pub(crate) fn route_now(self) -> Route {
        self.route.get_untracked()
    }

    /// Goes to a route, as a click on its link would.
    pub(crate) fn go(self, route: Route) {
        self.go_href(&route.href(), route);
    }

    fn go_href(self, href: &str, route: Route) {
        if !self.may_go(&route) {
            return;
        }
        // What it came from: `close` then knows whether Back leads there.
        let from = JsValue::from_str(&self.route_now().href());
        push(href, &from);
        if !self.route_now().same_screen(&route) {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        self.arrive(route);
    }

    /// Shows a route in place of the present one: for filters as they are typed, and redirects.
    pub(crate) fn replace(self, route: Route) {
        if !self.may_go(&route) {
            return;
        }
        let state = history_state();
        let history = window().history().expect("a page has a history");
        // Browsers refuse only floods (hundreds in seconds); the screen then still changes.
        drop(history.replace_state_with_url(&state, "", Some(&route.href())));
        self.arrive(route);
    }

    /// Closes what lies over `parent`: Back when it was opened from there, otherwise in place.
    pub(crate) fn close(self, parent: Route) {
        let from = history_state().as_string();
        if from.is_some_and(|from| from == parent.href()) {
            let history = window().history().expect("a page has a history");
            drop(history.back());
        } else {
            self.replace(parent);
        }
    }

    fn arrive(self, route: Route) {
        let before = self.route_now();
        if before == route {
            return;
        }
        let moves_focus = !before.same_screen(&route);
        self.route.set(route);
        if moves_focus {
            next_frame(focus_heading);
        }
    }

    fn clicked(self, event: &web_sys::MouseEvent) {
        let modified = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let Some(link) = link_of(event) else { return };
        let elsewhere = !link.target().is_empty() || link.has_attribute("download");
        let Ok(origin) = window().location().origin() else {
            return;
        };
        if elsewhere || link.origin() != origin || link.pathname().starts_with("/api/") {
            return;
        }
        if !link.hash().is_empty() && link.pathname() == path_here() {
            return;
        }
        event.prevent_default();
        let route = Route::parse(&link.pathname(), &link.search());
        let href = [link.pathname(), link.search()].concat();
        self.go_href(&href, route);
    }
}

fn here() -> Route {
    let query = window().location().search().unwrap_or_default();
    Route::parse(&path_here(), &query)
}

fn path_here() -> String {
    window().location().pathname().unwrap_or_default()
}

fn history_state() -> JsValue {
    let history = window().history();
    history
        .and_then(|history| history.state())
        .unwrap_or(JsValue::NULL)
}

fn push(href: &str, state: &JsValue) {
    let history = window().history().expect("a page has a history");
    // As in `replace`.
    drop(history.push_state_with_url(state, "", Some(href)));
}

fn link_of(event: &web_sys::MouseEvent) -> Option<web_sys::HtmlAnchorElement> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    target.closest("a[href]").ok()??.dyn_into().ok()
}
