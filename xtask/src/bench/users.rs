//! The lists and acts of the Users screen at 1,000, 100,000 and 1,000,000 users on both databases: median and 95th percentile of each
//! call over HTTP, beside the figure at 1,000 users and the same SQL by hand in the same run (`server/examples/bare.rs`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::release;
use crate::Failure;
use crate::bench::console::free_ports;
use crate::demo::made::Made;
use crate::demo::making::make;
use crate::demo::running::Running;
use crate::demo::scenario::Scenario;
use crate::demo::stop::Stop;
use crate::postgres::Postgres;
use crate::step::{cargo, run as finish, step, target};
use crate::{site, system};

/// Sizes.
const USERS: [u32; 3] = [1_000, 100_000, 1_000_000];
/// How often each call is made; the first few warm it up and do not count.
const RUNS: usize = 60;
const WARM: usize = 5;
/// How often an exact count, or an act that changes much, is made.
const FEW: usize = 10;
/// Seats that are freed at once.
const FREED: usize = 50_000;
/// How long requests are counted, and by how many at once.
const LOAD: Duration = Duration::from_secs(4);
const AT_ONCE: usize = 4;

/// What was measured: milliseconds in order, by what, at each size.
type Measured = BTreeMap<String, Vec<f64>>;

/// What one size gave.
struct At {
    users: u32,
    console: Measured,
    bare: Measured,
    /// Requests a second: of the console, and of the bare handler.
    rates: (f64, f64),
}

/// Measures and answers the lines of a report.
pub(super) fn measure(most: u32) -> Result<Vec<String>, Failure> {
    site::build()?;
    release(&["-p", "server", "-p", "vendor"])?;
    step("release build: the bare handler", || {
        finish(
            cargo(&["build", "--release", "--quiet", "-p", "server"]).args(["--example", "bare"]),
        )
    })?;
    let postgres = step("PostgreSQL: start", Postgres::start)?;
    let mut lines = Vec::new();
    for database in ["SQLite", "PostgreSQL"] {
        let mut sizes = Vec::new();
        for users in USERS.into_iter().filter(|users| *users <= most) {
            let url = (database == "PostgreSQL").then(|| format!("bench_users_{users}"));
            if let Some(name) = &url {
                finish(Command::new(postgres.programs().join("createdb")).args([
                    "--maintenance-db",
                    &postgres.url(),
                    name,
                ]))?;
            }
            sizes.push(at(database, users, url.map(|name| postgres.url_of(&name)))?);
        }
        lines.extend(report(database, &sizes));
    }
    Ok(lines)
}

fn at(database: &str, users: u32, url: Option<String>) -> Result<At, Failure> {
    let stop = Stop::default();
    let folder = tempfile::Builder::new().prefix("zetel-bench-").tempdir()?;
    let made = Made {
        folder: folder.path().canonicalize()?,
        port: free_ports()?,
        scenario: Scenario::Blocked,
        users,
        fixed_clock: None,
        release: true,
        database_url: url.clone(),
    };
    step(&format!("{database}, {users} users: make them"), || {
        make(&made, &stop)
    })?;
    let url = url.unwrap_or_else(|| format!("sqlite:{}", made.folder.join("zetel.db").display()));
    let password = made.new_password(&stop)?;
    let mut running = Running::default();
    let measured = step(&format!("{database}, {users} users: measure"), || {
        running.start_license_servers(&made, &stop)?;
        running.start_console(&made, &password, &stop)?;
        let console = Console::signed_in(&made.url(), &password)?;
        let modules = [
            console.module("ten-sales")?,
            console.module("route-planning")?,
        ];
        let mut measured = calls(&console, users, modules)?;
        let (bare, rate) = bare(&url, modules)?;
        let rates = (console.rate()?, rate);
        if users >= 1_000_000 {
            let free = console.module("visible-for")?;
            measured.insert("free".to_owned(), console.free(free)?);
        }
        Ok((measured, bare, rates))
    });
    running.stop();
    let (console, mut bare, rates) = measured?;
    if console.contains_key("free") {
        let module = &console["module of free"];
        let mut command = Command::new(target("release/examples/bare"));
        let answer = command
            .args([&url, "free", &module[0].to_string(), &FREED.to_string()])
            .output()?;
        bare.extend(lines(&answer.stdout));
    }
    Ok(At {
        users,
        console,
        bare,
        rates,
    })
}

#[derive(Deserialize)]
struct Line {
    what: String,
    ms: Vec<f64>,
}

fn lines(text: &[u8]) -> Measured {
    let lines = text.split(|byte| *byte == b'\n');
    let read = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    read.map(|line| (line.what, sorted(line.ms))).collect()
}

fn sorted(mut ms: Vec<f64>) -> Vec<f64> {
    ms.sort_by(f64::total_cmp);
    ms
}

/// The same SQL by hand, and how many requests a second the bare handler answers.
fn bare(url: &str, [common, rare]: [i64; 2]) -> Result<(Measured, f64), Failure> {
    let port = system::free_port()?;
    let arguments = [
        url.to_owned(),
        port.to_string(),
        RUNS.to_string(),
        common.to_string(),
        rare.to_string(),
    ];
    let mut child = Command::new(target("release/examples/bare"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    let output = child.stdout.take().ok_or("it has an output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if line == "READY" {
            break;
        }
        writeln!(said, "{line}")?;
    }
    let rate = rate(&format!("http://127.0.0.1:{port}/users"), None);
    drop(child.stdin.take());
    child.wait()?;
    Ok((lines(said.as_bytes()), rate?))
}

/// How many requests a second are answered.
fn rate(url: &str, cookie: Option<&str>) -> Result<f64, Failure> {
    let answered = AtomicU64::new(0);
    let failed = AtomicU64::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
                while began.elapsed() < LOAD {
                    let mut request = agent.get(url);
                    if let Some(cookie) = cookie {
                        request = request.header("cookie", cookie);
                    }
                    let read = request
                        .call()
                        .and_then(|mut answer| answer.body_mut().read_to_vec());
                    let count = if read.is_ok() { &answered } else { &failed };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    match failed.load(Ordering::Relaxed) {
        0 => Ok(answered.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()),
        failed => Err(format!("{failed} requests of {url} failed").into()),
    }
}

/// The console, as an administrator asks it.
struct Console {
    agent: ureq::Agent,
    url: String,
    cookie: String,
}

impl Console {
    fn signed_in(url: &str, password: &str) -> Result<Self, Failure> {
        let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
        let sign_in = json!({ "user_id": "admin", "password": password });
        let answer = agent
            .post(format!("{url}/api/console/session"))
            .send_json(sign_in)?;
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie
            .and_then(|cookie| cookie.split(';').next())
            .ok_or("no cookie came")?;
        Ok(Self {
            agent,
            url: format!("{url}/api/console"),
            cookie: cookie.to_owned(),
        })
    }

    fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("cookie", &self.cookie);
        let mut answer = request.call().map_err(|error| format!("{path}: {error}"))?;
        Ok(answer.body_mut().with_config().limit(1 << 30).read_json()?)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("cookie", &self.cookie);
        let mut answer = request
            .send_json(body)
            .map_err(|error| format!("{path}: {error}"))?;
        Ok(answer.body_mut().with_config().limit(1 << 30).read_json()?)
    }

    fn rate(&self) -> Result<f64, Failure> {
        rate(&format!("{}/users", self.url), Some(&self.cookie))
    }

    /// Id of a module.
    fn module(&self, name: &str) -> Result<i64, Failure> {
        let known = self.get("/user-licenses")?;
        let licenses = known["licenses"].as_array().ok_or("no licenses")?;
        let found = licenses.iter().find(|license| license["module"] == name);
        Ok(found
            .and_then(|license| license["id"].as_i64())
            .ok_or("no such license")?)
    }

    /// Milliseconds of so many calls.
    fn timed(
        &self,
        runs: usize,
        mut call: impl FnMut(usize) -> Result<(), Failure>,
    ) -> Result<Vec<f64>, Failure> {
        for run in 0..WARM {
            call(run)?;
        }
        let mut ms = Vec::with_capacity(runs);
        for run in 0..runs {
            let began = Instant::now();
            call(WARM + run)?;
            ms.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(sorted(ms))
    }

    /// Takes a module from so many users at once: milliseconds.
    fn free(&self, module: i64) -> Result<Vec<f64>, Failure> {
        let suggested = self.get(&format!("/modules/{module}/suggestions?count={FREED}"))?;
        let holders = suggested["holders"].as_array().ok_or("no holders")?;
        let users: Vec<Value> = holders
            .iter()
            .map(|holder| json!({ "user": holder["user"]["user"], "goes": holder["goes"] }))
            .collect();
        if users.len() < FREED {
            return Err(format!("only {} hold it", users.len()).into());
        }
        let began = Instant::now();
        self.post(
            &format!("/modules/{module}/free"),
            &json!({ "users": users }),
        )?;
        Ok(vec![began.elapsed().as_secs_f64() * 1000.0])
    }
}

/// A cursor in the middle of a list by name: one of the console's own, moved.
fn middle(next: &str, name: &str) -> Result<String, Failure> {
    let mut cursor: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(next)?)?;
    cursor["key"] = json!({ "text": name });
    cursor["name"] = json!(name);
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor)?))
}

fn calls(console: &Console, users: u32, [common, rare]: [i64; 2]) -> Result<Measured, Failure> {
    let mut measured = Measured::new();
    let first = console.get("/users")?;
    let next = first["next"].as_str().ok_or("there is one page only")?;
    let mut read =
        |what: &str, runs: usize, path: &dyn Fn(usize) -> String| -> Result<(), Failure> {
            let ms = console.timed(runs, |run| console.get(&path(run)).map(drop))?;
            measured.insert(what.to_owned(), ms);
            Ok(())
        };
    let names = ["mila", "noor", "olaf", "pieter", "roos", "sander", "tess"];
    let deep: Result<Vec<String>, Failure> = names.iter().map(|name| middle(next, name)).collect();
    let deep = deep?;
    read("first page", RUNS, &|_| "/users".to_owned())?;
    read("common license", RUNS, &|_| {
        format!("/users?licenses={common}")
    })?;
    read("rare license", RUNS, &|_| format!("/users?licenses={rare}"))?;
    read("deep page", RUNS, &|run| {
        format!("/users?after={}", deep[run % deep.len()])
    })?;
    let sorts = [
        "user_id",
        "last_name",
        "group",
        "user_plan",
        "email",
        "last_sign_in",
        "can_log_in",
    ];
    read("other sorts", RUNS, &|run| {
        format!(
            "/users?sort={}&descending={}",
            sorts[run % sorts.len()],
            run % 2 == 0
        )
    })?;
    let several = [
        format!("licenses={common},{rare}"),
        format!("licenses={common},{rare}&holding=any&sort=email"),
        format!("licenses={common}&holding=none&can_log_in=true"),
        "former_employee=true&can_log_in=true".to_owned(),
        "group=Sales%20BE&signed_in_before=2026-01-01&sort=last_sign_in".to_owned(),
        format!("licenses={rare}&group=Sales%20NL&role=Sales&sort=group"),
    ];
    read("several filters", RUNS, &|run| {
        format!("/users?{}", several[run % several.len()])
    })?;
    let long = [
        "iji",
        "hart",
        "zoë",
        "de haan",
        "svc",
        "nobody at all",
        "veenstra",
        "dhaa12",
    ];
    read("search", RUNS, &|run| {
        format!(
            "/users?search={}",
            long[run % long.len()].replace(' ', "%20")
        )
    })?;
    let short = ["z", "da", "ij", "xq"];
    read("short search", RUNS, &|run| {
        format!("/users?search={}", short[run % short.len()])
    })?;
    read("count", FEW, &|_| "/users/count".to_owned())?;
    read("count, one license", FEW, &|_| {
        format!("/users/count?licenses={common}")
    })?;
    read("count, several filters", FEW, &|run| {
        format!("/users/count?{}", several[run % several.len()])
    })?;
    read("parts", FEW, &|_| "/users/parts".to_owned())?;
    let step = usize::try_from(users)? / (RUNS + WARM + 1);
    read("card", RUNS, &|run| format!("/users/{}", 1 + run * step))?;
    let unlimited = console.module("visible-for")?;
    // Those at places 40 to 57 of each 64 hold nothing.
    let blocks = usize::try_from(users)? / 64;
    let who = |run: usize| (run % blocks) * 64 + 41 + run / blocks;
    let ms = console.timed(RUNS, |run| {
        let body = json!({ "module": unlimited, "revision": 1 });
        console
            .post(&format!("/users/{}/assignments", who(run)), &body)
            .map(drop)
    })?;
    measured.insert("assign".to_owned(), ms);
    measured.insert("module of free".to_owned(), vec![unlimited as f64]);
    Ok(measured)
}

fn percentile(ms: &[f64], of: usize) -> f64 {
    ms[(ms.len() * of / 100).min(ms.len() - 1)]
}

/// Aims of the 95th percentile at the largest size: times that at 1,000 users, and milliseconds.
fn aim(what: &str) -> (Option<f64>, Option<f64>) {
    match what {
        "first page" | "common license" | "rare license" | "deep page" | "card" | "assign" => {
            (Some(2.0), None)
        }
        "search" => (None, Some(50.0)),
        "other sorts" | "several filters" | "short search" => (None, Some(300.0)),
        "count" | "count, one license" | "count, several filters" => (None, Some(1_000.0)),
        _ => (None, None),
    }
}

fn report(database: &str, sizes: &[At]) -> Vec<String> {
    let mut lines = Vec::new();
    for size in sizes {
        for (what, ms) in &size.console {
            if what == "module of free" {
                continue;
            }
            let (median, p95) = (percentile(ms, 50), percentile(ms, 95));
            let mut line = format!(
                "{database}, {} users, {what}: median {median:.2} ms, p95 {p95:.2} ms",
                size.users
            );
            let small = sizes[0]
                .console
                .get(what)
                .map(|ms| p95 / percentile(ms, 95));
            if let Some(ratio) = small.filter(|_| size.users > sizes[0].users) {
                // Writing to a text does not fail.
                let _ = write!(line, ", {ratio:.2} x p95 at {}", sizes[0].users);
            }
            if let Some(bare) = size.bare.get(what) {
                let _ = write!(
                    line,
                    ", {:.2} x the SQL by hand",
                    median / percentile(bare, 50)
                );
            }
            let last = size.users == sizes[sizes.len() - 1].users && sizes.len() > 1;
            match aim(what) {
                (Some(times), _) if last => {
                    let met = small.is_some_and(|ratio| ratio <= times);
                    let _ = write!(line, "; aim {times} x: {}", word(met));
                }
                (_, Some(most)) if last => {
                    let _ = write!(line, "; aim {most} ms: {}", word(p95 <= most));
                }
                _ => {}
            }
            lines.push(line);
        }
        let (console, bare) = size.rates;
        let ratio = console / bare;
        lines.push(format!(
            "{database}, {} users, list: {console:.0} requests/s, bare axum and sqlx {bare:.0}/s: {ratio:.2} of it; aim 0.5: {}",
            size.users,
            word(ratio >= 0.5)
        ));
    }
    lines
}

fn word(met: bool) -> &'static str {
    if met { "met" } else { "NOT met" }
}
