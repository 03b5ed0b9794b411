//! Locked reports as stored: the lock, its facts, and what was corrected since.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use super::fact::{Fact, FactKey, FactKind};
use super::period::Span;
use crate::accounts::principal::UserId;
use crate::db::Timestamp;
use crate::db::schema::{report_corrections, report_facts, report_locks};
use crate::id_type;
use crate::money::Money;

id_type!(
    /// Id of a locked report.
    LockId
);
id_type!(
    /// Id of a fact of a locked report.
    LockedFactId
);
id_type!(
    /// Id of a correction.
    CorrectionId
);

/// That the report of a period stands for a region.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_locks)]
pub struct ReportLock {
    /// Id.
    pub id: LockId,
    /// The region, at any level of the code.
    pub region_code: String,
    /// Name of the period.
    pub period: String,
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day.
    pub last_day: NaiveDate,
    /// What was remarked at locking.
    pub note: Option<String>,
    /// How many facts were locked.
    pub facts: i32,
    /// SHA-256 over them, see [`fingerprint`](super::locked::fingerprint).
    pub sha256: String,
    /// Who locked it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

impl ReportLock {
    /// Its days.
    pub fn span(&self) -> Span {
        Span { from: self.first_day, to: self.last_day }
    }

    /// Whether a fact of that day and region belongs to the period of the region.
    pub fn covers(&self, fact: &Fact) -> bool {
        self.span().holds(fact.on) && fact.region_code.starts_with(&self.region_code)
    }
}

/// A fact of a locked report as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_facts)]
pub struct LockedFact {
    /// Id.
    pub id: LockedFactId,
    /// The report.
    pub lock_id: LockId,
    /// What happened.
    pub kind: FactKind,
    /// Id of the record.
    pub record_id: String,
    /// Number within the record.
    pub part: i32,
    /// Readable code of the record.
    pub code: String,
    /// What the record is about.
    pub title: String,
    /// The day it counts for.
    pub day: NaiveDate,
    /// The region it counts for.
    pub region_code: String,
    /// Code of `programme`, or empty.
    pub programme: String,
    /// Code of `channel`, or empty.
    pub channel: String,
    /// Code of `activity_kind`, or empty.
    pub activity_kind: String,
    /// 分; see [`Fact::amount`].
    pub amount: i64,
    /// 分; see [`Fact::of_which`].
    pub of_which: i64,
    /// The correction that put it in; none for what was locked.
    pub entered_by: Option<CorrectionId>,
    /// The correction that took it out; none for what counts now.
    pub left_by: Option<CorrectionId>,
}

impl LockedFact {
    /// A fact to be stored with a report.
    pub fn new(lock_id: LockId, fact: Fact, entered_by: Option<CorrectionId>) -> Self {
        Self {
            id: LockedFactId::new(),
            lock_id,
            kind: fact.key.kind,
            record_id: fact.key.record_id,
            part: fact.key.part,
            code: fact.code,
            title: fact.title,
            day: fact.on,
            region_code: fact.region_code,
            programme: fact.programme,
            channel: fact.channel,
            activity_kind: fact.activity_kind,
            amount: fact.amount.0,
            of_which: fact.of_which.0,
            entered_by,
            left_by: None,
        }
    }
}

impl From<LockedFact> for Fact {
    fn from(row: LockedFact) -> Self {
        Self {
            key: FactKey { kind: row.kind, record_id: row.record_id, part: row.part },
            code: row.code,
            title: row.title,
            on: row.day,
            region_code: row.region_code,
            programme: row.programme,
            channel: row.channel,
            activity_kind: row.activity_kind,
            amount: Money(row.amount),
            of_which: Money(row.of_which),
        }
    }
}

/// A correction as stored: that one fact of a locked report was brought up to date.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_corrections)]
pub struct Correction {
    /// Id.
    pub id: CorrectionId,
    /// The report.
    pub lock_id: LockId,
    /// Which fact.
    pub kind: FactKind,
    /// Of which record.
    pub record_id: String,
    /// Number within the record.
    pub part: i32,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

impl Correction {
    /// What was corrected.
    pub fn key(&self) -> FactKey {
        FactKey { kind: self.kind, record_id: self.record_id.clone(), part: self.part }
    }
}

/// What became of a fact since its report was locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// It was not there.
    Added,
    /// It is not there any more, or counts for another period or region.
    Removed,
    /// It says something else.
    Changed,
}

impl DifferenceKind {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}
