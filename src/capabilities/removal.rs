//! Deleting drafts.

use serde_json::Value;

use super::consent;
use super::life::{CapabilityStatus, steps_for};
use super::model::CapabilityId;
use super::ops::{change, workable};
use super::store;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::disclosure;
use crate::error::{Error, Result};
use crate::records;
use crate::records::model::RecordKind;

/// Deletes a draft. Returns the number of the change.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but its owner; [`Error::PreconditionFailed`]; a conflict
/// that lists the legal steps once it has been put forward.
pub fn delete(app: &App, caller: &Caller, id: CapabilityId, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let number = app.db.write(|db| {
        let (row, standing) = workable(db, caller, id)?;
        if !standing.owner && !caller.is_admin() {
            return Err(Error::forbidden("error.not_your_record"));
        }
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if row.status != CapabilityStatus::Draft {
            let legal = steps_for(row.status, standing).iter().map(ToString::to_string).collect();
            return Err(Error::Conflict {
                message: "error.only_drafts".into(),
                legal: Some(legal),
            });
        }
        store::delete(db, &row)?;
        disclosure::ops::forget(db, RecordKind::Capability, &id.to_string())?;
        let mut removal = change(&row, "capability.delete", &serde_json::to_value(&row.doc.0)?)?;
        removal.after = Value::Null;
        records::ops::trace_removal(db, caller, now, &removal)?;
        consent::touch_mentions(db, now, &row, (Some(&row.doc.0), None))
    })?;
    app.feed.wake();
    Ok(number)
}
