//! Facts added up by the database: one row for each month, region and set of headings that occurs.
//! Money is whole 分, so that sums are exact on both databases.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::choice::at_some_time;
use super::choice::{
    FIRST_TOWN, cases_opened, cases_won, contracts_registered, contracts_signed, facts_locked,
    first_town, in_scope, meetings_held, needs_published, on_some_day, payments_made,
    platforms_opened, projects_begun, visits_made,
};
use super::headings::{self, EXCHANGE, Found, FoundColumns, SHARED_PLATFORM};
use super::sources::{Scope, meeting_number};
use crate::cases::model::Channel;
use crate::db::schema::{
    case_entries, cases, contract_payments, contracts, needs, platforms, projects, report_facts,
    visits,
};
use crate::db::{Db, dialect};
use crate::error::Result;
use crate::on;
use crate::reports::fact::FactKind;

/// Facts that stand alike, added up.
#[derive(Debug, Clone, Queryable)]
pub struct SumRow {
    /// Their month, such as `2026-03`.
    pub month: String,
    /// Their region.
    pub region_code: String,
    /// Their headings.
    pub found: Found,
    /// Channel of meetings, type of contracts, kind of locked facts.
    pub said: Option<String>,
    /// How many.
    pub facts: i64,
    /// 分
    pub amount: i64,
    /// 分
    pub of_which: i64,
}

/// The columns of a [`SumRow`].
type Columns = (
    SqlLiteral<Text>,
    SqlLiteral<Text>,
    FoundColumns,
    SqlLiteral<Nullable<Text>>,
    SqlLiteral<BigInt>,
    SqlLiteral<BigInt>,
    SqlLiteral<BigInt>,
);

/// Month, region, headings, what else tells facts apart, and the two amounts.
fn columns(
    month: &str,
    region: &str,
    found: FoundColumns,
    said: &str,
    amounts: [&str; 2],
) -> Columns {
    let sum = |amount: &str| sql(&format!("CAST(SUM(COALESCE({amount}, 0)) AS BIGINT)"));
    let said = sql(&format!("CAST({said} AS TEXT)"));
    (sql(month), sql(region), found, said, sql("COUNT(*)"), sum(amounts[0]), sum(amounts[1]))
}

/// All columns before the count, by their place.
fn groups() -> SqlLiteral<Text> {
    sql("1, 2, 3, 4, 5, 6")
}

/// The condition that no locked report holds a fact.
pub(super) fn free(kind: FactKind, id: &str, part: &str) -> SqlLiteral<Bool> {
    sql(&format!(
        "NOT EXISTS (SELECT 1 FROM report_facts AS held WHERE held.left_by IS NULL \
         AND held.kind = '{kind}' AND held.record_id = CAST({id} AS TEXT) AND held.part = {part})"
    ))
}

const NO_MONEY: [&str; 2] = ["0", "0"];

/// Loads the sums of a query that one of the choices makes of a table.
macro_rules! load {
    ($db:expr, $choice:ident, $from:expr, $scope:expr, $columns:expr, $free:expr) => {
        Ok(on!($db, conn => {
            let from = $from.group_by(groups()).select($columns);
            $choice!(from, $scope).filter($free).load(conn)
        })?)
    };
}

/// What facts of a kind that no locked report holds add up to; none of kinds that are read one by one.
pub fn live(db: &mut Db, scope: &Scope<'_>, kind: FactKind) -> Result<Vec<SumRow>> {
    match kind {
        FactKind::Need => needs(db, scope),
        FactKind::Visit => visits(db, scope),
        FactKind::Case | FactKind::Success => cases(db, scope, kind),
        FactKind::Meeting => meetings(db, scope),
        FactKind::Contract | FactKind::Registration => contracts(db, scope, kind),
        FactKind::Payment => payments(db, scope),
        FactKind::Project => projects(db, scope),
        FactKind::Platform => platforms(db, scope),
        FactKind::Closing | FactKind::Event => Ok(Vec::new()),
    }
}

fn needs(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let month = dialect::month_of_moment(db, "needs.published_at");
    let columns = columns(&month, "needs.region_code", headings::none(), "NULL", NO_MONEY);
    let free = free(FactKind::Need, "needs.id", "0");
    load!(db, needs_published, needs::table, scope, columns, free)
}

fn visits(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let month = dialect::month_of_day(db, "visits.visited_on");
    let programme = "COALESCE(visits.doc ->> 'programme', '')";
    let channel = format!("COALESCE(visits.doc ->> 'channel', '{}')", Channel::Offline);
    let found = headings::own(programme, &channel, &format!("'{EXCHANGE}'"));
    let columns = columns(&month, "visits.town_code", found, "NULL", NO_MONEY);
    let free = free(FactKind::Visit, "visits.id", "0");
    load!(db, visits_made, visits::table, scope, columns, free)
}

fn platforms(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let month = dialect::month_of_day(db, "platforms.opened_on");
    let found = headings::own("''", "''", &format!("'{SHARED_PLATFORM}'"));
    let columns = columns(&month, "platforms.town_code", found, "NULL", NO_MONEY);
    let free = free(FactKind::Platform, "platforms.id", "0");
    load!(db, platforms_opened, platforms::table, scope, columns, free)
}

fn cases(db: &mut Db, scope: &Scope<'_>, kind: FactKind) -> Result<Vec<SumRow>> {
    let won = kind == FactKind::Success;
    let moment = if won { "cases.closed_at" } else { "cases.created_at" };
    let month = dialect::month_of_moment(db, moment);
    let columns = columns(&month, "cases.region_code", headings::of_case(), "NULL", NO_MONEY);
    let free = free(kind, "cases.id", "0");
    if won {
        load!(db, cases_won, cases::table, scope, columns, free)
    } else {
        load!(db, cases_opened, cases::table, scope, columns, free)
    }
}

fn meetings(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let joined =
        || case_entries::table.inner_join(cases::table.on(case_entries::case_id.eq(cases::id)));
    let month = dialect::month_of_moment(db, "case_entries.created_at");
    let (found, channel) = (headings::of_case(), "case_entries.channel");
    let columns = columns(&month, "cases.region_code", found, channel, NO_MONEY);
    let free = free(FactKind::Meeting, "cases.id", &meeting_number());
    load!(db, meetings_held, joined(), scope, columns, free)
}

const CONTRACT_TYPE: &str = "contracts.contract_type";

fn contracts(db: &mut Db, scope: &Scope<'_>, kind: FactKind) -> Result<Vec<SumRow>> {
    let signed = kind == FactKind::Contract;
    let day = if signed { "contracts.signed_on" } else { "contracts.registered_on" };
    let month = dialect::month_of_day(db, day);
    let (amount, tech) = ("contracts.amount", "contracts.tech_amount");
    let amounts = if signed { [amount, tech] } else { [tech, "0"] };
    let (region, found) = ("contracts.region_code", headings::of_contract());
    let columns = columns(&month, region, found, CONTRACT_TYPE, amounts);
    let free = free(kind, "contracts.id", "0");
    if signed {
        load!(db, contracts_signed, contracts::table, scope, columns, free)
    } else {
        load!(db, contracts_registered, contracts::table, scope, columns, free)
    }
}

fn payments(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let joined = || {
        contract_payments::table
            .inner_join(contracts::table.on(contract_payments::contract_id.eq(contracts::id)))
    };
    let month = dialect::month_of_day(db, "contract_payments.paid_on");
    let (region, found) = ("contracts.region_code", headings::of_contract());
    let amounts = ["contract_payments.paid", "0"];
    let columns = columns(&month, region, found, CONTRACT_TYPE, amounts);
    let free = free(FactKind::Payment, "contracts.id", "contract_payments.part");
    load!(db, payments_made, joined(), scope, columns, free)
}

fn projects(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let month = dialect::month_of_day(db, "projects.starts_on");
    let found = headings::own("projects.programme", "projects.channel", "projects.activity_kind");
    let amounts = ["projects.funds_planned", "projects.funds_paid"];
    let columns = columns(&month, FIRST_TOWN, found, "NULL", amounts);
    let free = free(FactKind::Project, "projects.id", "0");
    load!(db, projects_begun, projects::table, scope, columns, free)
}

/// What the facts of locked reports add up to that count now, of these days and regions.
pub fn locked(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<SumRow>> {
    let month = dialect::month_of_day(db, "report_facts.day");
    let (programme, channel) = ("report_facts.programme", "report_facts.channel");
    let found = headings::own(programme, channel, "report_facts.activity_kind");
    let amounts = ["report_facts.amount", "report_facts.of_which"];
    let region = "report_facts.region_code";
    let columns = columns(&month, region, found, "report_facts.kind", amounts);
    Ok(on!(db, conn => {
        let from = report_facts::table.group_by(groups()).select(columns);
        facts_locked!(from, scope).load(conn)
    })?)
}
