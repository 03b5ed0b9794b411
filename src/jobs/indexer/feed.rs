//! What writers, readers and the indexer tell each other.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// Seconds between two checks of the whole index: a check reads every file of it.
const CHECK_PAUSE: i64 = 60;

/// What searches see.
#[derive(Debug, Default)]
struct Seen {
    /// Every change up to this one.
    position: u64,
    /// Later ones that went ahead.
    ahead: BTreeSet<u64>,
}

impl Seen {
    fn includes(&self, change: u64) -> bool {
        self.position >= change || self.ahead.contains(&change)
    }

    fn reach(&mut self, position: u64) {
        self.position = position;
        self.ahead = self.ahead.split_off(&position.saturating_add(1));
    }
}

/// Wakes the indexer after a write, and tells readers how far it has come.
pub struct IndexFeed {
    wake: Notify,
    seen: watch::Sender<Seen>,
    /// Held by whoever writes to the index.
    turn: Mutex<()>,
    suspected: AtomicBool,
    /// When the index was checked last, seconds since 1970.
    checked_at: AtomicI64,
}

impl Default for IndexFeed {
    fn default() -> Self {
        Self {
            wake: Notify::new(),
            seen: watch::Sender::new(Seen::default()),
            turn: Mutex::new(()),
            suspected: AtomicBool::new(false),
            checked_at: AtomicI64::new(0),
        }
    }
}

impl IndexFeed {
    /// Says that there is something new in the change log.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Says that the index has answered with an error of its own: it will be checked, and built
    /// anew if its files are damaged.
    pub fn suspect(&self) {
        self.suspected.store(true, Ordering::Release);
        self.wake();
    }

    /// Number of the last change that searches see, with all before it.
    pub fn position(&self) -> u64 {
        self.seen.borrow().position
    }

    /// Waits until searches see a change; false when that takes longer than the limit.
    pub async fn wait_for(&self, change: u64, limit: Duration) -> bool {
        let mut seen = self.seen.subscribe();
        tokio::time::timeout(limit, seen.wait_for(|now| now.includes(change)))
            .await
            .is_ok_and(|result| result.is_ok())
    }

    /// Waits for a writer's call.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Says how far searches see now.
    pub(super) fn reached(&self, position: u64) {
        self.seen.send_modify(|seen| seen.reach(position));
    }

    /// Says how far searches see now, and which later changes they see already.
    pub(super) fn reached_with(&self, position: u64, ahead: Vec<u64>) {
        self.seen.send_modify(|seen| {
            seen.reach(position);
            seen.ahead.extend(ahead);
        });
    }

    /// Waits for the turn to write to the index. Nothing is left half done behind the lock, so a
    /// panic under it does no harm.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the index has to be checked now. A suspicion that comes too soon after the last
    /// check is kept for later.
    pub(super) fn take_suspicion(&self, now: i64) -> bool {
        if !self.suspected.load(Ordering::Acquire)
            || now.saturating_sub(self.checked_at.load(Ordering::Acquire)) < CHECK_PAUSE
        {
            return false;
        }
        self.checked_at.store(now, Ordering::Release);
        self.suspected.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suspicions_are_followed_at_most_once_a_minute() {
        let feed = IndexFeed::default();
        assert!(!feed.take_suspicion(1_000));
        feed.suspect();
        assert!(feed.take_suspicion(1_000));
        feed.suspect();
        assert!(!feed.take_suspicion(1_059));
        assert!(feed.take_suspicion(1_060));
        assert!(!feed.take_suspicion(2_000));
    }
}
