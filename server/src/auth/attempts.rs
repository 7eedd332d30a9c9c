//! Slows down who guesses passwords: per user ID and per address, twice as long after each failure.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use licensing::license::Timestamp;

/// Failures of one user ID before it is slowed down.
pub const FREE_PER_USER: u32 = 5;
/// Failures from one address before it is slowed down: many people may share one.
pub const FREE_PER_ADDRESS: u32 = 20;
/// Longest wait, in milliseconds (5 minutes).
pub const WAIT_MAX_MS: i64 = 5 * 60 * 1000;
/// First wait, in milliseconds.
const WAIT_FIRST_MS: i64 = 1000;
/// Failures are forgotten after so many milliseconds without a further one (1 hour).
const FORGOTTEN_MS: i64 = 60 * 60 * 1000;
/// User IDs and addresses that are remembered; beyond, the ones that were quiet longest are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// Failures so far. Cheap to clone; clones agree.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    failures: Arc<Mutex<HashMap<Key, Failures>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    User(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// One attempt, counted as a failure until [`Attempts::succeeded`].
#[derive(Debug)]
pub(crate) struct Attempt([Key; 2]);

impl Attempts {
    /// Begins an attempt; while one is slowed down, answers the seconds after which to try again. It counts at once, so
    /// that many at the same time gain nothing.
    pub(crate) fn begin(
        &self,
        user_id_folded: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Attempt, u64> {
        let keys = [
            Key::User(user_id_folded.to_owned()),
            Key::Address(network(address)),
        ];
        let mut failures = self.lock();
        let wait_ms = keys
            .iter()
            .filter_map(|key| Some(failures.get(key)?.wait_ms(key.free(), now)))
            .max()
            .unwrap_or(0);
        if wait_ms > 0 {
            return Err(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000));
        }
        for key in &keys {
            let known = failures.get(key).filter(|known| !known.is_forgotten(now));
            let count = known.map_or(0, |known| known.count).saturating_add(1);
            failures.insert(key.clone(), Failures { count, last: now });
        }
        make_room(&mut failures, now);
        Ok(Attempt(keys))
    }

    /// It was no failure: the user's are forgotten, the address has one less (others may guess from there).
    pub(crate) fn succeeded(&self, attempt: &Attempt) {
        let mut failures = self.lock();
        let [user, address] = &attempt.0;
        failures.remove(user);
        if let Some(known) = failures.get_mut(address) {
            known.count = known.count.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        // Nothing in here is left half done by a panic.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn free(&self) -> u32 {
        match self {
            Self::User(_) => FREE_PER_USER,
            Self::Address(_) => FREE_PER_ADDRESS,
        }
    }
}

impl Failures {
    fn is_forgotten(self, now: Timestamp) -> bool {
        now.0 - self.last.0 >= FORGOTTEN_MS
    }

    fn wait_ms(self, free: u32, now: Timestamp) -> i64 {
        let Some(doublings) = self.count.checked_sub(free) else {
            return 0;
        };
        let wait_ms = WAIT_FIRST_MS
            .checked_shl(doublings.min(i64::BITS / 2))
            .unwrap_or(WAIT_MAX_MS)
            .min(WAIT_MAX_MS);
        self.last.0 + wait_ms - now.0
    }
}

/// Whoever has one address of an IPv6 network has all of its last half.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
        address @ IpAddr::V4(_) => address,
    }
}

fn make_room(failures: &mut HashMap<Key, Failures>, now: Timestamp) {
    if failures.len() <= REMEMBERED_MAX {
        return;
    }
    failures.retain(|_, known| !known.is_forgotten(now));
    if failures.len() <= REMEMBERED_MAX {
        return;
    }
    // A tenth at once, so that this is rare.
    let mut moments: Vec<i64> = failures.values().map(|known| known.last.0).collect();
    moments.sort_unstable();
    let oldest_kept = moments[REMEMBERED_MAX / 10];
    failures.retain(|_, known| known.last.0 > oldest_kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn fail(attempts: &Attempts, user: &str, address: IpAddr, at_ms: i64) -> Result<(), u64> {
        attempts.begin(user, address, Timestamp(at_ms)).map(drop)
    }

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait() {
        let attempts = Attempts::default();
        for _ in 0..FREE_PER_USER {
            assert_eq!(fail(&attempts, "eva", HERE, 0), Ok(()));
        }
        assert_eq!(fail(&attempts, "eva", HERE, 0), Err(1));
        assert_eq!(fail(&attempts, "eva", HERE, 999), Err(1));
        assert_eq!(fail(&attempts, "eva", HERE, 1000), Ok(()));
        assert_eq!(fail(&attempts, "eva", HERE, 1001), Err(2));
        assert_eq!(fail(&attempts, "eva", HERE, 3000), Ok(()));
        assert_eq!(fail(&attempts, "eva", HERE, 3000), Err(4));
        assert_eq!(fail(&attempts, "tom", HERE, 3000), Ok(()));
    }

    #[test]
    fn the_wait_has_an_end_and_failures_are_forgotten() {
        let attempts = Attempts::default();
        let mut at_ms = 0;
        for _ in 0..100 {
            at_ms += WAIT_MAX_MS;
            assert_eq!(fail(&attempts, "eva", HERE, at_ms), Ok(()));
        }
        assert_eq!(fail(&attempts, "eva", HERE, at_ms), Err(300));
        at_ms += FORGOTTEN_MS;
        assert_eq!(fail(&attempts, "eva", HERE, at_ms), Ok(()));
        assert_eq!(fail(&attempts, "eva", HERE, at_ms), Ok(()));
    }

    #[test]
    fn success_forgets_the_users_failures_but_not_the_addresses() {
        let attempts = Attempts::default();
        for n in 0..FREE_PER_ADDRESS - 1 {
            assert_eq!(fail(&attempts, &format!("user{n}"), HERE, 0), Ok(()));
        }
        for _ in 0..10 {
            let attempt = attempts
                .begin("eva", HERE, Timestamp(0))
                .expect("it is free");
            attempts.succeeded(&attempt);
        }
        assert_eq!(fail(&attempts, "tom", HERE, 0), Ok(()));
        assert_eq!(fail(&attempts, "eva", HERE, 0), Err(1));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address_and_a_mapped_one_as_ipv4() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:127.0.0.1"), HERE);
    }

    #[test]
    fn memory_is_bounded_and_the_quiet_ones_are_forgotten_first() {
        let attempts = Attempts::default();
        for n in 0..u32::try_from(2 * REMEMBERED_MAX).expect("it fits") {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
            assert_eq!(
                fail(&attempts, &format!("user{n}"), address, i64::from(n)),
                Ok(())
            );
        }
        assert!(attempts.lock().len() <= REMEMBERED_MAX);
        let last = format!("user{}", 2 * REMEMBERED_MAX - 1);
        assert!(attempts.lock().contains_key(&Key::User(last)));
    }
}
