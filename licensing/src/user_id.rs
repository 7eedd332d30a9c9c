//! User IDs: what is suggested for a new user. Facts of the reference, section 7: unique, any characters, short.

/// Letters of the last name that a suggestion has.
const LETTERS: usize = 3;

/// A user ID for a person of this name: the initial and the first letters of the last name in capitals, then a number until
/// it is not taken; particles before the last name's capital ("de", "van den") are passed over. Empty where the name has no letters.
/// `is_taken` says whether an ID is somebody's already, whatever its case.
#[must_use]
pub fn suggest(first_name: &str, last_name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let capital = last_name
        .char_indices()
        .find(|(_, letter)| letter.is_uppercase());
    let last_name = &last_name[capital.map_or(0, |(at, _)| at)..];
    let letters = |name: &str, most: usize| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphabetic());
        letters.take(most).flat_map(char::to_uppercase).collect()
    };
    let base = [letters(first_name, 1), letters(last_name, LETTERS)].concat();
    if base.is_empty() || !is_taken(&base) {
        return base;
    }
    (2_u64..)
        .map(|number| format!("{base}{number}"))
        .find(|id| !is_taken(id))
        .unwrap_or_default()
}
