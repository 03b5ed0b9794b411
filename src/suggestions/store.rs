//! Queries on suggestions.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::model::{DismissReason, Suggestion, SuggestionId};
use crate::accounts::principal::OrgId;
use crate::capabilities::model::CapabilityId;
use crate::cases::model::{CaseId, Side};
use crate::db::schema::{capabilities, cases, needs, suggestions};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::needs::model::NeedId;
use crate::on;
use crate::records::scope::Reach;

/// Rows of one statement.
const CHUNK: usize = 500;

/// Adds a pair, or brings the one that is there up to date; what has been dismissed stays so.
pub fn upsert(db: &mut Db, row: &Suggestion) -> Result<()> {
    use suggestions::dsl as s;
    on!(db, conn => diesel::insert_into(s::suggestions)
        .values(row)
        .on_conflict((s::need_id, s::capability_id))
        .do_update()
        .set((
            s::need_org_id.eq(row.need_org_id),
            s::provider_org_id.eq(row.provider_org_id),
            s::region_code.eq(&row.region_code),
            s::score.eq(row.score),
            s::grade.eq(&row.grade),
            s::threshold.eq(row.threshold),
            s::ranking.eq(&row.ranking),
            s::dictionary.eq(&row.dictionary),
            s::holds.eq(true),
            s::updated_at.eq(row.updated_at),
        ))
        .execute(conn))?;
    Ok(())
}

/// Takes back pairs that do not hold any more. They are kept: what somebody has said about them is
/// remembered, and when a record changes they are looked at again.
pub fn retire(db: &mut Db, ids: &[SuggestionId]) -> Result<()> {
    use suggestions::dsl as s;
    for chunk in ids.chunks(CHUNK) {
        on!(db, conn => diesel::update(s::suggestions.filter(s::id.eq_any(chunk)))
            .set(s::holds.eq(false))
            .execute(conn))?;
    }
    Ok(())
}

/// Which of these needs and capabilities are in a pair, and whether one of the pairs holds.
pub fn paired(
    db: &mut Db,
    needs: &[NeedId],
    offers: &[CapabilityId],
) -> Result<HashMap<String, bool>> {
    use suggestions::dsl as s;
    let mut found: HashMap<String, bool> = HashMap::new();
    let mut note = |id: String, holds: bool| *found.entry(id).or_default() |= holds;
    for chunk in needs.chunks(CHUNK) {
        let rows: Vec<(NeedId, bool)> = on!(db, conn => s::suggestions
            .filter(s::need_id.eq_any(chunk))
            .select((s::need_id, s::holds))
            .distinct()
            .load(conn))?;
        rows.into_iter().for_each(|(id, holds)| note(id.to_string(), holds));
    }
    for chunk in offers.chunks(CHUNK) {
        let rows: Vec<(CapabilityId, bool)> = on!(db, conn => s::suggestions
            .filter(s::capability_id.eq_any(chunk))
            .select((s::capability_id, s::holds))
            .distinct()
            .load(conn))?;
        rows.into_iter().for_each(|(id, holds)| note(id.to_string(), holds));
    }
    Ok(found)
}

/// The pairs of a need, those that hold first, then the best.
pub fn of_need(db: &mut Db, id: NeedId) -> Result<Vec<Suggestion>> {
    use suggestions::dsl as s;
    Ok(on!(db, conn => s::suggestions
        .filter(s::need_id.eq(id))
        .order((s::holds.desc(), s::score.desc(), s::id.asc()))
        .select(Suggestion::as_select())
        .load(conn))?)
}

/// The pairs of a capability, those that hold first, then the best.
pub fn of_capability(db: &mut Db, id: CapabilityId) -> Result<Vec<Suggestion>> {
    use suggestions::dsl as s;
    Ok(on!(db, conn => s::suggestions
        .filter(s::capability_id.eq(id))
        .order((s::holds.desc(), s::score.desc(), s::id.asc()))
        .select(Suggestion::as_select())
        .load(conn))?)
}

/// Firm and town of a need.
pub fn place_of_need(db: &mut Db, id: NeedId) -> Result<Option<(OrgId, String)>> {
    use needs::dsl as n;
    Ok(on!(db, conn => n::needs.find(id).select((n::org_id, n::region_code)).first(conn))
        .optional()?)
}

/// The provider of a capability.
pub fn provider(db: &mut Db, id: CapabilityId) -> Result<Option<OrgId>> {
    use capabilities::dsl as c;
    Ok(on!(db, conn => c::capabilities.find(id).select(c::org_id).first(conn)).optional()?)
}

/// Suggestions for somebody, best first, after one of them: those that hold, that no case was ever about,
/// and that this side has not dismissed.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    after: Option<(i32, SuggestionId)>,
    limit: i64,
) -> Result<Vec<Suggestion>> {
    use suggestions::dsl as s;
    let (score, id) = after.unwrap_or((i32::MAX, SuggestionId(uuid::Uuid::nil())));
    Ok(on!(db, conn => {
        let known = cases::table
            .filter(cases::need_id.eq(s::need_id))
            .filter(cases::capability_id.eq(s::capability_id));
        let mut query = s::suggestions
            .filter(s::holds.eq(true))
            .filter(not(exists(known)))
            .filter(s::score.lt(score).or(s::score.eq(score).and(s::id.gt(id))))
            .into_boxed();
        let need = s::need_dismissed.is_null().and(s::need_org_id.eq_any(&reach.orgs));
        let provider = s::provider_dismissed.is_null().and(s::provider_org_id.eq_any(&reach.orgs));
        let broker = s::broker_dismissed.is_null();
        if reach.everything {
            query = query.filter(broker.or(need).or(provider));
        } else {
            let region = crate::in_regions!(s::region_code, reach);
            query = query.filter(broker.and(region).or(need).or(provider));
        }
        query
            .order((s::score.desc(), s::id.asc()))
            .limit(limit)
            .select(Suggestion::as_select())
            .load(conn)
    })?)
}

/// A suggestion that holds and that no case was ever about, whoever asks.
pub fn find_unscoped(db: &mut Db, id: SuggestionId) -> Result<Option<Suggestion>> {
    use suggestions::dsl as s;
    Ok(on!(db, conn => {
        let known = cases::table
            .filter(cases::need_id.eq(s::need_id))
            .filter(cases::capability_id.eq(s::capability_id));
        s::suggestions
            .filter(s::id.eq(id))
            .filter(s::holds.eq(true))
            .filter(not(exists(known)))
            .select(Suggestion::as_select())
            .first(conn)
    })
    .optional()?)
}

/// A suggestion that holds and that some case is or was about, with the last of these cases, whoever
/// asks.
pub fn taken_unscoped(db: &mut Db, id: SuggestionId) -> Result<Option<(Suggestion, CaseId)>> {
    use suggestions::dsl as s;
    Ok(on!(db, conn => s::suggestions
        .inner_join(cases::table.on(cases::need_id
            .eq(s::need_id)
            .and(cases::capability_id.eq(s::capability_id))))
        .filter(s::id.eq(id))
        .filter(s::holds.eq(true))
        .order((cases::created_at.desc(), cases::id.desc()))
        .select((Suggestion::as_select(), cases::id))
        .first(conn))
    .optional()?)
}

/// Remembers why a side has dismissed a suggestion; false when it has already.
pub fn dismiss(db: &mut Db, id: SuggestionId, side: Side, reason: DismissReason) -> Result<bool> {
    use suggestions::dsl as s;
    let why = Some(reason);
    let changed = on!(db, conn => match side {
        Side::Need => diesel::update(s::suggestions.find(id).filter(s::need_dismissed.is_null()))
            .set(s::need_dismissed.eq(why))
            .execute(conn),
        Side::Provider => {
            diesel::update(s::suggestions.find(id).filter(s::provider_dismissed.is_null()))
                .set(s::provider_dismissed.eq(why))
                .execute(conn)
        }
        Side::Broker => {
            diesel::update(s::suggestions.find(id).filter(s::broker_dismissed.is_null()))
                .set(s::broker_dismissed.eq(why))
                .execute(conn)
        }
    })?;
    Ok(changed == 1)
}

/// Remembers which case a suggestion has become.
pub fn accept(db: &mut Db, id: SuggestionId, case: CaseId, now: Timestamp) -> Result<()> {
    use suggestions::dsl as s;
    on!(db, conn => diesel::update(s::suggestions.find(id))
        .set((s::case_id.eq(Some(case)), s::updated_at.eq(now)))
        .execute(conn))?;
    Ok(())
}
