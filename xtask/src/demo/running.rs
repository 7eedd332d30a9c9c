//! The demo's processes: started in order, watched, and stopped together.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::goods::OWNERS;
use super::made::Made;
use super::stop::{LOOK, Stop, ask_to_stop};
use crate::Failure;

/// Longest wait until the console answers and has asked every license server.
const READY: Duration = Duration::from_secs(60);
/// Longest wait for a process that was asked to stop: the console gives running requests 10 s.
const STOPPING: Duration = Duration::from_secs(15);

/// Processes that run.
#[derive(Default)]
pub(crate) struct Running(Vec<(String, Child)>);

impl Running {
    /// Starts the license servers, where the demo has some, and waits until they answer.
    pub(crate) fn start_license_servers(
        &mut self,
        made: &Made,
        stop: &Stop,
    ) -> Result<(), Failure> {
        if made.scenario.has_license_servers() {
            for owner in OWNERS {
                let name = format!("license server of {owner}");
                self.spawn(&name, &mut made.license_server(owner))?;
            }
            for owner in OWNERS {
                let port = made.license_server_port(owner);
                self.wait(stop, || get(&format!("http://127.0.0.1:{port}/healthz")))?;
            }
        }
        Ok(())
    }

    /// Starts the console, and waits until the first check of every owner is done; answers its process id.
    pub(crate) fn start_console(
        &mut self,
        made: &Made,
        password: &str,
        stop: &Stop,
    ) -> Result<u32, Failure> {
        let pid = self.spawn("console", &mut made.zetel(&["serve"]))?;
        let url = made.url();
        self.wait(stop, || get(&format!("{url}/readyz")))?;
        if !made.scenario.has_licenses() {
            return Ok(pid);
        }
        let agent = agent();
        let sign_in = json!({ "user_id": "admin", "password": password });
        agent
            .post(format!("{url}/api/console/session"))
            .send_json(sign_in)?;
        self.wait(stop, || {
            let mut answer = agent
                .get(format!("{url}/api/console/licenses"))
                .call()
                .ok()?;
            let licenses: Value = answer.body_mut().read_json().ok()?;
            let checked = |owner: &Value| {
                !owner["check"]["last"].is_null() && owner["check"]["running"] != true
            };
            licenses["owners"]
                .as_array()?
                .iter()
                .all(checked)
                .then_some(())
        })?;
        // The session was this program's, not the administrator's.
        agent.delete(format!("{url}/api/console/session")).call()?;
        Ok(pid)
    }

    fn spawn(&mut self, name: &str, command: &mut Command) -> Result<u32, Failure> {
        // Of a group of its own: Ctrl-C reaches this program alone, which then stops them in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Should this program be killed, the pipe breaks, and they stop by themselves.
        command.arg("--until-stdin-ends").stdin(Stdio::piped());
        let child = command
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let pid = child.id();
        self.0.push((name.to_owned(), child));
        Ok(pid)
    }

    /// Looks until it is there; fails when a process ends, somebody asks to stop, or it takes too long.
    fn wait(&mut self, stop: &Stop, look: impl Fn() -> Option<()>) -> Result<(), Failure> {
        let start = Instant::now();
        while look().is_none() {
            self.all_run()?;
            if stop.requested() {
                return Err("stopped".into());
            }
            if start.elapsed() > READY {
                return Err("the demo does not answer; its log is above".into());
            }
            std::thread::park_timeout(LOOK);
        }
        Ok(())
    }

    fn all_run(&mut self) -> Result<(), Failure> {
        for (name, child) in &mut self.0 {
            if let Some(status) = child.try_wait()? {
                return Err(format!("the {name} ended ({status}); its log is above").into());
            }
        }
        Ok(())
    }

    /// Watches until somebody asks to stop or a process ends.
    pub(crate) fn until_stopped(&mut self, stop: &Stop) -> Result<(), Failure> {
        while !stop.requested() {
            self.all_run()?;
            std::thread::park_timeout(LOOK);
        }
        Ok(())
    }

    /// Stops every process, the console first; ends one that does not stop by itself.
    pub(crate) fn stop(&mut self) {
        while let Some((name, mut child)) = self.0.pop() {
            ask_to_stop(&child);
            let start = Instant::now();
            while start.elapsed() < STOPPING && matches!(child.try_wait(), Ok(None)) {
                std::thread::park_timeout(LOOK);
            }
            if matches!(child.try_wait(), Ok(None)) {
                eprintln!("the {name} does not stop: ended");
                // It may have stopped just now.
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into()
}

fn get(url: &str) -> Option<()> {
    agent().get(url).call().ok().map(|_| ())
}
