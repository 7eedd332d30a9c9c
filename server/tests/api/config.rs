//! What the operator sets: where it comes from, what is shown of it, what is refused.

use crate::program::{folder, refused, run, write, zetel};

#[test]
fn what_is_in_force_is_shown_with_its_source_and_without_secrets() {
    let folder = folder();
    write(
        folder.path(),
        "zetel.toml",
        "listen = \"127.0.0.1:9000\"\ntime_zone = \"Europe/Oslo\"\nroots = \"keys\"\nproxy = \"http://me:hush@proxy.test:3128\"\n\
         [owner.SUPEROFFICE]\ndescription = \"SuperOffice\"\n",
    );
    let mut command = zetel(
        folder.path(),
        &[
            "config",
            "--config",
            "zetel.toml",
            "--demo",
            "--time-zone=Europe/Amsterdam",
        ],
    );
    command
        .env(
            "DATABASE_URL",
            "postgres://zetel:hush@db.test/zetel?sslpassword=hush",
        )
        .env("ZETEL_TIME_ZONE", "Europe/Paris")
        .env("ZETEL_DENIED_KEYS", "abc, def")
        .env(
            "ZETEL_OWNER_SUPEROFFICE_LICENSE_URL",
            "https://licenses.test/v1",
        )
        .env("ZETEL_TEST_POSTGRES", "none of the program's");
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(!stdout.contains("hush"), "{stdout}");
    let line = |name: &str| {
        let line = stdout
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("{name}: {stdout}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("listen"), "listen = \"127.0.0.1:9000\" # zetel.toml");
    assert_eq!(
        line("time_zone"),
        "time_zone = \"Europe/Amsterdam\" # --time-zone"
    );
    assert_eq!(line("demo"), "demo = true # --demo");
    assert_eq!(
        line("denied_keys"),
        "denied_keys = [\"abc\",\"def\"] # ZETEL_DENIED_KEYS"
    );
    assert_eq!(line("log"), "log = \"info\" # default");
    assert_eq!(line("# ca_file"), "# ca_file is not set # default");
    assert_eq!(line("roots"), "roots = \"keys\" # zetel.toml");
    assert_eq!(
        line("proxy"),
        "proxy = \"http://me:***@proxy.test:3128/\" # zetel.toml"
    );
    assert_eq!(
        line("database_url"),
        "database_url = \"postgres://zetel:***@db.test/zetel?sslpassword=***\" # DATABASE_URL"
    );
    assert_eq!(
        line("description"),
        "description = \"SuperOffice\" # zetel.toml"
    );
    assert_eq!(
        line("license_url"),
        "license_url = \"https://licenses.test/v1\" # ZETEL_OWNER_SUPEROFFICE_LICENSE_URL"
    );
    // What is shown is a configuration again.
    write(folder.path(), "again.toml", &stdout);
    let (code, again, stderr) = run(&mut zetel(
        folder.path(),
        &["config", "--config", "again.toml"],
    ));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .skip(1)
            .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
            .collect()
    };
    assert_eq!(values(&again), values(&stdout));
}

#[test]
fn paths_of_the_file_are_relative_to_it_others_to_the_current_folder() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("etc")).expect("folders can be made");
    write(
        &folder.path().join("etc"),
        "zetel.toml",
        "roots = \"keys\"\ndatabase_url = \"sqlite:data/zetel.db\"\n",
    );
    let mut command = zetel(
        folder.path(),
        &[
            "config",
            "--config",
            "etc/zetel.toml",
            "--ca-file",
            "own.pem",
        ],
    );
    let (_, stdout, _) = run(&mut command);
    for shown in [
        "roots = \"etc/keys\"",
        "database_url = \"sqlite:etc/data/zetel.db\"",
        "ca_file = \"own.pem\"",
    ] {
        assert!(stdout.contains(shown), "{shown}: {stdout}");
    }
}

#[test]
fn an_unknown_setting_is_an_error_that_names_the_nearest_one() {
    let folder = folder();
    write(folder.path(), "a.toml", "lisen = \"127.0.0.1:1\"\n");
    write(
        folder.path(),
        "b.toml",
        "[owner.SUPEROFFICE]\nlicence_url = \"https://a.test\"\n",
    );
    write(folder.path(), "c.toml", "[owner.\"super office\"]\n");
    let with = |file| zetel(folder.path(), &["config", "--config", file]);
    refused(
        &mut with("a.toml"),
        2,
        &[
            "a.toml has an unknown setting lisen",
            "Did you mean listen?",
        ],
    );
    refused(
        &mut with("b.toml"),
        2,
        &[
            "unknown setting owner.SUPEROFFICE.licence_url",
            "Did you mean license_url?",
        ],
    );
    refused(&mut with("c.toml"), 2, &["c.toml"]);
    let mut command = zetel(folder.path(), &["config"]);
    refused(
        command.env("ZETEL_DATABASE", "x"),
        2,
        &[
            "unknown setting ZETEL_DATABASE",
            "Did you mean database_url?",
        ],
    );
    refused(
        &mut zetel(folder.path(), &["config", "--databse-url", "x"]),
        2,
        &["--database-url"],
    );
}

#[test]
fn a_value_that_does_not_fit_is_named_but_not_repeated() {
    let folder = folder();
    write(folder.path(), "a.toml", "listen = \"somewhere\"\n");
    write(folder.path(), "b.toml", "proxy = 5\n");
    write(folder.path(), "c.toml", "listen = \n");
    let with = |file| zetel(folder.path(), &["config", "--config", file]);
    refused(&mut with("a.toml"), 2, &["a.toml: listen"]);
    refused(&mut with("b.toml"), 2, &["b.toml: proxy"]);
    refused(&mut with("c.toml"), 2, &["c.toml"]);
    refused(
        &mut with("nothing.toml"),
        2,
        &["the configuration file nothing.toml cannot be read"],
    );
    let mut command = zetel(folder.path(), &["config"]);
    refused(
        command.env("ZETEL_DEMO", "perhaps"),
        2,
        &["ZETEL_DEMO: demo is not of the right kind", "boolean"],
    );
    for (arguments, code, says) in [
        (
            ["--time-zone", "Europe/Utopia"],
            2,
            "there is no time zone \"Europe/Utopia\"",
        ),
        (
            ["--database-url", "mysql://x"],
            2,
            "neither with sqlite: nor with postgres://",
        ),
        (
            ["--database-url", "sqlite::memory:"],
            2,
            "names no file of SQLite",
        ),
        (
            ["--database-url", "sqlite:no/such/folder/zetel.db"],
            3,
            "no/such/folder/zetel.db",
        ),
        (
            ["--database-url", "postgres://127.0.0.1:1/zetel"],
            3,
            "PostgreSQL server at 127.0.0.1:1",
        ),
        (["--log", "a=b=c"], 2, "log is no filter"),
        (["--roots", "nowhere"], 2, "nowhere"),
        (
            ["--fixed-clock", "2026-07-01T10:00:00Z"],
            2,
            "stands still in a demo only",
        ),
    ] {
        refused(
            zetel(folder.path(), &["serve"]).args(arguments),
            code,
            &["error: ", says],
        );
    }
}

#[test]
fn the_help_names_every_command_and_setting() {
    let folder = folder();
    let (code, stdout, _) = run(&mut zetel(folder.path(), &["--help"]));
    assert_eq!(code, 0);
    for setting in server::config::SETTINGS {
        let flag = format!("--{}", setting.name.replace('_', "-"));
        assert!(stdout.contains(&flag), "{flag}: {stdout}");
    }
    for said in [
        "serve",
        "config",
        "account",
        "seed",
        "--config",
        "ZETEL_CONFIG",
        "Ends with 0",
    ] {
        assert!(stdout.contains(said), "{said}: {stdout}");
    }
    assert!(!stdout.contains("fixed-clock"), "{stdout}");
}
