//! Being told to stop: heard once, and looked at by whatever takes long.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::Failure;

/// Between two looks.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// Whether somebody asked to stop. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Hears Ctrl-C and requests to terminate from now on.
    pub(crate) fn heard() -> Result<Self, Failure> {
        let stop = Self(Arc::default());
        let heard = stop.clone();
        ctrlc::set_handler(move || heard.0.store(true, Ordering::Relaxed))?;
        Ok(stop)
    }

    pub(crate) fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Runs a command to its end, or until somebody asks to stop; a failure names it.
    pub(crate) fn run(&self, command: &mut Command) -> Result<(), Failure> {
        let shown = shown(command);
        let mut child = command
            .spawn()
            .map_err(|error| format!("{shown}: {error}"))?;
        let status = self.ended(&mut child)?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{shown}: {status}").into())
        }
    }

    /// The same without its words, unless it fails.
    pub(crate) fn run_silently(&self, command: &mut Command) -> Result<(), Failure> {
        self.run_with(command, "")
    }

    /// The same, with a line on standard input.
    pub(crate) fn run_with(&self, command: &mut Command, line: &str) -> Result<(), Failure> {
        let shown = shown(command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{shown}: {error}"))?;
        let mut stdin = child.stdin.take().expect("it was asked for");
        let mut stderr = child.stderr.take().expect("it was asked for");
        // Read all the while, so that it never waits to be read.
        let words = std::thread::spawn(move || {
            let mut words = String::new();
            let read = stderr.read_to_string(&mut words);
            read.map_or_else(|error| error.to_string(), |_| words)
        });
        if !line.is_empty() {
            writeln!(stdin, "{line}")?;
        }
        drop(stdin);
        let status = self.ended(&mut child)?;
        if status.success() {
            return Ok(());
        }
        let words = words.join().unwrap_or_default();
        Err(format!("{shown}: {status}\n{words}").into())
    }

    fn ended(&self, child: &mut Child) -> Result<ExitStatus, Failure> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if self.requested() {
                ask_to_stop(child);
                child.wait()?;
                return Err("stopped".into());
            }
            std::thread::park_timeout(LOOK);
        }
    }
}

fn shown(command: &Command) -> String {
    format!("{command:?}").replace('"', "")
}

/// Asks a process to stop, where the system knows how.
pub(crate) fn ask_to_stop(child: &Child) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // It may have stopped just now.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}
