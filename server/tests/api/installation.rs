//! Serial number and company: set, and set right, before the first license, and changed by asking for another one.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use licensing::envelope::VerifyCode;
use licensing::license::{DEMO_SERIAL_NR, INSTALLATION_TEXT_MAX, Installation, License};
use licensing::retrieval::{LICENSE_PATH, REGISTRATIONS_PATH, Registration, url};
use licensing::samples::{self, FJORDMAPS, SUPEROFFICE};
use licensing::wire::{
    Activated, CheckOutcome, Checked, Discard, Done, ErrorCode, FieldFault, Loaded, Origin,
    OwnerView, Problem, SetInstallation, path, paths,
};
use server::config::Config;

use crate::harness::{Answer, Browser, Console, NOW, for_each_database, for_each_database_with};
use crate::license_server::{self, LicenseServer};
use crate::licenses::{licenses, seen};
use crate::tables::{acts, dump};

fn installation(serial_nr: &str, company_name: &str) -> Installation {
    Installation {
        serial_nr: serial_nr.to_owned(),
        company_name: company_name.to_owned(),
    }
}

/// Setting both, by who saw this before.
fn set(seen: Option<&Installation>, wanted: &Installation) -> SetInstallation {
    let (seen, wanted) = (seen.cloned(), wanted.clone());
    SetInstallation { seen, wanted }
}

/// The license of an owner for an installation.
fn license(owner: &str, sequence: u64, installation: &Installation) -> License {
    let mut license = samples::license(owner, sequence);
    license.issued_at = NOW;
    license.serial_nr.clone_from(&installation.serial_nr);
    license.company_name.clone_from(&installation.company_name);
    license
}

fn problem(field: &str, fault: FieldFault) -> Problem {
    let field = field.to_owned();
    Problem::Field { field, fault }
}

#[tokio::test]
async fn both_are_set_on_an_empty_console() {
    for_each_database(async |console| {
        let browser = console.administrator().await;
        let before = dump(&console).await;
        let long = "x".repeat(INSTALLATION_TEXT_MAX + 1);
        let missing = vec![
            problem("serial_nr", FieldFault::Missing),
            problem("company_name", FieldFault::Missing),
        ];
        for (wanted, problems) in [
            (installation("", " "), missing),
            (
                installation("1", &long),
                vec![problem("company_name", FieldFault::TooLong)],
            ),
            (
                installation("1 2", "A"),
                vec![problem("serial_nr", FieldFault::Malformed)],
            ),
            (
                installation("1", "A\u{0}"),
                vec![problem("company_name", FieldFault::Malformed)],
            ),
        ] {
            let answer = browser.put(paths::INSTALLATION, &set(None, &wanted)).await;
            assert_eq!(
                answer
                    .error(StatusCode::BAD_REQUEST, ErrorCode::Invalid)
                    .problems,
                problems
            );
        }
        assert_eq!(dump(&console).await, before);

        // Saying the same twice is no second act.
        let wanted = installation(" 1010000042 ", "Meridian Trading BV ");
        for _ in 0..2 {
            let answer = browser.put(paths::INSTALLATION, &set(None, &wanted)).await;
            answer.json::<Done>();
            assert_eq!(
                licenses(&browser).await.installation,
                Some(samples::installation())
            );
        }
        // Somebody who still saw an empty console.
        let other = installation("1010000043", "Meridian Trading BV");
        let answer = browser.put(paths::INSTALLATION, &set(None, &other)).await;
        answer.error(StatusCode::CONFLICT, ErrorCode::Stale);
        assert_eq!(
            licenses(&browser).await.installation,
            Some(samples::installation())
        );
        assert_eq!(acts(&console, "installation_set").await, 1);
    })
    .await;
}

/// A console that knows two owners, each with a license server.
struct Market {
    console: Console,
    browser: Browser,
    superoffice: LicenseServer,
    fjordmaps: LicenseServer,
}

impl Market {
    /// Runs a test on one, once per database.
    async fn for_each_database(test: impl AsyncFn(Market)) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let root = serde_json::to_string(&samples::root().public()).expect("it serializes");
        std::fs::write(folder.path().join("root.jwk"), root).expect("written");
        let trusting = |config: &mut Config| config.roots = Some(folder.path().to_owned());
        for_each_database_with(trusting, async |console| {
            let superoffice = LicenseServer::start().await;
            let fjordmaps = LicenseServer::start().await;
            let console = console.with_config(|config| {
                for (owner, server) in [(SUPEROFFICE, &superoffice), (FJORDMAPS, &fjordmaps)] {
                    let configured = config.owner.entry(samples::owner_name(owner)).or_default();
                    configured.license_url = Some(server.url.clone());
                }
            });
            server::renewal::prepare(&console.state)
                .await
                .expect("prepared");
            let browser = console.administrator().await;
            test(Self {
                console,
                browser,
                superoffice,
                fjordmaps,
            })
            .await;
        })
        .await;
    }

    /// Both license servers have this sequence for an installation, and know of no other.
    fn serves(&self, sequence: u64, installation: &Installation) {
        for (owner, server) in [
            (SUPEROFFICE, &self.superoffice),
            (FJORDMAPS, &self.fjordmaps),
        ] {
            let compact = samples::signed(&license(owner, sequence, installation));
            let path = url("", LICENSE_PATH, &[&installation.serial_nr]);
            server.answers(move |question| {
                if question.path == path {
                    license_server::license(&compact)
                } else {
                    StatusCode::NOT_FOUND.into_response()
                }
            });
        }
    }

    /// Sets serial number and company, and has the license of each owner in force.
    async fn begin(&self, installation: &Installation) {
        self.serves(1, installation);
        self.browser
            .put(paths::INSTALLATION, &set(None, installation))
            .await
            .json::<Done>();
        self.asked().await;
        for owner in licenses(&self.browser).await.owners {
            assert_eq!(
                owner.installed.map(|installed| installed.license.sequence),
                Some(1)
            );
        }
    }

    /// Both license servers were asked.
    async fn asked(&self) {
        for owner in [SUPEROFFICE, FJORDMAPS] {
            let asked = self
                .browser
                .post(&path(paths::CHECK, owner), &Done {})
                .await;
            asked.json::<Checked>();
        }
    }

    async fn change(&self, wanted: &Installation) -> Answer {
        self.browser.post(paths::CHANGE_SERIAL_NUMBER, wanted).await
    }
}

#[tokio::test]
async fn when_both_are_set_the_license_servers_are_asked() {
    Market::for_each_database(async |market| {
        let wanted = samples::installation();
        market
            .browser
            .put(paths::INSTALLATION, &set(None, &wanted))
            .await
            .json::<Done>();
        for server in [&market.superoffice, &market.fjordmaps] {
            server.is_asked_for("/v1/licenses/1010000042").await;
            assert_eq!(server.asked()[0].header("if-none-match"), "");
        }
        // What comes first is activated by itself, too.
        market.asked().await;
        market.serves(1, &wanted);
        market.asked().await;
        let owner = licenses(&market.browser).await.owners.remove(0);
        assert_eq!(owner.owner.as_str(), SUPEROFFICE);
        assert_eq!(owner.activated.expect("it is news").before, None);
    })
    .await;
}

#[tokio::test]
async fn what_was_set_wrong_is_set_right_until_a_license_was_in_force() {
    Market::for_each_database(async |market| {
        let browser = &market.browser;
        let (wrong, real) = (
            installation("1010000041", "Meridian"),
            samples::installation(),
        );
        let put = async |seen: Option<&Installation>, wanted: &Installation| {
            browser.put(paths::INSTALLATION, &set(seen, wanted)).await
        };
        put(None, &wrong).await.json::<Done>();
        let file = samples::signed(&license(FJORDMAPS, 1, &wrong));
        let loaded: Loaded = browser.post_file(paths::LOAD_FILE, file).await.json();
        // Every question about the wrong ones is over.
        market.asked().await;

        let malformed = put(Some(&wrong), &installation("1 2", "A")).await;
        malformed.error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        put(Some(&wrong), &real).await.json::<Done>();
        let stale = put(Some(&wrong), &installation("1010000043", "Meridian")).await;
        stale.error(StatusCode::CONFLICT, ErrorCode::Stale);
        for server in [&market.superoffice, &market.fjordmaps] {
            server.is_asked_for("/v1/licenses/1010000042").await;
        }
        let trail = dump(&market.console).await;
        let changed = |row: &&str| row.contains("| installation_changed |");
        let row = trail.lines().find(changed).expect("it is written down");
        for said in [&wrong, &real] {
            assert!(
                row.contains(&said.serial_nr) && row.contains(&said.company_name),
                "{row}"
            );
        }
        assert_eq!(acts(&market.console, "installation_changed").await, 1);
        // What waited was for the wrong ones.
        assert_eq!(acts(&market.console, "offer_withdrawn").await, 1);

        // Nor is a question about the right ones still under way, which had no license yet.
        market.asked().await;
        market.serves(1, &real);
        market.asked().await;
        let now = licenses(browser).await;
        assert_eq!(now.installation, Some(real.clone()));
        for owner in &now.owners {
            let installed = owner.installed.as_ref().expect("it is in force");
            assert_eq!(installed.license.serial_nr, real.serial_nr);
            assert_eq!(owner.offer, None);
        }
        assert!(now.owners[1].revision > loaded.licenses.owners[1].revision);
        let before = dump(&market.console).await;
        for wanted in [&wrong, &real] {
            let late = put(Some(&real), wanted).await;
            late.error(StatusCode::CONFLICT, ErrorCode::InstallationSet);
        }
        assert_eq!(dump(&market.console).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_demo_version_becomes_a_real_one() {
    Market::for_each_database(async |market| {
        let demo = installation(DEMO_SERIAL_NR, "Demo");
        market.begin(&demo).await;
        let real = samples::installation();
        let compact = samples::signed(&license(SUPEROFFICE, 1, &real));
        market
            .superoffice
            .answers(move |_| license_server::license(&compact));
        let loaded: Loaded = market.change(&real).await.json();
        assert_eq!((loaded.owner.as_str(), loaded.sequence), (SUPEROFFICE, 1));
        let asked = market.superoffice.asked().pop().expect("it was asked");
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("POST", REGISTRATIONS_PATH)
        );
        let registration: Registration = serde_json::from_str(&asked.body).expect("a registration");
        assert_eq!(registration.installation(), real);
        assert_eq!(registration.from_serial, DEMO_SERIAL_NR);
        // It waits for a person, and nothing has changed.
        let offered = &loaded.licenses.owners[0];
        let offer = offered.offer.as_ref().expect("it waits");
        assert_eq!(
            (offer.origin, &offer.changes_installation),
            (Origin::Registration, &Some(real.clone()))
        );
        assert_eq!(loaded.licenses.installation, Some(demo.clone()));

        market.serves(4, &real);
        let answer = market.browser.post(paths::ACTIVATE, &seen(offered)).await;
        let now = answer.json::<Activated>().licenses;
        assert_eq!(now.installation, Some(real.clone()));
        assert_eq!(acts(&market.console, "installation_changed").await, 1);
        let installed = |owner: &OwnerView| owner.installed.clone().expect("it is in force");
        assert!(!installed(&now.owners[0]).for_former_serial_nr);
        // The other owner's license is of before, and is fetched anew without anybody's asking.
        market
            .fjordmaps
            .is_asked_for("/v1/licenses/1010000042")
            .await;
        market.asked().await;
        let asked = market.fjordmaps.asked();
        let anew = asked
            .iter()
            .find(|question| question.path == "/v1/licenses/1010000042");
        assert_eq!(
            anew.map(|question| question.header("if-none-match")),
            Some("")
        );
        for owner in licenses(&market.browser).await.owners {
            let installed = installed(&owner);
            assert_eq!(
                (installed.license.sequence, installed.for_former_serial_nr),
                (4, false)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn licenses_of_other_owners_stay_and_are_marked() {
    Market::for_each_database(async |market| {
        let former = installation("1010000041", "Meridian Trading BV");
        market.begin(&former).await;
        // Something waits for the former serial number.
        let file = samples::signed(&license(FJORDMAPS, 2, &former));
        market
            .browser
            .post_file(paths::LOAD_FILE, file)
            .await
            .json::<Loaded>();
        let real = samples::installation();
        let compact = samples::signed(&license(SUPEROFFICE, 1, &real));
        market
            .superoffice
            .answers(move |_| license_server::license(&compact));
        let loaded: Loaded = market.change(&real).await.json();
        market
            .superoffice
            .answers(|_| StatusCode::NOT_FOUND.into_response());
        let answer = market
            .browser
            .post(paths::ACTIVATE, &seen(&loaded.licenses.owners[0]))
            .await;
        let now = answer.json::<Activated>().licenses;
        let fjordmaps = &now.owners[1];
        assert!(
            fjordmaps
                .installed
                .as_ref()
                .expect("it stays")
                .for_former_serial_nr
        );
        assert_eq!(fjordmaps.offer, None);
        assert_eq!(fjordmaps.revision, loaded.licenses.owners[1].revision + 1);
        assert_eq!(acts(&market.console, "offer_withdrawn").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_too_small_is_blocked_and_changes_nothing() {
    Market::for_each_database(async |market| {
        let former = installation("1010000041", "Meridian Trading BV");
        market.begin(&former).await;
        let user = market.console.person("holder").await;
        assert!(crate::activation::assign(&market.browser, user, "ten-sales").await);
        let real = samples::installation();
        let mut small = license(SUPEROFFICE, 1, &real);
        small
            .module_licenses
            .retain(|module| module.module_name.as_str() != "ten-sales");
        let compact = samples::signed(&small);
        market
            .superoffice
            .answers(move |_| license_server::license(&compact));
        let loaded: Loaded = market.change(&real).await.json();
        let before = dump(&market.console).await;
        let answer = market
            .browser
            .post(paths::ACTIVATE, &seen(&loaded.licenses.owners[0]))
            .await;
        let problems = answer
            .error(StatusCode::CONFLICT, ErrorCode::Blocked)
            .problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(dump(&market.console).await, before);
        // Whoever changed their mind discards it.
        let Loaded {
            owner,
            sequence,
            licenses,
        } = loaded;
        let discard = Discard {
            sequence,
            revision: licenses.owners[0].revision,
        };
        let answer = market
            .browser
            .delete(&path(paths::OFFER, &owner), &discard)
            .await;
        answer.json::<Done>();
    })
    .await;
}

#[tokio::test]
async fn a_change_that_the_license_server_does_not_answer_changes_nothing() {
    Market::for_each_database(async |market| {
        let real = samples::installation();
        let answer_to = |wanted| market.change(wanted);
        answer_to(&real)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::InstallationMissing);
        let former = installation("1010000041", "Meridian Trading BV");
        market.begin(&former).await;
        answer_to(&former)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::InstallationSet);
        answer_to(&installation("", "A"))
            .await
            .error(StatusCode::BAD_REQUEST, ErrorCode::Invalid);
        let before = dump(&market.console).await;
        let other = samples::signed(&license(SUPEROFFICE, 2, &former));
        let foreign = samples::signed(&license(FJORDMAPS, 2, &real));
        let cases: [(CheckOutcome, Response); 6] = [
            (
                CheckOutcome::UnknownSerial,
                StatusCode::NOT_FOUND.into_response(),
            ),
            (CheckOutcome::Withdrawn, StatusCode::GONE.into_response()),
            (CheckOutcome::AnswerUnexpected, "<html>".into_response()),
            (
                CheckOutcome::Refused(VerifyCode::SerialMismatch),
                license_server::license(&other),
            ),
            (
                CheckOutcome::Refused(VerifyCode::OwnerMismatch),
                license_server::license(&foreign),
            ),
            (
                CheckOutcome::Busy,
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    [(header::RETRY_AFTER, "30")],
                )
                    .into_response(),
            ),
        ];
        for (outcome, response) in cases {
            let response = std::sync::Mutex::new(Some(response));
            market.superoffice.answers(move |_| {
                let response = response.lock().expect("nobody crashed").take();
                response.expect("it is asked once")
            });
            let body = market.change(&real).await;
            let body = body.error(StatusCode::BAD_GATEWAY, ErrorCode::LicenseServer(outcome));
            let later = (outcome == CheckOutcome::Busy).then_some(30);
            assert_eq!(body.retry_after, later);
        }
        assert_eq!(dump(&market.console).await, before);
    })
    .await;
}
