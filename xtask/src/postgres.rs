//! A PostgreSQL server of our own, for tests and measurements: fresh, fast, unsafe, and gone afterwards.
//!
//! A shell watches over it: when this program ends, in whatever way, the shell's input closes, and it stops the server
//! and removes its data.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Failure;
use crate::step::run;
use crate::system;

/// Starts the server in folder $2, says so, and waits for the end of its input.
const WATCH: &str = r#"
trap '' INT TERM HUP
"$1/pg_ctl" --silent --wait --timeout 60 --pgdata "$2/data" --log "$2/log" --options "$3" start || { cat "$2/log" >&2; exit 1; }
echo ready
cat > /dev/null
"$1/pg_ctl" --silent --wait --pgdata "$2/data" --mode immediate stop
rm -rf "$2/data"
"#;
/// Nothing here has to survive a crash. The tests of the server hold a pool per database, and run side by side.
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 \
                        -c listen_addresses=127.0.0.1 -c unix_socket_directories=";
/// Users that a server may run as when we are the system's administrator, which it refuses.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// A server that runs until this is dropped.
pub(crate) struct Postgres {
    watch: Child,
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes an empty server and starts it.
    pub(crate) fn start() -> Result<Self, Failure> {
        let programs = programs()?;
        let port = system::free_port()?;
        let user = if system::is_root() {
            let found = UNPRIVILEGED.into_iter().find_map(system::user);
            Some(found.ok_or(
                "PostgreSQL does not run as root, and there is no user postgres or nobody",
            )?)
        } else {
            None
        };
        let folder = std::env::temp_dir().join(format!("zetel-postgres-{port}"));
        fs::create_dir_all(&folder)?;
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group))?;
        }
        let as_user = |command: &mut Command| {
            command.current_dir(&folder);
            if let Some((user, group)) = user {
                command.uid(user).gid(group);
            }
        };
        let mut init = Command::new(programs.join("initdb"));
        init.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        init.arg("--pgdata")
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        as_user(&mut init);
        run(&mut init)?;
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(&programs).arg(&folder);
        watch.arg(format!("{SETTINGS} -c port={port}"));
        as_user(&mut watch);
        let mut watch = watch.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut said = String::new();
        let output = watch.stdout.take().expect("the output was asked for");
        BufReader::new(output).read_line(&mut said)?;
        let server = Self {
            watch,
            folder,
            programs,
            port,
        };
        if said.trim() == "ready" {
            Ok(server)
        } else {
            Err("PostgreSQL did not start".into())
        }
    }

    /// Its address, of the database that is always there; databases may be made.
    pub(crate) fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of a database.
    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Where its programs are, `createdb` among them.
    pub(crate) fn programs(&self) -> &Path {
        &self.programs
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        if let Err(error) = self
            .watch
            .wait()
            .and_then(|_| fs::remove_dir_all(&self.folder))
        {
            eprintln!("PostgreSQL did not end as it should: {error}");
        }
    }
}

/// The folder with `initdb` and the others: Debian keeps it out of the search path; the newest, where there are several.
fn programs() -> Result<PathBuf, Failure> {
    let look = || {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let version = entry.file_name().to_str()?.parse().ok()?;
                Some((version, entry.path().join("bin/initdb")))
            })
            .filter(|(_, initdb)| initdb.is_file())
            .collect();
        versions.sort();
        versions
            .pop()
            .map(|(_, initdb)| initdb)
            .or_else(|| system::find("initdb"))
    };
    let initdb =
        system::find_or_install(look, "PostgreSQL's server", &["postgresql"], "the tests")?;
    Ok(initdb
        .parent()
        .expect("a program is in a folder")
        .to_owned())
}
