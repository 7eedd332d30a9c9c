//! Makes a demo in its folder, once: keys, catalogues and orders, license files, settings, users.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::process::Command;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::json;

use super::goods::{self, COMPANY, OWNERS, SERIAL_NR, short_name};
use super::history::History;
use super::made::Made;
use super::people::{BLOCK, COMPANIES, People};
use super::scenario::{INSTALLED_MINUTES, Scenario, Sequence};
use super::stop::Stop;
use crate::Failure;

/// Where the demo is.
const TIME_ZONE: &str = "Europe/Amsterdam";
/// Minutes of a day.
const DAY: i64 = 24 * 60;
/// Dates of the licenses, in days after the first start.
const DATES: [(&str, i64); 5] = [
    ("next_check_date", 8),
    ("maintenance_date", 95),
    ("admin_warning_date", 95),
    ("expiry_date", 123),
    ("grace_date", 135),
];

/// Makes everything, and fills the console.
pub(crate) fn make(made: &Made, stop: &Stop) -> Result<(), Failure> {
    let started = match &made.fixed_clock {
        Some(instant) => instant.parse()?,
        None => Timestamp::now(),
    };
    let making = Making {
        made,
        stop,
        started,
        times: made.users / BLOCK,
    };
    making.keys()?;
    for owner in OWNERS {
        for sequence in made.scenario.sequences(owner, making.times) {
            making.issue(owner, owner, &sequence)?;
        }
        making.register(owner)?;
    }
    making.other_company()?;
    making.files()?;
    making.settings()?;
    making.seed()?;
    let seed = made.folder.join("seed.jsonl");
    stop.run_silently(made.zetel(&["seed"]).arg(&seed))?;
    made.keep()
}

/// A demo that is being made.
struct Making<'a> {
    made: &'a Made,
    stop: &'a Stop,
    started: Timestamp,
    times: u32,
}

impl Making<'_> {
    fn zetel_vendor(&self, arguments: &[&str]) -> Command {
        let mut command = self.made.program("zetel-vendor");
        command.args(arguments);
        command
    }

    fn keys(&self) -> Result<(), Failure> {
        let keys = self.made.folder.join("keys");
        let root = ["keys", "root", "--name", "demo-root", "--out"];
        self.stop
            .run_silently(self.zetel_vendor(&root).arg(&keys))?;
        let roots = self.made.folder.join("files/roots");
        fs::create_dir_all(&roots)?;
        fs::copy(keys.join("demo-root.jwk"), roots.join("demo-root.jwk"))?;
        for owner in OWNERS {
            let address = format!("http://127.0.0.1:{}", self.made.license_server_port(owner));
            let store = format!("{address}/store?serial={SERIAL_NR}");
            let contact = format!("mailto:licenses@{}.example", owner.to_lowercase());
            let valid_from = self.minutes_ago(400 * DAY);
            let mut command = self.zetel_vendor(&["keys", "owner", "--owner", owner]);
            command
                .args(["--description", short_name(owner)])
                .args(["--license-url", &address, "--store-url", &store])
                .args(["--contact-url", &contact])
                .args(["--valid-from", &valid_from, "--valid-days", "800"])
                .arg("--root")
                .arg(keys.join("demo-root.private.jwk"))
                .arg("--data")
                .arg(self.made.owner(owner));
            self.stop.run_silently(&mut command)?;
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

    /// Issues a sequence of an owner from the license server of this name.
    fn issue(&self, owner: &str, server: &str, sequence: &Sequence) -> Result<(), Failure> {
        let orders = self.made.folder.join("orders");
        fs::create_dir_all(&orders)?;
        let name = sequence.name(owner);
        let catalogue = orders.join(format!("{owner}.toml"));
        let order = orders.join(format!("{name}.toml"));
        fs::write(&catalogue, goods::catalogue(owner))?;
        let mut toml = format!(
            "serial_nr = \"{}\"\ncompany_name = \"{}\"\nreference = \"O-{name}\"\n",
            sequence.serial_nr, sequence.company
        );
        for (date, days) in DATES {
            toml.push_str(&format!("{date} = \"{}\"\n", self.day(days)));
        }
        toml.push_str("\n[modules]\n");
        toml.push_str(&sequence.modules);
        fs::write(&order, toml)?;
        let number = sequence.sequence.to_string();
        let issued_at = self.minutes_ago(sequence.minutes_ago);
        let mut command = self.zetel_vendor(&["issue", "--sequence", &number]);
        command.args(["--issued-at", &issued_at]);
        command.arg("--data").arg(self.made.owner(server));
        command.arg("--catalogue").arg(catalogue);
        command.arg("--order").arg(order);
        command.arg("--out").arg(orders.join(format!("{name}.lic")));
        if sequence.held {
            command.arg("--hold");
        }
        self.stop.run_silently(&mut command)
    }

    /// A demo version may become the real installation.
    fn register(&self, owner: &str) -> Result<(), Failure> {
        if self.made.scenario != Scenario::DemoVersion {
            return Ok(());
        }
        let change = ["--from", goods::DEMO_SERIAL_NR, "--to", SERIAL_NR];
        let mut command = self.zetel_vendor(&["register", "--company", COMPANY]);
        command
            .args(change)
            .arg("--data")
            .arg(self.made.owner(owner));
        self.stop.run_silently(&mut command)
    }

    /// A genuine license for somebody else, signed by the same key; counted apart, so that it takes no sequence here.
    fn other_company(&self) -> Result<(), Failure> {
        let (owner, elsewhere) = (self.made.owner(OWNERS[0]), "other-company");
        let data = self.made.owner(elsewhere);
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
        self.issue(OWNERS[0], elsewhere, &sequence)
    }

    /// What is for loading by hand.
    fn files(&self) -> Result<(), Failure> {
        let (orders, files) = (
            self.made.folder.join("orders"),
            self.made.folder.join("files"),
        );
        for (from, to) in goods::FILES {
            fs::copy(orders.join(from), files.join(to))?;
        }
        Ok(())
    }

    fn settings(&self) -> Result<(), Failure> {
        let mut toml = format!(
            "# Settings of the demo; a database of the environment (DATABASE_URL) wins over the one here.\nlisten = \"127.0.0.1:{}\"\n\
            database_url = \"sqlite:zetel.db\"\ntime_zone = \"{TIME_ZONE}\"\nroots = \"files/roots\"\ndemo = true\nlog = \"warn\"\n",
            self.made.port
        );
        for owner in OWNERS {
            toml.push_str(&format!(
                "\n[owner.{owner}]\ndescription = \"{}\"\nlicense_url = \"http://127.0.0.1:{}\"\n",
                short_name(owner),
                self.made.license_server_port(owner)
            ));
        }
        Ok(fs::write(self.made.folder.join("zetel.toml"), toml)?)
    }

    /// What the console is filled with: who it is, what is installed, who uses it.
    fn seed(&self) -> Result<(), Failure> {
        let (scenario, users) = (self.made.scenario, self.made.users);
        let mut seed = BufWriter::new(fs::File::create(self.made.folder.join("seed.jsonl"))?);
        if let Some((serial_nr, company_name)) = scenario.installation() {
            let installation = json!({ "serial_nr": serial_nr, "company_name": company_name });
            writeln!(seed, "{}", json!({ "installation": installation }))?;
        }
        let installed_at = self.started - SignedDuration::from_mins(INSTALLED_MINUTES);
        for owner in OWNERS {
            let sequences = scenario.sequences(owner, self.times);
            for sequence in sequences.iter().filter(|sequence| sequence.installed) {
                let name = format!("orders/{}.lic", sequence.name(owner));
                let license = json!({
                    "file": self.made.folder.join(name),
                    "installed_at": installed_at.as_millisecond(),
                });
                writeln!(seed, "{}", json!({ "license": license }))?;
            }
        }
        for (name, department, city) in COMPANIES {
            let company = json!({ "name": name, "department": department, "city": city });
            writeln!(seed, "{}", json!({ "company": company }))?;
        }
        let history = History::new(self.started, &TimeZone::get(TIME_ZONE)?);
        for owner in OWNERS {
            let sequences = scenario.sequences(owner, self.times);
            for sequence in sequences.iter().filter(|sequence| sequence.installed) {
                for line in history.lines(owner, &sequence.modules, self.times) {
                    writeln!(seed, "{}", json!({ "seat_use": line }))?;
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
