//! Taking the steps of a record's life.

use chrono::NaiveDate;

use super::{Reviewed, ReviewedId, Rows, save, seen_again, workable};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records::life::{Life, ReviewedLife};
use crate::records::ops::Written;
use crate::records::rules::Stage;
use crate::records::{self, likeness, rules};

/// A step to take.
#[derive(Debug, Clone)]
pub struct StepTo<S> {
    /// The state to go to.
    pub to: S,
    /// Why.
    pub comment: Option<String>,
    /// New end of validity, when publishing or renewing.
    pub valid_until: Option<NaiveDate>,
}

/// Takes a step of the record's life.
///
/// # Errors
/// A conflict that lists the legal steps; [`Error::Forbidden`]; [`Error::Invalid`] when fields
/// are missing for the step.
pub fn take_step<I: ReviewedId>(
    app: &App,
    caller: &Caller,
    id: I,
    step: impl Into<StepTo<<I::Record as Rows>::Status>>,
) -> Result<Written<<I::Record as Reviewed>::View>> {
    caller.signed_in()?;
    let step = step.into();
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (row, standing) = workable(db, caller, id)?;
        row.head().status.check_step(step.to, standing)?;
        let old = row.clone();
        let mut row = row;
        enter(app, &mut row, &step, now);
        check_entry(app, db, &row, &step)?;
        let change = write_step(db, caller, now, (&old, row), step.comment.clone())?;
        Ok(Written { value: seen_again(app, db, caller, id)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Takes a step that follows from what has been done elsewhere, by somebody who was allowed to do
/// that; none when it is not legal. Call it in a write transaction, before other rows are written.
///
/// # Errors
/// Database faults.
pub fn follow<I: ReviewedId>(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    id: I,
    to: <I::Record as Rows>::Status,
    why: &str,
) -> Result<()> {
    let Some(row) = <I::Record as Rows>::find_row(db, id)? else { return Ok(()) };
    if !row.head().status.next().contains(&to) {
        return Ok(());
    }
    let old = row.clone();
    let mut row = row;
    // What its author must fill in to publish it is asked when somebody publishes it, and going back
    // to an earlier state confirms nothing.
    *row.head_mut().status = to;
    write_step(db, caller, now, (&old, row), Some(why.to_owned())).map(drop)
}

/// Writes a record that has been put into another state.
fn write_step<R: Reviewed>(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    (old, mut row): (&R, R),
    comment: Option<String>,
) -> Result<i64> {
    let from = old.head().status;
    let before = serde_json::to_value(old.fields())?;
    let regrouped = likeness::ops::rewrite(db, old, &mut row)?;
    save(db, caller, now, &mut row)?;
    let mut change = row.change(R::ACTIONS.step, &before)?;
    change.step_from = Some(Some(from.to_string()));
    change.comment = comment;
    records::ops::trace(db, caller, now, &[change])?;
    regrouped.tell(db, now)
}

/// What a record must hold to enter the state it has been set to.
fn check_entry<R: Reviewed>(
    app: &App,
    db: &mut Db,
    row: &R,
    step: &StepTo<R::Status>,
) -> Result<()> {
    let published = R::Status::PUBLISHED;
    if step.valid_until.is_some() && step.to != published {
        return Err(Error::field("/valid_until", "field.only_when_publishing"));
    }
    let today = app.clock.today();
    if step.to == R::Status::SUBMITTED {
        organizations::ops::require_verified(db, row.head().org_id)?;
        return row.check_on(Stage::Submit, &app.reference, today, None);
    }
    if step.to == published {
        return row.check_on(Stage::Publish, &app.reference, today, None);
    }
    let blank = step.comment.as_deref().is_none_or(|comment| comment.trim().is_empty());
    if step.to == R::Status::RETURNED && blank {
        return Err(Error::field("/comment", "field.required"));
    }
    Ok(())
}

/// Sets the state and what goes with it.
fn enter<R: Reviewed>(app: &App, row: &mut R, step: &StepTo<R::Status>, now: Timestamp) {
    if step.to != R::Status::PUBLISHED {
        *row.head_mut().status = step.to;
        return;
    }
    let usual = (R::valid_days(&app.config), R::VALID_YEARS);
    let present = row.head().valid_until;
    let today = app.clock.today();
    let until = rules::validity_on_publishing(step.valid_until, present, today, usual);
    publish(row, now, until);
}

/// Opens a record from now until a day.
pub fn publish<R: Reviewed>(row: &mut R, now: Timestamp, until: Option<NaiveDate>) {
    let head = row.head_mut();
    *head.status = R::Status::PUBLISHED;
    head.published_at.get_or_insert(now);
    *head.last_verified_at = Some(now);
    *head.valid_until = until;
    *head.valid_until_field = until;
}
