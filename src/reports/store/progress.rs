//! How far published needs have come, added up by the database: the needs are those that reports count,
//! chosen by the same conditions.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::choice::{at_some_time, facts_locked, in_scope, needs_published, standing};
use super::sources::{CHUNK, Scope};
use super::sums::free;
use crate::db::schema::{needs, report_facts};
use crate::db::{Db, dialect};
use crate::error::Result;
use crate::needs::model::NeedId;
use crate::on;
use crate::reports::fact::FactKind;

/// Needs that have come equally far.
#[derive(Debug, Clone, Queryable)]
pub struct ProgressRow {
    /// The day in China of their publication.
    pub published: String,
    /// That of their first contact.
    pub contacted: Option<String>,
    /// Their region.
    pub region_code: String,
    /// Code of `tech_field`, or empty.
    pub tech_field: String,
    /// Number of the step that they have come to, see [`Step`](crate::reports::progress::Step).
    pub reached: i32,
    /// How many.
    pub needs: i64,
}

type Columns = (
    SqlLiteral<Text>,
    SqlLiteral<Nullable<Text>>,
    SqlLiteral<Text>,
    SqlLiteral<Text>,
    SqlLiteral<Integer>,
);

fn columns(db: &Db, id: &str, published: &str, region: &str, field: &str) -> Columns {
    let first =
        format!("(SELECT MIN(asked.contacted_at) FROM cases AS asked WHERE asked.need_id = {id})");
    (
        sql(published),
        sql(&dialect::day_of_moment(db, &first)),
        sql(region),
        sql(field),
        sql(&reached(id)),
    )
}

/// The step that a need has come to: a later one counts whatever the earlier ones say, so that none is
/// taken by more needs than the one before it.
fn reached(id: &str) -> String {
    let states: Vec<String> = standing().iter().map(|status| format!("'{status}'")).collect();
    let signed = format!("k.status IN ({}) AND k.signed_on IS NOT NULL", states.join(", "));
    format!(
        "CASE WHEN EXISTS (SELECT 1 FROM contracts AS k WHERE k.need_id = {id} AND {signed}) \
         OR EXISTS (SELECT 1 FROM cases AS c INNER JOIN contracts AS k ON k.case_id = c.id \
         WHERE c.need_id = {id} AND {signed}) THEN 3 \
         WHEN EXISTS (SELECT 1 FROM cases AS c WHERE c.need_id = {id}) THEN 2 \
         WHEN EXISTS (SELECT 1 FROM suggestions AS s WHERE s.need_id = {id}) THEN 1 ELSE 0 END"
    )
}

/// All columns before the count, by their place.
fn groups() -> SqlLiteral<Text> {
    sql("1, 2, 3, 4, 5")
}

fn count() -> SqlLiteral<BigInt> {
    sql("COUNT(*)")
}

/// Needs first published in the scope that no locked report holds.
pub fn live(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<ProgressRow>> {
    let published = dialect::day_of_moment(db, "needs.published_at");
    let field = "COALESCE(needs.tech_field, '')";
    let (a, b, c, d, e) = columns(db, "needs.id", &published, "needs.region_code", field);
    Ok(on!(db, conn => {
        let from = needs::table.group_by(groups()).select((a, b, c, d, e, count()));
        needs_published!(from, scope)
            .filter(free(FactKind::Need, "needs.id", "0"))
            .load(conn)
    })?)
}

/// Needs of locked reports that count now, of these days and regions. One that is there no more has come
/// nowhere, but is counted.
pub fn locked(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<ProgressRow>> {
    let id = dialect::id_of_text(db, "report_facts.record_id");
    let published = dialect::day_of_day(db, "report_facts.day");
    let field = format!("COALESCE((SELECT n.tech_field FROM needs AS n WHERE n.id = {id}), '')");
    let (a, b, c, d, e) = columns(db, &id, &published, "report_facts.region_code", &field);
    Ok(on!(db, conn => {
        let from = report_facts::table.group_by(groups()).select((a, b, c, d, e, count()));
        facts_locked!(from, scope).filter(report_facts::kind.eq(FactKind::Need)).load(conn)
    })?)
}

/// One need: id, day of its first contact, field, step.
pub type NeedProgress = (NeedId, Option<String>, String, i32);

/// How far these needs have come.
pub fn of(db: &mut Db, ids: &[NeedId]) -> Result<Vec<NeedProgress>> {
    let mut all = Vec::with_capacity(ids.len());
    let (_, contacted, _, field, step) =
        columns(db, "needs.id", "''", "''", "COALESCE(needs.tech_field, '')");
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<NeedProgress> = on!(db, conn => needs::table
            .filter(needs::id.eq_any(chunk))
            .select((needs::id, contacted.clone(), field.clone(), step.clone()))
            .load(conn))?;
        all.extend(rows);
    }
    Ok(all)
}
