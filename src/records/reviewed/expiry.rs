//! The end of validity.

use super::{Reviewed, save};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::records;
use crate::records::life::ReviewedLife;

/// Records that expire in one transaction.
const BATCH: i64 = 200;

/// Lets open records whose validity has ended expire, a batch at a time; returns how many did.
///
/// # Errors
/// Database faults.
pub fn expire<R: Reviewed>(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let today = app.clock.today();
    let caller = Caller::system("expiry");
    let count = app.db.write(|db| {
        let rows = R::expired_rows(db, today, BATCH)?;
        let mut changes = Vec::with_capacity(rows.len());
        for mut row in rows {
            let expired = R::Status::EXPIRED;
            let from = std::mem::replace(row.head_mut().status, expired);
            save(db, &caller, now, &mut row)?;
            changes.push(row.step(R::ACTIONS.expire, from, None)?);
        }
        if !changes.is_empty() {
            records::ops::trace(db, &caller, now, &changes)?;
        }
        Ok(changes.len())
    })?;
    if count > 0 {
        app.feed.wake();
    }
    Ok(count)
}
