//! Queries on queues.

use diesel::prelude::*;

use super::model::Queue;
use crate::channels::model::DeliveryState;
use crate::db::schema::{deliveries, feed_positions, outbox_mails};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;
use crate::outbound::model::MailState;

/// The figures of a queue: the same columns have the same names in both.
macro_rules! queue {
    ($db:expr, $table:ident, $waiting:expr, $dead:expr) => {{
        let waiting = || $table::table.filter($table::state.eq($waiting));
        let failing = || waiting().filter($table::attempts.gt(0));
        let failed = $table::table
            .filter($table::state.eq_any([$waiting, $dead]))
            .filter($table::last_error.is_not_null())
            .order($table::id.desc())
            .select($table::last_error);
        let oldest: Option<Timestamp> = on!($db, conn => waiting()
            .select(diesel::dsl::min($table::created_at))
            .first(conn))?;
        let last_error: Option<Option<String>> =
            on!($db, conn => failed.first(conn)).optional()?;
        Ok(Queue {
            waiting: on!($db, conn => waiting().count().get_result(conn))?,
            oldest,
            failing: on!($db, conn => failing().count().get_result(conn))?,
            dead: on!($db, conn => $table::table
                .filter($table::state.eq($dead))
                .count()
                .get_result(conn))?,
            last_error: last_error.flatten(),
        })
    }};
}

/// Mails.
///
/// # Errors
/// Database faults.
pub fn mails(db: &mut Db) -> Result<Queue> {
    queue!(db, outbox_mails, MailState::Waiting, MailState::Dead)
}

/// Messages to robots and webhooks.
///
/// # Errors
/// Database faults.
pub fn messages(db: &mut Db) -> Result<Queue> {
    queue!(db, deliveries, DeliveryState::Waiting, DeliveryState::Dead)
}

/// Readers of the change log and how far they have come, by name.
///
/// # Errors
/// Database faults.
pub fn readers(db: &mut Db) -> Result<Vec<(String, i64)>> {
    Ok(on!(db, conn => feed_positions::table
        .order(feed_positions::name.asc())
        .select((feed_positions::name, feed_positions::seq))
        .load(conn))?)
}
