//! The console's HTTP calls: one plain async function per path of `licensing::wire::paths`, named as its handler.
//!
//! No signals, no words: what fails is a [`Failure`], and `parts::failure` says it. To add a call: its path and types
//! in `licensing::wire`, then its function here.

use gloo_net::http::{Method, RequestBuilder};
use licensing::license::Installation;
use licensing::wire::{
    About, Activate, Activated, Assign, Checked, Discard, Done, ErrorBody, Free, Freed, Holders,
    HoldersQuery, Licenses, Loaded, Seen, Session, SetActivation, SignIn, SuggestQuery,
    Suggestions, UserCard, UserLicenses, UserList, Users, UsersQuery, path, paths,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::route::sort_name;

/// Longest wait for an answer, in milliseconds.
const WAIT_MS: u32 = 30_000;
/// Longest wait for an answer that needs a license server or a large act, in milliseconds.
const LONG_WAIT_MS: u32 = 120_000;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// No answer: no connection, or not in time.
    Offline,
    /// Not signed in, or no more.
    SignedOut,
    /// The server's no, with its reason.
    Refused(Box<ErrorBody>),
    /// An answer that makes no sense: its request id, where there was one.
    Garbled(Option<String>),
}

type Answer<T> = Result<T, Failure>;

/// What anyone may know before signing in.
pub(crate) async fn about() -> Answer<About> {
    get(paths::ABOUT, &[]).await
}

/// Signs in.
pub(crate) async fn sign_in(sign_in: &SignIn) -> Answer<Session> {
    send(Method::POST, paths::SESSION, sign_in).await
}

/// Who is signed in.
pub(crate) async fn session() -> Answer<Session> {
    get(paths::SESSION, &[]).await
}

/// Signs out.
pub(crate) async fn sign_out() -> Answer<Done> {
    send(Method::DELETE, paths::SESSION, &Done {}).await
}

/// The Licences screen.
pub(crate) async fn licenses() -> Answer<Licenses> {
    get(paths::LICENSES, &[]).await
}

/// Activates an offer.
pub(crate) async fn activate(activate: &Activate) -> Answer<Activated> {
    let request = request(Method::POST, paths::ACTIVATE, LONG_WAIT_MS);
    answered(with_json(request, activate)).await
}

/// Verifies a file and makes it the owner's offer.
pub(crate) async fn load_file(file: &web_sys::Blob) -> Answer<Loaded> {
    let request = request(Method::POST, paths::LOAD_FILE, LONG_WAIT_MS)
        .header("content-type", "application/octet-stream");
    answered(request.body(file)).await
}

/// Asks an owner's license server now.
pub(crate) async fn check(owner: &str) -> Answer<Checked> {
    let request = request(Method::POST, &path(paths::CHECK, owner), LONG_WAIT_MS);
    answered(request.build()).await
}

/// Discards an offer that came from a file.
pub(crate) async fn discard_offer(owner: &str, discard: &Discard) -> Answer<Done> {
    send(Method::DELETE, &path(paths::OFFER, owner), discard).await
}

/// Says that the license which was activated by itself has been looked at.
pub(crate) async fn seen(owner: &str, seen: &Seen) -> Answer<Done> {
    send(Method::POST, &path(paths::SEEN, owner), seen).await
}

/// Sets whether new licenses are activated by themselves.
pub(crate) async fn set_activation(owner: &str, activation: &SetActivation) -> Answer<Done> {
    send(Method::PUT, &path(paths::ACTIVATION, owner), activation).await
}

/// Sets serial number and company of an empty console.
pub(crate) async fn set_installation(installation: &Installation) -> Answer<Done> {
    send(Method::PUT, paths::INSTALLATION, installation).await
}

/// Asks for a change of serial number and license owner.
pub(crate) async fn change_serial_number(installation: &Installation) -> Answer<Loaded> {
    let request = request(Method::POST, paths::CHANGE_SERIAL_NUMBER, LONG_WAIT_MS);
    answered(with_json(request, installation)).await
}

/// Every user license with its use.
pub(crate) async fn user_licenses() -> Answer<UserLicenses> {
    get(paths::USER_LICENSES, &[]).await
}

/// A page of the holders of a module.
pub(crate) async fn holders(module: i32, query: &HoldersQuery) -> Answer<Holders> {
    let mut pairs = vec![("search", query.search.as_str())];
    pairs.extend(query.after.as_deref().map(|after| ("after", after)));
    get(&path(paths::HOLDERS, module), &pairs).await
}

/// Whose seats of a module to free first.
pub(crate) async fn suggestions(module: i32, query: &SuggestQuery) -> Answer<Suggestions> {
    let pairs = [("count", query.count.to_string())];
    let pairs = pairs
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    get(&path(paths::SUGGESTIONS, module), &pairs).await
}

/// Frees a module from users.
pub(crate) async fn free(module: i32, free: &Free) -> Answer<Freed> {
    let request = request(Method::POST, &path(paths::FREE, module), LONG_WAIT_MS);
    answered(with_json(request, free)).await
}

/// A page of a list of users.
pub(crate) async fn users(query: &UsersQuery) -> Answer<Users> {
    let list = match query.list {
        UserList::Associates => "associates",
        UserList::OtherUsers => "other_users",
    };
    let module = query.module.map(|module| module.to_string());
    let mut pairs = vec![("list", list), ("sort", sort_name(query.sort))];
    if !query.search.is_empty() {
        pairs.push(("search", &query.search));
    }
    pairs.extend(module.as_deref().map(|module| ("module", module)));
    pairs.extend(query.can_log_in.then_some(("can_log_in", "true")));
    pairs.extend(query.descending.then_some(("descending", "true")));
    pairs.extend(query.after.as_deref().map(|after| ("after", after)));
    get(paths::USERS, &pairs).await
}

/// One user, with what they hold.
pub(crate) async fn user(user: i32) -> Answer<UserCard> {
    get(&path(paths::USER, user), &[]).await
}

/// Assigns one license to one user.
pub(crate) async fn assign(user: i32, assign: &Assign) -> Answer<UserCard> {
    send(Method::POST, &path(paths::ASSIGN, user), assign).await
}

async fn get<T: DeserializeOwned>(path: &str, pairs: &[(&str, &str)]) -> Answer<T> {
    let request = request(Method::GET, path, WAIT_MS).query(pairs.iter().copied());
    answered(request.build()).await
}

async fn send<T: DeserializeOwned>(method: Method, path: &str, body: &impl Serialize) -> Answer<T> {
    answered(with_json(request(method, path, WAIT_MS), body)).await
}

fn request(method: Method, path: &str, wait_ms: u32) -> RequestBuilder {
    let late = web_sys::AbortSignal::timeout_with_u32(wait_ms);
    RequestBuilder::new(path)
        .method(method)
        .header("accept", "application/json")
        .abort_signal(Some(&late))
}

fn with_json(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Result<gloo_net::http::Request, gloo_net::Error> {
    let json = serde_json::to_string(body)?;
    request
        .header("content-type", "application/json")
        .body(JsValue::from_str(&json))
}

async fn answered<T: DeserializeOwned>(
    request: Result<gloo_net::http::Request, gloo_net::Error>,
) -> Answer<T> {
    let (text, id) = text_of(request).await?;
    serde_json::from_str(&text).map_err(|_| Failure::Garbled(id))
}

/// The text of a good answer, and its request id. Apart from [`answered`] so that it is compiled once.
async fn text_of(
    request: Result<gloo_net::http::Request, gloo_net::Error>,
) -> Answer<(String, Option<String>)> {
    let request = request.map_err(|_| Failure::Garbled(None))?;
    let answer = request.send().await.map_err(|_| Failure::Offline)?;
    let id = answer.headers().get("x-request-id");
    let text = answer.text().await.map_err(|_| Failure::Offline)?;
    if answer.ok() {
        return Ok((text, id));
    }
    let Ok(body) = serde_json::from_str::<ErrorBody>(&text) else {
        return Err(Failure::Garbled(id));
    };
    if body.code == licensing::wire::ErrorCode::Unauthenticated {
        return Err(Failure::SignedOut);
    }
    Err(Failure::Refused(Box::new(body)))
}
