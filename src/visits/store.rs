//! Queries on visits. The list is scoped to the regions that the caller reviews; what is asked for by
//! id is judged above.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Visit, VisitId};
use crate::accounts::principal::OrgId;
use crate::cases::model::CaseId;
use crate::db::Db;
use crate::db::schema::visits;
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::on;
use crate::records::scope::Reach;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct VisitFilter {
    /// Only of regions with this prefix.
    pub town: Option<String>,
    /// Only to this firm.
    pub org_id: Option<OrgId>,
    /// Only that which led to this need.
    pub need_id: Option<NeedId>,
    /// Only those made for this case.
    pub case_id: Option<CaseId>,
    /// Only from this day on.
    pub from: Option<NaiveDate>,
    /// Only up to this day.
    pub to: Option<NaiveDate>,
}

/// Inserts visits.
///
/// # Errors
/// Database faults.
pub fn insert(db: &mut Db, rows: &[Visit]) -> Result<()> {
    for chunk in rows.chunks(500) {
        on!(db, conn => diesel::insert_into(visits::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

/// A visit by id.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: VisitId) -> Result<Option<Visit>> {
    Ok(on!(db, conn => visits::table.find(id).select(Visit::as_select()).first(conn)).optional()?)
}

/// Replaces a visit, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Visit) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        visits::table.filter(visits::id.eq(row.id)).filter(visits::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Removes a visit, if it still has the version that was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn delete(db: &mut Db, row: &Visit) -> Result<()> {
    let removed = on!(db, conn => diesel::delete(
        visits::table.filter(visits::id.eq(row.id)).filter(visits::version.eq(row.version)),
    )
    .execute(conn))?;
    if removed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// The visits that were made for a case, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn of_case_unscoped(db: &mut Db, case: CaseId) -> Result<Vec<Visit>> {
    Ok(on!(db, conn => visits::table
        .filter(visits::case_id.eq(case))
        .select(Visit::as_select())
        .load(conn))?)
}

/// A page of visits in the caller's reach, latest first.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &VisitFilter,
    before: Option<(NaiveDate, VisitId)>,
    limit: i64,
) -> Result<Vec<Visit>> {
    Ok(on!(db, conn => {
        let mut query = visits::table.into_boxed();
        if !reach.everything {
            query = query.filter(crate::in_regions!(visits::town_code, reach));
        }
        if let Some(town) = &filter.town {
            query = query.filter(visits::town_code.like(format!("{town}%")));
        }
        if let Some(org) = filter.org_id {
            query = query.filter(visits::org_id.eq(org));
        }
        if let Some(need) = filter.need_id {
            query = query.filter(visits::need_id.eq(need));
        }
        if let Some(case) = filter.case_id {
            query = query.filter(visits::case_id.eq(case));
        }
        if let Some(from) = filter.from {
            query = query.filter(visits::visited_on.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(visits::visited_on.le(to));
        }
        if let Some((day, id)) = before {
            let earlier_logged = visits::visited_on.eq(day).and(visits::id.lt(id));
            query = query.filter(visits::visited_on.lt(day).or(earlier_logged));
        }
        query
            .order((visits::visited_on.desc(), visits::id.desc()))
            .limit(limit)
            .select(Visit::as_select())
            .load(conn)
    })?)
}
