//! A license server of a test's own on loopback, well-behaved or hostile: it answers what the test tells it to, and keeps
//! what it was asked. The genuine one is tested with the console by the end-to-end tests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use licensing::retrieval::LICENSE_MEDIA_TYPE;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body as text.
    pub(crate) body: String,
}

impl Question {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

type Answering = Arc<dyn Fn(&Question) -> Response + Send + Sync>;

/// A license server; gone when it is dropped.
pub(crate) struct LicenseServer {
    /// Its address.
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Question>>>,
    came: Arc<Notify>,
    answering: Arc<Mutex<Answering>>,
    running: JoinHandle<()>,
}

impl LicenseServer {
    /// One that knows nobody.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let nobody: Answering = Arc::new(|_| StatusCode::NOT_FOUND.into_response());
        let asked: Arc<Mutex<Vec<Question>>> = Arc::default();
        let came = Arc::new(Notify::new());
        let answering = Arc::new(Mutex::new(nobody));
        let router = Router::new().fallback({
            let (asked, came, answering) = (asked.clone(), came.clone(), answering.clone());
            async move |request: Request| {
                let question = question(request).await;
                let answer = lock(&answering).clone();
                lock(&asked).push(question.clone());
                came.notify_one();
                answer(&question)
            }
        });
        let running = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self {
            url: format!("http://{address}"),
            asked,
            came,
            answering,
            running,
        }
    }

    /// From now on it answers so.
    pub(crate) fn answers(&self, answer: impl Fn(&Question) -> Response + Send + Sync + 'static) {
        *lock(&self.answering) = Arc::new(answer);
    }

    /// From now on it serves this license, to whoever does not have it.
    pub(crate) fn serves(&self, sequence: u64, compact: &str) {
        let compact = compact.to_owned();
        self.answers(move |question| {
            let tag = licensing::retrieval::etag(sequence);
            if question.header("if-none-match") == tag {
                StatusCode::NOT_MODIFIED.into_response()
            } else {
                let headers = [
                    (header::CONTENT_TYPE, LICENSE_MEDIA_TYPE),
                    (header::ETAG, &tag),
                ];
                (headers, compact.clone()).into_response()
            }
        });
    }

    /// Waits until it was asked for this path.
    pub(crate) async fn is_asked_for(&self, path: &str) {
        while !self.asked().iter().any(|question| question.path == path) {
            self.came.notified().await;
        }
    }

    /// Everything that it was asked.
    pub(crate) fn asked(&self) -> Vec<Question> {
        lock(&self.asked).clone()
    }
}

impl Drop for LicenseServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn question(request: Request) -> Question {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024)
        .await
        .expect("a small body");
    Question {
        method: parts.method,
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("a body of text"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A license as a license server answers it.
pub(crate) fn license(compact: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, LICENSE_MEDIA_TYPE)];
    (headers, compact.to_owned()).into_response()
}
