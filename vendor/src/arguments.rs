//! The command line of `zetel-vendor`: what each command takes, and what its help says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use licensing::license::{OwnerName, Timestamp};

/// The license server of a module owner: make keys, issue licenses, serve them to consoles.
#[derive(Parser)]
#[command(name = "zetel-vendor", version, arg_required_else_help = true, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
In this order:
  zetel-vendor keys root --out keys
      once; give keys/root.jwk to your customers by a way that they trust
  zetel-vendor keys owner --root keys/root.private.jwk --owner FJORDMAPS --description \"Fjord Maps\" \\
      --license-url https://licenses.example --data data
      once for each owner
  zetel-vendor issue --data data --catalogue catalogue.toml --order order.toml --out license.lic
      for every order
  zetel-vendor serve --data data --listen 127.0.0.1:8700
      all the time

A data folder holds the owner's key, its certificate, and vendor.db with everything that was issued: keep a copy of it.
Each command explains itself: zetel-vendor issue --help.

Ends with 0 when all is well, 1 when it failed, 2 when the command line is wrong.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes keys: a root, or an owner's with its certificate
    #[command(subcommand)]
    Keys(Keys),
    /// Signs the license of an order, counts its sequence, and publishes it
    #[command(after_long_help = ISSUE_HELP)]
    Issue(Issue),
    /// Records that an installation may change its serial number and company
    ///
    /// The console then asks for exactly this change and gets the license of the new serial number. Issue that license, too.
    #[command(after_help = "Example:
  zetel-vendor register --data data --from 1000000000 --to 1010000042 --company \"Meridian Trading BV\"")]
    Register(Register),
    /// Answers "withdrawn" for a serial number, until something new is issued for it
    ///
    /// What a console has installed stays in force; a license that still waits there is dropped.
    #[command(after_help = "Example:
  zetel-vendor withdraw --data data --serial 1010000042")]
    Withdraw(Withdraw),
    /// Answers consoles over HTTP until it is told to stop (Ctrl-C, SIGTERM)
    #[command(after_long_help = SERVE_HELP)]
    Serve(Serve),
}

const ISSUE_HELP: &str = "\
Catalogue, what can be sold:
  owner = \"FJORDMAPS\"                    # as certified
  description = \"Fjord Maps AS\"          # the full name
  version = \"4.2\"                        # optional, as product, product_type, deployment_type, extra_flags
  [[module]]
  name = \"maps\"
  description = \"Maps\"
  [[module]]
  name = \"premium\"                       # a user plan
  description = \"Premium\"
  set = [\"maps\", \"routes\"]               # what it brings
  group = \"plans\"                        # a user holds at most one plan of a group
  allowed_user_type = \"InternalAssociate\"
  [[module]]
  name = \"routes\"
  description = \"Routes\"
  hidden = true                          # comes with plans only
  prerequisite = \"maps\"
  # optional: tooltip, version, type (\"SiteLicense\", \"SatelliteLicense\"), extra_flags, sort_order

Order, what somebody bought:
  serial_nr = \"1010000042\"
  company_name = \"Meridian Trading BV\"
  expiry_date = \"2027-03-27\"             # optional, as next_check_date, maintenance_date, admin_warning_date, grace_date
  reference = \"O-1234\"                   # optional; --reference wins
  [modules]                              # what is not named is not sold
  maps = 12
  premium = \"unrestricted\"               # named users without a limit
  routes = 12                            # a site license is \"included\"
  [limits]                               # optional, of the plan as a whole
  projects = 100

What a console would refuse is not issued. Sequences grow for each serial number and are never used twice, held ones included.

Example:
  zetel-vendor issue --data data --catalogue catalogue.toml --order order.toml --reference O-1234 --out license.lic";

const SERVE_HELP: &str = "\
This speaks plain HTTP, so it listens on loopback alone. For the net, put a proxy that speaks TLS in front and say
--behind-tls-proxy. /healthz answers 200 while it runs. ZETEL_VENDOR_LOG sets what is logged (\"info\").

Example:
  zetel-vendor serve --data data --listen 127.0.0.1:8700";

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Makes a root key: NAME.jwk for whoever is to trust it, NAME.private.jwk for you alone
    ///
    /// Whoever has the private file can certify owners: keep it off the machine that serves. No file is overwritten.
    #[command(after_help = "Example:
  zetel-vendor keys root --out keys")]
    Root {
        /// Folder for both files
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// Name of the files
        #[arg(long, default_value = "root", value_parser = file_name)]
        name: String,
    },
    /// Makes an owner's key in a data folder, and certifies it by a root
    ///
    /// owner.private.jwk and owner.crt are made there; to make a new key later, move these two and root.jwk away first.
    #[command(after_help = "Example:
  zetel-vendor keys owner --root keys/root.private.jwk --owner FJORDMAPS --description \"Fjord Maps\" \\
      --license-url https://licenses.example --contact-url mailto:licenses@fjordmaps.example --data data")]
    Owner(Owner),
}

/// A name without a folder.
fn file_name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if (1..=100).contains(&text.len()) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("1 to 100 letters, digits, - and _".to_owned())
    }
}

#[derive(Args)]
pub(crate) struct Owner {
    /// The root's private key: NAME.private.jwk
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// Code name of the owner, A-Z and 0-9
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: OwnerName,
    /// Name of the owner's tab in the console
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: String,
    /// Where consoles fetch licenses (https)
    #[arg(long, value_name = "URL")]
    pub(crate) license_url: Option<String>,
    /// Where administrators buy (https)
    #[arg(long, value_name = "URL")]
    pub(crate) store_url: Option<String>,
    /// How to reach the owner (https or mailto)
    #[arg(long, value_name = "URL")]
    pub(crate) contact_url: Option<String>,
    /// Valid from this instant, RFC 3339 in UTC [default: now]
    #[arg(long, value_name = "INSTANT")]
    pub(crate) valid_from: Option<Timestamp>,
    /// Valid for so many days
    #[arg(long, value_name = "DAYS", default_value_t = 730, value_parser = clap::value_parser!(i64).range(1..=36_500))]
    pub(crate) valid_days: i64,
    /// Data folder of this owner
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
}

#[derive(Args)]
pub(crate) struct Issue {
    /// Data folder of the owner
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// What can be sold (TOML; see below)
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: PathBuf,
    /// What was ordered (TOML; see below)
    #[arg(long, value_name = "FILE")]
    pub(crate) order: PathBuf,
    /// The sequence, above every other of the serial number [default: the next]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) sequence: Option<u64>,
    /// When it counts as signed, RFC 3339 in UTC [default: now]
    #[arg(long, value_name = "INSTANT")]
    pub(crate) issued_at: Option<Timestamp>,
    /// Sign and count, but do not serve: for the mail
    #[arg(long)]
    pub(crate) hold: bool,
    /// Write the license as a file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Your order number, for the history [default: the order's]
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<String>,
}

#[derive(Args)]
pub(crate) struct Register {
    /// Data folder of the owner
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// Serial number so far
    #[arg(long, value_name = "SERIAL")]
    pub(crate) from: String,
    /// New serial number
    #[arg(long, value_name = "SERIAL")]
    pub(crate) to: String,
    /// Company of the new serial number, as its licenses have it
    #[arg(long, value_name = "TEXT")]
    pub(crate) company: String,
}

#[derive(Args)]
pub(crate) struct Withdraw {
    /// Data folder of the owner
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// Serial number
    #[arg(long)]
    pub(crate) serial: String,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Data folder of the owner
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8700")]
    pub(crate) listen: SocketAddr,
    /// A proxy in front speaks TLS: listen beyond loopback, and take who asks from its X-Forwarded-For
    #[arg(long)]
    pub(crate) behind_tls_proxy: bool,
    /// Add the order page at /store: for trying out, no payment, loopback only
    #[arg(long, conflicts_with = "behind_tls_proxy")]
    pub(crate) store: bool,
    /// Most requests of one address in a minute; 429 beyond
    #[arg(long, value_name = "NUMBER", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests_per_minute: u32,
    /// Stop when standard input ends: with the program that started this
    #[arg(long, hide = true)]
    pub(crate) until_stdin_ends: bool,
}
