//! Opening a record for one organisation, and taking that back. Whether the caller may do so is
//! decided by the folder that owns the record.

use std::collections::HashMap;

use serde_json::json;

use super::model::{Grant, GrantId, GrantView, OpenRecord};
use super::{DisclosureLevel, store};
use crate::accounts::principal::{Caller, OrgId, Role, UserId};
use crate::audit;
use crate::cases::model::CaseId;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::validation::Checker;

/// The record that grants are about.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its kind.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// The organisation that owns it.
    pub org_id: OrgId,
}

/// Organisations through which grants reach the caller: own and verified ones. An organisation
/// that has been barred takes its grants with it.
fn receiving_orgs(caller: &Caller) -> Vec<OrgId> {
    let roles = caller.principal.iter().flat_map(|principal| &principal.roles);
    roles
        .filter(|b| b.org_verified && matches!(b.role, Role::OrgAdmin | Role::OrgMember))
        .filter_map(|b| b.org_id)
        .collect()
}

/// Highest level granted to the caller on each of these records.
///
/// # Errors
/// Database faults.
pub fn levels(
    db: &mut Db,
    caller: &Caller,
    kind: RecordKind,
    ids: &[String],
) -> Result<HashMap<String, DisclosureLevel>> {
    Ok(highest(store::levels(db, kind, Some(ids), &receiving_orgs(caller))?))
}

/// All records of a kind that are opened to the caller, each with the highest level.
///
/// # Errors
/// Database faults.
pub fn opened(
    db: &mut Db,
    caller: &Caller,
    kind: RecordKind,
) -> Result<HashMap<String, DisclosureLevel>> {
    Ok(highest(store::levels(db, kind, None, &receiving_orgs(caller))?))
}

fn highest(rows: Vec<(String, DisclosureLevel)>) -> HashMap<String, DisclosureLevel> {
    let mut best = HashMap::new();
    for (id, level) in rows {
        best.entry(id)
            .and_modify(|old: &mut DisclosureLevel| *old = level.max(*old))
            .or_insert(level);
    }
    best
}

/// Opens a record for an organisation.
///
/// # Errors
/// [`Error::Invalid`] for the owner itself, an unknown organisation, or a level that is not given
/// by grants; a conflict when the organisation is not verified, or has as much already.
pub fn open(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    command: &OpenRecord,
) -> Result<Written<GrantView>> {
    let org = organizations::ops::owners(db, &[command.org_id])?.remove(&command.org_id);
    let mut checker = Checker::default();
    checker.ensure(org.is_some(), "/org_id", "field.unknown_org");
    checker.ensure(command.org_id != record.org_id, "/org_id", "field.own_org");
    checker.ensure(command.level >= DisclosureLevel::Matched, "/level", "field.grant_level");
    checker.length("/note", command.note.as_deref(), 0, 500);
    checker.finish()?;
    organizations::ops::require_verified(db, command.org_id)?;
    let present =
        store::levels(db, record.kind, Some(std::slice::from_ref(&record.id)), &[command.org_id])?;
    if present.iter().any(|(_, level)| *level >= command.level) {
        return Err(Error::conflict("error.already_granted"));
    }
    let grant =
        new_grant(caller, now, record, (command.org_id, command.level), command.note.clone());
    let change = give(db, caller, now, record, &grant)?;
    let created = created(record, grant.id);
    idempotency::ops::claim(db, caller, now, created.as_ref(), Some(change))?;
    let value = views(db, vec![grant])?.pop().ok_or(Error::NotFound)?;
    Ok(Written { value, change })
}

fn new_grant(
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    (org_id, level): (OrgId, DisclosureLevel),
    note: Option<String>,
) -> Grant {
    Grant {
        id: GrantId::new(),
        record_kind: record.kind,
        record_id: record.id.clone(),
        org_id,
        level,
        note,
        case_id: None,
        granted_by: caller.actor_id(),
        revoked_at: None,
        created_at: now,
    }
}

fn give(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    grant: &Grant,
) -> Result<i64> {
    store::insert(db, grant)?;
    let opened = json!({ "id": grant.id, "org_id": grant.org_id, "level": grant.level });
    note(db, caller, now, record, "disclosure.grant", (json!(null), opened))
}

/// Opens a record for an organisation because of a case, whatever it may see already: what a case has
/// opened lasts as long as the case.
///
/// # Errors
/// A conflict when the organisation is not verified.
pub fn open_for_case(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    (org, level, code): (OrgId, DisclosureLevel, &str),
    case: CaseId,
) -> Result<()> {
    organizations::ops::require_verified(db, org)?;
    let there = store::list(db, record.kind, &record.id)?.into_iter().any(|one| {
        one.case_id == Some(case)
            && (one.org_id, one.level) == (org, level)
            && one.revoked_at.is_none()
    });
    if there {
        return Ok(());
    }
    let mut grant = new_grant(caller, now, record, (org, level), Some(code.to_owned()));
    grant.case_id = Some(case);
    give(db, caller, now, record, &grant).map(drop)
}

/// Takes back what a case has opened of a record.
///
/// # Errors
/// Database faults.
pub fn close_for_case(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    case: CaseId,
) -> Result<()> {
    let grants = store::list(db, record.kind, &record.id)?;
    let given = grants.iter().filter(|one| one.case_id == Some(case) && one.revoked_at.is_none());
    for grant in given {
        revoke(db, caller, now, record, grant.id)?;
    }
    Ok(())
}

/// The grant as the client's key remembers it; only needs and capabilities are opened by request.
fn created(record: &Record, id: GrantId) -> Option<Created> {
    let kind = match record.kind {
        RecordKind::Need => CreatedKind::NeedGrant,
        RecordKind::Capability => CreatedKind::CapabilityGrant,
        _ => return None,
    };
    Some(Created::part(kind, &record.id, id))
}

/// The grants of a record, newest first, with those taken back; those that follow from cases only when
/// asked for.
///
/// # Errors
/// Database faults.
pub fn list(db: &mut Db, record: &Record, of_cases: bool) -> Result<Vec<GrantView>> {
    let mut rows = store::list(db, record.kind, &record.id)?;
    rows.retain(|grant| of_cases || grant.case_id.is_none());
    views(db, rows)
}

/// One grant of a record.
///
/// # Errors
/// [`Error::NotFound`] when the record has no such grant.
pub fn show(db: &mut Db, record: &Record, id: GrantId, of_cases: bool) -> Result<GrantView> {
    let mut rows = store::list(db, record.kind, &record.id)?;
    rows.retain(|grant| of_cases || grant.case_id.is_none());
    let grant = rows.into_iter().filter(|grant| grant.id == id).collect();
    views(db, grant)?.pop().ok_or(Error::NotFound)
}

/// Takes a grant back: from now on it opens nothing. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`] when the record has no such grant, or it has been taken back.
pub fn revoke(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    id: GrantId,
) -> Result<i64> {
    let grants = store::list(db, record.kind, &record.id)?;
    let grant = grants.iter().find(|grant| grant.id == id).ok_or(Error::NotFound)?;
    if !store::revoke(db, record.kind, &record.id, id, now)? {
        return Err(Error::NotFound);
    }
    let opened = json!({ "id": id, "org_id": grant.org_id, "level": grant.level });
    note(db, caller, now, record, "disclosure.revoke", (opened, json!(null)))
}

/// Removes the grants of a record that is being deleted.
///
/// # Errors
/// Database faults.
pub fn forget(db: &mut Db, kind: RecordKind, id: &str) -> Result<()> {
    store::remove(db, kind, id)
}

fn note(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    record: &Record,
    action: &'static str,
    (before, after): (serde_json::Value, serde_json::Value),
) -> Result<i64> {
    let changes = json!({ "grant": { "before": before, "after": after } });
    let entry = audit::ops::Entry { action, kind: record.kind, id: &record.id, changes };
    audit::ops::note(db, caller, now, entry)?;
    let number = records::ops::touch(db, now, &[(record.kind, record.id.clone())])?;
    idempotency::ops::claim(db, caller, now, None, Some(number))?;
    Ok(number)
}

fn views(db: &mut Db, grants: Vec<Grant>) -> Result<Vec<GrantView>> {
    let orgs: Vec<OrgId> = grants.iter().map(|grant| grant.org_id).collect();
    let people: Vec<UserId> = grants.iter().filter_map(|grant| grant.granted_by).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let names = crate::accounts::ops::names(db, &people)?;
    let shown = grants.into_iter().filter_map(|grant| {
        Some(GrantView {
            id: grant.id,
            org: owners.get(&grant.org_id)?.clone(),
            level: grant.level,
            note: grant.note,
            granted_by_name: grant.granted_by.and_then(|id| names.get(&id).cloned()),
            created_at: grant.created_at,
            revoked_at: grant.revoked_at,
        })
    });
    Ok(shown.collect())
}
