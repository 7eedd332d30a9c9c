//! How long it takes to verify a license of 500 modules and to compare it with the one before, in microseconds: one line of
//! JSON on standard output. Run it as it ships:
//!
//! `cargo run --release -p licensing --features samples,fast --example verify_compare -- 1000`

use std::hint::black_box;
use std::time::Instant;

use licensing::compare::{Use, Uses, compare};
use licensing::envelope::{Expected, verify};
use licensing::license::{License, ModuleLicense, USER_PLAN};
use licensing::samples::{NOW, SUPEROFFICE, installation, license, signed, trust, user_license};

/// The console's.
#[cfg(not(target_arch = "wasm32"))]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Modules of the license.
const MODULES: usize = 500;
/// Of these, user plans.
const PLANS: usize = 20;
/// Modules that a plan brings.
const MEMBERS: usize = 40;
/// Runs, when the command line names no number.
const RUNS: usize = 1000;

fn main() {
    let runs = std::env::args().nth(1).map_or(RUNS, |runs| {
        runs.parse().expect("the number of runs, such as 1000")
    });
    let current = large(7, 20);
    let new = large(8, 18);
    let compact = signed(&new);
    let uses: Uses = current.module_licenses.iter().map(in_use).collect();
    let (trust, installation) = (trust(), installation());
    let expected = Expected {
        owner: Some(&current.owner_name),
        installation: &installation,
        now: NOW,
        highest: &[],
    };
    let mut micros: Vec<u128> = (0..runs.max(1))
        .map(|_| {
            let began = Instant::now();
            let verified = verify(black_box(&compact), &trust, &expected).expect("it is genuine");
            let comparison = compare(Some(&current), verified.license(), &uses);
            let took = began.elapsed().as_micros();
            assert!(black_box(comparison).is_blocked());
            took
        })
        .collect();
    micros.sort_unstable();
    let at = |percent: usize| micros[(micros.len() - 1) * percent / 100];
    println!(
        r#"{{"modules":{MODULES},"bytes":{},"runs":{},"median_us":{},"p95_us":{},"max_us":{}}}"#,
        compact.len(),
        micros.len(),
        at(50),
        at(95),
        at(100),
    );
}

/// Nineteen seats of every module: one too many for a plan of 18.
fn in_use(module: &ModuleLicense) -> (licensing::license::ModuleName, Use) {
    let usage = Use {
        in_use: 19,
        in_use_after: 19,
        excluded: 0,
    };
    (module.module_name.clone(), usage)
}

/// Plans, and the hidden modules that they bring; every plan brings its neighbour's too.
fn large(sequence: u64, number: i32) -> License {
    let name = |place: usize| format!("module-{place:03}");
    let modules = (0..MODULES).map(|place| {
        let mut module = user_license(SUPEROFFICE, &name(place), "A module of many", number);
        if place < PLANS {
            let hidden = MODULES - PLANS;
            let step = hidden / PLANS;
            let members = (0..MEMBERS).map(|member| name(PLANS + (place * step + member) % hidden));
            module.extra_flags = USER_PLAN;
            module.extra_info = format!("set={}", members.collect::<Vec<_>>().join(","));
        } else {
            (module.is_hidden, module.number_of_licenses) = (true, 100);
        }
        module
    });
    License {
        module_licenses: modules.collect(),
        ..license(SUPEROFFICE, sequence)
    }
}
