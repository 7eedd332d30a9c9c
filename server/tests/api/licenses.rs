//! The Licenses screen: what is in force, what waits, who uses how much, and whom the console trusts.

use axum::http::StatusCode;
use licensing::compare::Use;
use licensing::envelope::VerifyCode;
use licensing::license::{License, UserType};
use licensing::samples;
use licensing::standing::Phase;
use licensing::wire::{
    Activate, Activated, Activation, CheckOutcome, Done, ErrorCode, Licenses, Loaded, Origin,
    OwnerView, Seen, SetActivation, path, paths,
};

use crate::harness::{Browser, NOW, for_each_database_with};
use crate::stock::{self, OWNER, hidden, plan, seats, site, user};
use crate::tables::{acts, dump};

/// The Licenses screen.
pub(crate) async fn licenses(browser: &Browser) -> Licenses {
    browser.get(paths::LICENSES).await.json()
}

/// The owner of the tests, as the Licenses screen shows it.
pub(crate) async fn view(browser: &Browser) -> OwnerView {
    of_owner(licenses(browser).await)
}

/// The owner of the tests.
pub(crate) fn of_owner(licenses: Licenses) -> OwnerView {
    let mut owners = licenses.owners.into_iter();
    let found = owners.find(|owner| owner.owner.as_str() == OWNER);
    found.expect("the owner of the tests is known")
}

/// Loads a license as a file; it is the offer now.
pub(crate) async fn load(browser: &Browser, license: &License) -> OwnerView {
    let file = samples::signed(license);
    let answer = browser.post_file(paths::LOAD_FILE, file).await;
    let loaded: Loaded = answer.json();
    assert_eq!(loaded.sequence, license.sequence);
    of_owner(loaded.licenses)
}

/// What activating says that was seen, of an owner with an offer.
pub(crate) fn seen(owner: &OwnerView) -> Activate {
    let offer = owner.offer.as_ref().expect("there is an offer");
    Activate {
        owner: owner.owner.clone(),
        sequence: offer.license.sequence,
        sha256: offer.sha256.clone(),
        revision: owner.revision,
    }
}

/// Loads a license as a file and activates it.
pub(crate) async fn install(browser: &Browser, license: &License) -> OwnerView {
    let offered = load(browser, license).await;
    let answer = browser.post(paths::ACTIVATE, &seen(&offered)).await;
    of_owner(answer.json::<Activated>().licenses)
}

/// Use of every module, as "name in_use/in_use_after-excluded".
pub(crate) fn uses(owner: &OwnerView) -> String {
    let uses = owner.modules.iter().map(|module| {
        let Use {
            in_use,
            in_use_after,
            excluded,
        } = module.usage;
        format!("{} {in_use}/{in_use_after}-{excluded}", module.module)
    });
    uses.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_empty_console_shows_the_owners_that_are_configured() {
    let configure = |config: &mut server::config::Config| {
        for (owner, description) in [
            ("AAA", "Zebra"),
            ("SUPEROFFICE", "SuperOffice"),
            ("ZZZ", "Aardvark"),
        ] {
            let configured = config
                .owner
                .entry(owner.parse().expect("a name"))
                .or_default();
            configured.description = Some(description.to_owned());
            configured.license_url = Some(format!("https://{owner}.example").to_lowercase());
            configured.store_url = Some("http://shop.example".to_owned());
        }
    };
    for_each_database_with(configure, async |console| {
        server::renewal::prepare(&console.state)
            .await
            .expect("prepared");
        let browser = console.administrator().await;
        let licenses = licenses(&browser).await;
        assert_eq!(licenses.installation, None);
        assert_eq!(licenses.now, NOW);
        assert_eq!(licenses.today.to_string(), "2026-07-01");
        let names: Vec<_> = licenses
            .owners
            .iter()
            .map(|owner| owner.description.as_str())
            .collect();
        assert_eq!(names, ["SuperOffice", "Aardvark", "Zebra"]);
        let first = &licenses.owners[0];
        assert_eq!(
            first.check.license_url.as_deref(),
            Some("https://superoffice.example")
        );
        assert_eq!(first.activation, Activation::Automatic);
        assert_eq!(
            (&first.installed, &first.offer, &first.store_url),
            (&None, &None, &None)
        );
    })
    .await;
}

#[tokio::test]
async fn it_says_what_is_in_force_and_who_uses_how_much() {
    stock::for_each_database(async |console, owner| {
        let mut license = owner.license(
            7,
            vec![
                plan("sales", 3).brings(&["crm"]),
                seats("maps", 5),
                seats("free", 1).unrestricted(),
                site("tools"),
                hidden("crm", 9),
            ],
        );
        license.admin_warning_date = Some("2026-06-30".parse().expect("a day"));
        license.expiry_date = Some("2026-08-01".parse().expect("a day"));
        license.maintenance_date = Some("2026-06-30".parse().expect("a day"));
        let users: [(&str, &[&str]); 3] = [
            ("a", &["sales", "maps"]),
            ("b", &["sales"]),
            ("c", &["free"]),
        ];
        owner.fill(&console, &license, &users).await;
        let browser = console.administrator().await;
        let licenses = licenses(&browser).await;
        assert_eq!(licenses.installation, Some(samples::installation()));
        let owner = of_owner(licenses);
        assert_eq!(owner.description, "Fjord Maps");
        assert_eq!(
            uses(&owner),
            "sales 2/2-0 maps 1/1-0 free 1/1-0 tools 0/0-0 crm 2/2-0"
        );
        let installed = owner.installed.expect("it is in force");
        assert_eq!(installed.license, license);
        assert_eq!(
            installed.sha256,
            licensing::envelope::sha256(&samples::signed(&license))
        );
        assert_eq!(installed.installed_at, NOW.plus_days(-22));
        assert_eq!(
            (installed.activated_by, installed.origin),
            (None, Origin::LicenseServer)
        );
        assert_eq!(installed.standing.phase, Phase::Warning);
        assert!(installed.standing.maintenance_over);
        assert!(!installed.for_former_serial_nr && !installed.looks_frozen);
        assert_eq!(installed.trust_problem, None);
        // Nobody has to be told what an empty console was filled with.
        assert_eq!((owner.offer, owner.activated), (None, None));
        assert_eq!(
            owner.check.license_url.as_deref(),
            Some("http://127.0.0.1:9")
        );
        assert_eq!(owner.store_url.as_deref(), Some("http://127.0.0.1:9/store"));
        assert_eq!(
            owner.contact_url.as_deref(),
            Some("mailto:licenses@example.com")
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_in_force_stays_and_is_marked_when_its_root_is_withdrawn_or_its_key_denied() {
    stock::for_each_database(async |console, owner| {
        let license = owner.license(7, vec![seats("maps", 5)]);
        owner.fill(&console, &license, &[("a", &["maps"])]).await;
        let browser = console.administrator().await;
        load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let roots = console.state.config.roots.clone().expect("a folder");

        let key = samples::owner_key(OWNER).public().thumbprint();
        std::fs::write(roots.join("denied.txt"), format!("{key} # stolen\n")).expect("written");
        let denied = view(&browser).await;
        let installed = denied.installed.expect("it stays in force");
        assert_eq!(installed.trust_problem, Some(VerifyCode::KeyDenied));
        assert_eq!((&installed.license, &installed.key), (&license, &key));
        // Neither what waits nor an address of that certificate is trusted.
        assert_eq!(
            (denied.offer, denied.store_url, denied.contact_url),
            (None, None, None)
        );
        assert_eq!(denied.check.license_url, None);

        std::fs::remove_file(roots.join("denied.txt")).expect("removed");
        std::fs::remove_file(roots.join("root.jwk")).expect("removed");
        let unknown = view(&browser).await.installed.expect("it stays in force");
        assert_eq!(unknown.trust_problem, Some(VerifyCode::RootUnknown));
        let root = serde_json::to_string(&samples::root().public()).expect("it serializes");
        std::fs::write(roots.join("root.jwk"), root).expect("written");
        let trusted = view(&browser).await;
        assert_eq!(
            trusted
                .installed
                .and_then(|installed| installed.trust_problem),
            None
        );
        assert!(trusted.offer.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_ran_backwards_is_reported() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        console
            .state
            .clock
            .advance(-23 * licensing::license::DAY_MS);
        let installed = view(&browser).await.installed.expect("it is in force");
        assert_eq!(installed.trust_problem, Some(VerifyCode::IssuedInFuture));
    })
    .await;
}

#[tokio::test]
async fn a_license_server_looks_frozen_when_nothing_newer_came_for_long() {
    stock::for_each_database(async |console, owner| {
        let mut license = owner.license(7, vec![seats("maps", 5)]);
        license.next_check_date = Some("2026-06-17".parse().expect("a day"));
        owner.fill(&console, &license, &[]).await;
        let browser = console.administrator().await;
        let frozen = |owner: OwnerView| owner.installed.expect("it is in force").looks_frozen;
        assert!(frozen(view(&browser).await));
        let offered = load(&browser, &owner.license(8, vec![seats("maps", 5)])).await;
        assert!(!frozen(offered));
    })
    .await;
}

#[tokio::test]
async fn use_under_an_offer_with_other_plan_sets_is_counted_anew() {
    stock::for_each_database(async |console, owner| {
        let modules = vec![
            plan("sales", 5).brings(&["crm", "mail"]),
            hidden("crm", 9),
            seats("mail", 9),
            seats("maps", 9),
        ];
        let users: [(&str, &[&str]); 3] = [
            ("a", &["sales"]),
            ("b", &["sales", "mail"]),
            ("c", &["maps"]),
        ];
        owner
            .fill(&console, &owner.license(7, modules), &users)
            .await;
        let browser = console.administrator().await;
        let modules = vec![
            plan("sales", 5).brings(&["crm", "maps"]),
            hidden("crm", 9),
            seats("mail", 9).needs("maps"),
            seats("maps", 9).for_type(UserType::ExternalAssociate),
        ];
        let offered = load(&browser, &owner.license(8, modules)).await;
        // "mail" needs "maps" now, which "b" has by the plan; "c" is no external user.
        assert_eq!(
            uses(&offered),
            "sales 2/2-0 mail 2/1-0 maps 1/3-1 crm 2/2-0"
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_activated_by_itself_is_shown_until_an_administrator_has_looked() {
    stock::for_each_database(async |console, owner| {
        let license = owner.license(7, vec![seats("maps", 5)]);
        owner.fill(&console, &license, &[]).await;
        let server = crate::license_server::LicenseServer::start().await;
        let mut newer = owner.license(8, vec![seats("maps", 6)]);
        newer.issued_at = NOW;
        server.serves(8, &samples::signed(&newer));
        let console = console.with_config(|config| {
            let configured = config.owner.entry(samples::owner_name(OWNER)).or_default();
            configured.license_url = Some(server.url.clone());
        });
        let browser = console.administrator().await;
        let owner_path = |route| path(route, OWNER);
        let checked: licensing::wire::Checked = browser
            .post(&owner_path(paths::CHECK), &Done {})
            .await
            .json();
        assert_eq!(checked.result.outcome, CheckOutcome::Activated);
        let activated = of_owner(checked.licenses).activated.expect("it is news");
        assert_eq!((activated.sequence, activated.at), (8, NOW));
        assert_eq!(activated.before, Some(license));
        assert_eq!(
            activated.key_before,
            Some(samples::owner_key(OWNER).public().thumbprint())
        );

        // Another sequence is no news, and looking twice is fine.
        for (sequence, is_news) in [(7, true), (8, false), (8, false)] {
            let answer = browser
                .post(&owner_path(paths::SEEN), &Seen { sequence })
                .await;
            answer.json::<Done>();
            assert_eq!(view(&browser).await.activated.is_some(), is_news);
        }
        assert_eq!(acts(&console, "activation_seen").await, 1);
    })
    .await;
}

#[tokio::test]
async fn activation_is_automatic_until_somebody_wants_to_be_asked() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        assert_eq!(view(&browser).await.activation, Activation::Automatic);
        for _ in 0..2 {
            let ask = SetActivation {
                activation: Activation::AskMe,
            };
            let answer = browser.put(&path(paths::ACTIVATION, OWNER), &ask).await;
            answer.json::<Done>();
        }
        assert_eq!(view(&browser).await.activation, Activation::AskMe);
        assert_eq!(acts(&console, "activation_set").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_owner_that_nobody_knows_is_not_found() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill_with(
                &console,
                &owner.license(7, vec![seats("maps", 5)]),
                vec![user("a", &[])],
            )
            .await
            .expect("the file is right");
        let browser = console.administrator().await;
        let before = dump(&console).await;
        let ask = SetActivation {
            activation: Activation::AskMe,
        };
        for owner in ["NOBODY", "nobody", "%00"] {
            let nobody = |route: &str| route.replace("{owner}", owner);
            let answers = [
                browser.post(&nobody(paths::CHECK), &Done {}).await,
                browser
                    .post(&nobody(paths::SEEN), &Seen { sequence: 1 })
                    .await,
                browser.put(&nobody(paths::ACTIVATION), &ask).await,
            ];
            for answer in answers {
                answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
            }
        }
        assert_eq!(dump(&console).await, before);
    })
    .await;
}
