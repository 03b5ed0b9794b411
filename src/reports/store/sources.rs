//! The records that facts are drawn from, as far as a query can choose them, with the columns that
//! facts need.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};

use super::choice::{
    at_some_time, cases_opened, cases_won, contracts_registered, contracts_signed, facts_locked,
    first_town, in_scope, meetings_held, needs_published, on_some_day, payments_made,
    platforms_opened, projects_begun, projects_closed, visits_made,
};
use super::headings::{self, Found};
use crate::accounts::principal::OrgId;
use crate::cases::model::{CaseId, Channel};
use crate::contracts::model::ContractId;
use crate::db::schema::{
    case_entries, cases, contract_payments, contracts, events, needs, platforms, projects,
    report_facts, visits,
};
use crate::db::{Db, Json, Timestamp};
use crate::error::Result;
use crate::events::model::{Event, EventStatus};
use crate::needs::model::NeedId;
use crate::on;
use crate::platforms::model::PlatformId;
use crate::projects::model::{ProjectFields, ProjectId};
use crate::records::scope::Reach;
use crate::reports::fact::FactKind;
use crate::reports::model::LockedFact;
use crate::reports::period::Span;
use crate::visits::model::{VisitFields, VisitId};

/// Ids asked for in one query: SQLite takes 32,766 values.
pub const CHUNK: usize = 1_000;

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
    pub(super) fn moments(&self) -> (Timestamp, Timestamp) {
        let midnight = |day: NaiveDate| {
            let there = day.and_time(NaiveTime::MIN).and_utc();
            Timestamp::new(there - TimeDelta::hours(8))
        };
        (midnight(self.span.from), midnight(self.span.to.succ_opt().unwrap_or(self.span.to)))
    }
}

/// A need: id, code, title, region, when it was published.
pub type NeedRow = (NeedId, String, String, String, Option<Timestamp>);

/// Needs first published in the scope.
pub fn needs(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<NeedRow>> {
    let columns = (needs::id, needs::code, needs::title, needs::region_code, needs::published_at);
    Ok(on!(db, conn => needs_published!(needs::table, scope).select(columns).load(conn))?)
}

/// A visit: id, code, town, firm, day, fields.
pub type VisitRow = (VisitId, String, String, Option<OrgId>, NaiveDate, Json<VisitFields>);

/// Visits of the scope.
pub fn visits(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<VisitRow>> {
    let columns = (
        visits::id,
        visits::code,
        visits::town_code,
        visits::org_id,
        visits::visited_on,
        visits::doc,
    );
    Ok(on!(db, conn => visits_made!(visits::table, scope).select(columns).load(conn))?)
}

/// A platform: id, code, name, town, when it was opened.
pub type PlatformRow = (PlatformId, String, String, String, NaiveDate);

/// Platforms opened in the scope, whether or not they were closed later.
pub fn platforms(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<PlatformRow>> {
    let columns = (
        platforms::id,
        platforms::code,
        platforms::name,
        platforms::town_code,
        platforms::opened_on,
    );
    Ok(on!(db, conn => platforms_opened!(platforms::table, scope).select(columns).load(conn))?)
}

/// Events of the scope that were held.
pub fn events(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Event>> {
    let (start, end) = scope.moments();
    Ok(on!(db, conn => in_scope!(events::table, events::town_code, scope)
        .filter(events::status.eq(EventStatus::Held))
        .filter(events::starts_at.ge(start))
        .filter(events::starts_at.lt(end))
        .select(Event::as_select())
        .load(conn))?)
}

/// Something that became of a case.
#[derive(Debug, Queryable)]
pub struct CaseRow {
    /// The case.
    pub id: CaseId,
    /// Its readable code.
    pub code: String,
    /// Title of its need.
    pub title: String,
    /// The region that it counts for.
    pub region_code: String,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub found: Found,
}

/// Cases opened in the scope.
pub fn opened(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<CaseRow>> {
    let joined = || cases::table.inner_join(needs::table.on(cases::need_id.eq(needs::id)));
    let columns = (
        cases::id,
        cases::code,
        needs::title,
        cases::region_code,
        cases::created_at,
        headings::of_case(),
    );
    Ok(on!(db, conn => cases_opened!(joined(), scope).select(columns).load(conn))?)
}

/// Cases closed as won in the scope.
pub fn won(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<CaseRow>> {
    let joined = || cases::table.inner_join(needs::table.on(cases::need_id.eq(needs::id)));
    let columns = (
        cases::id,
        cases::code,
        needs::title,
        cases::region_code,
        cases::closed_at.assume_not_null(),
        headings::of_case(),
    );
    Ok(on!(db, conn => cases_won!(joined(), scope).select(columns).load(conn))?)
}

/// The number of a meeting within its case, from 1.
pub fn meeting_number() -> String {
    let came_to_meet = headings::came_to_meet("m");
    format!(
        "(SELECT COUNT(*) FROM case_entries AS m WHERE m.case_id = case_entries.case_id \
         AND {came_to_meet} AND m.id <= case_entries.id)"
    )
}

/// Meetings in the scope, with their number and channel.
pub fn meetings(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<(CaseRow, i32, Option<Channel>)>> {
    let joined = || {
        case_entries::table
            .inner_join(cases::table.on(case_entries::case_id.eq(cases::id)))
            .inner_join(needs::table.on(cases::need_id.eq(needs::id)))
    };
    let number: SqlLiteral<Integer> = sql(&format!("CAST({} AS INTEGER)", meeting_number()));
    let columns = (
        (
            cases::id,
            cases::code,
            needs::title,
            cases::region_code,
            case_entries::created_at,
            headings::of_case(),
        ),
        number,
        case_entries::channel,
    );
    Ok(on!(db, conn => meetings_held!(joined(), scope).select(columns).load(conn))?)
}

/// Something that became of a contract.
#[derive(Debug, Queryable)]
pub struct ContractRow {
    /// The contract.
    pub id: ContractId,
    /// Its readable code.
    pub code: String,
    /// 项目名称
    pub title: String,
    /// The region that it counts for.
    pub region_code: String,
    /// 合同类别
    pub contract_type: Option<String>,
    /// Which instalment, from 1; 0 of the contract itself.
    pub part: i32,
    /// The day.
    pub on: Option<NaiveDate>,
    /// 分
    pub amount: Option<i64>,
    /// 分
    pub of_which: Option<i64>,
    /// Where it stands.
    pub found: Found,
}

/// The columns of a [`ContractRow`].
macro_rules! contract_columns {
    ($part:expr, $on:expr, $amount:expr, $of_which:expr) => {
        (
            contracts::id,
            contracts::code,
            contracts::project_name,
            contracts::region_code,
            contracts::contract_type,
            $part,
            $on,
            $amount,
            $of_which,
            headings::of_contract(),
        )
    };
}

fn zero() -> SqlLiteral<Integer> {
    sql("0")
}

fn no_money() -> SqlLiteral<Nullable<BigInt>> {
    sql("CAST(NULL AS BIGINT)")
}

/// Contracts signed in the scope, with the amounts that they have by now.
pub fn signed(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<ContractRow>> {
    let (amount, tech) = (contracts::amount, contracts::tech_amount);
    let columns = contract_columns!(zero(), contracts::signed_on, amount, tech);
    Ok(on!(db, conn => contracts_signed!(contracts::table, scope).select(columns).load(conn))?)
}

/// Contracts registered in the scope.
pub fn registered(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<ContractRow>> {
    let (on, tech) = (contracts::registered_on, contracts::tech_amount);
    let columns = contract_columns!(zero(), on, tech, no_money());
    Ok(on!(db, conn => contracts_registered!(contracts::table, scope).select(columns).load(conn))?)
}

/// What was paid under contracts in the scope. What was paid under a contract that was cancelled later
/// has been paid all the same.
pub fn payments(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<ContractRow>> {
    let joined = || {
        contract_payments::table
            .inner_join(contracts::table.on(contract_payments::contract_id.eq(contracts::id)))
    };
    let columns = contract_columns!(
        contract_payments::part,
        contract_payments::paid_on.nullable(),
        contract_payments::paid.nullable(),
        no_money()
    );
    Ok(on!(db, conn => payments_made!(joined(), scope).select(columns).load(conn))?)
}

/// A project that began or was closed.
#[derive(Debug, Queryable)]
pub struct ProjectRow {
    /// The project.
    pub id: ProjectId,
    /// Its readable code.
    pub code: String,
    /// 项目名称
    pub title: String,
    /// The first of its towns.
    pub region_code: String,
    /// The day.
    pub on: Option<NaiveDate>,
    /// 计划经费 in 分.
    pub funds_planned: i64,
    /// 到位经费 in 分.
    pub funds_paid: i64,
    /// Where it stands.
    pub found: Found,
}

/// The columns of a [`ProjectRow`].
macro_rules! project_columns {
    ($on:expr) => {
        (
            projects::id,
            projects::code,
            projects::title,
            first_town(),
            $on,
            projects::funds_planned,
            projects::funds_paid,
            headings::own("projects.programme", "projects.channel", "projects.activity_kind"),
        )
    };
}

/// Projects that began in the scope.
pub fn begun(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<ProjectRow>> {
    let columns = project_columns!(projects::starts_on);
    Ok(on!(db, conn => projects_begun!(projects::table, scope).select(columns).load(conn))?)
}

/// Projects that were closed in the scope, with their fields: outputs are in these alone.
pub fn closed(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<(ProjectRow, Json<ProjectFields>)>> {
    let columns = (project_columns!(projects::closed_on), projects::doc);
    Ok(on!(db, conn => projects_closed!(projects::table, scope).select(columns).load(conn))?)
}

/// Facts of locked reports that count now, of these days and regions, and of one kind if it is named.
pub fn current_facts(
    db: &mut Db,
    scope: &Scope<'_>,
    only: Option<FactKind>,
) -> Result<Vec<LockedFact>> {
    Ok(on!(db, conn => {
        let mut query = facts_locked!(report_facts::table, scope);
        if let Some(kind) = only {
            query = query.filter(report_facts::kind.eq(kind));
        }
        query.select(LockedFact::as_select()).load(conn)
    })?)
}
