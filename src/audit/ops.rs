//! Appending to the audit log, reading it, and verifying the chain.

use serde_json::Value;

use super::model::{
    AuditEntry, AuditEntryView, ChainReport, GENESIS, HeadState, RememberedHead, mask_personal,
};
use super::store;
pub use super::store::AuditFilter;
use crate::accounts::principal::{Caller, UserId};
use crate::db::{Database, Db, Timestamp};
use crate::error::{Error, Result};
use crate::http::pagination::Page;
use crate::records::model::RecordKind;

/// What to log about one record.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// What was done, e.g. `need.publish`.
    pub action: &'static str,
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: &'a str,
    /// Changed fields with before and after.
    pub changes: Value,
}

/// Appends entries to the chain. The logs' lock must be held (see
/// [`lock_logs`](crate::db::dialect::lock_logs)).
///
/// # Errors
/// Database faults.
pub fn append(db: &mut Db, caller: &Caller, at: Timestamp, entries: &[Entry<'_>]) -> Result<()> {
    let (mut seq, mut prev_hash) = store::head(db)?.unwrap_or_else(|| (0, GENESIS.to_owned()));
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        seq += 1;
        let mut changes = entry.changes.clone();
        mask_personal(&mut changes);
        let mut row = AuditEntry {
            seq,
            actor_id: caller.actor_id(),
            action: entry.action.to_owned(),
            record_kind: entry.kind,
            record_id: entry.id.to_owned(),
            address: caller.address.map(|address| address.to_string()),
            request_id: Some(caller.request_id.clone()).filter(|id| !id.is_empty()),
            changes: changes.to_string(),
            prev_hash,
            hash: String::new(),
            created_at: at,
        };
        row.hash = row.expected_hash();
        prev_hash = row.hash.clone();
        rows.push(row);
    }
    store::insert(db, &rows)
}

/// Logs one entry by itself, taking the lock: for changes that are not records (sign-in, roles).
///
/// # Errors
/// Database faults.
pub fn note(db: &mut Db, caller: &Caller, at: Timestamp, entry: Entry<'_>) -> Result<()> {
    crate::db::dialect::lock_logs(db)?;
    append(db, caller, at, &[entry])?;
    crate::idempotency::ops::claim(db, caller, at, None, None)
}

/// What somebody has done, oldest first.
///
/// # Errors
/// Database faults.
pub fn of_actor(db: &mut Db, actor: UserId) -> Result<Vec<AuditEntry>> {
    store::of_actor(db, actor)
}

/// What was done about a record, oldest first.
///
/// # Errors
/// Database faults.
pub fn of_record(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<AuditEntry>> {
    store::of_record(db, kind, id)
}

/// Entries checked at a time.
const BATCH: i64 = 2_000;

/// Checks every entry's hash and its link to the one before.
///
/// # Errors
/// Database faults; a broken chain is a result, not an error.
pub fn verify(database: &Database) -> Result<ChainReport> {
    let mut report = ChainReport {
        entries: 0,
        intact: true,
        first_broken: None,
        head: GENESIS.to_owned(),
        remembered: None,
    };
    loop {
        let (rows, unreadable) =
            database.read(|db| store::readable_after(db, report.entries, BATCH))?;
        let ends = rows.is_empty();
        for row in rows {
            let fits = row.seq == report.entries + 1
                && row.prev_hash == report.head
                && row.hash == row.expected_hash();
            if !fits {
                return Ok(broken(report));
            }
            report.entries = row.seq;
            report.head = row.hash;
        }
        if unreadable {
            return Ok(broken(report));
        }
        if ends {
            return Ok(report);
        }
    }
}

fn broken(mut report: ChainReport) -> ChainReport {
    report.intact = false;
    report.first_broken = Some(report.entries + 1);
    report
}

/// Checks the chain, and that a head written down earlier is still part of it. Without that a
/// chain whose end was cut off, or that was written anew from some entry on, looks good.
///
/// # Errors
/// Database faults.
pub fn verify_against(database: &Database, remembered: &RememberedHead) -> Result<ChainReport> {
    let mut report = verify(database)?;
    let found = match remembered.entries {
        0 => Some(GENESIS.to_owned()),
        entries => database.read(|db| store::hash_at(db, entries))?,
    };
    let (state, first) = match found {
        Some(hash) if hash == remembered.hash => (HeadState::Kept, None),
        Some(_) => (HeadState::Rewritten, Some(remembered.entries)),
        None => (HeadState::CutOff, Some(report.entries + 1)),
    };
    report.remembered = Some(state);
    report.intact &= state == HeadState::Kept;
    report.first_broken = report.first_broken.or(first);
    Ok(report)
}

/// A page of the log for administrators, newest first.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub fn list(
    database: &Database,
    caller: &Caller,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<AuditEntryView>> {
    require_admin(caller)?;
    database.read(|db| {
        let wanted = i64::try_from(limit).unwrap_or(100) + 1;
        let rows = store::page(db, filter, before, wanted)?;
        let entries = rows.iter().filter_map(|(_, entry)| entry.as_ref());
        let ids: Vec<UserId> = entries.filter_map(|entry| entry.actor_id).collect();
        let names = crate::accounts::ops::names(db, &ids)?;
        let views: Vec<AuditEntryView> = rows
            .into_iter()
            .map(|(seq, entry)| match entry {
                Some(entry) => view(entry, &names),
                None => AuditEntryView { seq, ..AuditEntryView::default() },
            })
            .collect();
        Ok(Page::cut(views, limit, |last| last.seq.to_string()))
    })
}

/// Verifies the chain for an administrator, against a remembered head if one is given.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub fn verify_for(
    database: &Database,
    caller: &Caller,
    remembered: Option<&RememberedHead>,
) -> Result<ChainReport> {
    require_admin(caller)?;
    match remembered {
        Some(remembered) => verify_against(database, remembered),
        None => verify(database),
    }
}

fn require_admin(caller: &Caller) -> Result<()> {
    if caller.signed_in()?.is_admin() { Ok(()) } else { Err(Error::forbidden("error.admin_only")) }
}

fn view(row: AuditEntry, names: &std::collections::HashMap<UserId, String>) -> AuditEntryView {
    AuditEntryView {
        seq: row.seq,
        readable: true,
        actor_id: row.actor_id,
        actor_name: row.actor_id.and_then(|id| names.get(&id).cloned()),
        action: row.action,
        record_kind: Some(row.record_kind),
        record_id: row.record_id,
        address: row.address,
        request_id: row.request_id,
        changes: serde_json::from_str(&row.changes).unwrap_or(Value::Null),
        prev_hash: row.prev_hash,
        hash: row.hash,
        created_at: Some(row.created_at),
    }
}
