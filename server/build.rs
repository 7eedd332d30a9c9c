//! Tells cargo which folders the program takes in: schema changes, and in a release the client's files.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=migrations");
    // A debug build reads the client's files when it runs. A folder that is not there would make every build a full one.
    let site = "../target/site";
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release")
        && Path::new(site).exists()
    {
        println!("cargo:rerun-if-changed={site}");
    }
}
