//! Deleting drafts.

use super::{Reviewed, ReviewedId, Rewrite, Rows, workable};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::disclosure;
use crate::error::{Error, Result};
use crate::records::life::{Life, ReviewedLife};
use crate::records::traced::Traced;
use crate::records::{self, likeness};

/// Deletes a draft. Returns the number of the change.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but its owner; [`Error::PreconditionFailed`]; a conflict
/// that lists the legal steps once it has been put forward.
pub fn delete<I: ReviewedId>(app: &App, caller: &Caller, id: I, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let number = app.db.write(|db| {
        let (row, standing) = workable(db, caller, id)?;
        let head = row.head();
        if !standing.owner && !caller.is_admin() {
            return Err(Error::forbidden("error.not_your_record"));
        }
        if head.version != version {
            return Err(Error::PreconditionFailed);
        }
        if head.status != ReviewedLife::DRAFT {
            let legal = head.status.steps_for(standing);
            return Err(Error::out_of_step("error.only_drafts", &legal));
        }
        let regrouped = likeness::ops::forget(db, &row)?;
        <I::Record as Rows>::remove_row(db, &row)?;
        disclosure::ops::forget(db, <I::Record as Traced>::KIND, &id.to_string())?;
        let action = <I::Record as Reviewed>::ACTIONS.delete;
        let number = records::ops::trace_removal(db, caller, now, &row.removal(action)?)?;
        let number = regrouped.tell(db, now)?.max(number);
        let rewrite = Rewrite { org_id: head.org_id, before: Some(row.fields()), after: None };
        Ok(<I::Record as Reviewed>::written(db, now, &[rewrite])?.max(number))
    })?;
    app.feed.wake();
    Ok(number)
}
