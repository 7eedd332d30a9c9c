//! `zetel-vendor`: makes keys, issues licenses, serves them to consoles.

mod arguments;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;
use vendor::Failure;
use vendor::catalogue::{Catalogue, Order, read};
use vendor::clock::now;
use vendor::db::Db;
use vendor::issue::{Issuing, issue, keep_catalogue, kept_catalogue};
use vendor::keys::{NewOwner, is_data_folder, make_owner, make_root};
use vendor::serve::{router, serve};
use vendor::state::Server;

use crate::arguments::{Arguments, Command, Issue, Keys, Register, Serve, Withdraw};

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

/// The database of a data folder; a folder that is none is not made one by a slip of the pen.
async fn open(data: &Path) -> Result<Db, Failure> {
    is_data_folder(data)?;
    Db::open(data).await
}

async fn run_issue(arguments: Issue) -> Result<(), Failure> {
    let catalogue: Catalogue = read(&arguments.catalogue)?;
    let order: Order = read(&arguments.order)?;
    let db = open(&arguments.data).await?;
    let now = now();
    let issuing = Issuing {
        data: &arguments.data,
        sequence: arguments.sequence,
        issued_at: arguments.issued_at.unwrap_or(now),
        now,
        hold: arguments.hold,
        reference: arguments.reference,
        out: arguments.out,
    };
    let issued = issue(&db, &issuing, &catalogue, &order).await;
    db.close().await;
    let issued = issued?;
    keep_catalogue(&arguments.data, &catalogue)?;
    for warning in &issued.warnings {
        eprintln!("zetel-vendor: warning: {warning}");
    }
    let license = issued.license.license();
    let how = if arguments.hold { "held" } else { "published" };
    println!(
        "Issued sequence {} of {} for {} ({}), {how}.",
        license.sequence, license.owner_name, license.serial_nr, license.company_name
    );
    Ok(())
}

async fn run_register(arguments: Register) -> Result<(), Failure> {
    let Register {
        data,
        from,
        to,
        company,
    } = arguments;
    let is_same = from == to;
    let db = open(&data).await?;
    db.register(&from, &to, &company, now()).await?;
    let (customer, published) = (db.customer(&to).await?, db.published(&to).await?);
    db.close().await;
    println!("Recorded: {from} may become {to} for {company}.");
    match customer.filter(|_| published.is_some()) {
        None => println!("Nothing is published for {to} yet: issue its license next."),
        Some(customer) if customer.company_name != company => println!(
            "The license of {to} is for {}, so a console that asks for {company} gets no answer: issue one for that company next.",
            customer.company_name
        ),
        Some(customer) if customer.withdrawn => {
            println!("The license of {to} was withdrawn: issue a new one next.");
        }
        Some(_) if is_same => println!("The serial number stays, the company changes."),
        Some(_) => {}
    }
    Ok(())
}

async fn run_withdraw(arguments: Withdraw) -> Result<(), Failure> {
    let db = open(&arguments.data).await?;
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
    let listen = arguments.listen;
    let loopback = listen.ip().is_loopback();
    if !loopback && arguments.store {
        return Err(Failure::new(
            "The order page asks nobody who they are, so it is for loopback only: leave --store away, or listen on 127.0.0.1.",
        ));
    }
    if !loopback && !arguments.behind_tls_proxy {
        return Err(Failure::new(format!(
            "{listen} is not loopback, and this speaks plain HTTP: whoever listens in would read licenses. Put a TLS proxy in front and say \
             --behind-tls-proxy, or listen on 127.0.0.1."
        )));
    }
    let db = open(&arguments.data).await?;
    if arguments.store {
        kept_catalogue(&arguments.data)?;
    }
    let listener = tokio::net::TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| {
        Failure::new(format!(
            "Cannot listen on {listen}: {error}. Another program may listen there: stop it, or choose another --listen."
        ))
    })?;
    // The address as bound: port 0 means any.
    let bound = listener.local_addr().unwrap_or(listen);
    tracing::info!("listening on http://{bound}");
    let mut server = Server::new(db.clone(), arguments.data, arguments.requests_per_minute);
    server.behind_proxy = arguments.behind_tls_proxy;
    let until_stdin_ends = arguments.until_stdin_ends;
    let stop = async move {
        tokio::select! {
            () = told_to_stop() => {}
            () = stdin_ends(), if until_stdin_ends => {}
        }
    };
    let served = serve(listener, router(server, arguments.store), stop).await;
    db.close().await;
    served
}

/// Ends when somebody asks this to stop.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated =
            signal(SignalKind::terminate()).expect("a handler for SIGTERM can be installed");
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}

/// Ends with standard input: whoever holds its other end is gone.
async fn stdin_ends() {
    let (told, ended) = tokio::sync::oneshot::channel();
    // A thread of its own, which the runtime does not wait for: a read of standard input cannot be interrupted.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = told.send(());
    });
    let _ = ended.await;
}
