//! Values that a spreadsheet would run as a formula: one `'` is put before them on the way out and taken away on the way in.
//! Only that pattern: "'t Hart" and "'s-Gravesande" go and come as they are.

use std::borrow::Cow;

/// A value as it is exported: one `'` before any number of `'` and one of = + - @, a tab or a carriage return.
pub(crate) fn neutralised(value: &str) -> Cow<'_, str> {
    if is_formula(value) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// A value as it was before it was exported.
pub(super) fn undone(value: &str) -> &str {
    value
        .strip_prefix('\'')
        .filter(|rest| is_formula(rest))
        .unwrap_or(value)
}

fn is_formula(value: &str) -> bool {
    let begins = value.trim_start_matches('\'');
    begins.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_went() {
        for (value, expected) in [
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("''-x", "'''-x"),
            ("+31 20", "'+31 20"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("'t Hart", "'t Hart"),
            ("'s-Gravesande", "'s-Gravesande"),
            ("a=b", "a=b"),
            ("'", "'"),
            ("", ""),
        ] {
            assert_eq!(neutralised(value), expected);
            assert_eq!(undone(expected), value);
        }
    }

    #[test]
    fn what_was_typed_is_not_taken_for_what_was_exported() {
        for value in ["=1+1", "-", "'t Hart", "''t"] {
            assert_eq!(undone(value), value);
        }
    }
}
