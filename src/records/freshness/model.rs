//! When a record is to be asked about.

use chrono::{Days, NaiveDate, TimeDelta};
use diesel::prelude::*;

use crate::clock::Clock;
use crate::config::RecordsConfig;
use crate::db::Timestamp;
use crate::db::schema::renewal_pings;
use crate::records::likeness::model::SubjectId;

/// A record that was asked about.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = renewal_pings)]
pub struct RenewalPing {
    /// The record.
    pub record_id: SubjectId,
    /// When.
    pub asked_at: Timestamp,
}

/// Which open records are in doubt: those that lapse soon, and those that nobody has confirmed for
/// long; each only when it has not been asked about in that time.
#[derive(Debug, Clone, Copy)]
pub struct Doubt {
    /// Validity that ends by this day ends soon.
    pub ends_by: NaiveDate,
    /// What was asked about after this need not be asked about again because it ends.
    pub end_asked_after: Timestamp,
    /// What was confirmed before this was confirmed long ago.
    pub verified_before: Timestamp,
}

impl Doubt {
    /// What is in doubt now by the settings; 0 days stand for never.
    pub fn now(clock: &Clock, settings: &RecordsConfig) -> Self {
        let back = |days: u32| clock.time() - TimeDelta::days(i64::from(days));
        let (notice, confirmed) = (settings.renewal_notice_days, settings.verify_after_days);
        let soon = clock.today().checked_add_days(Days::new(u64::from(notice)));
        let never = chrono::DateTime::UNIX_EPOCH;
        Self {
            ends_by: soon.filter(|_| notice > 0).unwrap_or(never.date_naive()),
            end_asked_after: Timestamp::new(back(notice)),
            verified_before: Timestamp::new(if confirmed > 0 { back(confirmed) } else { never }),
        }
    }
}

/// The condition that a record is in doubt: `in_doubt!(needs, doubt)`.
#[macro_export]
macro_rules! in_doubt {
    ($table:ident, $doubt:expr) => {{
        use $crate::db::schema::renewal_pings as pings;
        let asked_after =
            |time| pings::table.filter(pings::asked_at.gt(time)).select(pings::record_id);
        let ends = $table::valid_until
            .le($doubt.ends_by)
            .and($table::id.ne_all(asked_after($doubt.end_asked_after)));
        let old = $table::last_verified_at
            .lt($doubt.verified_before)
            .and($table::id.ne_all(asked_after($doubt.verified_before)));
        ends.or(old)
    }};
}
