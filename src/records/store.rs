//! Rows of versions, steps and the change log.

use diesel::prelude::*;
use serde_json::Value;

use super::model::{ChangeEntry, EntryId, RecordKind, RecordStep, RecordVersion};
use crate::db::schema::{change_log, record_steps, record_versions};
use crate::db::{Db, Json, Timestamp};
use crate::error::Result;
use crate::on;

/// Rows per insert: keeps bind counts below both databases' limits.
const CHUNK: usize = 500;

/// Inserts versions.
pub fn insert_versions(db: &mut Db, rows: &[RecordVersion]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        on!(db, conn => diesel::insert_into(record_versions::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

/// Inserts steps.
pub fn insert_steps(db: &mut Db, rows: &[RecordStep]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        on!(db, conn => diesel::insert_into(record_steps::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

/// Changes in one go from which on they count as many, see [`single_changes_after`].
const BULK: usize = 50;

/// Appends to the change log and returns the last number. The logs' lock must be held.
pub fn append_changes(db: &mut Db, rows: &[(RecordKind, String)], at: Timestamp) -> Result<i64> {
    use change_log::dsl as c;
    let bulk = c::bulk.eq(rows.len() >= BULK);
    for chunk in rows.chunks(CHUNK) {
        let values: Vec<_> = chunk
            .iter()
            .map(|(kind, id)| {
                (c::record_kind.eq(*kind), c::record_id.eq(id), c::created_at.eq(at), bulk)
            })
            .collect();
        on!(db, conn => diesel::insert_into(c::change_log).values(&values).execute(conn))?;
    }
    last_change(db)
}

/// The last number of the change log; 0 when it is empty.
pub fn last_change(db: &mut Db) -> Result<i64> {
    use change_log::dsl as c;
    let last: Option<i64> =
        on!(db, conn => c::change_log.select(diesel::dsl::max(c::seq)).first(conn))?;
    Ok(last.unwrap_or(0))
}

/// Entries of the change log after a number, oldest first.
pub fn changes_after(db: &mut Db, after: i64, limit: i64) -> Result<Vec<ChangeEntry>> {
    use change_log::dsl as c;
    Ok(on!(db, conn => c::change_log
        .filter(c::seq.gt(after))
        .order(c::seq.asc())
        .limit(limit)
        .select(ChangeEntry::as_select())
        .load(conn))?)
}

/// Like [`changes_after`], but only what people have written one by one. It need not wait until
/// what came before in large numbers, as by an import, has been dealt with.
pub fn single_changes_after(db: &mut Db, after: i64, limit: i64) -> Result<Vec<ChangeEntry>> {
    use change_log::dsl as c;
    Ok(on!(db, conn => c::change_log
        .filter(c::seq.gt(after))
        .filter(c::bulk.eq(false))
        .order(c::seq.asc())
        .limit(limit)
        .select(ChangeEntry::as_select())
        .load(conn))?)
}

/// All steps of a record, oldest first.
pub fn steps(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<RecordStep>> {
    use record_steps::dsl as s;
    Ok(on!(db, conn => s::record_steps
        .filter(s::record_kind.eq(kind))
        .filter(s::record_id.eq(id))
        .order((s::created_at.asc(), s::id.asc()))
        .select(RecordStep::as_select())
        .load(conn))?)
}

/// All versions of a record, newest first.
pub fn versions(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<RecordVersion>> {
    use record_versions::dsl as v;
    Ok(on!(db, conn => v::record_versions
        .filter(v::record_kind.eq(kind))
        .filter(v::record_id.eq(id))
        .order(v::version.desc())
        .select(RecordVersion::as_select())
        .load(conn))?)
}

/// The versions of a record that were saved since a time and the one before them, newest first; at
/// most `limit`.
pub fn versions_since(
    db: &mut Db,
    kind: RecordKind,
    id: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<RecordVersion>> {
    use record_versions::dsl as v;
    let of_record = v::record_kind.eq(kind).and(v::record_id.eq(id));
    let before: Option<i32> = on!(db, conn => v::record_versions
        .filter(of_record)
        .filter(v::created_at.lt(since))
        .select(diesel::dsl::max(v::version))
        .first(conn))?;
    Ok(on!(db, conn => v::record_versions
        .filter(of_record)
        .filter(v::version.ge(before.unwrap_or(0)))
        .order(v::version.desc())
        .limit(limit)
        .select(RecordVersion::as_select())
        .load(conn))?)
}

/// Status and time of every version of every record of a kind: id, status, when; in the order of time.
pub fn statuses(db: &mut Db, kind: RecordKind) -> Result<Vec<(String, String, Timestamp)>> {
    use record_versions::dsl as v;
    Ok(on!(db, conn => v::record_versions
        .filter(v::record_kind.eq(kind))
        .order((v::created_at.asc(), v::id.asc()))
        .select((v::record_id, v::status, v::created_at))
        .load(conn))?)
}

/// One version of a record.
pub fn version(
    db: &mut Db,
    kind: RecordKind,
    id: &str,
    number: i32,
) -> Result<Option<RecordVersion>> {
    use record_versions::dsl as v;
    Ok(on!(db, conn => v::record_versions
        .filter(v::record_kind.eq(kind))
        .filter(v::record_id.eq(id))
        .filter(v::version.eq(number))
        .select(RecordVersion::as_select())
        .first(conn))
    .optional()?)
}

/// Removes the versions and steps of a record.
pub fn remove_trace(db: &mut Db, kind: RecordKind, id: &str) -> Result<()> {
    use record_steps::dsl as s;
    use record_versions::dsl as v;
    on!(db, conn => diesel::delete(
        v::record_versions.filter(v::record_kind.eq(kind)).filter(v::record_id.eq(id)),
    )
    .execute(conn))?;
    on!(db, conn => diesel::delete(
        s::record_steps.filter(s::record_kind.eq(kind)).filter(s::record_id.eq(id)),
    )
    .execute(conn))?;
    Ok(())
}

/// Takes a field out of every version that was saved of a record.
///
/// # Errors
/// Database faults.
pub fn drop_from_versions(db: &mut Db, kind: RecordKind, id: &str, field: &str) -> Result<()> {
    use record_versions::dsl as v;
    let rows: Vec<(EntryId, Json<Value>)> = on!(db, conn => v::record_versions
        .filter(v::record_kind.eq(kind))
        .filter(v::record_id.eq(id))
        .select((v::id, v::doc))
        .load(conn))?;
    for (row, Json(mut doc)) in rows {
        let found = doc.as_object_mut().and_then(|fields| fields.remove(field));
        if found.is_some() {
            on!(db, conn => diesel::update(v::record_versions.find(row))
                .set(v::doc.eq(Json(doc)))
                .execute(conn))?;
        }
    }
    Ok(())
}
