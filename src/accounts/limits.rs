//! Limits on guessing: sign-in, password reset, registration.
//!
//! Each attempt takes one of a number of tries that grow back over a quarter of an hour, counted
//! by account and by network address. What succeeds is given back, so that only failures count.
//! Registering leaves a row and a mail behind: by network address it is counted by itself, over a
//! day. Each node counts for itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::config::AccountsConfig;
use crate::error::{Error, Result};

/// Time over which all tries grow back.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The same for registrations from a network address.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Attempts after which counters that are full again are thrown away.
const SWEEP_AFTER: u32 = 1_000;

/// What is attempted. Each kind is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// Sign-in, or another proof of the current password.
    SignIn,
    /// Asking for a mail: a reset link, a verification link.
    AskForMail,
    /// Registering.
    Register,
    /// Asking for everything that is on record about a person: dozens of tables are read for it.
    ExportData,
}

/// Tells governor the time of the service's own clock.
#[derive(Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let nanos = self.0.time().timestamp_nanos_opt().unwrap_or_default();
        Nanos::from(u64::try_from(nanos).unwrap_or_default())
    }
}

type Key = (Attempt, String);

/// One counter for each key.
struct Counters {
    limiter: RateLimiter<Key, DefaultKeyedStateStore<Key>, Ticks, NoOpMiddleware<Nanos>>,
    /// Tries taken by what then succeeded; they are used up before the limiter is asked again.
    given_back: Mutex<HashMap<Key, u32>>,
    clock: Ticks,
}

impl Counters {
    fn new(tries: u32, window: Duration, clock: &Ticks) -> Self {
        let tries = NonZeroU32::new(tries).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(window / tries.get())
            .unwrap_or_else(|| Quota::per_minute(NonZeroU32::MIN))
            .allow_burst(tries);
        Self {
            limiter: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()),
            given_back: Mutex::default(),
            clock: clock.clone(),
        }
    }

    fn take(&self, key: &Key) -> Result<()> {
        let mut given_back = self.given_back.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = given_back.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                given_back.remove(key);
            }
            return Ok(());
        }
        drop(given_back);
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            Error::RateLimited { retry_after: wait.as_secs() + 1 }
        })
    }

    fn give_back(&self, key: Key) {
        let mut given_back = self.given_back.lock().unwrap_or_else(PoisonError::into_inner);
        *given_back.entry(key).or_default() += 1;
    }

    fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        // A try that is not given back grows back by itself.
        self.given_back.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Counts attempts per account and per address.
pub struct AttemptLimits {
    accounts: Counters,
    addresses: Counters,
    registrations: Counters,
    since_sweep: AtomicU32,
}

/// An attempt that was let through.
#[must_use = "an attempt that succeeds is given back"]
pub struct Permit<'a> {
    limits: &'a AttemptLimits,
    account: Key,
    address: Option<Key>,
}

impl Permit<'_> {
    /// The attempt was no guess: it does not count.
    pub fn give_back(self) {
        self.limits.accounts.give_back(self.account);
        if let Some(address) = self.address {
            self.limits.by_address(address.0).give_back(address);
        }
    }

    /// The attempt counts.
    pub fn keep(self) {}
}

impl AttemptLimits {
    /// Limits by the settings.
    pub fn new(config: &AccountsConfig, clock: &Clock) -> Self {
        let clock = Ticks(clock.clone());
        Self {
            accounts: Counters::new(config.attempts_per_account, WINDOW, &clock),
            addresses: Counters::new(config.attempts_per_address, WINDOW, &clock),
            registrations: Counters::new(config.registrations_per_address, DAY, &clock),
            since_sweep: AtomicU32::new(0),
        }
    }

    /// What counts attempts of a kind by network address.
    fn by_address(&self, attempt: Attempt) -> &Counters {
        match attempt {
            Attempt::SignIn | Attempt::AskForMail | Attempt::ExportData => &self.addresses,
            Attempt::Register => &self.registrations,
        }
    }

    /// Lets an attempt through, or says how long to wait. `account` is what the caller claims to
    /// be (a mail address), whether or not there is such an account.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub fn take(
        &self,
        attempt: Attempt,
        account: &str,
        address: Option<IpAddr>,
    ) -> Result<Permit<'_>> {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP_AFTER {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.accounts.sweep();
            self.addresses.sweep();
            self.registrations.sweep();
        }
        let address = address.map(|ip| (attempt, network(ip)));
        if let Some(key) = &address {
            self.by_address(attempt).take(key)?;
        }
        let account = (attempt, account.to_owned());
        self.accounts.take(&account)?;
        Ok(Permit { limits: self, account, address })
    }
}

/// The address, or for IPv6 its network: a subscriber has all 2⁶⁴ addresses of a /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}", v6.to_bits() >> 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn limits(per_account: u32, per_address: u32) -> (AttemptLimits, Clock) {
        let clock = Clock::default();
        let mut config = crate::config::Config::load(None, &Default::default()).unwrap().accounts;
        config.attempts_per_account = per_account;
        config.attempts_per_address = per_address;
        (AttemptLimits::new(&config, &clock), clock)
    }

    fn refused(result: Result<Permit<'_>>) -> Option<u64> {
        match result {
            Ok(permit) => {
                permit.keep();
                None
            }
            Err(Error::RateLimited { retry_after }) => Some(retry_after),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn failures_are_counted_by_account_and_grow_back() {
        let (limits, clock) = limits(3, 100);
        for _ in 0..3 {
            assert_eq!(refused(limits.take(Attempt::SignIn, "a@b.example", None)), None);
        }
        let wait = refused(limits.take(Attempt::SignIn, "a@b.example", None)).unwrap();
        assert!((290..=301).contains(&wait), "{wait}");
        assert_eq!(refused(limits.take(Attempt::SignIn, "c@b.example", None)), None);
        assert_eq!(refused(limits.take(Attempt::AskForMail, "a@b.example", None)), None);
        clock.advance(TimeDelta::seconds(i64::try_from(wait).unwrap()));
        assert_eq!(refused(limits.take(Attempt::SignIn, "a@b.example", None)), None);
    }

    #[test]
    fn what_succeeds_does_not_count() {
        let (limits, _) = limits(2, 100);
        for _ in 0..20 {
            limits.take(Attempt::SignIn, "a@b.example", None).unwrap().give_back();
        }
        assert_eq!(refused(limits.take(Attempt::SignIn, "a@b.example", None)), None);
        assert_eq!(refused(limits.take(Attempt::SignIn, "a@b.example", None)), None);
        assert!(refused(limits.take(Attempt::SignIn, "a@b.example", None)).is_some());
    }

    #[test]
    fn addresses_are_counted_across_accounts_and_ipv6_by_network() {
        let (limits, _) = limits(100, 2);
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        let elsewhere: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        assert_eq!(refused(limits.take(Attempt::SignIn, "a@b.example", Some(one))), None);
        assert_eq!(refused(limits.take(Attempt::SignIn, "c@b.example", Some(neighbour))), None);
        assert!(refused(limits.take(Attempt::SignIn, "d@b.example", Some(one))).is_some());
        assert_eq!(refused(limits.take(Attempt::SignIn, "d@b.example", Some(elsewhere))), None);
    }

    #[test]
    fn registrations_grow_back_over_a_day_and_are_counted_by_themselves() {
        let clock = Clock::default();
        let mut config = crate::config::Config::load(None, &Default::default()).unwrap().accounts;
        config.registrations_per_address = 2;
        let limits = AttemptLimits::new(&config, &clock);
        let one: Option<IpAddr> = Some("192.0.2.1".parse().unwrap());
        // What is wrong with a form does not count.
        limits.take(Attempt::Register, "a@b.example", one).unwrap().give_back();
        for mail in ["a@b.example", "c@d.example"] {
            assert_eq!(refused(limits.take(Attempt::Register, mail, one)), None);
        }
        clock.advance(TimeDelta::minutes(15));
        let wait = refused(limits.take(Attempt::Register, "e@f.example", one)).unwrap();
        assert!((42_000..=42_301).contains(&wait), "{wait}");
        assert_eq!(refused(limits.take(Attempt::SignIn, "e@f.example", one)), None);
        clock.advance(TimeDelta::seconds(i64::try_from(wait).unwrap()));
        assert_eq!(refused(limits.take(Attempt::Register, "e@f.example", one)), None);
    }
}
