//! The plain way to the rows behind an answer: one query for each table, no rule, no sight, nothing put
//! into words.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::asking::Question;
use crate::capabilities::model::Capability;
use crate::cases::model::{Case, CaseEntry, CaseId};
use crate::contracts::model::Contract;
use crate::db::schema::{
    capabilities, case_entries, cases, contracts, needs, project_towns, projects,
};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::needs::model::{Need, NeedId};
use crate::on;
use crate::reports::period::Span;

/// Rows that the cockpit weighs at most, and entries of a page.
const WEIGHED: i64 = crate::cases::cockpit::MOST_WEIGHED as i64;
const PAGE: i64 = 20;

/// Reads the rows that the answer to a question is made of; how many there are.
///
/// # Errors
/// Database faults.
pub fn same_rows(db: &mut Db, question: &Question) -> Result<()> {
    let rows = match question {
        Question::Cockpit => waiting(db)?,
        Question::Case(id) => case(db, *id)?,
        Question::Timeline(id) => timeline(db, *id)?,
        Question::Report(span) => facts(db, *span)?,
        Question::Records(span) => signed(db, *span)?,
    };
    std::hint::black_box(rows);
    Ok(())
}

type Weighed = (CaseId, String, Timestamp, Option<NaiveDate>, Option<i64>, Option<i64>);

fn waiting(db: &mut Db) -> Result<usize> {
    let weighed: Vec<Weighed> = on!(db, conn => cases::table
        .inner_join(needs::table.on(cases::need_id.eq(needs::id)))
        .filter(cases::closed_at.is_null())
        .order(cases::stage_since.asc())
        .limit(WEIGHED)
        .select((
            cases::id,
            cases::stage,
            cases::stage_since,
            cases::due_on,
            needs::budget_min,
            needs::budget_max,
        ))
        .load(conn))?;
    let open: Vec<(NeedId, Option<Timestamp>, Option<i64>)> = on!(db, conn => needs::table
        .filter(needs::status.eq_any(["published", "matching"]))
        .order(needs::published_at.asc())
        .limit(WEIGHED)
        .select((needs::id, needs::published_at, needs::budget_max))
        .load(conn))?;
    let ids: Vec<CaseId> = weighed.iter().take(20).map(|one| one.0).collect();
    let shown: Vec<Case> = on!(db, conn => cases::table
        .filter(cases::id.eq_any(&ids))
        .select(Case::as_select())
        .load(conn))?;
    Ok(weighed.len() + open.len() + shown.len())
}

fn case(db: &mut Db, id: CaseId) -> Result<usize> {
    let case: Case = on!(db, conn => cases::table.find(id).select(Case::as_select()).first(conn))?;
    let need: Vec<Need> = on!(db, conn => needs::table
        .find(case.need_id)
        .select(Need::as_select())
        .load(conn))?;
    let capability: Vec<Capability> = on!(db, conn => capabilities::table
        .find(case.capability_id)
        .select(Capability::as_select())
        .load(conn))?;
    Ok(1 + need.len() + capability.len())
}

fn timeline(db: &mut Db, id: CaseId) -> Result<usize> {
    let entries: Vec<CaseEntry> = on!(db, conn => case_entries::table
        .filter(case_entries::case_id.eq(id))
        .order(case_entries::id.desc())
        .limit(PAGE)
        .select(CaseEntry::as_select())
        .load(conn))?;
    Ok(entries.len())
}

/// Beginning and end of the days, as moments in China.
fn moments(span: Span) -> (Timestamp, Timestamp) {
    let begins = |day: NaiveDate| {
        let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
        Timestamp::new(midnight - chrono::TimeDelta::hours(8))
    };
    (begins(span.from), begins(span.to.succ_opt().unwrap_or(span.to)))
}

fn facts(db: &mut Db, span: Span) -> Result<usize> {
    let (from, to) = moments(span);
    let steps: Vec<(CaseId, String, Timestamp)> = on!(db, conn => case_entries::table
        .filter(case_entries::created_at.ge(from))
        .filter(case_entries::created_at.lt(to))
        .select((case_entries::case_id, case_entries::to_stage, case_entries::created_at))
        .load(conn))?;
    let published: Vec<(NeedId, String)> = on!(db, conn => needs::table
        .filter(needs::published_at.assume_not_null().ge(from))
        .filter(needs::published_at.assume_not_null().lt(to))
        .select((needs::id, needs::region_code))
        .load(conn))?;
    let signed: Vec<(String, Option<NaiveDate>)> = on!(db, conn => contracts::table
        .filter(contracts::signed_on.assume_not_null().between(span.from, span.to))
        .select((contracts::region_code, contracts::signed_on))
        .load(conn))?;
    let towns: Vec<(String, String)> = on!(db, conn => projects::table
        .inner_join(project_towns::table.on(project_towns::project_id.eq(projects::id)))
        .select((projects::programme, project_towns::region_code))
        .load(conn))?;
    Ok(steps.len() + published.len() + signed.len() + towns.len())
}

fn signed(db: &mut Db, span: Span) -> Result<usize> {
    let rows: Vec<Contract> = on!(db, conn => contracts::table
        .filter(contracts::signed_on.assume_not_null().between(span.from, span.to))
        .order((contracts::signed_on.asc(), contracts::id.asc()))
        .limit(PAGE)
        .select(Contract::as_select())
        .load(conn))?;
    Ok(rows.len())
}
