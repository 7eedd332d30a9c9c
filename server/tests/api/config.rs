//! The program itself: its settings, its commands, how it ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::harness::{Console, NOW, for_each_database};

/// A run of the program, without anything of ours in the environment.
fn zetel(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zetel"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
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

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("files can be written");
}

#[test]
fn what_is_in_force_is_shown_with_its_source_and_without_secrets() {
    let folder = folder();
    write(
        folder.path(),
        "zetel.toml",
        "listen = \"127.0.0.1:9000\"\ntime_zone = \"Europe/Oslo\"\nroots = \"keys\"\nproxy = \"http://me:hush@proxy.test:3128\"\n\
         [owner.SUPEROFFICE]\ndescription = \"SuperOffice\"\n",
    );
    let mut command = zetel(
        folder.path(),
        &[
            "config",
            "--config",
            "zetel.toml",
            "--demo",
            "--time-zone=Europe/Amsterdam",
        ],
    );
    command
        .env(
            "DATABASE_URL",
            "postgres://zetel:hush@db.test/zetel?sslpassword=hush",
        )
        .env("ZETEL_TIME_ZONE", "Europe/Paris")
        .env("ZETEL_DENIED_KEYS", "abc, def")
        .env(
            "ZETEL_OWNER_SUPEROFFICE_LICENSE_URL",
            "https://licenses.test/v1",
        )
        .env("ZETEL_TEST_POSTGRES", "none of the program's");
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(!stdout.contains("hush"), "{stdout}");
    let line = |name: &str| {
        let line = stdout
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("{name}: {stdout}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("listen"), "listen = \"127.0.0.1:9000\" # zetel.toml");
    assert_eq!(
        line("time_zone"),
        "time_zone = \"Europe/Amsterdam\" # --time-zone"
    );
    assert_eq!(line("demo"), "demo = true # --demo");
    assert_eq!(
        line("denied_keys"),
        "denied_keys = [\"abc\",\"def\"] # ZETEL_DENIED_KEYS"
    );
    assert_eq!(line("log"), "log = \"info\" # default");
    assert_eq!(line("# ca_file"), "# ca_file is not set # default");
    assert_eq!(line("roots"), "roots = \"keys\" # zetel.toml");
    assert_eq!(
        line("proxy"),
        "proxy = \"http://me:***@proxy.test:3128/\" # zetel.toml"
    );
    assert_eq!(
        line("database_url"),
        "database_url = \"postgres://zetel:***@db.test/zetel?sslpassword=***\" # DATABASE_URL"
    );
    assert_eq!(
        line("description"),
        "description = \"SuperOffice\" # zetel.toml"
    );
    assert_eq!(
        line("license_url"),
        "license_url = \"https://licenses.test/v1\" # ZETEL_OWNER_SUPEROFFICE_LICENSE_URL"
    );
    // What is shown is a configuration again.
    write(folder.path(), "again.toml", &stdout);
    let (code, again, stderr) = run(&mut zetel(
        folder.path(),
        &["config", "--config", "again.toml"],
    ));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .skip(1)
            .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
            .collect()
    };
    assert_eq!(values(&again), values(&stdout));
}

#[test]
fn paths_of_the_file_are_relative_to_it_others_to_the_current_folder() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("etc")).expect("folders can be made");
    write(
        &folder.path().join("etc"),
        "zetel.toml",
        "roots = \"keys\"\ndatabase_url = \"sqlite:data/zetel.db\"\n",
    );
    let mut command = zetel(
        folder.path(),
        &[
            "config",
            "--config",
            "etc/zetel.toml",
            "--ca-file",
            "own.pem",
        ],
    );
    let (_, stdout, _) = run(&mut command);
    for shown in [
        "roots = \"etc/keys\"",
        "database_url = \"sqlite:etc/data/zetel.db\"",
        "ca_file = \"own.pem\"",
    ] {
        assert!(stdout.contains(shown), "{shown}: {stdout}");
    }
}

/// Runs it, and sees that it ends with this code, saying all of this.
#[track_caller]
fn refused(command: &mut Command, code: i32, says: &[&str]) {
    let (ended, stdout, stderr) = run(command);
    for said in says {
        assert!(stderr.contains(said), "{said}: {stderr}");
    }
    assert_eq!((ended, stdout.as_str()), (code, ""), "{stderr}");
}

#[test]
fn an_unknown_setting_is_an_error_that_names_the_nearest_one() {
    let folder = folder();
    write(folder.path(), "a.toml", "lisen = \"127.0.0.1:1\"\n");
    write(
        folder.path(),
        "b.toml",
        "[owner.SUPEROFFICE]\nlicence_url = \"https://a.test\"\n",
    );
    write(folder.path(), "c.toml", "[owner.\"super office\"]\n");
    let with = |file| zetel(folder.path(), &["config", "--config", file]);
    refused(
        &mut with("a.toml"),
        2,
        &[
            "a.toml has an unknown setting lisen",
            "Did you mean listen?",
        ],
    );
    refused(
        &mut with("b.toml"),
        2,
        &[
            "unknown setting owner.SUPEROFFICE.licence_url",
            "Did you mean license_url?",
        ],
    );
    refused(&mut with("c.toml"), 2, &["c.toml"]);
    let mut command = zetel(folder.path(), &["config"]);
    refused(
        command.env("ZETEL_DATABASE", "x"),
        2,
        &[
            "unknown setting ZETEL_DATABASE",
            "Did you mean database_url?",
        ],
    );
    refused(
        &mut zetel(folder.path(), &["config", "--databse-url", "x"]),
        2,
        &["--database-url"],
    );
}

#[test]
fn a_value_that_does_not_fit_is_named_but_not_repeated() {
    let folder = folder();
    write(folder.path(), "a.toml", "listen = \"somewhere\"\n");
    write(folder.path(), "b.toml", "proxy = 5\n");
    write(folder.path(), "c.toml", "listen = \n");
    let with = |file| zetel(folder.path(), &["config", "--config", file]);
    refused(&mut with("a.toml"), 2, &["a.toml: listen"]);
    refused(&mut with("b.toml"), 2, &["b.toml: proxy"]);
    refused(&mut with("c.toml"), 2, &["c.toml"]);
    refused(
        &mut with("nothing.toml"),
        2,
        &["the configuration file nothing.toml cannot be read"],
    );
    let mut command = zetel(folder.path(), &["config"]);
    refused(
        command.env("ZETEL_DEMO", "perhaps"),
        2,
        &["ZETEL_DEMO: demo is not of the right kind", "boolean"],
    );
    for (arguments, code, says) in [
        (
            ["--time-zone", "Europe/Utopia"],
            2,
            "there is no time zone \"Europe/Utopia\"",
        ),
        (
            ["--database-url", "mysql://x"],
            2,
            "neither with sqlite: nor with postgres://",
        ),
        (
            ["--database-url", "sqlite::memory:"],
            2,
            "names no file of SQLite",
        ),
        (
            ["--database-url", "sqlite:no/such/folder/zetel.db"],
            3,
            "no/such/folder/zetel.db",
        ),
        (
            ["--database-url", "postgres://127.0.0.1:1/zetel"],
            3,
            "PostgreSQL server at 127.0.0.1:1",
        ),
        (["--log", "a=b=c"], 2, "log is no filter"),
        (["--roots", "nowhere"], 2, "nowhere"),
        (
            ["--fixed-clock", "2026-07-01T10:00:00Z"],
            2,
            "stands still in a demo only",
        ),
    ] {
        refused(
            zetel(folder.path(), &["serve"]).args(arguments),
            code,
            &["error: ", says],
        );
    }
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

#[test]
fn the_help_names_every_command_and_setting() {
    let folder = folder();
    let (code, stdout, _) = run(&mut zetel(folder.path(), &["--help"]));
    assert_eq!(code, 0);
    for setting in server::config::SETTINGS {
        let flag = format!("--{}", setting.name.replace('_', "-"));
        assert!(stdout.contains(&flag), "{flag}: {stdout}");
    }
    for said in [
        "serve",
        "config",
        "account",
        "seed",
        "--config",
        "ZETEL_CONFIG",
        "Ends with 0",
    ] {
        assert!(stdout.contains(said), "{said}: {stdout}");
    }
    assert!(!stdout.contains("fixed-clock"), "{stdout}");
}
