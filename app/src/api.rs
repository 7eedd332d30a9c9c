//! The console's HTTP calls: one plain async function per path of `licensing::wire::paths`, named as its handler.
//!
//! No signals, no words: what fails is a [`Failure`], and `parts::failure` says it. To add a call: its path and types
//! in `licensing::wire`, then its function here.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use gloo_net::http::{Method, RequestBuilder};
use licensing::license::Installation;
use licensing::retrieval::percent_encoded;
use licensing::wire::{
    About, Activate, Activated, ApplyImport, ChangeMany, ChangedMany, Checked, Discard, Done,
    ErrorBody, Free, Freed, Freeings, Holders, HoldersQuery, Import, Imports, Licenses, Loaded,
    Preview, PreviewImport, PreviewMany, SaveUser, SeatUse, Seen, Selected, Session, SetActivation,
    SetInstallation, SignIn, SuggestQuery, Suggestions, UserCard, UserCounts, UserLicenses,
    UserList, UserParts, Users, UsersQuery, path, paths,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::json;
use crate::route::pairs;

/// Longest wait for an answer, in milliseconds.
const WAIT_MS: u32 = 30_000;
/// Longest wait for an answer that needs a license server or a large act, in milliseconds.
const LONG_WAIT_MS: u32 = 120_000;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// No answer: no connection, or not in time.
    Offline,
    /// A piece of the client did not come.
    Piece,
    /// Not signed in, or no more.
    SignedOut,
    /// The server's no, with its reason.
    Refused(Box<ErrorBody>),
    /// An answer that makes no sense: its request id, where there was one.
    Garbled(Option<String>),
}

/// A call under way. Boxed, so that what calls it is compiled for its answer alone.
pub(crate) type Asking<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// What anyone may know before signing in.
pub(crate) fn about() -> Asking<About> {
    get(paths::ABOUT, &[])
}

/// Signs in.
pub(crate) fn sign_in(sign_in: &SignIn) -> Asking<Session> {
    send(Method::POST, paths::SESSION, sign_in)
}

/// Who is signed in.
pub(crate) fn session() -> Asking<Session> {
    get(paths::SESSION, &[])
}

/// Signs out.
pub(crate) fn sign_out() -> Asking<Done> {
    send(Method::DELETE, paths::SESSION, &Done {})
}

/// The Licences screen.
pub(crate) fn licenses() -> Asking<Licenses> {
    get(paths::LICENSES, &[])
}

/// Activates an offer.
pub(crate) fn activate(activate: &Activate) -> Asking<Activated> {
    let request = request(Method::POST, paths::ACTIVATE, LONG_WAIT_MS);
    answered(with_json(request, activate))
}

/// Verifies a file and makes it the owner's offer.
pub(crate) fn load_file(file: &web_sys::Blob) -> Asking<Loaded> {
    let request = request(Method::POST, paths::LOAD_FILE, LONG_WAIT_MS)
        .header("content-type", "application/octet-stream");
    answered(request.body(file))
}

/// Asks an owner's license server now.
pub(crate) fn check(owner: &str) -> Asking<Checked> {
    let request = request(Method::POST, &path(paths::CHECK, owner), LONG_WAIT_MS);
    answered(request.build())
}

/// Discards an offer that came from a file.
pub(crate) fn discard_offer(owner: &str, discard: &Discard) -> Asking<Done> {
    send(Method::DELETE, &path(paths::OFFER, owner), discard)
}

/// Says that the license which was activated by itself has been looked at.
pub(crate) fn seen(owner: &str, seen: &Seen) -> Asking<Done> {
    send(Method::POST, &path(paths::SEEN, owner), seen)
}

/// Sets whether new licenses are activated by themselves.
pub(crate) fn set_activation(owner: &str, activation: &SetActivation) -> Asking<Done> {
    send(Method::PUT, &path(paths::ACTIVATION, owner), activation)
}

/// Sets serial number and company, or sets them right before the first license is in force.
pub(crate) fn set_installation(set: &SetInstallation) -> Asking<Done> {
    send(Method::PUT, paths::INSTALLATION, set)
}

/// Asks for a change of serial number and license owner.
pub(crate) fn change_serial_number(installation: &Installation) -> Asking<Loaded> {
    let request = request(Method::POST, paths::CHANGE_SERIAL_NUMBER, LONG_WAIT_MS);
    answered(with_json(request, installation))
}

/// Every user license with its use.
pub(crate) fn user_licenses() -> Asking<UserLicenses> {
    get(paths::USER_LICENSES, &[])
}

/// A page of the holders of a module.
pub(crate) fn holders(module: i32, query: &HoldersQuery) -> Asking<Holders> {
    let mut pairs = vec![("search", query.search.as_str())];
    pairs.extend(query.after.as_deref().map(|after| ("after", after)));
    get(&path(paths::HOLDERS, module), &pairs)
}

/// Seats of a module over time; `back` as `licensing::wire::Back` writes it.
pub(crate) fn seat_use(module: i32, back: &str) -> Asking<SeatUse> {
    get(&path(paths::SEAT_USE, module), &[("back", back)])
}

/// Whose seats of a module to free first.
pub(crate) fn suggestions(module: i32, query: &SuggestQuery) -> Asking<Suggestions> {
    let pairs = [("count", query.count.to_string())];
    let pairs = pairs
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    get(&path(paths::SUGGESTIONS, module), &pairs)
}

/// Frees a module from users.
pub(crate) fn free(module: i32, free: &Free) -> Asking<Freed> {
    let request = request(Method::POST, &path(paths::FREE, module), LONG_WAIT_MS);
    answered(with_json(request, free))
}

/// What a change of many users would do.
pub(crate) fn preview_many(what: &PreviewMany) -> Asking<Preview> {
    let request = request(Method::POST, paths::PREVIEW_MANY, LONG_WAIT_MS);
    answered(with_json(request, what))
}

/// Changes many users at once.
pub(crate) fn change_many(change: &ChangeMany) -> Asking<ChangedMany> {
    let request = request(Method::POST, paths::CHANGE_MANY, LONG_WAIT_MS);
    answered(with_json(request, change))
}

/// What was freed in the last days.
pub(crate) fn freeings() -> Asking<Freeings> {
    get(paths::FREEINGS, &[])
}

/// A page of a list of users.
pub(crate) fn users(query: &UsersQuery) -> Asking<Users> {
    of_users(paths::USERS, query)
}

/// How many match, exactly.
pub(crate) fn users_count(query: &UsersQuery) -> Asking<UserCounts> {
    of_users(paths::USERS_COUNT, query)
}

fn of_users<T: DeserializeOwned + 'static>(path: &str, query: &UsersQuery) -> Asking<T> {
    let pairs = listed(query);
    let mut pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    pairs.extend(query.after.as_deref().map(|after| ("after", after)));
    get(path, &pairs)
}

/// What a query says, with its list.
fn listed(query: &UsersQuery) -> Vec<(&'static str, String)> {
    let mut pairs = pairs(query);
    if query.list == UserList::OtherUsers {
        pairs.push(("list", "other_users".to_owned()));
    }
    pairs
}

/// By what associates can be parted.
pub(crate) fn user_parts() -> Asking<UserParts> {
    get(paths::USER_PARTS, &[])
}

/// The address of a list of users as CSV.
pub(crate) fn export_users(query: &UsersQuery, separator: &str) -> String {
    export(paths::EXPORT_USERS, separator, listed(query))
}

/// The address of the holders of a module as CSV.
pub(crate) fn export_holders(module: i32, search: &str, separator: &str) -> String {
    let pairs = vec![("search", search.to_owned())];
    export(&path(paths::EXPORT_HOLDERS, module), separator, pairs)
}

fn export(href: &str, separator: &str, pairs: Vec<(&'static str, String)>) -> String {
    [href, "?separator=", separator, &written(pairs)].concat()
}

/// Who match a query, for an act on all of them.
pub(crate) fn matching(query: &UsersQuery) -> Selected {
    Selected::Matching(written(listed(query)))
}

/// `&name=value` of each.
fn written(pairs: Vec<(&'static str, String)>) -> String {
    let mut written = String::new();
    for (name, value) in pairs {
        for part in ["&", name, "=", &percent_encoded(&value)] {
            written.push_str(part);
        }
    }
    written
}

/// One's own imports.
pub(crate) fn imports() -> Asking<Imports> {
    get(paths::IMPORTS, &[])
}

/// Begins to look what a file would do.
pub(crate) fn preview_import(import: &str, asked: &PreviewImport) -> Asking<Import> {
    send(Method::POST, &path(paths::PREVIEW_IMPORT, import), asked)
}

/// Begins to do it, or goes on.
pub(crate) fn apply_import(import: &str, asked: &ApplyImport) -> Asking<Import> {
    send(Method::POST, &path(paths::APPLY_IMPORT, import), asked)
}

/// Stops it.
pub(crate) fn stop_import(import: &str) -> Asking<Import> {
    send(Method::POST, &path(paths::STOP_IMPORT, import), &Done {})
}

/// Throws its file away.
pub(crate) fn remove_import(import: &str) -> Asking<Done> {
    send(Method::DELETE, &path(paths::IMPORT, import), &Done {})
}

/// One user, with what they hold.
pub(crate) fn user(user: i32) -> Asking<UserCard> {
    get(&path(paths::USER, user), &[])
}

/// Saves a user's card.
pub(crate) fn save_user(user: i32, save: &SaveUser) -> Asking<UserCard> {
    send(Method::PUT, &path(paths::USER, user), save)
}

fn get<T: DeserializeOwned + 'static>(path: &str, pairs: &[(&str, &str)]) -> Asking<T> {
    let request = request(Method::GET, path, WAIT_MS).query(pairs.iter().copied());
    answered(request.build())
}

fn send<T: DeserializeOwned + 'static>(
    method: Method,
    path: &str,
    body: &impl Serialize,
) -> Asking<T> {
    answered(with_json(request(method, path, WAIT_MS), body))
}

fn request(method: Method, path: &str, wait_ms: u32) -> RequestBuilder {
    let late = web_sys::AbortSignal::timeout_with_u32(wait_ms);
    RequestBuilder::new(path)
        .method(method)
        .header("accept", "application/json")
        .abort_signal(Some(&late))
}

type Request = Result<gloo_net::http::Request, gloo_net::Error>;

fn with_json(request: RequestBuilder, body: &impl Serialize) -> Request {
    let json = serde_json::to_string(body)?;
    request
        .header("content-type", "application/json")
        .body(JsValue::from_str(&json))
}

fn answered<T: DeserializeOwned + 'static>(request: Request) -> Asking<T> {
    made(text_of(request), |(text, id)| {
        json::read(&text).ok_or(Failure::Garbled(id))
    })
}

/// A call whose answer is made into something else. Not `async`, whose states are compiled anew for every use.
pub(crate) fn made<A: 'static, B: 'static>(
    asking: Asking<A>,
    make: impl FnOnce(A) -> Result<B, Failure> + Unpin + 'static,
) -> Asking<B> {
    let make = Some(make);
    Box::pin(Made { asking, make })
}

struct Made<A, F> {
    asking: Asking<A>,
    make: Option<F>,
}

impl<A, B, F: FnOnce(A) -> Result<B, Failure> + Unpin> Future for Made<A, F> {
    type Output = Result<B, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.asking.as_mut().poll(context) {
            Poll::Ready(Ok(answer)) => match self.make.take() {
                Some(make) => Poll::Ready(make(answer)),
                None => Poll::Pending,
            },
            Poll::Ready(Err(failure)) => Poll::Ready(Err(failure)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// What is done with a good answer.
pub(crate) type Then = Box<dyn FnOnce()>;

/// A call with what is done with its answer: the same for every act, so that acting is compiled once.
pub(crate) fn then<T: 'static>(
    asking: Asking<T>,
    done: impl FnOnce(T) + Unpin + 'static,
) -> Asking<Then> {
    made(asking, |answer| Ok(Box::new(move || done(answer)) as Then))
}

/// The text of a good answer, and its request id. Apart from [`answered`] so that it is compiled once.
fn text_of(request: Request) -> Asking<(String, Option<String>)> {
    Box::pin(async move {
        let request = request.map_err(|_| Failure::Garbled(None))?;
        let answer = request.send().await.map_err(|_| Failure::Offline)?;
        let id = answer.headers().get("x-request-id");
        let text = answer.text().await.map_err(|_| Failure::Offline)?;
        judged(answer.ok(), text, id)
    })
}

/// A good answer as it is, a bad one as a failure.
pub(crate) fn judged(
    good: bool,
    text: String,
    id: Option<String>,
) -> Result<(String, Option<String>), Failure> {
    if good {
        return Ok((text, id));
    }
    let Some(body) = json::read::<ErrorBody>(&text) else {
        return Err(Failure::Garbled(id));
    };
    if body.code == licensing::wire::ErrorCode::Unauthenticated {
        return Err(Failure::SignedOut);
    }
    Err(Failure::Refused(Box::new(body)))
}
