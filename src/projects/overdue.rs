//! What is late: milestones of projects, payments under contracts and their registration.

use chrono::NaiveDate;
use serde::Serialize;

use super::store;
use crate::cases::model::CaseId;
use crate::code_enum;
use crate::contracts;
use crate::contracts::model::Contract;
use crate::db::Db;
use crate::error::Result;
use crate::money::Money;
use crate::records::model::RecordKind;
use crate::records::scope::{BrokeredBy, Reach};
use crate::reference::Reference;

code_enum!(
    /// What was due.
    OverdueKind {
        /// 里程碑
        Milestone = "milestone",
        /// 付款
        Payment = "payment",
        /// 技术合同登记
        Registration = "registration",
    }
);

/// Something that was due and has not been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Overdue {
    /// What it is.
    pub what: OverdueKind,
    /// Project for a milestone, contract for a payment or a registration.
    pub kind: RecordKind,
    /// Id of that record.
    pub id: String,
    /// Its readable code.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// Place of the milestone or the instalment in its list, from 0; 0 for a registration.
    pub at: usize,
    /// The milestone; none for anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<String>,
    /// What is to be paid; none for anything else.
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

/// What is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// That of the records asked for, the longest due first.
    pub first: Vec<Overdue>,
    /// Projects with late milestones, contracts with late payments and contracts that should have been
    /// handed in for registration, together.
    pub count: i64,
}

/// Milestones, payments and registrations within reach that were due before a day, the longest due
/// first: of at most so many records of each kind, those with the longest due; and how many such records
/// there are.
///
/// # Errors
/// Database faults.
pub fn overdue(
    reference: &Reference,
    db: &mut Db,
    of: (&Reach, BrokeredBy),
    today: NaiveDate,
    limit: i64,
) -> Result<Late> {
    let mut late = Vec::new();
    let mut count = store::count_overdue(db, of, today)?;
    for project in store::with_overdue(db, of, today, limit)? {
        late.extend(project.doc.0.overdue(today).map(|(at, milestone)| Overdue {
            at,
            what: OverdueKind::Milestone,
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
    let (contracts, unpaid) = contracts::payments::overdue(db, of, today, limit)?;
    count += unpaid;
    for contract in contracts {
        late.extend(contract.doc.0.overdue(today).map(|(at, instalment)| Overdue {
            at,
            what: OverdueKind::Payment,
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
    let (contracts, unregistered) = contracts::ops::unregistered(reference, db, of, today, limit)?;
    count += unregistered;
    late.extend(contracts.into_iter().map(|(one, due_on)| registration(one, due_on, today)));
    late.sort_by(|one, other| (one.due_on, &one.code).cmp(&(other.due_on, &other.code)));
    Ok(Late { first: late, count })
}

/// A contract that should have been handed in for registration.
fn registration(contract: Contract, due_on: NaiveDate, today: NaiveDate) -> Overdue {
    Overdue {
        at: 0,
        what: OverdueKind::Registration,
        kind: RecordKind::Contract,
        id: contract.id.to_string(),
        code: contract.code,
        title: contract.project_name,
        milestone: None,
        amount: None,
        due_on,
        days: (today - due_on).num_days(),
        case_id: contract.case_id,
    }
}
