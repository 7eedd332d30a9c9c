//! What a demo is made of, in its folder: keys, catalogues and orders, license files, settings, users. Made once.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::goods::{self, COMPANY, OWNERS, SERIAL_NR};
use super::people::{BLOCK, People};
use super::scenario::{INSTALLED_MINUTES, Scenario, Sequence};
use crate::Failure;
use crate::step::{run, target};

/// Says in the folder what was made.
const MADE: &str = "demo.json";
/// Letters of a password; 24 of 64 kinds.
const PASSWORD: usize = 24;

/// A demo that was made.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) folder: PathBuf,
    pub(super) port: u16,
    scenario: String,
    /// The console's clock stands still here.
    pub(super) fixed_clock: Option<String>,
}

impl Made {
    /// What was made in this folder before; none: nothing.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        match fs::read_to_string(folder.join(MADE)) {
            Ok(text) => Ok(Some(
                serde_json::from_str(&text).map_err(|error| format!("{MADE}: {error}"))?,
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", folder.display()).into()),
        }
    }

    /// Makes a demo in this folder.
    pub(super) fn make(
        folder: &Path,
        scenario: Scenario,
        port: u16,
        users: u32,
        fixed_clock: Option<&str>,
    ) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let started = match fixed_clock {
            Some(instant) => instant.parse()?,
            None => Timestamp::now(),
        };
        let making = Making {
            folder: &folder,
            started,
            times: users / BLOCK,
            port,
        };
        making.keys()?;
        let issued = [
            scenario.superoffice(making.times),
            scenario.fjordmaps(making.times),
        ];
        for (owner, sequences) in OWNERS.into_iter().zip(&issued) {
            for sequence in sequences {
                making.issue(owner, &making.vendor(owner), sequence)?;
            }
            making.register(owner, scenario)?;
        }
        making.other_company()?;
        making.files()?;
        making.settings()?;
        making.seed(scenario, users, &issued)?;
        let made = Self {
            port,
            scenario: format!("{scenario:?}"),
            fixed_clock: fixed_clock.map(str::to_owned),
            folder: folder.clone(),
        };
        let mut seed = made.zetel(&["seed"]);
        run(seed.arg(folder.join("seed.jsonl")).stdout(Stdio::null()))?;
        fs::write(folder.join(MADE), serde_json::to_string(&made)?)?;
        Ok(made)
    }

    /// `zetel` with the demo's settings.
    pub(super) fn zetel(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(target("debug/zetel"));
        command
            .arg("--config")
            .arg(self.folder.join("zetel.toml"))
            .args(arguments);
        if let Some(instant) = &self.fixed_clock {
            command.args(["--fixed-clock", instant]);
        }
        command
    }

    /// `zetel-vendor serve` of an owner.
    pub(super) fn license_server(&self, place: u16) -> Command {
        let mut command = Command::new(target("debug/zetel-vendor"));
        let data = self.folder.join(OWNERS[usize::from(place)].to_lowercase());
        command.env("ZETEL_VENDOR_LOG", "warn");
        command.arg("serve").arg("--data").arg(data).arg("--store");
        command.args(["--listen", &format!("127.0.0.1:{}", self.port + 1 + place)]);
        command
    }

    pub(super) fn has_license_servers(&self) -> bool {
        self.scenario != format!("{:?}", Scenario::Offline)
    }

    pub(super) fn has_licenses(&self) -> bool {
        self.scenario != format!("{:?}", Scenario::Empty)
    }

    /// Gives `admin` a new password and answers it.
    pub(super) fn new_password(&self) -> Result<String, Failure> {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bytes = [0; PASSWORD];
        getrandom::fill(&mut bytes)?;
        let password: String = bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 64)]))
            .collect();
        let mut command = self.zetel(&["account", "add", "admin", "--administrator"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let mut stdin = child.stdin.take().ok_or("no standard input")?;
        writeln!(stdin, "{password}")?;
        drop(stdin);
        let status = child.wait()?;
        if status.success() {
            Ok(password)
        } else {
            Err(format!("zetel account add: {status}").into())
        }
    }

    /// Where the console is.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The last line that the demo prints.
    pub(super) fn ready(&self, password: &str) -> String {
        let files = self.folder.join("files");
        let ready =
            json!({ "url": self.url(), "user": "admin", "password": password, "files": files });
        format!("READY {ready}")
    }
}

/// A demo that is being made.
struct Making<'a> {
    folder: &'a Path,
    started: Timestamp,
    times: u32,
    port: u16,
}

impl Making<'_> {
    /// Data folder of an owner's license server.
    fn vendor(&self, owner: &str) -> PathBuf {
        self.folder.join(owner.to_lowercase())
    }

    fn zetel_vendor(arguments: &[&str]) -> Command {
        let mut command = Command::new(target("debug/zetel-vendor"));
        command.args(arguments).stdout(Stdio::null());
        command
    }

    fn keys(&self) -> Result<(), Failure> {
        let keys = self.folder.join("keys");
        run(Self::zetel_vendor(&["keys", "root", "--name", "demo-root", "--out"]).arg(&keys))?;
        let roots = self.folder.join("files/roots");
        fs::create_dir_all(&roots)?;
        fs::copy(keys.join("demo-root.jwk"), roots.join("demo-root.jwk"))?;
        for (owner, place) in OWNERS.into_iter().zip(1..) {
            let description = if owner == OWNERS[0] {
                "SuperOffice"
            } else {
                "Fjord Maps"
            };
            let address = format!("http://127.0.0.1:{}", self.port + place);
            let mut command = Self::zetel_vendor(&[
                "keys",
                "owner",
                "--owner",
                owner,
                "--description",
                description,
            ]);
            command
                .arg("--root")
                .arg(keys.join("demo-root.private.jwk"))
                .arg("--data")
                .arg(self.vendor(owner));
            command.args([
                "--license-url",
                &address,
                "--store-url",
                &format!("{address}/store?serial={SERIAL_NR}"),
            ]);
            command.args([
                "--contact-url",
                &format!("mailto:licenses@{}.example", owner.to_lowercase()),
            ]);
            command.args([
                "--valid-from",
                &self.minutes_ago(400 * 24 * 60),
                "--valid-days",
                "800",
            ]);
            run(&mut command)?;
        }
        Ok(())
    }

    fn minutes_ago(&self, minutes: i64) -> String {
        let instant = self.started - SignedDuration::from_mins(minutes);
        instant
            .round(jiff::Unit::Second)
            .unwrap_or(instant)
            .to_string()
    }

    fn day(&self, days: i64) -> String {
        let today = jiff::tz::TimeZone::UTC.to_datetime(self.started).date();
        (today + days.days()).to_string()
    }

    fn issue(&self, owner: &str, data: &Path, sequence: &Sequence) -> Result<(), Failure> {
        let orders = self.folder.join("orders");
        fs::create_dir_all(&orders)?;
        let name = format!(
            "{}-{}-{}",
            owner.to_lowercase(),
            sequence.serial_nr,
            sequence.sequence
        );
        let (catalogue, order) = (
            orders.join(format!("{owner}.toml")),
            orders.join(format!("{name}.toml")),
        );
        fs::write(&catalogue, goods::catalogue(owner))?;
        let dates = [
            ("next_check_date", 8),
            ("maintenance_date", 95),
            ("admin_warning_date", 95),
            ("expiry_date", 123),
            ("grace_date", 135),
        ];
        let mut toml = format!(
            "serial_nr = \"{}\"\ncompany_name = \"{}\"\n",
            sequence.serial_nr, sequence.company
        );
        for (date, days) in dates {
            toml.push_str(&format!("{date} = \"{}\"\n", self.day(days)));
        }
        toml.push_str("\n[modules]\n");
        toml.push_str(&sequence.modules);
        fs::write(&order, toml)?;
        let mut command =
            Self::zetel_vendor(&["issue", "--sequence", &sequence.sequence.to_string()]);
        command
            .arg("--data")
            .arg(data)
            .arg("--catalogue")
            .arg(catalogue)
            .arg("--order")
            .arg(order);
        command.args([
            "--issued-at",
            &self.minutes_ago(sequence.minutes_ago),
            "--reference",
            &format!("O-{name}"),
        ]);
        command.arg("--out").arg(orders.join(format!("{name}.lic")));
        if sequence.held {
            command.arg("--hold");
        }
        run(&mut command)
    }

    /// A demo version may become the real installation.
    fn register(&self, owner: &str, scenario: Scenario) -> Result<(), Failure> {
        if scenario != Scenario::DemoVersion {
            return Ok(());
        }
        let mut command = Self::zetel_vendor(&[
            "register",
            "--from",
            goods::DEMO_SERIAL_NR,
            "--to",
            SERIAL_NR,
        ]);
        run(command
            .args(["--company", COMPANY, "--data"])
            .arg(self.vendor(owner)))
    }

    /// A genuine license for somebody else, signed by the same key; counted apart, so that it takes no sequence here.
    fn other_company(&self) -> Result<(), Failure> {
        let (owner, data) = (self.vendor(OWNERS[0]), self.folder.join("other-company"));
        fs::create_dir_all(&data)?;
        for file in ["owner.private.jwk", "owner.crt", "root.jwk"] {
            fs::copy(owner.join(file), data.join(file))?;
        }
        let modules = goods::superoffice(
            goods::Plans {
                sales: 5,
                service: 5,
                marketing: 5,
                combined: 100,
                saint: true,
            },
            self.times,
        );
        let sequence = Sequence {
            sequence: 10,
            minutes_ago: 45,
            serial_nr: SERIAL_NR,
            company: "Polder Logistics BV",
            modules,
            held: true,
            installed: false,
        };
        self.issue("SUPEROFFICE", &data, &sequence)
    }

    fn files(&self) -> Result<(), Failure> {
        let (orders, files) = (self.folder.join("orders"), self.folder.join("files"));
        let named = [
            (format!("superoffice-{SERIAL_NR}-8"), "superoffice-8"),
            (format!("superoffice-{SERIAL_NR}-9"), "superoffice-9"),
            (format!("fjordmaps-{SERIAL_NR}-4"), "fjordmaps-4"),
            (format!("superoffice-{SERIAL_NR}-10"), "other-company"),
        ];
        for (from, to) in named {
            let from = orders.join(format!("{from}.lic"));
            if from.exists() {
                fs::copy(from, files.join(format!("{to}.lic")))?;
            }
        }
        Ok(())
    }

    fn settings(&self) -> Result<(), Failure> {
        let mut toml = format!(
            "# Settings of the demo.\nlisten = \"127.0.0.1:{}\"\ntime_zone = \"Europe/Amsterdam\"\nroots = \"files/roots\"\ndemo = true\nlog = \"warn\"\n",
            self.port
        );
        // DATABASE_URL of the environment wins over this.
        toml.push_str("database_url = \"sqlite:zetel.db\"\n");
        for (owner, place) in OWNERS.into_iter().zip(1..) {
            let description = if owner == OWNERS[0] {
                "SuperOffice"
            } else {
                "Fjord Maps"
            };
            toml.push_str(&format!(
                "\n[owner.{owner}]\ndescription = \"{description}\"\nlicense_url = \"http://127.0.0.1:{}\"\n",
                self.port + place
            ));
        }
        Ok(fs::write(self.folder.join("zetel.toml"), toml)?)
    }

    fn seed(
        &self,
        scenario: Scenario,
        users: u32,
        issued: &[Vec<Sequence>; 2],
    ) -> Result<(), Failure> {
        let mut seed = BufWriter::new(fs::File::create(self.folder.join("seed.jsonl"))?);
        if let Some((serial_nr, company_name)) = scenario.installation() {
            let installation =
                json!({ "installation": { "serial_nr": serial_nr, "company_name": company_name } });
            writeln!(seed, "{installation}")?;
        }
        let installed_at =
            (self.started - SignedDuration::from_mins(INSTALLED_MINUTES)).as_millisecond();
        if scenario.has_licenses() {
            for (owner, sequences) in OWNERS.into_iter().zip(issued) {
                for sequence in sequences.iter().filter(|sequence| sequence.installed) {
                    let name = format!(
                        "{}-{}-{}.lic",
                        owner.to_lowercase(),
                        sequence.serial_nr,
                        sequence.sequence
                    );
                    let file = self.folder.join("orders").join(name);
                    writeln!(
                        seed,
                        "{}",
                        json!({ "license": { "file": file, "installed_at": installed_at } })
                    )?;
                }
            }
        }
        let mut people = People::new(self.started.as_millisecond(), scenario.has_licenses());
        for place in 0..users {
            writeln!(seed, "{}", json!({ "user": people.user(place, users) }))?;
        }
        Ok(seed.flush()?)
    }
}
