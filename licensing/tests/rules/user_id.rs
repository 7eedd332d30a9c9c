//! Which user ID is suggested.

#[cfg(target_arch = "wasm32")]
use super::test;

use licensing::user_id::suggest;

#[test]
fn a_suggestion_is_short_and_that_of_nobody() {
    let free = |_: &str| false;
    assert_eq!(suggest("Daan", "de Haan", free), "DHAA");
    assert_eq!(suggest("Zoë", "Ås", free), "ZÅS");
    assert_eq!(suggest("Ann", "'t Hart", free), "AHAR");
    assert_eq!(suggest("", "smith", free), "SMI");
    assert_eq!(suggest("", "123", free), "");
    let taken = ["DHAA", "DHAA2", "DHAA3"];
    assert_eq!(
        suggest("Daan", "de Haan", |id| taken.contains(&id)),
        "DHAA4"
    );
}
