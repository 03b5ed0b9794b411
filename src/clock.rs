//! The only place that reads the time of day, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::db::Timestamp;

/// Tells the time: the system's, or the system's moved by an offset that tests set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in UTC, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        let offset = TimeDelta::seconds(self.offset_seconds.load(Ordering::Relaxed));
        Timestamp::new(Utc::now() + offset)
    }

    /// Today's date in UTC.
    pub fn today(&self) -> NaiveDate {
        self.now().0.date_naive()
    }

    /// Today's date in China: what clocks of working days count from.
    pub fn today_in_china(&self) -> NaiveDate {
        china_date(self.time())
    }

    /// Now as a plain time.
    pub fn time(&self) -> DateTime<Utc> {
        self.now().0
    }

    /// Moves this clock (and its clones) forward: for tests of expiry.
    pub fn advance(&self, by: TimeDelta) {
        self.offset_seconds.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}

/// The date that it is in China (UTC+8 the whole year) at a time.
pub fn china_date(time: DateTime<Utc>) -> NaiveDate {
    (time + TimeDelta::hours(8)).date_naive()
}
