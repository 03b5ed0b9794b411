//! Taking the steps of a need's life.

use serde::Deserialize;

use super::life::{NeedStatus, check_step};
use super::model::{Need, NeedId, NeedView};
use super::ops::{change, find, save, view, workable};
use super::rules::{self, Stage};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records;
use crate::records::ops::Written;

/// A step to take, with a comment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeNeedStep {
    /// The state to go to.
    pub to: NeedStatus,
    /// Why; needed when a need is returned.
    #[serde(default)]
    pub comment: Option<String>,
    /// New end of validity, when publishing or renewing.
    #[serde(default)]
    pub valid_until: Option<chrono::NaiveDate>,
}

/// Takes a step of the need's life.
///
/// # Errors
/// A conflict that lists the legal steps; [`Error::Forbidden`]; [`Error::Invalid`] when fields
/// are missing for the step.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: NeedId,
    step: &TakeNeedStep,
) -> Result<Written<NeedView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (mut need, standing) = workable(db, caller, id)?;
        check_step(need.status, step.to, standing)?;
        let before = serde_json::to_value(&need.doc.0)?;
        let from = need.status;
        enter(app, &mut need, step, now);
        check_entry(app, db, &need, step)?;
        save(db, caller, now, &mut need)?;
        let mut change = change(&need, "need.step", &before)?;
        change.step_from = Some(Some(from.to_string()));
        change.comment = step.comment.clone();
        let number = records::ops::trace(db, caller, now, &[change])?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// What a need must hold to enter the state it has been set to.
fn check_entry(app: &App, db: &mut Db, need: &Need, step: &TakeNeedStep) -> Result<()> {
    let (fields, today) = (&need.doc.0, app.clock.today());
    if step.valid_until.is_some() && step.to != NeedStatus::Published {
        return Err(Error::field("/valid_until", "field.only_when_publishing"));
    }
    let blank = step.comment.as_deref().is_none_or(|comment| comment.trim().is_empty());
    match step.to {
        NeedStatus::Submitted => {
            organizations::ops::require_verified(db, need.org_id)?;
            rules::check_on(fields, Stage::Submit, &app.reference, today, None)
        }
        NeedStatus::Published => {
            rules::check_on(fields, Stage::Publish, &app.reference, today, None)
        }
        NeedStatus::Returned if blank => Err(Error::field("/comment", "field.required")),
        _ => Ok(()),
    }
}

/// Sets the state and what goes with it.
fn enter(app: &App, need: &mut Need, step: &TakeNeedStep, now: Timestamp) {
    need.status = step.to;
    if step.to != NeedStatus::Published {
        return;
    }
    need.published_at.get_or_insert(now);
    need.last_verified_at = Some(now);
    let usual = (app.config.records.need_valid_days, rules::VALID_YEARS);
    let today = app.clock.today();
    need.valid_until =
        records::rules::validity_on_publishing(step.valid_until, need.valid_until, today, usual);
    need.doc.0.valid_until = need.valid_until;
}
