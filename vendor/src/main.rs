//! `zetel-vendor`: makes keys, issues licenses, serves them to consoles.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use licensing::license::{OwnerName, Timestamp};
use tracing_subscriber::EnvFilter;
use vendor::Failure;
use vendor::catalogue::{Catalogue, Order, read};
use vendor::clock::now;
use vendor::db::Db;
use vendor::issue::{Issuing, issue};
use vendor::keys::{NewOwner, make_owner, make_root};
use vendor::serve::router;
use vendor::state::Server;

/// The license server of a module owner: make keys, issue licenses, serve them to consoles.
///
/// In this order: `keys root` once, `keys owner` once per owner, `issue` for every order, `serve` all the time.
#[derive(Parser)]
#[command(name = "zetel-vendor", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a root key, or an owner's key with its certificate
    #[command(subcommand)]
    Keys(Keys),
    /// Sign the license of an order, count its sequence, and publish it
    Issue(Issue),
    /// Record that a customer may change to another serial number
    Register(Register),
    /// Answer "withdrawn" for a serial number, until something new is issued for it
    Withdraw(Withdraw),
    /// Answer consoles over HTTP
    Serve(Serve),
}

#[derive(Subcommand)]
enum Keys {
    /// Make a root key: NAME.jwk for whoever is to trust it, NAME.private.jwk for you alone
    Root {
        /// Folder for both files
        #[arg(long)]
        out: PathBuf,
        /// Name of the files
        #[arg(long, default_value = "root")]
        name: String,
    },
    /// Make an owner's key in a data folder, and certify it by a root
    Owner(Owner),
}

#[derive(Args)]
struct Owner {
    /// The root's private key: NAME.private.jwk
    #[arg(long)]
    root: PathBuf,
    /// Code name of the owner, A-Z and 0-9
    #[arg(long)]
    owner: OwnerName,
    /// Name of the owner's tab in the console
    #[arg(long)]
    description: String,
    /// Where consoles fetch licenses (https)
    #[arg(long)]
    license_url: Option<String>,
    /// Where administrators buy (https)
    #[arg(long)]
    store_url: Option<String>,
    /// How to reach the owner (https or mailto)
    #[arg(long)]
    contact_url: Option<String>,
    /// Valid from this instant, RFC 3339 in UTC; absent: from now
    #[arg(long)]
    valid_from: Option<Timestamp>,
    /// Valid for so many days
    #[arg(long, default_value_t = 730)]
    valid_days: i64,
    /// Data folder of this owner
    #[arg(long)]
    data: PathBuf,
}

#[derive(Args)]
struct Issue {
    /// Data folder of the owner
    #[arg(long)]
    data: PathBuf,
    /// What can be sold (TOML)
    #[arg(long)]
    catalogue: PathBuf,
    /// What was ordered (TOML)
    #[arg(long)]
    order: PathBuf,
    /// The sequence; absent: the next. It must be above every other of the serial number
    #[arg(long)]
    sequence: Option<u64>,
    /// When it counts as signed, RFC 3339 in UTC; absent: now
    #[arg(long)]
    issued_at: Option<Timestamp>,
    /// Sign and count, but do not serve: for the mail
    #[arg(long)]
    hold: bool,
    /// Write the license as a file, too
    #[arg(long)]
    out: Option<PathBuf>,
    /// Your order number
    #[arg(long, default_value = "")]
    reference: String,
}

#[derive(Args)]
struct Register {
    /// Data folder of the owner
    #[arg(long)]
    data: PathBuf,
    /// Serial number so far
    #[arg(long)]
    from: String,
    /// New serial number; a license must be issued for it
    #[arg(long)]
    to: String,
    /// Company of the new serial number
    #[arg(long)]
    company: String,
}

#[derive(Args)]
struct Withdraw {
    /// Data folder of the owner
    #[arg(long)]
    data: PathBuf,
    /// Serial number
    #[arg(long)]
    serial: String,
}

#[derive(Args)]
struct Serve {
    /// Data folder of the owner
    #[arg(long)]
    data: PathBuf,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8700")]
    listen: SocketAddr,
    /// Listen beyond loopback although this speaks plain HTTP: a proxy in front of it speaks TLS
    #[arg(long)]
    behind_tls_proxy: bool,
    /// Add the order page at /store: no payment, loopback only
    #[arg(long)]
    store: bool,
    /// Most requests of one address in a minute
    #[arg(long, default_value_t = 600)]
    requests_per_minute: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_env("ZETEL_VENDOR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let done = match Arguments::parse().command {
        Command::Keys(keys) => run_keys(keys),
        Command::Issue(arguments) => run_issue(arguments).await,
        Command::Register(arguments) => run_register(arguments).await,
        Command::Withdraw(arguments) => run_withdraw(arguments).await,
        Command::Serve(arguments) => run_serve(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("zetel-vendor: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run_keys(keys: Keys) -> Result<(), Failure> {
    match keys {
        Keys::Root { out, name } => {
            let (public, private) = make_root(&out, &name)?;
            println!(
                "Made {} (give it to whoever is to trust it) and {} (keep it to yourself).",
                public.display(),
                private.display()
            );
        }
        Keys::Owner(owner) => {
            let not_before = owner.valid_from.unwrap_or_else(now);
            let new = NewOwner {
                name: owner.owner,
                description: owner.description,
                not_before,
                not_after: not_before.plus_days(owner.valid_days),
                store_url: owner.store_url,
                license_url: owner.license_url,
                contact_url: owner.contact_url,
            };
            make_owner(&owner.data, &owner.root, &new)?;
            println!(
                "Made the key of {} in {}, certified until {}.",
                new.name,
                owner.data.display(),
                new.not_after
            );
        }
    }
    Ok(())
}

async fn run_issue(arguments: Issue) -> Result<(), Failure> {
    let catalogue: Catalogue = read(&arguments.catalogue)?;
    let order: Order = read(&arguments.order)?;
    let db = Db::open(&arguments.data).await?;
    let issuing = Issuing {
        data: &arguments.data,
        sequence: arguments.sequence,
        issued_at: arguments.issued_at.unwrap_or_else(now),
        hold: arguments.hold,
        reference: arguments.reference,
        out: arguments.out,
    };
    let issued = issue(&db, &issuing, &catalogue, &order).await;
    db.close().await;
    let issued = issued?;
    let license = issued.license();
    let how = if arguments.hold { "held" } else { "published" };
    println!(
        "Issued sequence {} of {} for {}, {how}.",
        license.sequence, license.owner_name, license.serial_nr
    );
    Ok(())
}

async fn run_register(arguments: Register) -> Result<(), Failure> {
    let db = Db::open(&arguments.data).await?;
    db.register(&arguments.from, &arguments.to, &arguments.company, now())
        .await?;
    let published = db.published(&arguments.to).await?;
    db.close().await;
    println!(
        "Recorded: {} may become {} for {}.",
        arguments.from, arguments.to, arguments.company
    );
    if published.is_none() {
        println!("Nothing is issued for {} yet: do that next.", arguments.to);
    }
    Ok(())
}

async fn run_withdraw(arguments: Withdraw) -> Result<(), Failure> {
    let db = Db::open(&arguments.data).await?;
    let known = db.withdraw(&arguments.serial).await?;
    db.close().await;
    if !known {
        return Err(Failure::new(format!(
            "Nothing was ever issued for {}.",
            arguments.serial
        )));
    }
    println!(
        "Consoles of {} are told that their license was withdrawn.",
        arguments.serial
    );
    Ok(())
}

async fn run_serve(arguments: Serve) -> Result<(), Failure> {
    let loopback = arguments.listen.ip().is_loopback();
    if !loopback && !arguments.behind_tls_proxy {
        return Err(Failure::new(format!(
            "{} is not loopback, and this speaks plain HTTP. Put a TLS proxy in front and say --behind-tls-proxy, or listen on 127.0.0.1.",
            arguments.listen
        )));
    }
    if !loopback && arguments.store {
        return Err(Failure::new(
            "The order page is for loopback only: leave --store away, or listen on 127.0.0.1.",
        ));
    }
    let db = Db::open(&arguments.data).await?;
    let listener = tokio::net::TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| Failure::new(format!("{}: {error}", arguments.listen)))?;
    tracing::info!(listen = %arguments.listen, "serving");
    let server = Server::new(db.clone(), arguments.data, arguments.requests_per_minute);
    let service =
        router(server, arguments.store).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(stopped())
        .await;
    db.close().await;
    served.map_err(|error| Failure::new(error.to_string()))
}

/// Ends when somebody asks this to stop.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated =
            signal(SignalKind::terminate()).expect("a handler for SIGTERM can be installed");
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
