//! Rows of the audit log.

use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::model::AuditEntry;
use crate::accounts::principal::UserId;
use crate::db::schema::audit_log;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;
use crate::records::model::RecordKind;

/// The last entry's number and hash.
pub(super) fn head(db: &mut Db) -> Result<Option<(i64, String)>> {
    use audit_log::dsl as a;
    Ok(on!(db, conn => a::audit_log
        .order(a::seq.desc())
        .select((a::seq, a::hash))
        .first(conn))
    .optional()?)
}

/// Appends entries.
pub(super) fn insert(db: &mut Db, entries: &[AuditEntry]) -> Result<()> {
    for chunk in entries.chunks(500) {
        on!(db, conn => diesel::insert_into(audit_log::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

/// Entries after a number, oldest first, up to the first that cannot be read because somebody put
/// something into a column that does not belong there; the flag tells that there is such a one.
pub(super) fn readable_after(db: &mut Db, seq: i64, limit: i64) -> Result<(Vec<AuditEntry>, bool)> {
    match after(db, seq, limit) {
        Ok(rows) => Ok((rows, false)),
        Err(DieselError::DeserializationError(_)) => {
            let mut rows: Vec<AuditEntry> = Vec::new();
            loop {
                let last = rows.last().map_or(seq, |row| row.seq);
                match after(db, last, 1) {
                    Ok(mut one) => rows.append(&mut one),
                    Err(DieselError::DeserializationError(_)) => return Ok((rows, true)),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn after(db: &mut Db, seq: i64, limit: i64) -> QueryResult<Vec<AuditEntry>> {
    use audit_log::dsl as a;
    on!(db, conn => a::audit_log
        .filter(a::seq.gt(seq))
        .order(a::seq.asc())
        .limit(limit)
        .select(AuditEntry::as_select())
        .load(conn))
}

/// The hash of an entry by its number.
pub(super) fn hash_at(db: &mut Db, seq: i64) -> Result<Option<String>> {
    use audit_log::dsl as a;
    Ok(on!(db, conn => a::audit_log.find(seq).select(a::hash).first(conn)).optional()?)
}

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only of this person.
    pub actor_id: Option<UserId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only of this kind of record.
    pub record_kind: Option<RecordKind>,
    /// Only of this record.
    pub record_id: Option<String>,
    /// Only at this time or later.
    pub from: Option<Timestamp>,
    /// Only before this time.
    pub until: Option<Timestamp>,
}

/// The query for a page of entries, newest first.
macro_rules! page_query {
    ($filter:expr, $before:expr, $limit:expr) => {{
        use audit_log::dsl as a;
        let filter: &AuditFilter = $filter;
        let mut query = a::audit_log.into_boxed();
        if let Some(actor) = filter.actor_id {
            query = query.filter(a::actor_id.eq(actor));
        }
        if let Some(action) = &filter.action {
            query = query.filter(a::action.eq(action));
        }
        if let Some(kind) = filter.record_kind {
            query = query.filter(a::record_kind.eq(kind));
        }
        if let Some(id) = &filter.record_id {
            query = query.filter(a::record_id.eq(id));
        }
        if let Some(from) = filter.from {
            query = query.filter(a::created_at.ge(from));
        }
        if let Some(until) = filter.until {
            query = query.filter(a::created_at.lt(until));
        }
        if let Some(before) = $before {
            query = query.filter(a::seq.lt(before));
        }
        query.order(a::seq.desc()).limit($limit)
    }};
}

/// A page of entries, newest first, each with its number; of one that cannot be read, because
/// somebody put something into a column that does not belong there, only the number.
pub(super) fn page(
    db: &mut Db,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, Option<AuditEntry>)>> {
    let rows: QueryResult<Vec<AuditEntry>> = on!(db, conn => page_query!(filter, before, limit)
        .select(AuditEntry::as_select())
        .load(conn));
    match rows {
        Ok(rows) => return Ok(rows.into_iter().map(|row| (row.seq, Some(row))).collect()),
        Err(DieselError::DeserializationError(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let numbers: Vec<i64> = on!(db, conn => page_query!(filter, before, limit)
        .select(audit_log::seq)
        .load(conn))?;
    let mut found = Vec::with_capacity(numbers.len());
    for seq in numbers {
        match after(db, seq - 1, 1) {
            Ok(mut rows) => found.push((seq, rows.pop())),
            Err(DieselError::DeserializationError(_)) => found.push((seq, None)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// What somebody has done, oldest first.
pub(super) fn of_actor(db: &mut Db, actor: UserId) -> Result<Vec<AuditEntry>> {
    use audit_log::dsl as a;
    Ok(on!(db, conn => a::audit_log
        .filter(a::actor_id.eq(actor))
        .order(a::seq.asc())
        .select(AuditEntry::as_select())
        .load(conn))?)
}

/// What was done about a record, oldest first.
pub(super) fn of_record(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<AuditEntry>> {
    use audit_log::dsl as a;
    Ok(on!(db, conn => a::audit_log
        .filter(a::record_kind.eq(kind))
        .filter(a::record_id.eq(id))
        .order(a::seq.asc())
        .select(AuditEntry::as_select())
        .load(conn))?)
}
