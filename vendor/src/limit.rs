//! How often one address may ask: a number in a minute, over a bounded number of addresses.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A minute: the window of the limit.
const WINDOW: Duration = Duration::from_secs(60);
/// Most addresses that the limit remembers; when there are more, it begins anew.
const PEERS_MAX: usize = 10_000;

/// Counts requests per address.
#[derive(Debug)]
pub struct Limit {
    per_minute: u32,
    asked: Mutex<HashMap<IpAddr, Asked>>,
}

/// How often an address asked since its window began.
#[derive(Clone, Copy, Debug)]
struct Asked {
    since: Instant,
    times: u32,
}

impl Limit {
    /// So many requests of one address in a minute.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            asked: Mutex::default(),
        }
    }

    /// Counts a request; how long to wait when it is one too many.
    pub fn ask(&self, peer: IpAddr, now: Instant) -> Option<Duration> {
        let peer = counted_as(peer);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= PEERS_MAX && !asked.contains_key(&peer) {
            asked.retain(|_, asked| now.duration_since(asked.since) < WINDOW);
            if asked.len() >= PEERS_MAX {
                asked.clear();
            }
        }
        let asked = asked.entry(peer).or_insert(Asked {
            since: now,
            times: 0,
        });
        if now.duration_since(asked.since) >= WINDOW {
            *asked = Asked {
                since: now,
                times: 0,
            };
        }
        asked.times = asked.times.saturating_add(1);
        (asked.times > self.per_minute).then(|| WINDOW - now.duration_since(asked.since))
    }
}

/// Of IPv6 the network: whoever has one address has 2^64.
fn counted_as(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_too_many_in_a_minute_waits_for_its_end() {
        let (limit, start) = (Limit::new(2), Instant::now());
        assert_eq!(limit.ask(peer("192.0.2.1"), start), None);
        assert_eq!(limit.ask(peer("192.0.2.1"), start), None);
        let later = start + Duration::from_secs(20);
        let wait = Some(Duration::from_secs(40));
        assert_eq!(limit.ask(peer("192.0.2.1"), later), wait);
        assert_eq!(
            limit.ask(peer("192.0.2.2"), later),
            None,
            "another address is not held up"
        );
        assert_eq!(limit.ask(peer("192.0.2.1"), start + WINDOW), None);
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let (limit, now) = (Limit::new(1), Instant::now());
        assert_eq!(limit.ask(peer("2001:db8::1"), now), None);
        assert!(limit.ask(peer("2001:db8::2"), now).is_some());
        assert_eq!(limit.ask(peer("2001:db8:0:1::1"), now), None);
        assert_eq!(limit.ask(peer("::ffff:192.0.2.1"), now), None);
        assert!(limit.ask(peer("192.0.2.1"), now).is_some());
    }

    #[test]
    fn the_memory_has_a_limit() {
        let (limit, now) = (Limit::new(1), Instant::now());
        for number in 0..=u32::try_from(PEERS_MAX).expect("a small number") {
            limit.ask(IpAddr::V4(number.into()), now);
        }
        let asked = limit.asked.lock().expect("nobody else holds it").len();
        assert_eq!(asked, 1);
    }
}
