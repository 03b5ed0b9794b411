//! The steps of an event: open and close registration, hold it, cancel it.

use serde::Deserialize;

use super::life::Standing;
use super::model::{EventId, EventStatus};
use super::ops::{find, save, view};
use super::telling;
use super::views::EventView;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::dialect;
use crate::error::{Error, Result};
use crate::records;
use crate::records::life::Life;
use crate::records::ops::Written;
use crate::records::rules::step_comment;
use crate::records::traced::Traced;

/// A step to take.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeEventStep {
    /// The state to go to.
    pub to: EventStatus,
    /// Why; needed for `cancelled`.
    #[serde(default)]
    pub comment: Option<String>,
}

/// Takes a step of an event's life. With the first `open` those who were invited are told, with
/// `cancelled` those who have not declined.
///
/// # Errors
/// [`Error::NotFound`]; a conflict that lists the legal steps, or when it is to have been held before
/// it has begun; [`Error::Forbidden`]; [`Error::Invalid`] without a reason where one is needed.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: EventId,
    step: &TakeEventStep,
) -> Result<Written<EventView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let mut row = find(db, caller, id)?;
        row.status.check_step(step.to, Standing::of(caller, &row))?;
        let comment = step_comment(step.comment.as_deref(), step.to.needs_comment())?;
        if step.to == EventStatus::Held && now < row.starts_at {
            return Err(Error::conflict("error.event_not_begun"));
        }
        let from = std::mem::replace(&mut row.status, step.to);
        // Whoever is invited later is told at once: to open again tells nobody again.
        let first = step.to == EventStatus::Open && row.opened_at.is_none();
        if first {
            row.opened_at = Some(now);
        }
        save(db, now, &mut row)?;
        match step.to {
            EventStatus::Open if first => telling::invited(app, db, &row)?,
            EventStatus::Cancelled => telling::cancelled(app, db, caller, &row)?,
            _ => {}
        }
        let change = row.step("event.step", from, comment.map(str::to_owned))?;
        let change = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, db, caller, row)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}
