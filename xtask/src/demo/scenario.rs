//! The days that the demo shows, as sequences that each owner issues.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::goods::{
    COMPANY, DEMO_COMPANY, DEMO_SERIAL_NR, OWNERS, Plans, SERIAL_NR, fjordmaps, superoffice,
};

/// The day that the demo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub(crate) enum Scenario {
    /// The new license has two seats of Sales Premium fewer than are in use.
    Blocked,
    /// The new license fits and was activated by itself.
    Automatic,
    /// A demo version asks for its new serial number and license owner.
    DemoVersion,
    /// The license servers do not answer.
    Offline,
    /// What is too few is a hidden license that two plans bring.
    Hidden,
    /// Nothing is installed, and no serial number is known.
    Empty,
}

/// One license to issue.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    /// Its number.
    pub(crate) sequence: u64,
    /// Minutes before the first start when it was signed.
    pub(crate) minutes_ago: i64,
    /// For whom.
    pub(crate) serial_nr: &'static str,
    pub(crate) company: &'static str,
    /// Lines of the order's modules.
    pub(crate) modules: String,
    /// Not served.
    pub(crate) held: bool,
    /// It is what the console starts with.
    pub(crate) installed: bool,
}

/// How long ago the demo's licenses were installed.
pub(crate) const INSTALLED_MINUTES: i64 = 22 * 24 * 60;

const SEVEN: Plans = Plans {
    sales: 21,
    service: 15,
    marketing: 10,
    combined: 100,
    saint: false,
};

const EIGHT: Plans = Plans {
    sales: 18,
    service: 20,
    saint: true,
    ..SEVEN
};

const NINE: Plans = Plans {
    sales: 25,
    marketing: 12,
    ..EIGHT
};

impl fmt::Display for Scenario {
    /// As the command line says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self
            .to_possible_value()
            .expect("every scenario can be asked for");
        f.write_str(value.get_name())
    }
}

impl Sequence {
    /// Of its order and of its file.
    pub(crate) fn name(&self, owner: &str) -> String {
        format!(
            "{}-{}-{}",
            owner.to_lowercase(),
            self.serial_nr,
            self.sequence
        )
    }

    fn held(self) -> Self {
        Self { held: true, ..self }
    }
}

impl Scenario {
    /// Whether anything is installed at the start.
    pub(crate) fn has_licenses(self) -> bool {
        self != Self::Empty
    }

    /// Whether license servers answer.
    pub(crate) fn has_license_servers(self) -> bool {
        self != Self::Offline
    }

    /// What the console is told that it is.
    pub(crate) fn installation(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Empty => None,
            Self::DemoVersion => Some((DEMO_SERIAL_NR, DEMO_COMPANY)),
            _ => Some((SERIAL_NR, COMPANY)),
        }
    }

    /// What an owner issues, in this order.
    pub(crate) fn sequences(self, owner: &str, times: u32) -> Vec<Sequence> {
        let first = INSTALLED_MINUTES + 60;
        let mut sequences = if owner == OWNERS[0] {
            vec![
                sequence(7, first, superoffice(SEVEN, times)),
                sequence(8, 60, superoffice(self.eight(), times)),
                sequence(9, 30, superoffice(NINE, times)).held(),
            ]
        } else {
            vec![
                sequence(3, first, fjordmaps(12, times)),
                sequence(4, 30, fjordmaps(15, times)).held(),
            ]
        };
        match self {
            Self::Empty => {}
            Self::DemoVersion => {
                // What is published for the real serial number fits, so that the change is not blocked.
                let mut demo = sequences[0].clone();
                (demo.serial_nr, demo.company) = (DEMO_SERIAL_NR, DEMO_COMPANY);
                demo.installed = true;
                for later in &mut sequences[1..] {
                    later.held = true;
                }
                sequences.insert(0, demo);
            }
            _ => sequences[0].installed = true,
        }
        sequences
    }

    /// What SUPEROFFICE publishes since.
    pub(crate) fn eight(self) -> Plans {
        match self {
            Self::Automatic => Plans { sales: 22, ..EIGHT },
            Self::Hidden => Plans {
                combined: 26,
                ..SEVEN
            },
            _ => EIGHT,
        }
    }
}

fn sequence(sequence: u64, minutes_ago: i64, modules: String) -> Sequence {
    Sequence {
        sequence,
        minutes_ago,
        serial_nr: SERIAL_NR,
        company: COMPANY,
        modules,
        held: false,
        installed: false,
    }
}
