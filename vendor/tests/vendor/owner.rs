//! What the tests begin with: an owner with fresh keys in a folder of its own, a catalogue, orders, and the real router.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use licensing::license::{Installation, License, Timestamp};
use licensing::retrieval::{COMPANY_HEADER, percent_encoded};
use licensing::trust::Trust;
use tempfile::TempDir;
use tower::ServiceExt as _;
use vendor::Failure;
use vendor::catalogue::{Catalogue, Order, Quantity};
use vendor::db::Db;
use vendor::issue::{Issued, Issuing, issue, keep_catalogue};
use vendor::keys::{NewOwner, make_owner, make_root, root_of};
use vendor::serve::router;
use vendor::state::Server;

/// When the tests issue: 2026-11-24T09:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_510_800_000);
pub(crate) const SERIAL: &str = "1010000042";
pub(crate) const COMPANY: &str = "Meridian Trading BV";
/// Largest answer that a test reads, in bytes.
const ANSWER_MAX: usize = 1024 * 1024;

/// Two plans that bring a hidden license, a single license, one without a ceiling, one for everyone.
pub(crate) const CATALOGUE: &str = r#"
owner = "FJORDMAPS"
description = "Fjord Maps AS"
version = "4.2"

[[module]]
name = "sales"
description = "Sales <Premium>"
set = ["combined"]
group = "sales"

[[module]]
name = "marketing"
description = "Marketing"
set = ["combined"]

[[module]]
name = "maps"
description = "Maps"
tooltip = "Companies on a map"

[[module]]
name = "private"
description = "Private"

[[module]]
name = "tools"
description = "Tools"
type = "SiteLicense"

[[module]]
name = "combined"
description = "Combined"
hidden = true
"#;

/// An owner whose keys and licenses are in a folder that goes with it.
pub(crate) struct Owner {
    pub(crate) folder: TempDir,
    pub(crate) db: Db,
    pub(crate) catalogue: Catalogue,
}

/// How a test issues.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    pub(crate) sequence: Option<u64>,
    pub(crate) hold: bool,
}

impl Owner {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let (_, root) = make_root(&folder.path().join("keys"), "root").expect("the folder is new");
        let owner = NewOwner {
            name: "FJORDMAPS".parse().expect("a name"),
            description: "Fjord Maps".to_owned(),
            not_before: NOW.plus_days(-4_000),
            not_after: NOW.plus_days(40_000),
            store_url: None,
            license_url: None,
            contact_url: None,
        };
        let data = folder.path().join("data");
        make_owner(&data, &root, &owner).expect("the folder is new");
        let db = Db::open(&data).await.expect("the folder is new");
        Self {
            folder,
            db,
            catalogue: toml::from_str(CATALOGUE).expect("the catalogue is one"),
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) async fn issue(&self, order: &Order, how: How) -> Result<Issued, Failure> {
        let data = self.data();
        let issuing = Issuing {
            data: &data,
            sequence: how.sequence,
            issued_at: NOW,
            now: NOW,
            hold: how.hold,
            reference: None,
            out: None,
        };
        let issued = issue(&self.db, &issuing, &self.catalogue, order).await?;
        keep_catalogue(&data, &self.catalogue)?;
        Ok(issued)
    }

    /// Publishes this number of sales, as this sequence.
    pub(crate) async fn publish(&self, sales: i32, sequence: u64) -> License {
        let how = How {
            sequence: Some(sequence),
            hold: false,
        };
        let issued = self.issue(&order(sales), how).await;
        issued
            .expect("the order is whole")
            .license
            .license()
            .clone()
    }

    /// What a console of this owner's customers trusts.
    pub(crate) fn trust(&self) -> Trust {
        Trust {
            roots: vec![root_of(&self.data()).expect("keys were made")],
            denied: Vec::new(),
        }
    }

    /// The license server, with the order page.
    pub(crate) fn server(&self) -> Router {
        self.limited_to(600)
    }

    pub(crate) fn limited_to(&self, requests_per_minute: u32) -> Router {
        router(
            Server::new(self.db.clone(), self.data(), requests_per_minute),
            true,
        )
    }

    /// A call of a console of the customer.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        answered(self.server(), asking(path, COMPANY)).await
    }
}

/// An order of so many sales for the customer.
pub(crate) fn order(sales: i32) -> Order {
    let toml = format!(
        r#"
        serial_nr = "{SERIAL}"
        company_name = "{COMPANY}"
        reference = "O-1"
        [modules]
        sales = {sales}
        marketing = 10
        maps = 9
        private = "unrestricted"
        tools = "included"
        combined = 100
        "#
    );
    toml::from_str(&toml).expect("the order is one")
}

/// The same, with another number of one module.
pub(crate) fn with(mut order: Order, module: &str, quantity: i32) -> Order {
    let name = module.parse().expect("a name");
    order.modules.insert(name, Quantity::Number(quantity));
    order
}

pub(crate) fn customer() -> Installation {
    Installation {
        serial_nr: SERIAL.to_owned(),
        company_name: COMPANY.to_owned(),
    }
}

/// A GET as a console makes it for a company.
pub(crate) fn asking(path: &str, company: &str) -> Request<Body> {
    Request::get(path)
        .header(COMPANY_HEADER, percent_encoded(company))
        .body(Body::empty())
        .expect("the parts are well-formed")
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What the router answers to a request from this machine.
pub(crate) async fn answered(router: Router, mut request: Request<Body>) -> Answer {
    let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router.oneshot(request).await;
    let (parts, body) = answer
        .expect("a router answers whatever comes")
        .into_parts();
    let bytes = to_bytes(body, ANSWER_MAX).await.expect("it is not larger");
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.into()).expect("answers are text"),
    }
}
