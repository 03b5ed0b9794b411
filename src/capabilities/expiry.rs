//! The end of validity.

use super::life::CapabilityStatus;
use super::ops::{change, save};
use super::store;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::records;

/// Capabilities that expire in one transaction.
const BATCH: i64 = 200;

/// Lets open capabilities whose validity has ended expire, a batch at a time; returns how many did.
///
/// # Errors
/// Database faults.
pub fn expire(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let today = app.clock.today();
    let caller = Caller::system("expiry");
    let count = app.db.write(|db| {
        let rows = store::expired_unscoped(db, today, BATCH)?;
        let mut changes = Vec::with_capacity(rows.len());
        for mut capability in rows {
            let before = serde_json::to_value(&capability.doc.0)?;
            let from = std::mem::replace(&mut capability.status, CapabilityStatus::Expired);
            save(db, &caller, now, &mut capability)?;
            let mut change = change(&capability, "capability.expire", &before)?;
            change.step_from = Some(Some(from.to_string()));
            changes.push(change);
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
