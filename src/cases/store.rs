//! Queries on cases and their timelines.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Case, CaseEntry, CaseId, EntryId, LostReason, Side};
use super::stage::CaseStage;
use crate::accounts::principal::{OrgId, UserId};
use crate::capabilities::model::CapabilityId;
use crate::db::schema::{case_entries, cases, needs};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, is_unique_violation};
use crate::needs::life::NeedStatus;
use crate::needs::model::NeedId;
use crate::on;
use crate::records::scope::Reach;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Only in these stages.
    pub stages: Vec<CaseStage>,
    /// Only about this need.
    pub need_id: Option<NeedId>,
    /// Only about this capability.
    pub capability_id: Option<CapabilityId>,
    /// Only those of this liaison.
    pub liaison_id: Option<UserId>,
    /// Only open ones, or only ended ones.
    pub open: Option<bool>,
    /// Before this one.
    pub before: Option<CaseId>,
}

/// States of needs that look for a partner.
fn seeking() -> Vec<NeedStatus> {
    NeedStatus::ALL.iter().copied().filter(|status| status.seeks_match()).collect()
}

/// Adds a case.
///
/// # Errors
/// A conflict when another case about the pair is open.
pub fn insert(db: &mut Db, row: &Case) -> Result<()> {
    let inserted = on!(db, conn => diesel::insert_into(cases::table).values(row).execute(conn));
    inserted.map(drop).map_err(|error| {
        if is_unique_violation(&error) {
            Error::conflict("error.case_exists")
        } else {
            error.into()
        }
    })
}

/// Replaces a case, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Case) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        cases::table.filter(cases::id.eq(row.id)).filter(cases::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A case, whoever asks.
pub fn find_unscoped(db: &mut Db, id: CaseId) -> Result<Option<Case>> {
    Ok(on!(db, conn => cases::table.find(id).select(Case::as_select()).first(conn)).optional()?)
}

/// Cases by id, whoever asks, in no order.
pub fn find_many_unscoped(db: &mut Db, ids: &[CaseId]) -> Result<Vec<Case>> {
    Ok(on!(db, conn => cases::table
        .filter(cases::id.eq_any(ids))
        .select(Case::as_select())
        .load(conn))?)
}

/// The open case about a pair, whoever asks.
pub fn open_pair(db: &mut Db, need: NeedId, capability: CapabilityId) -> Result<Option<Case>> {
    Ok(on!(db, conn => cases::table
        .filter(cases::need_id.eq(need))
        .filter(cases::capability_id.eq(capability))
        .filter(cases::closed_at.is_null())
        .select(Case::as_select())
        .first(conn))
    .optional()?)
}

/// Stages of the other cases about a need, those that have ended included.
pub fn open_stages(
    db: &mut Db,
    need: NeedId,
    but: CaseId,
) -> Result<Vec<(CaseStage, Option<CaseStage>)>> {
    Ok(on!(db, conn => cases::table
        .filter(cases::need_id.eq(need))
        .filter(cases::id.ne(but))
        .select((cases::stage, cases::held_stage))
        .load(conn))?)
}

/// Cases that the reach goes to, newest first.
pub fn list(db: &mut Db, reach: &Reach, filter: &CaseFilter, limit: i64) -> Result<Vec<Case>> {
    Ok(on!(db, conn => {
        let mut query = cases::table.into_boxed();
        if !reach.everything {
            let of_sides = cases::known_to_sides.eq(true).and(
                cases::need_org_id.eq_any(&reach.orgs).or(cases::provider_org_id.eq_any(&reach.orgs)),
            );
            query = query.filter(of_sides.or(crate::in_regions!(cases::region_code, reach)));
        }
        if !filter.stages.is_empty() {
            query = query.filter(cases::stage.eq_any(&filter.stages));
        }
        if let Some(need) = filter.need_id {
            query = query.filter(cases::need_id.eq(need));
        }
        if let Some(capability) = filter.capability_id {
            query = query.filter(cases::capability_id.eq(capability));
        }
        if let Some(liaison) = filter.liaison_id {
            query = query.filter(cases::liaison_id.eq(liaison));
        }
        match filter.open {
            Some(true) => query = query.filter(cases::closed_at.is_null()),
            Some(false) => query = query.filter(cases::closed_at.is_not_null()),
            None => {}
        }
        if let Some(before) = filter.before {
            query = query.filter(cases::id.lt(before));
        }
        query.order(cases::id.desc()).limit(limit).select(Case::as_select()).load(conn)
    })?)
}

/// An open case, with what it is weighed by.
#[derive(Debug, Clone, Queryable)]
pub struct WaitingCase {
    /// Id.
    pub id: CaseId,
    /// Its need.
    pub need_id: NeedId,
    /// Where it is.
    pub stage: CaseStage,
    /// Who brokers it.
    pub liaison_id: Option<UserId>,
    /// Since when it is there.
    pub stage_since: Timestamp,
    /// The day that the broker has set.
    pub due_on: Option<NaiveDate>,
    /// Ends of the budget of its need, in 分.
    pub budget: (Option<i64>, Option<i64>),
}

/// Open cases of regions whose next action is due on a day from the first of these on, before the other,
/// the first due first.
///
/// # Errors
/// Database faults.
pub fn due(
    db: &mut Db,
    reach: &Reach,
    (from, end): (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<Case>> {
    use cases::dsl as c;
    Ok(on!(db, conn => {
        let mut query = c::cases
            .filter(c::closed_at.is_null())
            .filter(c::due_on.assume_not_null().ge(from))
            .filter(c::due_on.assume_not_null().lt(end))
            .into_boxed();
        if !reach.everything {
            query = query.filter(crate::in_regions!(c::region_code, reach));
        }
        query.order((c::due_on.asc(), c::id.asc())).limit(limit).select(Case::as_select()).load(conn)
    })?)
}

/// Open cases of the reviewed regions, those that have been in their stage longest first.
pub fn waiting(db: &mut Db, reach: &Reach, limit: i64) -> Result<Vec<WaitingCase>> {
    let joined = || cases::table.inner_join(needs::table.on(cases::need_id.eq(needs::id)));
    Ok(on!(db, conn => {
        let mut query = joined().filter(cases::closed_at.is_null()).into_boxed();
        if !reach.everything {
            query = query.filter(crate::in_regions!(cases::region_code, reach));
        }
        query
            .order((cases::stage_since.asc(), cases::id.asc()))
            .limit(limit)
            .select((
                cases::id,
                cases::need_id,
                cases::stage,
                cases::liaison_id,
                cases::stage_since,
                cases::due_on,
                (needs::budget_min, needs::budget_max),
            ))
            .load(conn)
    })?)
}

/// A need without contact, with what it is weighed by.
#[derive(Debug, Clone, Queryable)]
pub struct UncontactedNeed {
    /// Id.
    pub id: NeedId,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who answers for it.
    pub broker_id: Option<UserId>,
    /// Ends of its budget, in 分.
    pub budget: (Option<i64>, Option<i64>),
}

/// Needs of the reviewed regions that look for a partner and have no open case that the sides know
/// of, those published first first.
pub fn without_case(db: &mut Db, reach: &Reach, limit: i64) -> Result<Vec<UncontactedNeed>> {
    Ok(on!(db, conn => {
        let with_case = cases::table
            .filter(cases::closed_at.is_null())
            .filter(cases::known_to_sides.eq(true))
            .select(cases::need_id);
        let mut query = needs::table
            .filter(needs::status.eq_any(seeking()))
            .filter(needs::id.ne_all(with_case))
            .into_boxed();
        if !reach.everything {
            query = query.filter(crate::in_regions!(needs::region_code, reach));
        }
        query
            .order((needs::published_at.asc(), needs::id.asc()))
            .limit(limit)
            .select((
                needs::id,
                needs::published_at,
                needs::created_at,
                needs::broker_id,
                (needs::budget_min, needs::budget_max),
            ))
            .load(conn)
    })?)
}

/// When the last case about each of these needs ended; those without one are missing.
pub fn last_ends(db: &mut Db, ids: &[NeedId]) -> Result<Vec<(NeedId, Option<Timestamp>)>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let rows: Vec<(NeedId, Option<Timestamp>)> = on!(db, conn => cases::table
            .filter(cases::need_id.eq_any(chunk))
            .group_by(cases::need_id)
            .select((cases::need_id, diesel::dsl::max(cases::closed_at)))
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Open cases of a liaison.
pub fn brokered_by(db: &mut Db, liaison: UserId) -> Result<Vec<Case>> {
    Ok(on!(db, conn => cases::table
        .filter(cases::liaison_id.eq(liaison))
        .filter(cases::closed_at.is_null())
        .order(cases::id.asc())
        .select(Case::as_select())
        .load(conn))?)
}

/// How many open cases each of these people brokers; those without any are missing.
pub fn loads(db: &mut Db, people: &[UserId]) -> Result<Vec<(Option<UserId>, i64)>> {
    Ok(on!(db, conn => cases::table
        .filter(cases::liaison_id.eq_any(people))
        .filter(cases::closed_at.is_null())
        .group_by(cases::liaison_id)
        .select((cases::liaison_id, diesel::dsl::count_star()))
        .load(conn))?)
}

/// Firms that have declined a capability with their reasons, in the order in which they did.
pub fn declines(db: &mut Db, capability: CapabilityId) -> Result<Vec<(OrgId, LostReason)>> {
    let rows: Vec<(OrgId, Option<LostReason>)> = on!(db, conn => cases::table
        .filter(cases::capability_id.eq(capability))
        .filter(cases::lost_side.eq(Side::Need))
        .order((cases::closed_at.asc(), cases::id.asc()))
        .select((cases::need_org_id, cases::lost_reason))
        .load(conn))?;
    Ok(rows.into_iter().filter_map(|(org, reason)| Some((org, reason?))).collect())
}

/// Adds an entry to a timeline.
pub fn insert_entry(db: &mut Db, row: &CaseEntry) -> Result<()> {
    on!(db, conn => diesel::insert_into(case_entries::table).values(row).execute(conn))?;
    Ok(())
}

/// A part of the timeline of a case, newest first, before one of its entries.
pub fn entries(
    db: &mut Db,
    case: CaseId,
    before: Option<EntryId>,
    limit: i64,
) -> Result<Vec<CaseEntry>> {
    Ok(on!(db, conn => {
        let mut query = case_entries::table.filter(case_entries::case_id.eq(case)).into_boxed();
        if let Some(before) = before {
            query = query.filter(case_entries::id.lt(before));
        }
        query.order(case_entries::id.desc()).limit(limit).select(CaseEntry::as_select()).load(conn)
    })?)
}

/// Those of these entries that belong to the case, in no order.
pub fn entries_of(db: &mut Db, case: CaseId, ids: &[EntryId]) -> Result<Vec<CaseEntry>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows: Vec<CaseEntry> = on!(db, conn => case_entries::table
            .filter(case_entries::case_id.eq(case))
            .filter(case_entries::id.eq_any(chunk))
            .select(CaseEntry::as_select())
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Whether somebody brokers an open case.
pub fn brokers_open(db: &mut Db, liaison: UserId) -> Result<bool> {
    let open = cases::table
        .filter(cases::liaison_id.eq(liaison))
        .filter(cases::closed_at.is_null())
        .select(cases::id);
    Ok(on!(db, conn => diesel::select(diesel::dsl::exists(open)).get_result(conn))?)
}

/// Towns in which needs look for a partner without anybody who answers for them.
pub fn towns_without_broker(db: &mut Db) -> Result<Vec<String>> {
    Ok(on!(db, conn => needs::table
        .filter(needs::status.eq_any(seeking()))
        .filter(needs::broker_id.is_null())
        .select(needs::region_code)
        .distinct()
        .order(needs::region_code.asc())
        .load(conn))?)
}

/// Needs of a town that look for a partner without anybody who answers for them, those published first
/// first.
pub fn needs_without_broker(db: &mut Db, town: &str, limit: i64) -> Result<Vec<NeedId>> {
    Ok(on!(db, conn => needs::table
        .filter(needs::status.eq_any(seeking()))
        .filter(needs::broker_id.is_null())
        .filter(needs::region_code.eq(town))
        .order((needs::published_at.asc(), needs::id.asc()))
        .limit(limit)
        .select(needs::id)
        .load(conn))?)
}

/// Needs that a liaison answers for and that have not come to an end, with their towns.
pub fn needs_of(db: &mut Db, liaison: UserId) -> Result<Vec<(NeedId, String)>> {
    use NeedStatus as N;
    let ended = [N::Solved, N::Withdrawn, N::Unsolved];
    Ok(on!(db, conn => needs::table
        .filter(needs::broker_id.eq(liaison))
        .filter(needs::status.ne_all(&ended))
        .order(needs::id.asc())
        .select((needs::id, needs::region_code))
        .load(conn))?)
}

/// How many needs that look for a partner each of these people answers for; those without any are
/// missing.
pub fn need_loads(db: &mut Db, people: &[UserId]) -> Result<Vec<(Option<UserId>, i64)>> {
    Ok(on!(db, conn => needs::table
        .filter(needs::broker_id.eq_any(people))
        .filter(needs::status.eq_any(seeking()))
        .group_by(needs::broker_id)
        .select((needs::broker_id, diesel::dsl::count_star()))
        .load(conn))?)
}

/// Says who answers for needs.
pub fn set_broker(db: &mut Db, ids: &[NeedId], broker: Option<UserId>) -> Result<()> {
    for chunk in ids.chunks(500) {
        on!(db, conn => diesel::update(needs::table.filter(needs::id.eq_any(chunk)))
            .set(needs::broker_id.eq(broker))
            .execute(conn))?;
    }
    Ok(())
}
