//! How soon the console is ready on a database that is there, and how much memory it has 10 s after READY.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{Figure, release};
use crate::demo::made::Made;
use crate::demo::making::make;
use crate::demo::running::Running;
use crate::demo::scenario::Scenario;
use crate::demo::stop::{Stop, ask_to_stop};
use crate::postgres::Postgres;
use crate::step::{run as finish, step};
use crate::{Failure, site, system};

/// Starts that are timed.
const STARTS: usize = 20;
/// Seconds.
const READY_AIM: f64 = 0.3;
/// Megabytes.
const MEMORY_AIM: f64 = 40.0;
/// After READY, until its memory is looked at.
const SETTLED: Duration = Duration::from_secs(10);
/// Users of the database.
const USERS: u32 = 64;
/// Between two looks whether it is ready.
const LOOK: Duration = Duration::from_millis(1);
/// Longest wait for a start.
const START_MAX: Duration = Duration::from_secs(30);

pub(super) fn measure() -> Result<Vec<Figure>, Failure> {
    site::build()?;
    release(&["-p", "server", "-p", "vendor"])?;
    let postgres = step("PostgreSQL: start", Postgres::start)?;
    let mut figures = Vec::from(on("SQLite", None)?);
    let name = "bench_console";
    finish(Command::new(postgres.programs().join("createdb")).args([
        "--maintenance-db",
        &postgres.url(),
        name,
    ]))?;
    figures.extend(on("PostgreSQL", Some(&postgres.url_of(name)))?);
    Ok(figures)
}

fn on(database: &str, url: Option<&str>) -> Result<[Figure; 2], Failure> {
    let stop = Stop::default();
    let folder = tempfile::Builder::new().prefix("zetel-bench-").tempdir()?;
    let made = Made {
        folder: folder.path().canonicalize()?,
        port: free_ports()?,
        scenario: Scenario::Blocked,
        users: USERS,
        fixed_clock: None,
        release: true,
        database_url: url.map(str::to_owned),
    };
    step(&format!("{database}: keys, licenses, users"), || {
        make(&made, &stop)
    })?;
    let password = made.new_password(&stop)?;
    let mut running = Running::default();
    let measured = step(&format!("{database}: starts and memory"), || {
        running.start_license_servers(&made, &stop)?;
        let starts: Result<Vec<f64>, Failure> = (0..STARTS).map(|_| seconds(&made)).collect();
        let starts = starts?;
        let pid = running.start_console(&made, &password, &stop)?;
        pass(SETTLED);
        Ok((starts, megabytes(pid)?))
    });
    running.stop();
    let (starts, memory) = measured?;
    let what = format!("console on {database}: from start to /readyz, {USERS} users");
    let size = format!("console on {database}: resident 10 s after READY");
    Ok([
        Figure::new(what, "s", starts, READY_AIM),
        Figure::new(size, "MB", vec![memory], MEMORY_AIM),
    ])
}

/// From the start of the process until `/readyz` answers 200.
fn seconds(made: &Made) -> Result<f64, Failure> {
    let began = Instant::now();
    let mut console = made.zetel(&["serve"]).spawn()?;
    let took = wait_until_ready(&mut console, made.port, began);
    ask_to_stop(&console);
    console.wait()?;
    Ok(took?.as_secs_f64())
}

fn wait_until_ready(console: &mut Child, port: u16, began: Instant) -> Result<Duration, Failure> {
    loop {
        if is_ready(port) {
            return Ok(began.elapsed());
        }
        if let Some(status) = console.try_wait()? {
            return Err(format!("the console ended ({status}); its log is above").into());
        }
        if began.elapsed() > START_MAX {
            return Err("the console does not become ready".into());
        }
        pass(LOOK);
    }
}

/// Lets so much time pass.
fn pass(time: Duration) {
    let began = Instant::now();
    while let Some(rest) = time.checked_sub(began.elapsed()) {
        std::thread::park_timeout(rest);
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut connection = TcpStream::connect(("127.0.0.1", port))?;
        connection.set_read_timeout(Some(Duration::from_secs(3)))?;
        let request = b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
        connection.write_all(request)?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200 "))
    };
    ask().unwrap_or_default()
}

/// Resident memory of a process, as the system counts it.
fn megabytes(pid: u32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))
        .map_err(|error| format!("memory is measured on Linux only: {error}"))?;
    let kilobytes = status.lines().find_map(|line| {
        let value = line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?;
        value.trim().parse::<f64>().ok()
    });
    Ok(kilobytes.ok_or("the system names no VmRSS")? * 1024.0 / 1e6)
}

/// The first of three ports in a row.
pub(super) fn free_ports() -> Result<u16, Failure> {
    loop {
        let first = system::free_port()?;
        let free = |port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if first < u16::MAX - 2 && free(first + 1) && free(first + 2) {
            return Ok(first);
        }
    }
}
