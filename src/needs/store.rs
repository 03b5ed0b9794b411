//! Queries on needs. Reading is scoped to what the caller may know of, except where the name ends
//! in `_unscoped`.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::NeedStatus;
use super::model::{Need, NeedId};
use crate::accounts::principal::OrgId;
use crate::db::schema::needs;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, duplicate_record};
use crate::on;
use crate::records::freshness::model::Doubt;
use crate::records::life::ReviewedLife;
use crate::records::reviewed::{Filter, Rows};
use crate::records::scope::Reach;

/// What to list.
pub type NeedFilter = Filter<NeedStatus, NeedId>;

/// States that everybody may know of.
fn open_statuses() -> Vec<NeedStatus> {
    NeedStatus::ALL.iter().copied().filter(|status| status.is_open()).collect()
}

/// Adds the caller's reach to a boxed query.
macro_rules! within_reach {
    ($query:expr, $reach:expr) => {{
        let mut query = $query;
        if !$reach.everything {
            query = query.filter(
                (needs::status.eq_any(open_statuses()).and(crate::owner_active!(needs::org_id)))
                    .or(needs::org_id.eq_any(&$reach.orgs))
                    .or(crate::in_regions!(needs::region_code, $reach)),
            );
        }
        query
    }};
}

/// Inserts needs.
///
/// # Errors
/// A conflict when the source has delivered one of them before.
pub fn insert(db: &mut Db, rows: &[Need]) -> Result<()> {
    for chunk in rows.chunks(300) {
        on!(db, conn => diesel::insert_into(needs::table).values(chunk).execute(conn))
            .map_err(duplicate_record)?;
    }
    Ok(())
}

/// Replaces a need, if it still has the version that was read; its own version is set already.
/// What it repeats and who brokers it stay as they are: they are written by [`Rows::set_repeated`] and
/// by the brokering alone, which may have happened since it was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Need) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        needs::table.filter(needs::id.eq(row.id)).filter(needs::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Removes a need, if it still has the version that was read. What named it as its duplicate names
/// nothing then.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn delete(db: &mut Db, row: &Need) -> Result<()> {
    on!(db, conn => diesel::update(needs::table.filter(needs::duplicate_of.eq(row.id)))
        .set(needs::duplicate_of.eq(None::<NeedId>))
        .execute(conn))?;
    let removed = on!(db, conn => diesel::delete(
        needs::table.filter(needs::id.eq(row.id)).filter(needs::version.eq(row.version)),
    )
    .execute(conn))?;
    if removed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A need by id, whoever asks.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: NeedId) -> Result<Option<Need>> {
    Ok(on!(db, conn => needs::table.find(id).select(Need::as_select()).first(conn)).optional()?)
}

/// Needs by id, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn find_many_unscoped(db: &mut Db, ids: &[NeedId]) -> Result<Vec<Need>> {
    Ok(on!(db, conn => needs::table
        .filter(needs::id.eq_any(ids))
        .select(Need::as_select())
        .load(conn))?)
}

/// Ids after one, in order: for building the index.
///
/// # Errors
/// Database faults.
pub fn ids_unscoped(db: &mut Db, after: Option<NeedId>, limit: i64) -> Result<Vec<NeedId>> {
    Ok(on!(db, conn => {
        let mut query = needs::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(needs::id.gt(after));
        }
        query.order(needs::id.asc()).limit(limit).select(needs::id).load(conn)
    })?)
}

/// Which of these references of a source are there already.
///
/// # Errors
/// Database faults.
pub fn known_refs_unscoped(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>> {
    let rows: Vec<Option<String>> = on!(db, conn => needs::table
        .filter(needs::source.eq(source))
        .filter(needs::source_ref.eq_any(refs))
        .select(needs::source_ref)
        .load(conn))?;
    Ok(rows.into_iter().flatten().collect())
}

/// A page of needs the caller may know of, last changed first.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &NeedFilter,
    before: Option<(Timestamp, NeedId)>,
    limit: i64,
) -> Result<Vec<Need>> {
    Ok(on!(db, conn => {
        let mut query = within_reach!(needs::table.into_boxed(), reach);
        if let Some(org) = filter.org_id {
            query = query.filter(needs::org_id.eq(org));
        }
        if let Some(known) = &filter.owner_known {
            query = crate::with_known_owner!(needs, query, reach, known);
        }
        if !filter.statuses.is_empty() {
            query = query.filter(needs::status.eq_any(filter.statuses.clone()));
        }
        if let Some(region) = &filter.region {
            query = query.filter(needs::region_code.like(format!("{region}%")));
        }
        if let Some(kind) = &filter.kind {
            query = query.filter(needs::need_kind.eq(kind.clone()));
        }
        if let Some((at, id)) = before {
            query = query.filter(
                needs::updated_at.lt(at).or(needs::updated_at.eq(at).and(needs::id.lt(id))),
            );
        }
        query
            .order((needs::updated_at.desc(), needs::id.desc()))
            .limit(limit)
            .select(Need::as_select())
            .load(conn)
    })?)
}

/// Open needs whose validity has ended before a day.
///
/// # Errors
/// Database faults.
pub fn expired_unscoped(db: &mut Db, today: NaiveDate, limit: i64) -> Result<Vec<Need>> {
    Ok(on!(db, conn => needs::table
        .filter(needs::status.eq_any([NeedStatus::Published, NeedStatus::Matching]))
        .filter(needs::valid_until.lt(today))
        .order(needs::valid_until.asc())
        .limit(limit)
        .select(Need::as_select())
        .load(conn))?)
}

impl Rows for Need {
    type Key = NeedId;
    type Status = NeedStatus;

    fn find_row(db: &mut Db, id: NeedId) -> Result<Option<Self>> {
        find_unscoped(db, id)
    }

    fn find_rows(db: &mut Db, ids: &[NeedId]) -> Result<Vec<Self>> {
        find_many_unscoped(db, ids)
    }

    fn row_ids(db: &mut Db, after: Option<NeedId>, limit: i64) -> Result<Vec<NeedId>> {
        ids_unscoped(db, after, limit)
    }

    fn page(
        db: &mut Db,
        reach: &Reach,
        filter: &NeedFilter,
        before: Option<(Timestamp, NeedId)>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        list(db, reach, filter, before, limit)
    }

    fn expired_rows(db: &mut Db, today: NaiveDate, limit: i64) -> Result<Vec<Self>> {
        expired_unscoped(db, today, limit)
    }

    fn known_rows(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>> {
        known_refs_unscoped(db, source, refs)
    }

    fn rows_of(db: &mut Db, org: OrgId, after: Option<NeedId>, limit: i64) -> Result<Vec<Self>> {
        use needs::dsl as n;
        Ok(on!(db, conn => {
            let mut query = n::needs.into_boxed().filter(n::org_id.eq(org));
            if let Some(after) = after {
                query = query.filter(n::id.gt(after));
            }
            query.order(n::id.asc()).limit(limit).select(Need::as_select()).load(conn)
        })?)
    }

    fn doubtful_rows(db: &mut Db, doubt: &Doubt, limit: i64) -> Result<Vec<Self>> {
        Ok(on!(db, conn => needs::table
            .filter(needs::status.eq_any([NeedStatus::Published, NeedStatus::Matching]))
            .filter(crate::in_doubt!(needs, doubt))
            .order((needs::org_id.asc(), needs::id.asc()))
            .limit(limit)
            .select(Need::as_select())
            .load(conn))?)
    }

    fn repeats(db: &mut Db, ids: &[NeedId]) -> Result<Vec<(NeedId, NeedId)>> {
        use needs::dsl as t;
        let rows: Vec<(NeedId, Option<NeedId>)> = on!(db, conn => t::needs
            .filter(t::duplicate_of.eq_any(ids))
            .select((t::id, t::duplicate_of))
            .load(conn))?;
        Ok(rows.into_iter().filter_map(|(id, original)| Some((id, original?))).collect())
    }

    fn set_repeated(db: &mut Db, ids: &[NeedId], original: Option<NeedId>) -> Result<()> {
        use needs::dsl as t;
        for chunk in ids.chunks(1_000) {
            on!(db, conn => diesel::update(t::needs.filter(t::id.eq_any(chunk)))
                .set(t::duplicate_of.eq(original))
                .execute(conn))?;
        }
        Ok(())
    }

    fn move_row(db: &mut Db, row: &Self) -> Result<()> {
        use needs::dsl as n;
        on!(db, conn => diesel::update(n::needs.find(row.id))
            .set((n::region_code.eq(&row.region_code), n::town_code.eq(&row.town_code)))
            .execute(conn))?;
        Ok(())
    }

    fn insert_rows(db: &mut Db, rows: &[Self]) -> Result<()> {
        insert(db, rows)
    }

    fn replace_row(db: &mut Db, row: &Self) -> Result<()> {
        update(db, row)
    }

    fn remove_row(db: &mut Db, row: &Self) -> Result<()> {
        delete(db, row)
    }
}
