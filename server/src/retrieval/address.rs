//! The address of a license server, and which addresses are good enough.

use std::fmt;

use reqwest::Url;

/// The address of a license server: HTTPS, or plain HTTP on this very machine; without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// Why an address is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// It is no address at all.
    #[error("it is no address")]
    Malformed,
    /// Neither HTTPS nor plain HTTP on this very machine.
    #[error("it is not https")]
    NotHttps,
    /// It has a user name, a password, a query or a fragment.
    #[error("it has more than a host and a path")]
    TooMuch,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is not good enough.
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let url = Url::parse(text).map_err(|_| NoAddress::Malformed)?;
        if !is_safe(&url) {
            return Err(NoAddress::NotHttps);
        }
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if bare {
            Ok(Self(url.into()))
        } else {
            Err(NoAddress::TooMuch)
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an address may stand on the screen as a link of an owner's.
#[must_use]
pub(crate) fn is_link(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_safe(&url) || url.scheme() == "mailto")
}

/// HTTPS, or plain HTTP on this very machine.
fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => url.host_str().is_some_and(|host| {
            // An IPv6 address stands in brackets.
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            host == "localhost"
                || bare
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_asked() {
        for text in [
            "https://licenses.example",
            "https://licenses.example:8443/base/",
            "http://127.0.0.1:8700",
            "http://localhost:8700/",
            "http://[::1]:8700",
        ] {
            assert!(Address::parse(text).is_ok(), "{text}");
        }
        for (text, why) in [
            ("", NoAddress::Malformed),
            ("licenses.example", NoAddress::Malformed),
            ("http://licenses.example", NoAddress::NotHttps),
            ("http://127.0.0.1.example", NoAddress::NotHttps),
            ("http://10.0.0.1", NoAddress::NotHttps),
            ("file:///etc/passwd", NoAddress::NotHttps),
            ("https://user@licenses.example", NoAddress::TooMuch),
            ("https://user:secret@licenses.example", NoAddress::TooMuch),
            ("https://licenses.example/?a=b", NoAddress::TooMuch),
        ] {
            assert_eq!(Address::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_link_is_https_or_mail() {
        assert!(is_link("https://shop.example/?customer=7"));
        assert!(is_link("mailto:sales@shop.example"));
        assert!(is_link("http://127.0.0.1:8700/store"));
        assert!(!is_link("http://shop.example"));
        assert!(!is_link("javascript:alert(1)"));
    }
}
