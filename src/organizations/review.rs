//! How an organisation is checked, and the trace of its life.

use serde::Deserialize;

use super::life::Standing;
use super::model::{OrgStatus, OrganizationView};
use super::ops::{self, SeenOrganization, find, save, view};
use super::unclaimed;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::error::{Error, Result};
use crate::records;
use crate::records::life::Life;
use crate::records::ops::Written;
use crate::records::traced::Traced;

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
        org.status.check_step(step.to, standing)?;
        if step.to == OrgStatus::Verified && org.is_unclaimed() {
            return Err(Error::conflict("error.organization_incomplete"));
        }
        let comment = step.comment.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if step.to.needs_comment() && comment.is_none() {
            return Err(Error::field("/comment", "field.required"));
        }
        let from = std::mem::replace(&mut org.status, step.to);
        save(db, now, &mut org)?;
        let change = org.step("organization.step", from, comment.map(str::to_owned))?;
        let mut number = records::ops::trace(db, caller, now, &[change])?;
        if [from, step.to].contains(&OrgStatus::Suspended) {
            number = ops::reindex_records(db, id, now)?;
        }
        if step.to == OrgStatus::Verified {
            unclaimed::hand_over(app, db, caller, now, std::slice::from_ref(&org))?;
            number = records::ops::last_change(db)?;
        }
        let seen = SeenOrganization { org, clearance };
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}
