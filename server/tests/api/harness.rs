//! A console of its own for each test: real router, fresh database, a clock that stands still.
//!
//! `for_each_database(async |console| …)` runs a test on SQLite and, when `ZETEL_TEST_POSTGRES` holds the address of a
//! server where databases may be created, on PostgreSQL. Sign in with [`Console::administrator`] or
//! [`Console::reader`], then ask with the [`Browser`] that it answers.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::FutureExt as _;
use jiff::tz::TimeZone;
use licensing::license::{Timestamp, UserType};
use licensing::wire::{ErrorBody, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::State;
use server::clock::Clock;
use server::config::Config;
use server::db::users::Profile;
use server::db::{Address, Db, transaction, users};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// Now, of every console: 2026-07-01T10:00:00Z, which is noon in Amsterdam.
pub(crate) const NOW: Timestamp = Timestamp(1_782_900_000_000);
/// Where the browsers are.
pub(crate) const HERE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 40_000);
/// Largest answer that a test reads, in bytes.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

/// Runs a test on a fresh console, once per database.
pub(crate) async fn for_each_database(test: impl AsyncFn(Console)) {
    for_each_database_with(|_| (), test).await;
}

/// As [`for_each_database`], with a configuration of the test's own.
pub(crate) async fn for_each_database_with(
    configure: impl Fn(&mut Config),
    test: impl AsyncFn(Console),
) {
    eprintln!("on SQLite:");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("zetel.db");
    let url = format!("sqlite:{}", file.display());
    let console = Console::open(&url, folder, &configure).await;
    test(console).await;

    let Ok(server) = std::env::var("ZETEL_TEST_POSTGRES") else {
        eprintln!("not on PostgreSQL: ZETEL_TEST_POSTGRES is not set");
        return;
    };
    eprintln!("on PostgreSQL:");
    let name = format!("zetel_test_{}", uuid::Uuid::now_v7().simple());
    administer(&server, &format!("create database {name}")).await;
    let mut url: reqwest::Url = server.parse().expect("ZETEL_TEST_POSTGRES is an address");
    url.set_path(&name);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let console = Console::open(url.as_str(), folder, &configure).await;
    let ran = AssertUnwindSafe(test(console)).catch_unwind().await;
    administer(&server, &format!("drop database {name} with (force)")).await;
    if let Err(panic) = ran {
        std::panic::resume_unwind(panic);
    }
}

async fn administer(server: &str, statement: &str) {
    let mut connection = PgConnection::connect(server)
        .await
        .expect("the server of ZETEL_TEST_POSTGRES answers");
    connection
        .execute(AssertSqlSafe(statement))
        .await
        .expect("databases may be created");
}

/// A console. Cheap to clone; clones are the same one.
#[derive(Clone)]
pub(crate) struct Console {
    /// What its handlers work with.
    pub(crate) state: State,
    /// Its address, for what opens the database once more.
    pub(crate) database_url: String,
    router: Router,
    folder: std::sync::Arc<TempDir>,
}

impl Console {
    async fn open(url: &str, folder: TempDir, configure: &impl Fn(&mut Config)) -> Self {
        // The first one wins; later ones are the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut config = Config {
            database_url: url.to_owned(),
            time_zone: "Europe/Amsterdam".to_owned(),
            import_folder: Some(folder.path().join("imports")),
            ..Config::default()
        };
        configure(&mut config);
        let address: Address = url.parse().expect("the address is well-formed");
        let db = Db::open(&address).await.expect("the database opens");
        db.migrate().await.expect("the schema is made");
        let zone = TimeZone::get(&config.time_zone).expect("the zone exists");
        let state = State::new(config, db, Clock::fixed(NOW, zone)).expect("the console starts");
        Self {
            router: server::app(state.clone()),
            state,
            database_url: url.to_owned(),
            folder: std::sync::Arc::new(folder),
        }
    }

    /// The same console with other settings.
    pub(crate) fn with_config(&self, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::clone(&self.state.config);
        configure(&mut config);
        self.with_state(State {
            config: config.into(),
            ..self.state.clone()
        })
    }

    /// The same console, whose handlers work with something else.
    pub(crate) fn with_state(&self, state: State) -> Self {
        Self {
            router: server::app(state.clone()),
            state,
            ..self.clone()
        }
    }

    /// A folder for the test's files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The router.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// Adds an associate of this user ID, and answers their id.
    pub(crate) async fn person(&self, user_id: &str) -> i32 {
        self.user(person(user_id)).await
    }

    /// Adds a user, and answers their id.
    pub(crate) async fn user(&self, profile: Profile) -> i32 {
        let profiles = [profile];
        let ids = transaction!(&self.state.db, tx => users::insert(tx, &profiles).await);
        ids.expect("the user is new")[0]
    }

    /// Adds an administrator, who signs in.
    pub(crate) async fn administrator(&self) -> Browser {
        self.signed_in("admin", true).await
    }

    /// Adds somebody who is no administrator, who signs in.
    pub(crate) async fn reader(&self) -> Browser {
        self.signed_in("reader", false).await
    }

    /// Adds somebody, who signs in.
    pub(crate) async fn signed_in(&self, user_id: &str, administrator: bool) -> Browser {
        let user = self.person(user_id).await;
        // Hashing a password takes long on purpose; the tests of signing in do it for all.
        let now = self.state.clock.now();
        let credited: Result<(), server::error::Error> = transaction!(&self.state.db, tx => {
            server::db::sessions::set_credential(tx, user, "none", administrator, now).await
        });
        credited.expect("the user exists");
        let begun = server::auth::begin(&self.state, user, None)
            .await
            .expect("a session begins");
        Browser {
            router: self.router(),
            cookie: Some(begun.cookie.stripped().to_string()),
            user,
            address: HERE,
        }
    }

    /// A browser in which nobody has signed in.
    pub(crate) fn stranger(&self) -> Browser {
        Browser {
            router: self.router(),
            cookie: None,
            user: 0,
            address: HERE,
        }
    }
}

/// An associate of this user ID.
pub(crate) fn person(user_id: &str) -> Profile {
    Profile {
        user_id: user_id.to_owned(),
        first_name: user_id.to_owned(),
        last_name: "Jansen".to_owned(),
        full_name: format!("{user_id} Jansen"),
        email: format!("{user_id}@example.com"),
        user_type: UserType::InternalAssociate,
        primary_group: "Sales".to_owned(),
        role: "User".to_owned(),
        company: "Meridian Trading BV".to_owned(),
        can_log_in: true,
        former_employee: false,
        waiting_for_approval: false,
        last_sign_in: None,
    }
}

/// Asks the console, with the cookie of whoever signed in.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    /// As the browser sends it.
    pub(crate) cookie: Option<String>,
    /// Id of who signed in; 0: nobody.
    pub(crate) user: i32,
    /// Where it is.
    pub(crate) address: SocketAddr,
}

impl Browser {
    /// The same browser, asking another router.
    pub(crate) fn of(self, router: Router) -> Self {
        Self { router, ..self }
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Body::empty()).await
    }

    /// POST of JSON.
    pub(crate) async fn post(&self, path: &str, json: &impl Serialize) -> Answer {
        self.ask(Method::POST, path, body(json)).await
    }

    /// PUT of JSON.
    pub(crate) async fn put(&self, path: &str, json: &impl Serialize) -> Answer {
        self.ask(Method::PUT, path, body(json)).await
    }

    /// DELETE with JSON.
    pub(crate) async fn delete(&self, path: &str, json: &impl Serialize) -> Answer {
        self.ask(Method::DELETE, path, body(json)).await
    }

    /// POST of a file's bytes.
    pub(crate) async fn post_file(&self, path: &str, file: impl Into<Bytes>) -> Answer {
        let mut request = self.request(Method::POST, path, Body::from(file.into()));
        request.headers_mut().insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/octet-stream"),
        );
        self.send(request).await
    }

    /// Any method, any body of JSON.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Body) -> Answer {
        self.send(self.request(method, path, body)).await
    }

    /// A request as the browser sends it, to be changed by the test.
    pub(crate) fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "console.test")
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
            .extension(ConnectInfo(self.address))
            .body(body)
            .expect("the request is well-formed")
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router never fails");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, ANSWER_MAX)
            .await
            .expect("the answer ends");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// A body of JSON.
pub(crate) fn body(json: &impl Serialize) -> Body {
    Body::from(serde_json::to_vec(json).expect("it serializes"))
}

/// An answer of the console.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Status.
    pub(crate) status: StatusCode,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body.
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body of an answer that says yes.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).expect("the answer is what the wire says")
    }

    /// The body of an answer that says no; status and body must agree.
    #[track_caller]
    pub(crate) fn error(&self, status: StatusCode, code: ErrorCode) -> ErrorBody {
        let body: ErrorBody = serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.status, self.text()));
        assert_eq!((self.status, body.code), (status, code), "{body:?}");
        assert_eq!(self.header("x-request-id"), Some(body.request_id.as_str()));
        body
    }

    /// A header, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
