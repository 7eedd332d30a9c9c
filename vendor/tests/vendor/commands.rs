//! The program itself: the files that it makes, what it prints, how it fails and how it stops.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::owner::CATALOGUE;

const ORDER: &str =
    "serial_nr = \"1010000042\"\ncompany_name = \"Meridian Trading BV\"\n[modules]\nmaps = 9\n";

/// A folder in which an owner works by the command line.
struct Desk(TempDir);

impl Desk {
    /// An empty one.
    fn empty() -> Self {
        Self(tempfile::tempdir().expect("the system has a folder for temporary files"))
    }

    /// With keys of FJORDMAPS in `data`, a catalogue and an order.
    fn with_keys() -> Self {
        let desk = Self::empty();
        desk.done("keys root --out keys");
        desk.done("keys owner --root keys/root.private.jwk --owner FJORDMAPS --description Maps --data data");
        desk.write("catalogue.toml", CATALOGUE);
        desk.write("order.toml", ORDER);
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).expect("the folder is ours");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).expect("it was made")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zetel-vendor"));
        command
            .args(line.split_whitespace())
            .current_dir(self.path());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().expect("the program is there")
    }

    /// What it prints when all is well.
    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line}: {errors}");
        String::from_utf8(output.stdout).expect("it prints text")
    }

    /// What it says when it fails; it ends with 1.
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert_eq!(output.stdout, b"", "{line}");
        String::from_utf8(output.stderr).expect("it prints text")
    }
}

#[test]
fn only_their_owner_may_read_private_keys_and_nothing_prints_one() {
    let desk = Desk::empty();
    let mut printed = desk.done("keys root --out keys --name demo");
    printed += &desk.done(
        "keys owner --root keys/demo.private.jwk --owner FJORDMAPS --description Maps --data data",
    );
    for file in ["keys/demo.private.jwk", "data/owner.private.jwk"] {
        let mode = fs::metadata(desk.path().join(file))
            .expect("it was made")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
        let key: serde_json::Value = serde_json::from_str(&desk.read(file)).expect("a JWK");
        let secret = key["d"].as_str().expect("a private key has d");
        assert!(!printed.contains(secret), "{printed}");
    }
    for file in ["keys/demo.jwk", "data/root.jwk", "data/owner.crt"] {
        assert!(!desk.read(file).contains("\"d\""), "{file}");
    }
}

#[test]
fn keys_are_never_overwritten() {
    let desk = Desk::with_keys();
    for (line, file) in [
        ("keys root --out keys", "keys/root.private.jwk"),
        (
            "keys owner --root keys/root.private.jwk --owner FJORDMAPS --description Maps --data data",
            "data/owner.private.jwk",
        ),
    ] {
        let before = desk.read(file);
        let says = desk.refused(line);
        assert!(says.contains("A key is never overwritten"), "{says}");
        assert_eq!(desk.read(file), before);
    }
}

#[test]
fn addresses_that_a_console_would_not_ask_are_refused() {
    let desk = Desk::empty();
    desk.done("keys root --out keys");
    let owner =
        "keys owner --root keys/root.private.jwk --owner FJORDMAPS --description Maps --data data";
    for address in [
        "--license-url http://licenses.example",
        "--store-url javascript:alert(1)",
        "--license-url mailto:licenses@fjordmaps.example",
        "--contact-url ftp://fjordmaps.example",
    ] {
        let says = desk.refused(&format!("{owner} {address}"));
        assert!(says.contains("consoles take https://"), "{says}");
    }
    let fine = "--license-url http://127.0.0.1:8601 --store-url https://shop.example/?a=b --contact-url mailto:a@b.example";
    desk.done(&format!("{owner} {fine}"));
}

#[test]
fn a_license_is_issued_into_a_file_and_said_in_one_line() {
    let desk = Desk::with_keys();
    let issue = "issue --data data --catalogue catalogue.toml --order order.toml --out maps.lic";
    let said = desk.done(issue);
    assert_eq!(
        said,
        "Issued sequence 1 of FJORDMAPS for 1010000042 (Meridian Trading BV), published.\n"
    );
    let file = desk.read("maps.lic");
    assert!(file.starts_with("-----BEGIN LICENSE-----\n"), "{file}");
    let held = desk.done(&format!("{issue} --hold --sequence 9"));
    assert!(held.contains("sequence 9"), "{held}");
    assert!(held.ends_with("held.\n"), "{held}");
}

#[test]
fn failures_say_what_and_what_next() {
    let desk = Desk::with_keys();
    desk.write("planes.toml", &format!("{ORDER}planes = 3\n"));
    desk.write("typo.toml", &format!("serial_number = \"1\"\n{ORDER}"));
    desk.write("broken.toml", "serial_nr = ");
    let issue = "issue --data data --catalogue catalogue.toml --order";
    desk.done(&format!("{issue} order.toml --sequence 7"));
    let expected = [
        (
            format!("{issue} planes.toml"),
            "planes, which the catalogue does not have",
        ),
        (
            format!("{issue} typo.toml"),
            "unknown field `serial_number`",
        ),
        (
            format!("{issue} broken.toml"),
            "broken.toml: TOML parse error",
        ),
        (
            format!("{issue} missing.toml"),
            "missing.toml: No such file",
        ),
        (
            format!("{issue} order.toml --sequence 7"),
            "the highest so far is 7",
        ),
        (
            "issue --data elsewhere --catalogue catalogue.toml --order order.toml".to_owned(),
            "elsewhere is no data folder of an owner",
        ),
        (
            "withdraw --data data --serial 1".to_owned(),
            "Nothing was ever issued for 1",
        ),
        (
            "serve --data data --listen 192.0.2.1:8700".to_owned(),
            "--behind-tls-proxy, or listen on 127.0.0.1",
        ),
        (
            "serve --data data --listen 192.0.2.1:8700 --store".to_owned(),
            "leave --store away",
        ),
        (
            "keys owner --root keys/root.jwk --owner FJORDMAPS --description Maps --data other"
                .to_owned(),
            "is no private Ed25519 key",
        ),
    ];
    for (line, part) in expected {
        let says = desk.refused(&line);
        assert!(says.contains(part), "{line}: {says}");
    }
    assert!(!desk.path().join("elsewhere").exists());
}

#[test]
fn the_order_page_needs_something_issued_before() {
    let desk = Desk::with_keys();
    let says = desk.refused("serve --data data --listen 127.0.0.1:0 --store");
    assert!(says.contains("issue a license first"), "{says}");
}

#[test]
fn a_taken_port_is_named() {
    let desk = Desk::with_keys();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound");
    let says = desk.refused(&format!("serve --data data --listen {address}"));
    assert!(
        says.contains(&format!("Cannot listen on {address}")),
        "{says}"
    );
}

#[test]
fn a_registration_says_what_is_left_to_do() {
    let desk = Desk::with_keys();
    let register = "register --data data --from 1000000000 --to 1010000042 --company";
    let said = desk.done(&format!("{register} Meridian"));
    assert!(said.contains("issue its license next"), "{said}");
    desk.done("issue --data data --catalogue catalogue.toml --order order.toml");
    let said = desk.done(&format!("{register} Meridian"));
    assert!(said.contains("is for Meridian Trading BV"), "{said}");
}

#[test]
fn the_catalogue_and_the_order_in_the_help_are_ones() {
    let desk = Desk::with_keys();
    let help = desk.done("issue --help");
    let between = |from: &str, to: &str| {
        let (_, rest) = help.split_once(from).expect("the help has it");
        rest.split_once(to).expect("the help has it").0.to_owned()
    };
    desk.write(
        "catalogue.toml",
        &between("Catalogue, what can be sold:", "Order, what"),
    );
    desk.write(
        "order.toml",
        &between("what somebody bought:", "What a console"),
    );
    let said = desk.done("issue --data data --catalogue catalogue.toml --order order.toml");
    assert!(said.contains("sequence 1"), "{said}");
}

/// `zetel-vendor serve` on any port, and where it listens.
fn serving(desk: &Desk) -> (Child, String) {
    let mut command = desk.command("serve --data data --listen 127.0.0.1:0 --until-stdin-ends");
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is there");
    let log = child.stderr.take().expect("it was asked for");
    let mut lines = BufReader::new(log).lines();
    let address = lines
        .by_ref()
        .map(|line| line.expect("the log is text"))
        .find_map(|line| Some(line.split_once("127.0.0.1:")?.1.to_owned()))
        .expect("it says where it listens");
    // The rest of the log is read, so that writing it never waits.
    std::thread::spawn(move || lines.for_each(drop));
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    (child, format!("127.0.0.1:{port}"))
}

#[test]
fn serving_answers_and_ends_with_the_program_that_started_it() {
    let desk = Desk::with_keys();
    let (mut child, address) = serving(&desk);
    let mut stream = TcpStream::connect(&address).expect("it listens");
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    drop(child.stdin.take());
    assert!(child.wait().expect("it was started").success());
    assert!(TcpStream::connect(&address).is_err());
}
