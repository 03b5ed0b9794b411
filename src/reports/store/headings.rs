//! Which programme, channel and kind of activity a fact stands under, as far as a query can say it:
//! those of the project that carries a case or a contract. Rows and sums ask in the same words, so that
//! a figure and the records behind it cannot differ.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Nullable, Text};

use crate::cases::stage::CaseStage;
use crate::projects::model::ProjectStatus;

/// `activity_kind` of visits, meetings and events.
pub const EXCHANGE: &str = "exchange";

/// `activity_kind` of platforms.
pub const SHARED_PLATFORM: &str = "shared_platform";

/// The headings that a fact stands under.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headings {
    /// Code of `programme`.
    pub programme: String,
    /// Code of `channel`.
    pub channel: String,
    /// Code of `activity_kind`.
    pub activity_kind: String,
}

/// What a query found out about the headings of a fact.
#[derive(Debug, Clone, Default, PartialEq, Eq, diesel::Queryable)]
pub struct Found {
    /// Headings that it says itself, or of the project that names its contract, see [`joined`].
    own: Option<String>,
    /// Headings of the project that came out of its case.
    of_case: Option<String>,
    /// How the sides of its case met first.
    met: Option<String>,
}

/// The columns of [`Found`].
pub type FoundColumns =
    (SqlLiteral<Nullable<Text>>, SqlLiteral<Nullable<Text>>, SqlLiteral<Nullable<Text>>);

impl Found {
    /// The headings: its own, or else those of its case; where no project names a channel for the
    /// case, that of the first meeting.
    pub fn headings(&self) -> Headings {
        if let Some(own) = &self.own {
            return apart(own);
        }
        let mut headings = self.of_case.as_deref().map(apart).unwrap_or_default();
        if headings.channel.is_empty() {
            headings.channel = self.met.clone().unwrap_or_default();
        }
        headings
    }
}

/// Three codes in one text; no code holds the line between them.
fn apart(text: &str) -> Headings {
    let mut codes = text.splitn(3, '|').map(str::to_owned);
    let mut next = || codes.next().unwrap_or_default();
    Headings { programme: next(), channel: next(), activity_kind: next() }
}

/// Three expressions as the text that [`Headings`] are read from.
fn joined(programme: &str, channel: &str, activity_kind: &str) -> String {
    format!("{programme} || '|' || {channel} || '|' || {activity_kind}")
}

/// The first project that was not cancelled, of those in `source` for which `condition` holds.
fn of_project(source: &str, condition: &str) -> String {
    let headings = joined("p.programme", "p.channel", "p.activity_kind");
    let cancelled = ProjectStatus::Cancelled;
    format!(
        "(SELECT {headings} FROM {source} WHERE {condition} AND p.status <> '{cancelled}' \
         ORDER BY p.created_at, p.id LIMIT 1)"
    )
}

/// The condition that entries under this name brought their case to a meeting: a note is none, and
/// neither is going on where it was when it was put on hold.
pub fn came_to_meet(entries: &str) -> String {
    let (met, held) = (CaseStage::Met, CaseStage::OnHold);
    format!(
        "{entries}.to_stage = '{met}' AND \
         ({entries}.from_stage IS NULL OR {entries}.from_stage NOT IN ('{met}', '{held}'))"
    )
}

fn columns(own: &str, of_case: &str, met: &str) -> FoundColumns {
    (sql(own), sql(of_case), sql(met))
}

const NOTHING: &str = "CAST(NULL AS TEXT)";

/// Of facts that stand under nothing.
pub fn none() -> FoundColumns {
    columns(NOTHING, NOTHING, NOTHING)
}

/// Of facts that say it themselves, by three expressions.
pub fn own(programme: &str, channel: &str, activity_kind: &str) -> FoundColumns {
    columns(&joined(programme, channel, activity_kind), NOTHING, NOTHING)
}

fn first_meeting(case_id: &str) -> String {
    let came_to_meet = came_to_meet("e");
    format!(
        "(SELECT e.channel FROM case_entries AS e WHERE e.case_id = {case_id} AND {came_to_meet} \
         AND e.channel IS NOT NULL ORDER BY e.id LIMIT 1)"
    )
}

/// Of cases.
pub fn of_case() -> FoundColumns {
    let project = of_project("projects AS p", "p.case_id = cases.id");
    columns(NOTHING, &project, &first_meeting("cases.id"))
}

/// Of contracts: those of the project that names it, or else of its case.
pub fn of_contract() -> FoundColumns {
    let named = of_project(
        "project_contracts AS pc INNER JOIN projects AS p ON p.id = pc.project_id",
        "pc.contract_id = contracts.id",
    );
    let project = of_project("projects AS p", "p.case_id = contracts.case_id");
    columns(&named, &project, &first_meeting("contracts.case_id"))
}
