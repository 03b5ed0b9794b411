//! Queries on locked reports.

pub mod choice;
pub mod headings;
pub mod progress;
pub mod sources;
pub mod sums;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::fact::FactKey;
use super::model::{Correction, CorrectionId, LockId, LockedFact, ReportLock};
use super::period::Span;
use crate::db::schema::{report_corrections, report_facts, report_locks};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, is_unique_violation};
use crate::on;
use crate::records::scope::Reach;

/// Adds a locked report.
///
/// # Errors
/// A conflict when the period of the region is locked already.
pub fn insert_lock(db: &mut Db, row: &ReportLock) -> Result<()> {
    let done = on!(db, conn => diesel::insert_into(report_locks::table).values(row).execute(conn));
    done.map(drop).map_err(|error| {
        if is_unique_violation(&error) {
            Error::conflict("error.period_locked")
        } else {
            error.into()
        }
    })
}

/// Adds facts to a locked report.
pub fn insert_facts(db: &mut Db, rows: &[LockedFact]) -> Result<()> {
    for chunk in rows.chunks(500) {
        on!(db, conn => diesel::insert_into(report_facts::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

/// Adds a correction.
pub fn insert_correction(db: &mut Db, row: &Correction) -> Result<()> {
    on!(db, conn => diesel::insert_into(report_corrections::table).values(row).execute(conn))?;
    Ok(())
}

/// Takes a fact out of a locked report, as far as it counts now.
pub fn leave(db: &mut Db, lock: LockId, key: &FactKey, by: CorrectionId) -> Result<usize> {
    use report_facts::dsl as f;
    Ok(on!(db, conn => diesel::update(
        f::report_facts
            .filter(f::lock_id.eq(lock))
            .filter(f::kind.eq(key.kind))
            .filter(f::record_id.eq(&key.record_id))
            .filter(f::part.eq(key.part))
            .filter(f::left_by.is_null()),
    )
    .set(f::left_by.eq(Some(by)))
    .execute(conn))?)
}

/// A locked report, whoever asks.
pub fn find_lock(db: &mut Db, id: LockId) -> Result<Option<ReportLock>> {
    Ok(on!(db, conn => report_locks::table.find(id).select(ReportLock::as_select()).first(conn))
        .optional()?)
}

/// When the last report was locked.
pub fn last_locked(db: &mut Db) -> Result<Option<Timestamp>> {
    use report_locks::dsl as l;
    Ok(on!(db, conn => l::report_locks
        .order((l::created_at.desc(), l::id.desc()))
        .select(l::created_at)
        .first(conn))
    .optional()?)
}

/// How many reports have been locked and how many corrections made; neither is ever undone.
pub fn changes(db: &mut Db) -> Result<(i64, i64)> {
    let locks = on!(db, conn => report_locks::table.count().get_result(conn))?;
    Ok((locks, on!(db, conn => report_corrections::table.count().get_result(conn))?))
}

/// Locked reports that have a day in common with a span, in the order in which they were locked.
pub fn locks(db: &mut Db, span: Span) -> Result<Vec<ReportLock>> {
    use report_locks::dsl as l;
    Ok(on!(db, conn => l::report_locks
        .filter(l::first_day.le(span.to))
        .filter(l::last_day.ge(span.from))
        .order((l::created_at.asc(), l::id.asc()))
        .select(ReportLock::as_select())
        .load(conn))?)
}

/// Locked reports of regions within reach and of those `above` them, those of the latest days first,
/// after one of them.
pub fn list_locks(
    db: &mut Db,
    reach: &Reach,
    above: &[String],
    after: Option<(NaiveDate, LockId)>,
    limit: i64,
) -> Result<Vec<ReportLock>> {
    use report_locks::dsl as l;
    Ok(on!(db, conn => {
        let mut query = l::report_locks.into_boxed();
        if !reach.everything {
            let within = crate::in_regions!(l::region_code, reach);
            query = query.filter(l::region_code.eq_any(above).or(within));
        }
        if let Some((day, id)) = after {
            let same_day = l::last_day.eq(day).and(l::id.lt(id));
            query = query.filter(l::last_day.lt(day).or(same_day));
        }
        query
            .order((l::last_day.desc(), l::id.desc()))
            .limit(limit)
            .select(ReportLock::as_select())
            .load(conn)
    })?)
}

/// Facts of locked reports that count now, of these records.
pub fn current_of(db: &mut Db, record_ids: &[&str]) -> Result<Vec<LockedFact>> {
    use report_facts::dsl as f;
    let mut rows = Vec::new();
    for chunk in record_ids.chunks(sources::CHUNK) {
        let some: Vec<LockedFact> = on!(db, conn => f::report_facts
            .filter(f::left_by.is_null())
            .filter(f::record_id.eq_any(chunk))
            .select(LockedFact::as_select())
            .load(conn))?;
        rows.extend(some);
    }
    Ok(rows)
}

/// Facts of a locked report: as locked, or as it counts now.
pub fn facts_of(db: &mut Db, lock: LockId, as_locked: bool) -> Result<Vec<LockedFact>> {
    use report_facts::dsl as f;
    Ok(on!(db, conn => {
        let all = f::report_facts.filter(f::lock_id.eq(lock)).into_boxed();
        let some = if as_locked {
            all.filter(f::entered_by.is_null())
        } else {
            all.filter(f::left_by.is_null())
        };
        some.select(LockedFact::as_select()).load(conn)
    })?)
}

/// Corrections of a locked report, in the order in which they were made.
pub fn corrections(db: &mut Db, lock: LockId) -> Result<Vec<Correction>> {
    use report_corrections::dsl as c;
    Ok(on!(db, conn => c::report_corrections
        .filter(c::lock_id.eq(lock))
        .order((c::created_at.asc(), c::id.asc()))
        .select(Correction::as_select())
        .load(conn))?)
}

/// Facts of a locked report that a correction has put in or taken out.
pub fn corrected_facts(db: &mut Db, lock: LockId) -> Result<Vec<LockedFact>> {
    use report_facts::dsl as f;
    Ok(on!(db, conn => f::report_facts
        .filter(f::lock_id.eq(lock))
        .filter(f::entered_by.is_not_null().or(f::left_by.is_not_null()))
        .select(LockedFact::as_select())
        .load(conn))?)
}
