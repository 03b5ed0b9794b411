//! The records that facts are drawn from, as far as a query can choose them.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use diesel::prelude::*;

use crate::cases::model::{CaseId, Channel};
use crate::cases::stage::CaseStage;
use crate::contracts::model::{Contract, ContractId, ContractStatus};
use crate::db::schema::{
    case_entries, cases, contract_payments, contracts, events, needs, project_towns, projects,
    report_facts, visits,
};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::events::model::{Event, EventStatus};
use crate::needs::model::NeedId;
use crate::on;
use crate::projects::model::{Project, ProjectStatus};
use crate::records::scope::Reach;
use crate::reports::model::LockedFact;
use crate::reports::period::Span;
use crate::visits::model::Visit;

/// Ids asked for in one query: SQLite takes 32,766 values.
pub const CHUNK: usize = 1_000;

/// The condition that an entry brought its case to a meeting: a note is none, and neither is going on
/// where it was when it was put on hold.
macro_rules! came_to_meet {
    () => {{
        let reached = case_entries::to_stage.eq(CaseStage::Met);
        let stayed = [CaseStage::Met, CaseStage::OnHold];
        let moved = case_entries::from_stage.is_null().or(case_entries::from_stage.ne_all(stayed));
        reached.and(moved)
    }};
}
pub(super) use came_to_meet;

/// Where and when to look.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The regions of whoever asks.
    pub reach: &'a Reach,
    /// Only of regions with this prefix.
    pub region: Option<&'a str>,
    /// Days in China.
    pub span: Span,
}

impl Scope<'_> {
    /// Whether a region is within the reach and under the prefix.
    pub fn covers(&self, region: &str) -> bool {
        let wanted = self.region.is_none_or(|prefix| region.starts_with(prefix));
        let reached = self.reach.everything
            || self.reach.regions.codes().any(|own| region.starts_with(own.as_str()));
        wanted && reached
    }

    /// From the first moment of the first day to the first moment after the last, in China.
    fn moments(&self) -> (Timestamp, Timestamp) {
        let midnight = |day: NaiveDate| {
            let there = day.and_time(NaiveTime::MIN).and_utc();
            Timestamp::new(there - TimeDelta::hours(8))
        };
        (midnight(self.span.from), midnight(self.span.to.succ_opt().unwrap_or(self.span.to)))
    }
}

/// Keeps the rows of the scope by the column of their region.
macro_rules! in_scope {
    ($query:expr, $column:expr, $scope:expr) => {{
        let (mut query, scope) = ($query.into_boxed(), $scope);
        if !scope.reach.everything {
            query = query.filter(crate::in_regions!($column, scope.reach));
        }
        if let Some(region) = scope.region {
            query = query.filter($column.like(format!("{region}%")));
        }
        query
    }};
}

/// A need: id, code, title, region, when it was published.
pub type NeedRow = (NeedId, String, String, String, Option<Timestamp>);

/// Needs first published in the scope.
pub fn needs_published(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<NeedRow>> {
    let (start, end) = scope.moments();
    Ok(on!(db, conn => in_scope!(needs::table, needs::region_code, scope)
        .filter(needs::published_at.assume_not_null().ge(start))
        .filter(needs::published_at.assume_not_null().lt(end))
        .select((needs::id, needs::code, needs::title, needs::region_code, needs::published_at))
        .load(conn))?)
}

/// Visits of the scope.
pub fn visits_made(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Visit>> {
    Ok(on!(db, conn => in_scope!(visits::table, visits::town_code, scope)
        .filter(visits::visited_on.between(scope.span.from, scope.span.to))
        .select(Visit::as_select())
        .load(conn))?)
}

/// Events of the scope that were held.
pub fn events_held(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Event>> {
    let (start, end) = scope.moments();
    Ok(on!(db, conn => in_scope!(events::table, events::town_code, scope)
        .filter(events::status.eq(EventStatus::Held))
        .filter(events::starts_at.ge(start))
        .filter(events::starts_at.lt(end))
        .select(Event::as_select())
        .load(conn))?)
}

/// A case: id, code, title of its need, region, when.
pub type CaseRow = (CaseId, String, String, String, Timestamp);

/// Cases opened in the scope.
pub fn cases_opened(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<CaseRow>> {
    let (start, end) = scope.moments();
    let joined = || cases::table.inner_join(needs::table.on(cases::need_id.eq(needs::id)));
    Ok(on!(db, conn => in_scope!(joined(), cases::region_code, scope)
        .filter(cases::created_at.ge(start))
        .filter(cases::created_at.lt(end))
        .select((cases::id, cases::code, needs::title, cases::region_code, cases::created_at))
        .load(conn))?)
}

/// Cases closed as won in the scope.
pub fn cases_won(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<CaseRow>> {
    let (start, end) = scope.moments();
    let joined = || cases::table.inner_join(needs::table.on(cases::need_id.eq(needs::id)));
    Ok(on!(db, conn => in_scope!(joined(), cases::region_code, scope)
        .filter(cases::stage.eq(CaseStage::ClosedWon))
        .filter(cases::closed_at.assume_not_null().ge(start))
        .filter(cases::closed_at.assume_not_null().lt(end))
        .select((
            cases::id,
            cases::code,
            needs::title,
            cases::region_code,
            cases::closed_at.assume_not_null(),
        ))
        .load(conn))?)
}

/// Every meeting of the cases that have one in the scope, in the order of time: those before tell
/// which number a meeting has.
pub fn meetings(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<(CaseRow, Option<Channel>)>> {
    let (start, end) = scope.moments();
    let mut ids: Vec<CaseId> = on!(db, conn => case_entries::table
        .filter(came_to_meet!())
        .filter(case_entries::created_at.ge(start))
        .filter(case_entries::created_at.lt(end))
        .select(case_entries::case_id)
        .load(conn))?;
    ids.sort_unstable();
    ids.dedup();
    let joined = || {
        case_entries::table
            .inner_join(cases::table.on(case_entries::case_id.eq(cases::id)))
            .inner_join(needs::table.on(cases::need_id.eq(needs::id)))
    };
    let mut rows = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let some: Vec<(CaseRow, Option<Channel>)> = on!(db, conn => in_scope!(joined(), cases::region_code, scope)
                .filter(came_to_meet!())
                .filter(cases::id.eq_any(chunk))
                .order((cases::id.asc(), case_entries::id.asc()))
                .select((
                    (
                        cases::id,
                        cases::code,
                        needs::title,
                        cases::region_code,
                        case_entries::created_at,
                    ),
                    case_entries::channel,
                ))
                .load(conn))?;
        rows.extend(some);
    }
    Ok(rows)
}

/// States of a contract that has been signed and stands.
fn standing() -> Vec<ContractStatus> {
    ContractStatus::ALL.iter().copied().filter(|status| status.is_payable()).collect()
}

/// Contracts signed or registered in the scope.
pub fn contracts_made(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Contract>> {
    let Span { from, to } = scope.span;
    Ok(on!(db, conn => in_scope!(contracts::table, contracts::region_code, scope)
        .filter(contracts::status.eq_any(standing()))
        .filter(
            contracts::signed_on.assume_not_null().between(from, to)
                .or(contracts::registered_on.assume_not_null().between(from, to)),
        )
        .select(Contract::as_select())
        .load(conn))?)
}

/// An instalment that was paid.
#[derive(Debug, Queryable)]
pub struct PaymentRow {
    /// The contract.
    pub contract_id: ContractId,
    /// Its readable code.
    pub code: String,
    /// 项目名称
    pub title: String,
    /// The region that it counts for.
    pub region_code: String,
    /// 合同类别
    pub contract_type: Option<String>,
    /// Case that it came from.
    pub case_id: Option<CaseId>,
    /// Which instalment, from 1.
    pub part: i32,
    /// When it was paid.
    pub paid_on: NaiveDate,
    /// 分
    pub paid: i64,
}

/// What was paid under contracts in the scope. What was paid under a contract that was cancelled later
/// has been paid all the same.
pub fn payments(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<PaymentRow>> {
    let joined = || {
        contract_payments::table
            .inner_join(contracts::table.on(contract_payments::contract_id.eq(contracts::id)))
    };
    Ok(on!(db, conn => in_scope!(joined(), contracts::region_code, scope)
        .filter(contract_payments::paid_on.between(scope.span.from, scope.span.to))
        .select((
            contracts::id,
            contracts::code,
            contracts::project_name,
            contracts::region_code,
            contracts::contract_type,
            contracts::case_id,
            contract_payments::part,
            contract_payments::paid_on,
            contract_payments::paid,
        ))
        .load(conn))?)
}

/// Projects that began or were closed in the scope, by any of their towns.
pub fn projects_run(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Project>> {
    let Span { from, to } = scope.span;
    let run = [ProjectStatus::Active, ProjectStatus::Suspended, ProjectStatus::Closed];
    Ok(on!(db, conn => {
        let here = in_scope!(project_towns::table, project_towns::region_code, scope)
            .select(project_towns::project_id);
        projects::table
            .filter(projects::id.eq_any(here))
            .filter(projects::status.eq_any(run))
            .filter(
                projects::starts_on.assume_not_null().between(from, to)
                    .or(projects::closed_on.assume_not_null().between(from, to)),
            )
            .select(Project::as_select())
            .load(conn)
    })?)
}

/// Facts of locked reports that count now, of these days and regions.
pub fn current_facts(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<LockedFact>> {
    Ok(on!(db, conn => in_scope!(report_facts::table, report_facts::region_code, scope)
        .filter(report_facts::left_by.is_null())
        .filter(report_facts::day.between(scope.span.from, scope.span.to))
        .select(LockedFact::as_select())
        .load(conn))?)
}
