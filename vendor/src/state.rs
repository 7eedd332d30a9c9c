//! What serving needs: the memory, the data folder, and who asked how often.

use std::path::PathBuf;
use std::sync::Arc;

use crate::db::Db;
use crate::limit::Limit;

/// What serving needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Server {
    /// The license server's memory.
    pub db: Db,
    /// Data folder: the order page issues.
    pub data: Arc<PathBuf>,
    /// How often one address may ask.
    pub limit: Arc<Limit>,
    /// A proxy of ours says in `X-Forwarded-For` who asks.
    pub behind_proxy: bool,
}

impl Server {
    /// Over this data folder.
    #[must_use]
    pub fn new(db: Db, data: PathBuf, requests_per_minute: u32) -> Self {
        Self {
            db,
            data: Arc::new(data),
            limit: Arc::new(Limit::new(requests_per_minute)),
            behind_proxy: false,
        }
    }
}
