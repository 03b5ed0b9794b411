//! Queries on capabilities. Reading is scoped to what the caller may know of, except where the
//! name ends in `_unscoped`.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::CapabilityStatus;
use super::model::{Capability, CapabilityFields, CapabilityId};
use super::parts::ConsentScope;
use crate::accounts::principal::OrgId;
use crate::db::schema::capabilities;
use crate::db::{Db, Json, Timestamp};
use crate::disclosure::Clearance;
use crate::error::{Error, Result, duplicate_record};
use crate::on;
use crate::records::freshness::model::Doubt;
use crate::records::reviewed::{Filter, Rows};
use crate::records::scope::Reach;

/// What to list.
pub type CapabilityFilter = Filter<CapabilityStatus, CapabilityId>;

/// Consents that let an open record be shown to callers of this clearance.
fn consents(clearance: Clearance) -> Vec<ConsentScope> {
    match clearance {
        Clearance::Public => vec![ConsentScope::Public],
        _ => vec![ConsentScope::Public, ConsentScope::Members],
    }
}

/// Adds the caller's reach to a boxed query.
macro_rules! within_reach {
    ($query:expr, $reach:expr) => {{
        let mut query = $query;
        if !$reach.everything {
            let open = capabilities::status
                .eq(CapabilityStatus::Published)
                .and(capabilities::consent_scope.eq_any(consents($reach.clearance)))
                .and(crate::owner_active!(capabilities::org_id));
            let reviewed = crate::in_regions!(capabilities::region_code, $reach)
                .and(capabilities::consent_scope.ne(ConsentScope::Nobody));
            query = query.filter(open.or(capabilities::org_id.eq_any(&$reach.orgs)).or(reviewed));
        }
        query
    }};
}

/// Inserts capabilities.
///
/// # Errors
/// A conflict when the source has delivered one of them before.
pub fn insert(db: &mut Db, rows: &[Capability]) -> Result<()> {
    for chunk in rows.chunks(300) {
        on!(db, conn => diesel::insert_into(capabilities::table).values(chunk).execute(conn))
            .map_err(duplicate_record)?;
    }
    Ok(())
}

/// Replaces a capability, if it still has the version that was read; its own version is set
/// already. What it repeats stays as it is: that is written by [`Rows::set_repeated`] alone, which may
/// have happened since it was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Capability) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        capabilities::table
            .filter(capabilities::id.eq(row.id))
            .filter(capabilities::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Removes a capability, if it still has the version that was read. What named it as its duplicate
/// names nothing then.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn delete(db: &mut Db, row: &Capability) -> Result<()> {
    use capabilities::dsl as c;
    on!(db, conn => diesel::update(c::capabilities.filter(c::duplicate_of.eq(row.id)))
        .set(c::duplicate_of.eq(None::<CapabilityId>))
        .execute(conn))?;
    let removed = on!(db, conn => diesel::delete(
        c::capabilities.filter(c::id.eq(row.id)).filter(c::version.eq(row.version)),
    )
    .execute(conn))?;
    if removed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A capability by id, whoever asks.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: CapabilityId) -> Result<Option<Capability>> {
    Ok(on!(db, conn => capabilities::table
        .find(id)
        .select(Capability::as_select())
        .first(conn))
    .optional()?)
}

/// Capabilities by id, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn find_many_unscoped(db: &mut Db, ids: &[CapabilityId]) -> Result<Vec<Capability>> {
    Ok(on!(db, conn => capabilities::table
        .filter(capabilities::id.eq_any(ids))
        .select(Capability::as_select())
        .load(conn))?)
}

/// Ids after one, in order: for building the index.
///
/// # Errors
/// Database faults.
pub fn ids_unscoped(
    db: &mut Db,
    after: Option<CapabilityId>,
    limit: i64,
) -> Result<Vec<CapabilityId>> {
    Ok(on!(db, conn => {
        let mut query = capabilities::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(capabilities::id.gt(after));
        }
        query.order(capabilities::id.asc()).limit(limit).select(capabilities::id).load(conn)
    })?)
}

/// Which of these references of a source are there already.
///
/// # Errors
/// Database faults.
pub fn known_refs_unscoped(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>> {
    let rows: Vec<Option<String>> = on!(db, conn => capabilities::table
        .filter(capabilities::source.eq(source))
        .filter(capabilities::source_ref.eq_any(refs))
        .select(capabilities::source_ref)
        .load(conn))?;
    Ok(rows.into_iter().flatten().collect())
}

/// Profiles of people of these organisations who are not shown to everybody.
///
/// # Errors
/// Database faults.
pub fn limited_people_unscoped(
    db: &mut Db,
    orgs: &[OrgId],
) -> Result<Vec<(OrgId, ConsentScope, CapabilityFields)>> {
    use capabilities::dsl as c;
    let rows: Vec<(OrgId, ConsentScope, Json<CapabilityFields>)> = on!(db, conn => c::capabilities
            .filter(c::org_id.eq_any(orgs))
            .filter(c::consent_scope.eq_any([ConsentScope::Members, ConsentScope::Nobody]))
            .select((c::org_id, c::consent_scope, c::doc))
            .load(conn))?;
    Ok(rows.into_iter().map(|(org, scope, doc)| (org, scope, doc.0)).collect())
}

/// A batch of an organisation's capabilities after an id, in order of ids.
///
/// # Errors
/// Database faults.
pub fn of_org_unscoped(
    db: &mut Db,
    org: OrgId,
    after: Option<CapabilityId>,
    limit: i64,
) -> Result<Vec<(CapabilityId, CapabilityFields)>> {
    use capabilities::dsl as c;
    let rows: Vec<(CapabilityId, Json<CapabilityFields>)> = on!(db, conn => {
        let mut query = c::capabilities.into_boxed().filter(c::org_id.eq(org));
        if let Some(after) = after {
            query = query.filter(c::id.gt(after));
        }
        query.order(c::id.asc()).limit(limit).select((c::id, c::doc)).load(conn)
    })?;
    Ok(rows.into_iter().map(|(id, doc)| (id, doc.0)).collect())
}

/// A page of capabilities the caller may know of, last changed first.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &CapabilityFilter,
    before: Option<(Timestamp, CapabilityId)>,
    limit: i64,
) -> Result<Vec<Capability>> {
    use capabilities::dsl as c;
    Ok(on!(db, conn => {
        let mut query = within_reach!(c::capabilities.into_boxed(), reach);
        if let Some(org) = filter.org_id {
            query = query.filter(c::org_id.eq(org));
        }
        if let Some(known) = &filter.owner_known {
            query = crate::with_known_owner!(capabilities, query, reach, known);
        }
        if !filter.statuses.is_empty() {
            query = query.filter(c::status.eq_any(filter.statuses.clone()));
        }
        if let Some(region) = &filter.region {
            query = query.filter(c::region_code.like(format!("{region}%")));
        }
        if let Some(kind) = &filter.kind {
            query = query.filter(c::asset_kind.eq(kind.clone()));
        }
        if let Some((at, id)) = before {
            query = query
                .filter(c::updated_at.lt(at).or(c::updated_at.eq(at).and(c::id.lt(id))));
        }
        query
            .order((c::updated_at.desc(), c::id.desc()))
            .limit(limit)
            .select(Capability::as_select())
            .load(conn)
    })?)
}

/// Published capabilities whose validity has ended before a day.
///
/// # Errors
/// Database faults.
pub fn expired_unscoped(db: &mut Db, today: NaiveDate, limit: i64) -> Result<Vec<Capability>> {
    use capabilities::dsl as c;
    Ok(on!(db, conn => c::capabilities
        .filter(c::status.eq(CapabilityStatus::Published))
        .filter(c::valid_until.lt(today))
        .order(c::valid_until.asc())
        .limit(limit)
        .select(Capability::as_select())
        .load(conn))?)
}

impl Rows for Capability {
    type Key = CapabilityId;
    type Status = CapabilityStatus;

    fn find_row(db: &mut Db, id: CapabilityId) -> Result<Option<Self>> {
        find_unscoped(db, id)
    }

    fn find_rows(db: &mut Db, ids: &[CapabilityId]) -> Result<Vec<Self>> {
        find_many_unscoped(db, ids)
    }

    fn row_ids(db: &mut Db, after: Option<CapabilityId>, limit: i64) -> Result<Vec<CapabilityId>> {
        ids_unscoped(db, after, limit)
    }

    fn page(
        db: &mut Db,
        reach: &Reach,
        filter: &CapabilityFilter,
        before: Option<(Timestamp, CapabilityId)>,
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

    fn rows_of(
        db: &mut Db,
        org: OrgId,
        after: Option<CapabilityId>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        use capabilities::dsl as c;
        Ok(on!(db, conn => {
            let mut query = c::capabilities.into_boxed().filter(c::org_id.eq(org));
            if let Some(after) = after {
                query = query.filter(c::id.gt(after));
            }
            query.order(c::id.asc()).limit(limit).select(Capability::as_select()).load(conn)
        })?)
    }

    fn doubtful_rows(db: &mut Db, doubt: &Doubt, limit: i64) -> Result<Vec<Self>> {
        Ok(on!(db, conn => capabilities::table
            .filter(capabilities::status.eq_any([CapabilityStatus::Published]))
            .filter(crate::in_doubt!(capabilities, doubt))
            .order((capabilities::org_id.asc(), capabilities::id.asc()))
            .limit(limit)
            .select(Capability::as_select())
            .load(conn))?)
    }

    fn repeats(db: &mut Db, ids: &[CapabilityId]) -> Result<Vec<(CapabilityId, CapabilityId)>> {
        use capabilities::dsl as t;
        let rows: Vec<(CapabilityId, Option<CapabilityId>)> = on!(db, conn => t::capabilities
            .filter(t::duplicate_of.eq_any(ids))
            .select((t::id, t::duplicate_of))
            .load(conn))?;
        Ok(rows.into_iter().filter_map(|(id, original)| Some((id, original?))).collect())
    }

    fn set_repeated(
        db: &mut Db,
        ids: &[CapabilityId],
        original: Option<CapabilityId>,
    ) -> Result<()> {
        use capabilities::dsl as t;
        for chunk in ids.chunks(1_000) {
            on!(db, conn => diesel::update(t::capabilities.filter(t::id.eq_any(chunk)))
                .set(t::duplicate_of.eq(original))
                .execute(conn))?;
        }
        Ok(())
    }

    fn move_row(db: &mut Db, row: &Self) -> Result<()> {
        use capabilities::dsl as c;
        on!(db, conn => diesel::update(c::capabilities.find(row.id))
            .set(c::region_code.eq(&row.region_code))
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
