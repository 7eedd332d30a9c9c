//! The program `zetel`: reads the command line and runs one command.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Args, FromArgMatches, Parser, Subcommand};
use licensing::license::Timestamp;
use server::auth::account;
use server::auth::password::PASSWORD_MAX;
use server::config::{Config, Given, Loaded, SETTINGS, SettingKind};
use server::db::{Address, Db, Lock};
use server::error::Error;
use server::exit::StartError;
use server::{State, seed, serve};
use tracing_subscriber::EnvFilter;

/// The system's allocator gives memory back after every large license and asks for it again, which costs a seventh of the time that
/// verifying takes.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// License console: who holds which seat, and what the owners of the modules sold.
///
/// Settings come from flags, then from variables of the environment (ZETEL_ and the name in capitals), then from the
/// TOML file, then from the defaults; `zetel config` shows what is in force and where it came from.
#[derive(Parser)]
#[command(name = "zetel", version, max_term_width = 100, after_help = AFTER_HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    /// TOML file with settings.
    #[arg(long, global = true, value_name = "FILE", env = "ZETEL_CONFIG")]
    config: Option<PathBuf>,
    /// Makes the clock of a demo stand still (RFC 3339, UTC).
    #[arg(long, global = true, hide = true, value_name = "INSTANT")]
    fixed_clock: Option<Timestamp>,
    /// Stops when standard input ends: with the program that started this.
    #[arg(long, global = true, hide = true)]
    until_stdin_ends: bool,
    #[command(flatten)]
    settings: Flags,
}

const AFTER_HELP: &str = "\
To begin:
  zetel serve                          makes the database and listens on http://127.0.0.1:8600
  zetel account add ID --administrator lets the user with this user ID sign in

Ends with 0 when all is well, 1 when it failed, 2 when flags or settings are wrong, 3 when the database cannot be used.";

#[derive(Subcommand)]
enum Command {
    /// Runs the console until it is told to stop (the default).
    Serve,
    /// Shows the settings in force and where each came from; secrets are masked.
    Config,
    /// Accounts of the console.
    #[command(subcommand)]
    Account(Account),
    /// Fills an empty console from a file of JSON lines.
    Seed {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Account {
    /// Lets a user sign in. Asks for the password, or takes it from standard input (one line); replaces the one before.
    Add {
        /// The user's ID; the user must exist.
        user_id: String,
        /// May change things; without it, reads the Users screen only.
        #[arg(long)]
        administrator: bool,
    },
}

/// What was set by flags: one per setting.
struct Flags(Vec<Given>);

impl Args for Flags {
    fn augment_args(command: clap::Command) -> clap::Command {
        SETTINGS.iter().fold(command, |command, setting| {
            let flag = Arg::new(setting.name)
                .long(setting.name.replace('_', "-"))
                .value_name(setting.value)
                .help(setting.help)
                .help_heading("Settings")
                .global(true);
            command.arg(if setting.kind == SettingKind::YesNo {
                flag.num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true")
                    .value_parser(["true", "false"])
            } else {
                flag
            })
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| {
            let text = matches.get_one::<String>(setting.name)?;
            Some(Given::by_flag(setting, text))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", server::error::chain(&error));
            eprintln!("  {}", error.next());
            ExitCode::from(error.exit() as u8)
        }
    }
}

fn run(command_line: CommandLine) -> Result<(), StartError> {
    let loaded = Loaded::from(
        command_line.config.as_deref(),
        std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }),
        command_line.settings.0,
    )?;
    let command = command_line.command.unwrap_or(Command::Serve);
    if matches!(command, Command::Config) {
        print!("{}", loaded.shown());
        return Ok(());
    }
    log(&loaded.config.log)?;
    // An error says that there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Runtime::new().map_err(|cause| {
        StartError::failed("the program cannot begin", "See the cause.").because(cause)
    })?;
    let config = loaded.config;
    let fixed_clock = command_line.fixed_clock;
    let until_stdin_ends = command_line.until_stdin_ends;
    runtime.block_on(async {
        match command {
            Command::Serve => serve::serve(config, fixed_clock, until_stdin_ends).await,
            Command::Config => Ok(()),
            Command::Account(Account::Add {
                user_id,
                administrator,
            }) => add_account(&config, fixed_clock, &user_id, administrator).await,
            Command::Seed { file } => seed(config, fixed_clock, &file).await,
        }
    })
}

async fn add_account(
    config: &Config,
    fixed_clock: Option<Timestamp>,
    user_id: &str,
    administrator: bool,
) -> Result<(), StartError> {
    let clock = config.clock(fixed_clock)?;
    let address: Address = config.database_url.parse()?;
    let db = Db::open(&address).await?;
    // The console may run meanwhile: it holds the lock, and has brought the schema up to date.
    if !db.is_migrated().await.is_ok_and(|migrated| migrated) {
        let lock = Lock::take(&address).await?;
        db.migrate().await?;
        lock.release().await;
    }
    let password = password()?;
    account::add(&db, &clock, user_id, &password, administrator)
        .await
        .map_err(|error| not_added(user_id, error))?;
    db.close().await;
    let role = if administrator {
        " as administrator"
    } else {
        ""
    };
    println!("{user_id} may sign in{role}.");
    Ok(())
}

async fn seed(
    config: Config,
    fixed_clock: Option<Timestamp>,
    file: &Path,
) -> Result<(), StartError> {
    let clock = config.clock(fixed_clock)?;
    let address: Address = config.database_url.parse()?;
    let lock = Lock::take(&address).await?;
    let db = Db::open(&address).await?;
    db.migrate().await?;
    let state = State::new(config, db, clock)?;
    let seeded = seed::run(&state, file).await;
    state.db.close().await;
    lock.release().await;
    seeded.map_err(|cause| {
        StartError::failed(
            "the console was not filled",
            "Mend the file, and begin with an empty database.",
        )
        .because(cause)
    })
}

fn log(filter: &str) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(filter).map_err(|cause| {
        StartError::config(
            "log is no filter",
            "Write a level such as info, or server=debug,sqlx=warn.",
        )
        .because(cause)
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}

/// One line: without echo from a terminal, twice; else from standard input.
fn password() -> Result<String, StartError> {
    let unread = |cause| {
        StartError::failed(
            "no password was read",
            "Type it when asked, or give it as one line on standard input.",
        )
        .because(cause)
    };
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let password = rpassword::prompt_password("Password: ").map_err(unread)?;
        if password != rpassword::prompt_password("Again: ").map_err(unread)? {
            return Err(StartError::failed(
                "the two passwords differ",
                "Nothing was changed; try again.",
            ));
        }
        return Ok(password);
    }
    let mut line = String::new();
    // One more than allowed, and the end of the line.
    let longest = u64::try_from(PASSWORD_MAX)
        .unwrap_or(u64::MAX)
        .saturating_add(3);
    stdin
        .lock()
        .take(longest)
        .read_line(&mut line)
        .map_err(unread)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn not_added(user_id: &str, error: Error) -> StartError {
    match error {
        Error::NotFound => StartError::failed(
            format!("there is no user {user_id}"),
            "An account is for a user of the console; see that the user ID is right and database_url the right one.",
        ),
        Error::Invalid(_) => StartError::failed(
            "the password is too short or too long",
            "Choose one of 8 characters or more, and 1024 bytes at most.",
        ),
        error => StartError::database(
            "the account was not added",
            "See the cause; nothing was changed.",
        )
        .because(error),
    }
}
