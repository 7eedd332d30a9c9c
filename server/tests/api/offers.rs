//! Loading a license from a file, and the offer that it becomes.

use axum::http::StatusCode;
use licensing::envelope::VerifyCode;
use licensing::license::{Installation, License};
use licensing::samples;
use licensing::wire::{Activated, Discard, Done, ErrorCode, Loaded, Origin, path, paths};

use crate::harness::{Answer, Browser, for_each_database};
use crate::licenses::{load, of_owner, seen, view};
use crate::stock::{self, OWNER, seats};
use crate::tables::{acts, dump};

/// A file that is refused with this code.
#[track_caller]
fn refused(answer: &Answer, code: VerifyCode) {
    answer.error(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::License(code));
}

async fn load_bytes(browser: &Browser, license: &License) -> Answer {
    browser
        .post_file(paths::LOAD_FILE, samples::signed(license))
        .await
}

async fn discard(browser: &Browser, sequence: u64, revision: i64) -> Answer {
    let seen = Discard { sequence, revision };
    browser.delete(&path(paths::OFFER, OWNER), &seen).await
}

#[tokio::test]
async fn a_file_becomes_the_offer_and_waits_for_a_person() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let new = owner.license(8, vec![seats("maps", 6)]);
        let file = licensing::envelope::file_of_compact(&samples::signed(&new));
        let answer = browser
            .post_file(paths::LOAD_FILE, file.replace('\n', "\r\n"))
            .await;
        let loaded: Loaded = answer.json();
        assert_eq!((loaded.owner.as_str(), loaded.sequence), (OWNER, 8));
        let shown = of_owner(loaded.licenses);
        assert_eq!(shown, view(&browser).await);
        // Automatic as the owner is, nothing blocks it, and still it waits.
        assert_eq!(
            shown.installed.map(|installed| installed.license.sequence),
            Some(7)
        );
        let offer = shown.offer.expect("it waits");
        assert_eq!(
            (offer.license, offer.origin, offer.changes_installation),
            (new, Origin::File, None)
        );
    })
    .await;
}

#[tokio::test]
async fn the_first_license_of_an_owner_may_come_as_a_file() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let mut license = samples::license(samples::SUPEROFFICE, 1);
        license.issued_at = crate::harness::NOW;
        let loaded: Loaded = load_bytes(&browser, &license).await.json();
        let first = loaded
            .licenses
            .owners
            .into_iter()
            .next()
            .expect("two owners");
        assert_eq!(
            (first.description.as_str(), &first.installed),
            ("SuperOffice", &None)
        );
        let answer = browser.post(paths::ACTIVATE, &seen(&first)).await;
        let now = answer.json::<Activated>().licenses;
        let names: Vec<_> = now
            .owners
            .iter()
            .map(|owner| owner.owner.as_str())
            .collect();
        assert_eq!(names, ["SUPEROFFICE", "FJORDMAPS"]);
        assert_eq!(now.owners[0].modules.len(), license.module_licenses.len());
    })
    .await;
}

#[tokio::test]
async fn a_newer_offer_takes_the_place_of_an_older_one_and_no_older_one_its() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let newer = owner.license(9, vec![seats("maps", 7)]);
        let offered = load(&browser, &newer).await;
        let before = dump(&console).await;
        // Byte for byte the same: nothing to do.
        let again = load(&browser, &newer).await;
        assert_eq!(again, offered);
        refused(
            &load_bytes(&browser, &owner.license(8, vec![seats("maps", 6)])).await,
            VerifyCode::SequenceOlder,
        );
        assert_eq!(dump(&console).await, before);
        // The same sequence with other content: an alarm, and nothing else.
        let other = owner.license(9, vec![seats("maps", 8)]);
        refused(
            &load_bytes(&browser, &other).await,
            VerifyCode::SequenceReused,
        );
        assert_eq!(view(&browser).await, offered);
        assert_eq!(acts(&console, "sequence_reused").await, 1);
        // Activating drops what is at or below it.
        browser
            .post(paths::ACTIVATE, &seen(&offered))
            .await
            .json::<Activated>();
        assert_eq!(view(&browser).await.offer, None);
    })
    .await;
}

#[tokio::test]
async fn an_offer_from_a_file_is_discarded_by_who_saw_it() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let offered = load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
        let before = dump(&console).await;
        for (sequence, revision) in [(9, offered.revision), (8, offered.revision - 1)] {
            let answer = discard(&browser, sequence, revision).await;
            answer.error(StatusCode::CONFLICT, ErrorCode::Stale);
        }
        assert_eq!(dump(&console).await, before);
        discard(&browser, 8, offered.revision).await.json::<Done>();
        let now = view(&browser).await;
        assert_eq!((now.revision, &now.offer), (offered.revision + 1, &None));
        assert_eq!(acts(&console, "offer_discarded").await, 1);
        discard(&browser, 8, now.revision)
            .await
            .error(StatusCode::CONFLICT, ErrorCode::Stale);
        // It may be loaded again.
        load(&browser, &owner.license(8, vec![seats("maps", 6)])).await;
    })
    .await;
}

#[tokio::test]
async fn before_serial_number_and_company_are_set_no_file_is_loaded() {
    for_each_database(async |console| {
        let browser = console.administrator().await;
        let before = dump(&console).await;
        let mut license = samples::license(OWNER, 7);
        license.issued_at = crate::harness::NOW;
        let answer = load_bytes(&browser, &license).await;
        answer.error(StatusCode::CONFLICT, ErrorCode::InstallationMissing);
        assert_eq!(dump(&console).await, before);
    })
    .await;
}

#[tokio::test]
async fn white_space_of_the_company_does_not_matter() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(&console, &owner.license(7, vec![seats("maps", 5)]), &[])
            .await;
        let browser = console.administrator().await;
        let Installation { company_name, .. } = samples::installation();
        let mut license = owner.license(8, vec![seats("maps", 6)]);
        license.company_name = format!(" {} ", company_name.replace(' ', "  "));
        load(&browser, &license).await;
    })
    .await;
}
