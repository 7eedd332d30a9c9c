//! The program itself: how it begins, serves, stops, and lets users sign in.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use server::db::Db;

use crate::harness::{Console, NOW, for_each_database};
use crate::stock::{self, number, seats};

/// A run of the program, without anything of ours in the environment.
pub(crate) fn zetel(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zetel"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null());
    command
}

/// Runs it: how it ended, what it said, what it complained.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("it writes text");
    (
        status.code().expect("it ends by itself"),
        text(stdout),
        text(stderr),
    )
}

/// A folder of its own.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

/// Writes a file.
pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("files can be written");
}

/// Runs it, and sees that it ends with this code, saying all of this.
#[track_caller]
pub(crate) fn refused(command: &mut Command, code: i32, says: &[&str]) {
    let (ended, stdout, stderr) = run(command);
    for said in says {
        assert!(stderr.contains(said), "{said}: {stderr}");
    }
    assert_eq!((ended, stdout.as_str()), (code, ""), "{stderr}");
}

/// The program as a server, ended when it is dropped.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let stderr = child.stderr.take().expect("it is piped");
        let mut log = BufReader::new(stderr).lines();
        let url = log
            .by_ref()
            .map(|line| line.expect("the log is text"))
            .inspect(|line| eprintln!("{line}"))
            .find_map(|line| {
                line.split_once("listening on ")
                    .map(|(_, url)| url.to_owned())
            })
            .expect("it listens");
        // Read on, so that it never waits for its log to be read.
        std::thread::spawn(move || log.for_each(drop));
        Self { child, url }
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn serve(console: &Console) -> Command {
    let mut command = zetel(console.folder(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", &console.database_url);
    command
}

#[tokio::test]
async fn a_second_console_on_the_same_database_is_refused() {
    for_each_database(async |console| {
        let running = Running::start(&mut serve(&console));
        let answer = reqwest::get(format!("{}/readyz", running.url))
            .await
            .expect("it answers");
        assert_eq!(answer.status(), 200);
        refused(
            &mut serve(&console),
            3,
            &[
                "another console runs on this database",
                "Stop that one first",
            ],
        );
        drop(running);
        Running::start(&mut serve(&console));
    })
    .await;
}

#[tokio::test]
async fn a_console_writes_todays_seat_use_when_it_starts() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 5)]);
        owner.fill(&console, &sold, &[]).await;
        let _running = Running::start(&mut serve(&console));
        let written = async {
            while number(&console, "select count(*) from seat_use").await == 0 {
                tokio::task::yield_now().await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(10), written).await;
        in_time.expect("it is written soon after the start");
    })
    .await;
}

#[tokio::test]
async fn a_console_that_loses_its_lock_stops() {
    for_each_database(async |console| {
        let Db::Pg(pool) = &console.state.db else {
            // The lock of a file cannot be lost.
            return;
        };
        let mut running = Running::start(&mut serve(&console));
        let ended: bool = sqlx::query_scalar(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name = 'zetel lock'",
        )
        .fetch_one(pool)
        .await
        .expect("one connection holds the lock");
        assert!(ended);
        let ended = tokio::task::spawn_blocking(move || running.child.wait().expect("it ends"));
        assert_eq!(ended.await.expect("it is waited for").code(), Some(3));
    })
    .await;
}

#[cfg(unix)]
#[test]
fn the_database_file_is_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let running = Running::start(&mut zetel(folder.path(), &["--listen=127.0.0.1:0"]));
    for name in ["zetel.db", "zetel.db-wal"] {
        let file = std::fs::metadata(folder.path().join(name)).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    drop(running);
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    for_each_database(async |console| {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = taken.local_addr().expect("it is bound").to_string();
        let mut command = zetel(console.folder(), &["--listen", &address]);
        command.env("DATABASE_URL", &console.database_url);
        refused(&mut command, 1, &[&format!("cannot listen on {address}")]);
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn told_to_stop_it_ends_streams_and_exits_well() {
    for_each_database(async |console| {
        // The program's clock is the real one.
        let now = server::clock::Clock::real(jiff::tz::TimeZone::UTC).now();
        console.state.clock.advance(now.0 - NOW.0);
        let cookie = console.reader().await.cookie.expect("a cookie");
        for signal in ["-TERM", "-INT"] {
            let mut running = Running::start(&mut serve(&console));
            let request = reqwest::Client::new().get(format!("{}/api/console/events", running.url));
            let mut stream = request
                .header("cookie", cookie.as_str())
                .send()
                .await
                .expect("it answers");
            assert_eq!(stream.status(), 200);
            assert!(stream.chunk().await.expect("it streams").is_some());
            let sent = Command::new("kill").args([signal, &running.pid()]).status();
            assert!(sent.expect("kill runs").success());
            while stream.chunk().await.expect("it ends well").is_some() {}
            let ended = running.child.wait().expect("it ends");
            assert!(ended.success(), "{signal}: {ended}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_is_added_from_standard_input_also_while_the_console_runs() {
    for_each_database(async |console| {
        console.person("eva").await;
        let add = |user_id: &str, password: &str| {
            let mut command = zetel(
                console.folder(),
                &["account", "add", user_id, "--administrator"],
            );
            command
                .env("DATABASE_URL", &console.database_url)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let mut child = command.spawn().expect("the program runs");
            let mut stdin = child.stdin.take().expect("it is piped");
            // It may end without reading.
            drop(writeln!(stdin, "{password}"));
            drop(stdin);
            let output = child.wait_with_output().expect("it ends");
            let text = |bytes| String::from_utf8(bytes).expect("it writes text");
            (
                output.status.code(),
                text(output.stdout),
                text(output.stderr),
            )
        };
        let (code, stdout, stderr) = add("eva", "correct horse");
        assert_eq!(
            (code, stdout.as_str()),
            (Some(0), "eva may sign in as administrator.\n"),
            "{stderr}"
        );
        let running = Running::start(&mut serve(&console));
        let (code, _, stderr) = add("EVA", "another password");
        assert_eq!(code, Some(0), "{stderr}");
        let sign_in = |password: &str| {
            let body = serde_json::json!({ "user_id": "eva", "password": password });
            reqwest::Client::new()
                .post(format!("{}/api/console/session", running.url))
                .header("content-type", "application/json")
                .body(body.to_string())
                .send()
        };
        assert_eq!(
            sign_in("correct horse").await.expect("it answers").status(),
            401
        );
        assert_eq!(
            sign_in("another password")
                .await
                .expect("it answers")
                .status(),
            200
        );
        let (code, _, stderr) = add("nobody", "correct horse");
        assert_eq!(code, Some(1));
        assert!(stderr.contains("there is no user nobody"), "{stderr}");
        let (code, _, stderr) = add("eva", "short");
        assert_eq!(code, Some(1));
        assert!(stderr.contains("too short"), "{stderr}");
    })
    .await;
}
