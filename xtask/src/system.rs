//! What the machine has: programs in the search path, and Debian's packages where they may be installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;
use crate::step::run;

/// Looks for a program in the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Looks for a program, installs what brings it where that is allowed, and looks again.
///
/// `purpose` ends the sentence that says what to do when it is not to be had: "the browser tests".
pub(crate) fn find_or_install(
    look: impl Fn() -> Option<PathBuf>,
    name: &str,
    packages: &[&str],
    purpose: &str,
) -> Result<PathBuf, Failure> {
    if let Some(found) = look() {
        return Ok(found);
    }
    let may_install = is_root() && find("apt-get").is_some();
    if may_install {
        println!(
            "  {name} is not there: installing {} with apt-get",
            packages.join(", ")
        );
        install(packages)?;
    }
    look().ok_or_else(|| {
        let packages = packages.join(" ");
        format!("{name} is not there. Install it for {purpose} (on Debian or Ubuntu: apt-get install {packages}).").into()
    })
}

fn install(packages: &[&str]) -> Result<(), Failure> {
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        run(&mut command)
    };
    apt(&["update", "--quiet"])?;
    apt(&[
        &["install", "--quiet", "--yes", "--no-install-recommends"],
        packages,
    ]
    .concat())
}

/// Whether this runs as the system's administrator.
pub(crate) fn is_root() -> bool {
    number_of("id", &["-u"]) == Some(0)
}

/// The number of a user and of its group, if there is one of that name.
pub(crate) fn user(name: &str) -> Option<(u32, u32)> {
    Some((
        number_of("id", &["-u", name])?,
        number_of("id", &["-g", name])?,
    ))
}

fn number_of(program: &str, arguments: &[&str]) -> Option<u32> {
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// A port of 127.0.0.1 that nobody listens on.
pub(crate) fn free_port() -> Result<u16, Failure> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port())
}

/// The Chromium to test with: of the variable CHROMIUM, in the search path, or installed.
pub(crate) fn chromium() -> Result<PathBuf, Failure> {
    let look = || {
        let named = std::env::var_os("CHROMIUM")
            .map(PathBuf::from)
            .filter(|file| file.is_file());
        let app = Path::new("/Applications/Chromium.app/Contents/MacOS/Chromium").to_owned();
        let known = ["chromium", "chromium-browser", "google-chrome", "chrome"]
            .into_iter()
            .find_map(find);
        named.or(known).or(app.is_file().then_some(app))
    };
    let packages = ["chromium", "fonts-liberation"];
    find_or_install(
        look,
        "Chromium",
        &packages,
        "the browser tests, or name it in the variable CHROMIUM",
    )
}
