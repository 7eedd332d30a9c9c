//! Issuing: sequences, what is refused, what is warned of.

use licensing::envelope::{Expected, VerifyCode, verify};
use licensing::license::{CivilDate, Installation};
use tokio::task::JoinSet;

use crate::owner::{How, NOW, Owner, SERIAL, customer, order, with};

const HELD: How = How {
    sequence: None,
    hold: true,
};

fn sequence(sequence: u64) -> How {
    How {
        sequence: Some(sequence),
        hold: false,
    }
}

#[tokio::test]
async fn what_is_issued_is_genuine_for_its_installation_and_no_other() {
    let owner = Owner::new().await;
    let issued = owner.issue(&order(21), How::default()).await;
    let compact = issued.expect("it is whole").license.compact().to_owned();
    let trust = owner.trust();
    let held_against = |installation: &Installation| {
        let expected = Expected {
            owner: None,
            installation,
            now: NOW,
            highest: &[],
        };
        verify(&compact, &trust, &expected).map_err(|error| error.code)
    };
    let verified = held_against(&customer()).expect("it is the customer's");
    assert_eq!(verified.license().sequence, 1);
    assert_eq!(verified.license().module_licenses.len(), 6);
    let other = Installation {
        company_name: "Polder Logistics BV".to_owned(),
        ..customer()
    };
    assert_eq!(held_against(&other), Err(VerifyCode::CompanyMismatch));
}

#[tokio::test]
async fn a_sequence_is_above_every_other_of_its_serial_number_held_ones_too() {
    let owner = Owner::new().await;
    owner.publish(21, 7).await;
    let held = owner.issue(&order(25), HELD).await.expect("it is whole");
    assert_eq!(held.license.license().sequence, 8);
    for used in [1, 7, 8] {
        let refused = owner.issue(&order(30), sequence(used)).await;
        let says = refused.expect_err("it was used").to_string();
        assert!(says.contains("the highest so far is 8"), "{says}");
    }
    let next = owner.issue(&order(30), How::default()).await;
    assert_eq!(next.expect("it is whole").license.license().sequence, 9);
    let mut elsewhere = order(5);
    elsewhere.serial_nr = "1010000043".to_owned();
    let first = owner.issue(&elsewhere, How::default()).await;
    assert_eq!(first.expect("it is whole").license.license().sequence, 1);
    assert!(
        owner.issue(&order(1), sequence(1 << 53)).await.is_err(),
        "2^53 is past what every reader keeps exactly"
    );
}

#[tokio::test]
async fn sixty_four_who_issue_at_once_get_sixty_four_sequences() {
    let owner = std::sync::Arc::new(Owner::new().await);
    let mut issuing = JoinSet::new();
    for sales in 1..=64 {
        let owner = owner.clone();
        issuing.spawn(async move {
            let issued = owner.issue(&order(sales), How::default()).await;
            issued
                .expect("nobody is refused")
                .license
                .license()
                .sequence
        });
    }
    let mut sequences = issuing.join_all().await;
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=64).collect::<Vec<u64>>());
}

#[tokio::test]
async fn what_a_console_would_refuse_is_not_issued() {
    let owner = Owner::new().await;
    let mut without_member = order(21);
    without_member
        .modules
        .remove(&"combined".parse().expect("a name"));
    let mut grace_alone = order(21);
    grace_alone.grace_date = Some(CivilDate::of_utc(NOW));
    let mut nameless = order(21);
    nameless.company_name = "  ".to_owned();
    for (order, says) in [
        (without_member, "SetUnknown"),
        (grace_alone, "DatesRefused"),
        (nameless, "company_name has 1 to 254 characters"),
        (with(order(21), "planes", 3), "the catalogue does not have"),
        (order(0), "a license says at least 1"),
        (order(-1), "a license says at least 1"),
    ] {
        let refused = owner.issue(&order, How::default()).await;
        let refused = refused.expect_err(says).to_string();
        assert!(refused.contains(says), "{refused}");
    }
    assert!(
        owner
            .db
            .published(SERIAL)
            .await
            .expect("it reads")
            .is_none(),
        "nothing was counted"
    );
}

#[tokio::test]
async fn a_number_that_does_not_fit_the_kind_of_license_is_refused() {
    let owner = Owner::new().await;
    for (module, quantity, says) in [
        ("maps", "included", "is for named users"),
        ("tools", "unrestricted", "is for everyone"),
    ] {
        let toml = format!(
            "serial_nr = \"1\"\ncompany_name = \"A\"\n[modules]\n{module} = \"{quantity}\"\n"
        );
        let order = toml::from_str(&toml).expect("the order is one");
        let refused = owner.issue(&order, How::default()).await;
        let refused = refused.expect_err(says).to_string();
        assert!(refused.contains(says), "{refused}");
    }
}

#[tokio::test]
async fn plan_members_that_are_too_few_are_warned_of_and_issued() {
    let owner = Owner::new().await;
    let fits = owner.issue(&order(21), How::default()).await;
    assert_eq!(fits.expect("it is whole").warnings, Vec::<String>::new());
    let short = owner
        .issue(&with(order(21), "combined", 26), How::default())
        .await;
    let warnings = short.expect("a console takes it").warnings;
    assert_eq!(
        warnings,
        [
            "combined: 26 are 5 fewer than the plans that bring it (sales, marketing) come to, 31. \
             Users who hold several of them take one; else not every plan can be handed out."
        ]
    );
}

#[tokio::test]
async fn another_company_for_a_serial_number_is_warned_of() {
    let owner = Owner::new().await;
    owner.publish(21, 1).await;
    let mut renamed = order(21);
    renamed.company_name = "Meridian Group BV".to_owned();
    let held = owner.issue(&renamed, HELD).await.expect("it is whole");
    assert_eq!(held.warnings, Vec::<String>::new());
    let issued = owner.issue(&renamed, How::default()).await;
    let warnings = issued.expect("it is whole").warnings;
    assert!(
        warnings[0].contains("was Meridian Trading BV so far"),
        "{warnings:?}"
    );
}
