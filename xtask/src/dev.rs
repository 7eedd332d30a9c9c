//! `cargo xtask dev`: a demo that is built again whenever a source is saved.
//!
//! The client is read from target/site by a debug build, so a change of it asks for no more than a reload of the page; a change
//! of a program starts the demo again, on the data that it has. Who is signed in stays so.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use clap::Args;
use notify::{EventKind, RecursiveMode, Watcher as _};

use crate::demo::stop::{LOOK, Stop, ask_to_stop};
use crate::step::{cargo, root, run as finish, step, target};
use crate::test::PROGRAMS;
use crate::{Failure, site};

/// What the programs are made of, and what the client is.
const OF_PROGRAMS: [&str; 3] = ["licensing", "server", "vendor"];
const OF_CLIENT: [&str; 4] = ["app", "licensing", "public", "style"];
/// Changes that follow one another within this time are one.
const QUIET: Duration = Duration::from_millis(200);

/// How the demo is to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of the console; the license servers take the next two.
    #[arg(long, default_value_t = 8600)]
    port: u16,
    /// Folder with the demo's data; made when it is missing [default: target/dev].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Builds, runs, and begins anew at every change, until Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let stop = Stop::heard()?;
    let (told, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(told)?;
    for folder in OF_PROGRAMS.iter().chain(&OF_CLIENT) {
        watcher.watch(&root().join(folder), RecursiveMode::Recursive)?;
    }
    programs()?;
    site::build()?;
    let mut demo = Demo::start(options)?;
    while !stop.requested() {
        let Some(changed) = next(&changes)? else {
            demo.is_there()?;
            continue;
        };
        let of = |folders: &[&str]| {
            let folders: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
            let within = |path: &PathBuf| folders.iter().any(|folder| path.starts_with(folder));
            changed.iter().any(within)
        };
        let built = || {
            if of(&OF_CLIENT) {
                site::build()?;
            }
            if of(&OF_PROGRAMS) {
                programs()?;
            }
            Ok::<_, Failure>(())
        };
        match built() {
            Ok(()) if of(&OF_PROGRAMS) => {
                demo.stop();
                demo = Demo::start(options)?;
            }
            Ok(()) => println!("✓ reload the page"),
            // The compiler said what is wrong; the demo goes on as it was.
            Err(failure) => eprintln!("xtask: {failure}"),
        }
    }
    demo.stop();
    Ok(())
}

fn programs() -> Result<(), Failure> {
    step("programs: zetel, zetel-vendor", || {
        finish(cargo(&["build", "--quiet"]).args(PROGRAMS))
    })
}

/// The files that changed, once nothing more changes; none where nothing did for a moment.
fn next(
    changes: &mpsc::Receiver<notify::Result<notify::Event>>,
) -> Result<Option<Vec<PathBuf>>, Failure> {
    let mut changed = Vec::new();
    loop {
        match changes.recv_timeout(if changed.is_empty() { LOOK } else { QUIET }) {
            Ok(event) => {
                let event = event?;
                // Reading is no change.
                if !matches!(event.kind, EventKind::Access(_)) {
                    changed.extend(event.paths);
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                return Ok((!changed.is_empty()).then_some(changed));
            }
            Err(RecvTimeoutError::Disconnected) => return Err("files are not watched".into()),
        }
    }
}

/// `cargo xtask demo`, as a newcomer starts it.
struct Demo(Child);

impl Demo {
    fn start(options: &Options) -> Result<Self, Failure> {
        let kept = target("dev");
        let data: &Path = options.data.as_deref().unwrap_or(&kept);
        let mut demo = Command::new(std::env::current_exe()?);
        demo.args(["demo", "--no-build", "--port", &options.port.to_string()]);
        demo.arg("--data").arg(data).stdin(Stdio::null());
        // Of a group of its own: Ctrl-C reaches this program alone.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut demo, 0);
        Ok(Self(demo.spawn()?))
    }

    fn is_there(&mut self) -> Result<(), Failure> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("the demo ended ({status}); its log is above").into()),
        }
    }

    fn stop(&mut self) {
        ask_to_stop(&self.0);
        // It stops what it started first.
        let _ = self.0.wait();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.stop();
    }
}
