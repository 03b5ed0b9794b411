//! What is late: milestones of projects and payments under contracts.

use chrono::NaiveDate;
use serde::Serialize;

use super::store;
use crate::cases::model::CaseId;
use crate::contracts;
use crate::db::Db;
use crate::error::Result;
use crate::money::Money;
use crate::records::model::RecordKind;
use crate::records::scope::Reach;

/// Something that was due and has not been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Overdue {
    /// Project for a milestone, contract for a payment.
    pub kind: RecordKind,
    /// Id of that record.
    pub id: String,
    /// Its readable code.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// Place of the milestone or the instalment in its list, from 0.
    pub at: usize,
    /// The milestone; none for a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<String>,
    /// What is to be paid; none for a milestone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Until when it was due.
    pub due_on: NaiveDate,
    /// Days that have passed since.
    pub days: i64,
    /// The case that it came out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
}

/// Milestones and payments within reach that were due before a day, the longest due first, of at
/// most so many projects and so many contracts.
///
/// # Errors
/// Database faults.
pub fn overdue(db: &mut Db, reach: &Reach, today: NaiveDate, limit: i64) -> Result<Vec<Overdue>> {
    let mut late = Vec::new();
    for project in store::with_overdue(db, reach, today, limit)? {
        late.extend(project.doc.0.overdue(today).map(|(at, milestone)| Overdue {
            at,
            kind: RecordKind::Project,
            id: project.id.to_string(),
            code: project.code.clone(),
            title: project.title.clone(),
            milestone: Some(milestone.title.clone()),
            amount: None,
            due_on: milestone.due_on,
            days: (today - milestone.due_on).num_days(),
            case_id: project.doc.0.case_id,
        }));
    }
    for contract in contracts::payments::overdue(db, reach, today, limit)? {
        late.extend(contract.doc.0.overdue(today).map(|(at, instalment)| Overdue {
            at,
            kind: RecordKind::Contract,
            id: contract.id.to_string(),
            code: contract.code.clone(),
            title: contract.project_name.clone(),
            milestone: None,
            amount: Some(instalment.planned),
            due_on: instalment.due_on,
            days: (today - instalment.due_on).num_days(),
            case_id: contract.doc.0.case_id,
        }));
    }
    late.sort_by(|one, other| (one.due_on, &one.code).cmp(&(other.due_on, &other.code)));
    Ok(late)
}
