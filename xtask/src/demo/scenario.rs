//! The days that the demo shows, as sequences that each owner issues.

use clap::ValueEnum;

use super::goods::{
    COMPANY, DEMO_COMPANY, DEMO_SERIAL_NR, Plans, SERIAL_NR, fjordmaps, superoffice,
};

/// The day that the demo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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

impl Scenario {
    /// Whether anything is installed at the start.
    pub(crate) fn has_licenses(self) -> bool {
        self != Self::Empty
    }

    /// What the console is told that it is.
    pub(crate) fn installation(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Empty => None,
            Self::DemoVersion => Some((DEMO_SERIAL_NR, DEMO_COMPANY)),
            _ => Some((SERIAL_NR, COMPANY)),
        }
    }

    /// What SUPEROFFICE issues, in this order.
    pub(crate) fn superoffice(self, times: u32) -> Vec<Sequence> {
        let eight = match self {
            Self::Automatic => Plans {
                sales: 22,
                service: 20,
                saint: true,
                ..SEVEN
            },
            Self::Hidden => Plans {
                combined: 26,
                ..SEVEN
            },
            _ => Plans {
                sales: 18,
                service: 20,
                saint: true,
                ..SEVEN
            },
        };
        let nine = Plans {
            sales: 25,
            service: 20,
            marketing: 12,
            saint: true,
            ..SEVEN
        };
        let installed = Sequence {
            installed: true,
            ..sequence(7, INSTALLED_MINUTES + 60, superoffice(SEVEN, times))
        };
        let held = Sequence {
            held: true,
            ..sequence(9, 30, superoffice(nine, times))
        };
        if self == Self::DemoVersion {
            let mut sequences = vec![demo_version(installed.clone())];
            sequences.push(Sequence {
                installed: false,
                ..installed
            });
            return sequences;
        }
        vec![installed, sequence(8, 60, superoffice(eight, times)), held]
    }

    /// What FJORDMAPS issues, in this order.
    pub(crate) fn fjordmaps(self, times: u32) -> Vec<Sequence> {
        let installed = Sequence {
            installed: true,
            ..sequence(3, INSTALLED_MINUTES + 60, fjordmaps(12, times))
        };
        let held = Sequence {
            held: true,
            ..sequence(4, 30, fjordmaps(15, times))
        };
        if self == Self::DemoVersion {
            let mut sequences = vec![demo_version(installed.clone())];
            sequences.push(Sequence {
                installed: false,
                ..installed
            });
            return sequences;
        }
        vec![installed, held]
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

fn demo_version(sequence: Sequence) -> Sequence {
    Sequence {
        serial_nr: DEMO_SERIAL_NR,
        company: DEMO_COMPANY,
        ..sequence
    }
}
