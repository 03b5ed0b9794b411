//! Writing the trace of a change: version, step, audit entry, change-log entry, in one
//! transaction and in that order.

use serde_json::Value;

use super::model::{
    ChangeEntry, EntryId, RecordKind, RecordStep, RecordVersion, StepView, VersionChanges,
    VersionComparison, VersionSummary, VersionView, differences,
};
use super::store;
use super::traced::{Insight, Traced};
use crate::accounts::principal::{Caller, UserId};
use crate::audit;
use crate::db::dialect;
use crate::db::{Db, Json, Timestamp};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::Created;

/// A record that was written, with the number of the change.
#[derive(Debug)]
pub struct Written<T> {
    /// What was written.
    pub value: T,
    /// Number in the change log.
    pub change: i64,
}

/// A change to one record, to be traced.
#[derive(Debug, Clone)]
pub struct Change {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// What was done, e.g. `need.create`: verb of the audit log.
    pub action: &'static str,
    /// Number of the version after the change.
    pub version: i32,
    /// Status after the change.
    pub status: String,
    /// Status before, when the change is a step of the record's life (or its creation).
    pub step_from: Option<Option<String>>,
    /// Comment of the step.
    pub comment: Option<String>,
    /// Fields before; null for a new record.
    pub before: Value,
    /// Fields after.
    pub after: Value,
}

/// Writes versions, steps, audit entries and change-log entries of several changes; returns the
/// number of the last change. Call it last in the transaction: it takes the logs' lock.
///
/// # Errors
/// Database faults.
pub fn trace(db: &mut Db, caller: &Caller, at: Timestamp, changes: &[Change]) -> Result<i64> {
    let actor = caller.actor_id();
    let versions: Vec<RecordVersion> = changes
        .iter()
        .filter(|change| change.before != change.after || change.step_from.is_some())
        .map(|change| RecordVersion {
            id: EntryId::new(),
            record_kind: change.kind,
            record_id: change.id.clone(),
            version: change.version,
            status: change.status.clone(),
            doc: Json(change.after.clone()),
            saved_by: actor,
            created_at: at,
        })
        .collect();
    let steps: Vec<RecordStep> = changes
        .iter()
        .filter_map(|change| {
            let from_status = change.step_from.clone()?;
            Some(RecordStep {
                id: EntryId::new(),
                record_kind: change.kind,
                record_id: change.id.clone(),
                from_status,
                to_status: change.status.clone(),
                actor_id: actor,
                comment: change.comment.clone(),
                created_at: at,
            })
        })
        .collect();
    store::insert_versions(db, &versions)?;
    store::insert_steps(db, &steps)?;
    dialect::lock_logs(db)?;
    let entries: Vec<audit::ops::Entry<'_>> = changes
        .iter()
        .map(|change| audit::ops::Entry {
            action: change.action,
            kind: change.kind,
            id: &change.id,
            changes: audit_changes(change),
        })
        .collect();
    audit::ops::append(db, caller, at, &entries)?;
    let rows: Vec<(RecordKind, String)> =
        changes.iter().map(|change| (change.kind, change.id.clone())).collect();
    let number = store::append_changes(db, &rows, at)?;
    let created = changes.iter().find(|change| change.step_from == Some(None));
    let created = created.map(|change| Created::record(change.kind, &change.id));
    idempotency::ops::claim(db, caller, at, created.as_ref(), Some(number))?;
    Ok(number)
}

/// Tells everything derived that records look different although they have not changed
/// themselves; returns the number of the last change. Takes the logs' lock.
///
/// # Errors
/// Database faults.
pub fn touch(db: &mut Db, at: Timestamp, rows: &[(RecordKind, String)]) -> Result<i64> {
    dialect::lock_logs(db)?;
    store::append_changes(db, rows, at)
}

/// The versions of a record that were saved since a time and the one before them, newest first; at
/// most `limit`.
///
/// # Errors
/// Database faults.
pub fn versions_since(
    db: &mut Db,
    kind: RecordKind,
    id: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<RecordVersion>> {
    store::versions_since(db, kind, id, since, limit)
}

/// Entries of the change log after a number, oldest first.
///
/// # Errors
/// Database faults.
pub fn changes_after(db: &mut Db, after: i64, limit: i64) -> Result<Vec<ChangeEntry>> {
    store::changes_after(db, after, limit)
}

/// The number of the last change of any record.
///
/// # Errors
/// Database faults.
pub fn last_change(db: &mut Db) -> Result<i64> {
    store::last_change(db)
}

/// Traces the removal of a record whose row is gone: its versions and steps go too, the audit log
/// keeps what was in it, and the change log makes the index drop it.
///
/// # Errors
/// Database faults.
pub fn trace_removal(db: &mut Db, caller: &Caller, at: Timestamp, removed: &Change) -> Result<i64> {
    store::remove_trace(db, removed.kind, &removed.id)?;
    let entry = audit::ops::Entry {
        action: removed.action,
        kind: removed.kind,
        id: &removed.id,
        changes: audit_changes(removed),
    };
    audit::ops::note(db, caller, at, entry)?;
    touch(db, at, &[(removed.kind, removed.id.clone())])
}

/// Before and after of the changed fields, and the step.
fn audit_changes(change: &Change) -> Value {
    let mut fields = serde_json::Map::new();
    for difference in differences(&change.before, &change.after) {
        let pair = serde_json::json!({ "before": difference.before, "after": difference.after });
        fields.insert(difference.field, pair);
    }
    if let Some(from) = &change.step_from {
        fields.insert(
            "status".to_owned(),
            serde_json::json!({ "before": from, "after": change.status, "comment": change.comment }),
        );
    }
    Value::Object(fields)
}

/// The steps of a record's life with the names of those who took them.
///
/// # Errors
/// Database faults.
pub fn steps(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<StepView>> {
    let rows = store::steps(db, kind, id)?;
    let ids: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    let names = crate::accounts::ops::names(db, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| StepView {
            actor_name: row.actor_id.and_then(|id| names.get(&id).cloned()),
            from_status: row.from_status,
            to_status: row.to_status,
            comment: row.comment,
            created_at: row.created_at,
        })
        .collect())
}

/// The versions of a record, newest first.
///
/// # Errors
/// Database faults.
pub fn versions(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<VersionSummary>> {
    let rows = store::versions(db, kind, id)?;
    let ids: Vec<UserId> = rows.iter().filter_map(|row| row.saved_by).collect();
    let names = crate::accounts::ops::names(db, &ids)?;
    Ok(rows.into_iter().map(|row| summary(&row, &names)).collect())
}

fn summary(
    row: &RecordVersion,
    names: &std::collections::HashMap<UserId, String>,
) -> VersionSummary {
    VersionSummary {
        version: row.version,
        status: row.status.clone(),
        saved_by_name: row.saved_by.and_then(|id| names.get(&id).cloned()),
        created_at: row.created_at,
    }
}

/// One version, as far as the caller sees into the past of the record.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn version(
    db: &mut Db,
    kind: RecordKind,
    id: &str,
    number: i32,
    insight: &Insight,
) -> Result<VersionView> {
    let row = store::version(db, kind, id, number)?.ok_or(Error::NotFound)?;
    let names = crate::accounts::ops::names(db, &row.saved_by.into_iter().collect::<Vec<_>>())?;
    let summary = summary(&row, &names);
    Ok(VersionView { summary, fields: seen_fields(row, insight) })
}

/// The fields of a version, as far as the caller sees into the past of the record.
fn seen_fields(row: RecordVersion, insight: &Insight) -> Value {
    let mut fields = row.doc.0;
    if let Value::Object(map) = &mut fields {
        let own = map
            .get("confidentiality")
            .and_then(Value::as_str)
            .and_then(|code| code.parse().ok())
            .unwrap_or(insight.level);
        insight.into_past(own).redact(row.record_kind, map);
    }
    fields
}

/// The versions of a record, newest first, each with what it changed and why: for its page.
///
/// # Errors
/// [`Error::NotFound`] when the caller may not know of the record or of its past.
pub fn past<R: Traced>(db: &mut Db, caller: &Caller, id: &R::Id) -> Result<Vec<VersionChanges>> {
    let insight = R::insight(db, caller, id)?;
    insight.require_full()?;
    let rows = store::versions(db, R::KIND, &id.to_string())?;
    let steps = store::steps(db, R::KIND, &id.to_string())?;
    let ids: Vec<UserId> = rows.iter().filter_map(|row| row.saved_by).collect();
    let names = crate::accounts::ops::names(db, &ids)?;
    let mut past = Vec::with_capacity(rows.len());
    let mut before = None;
    for row in rows.into_iter().rev() {
        let step = steps
            .iter()
            .find(|step| step.created_at == row.created_at && step.to_status == row.status);
        let summary = summary(&row, &names);
        let fields = seen_fields(row, &insight);
        let differences = before.as_ref().map(|before| differences(before, &fields));
        past.push(VersionChanges {
            summary,
            comment: step.and_then(|step| step.comment.clone()),
            differences: differences.unwrap_or_default(),
        });
        before = Some(fields);
    }
    past.reverse();
    Ok(past)
}

/// What differs between two versions, as far as the caller sees into the past of the record.
///
/// # Errors
/// [`Error::NotFound`] when one of them does not exist.
pub fn compare(
    db: &mut Db,
    kind: RecordKind,
    id: &str,
    (from, to): (i32, i32),
    insight: &Insight,
) -> Result<VersionComparison> {
    let older = version(db, kind, id, from, insight)?;
    let newer = version(db, kind, id, to, insight)?;
    Ok(VersionComparison { from, to, differences: differences(&older.fields, &newer.fields) })
}
