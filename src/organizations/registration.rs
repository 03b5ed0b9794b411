//! How an organisation comes in: by registration, on behalf, or from a file.

use super::model::{OrgStatus, Organization, OrganizationFields, OrganizationView};
use super::ops::{SeenOrganization, view};
use super::{rules, store, unclaimed};
use crate::accounts;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Json, Timestamp};
use crate::disclosure::Clearance;
use crate::error::{Error, Result};
use crate::records;
use crate::records::model::readable_code;
use crate::records::ops::Written;
use crate::records::traced::Traced;
use crate::validation::Checker;

/// An organisation that comes in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its fields.
    pub fields: OrganizationFields,
    /// Whether it still has to be checked.
    pub status: OrgStatus,
    /// `manual`, `import`, `harvest` or `api`.
    pub source: &'static str,
    /// Id at the source.
    pub source_ref: Option<String>,
}

/// Registers an organisation, which then waits for review. Call it in a write transaction; it
/// takes the logs' lock.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field; a conflict when somebody was faster with the name
/// or the credit code.
pub fn register(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    fields: OrganizationFields,
    now: Timestamp,
) -> Result<Organization> {
    Ok(enter_pending(app, db, caller, fields, now)?.value)
}

fn enter_pending(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    fields: OrganizationFields,
    now: Timestamp,
) -> Result<Written<Organization>> {
    let status = OrgStatus::Pending;
    let arrival = Arrival { fields, status, source: "manual", source_ref: None };
    let Written { mut value, change } = enter(app, db, caller, vec![arrival], now)?;
    let org = value.pop().ok_or_else(|| Error::internal("no organisation was entered"))?;
    Ok(Written { value: org, change })
}

/// Brings organisations in, traced in one go: for registration, import and the demo. Call it in a
/// write transaction; it takes the logs' lock.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field of the first organisation that has any; a conflict
/// when two of them share a name or a credit code.
pub fn enter(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    arrivals: Vec<Arrival>,
    now: Timestamp,
) -> Result<Written<Vec<Organization>>> {
    let mut rows = Vec::with_capacity(arrivals.len());
    let mut changes = Vec::with_capacity(arrivals.len());
    for mut arrival in arrivals {
        arrival.fields.tidy();
        check(app, db, &arrival.fields, None)?;
        let row = new_row(arrival, caller, now);
        changes.push(row.creation("organization.create")?);
        rows.push(row);
    }
    store::insert(db, &rows)?;
    records::ops::trace(db, caller, now, &changes)?;
    unclaimed::hand_over(app, db, caller, now, &rows)?;
    let change = records::ops::last_change(db)?;
    Ok(Written { value: rows, change })
}

/// Creates an organisation that waits for review: on behalf of one in the caller's region, or by
/// somebody who belongs to none yet and becomes its manager.
///
/// # Errors
/// [`Error::Forbidden`] for people who have an organisation already, and outside the own region;
/// [`Error::Invalid`] with every field.
pub fn create(
    app: &App,
    caller: &Caller,
    fields: &OrganizationFields,
) -> Result<Written<OrganizationView>> {
    let principal = caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let belongs = principal.roles.iter().any(|binding| binding.org_id.is_some());
        if !principal.is_admin() && !principal.is_broker() && belongs {
            return Err(Error::forbidden("error.has_organization"));
        }
        let Written { value: org, change } = enter_pending(app, db, caller, fields.clone(), now)?;
        if principal.is_broker() && !principal.is_admin() && !principal.reviews(&org.region_code) {
            return Err(Error::forbidden("error.not_your_region"));
        }
        if !principal.is_admin() && !principal.is_broker() {
            accounts::ops::make_manager(db, caller, now, principal.user_id, org.id)?;
        }
        // The creator sees in full what was just written.
        let seen = SeenOrganization { org, clearance: Clearance::Full };
        Ok(Written { value: view(app, caller, &seen)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Checks fields, their uniqueness included, and names everything wrong at once.
///
/// # Errors
/// [`Error::Invalid`] with every field.
pub fn check(
    app: &App,
    db: &mut Db,
    fields: &OrganizationFields,
    own_id: Option<OrgId>,
) -> Result<()> {
    let mut checker = Checker::default();
    rules::check(&mut checker, fields, &app.reference, app.clock.today());
    let name = fields.name.as_deref().unwrap_or_default();
    let uscc = fields.uscc.as_deref().unwrap_or_default();
    let (name_taken, uscc_taken) = store::taken_unscoped(db, name, uscc, own_id)?;
    checker.ensure(!name_taken, "/name", "field.name_taken");
    checker.ensure(!uscc_taken, "/uscc", "field.uscc_taken");
    checker.finish()
}

pub(super) fn new_row(arrival: Arrival, caller: &Caller, now: Timestamp) -> Organization {
    let id = OrgId::new();
    let mut row = Organization {
        id,
        code: readable_code("JG", id.0, now),
        name: String::new(),
        uscc: String::new(),
        org_type: String::new(),
        town_code: None,
        region_code: String::new(),
        industry_code: None,
        status: arrival.status,
        doc: Json(OrganizationFields::default()),
        source: arrival.source.to_owned(),
        source_ref: arrival.source_ref,
        created_by: caller.actor_id(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    row.set_fields(arrival.fields);
    row
}
