//! How an organisation is checked, and the trace of its life.

use serde::Deserialize;

use super::life::{Standing, check_step};
use super::model::{OrgStatus, OrganizationView};
use super::ops::{self, LEVEL, SeenOrganization, find, save, view};
use super::registration::change;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::disclosure::Clearance;
use crate::error::{Error, Result};
use crate::records;
use crate::records::model::{RecordKind, StepView, VersionComparison, VersionSummary, VersionView};
use crate::records::ops::Written;

/// A step to take, with a comment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOrganizationStep {
    /// The state to go to.
    pub to: OrgStatus,
    /// Why; needed when an organisation is rejected or suspended.
    #[serde(default)]
    pub comment: Option<String>,
}

/// Takes a step of the organisation's verification. Suspending hides its open records from
/// others, and lifting the suspension shows them again.
///
/// # Errors
/// A conflict that lists the legal steps; [`Error::Forbidden`]; [`Error::Invalid`] when the
/// comment is missing.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: OrgId,
    step: &TakeOrganizationStep,
) -> Result<Written<OrganizationView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let SeenOrganization { mut org, clearance } = find(db, caller, id)?;
        let standing = Standing::of(caller, &org);
        if !standing.may_change() {
            return Err(Error::forbidden("error.not_your_organization"));
        }
        check_step(org.status, step.to, standing)?;
        let comment = step.comment.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if step.to.needs_comment() && comment.is_none() {
            return Err(Error::field("/comment", "field.required"));
        }
        let before = serde_json::to_value(&org.doc.0)?;
        let from = std::mem::replace(&mut org.status, step.to);
        save(db, now, &mut org)?;
        let mut change = change(&org, "organization.step", &before)?;
        change.step_from = Some(Some(from.to_string()));
        change.comment = comment.map(str::to_owned);
        let mut number = records::ops::trace(db, caller, now, &[change])?;
        if [from, step.to].contains(&OrgStatus::Suspended) {
            number = ops::reindex_records(db, id, now)?;
        }
        let seen = SeenOrganization { org, clearance };
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

fn require_full(seen: &SeenOrganization) -> Result<()> {
    if seen.clearance == Clearance::Full { Ok(()) } else { Err(Error::NotFound) }
}

/// The steps taken so far: for its own people and its reviewers.
///
/// # Errors
/// [`Error::NotFound`].
pub fn steps(app: &App, caller: &Caller, id: OrgId) -> Result<Vec<StepView>> {
    app.db.read(|db| {
        require_full(&find(db, caller, id)?)?;
        records::ops::steps(db, RecordKind::Organization, &id.to_string())
    })
}

/// The versions, newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub fn versions(app: &App, caller: &Caller, id: OrgId) -> Result<Vec<VersionSummary>> {
    app.db.read(|db| {
        require_full(&find(db, caller, id)?)?;
        records::ops::versions(db, RecordKind::Organization, &id.to_string())
    })
}

/// One version.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version(app: &App, caller: &Caller, id: OrgId, number: i32) -> Result<VersionView> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        let sight = (LEVEL, seen.clearance);
        records::ops::version(db, RecordKind::Organization, &id.to_string(), number, sight)
    })
}

/// What differs between two versions.
///
/// # Errors
/// [`Error::NotFound`].
pub fn compare(
    app: &App,
    caller: &Caller,
    id: OrgId,
    pair: (i32, i32),
) -> Result<VersionComparison> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        let sight = (LEVEL, seen.clearance);
        records::ops::compare(db, RecordKind::Organization, &id.to_string(), pair, sight)
    })
}
