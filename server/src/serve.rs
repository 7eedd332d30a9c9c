//! Runs the console: from the lock on its database to the last answer before it stops.

mod connections;

use std::time::Duration;

use licensing::license::Timestamp;
use tokio::net::TcpListener;

use crate::auth;
use crate::config::Config;
use crate::db::{Address, Db, Lock};
use crate::error::chain;
use crate::exit::StartError;
use crate::{State, app, import, renewal, seat_use};

/// How often ended sessions and old imports are removed.
const SWEPT_EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs the console until it is told to stop (SIGTERM, Ctrl-C, where asked for the end of standard input).
///
/// # Errors
/// When it cannot begin, or loses the lock on its database.
pub async fn serve(
    config: Config,
    fixed_clock: Option<Timestamp>,
    until_stdin_ends: bool,
) -> Result<(), StartError> {
    let clock = config.clock(fixed_clock)?;
    let address: Address = config.database_url.parse()?;
    let listen = config.listen;
    let mut lock = Lock::take(&address).await?;
    let db = Db::open(&address).await?;
    db.migrate().await?;
    let state = State::new(config, db, clock)?;
    renewal::prepare(&state).await.map_err(|cause| {
        StartError::database("the configured owners were not stored", "See the cause.")
            .because(cause)
    })?;
    import::prepare(&state).await.map_err(|cause| {
        StartError::database(
            "the imports that ended half-way were not found",
            "See the cause.",
        )
        .because(cause)
    })?;
    let listener = TcpListener::bind(listen).await.map_err(|cause| {
        StartError::failed(
            format!("cannot listen on {listen}"),
            "Another program may listen there: stop it, or set listen to another port.",
        )
        .because(cause)
    })?;
    if !state.config.secure_cookie() && !listen.ip().is_loopback() {
        tracing::warn!(
            "sessions go over plain HTTP: put HTTPS in front and leave out secure_cookie"
        );
    }
    let swept = tokio::spawn(sweep(state.clone()));
    let renewed = tokio::spawn(renewal::run(state.clone()));
    let recorded = tokio::spawn(seat_use::run(state.clone()));
    // The address as bound: port 0 means any.
    let bound = listener.local_addr().unwrap_or(listen);
    tracing::info!("listening on http://{bound}");
    let ended = tokio::select! {
        () = connections::answer(listener, app(state.clone()), stop(&state, until_stdin_ends)) => Ok(()),
        cause = lock.lost() => Err(StartError::database(
            "the lock on the database was lost",
            "Start the console again when the database answers.",
        )
        .because(cause)),
    };
    swept.abort();
    recorded.abort();
    // A question that is under way is dropped; its transaction, if it has begun one, rolls back.
    renewed.abort();
    state.flights.stop();
    state.imports.abort();
    state.db.close().await;
    lock.release().await;
    tracing::info!("stopped");
    ended
}

/// Waits until it is told to stop, and then ends the streams, which would not end by themselves.
async fn stop(state: &State, until_stdin_ends: bool) {
    tokio::select! {
        () = told_to_stop() => {}
        () = stdin_ends(), if until_stdin_ends => {}
    }
    tracing::info!("stopping");
    state.events.stop();
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            () = interrupted() => {}
        },
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard");
            interrupted().await;
        }
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    interrupted().await;
}

/// Ends with standard input: whoever holds its other end is gone.
async fn stdin_ends() {
    let (told, ended) = tokio::sync::oneshot::channel();
    // A thread of its own, which the runtime does not wait for: a read of standard input cannot be interrupted.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = told.send(());
    });
    let _ = ended.await;
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "Ctrl-C cannot be heard");
        std::future::pending::<()>().await;
    }
}

/// Removes ended sessions and old imports, at the start and then now and again.
async fn sweep(state: State) {
    let mut every = tokio::time::interval(SWEPT_EVERY);
    loop {
        every.tick().await;
        match auth::sweep(&state).await {
            Ok(0) => {}
            Ok(sessions) => tracing::info!(sessions, "removed ended sessions"),
            Err(error) => tracing::warn!(error = chain(&error), "ended sessions were not removed"),
        }
        if let Err(error) = import::sweep(&state).await {
            tracing::warn!(
                error = chain(&error),
                "files of old imports were not removed"
            );
        }
    }
}
