//! One file per resource: parse, ask `db` and `licensing`, answer. No SQL here.
//!
//! To add a route: a line in the resource's `routes()`, which also says who may ask; the handler takes `Admin` or `SignedIn`
//! as its first argument to make it so, and the test over all routes holds the two against each other.

mod events;
mod export;
mod health;
mod holders;
mod imports;
mod installation;
mod licenses;
mod seat_use;
mod session;
mod users;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

use crate::State;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone, also before signing in.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Administrators.
    Administrator,
}

/// A route, as the table of all says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path, with `{…}` for what it names.
    pub path: &'static str,
    /// Who may ask.
    pub who: Who,
}

/// Every route of the console.
pub(crate) fn all() -> Routes {
    [
        events::routes(),
        health::routes(),
        holders::routes(),
        imports::routes(),
        installation::routes(),
        licenses::routes(),
        seat_use::routes(),
        session::routes(),
        users::routes(),
    ]
    .into_iter()
    .fold(Routes::default(), Routes::and)
}

/// Routes: the table, and the router that it makes.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) table: Vec<Route>,
    pub(crate) router: Router<State>,
}

impl Routes {
    /// GET.
    pub(crate) fn get<T: 'static>(
        self,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, State>,
    ) -> Self {
        self.on(Method::GET, MethodFilter::GET, path, who, handler)
    }

    /// POST.
    pub(crate) fn post<T: 'static>(
        self,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, State>,
    ) -> Self {
        self.on(Method::POST, MethodFilter::POST, path, who, handler)
    }

    /// PUT.
    pub(crate) fn put<T: 'static>(
        self,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, State>,
    ) -> Self {
        self.on(Method::PUT, MethodFilter::PUT, path, who, handler)
    }

    /// DELETE.
    pub(crate) fn delete<T: 'static>(
        self,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, State>,
    ) -> Self {
        self.on(Method::DELETE, MethodFilter::DELETE, path, who, handler)
    }

    fn on<T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, State>,
    ) -> Self {
        self.table.push(Route { method, path, who });
        Self {
            table: self.table,
            router: self.router.route(path, on(filter, handler)),
        }
    }

    fn and(mut self, mut other: Self) -> Self {
        self.table.append(&mut other.table);
        Self {
            table: self.table,
            router: self.router.merge(other.router),
        }
    }
}
