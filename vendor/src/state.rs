//! What serving needs: the memory, the data folder, and who asked how often.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::db::Db;

/// A minute: the window of the limit.
const WINDOW: Duration = Duration::from_secs(60);
/// Most addresses that the limit remembers; when there are more, it begins anew.
const PEERS_MAX: usize = 10_000;

/// What serving needs. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    /// The license server's memory.
    pub db: Db,
    /// Data folder: the order page issues.
    pub data: Arc<PathBuf>,
    /// Most requests of one address in a minute; 429 beyond.
    pub requests_per_minute: u32,
    seen: Arc<Mutex<HashMap<IpAddr, (Instant, u32)>>>,
}

impl Server {
    /// Over this data folder.
    #[must_use]
    pub fn new(db: Db, data: PathBuf, requests_per_minute: u32) -> Self {
        Self {
            db,
            data: Arc::new(data),
            requests_per_minute,
            seen: Arc::default(),
        }
    }

    /// Seconds to wait when this address asks too often.
    pub(crate) fn too_often(&self, peer: IpAddr) -> Option<u64> {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= PEERS_MAX && !seen.contains_key(&peer) {
            seen.clear();
        }
        let (since, count) = seen.entry(peer).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > self.requests_per_minute)
            .then(|| (WINDOW - now.duration_since(*since)).as_secs().max(1))
    }
}
