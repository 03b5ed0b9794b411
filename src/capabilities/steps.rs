//! Taking the steps of a capability's life.

use serde::Deserialize;

use super::life::{CapabilityStatus, check_step};
use super::model::{Capability, CapabilityId, CapabilityView};
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
pub struct TakeCapabilityStep {
    /// The state to go to.
    pub to: CapabilityStatus,
    /// Why; needed when a capability is returned.
    #[serde(default)]
    pub comment: Option<String>,
    /// New end of validity, when publishing or renewing.
    #[serde(default)]
    pub valid_until: Option<chrono::NaiveDate>,
}

/// Takes a step of the capability's life.
///
/// # Errors
/// A conflict that lists the legal steps; [`Error::Forbidden`]; [`Error::Invalid`] when fields
/// are missing for the step.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    step: &TakeCapabilityStep,
) -> Result<Written<CapabilityView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (mut capability, standing) = workable(db, caller, id)?;
        check_step(capability.status, step.to, standing)?;
        let before = serde_json::to_value(&capability.doc.0)?;
        let from = capability.status;
        enter(app, &mut capability, step, now);
        check_entry(app, db, &capability, step)?;
        save(db, caller, now, &mut capability)?;
        let mut change = change(&capability, "capability.step", &before)?;
        change.step_from = Some(Some(from.to_string()));
        change.comment = step.comment.clone();
        let number = records::ops::trace(db, caller, now, &[change])?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// What a capability must hold to enter the state it has been set to.
fn check_entry(
    app: &App,
    db: &mut Db,
    capability: &Capability,
    step: &TakeCapabilityStep,
) -> Result<()> {
    let (fields, today) = (&capability.doc.0, app.clock.today());
    if step.valid_until.is_some() && step.to != CapabilityStatus::Published {
        return Err(Error::field("/valid_until", "field.only_when_publishing"));
    }
    let blank = step.comment.as_deref().is_none_or(|comment| comment.trim().is_empty());
    match step.to {
        CapabilityStatus::Submitted => {
            organizations::ops::require_verified(db, capability.org_id)?;
            rules::check_on(fields, Stage::Submit, &app.reference, today, None)
        }
        CapabilityStatus::Published => {
            rules::check_on(fields, Stage::Publish, &app.reference, today, None)
        }
        CapabilityStatus::Returned if blank => Err(Error::field("/comment", "field.required")),
        _ => Ok(()),
    }
}

/// Sets the state and what goes with it.
fn enter(app: &App, capability: &mut Capability, step: &TakeCapabilityStep, now: Timestamp) {
    capability.status = step.to;
    if step.to != CapabilityStatus::Published {
        return;
    }
    capability.published_at.get_or_insert(now);
    capability.last_verified_at = Some(now);
    let usual = (app.config.records.capability_valid_days, rules::VALID_YEARS);
    let today = app.clock.today();
    capability.valid_until = records::rules::validity_on_publishing(
        step.valid_until,
        capability.valid_until,
        today,
        usual,
    );
    capability.doc.0.valid_until = capability.valid_until;
}
