//! Queries on what waits for review.

use diesel::prelude::*;

use crate::accounts::principal::OrgId;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::CapabilityId;
use crate::capabilities::parts::ConsentScope;
use crate::db::schema::{capabilities, needs, organizations, record_steps};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::needs::life::NeedStatus;
use crate::needs::model::NeedId;
use crate::on;
use crate::organizations::model::OrgStatus;
use crate::records::model::RecordKind;
use crate::records::scope::Reach;

/// Ids whose last step is looked up at once.
const CHUNK: usize = 500;

/// What waits of a table, within the regions that the reach reviews.
macro_rules! waiting {
    ($table:ident, $status:expr, $reach:expr) => {{
        let mut query = $table::table.filter($table::status.eq($status)).into_boxed();
        if !$reach.everything {
            query = query.filter(crate::in_regions!($table::region_code, $reach));
        }
        query
    }};
}

/// Needs that wait, those first that were put forward first, and how many there are. What has been put
/// forward cannot be changed, so the last change is when that was.
///
/// # Errors
/// Database faults.
pub fn needs(db: &mut Db, reach: &Reach, limit: i64) -> Result<Vec<(NeedId, Timestamp)>> {
    Ok(on!(db, conn => waiting!(needs, NeedStatus::Submitted, reach)
        .order((needs::updated_at.asc(), needs::id.asc()))
        .limit(limit)
        .select((needs::id, needs::updated_at))
        .load(conn))?)
}

/// How many needs wait.
///
/// # Errors
/// Database faults.
pub fn count_needs(db: &mut Db, reach: &Reach) -> Result<i64> {
    Ok(on!(db, conn => waiting!(needs, NeedStatus::Submitted, reach).count().get_result(conn))?)
}

/// Keeps the capabilities that their reviewers know of: those of a person who has agreed to nothing are
/// for nobody else.
macro_rules! shown_to_reviewers {
    ($query:expr, $reach:expr) => {{
        let mut query = $query;
        if !$reach.everything {
            query = query.filter(capabilities::consent_scope.ne(ConsentScope::Nobody));
        }
        query
    }};
}

/// Capabilities that wait, those first that were put forward first.
///
/// # Errors
/// Database faults.
pub fn capabilities(
    db: &mut Db,
    reach: &Reach,
    limit: i64,
) -> Result<Vec<(CapabilityId, Timestamp)>> {
    Ok(on!(db, conn => {
        let query = waiting!(capabilities, CapabilityStatus::Submitted, reach);
        shown_to_reviewers!(query, reach)
            .order((capabilities::updated_at.asc(), capabilities::id.asc()))
            .limit(limit)
            .select((capabilities::id, capabilities::updated_at))
            .load(conn)
    })?)
}

/// How many capabilities wait.
///
/// # Errors
/// Database faults.
pub fn count_capabilities(db: &mut Db, reach: &Reach) -> Result<i64> {
    Ok(on!(db, conn => {
        let query = waiting!(capabilities, CapabilityStatus::Submitted, reach);
        shown_to_reviewers!(query, reach).count().get_result(conn)
    })?)
}

/// Keeps the organisations that somebody has registered. Firms that are known from a visit alone have
/// nobody to verify: in place of a credit code they bear their id.
macro_rules! registered {
    ($query:expr) => {
        $query.filter(organizations::uscc.not_like("%-%"))
    };
}

/// Organisations that wait, those first whose record has been the same for longest.
///
/// # Errors
/// Database faults.
pub fn organizations(db: &mut Db, reach: &Reach, limit: i64) -> Result<Vec<(OrgId, Timestamp)>> {
    Ok(on!(db, conn => registered!(waiting!(organizations, OrgStatus::Pending, reach))
        .order((organizations::updated_at.asc(), organizations::id.asc()))
        .limit(limit)
        .select((organizations::id, organizations::created_at))
        .load(conn))?)
}

/// How many organisations wait.
///
/// # Errors
/// Database faults.
pub fn count_organizations(db: &mut Db, reach: &Reach) -> Result<i64> {
    Ok(on!(db, conn => registered!(waiting!(organizations, OrgStatus::Pending, reach))
        .count()
        .get_result(conn))?)
}

/// When these organisations last came to wait, in no order: they may be changed while they do.
///
/// # Errors
/// Database faults.
pub fn asked_again(db: &mut Db, ids: &[OrgId]) -> Result<Vec<(String, Option<Timestamp>)>> {
    use record_steps::dsl as s;
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let ids: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let rows: Vec<(String, Option<Timestamp>)> = on!(db, conn => s::record_steps
            .filter(s::record_kind.eq(RecordKind::Organization))
            .filter(s::record_id.eq_any(&ids))
            .filter(s::to_status.eq(OrgStatus::Pending.as_str()))
            .group_by(s::record_id)
            .select((s::record_id, diesel::dsl::max(s::created_at)))
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}
