//! Use cases of capabilities.

use serde_json::{Map, Value};

use super::life::{Standing, steps_for};
use super::model::{Capability, CapabilityFields, CapabilityId, CapabilityView, CreateCapability};
use super::parts::ConsentScope;
use super::rules::{self, Stage};
use super::{consent, document, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::disclosure::persons::{Persons, Sight};
use crate::disclosure::{self, Clearance, DisclosureLevel, RecordScope};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Change;
use crate::records::parts::OwnerView;

pub use super::consent::{SetConsent, set_consent};
pub use super::expiry::expire;
pub use super::listing::{ListCapabilities, list};
pub use super::removal::delete;
pub use super::steps::{TakeCapabilityStep, take_step};
pub use super::versions::{compare, steps, version, versions};
pub use crate::records::ops::Written;

/// A row with its owner and what the caller is cleared for.
pub struct SeenCapability {
    /// The row, unredacted.
    pub capability: Capability,
    /// The owning organisation.
    pub owner: OwnerView,
    /// The caller's clearance on it.
    pub clearance: Clearance,
    /// Whether the caller works for the owner or runs the platform.
    pub insider: bool,
    /// People of the owner who are not shown to everybody.
    pub persons: Persons,
}

impl SeenCapability {
    /// Removes from a state of the fields, present or past, what the caller may not see; returns
    /// the names of the fields that held something. Every way out goes through here.
    pub fn redact(&self, level: DisclosureLevel, doc: &mut Map<String, Value>) -> Vec<String> {
        let kind = RecordKind::Capability;
        let mut withheld = disclosure::redact(kind, level, self.clearance, doc);
        withheld.extend(self.persons.hide(Sight::of(self.clearance, self.insider), doc));
        withheld
    }
}

fn scope(
    capability: &Capability,
    owner: &OwnerView,
    granted: Option<DisclosureLevel>,
) -> RecordScope {
    RecordScope {
        org_id: Some(capability.org_id),
        region_code: capability.region_code.clone(),
        open_from: consent::open_from(capability, owner),
        open_to_reviewers: capability.consent_scope != ConsentScope::Nobody,
        granted,
    }
}

/// Whether people of the organisation are known to the caller, whatever they have agreed to.
fn is_insider(caller: &Caller, org: OrgId) -> bool {
    caller.is_admin() || caller.principal.as_ref().is_some_and(|p| p.works_for(org))
}

/// Keeps the capabilities the caller may know of, with owner and clearance.
pub(super) fn see(
    db: &mut Db,
    caller: &Caller,
    rows: Vec<Capability>,
) -> Result<Vec<SeenCapability>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let grants = disclosure::ops::levels(db, caller, RecordKind::Capability, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let persons = consent::persons(db, &orgs)?;
    Ok(rows
        .into_iter()
        .filter_map(|capability| {
            let granted = grants.get(&capability.id.to_string()).copied();
            let owner = owners.get(&capability.org_id)?.clone();
            let clearance = disclosure::clearance(caller, &scope(&capability, &owner, granted))?;
            let insider = is_insider(caller, capability.org_id);
            let persons = persons.get(&capability.org_id).cloned().unwrap_or_default();
            Some(SeenCapability { capability, owner, clearance, insider, persons })
        })
        .collect())
}

/// A capability the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: CapabilityId) -> Result<SeenCapability> {
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    see(db, caller, vec![row])?.pop().ok_or(Error::NotFound)
}

/// Capabilities by id that the caller may know of, in no order: for search hits and matches.
///
/// # Errors
/// Database faults.
pub fn find_many(
    db: &mut Db,
    caller: &Caller,
    ids: &[CapabilityId],
) -> Result<Vec<SeenCapability>> {
    let rows = store::find_many_unscoped(db, ids)?;
    see(db, caller, rows)
}

/// The fields as far as the caller may see them, and the names of those withheld.
///
/// # Errors
/// Never for fields that were stored by this program.
pub fn redacted(seen: &SeenCapability) -> Result<(CapabilityFields, Vec<String>)> {
    let Value::Object(mut map) = serde_json::to_value(&seen.capability.doc.0)? else {
        return Err(Error::internal("capability fields are not an object"));
    };
    let withheld = seen.redact(seen.capability.confidentiality, &mut map);
    Ok((serde_json::from_value(Value::Object(map))?, withheld))
}

/// What the caller sees of a capability.
///
/// # Errors
/// Those of [`redacted`].
pub fn view(app: &App, caller: &Caller, seen: &SeenCapability) -> Result<CapabilityView> {
    let row = &seen.capability;
    let (fields, mut withheld) = redacted(seen)?;
    let knows_org =
        disclosure::required(RecordKind::Capability, "org", row.confidentiality) <= seen.clearance;
    if !knows_org {
        withheld.insert(0, "org".to_owned());
    }
    let standing = Standing::of(caller, row.org_id, &row.region_code);
    Ok(CapabilityView {
        id: row.id,
        code: row.code.clone(),
        status: row.status,
        version: row.version,
        org: knows_org.then(|| seen.owner.clone()),
        region_code: row.region_code.clone(),
        region_name: app.reference.region_name(&row.region_code, caller.language),
        fields,
        withheld,
        steps: steps_for(row.status, standing),
        published_at: row.published_at,
        last_verified_at: row.last_verified_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Shows a capability.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: CapabilityId) -> Result<CapabilityView> {
    app.db.read(|db| view(app, caller, &find(db, caller, id)?))
}

/// Creates a draft.
///
/// # Errors
/// [`Error::Invalid`] with every field; [`Error::Forbidden`] for an organisation that is not the
/// caller's to write for.
pub fn create(
    app: &App,
    caller: &Caller,
    command: &CreateCapability,
) -> Result<Written<CapabilityView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let org = organizations::ops::writable(db, caller, command.org_id)?;
        check_consent_statement(caller, org.id, &command.fields)?;
        rules::check(&command.fields, Stage::Draft, &app.reference)?;
        let id = CapabilityId::new();
        let mut row = Capability::blank(id, org.id, now, caller.actor_id());
        row.set_fields(command.fields.clone(), &org.region_code);
        let number = insert_many(db, caller, now, &[row], "capability.create")?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Only the own organisation and administrators may say how far a person agrees to be shown.
///
/// # Errors
/// [`Error::Forbidden`] for others who bring in a profile that states it.
pub fn check_consent_statement(
    caller: &Caller,
    org: OrgId,
    fields: &CapabilityFields,
) -> Result<()> {
    let stated = fields.expert.as_ref().and_then(|expert| expert.consent_scope);
    if stated.is_some() && !is_insider(caller, org) {
        return Err(Error::forbidden("error.consent_not_yours"));
    }
    Ok(())
}

/// Stores new capabilities with their trace; returns the number of the last change. What they hold
/// has been checked by the caller, and the transaction is the caller's too.
///
/// # Errors
/// A conflict when the source has delivered one of them before.
pub fn insert_many(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    rows: &[Capability],
    action: &'static str,
) -> Result<i64> {
    store::insert(db, rows)?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let mut change = change(row, action, &Value::Null)?;
        change.step_from = Some(None);
        changes.push(change);
    }
    records::ops::trace(db, caller, now, &changes)?;
    consent::touch_mentions_of_new(db, now, rows)
}

/// Which of these references of a source are there already.
///
/// # Errors
/// Database faults.
pub fn known_refs(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>> {
    store::known_refs_unscoped(db, source, refs)
}

/// The trace of a write of this capability.
///
/// # Errors
/// Never for fields of this program.
pub fn change(row: &Capability, action: &'static str, before: &Value) -> Result<Change> {
    Ok(Change {
        kind: RecordKind::Capability,
        id: row.id.to_string(),
        action,
        version: row.version,
        status: row.status.to_string(),
        step_from: None,
        comment: None,
        before: before.clone(),
        after: serde_json::to_value(&row.doc.0)?,
    })
}

/// A capability that the caller may work on, and what the caller is to it.
pub(super) fn workable(
    db: &mut Db,
    caller: &Caller,
    id: CapabilityId,
) -> Result<(Capability, Standing)> {
    let row = find(db, caller, id)?.capability;
    let standing = Standing::of(caller, row.org_id, &row.region_code).require_part()?;
    Ok((row, standing))
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes.
///
/// # Errors
/// [`Error::PreconditionFailed`] when the version is not the current one; a conflict while the
/// capability is under review or withdrawn; [`Error::Invalid`] with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    version: i32,
    patch: &Value,
) -> Result<Written<CapabilityView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (mut row, standing) = workable(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !row.status.is_editable() {
            return Err(Error::conflict("error.not_editable"));
        }
        let before = row.doc.0.clone();
        let fields = merge(&before, patch)?;
        check_update(app, caller, &row, &fields, standing)?;
        let number = if fields == before {
            records::ops::last_change(db)?
        } else {
            let org = organizations::ops::place(db, row.org_id)?;
            row.set_fields(fields, &org.region_code);
            save(db, caller, now, &mut row)?;
            let old = serde_json::to_value(&before)?;
            records::ops::trace(db, caller, now, &[change(&row, "capability.update", &old)?])?;
            consent::touch_mentions(db, now, &row, (Some(&before), Some(&row.doc.0)))?
        };
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// What has been published must stay complete and of its kind. Reviewers may make it stricter, but
/// only the owner decides to open it further, and about consent.
fn check_update(
    app: &App,
    caller: &Caller,
    row: &Capability,
    fields: &CapabilityFields,
    standing: Standing,
) -> Result<()> {
    if !standing.owner && !caller.is_admin() {
        if fields.consent() != row.consent_scope {
            return Err(Error::forbidden("error.consent_not_yours"));
        }
        if fields.confidentiality.is_some_and(|level| level < row.confidentiality) {
            return Err(Error::forbidden("error.confidentiality_not_yours"));
        }
    }
    if !row.status.is_reviewed() {
        return rules::check(fields, Stage::Draft, &app.reference);
    }
    if fields.asset_kind.as_deref() != Some(row.asset_kind.as_str()) {
        return Err(Error::field("/asset_kind", "field.kind_is_fixed"));
    }
    rules::check_on(fields, Stage::Publish, &app.reference, app.clock.today(), Some(&row.doc.0))
}

pub(super) fn save(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    row: &mut Capability,
) -> Result<()> {
    row.version += 1;
    row.updated_at = now;
    row.updated_by = caller.actor_id();
    store::update(db, row)
}

/// Applies a JSON merge patch to fields.
fn merge(before: &CapabilityFields, patch: &Value) -> Result<CapabilityFields> {
    let mut merged = serde_json::to_value(before)?;
    records::patch::merge(&mut merged, patch);
    crate::reading::from_value(merged)
}

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(app: &App, db: &mut Db, ids: &[String]) -> Result<Vec<search_index::Document>> {
    let ids: Vec<CapabilityId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let rows = store::find_many_unscoped(db, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let persons = consent::persons(db, &orgs)?;
    let nobody = Persons::default();
    let mut documents = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(owner) = owners.get(&row.org_id) else { continue };
        let persons = persons.get(&row.org_id).unwrap_or(&nobody);
        documents.push(document::document(row, owner, persons, &app.reference)?);
    }
    Ok(documents)
}

/// Ids after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    let after = after.and_then(|id| id.parse().ok());
    Ok(store::ids_unscoped(db, after, limit)?.iter().map(ToString::to_string).collect())
}
