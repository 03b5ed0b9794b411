//! Use cases of needs.

use serde_json::Value;

use super::life::{NeedStatus, Standing, steps_for};
use super::model::{CreateNeed, Need, NeedFields, NeedId, NeedView};
use super::rules::{self, Stage};
use super::{document, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::disclosure::{self, Clearance, DisclosureLevel, RecordScope};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Change;
use crate::records::parts::OwnerView;

pub use super::expiry::expire;
pub use super::listing::{ListNeeds, list};
pub use super::steps::{TakeNeedStep, take_step};
pub use super::versions::{compare, steps, version, versions};
pub use crate::records::ops::Written;

/// A row with its owner and what the caller is cleared for.
pub struct SeenNeed {
    /// The row, unredacted.
    pub need: Need,
    /// The owning organisation.
    pub owner: OwnerView,
    /// The caller's clearance on it.
    pub clearance: Clearance,
}

fn scope(need: &Need, owner: &OwnerView, granted: Option<DisclosureLevel>) -> RecordScope {
    RecordScope {
        org_id: Some(need.org_id),
        region_code: need.region_code.clone(),
        open_from: (need.status.is_open() && owner.active).then_some(Clearance::Public),
        open_to_reviewers: true,
        granted,
    }
}

/// Keeps the needs the caller may know of, with owner and clearance.
pub(super) fn see(db: &mut Db, caller: &Caller, rows: Vec<Need>) -> Result<Vec<SeenNeed>> {
    let ids: Vec<String> = rows.iter().map(|need| need.id.to_string()).collect();
    let grants = disclosure::ops::levels(db, caller, RecordKind::Need, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|need| need.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    Ok(rows
        .into_iter()
        .filter_map(|need| {
            let granted = grants.get(&need.id.to_string()).copied();
            let owner = owners.get(&need.org_id)?.clone();
            let clearance = disclosure::clearance(caller, &scope(&need, &owner, granted))?;
            Some(SeenNeed { need, owner, clearance })
        })
        .collect())
}

/// A need the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: NeedId) -> Result<SeenNeed> {
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    see(db, caller, vec![row])?.pop().ok_or(Error::NotFound)
}

/// Needs by id that the caller may know of, in no order: for search hits and matches.
///
/// # Errors
/// Database faults.
pub fn find_many(db: &mut Db, caller: &Caller, ids: &[NeedId]) -> Result<Vec<SeenNeed>> {
    let rows = store::find_many_unscoped(db, ids)?;
    see(db, caller, rows)
}

/// The fields as far as the clearance goes, and the names of those withheld.
pub fn redacted(need: &Need, clearance: Clearance) -> Result<(NeedFields, Vec<String>)> {
    let Value::Object(mut map) = serde_json::to_value(&need.doc.0)? else {
        return Err(Error::internal("need fields are not an object"));
    };
    let withheld = disclosure::redact(RecordKind::Need, need.confidentiality, clearance, &mut map);
    Ok((serde_json::from_value(Value::Object(map))?, withheld))
}

/// What the caller sees of a need.
pub fn view(app: &App, caller: &Caller, seen: &SeenNeed) -> Result<NeedView> {
    let need = &seen.need;
    let (fields, mut withheld) = redacted(need, seen.clearance)?;
    let knows_org =
        disclosure::required(RecordKind::Need, "org", need.confidentiality) <= seen.clearance;
    if !knows_org {
        withheld.insert(0, "org".to_owned());
    }
    let standing = Standing::of(caller, need.org_id, &need.region_code);
    Ok(NeedView {
        id: need.id,
        code: need.code.clone(),
        status: need.status,
        version: need.version,
        org: knows_org.then(|| seen.owner.clone()),
        region_code: need.region_code.clone(),
        region_name: app.reference.region_name(&need.region_code, caller.language),
        fields,
        withheld,
        steps: steps_for(need.status, standing),
        published_at: need.published_at,
        last_verified_at: need.last_verified_at,
        created_at: need.created_at,
        updated_at: need.updated_at,
    })
}

/// Shows a need.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: NeedId) -> Result<NeedView> {
    app.db.read(|db| view(app, caller, &find(db, caller, id)?))
}

/// Creates a draft.
///
/// # Errors
/// [`Error::Invalid`] with every field; [`Error::Forbidden`] for an organisation that is not the
/// caller's to write for.
pub fn create(app: &App, caller: &Caller, command: &CreateNeed) -> Result<Written<NeedView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let org = organizations::ops::writable(db, caller, command.org_id)?;
        rules::check(&command.fields, Stage::Draft, &app.reference)?;
        let id = NeedId::new();
        let mut need = blank(id, org.id, now, caller);
        need.set_fields(command.fields.clone(), &org.region_code, org.town_code.as_deref());
        let number = insert_many(db, caller, now, &[need], "need.create")?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// An empty draft.
pub fn blank(id: NeedId, org_id: OrgId, now: Timestamp, caller: &Caller) -> Need {
    Need::blank(id, org_id, now, caller.actor_id())
}

/// Stores new needs with their trace; returns the number of the last change. What they hold has
/// been checked by the caller, and the transaction is the caller's too.
///
/// # Errors
/// A conflict when the source has delivered one of them before.
pub fn insert_many(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    rows: &[Need],
    action: &'static str,
) -> Result<i64> {
    store::insert(db, rows)?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let mut change = change(row, action, &Value::Null)?;
        change.step_from = Some(None);
        changes.push(change);
    }
    records::ops::trace(db, caller, now, &changes)
}

/// Which of these references of a source are there already.
///
/// # Errors
/// Database faults.
pub fn known_refs(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>> {
    store::known_refs_unscoped(db, source, refs)
}

/// The trace of a write of this need.
pub fn change(need: &Need, action: &'static str, before: &Value) -> Result<Change> {
    Ok(Change {
        kind: RecordKind::Need,
        id: need.id.to_string(),
        action,
        version: need.version,
        status: need.status.to_string(),
        step_from: None,
        comment: None,
        before: before.clone(),
        after: serde_json::to_value(&need.doc.0)?,
    })
}

/// A need that the caller may work on, and what the caller is to it.
pub(super) fn workable(db: &mut Db, caller: &Caller, id: NeedId) -> Result<(Need, Standing)> {
    let need = find(db, caller, id)?.need;
    let standing = Standing::of(caller, need.org_id, &need.region_code).require_part()?;
    Ok((need, standing))
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes.
///
/// # Errors
/// [`Error::PreconditionFailed`] when the version is not the current one; a conflict while the
/// need is under review or closed; [`Error::Invalid`] with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: NeedId,
    version: i32,
    patch: &Value,
) -> Result<Written<NeedView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (mut need, standing) = workable(db, caller, id)?;
        if need.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !need.status.is_editable() {
            return Err(Error::conflict("error.not_editable"));
        }
        let before = serde_json::to_value(&need.doc.0)?;
        let fields = merge(&before, patch)?;
        check_update(app, caller, &need, &fields, standing)?;
        let number = if fields == need.doc.0 {
            records::ops::last_change(db)?
        } else {
            let org = organizations::ops::place(db, need.org_id)?;
            need.set_fields(fields, &org.region_code, org.town_code.as_deref());
            save(db, caller, now, &mut need)?;
            records::ops::trace(db, caller, now, &[change(&need, "need.update", &before)?])?
        };
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// What is open must stay complete. Reviewers may make a need stricter, but only its owner decides
/// to open it further.
fn check_update(
    app: &App,
    caller: &Caller,
    need: &Need,
    fields: &NeedFields,
    standing: Standing,
) -> Result<()> {
    let opened = fields.confidentiality.is_some_and(|level| level < need.confidentiality);
    if opened && !standing.owner && !caller.is_admin() {
        return Err(Error::forbidden("error.confidentiality_not_yours"));
    }
    if matches!(need.status, NeedStatus::Draft | NeedStatus::Returned) {
        return rules::check(fields, Stage::Draft, &app.reference);
    }
    rules::check_on(fields, Stage::Publish, &app.reference, app.clock.today(), Some(&need.doc.0))
}

pub(super) fn save(db: &mut Db, caller: &Caller, now: Timestamp, need: &mut Need) -> Result<()> {
    need.version += 1;
    need.updated_at = now;
    need.updated_by = caller.actor_id();
    store::update(db, need)
}

/// Applies a JSON merge patch to fields.
fn merge(before: &Value, patch: &Value) -> Result<NeedFields> {
    let mut merged = before.clone();
    records::patch::merge(&mut merged, patch);
    crate::reading::from_value(merged)
}

/// Deletes a draft. Returns the number of the change.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but its owner; [`Error::PreconditionFailed`]; a conflict
/// that lists the legal steps once it has been put forward.
pub fn delete(app: &App, caller: &Caller, id: NeedId, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let number = app.db.write(|db| {
        let (need, standing) = workable(db, caller, id)?;
        if !standing.owner && !caller.is_admin() {
            return Err(Error::forbidden("error.not_your_record"));
        }
        if need.version != version {
            return Err(Error::PreconditionFailed);
        }
        if need.status != NeedStatus::Draft {
            let legal = steps_for(need.status, standing).iter().map(ToString::to_string).collect();
            return Err(Error::Conflict {
                message: "error.only_drafts".into(),
                legal: Some(legal),
            });
        }
        store::delete(db, &need)?;
        disclosure::ops::forget(db, RecordKind::Need, &id.to_string())?;
        let mut removal = change(&need, "need.delete", &serde_json::to_value(&need.doc.0)?)?;
        removal.after = Value::Null;
        records::ops::trace_removal(db, caller, now, &removal)
    })?;
    app.feed.wake();
    Ok(number)
}

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(app: &App, db: &mut Db, ids: &[String]) -> Result<Vec<search_index::Document>> {
    let ids: Vec<NeedId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let rows = store::find_many_unscoped(db, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|need| need.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    Ok(rows
        .iter()
        .filter_map(|need| {
            Some(document::document(need, owners.get(&need.org_id)?, &app.reference))
        })
        .collect())
}

/// Ids after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    let after = after.and_then(|id| id.parse().ok());
    Ok(store::ids_unscoped(db, after, limit)?.iter().map(ToString::to_string).collect())
}
