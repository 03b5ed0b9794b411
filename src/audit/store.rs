//! Rows of the audit log.

use diesel::prelude::*;

use super::model::AuditEntry;
use crate::db::Db;
use crate::db::schema::audit_log;
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

/// Entries after a number, oldest first.
pub(super) fn after(db: &mut Db, seq: i64, limit: i64) -> Result<Vec<AuditEntry>> {
    use audit_log::dsl as a;
    Ok(on!(db, conn => a::audit_log
        .filter(a::seq.gt(seq))
        .order(a::seq.asc())
        .limit(limit)
        .select(AuditEntry::as_select())
        .load(conn))?)
}

/// Newest entries first, before a number, optionally of one record.
pub(super) fn page(
    db: &mut Db,
    record: Option<(RecordKind, &str)>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    use audit_log::dsl as a;
    Ok(on!(db, conn => {
        let mut query = a::audit_log.into_boxed();
        if let Some((kind, id)) = record {
            query = query.filter(a::record_kind.eq(kind)).filter(a::record_id.eq(id));
        }
        if let Some(before) = before {
            query = query.filter(a::seq.lt(before));
        }
        query.order(a::seq.desc()).limit(limit).select(AuditEntry::as_select()).load(conn)
    })?)
}
