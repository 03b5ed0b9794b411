//! Use cases of technology contracts: drafting, reading, listing. Steps, amendments and payments
//! have files of their own.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

pub use super::amendments::{AmendContract, amend};
use super::life::Standing;
use super::model::{Contract, ContractFields, ContractId, ContractStatus, ContractView};
use super::parties::{check_links, complete, require_part};
pub use super::payments::{RecordPayment, record_payment};
use super::rules::Stage;
pub use super::steps::{TakeContractStep, take_step};
pub use super::suggestion::linkable;
use super::{rules, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::attachments;
use crate::attachments::attached::{AttachRight, Attached};
use crate::cases::model::CaseId;
use crate::db::{Db, Json, Timestamp};
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::records::life::Life;
use crate::records::model::{RecordKind, readable_code};
use crate::records::ops::Written;
use crate::records::scope::{BrokeredBy, Reach};
use crate::records::traced::{Insight, State, Traced};
use crate::records::{self, page};
use crate::reference::Reference;
use crate::reference::policy::ContractPolicy;

/// Which contracts to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListContracts {
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of these types, separated by commas.
    pub contract_type: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only with this organisation as buyer or seller.
    pub org_id: Option<OrgId>,
    /// Only out of this case.
    pub case_id: Option<CaseId>,
    /// Only with this text in the name of the project, the readable code or the registration number.
    pub q: Option<String>,
    /// Only with this text in the name of the buyer or the seller.
    pub party: Option<String>,
    /// Only signed on this day or later.
    pub signed_from: Option<NaiveDate>,
    /// Only signed on this day or earlier.
    pub signed_to: Option<NaiveDate>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Traced for Contract {
    const KIND: RecordKind = RecordKind::Contract;

    type Id = ContractId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, self.status, &self.doc.0)
    }

    /// Whoever may know of a contract sees all of it.
    fn insight(db: &mut Db, caller: &Caller, id: &ContractId) -> Result<Insight> {
        find(db, caller, *id)?;
        Ok(Insight::new(DisclosureLevel::Public, Clearance::Full))
    }
}

/// The files of a contract are for those who may know of it: its parties add until it is cancelled,
/// reviewers keep them in order.
impl Attached for Contract {
    fn attach_right(db: &mut Db, caller: &Caller, id: &ContractId) -> Result<AttachRight> {
        let contract = find(db, caller, *id)?;
        Ok(if Standing::of(caller, &contract, None).reviewer {
            AttachRight::Write
        } else if contract.status == ContractStatus::Cancelled {
            AttachRight::Read
        } else {
            AttachRight::Add
        })
    }
}

/// The rules that hold for a contract: those of the day of signing, or of today before that.
fn policy(app: &App, contract: &Contract) -> ContractPolicy {
    let day = contract.signed_on.unwrap_or_else(|| app.clock.today_in_china());
    app.reference.contract_policy(&contract.region_code, day)
}

/// The caller's standing towards a contract.
pub(super) fn standing(app: &App, caller: &Caller, contract: &Contract) -> Standing {
    Standing::of(caller, contract, policy(app, contract).registrant)
}

/// A contract that the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: ContractId) -> Result<Contract> {
    let contract = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    if Standing::of(caller, &contract, None).takes_part() {
        Ok(contract)
    } else {
        Err(Error::NotFound)
    }
}

/// Contracts within reach that should have been handed in for registration before a day, so many of
/// them, the longest due first, with the days on which they should have been; and how many there are.
///
/// # Errors
/// Database faults.
pub fn unregistered(
    reference: &Reference,
    db: &mut Db,
    of: (&Reach, BrokeredBy),
    before: NaiveDate,
    limit: i64,
) -> Result<(Vec<(Contract, NaiveDate)>, i64)> {
    // When it is due the rules of the region say, which the database does not know.
    let mut late: Vec<(NaiveDate, ContractId)> = store::unregistered(db, of)?
        .into_iter()
        .filter_map(|(id, region, signed_on)| {
            let due = reference.contract_policy(&region, signed_on).registration_due(signed_on)?;
            (due < before).then_some((due, id))
        })
        .collect();
    late.sort_unstable();
    let count = i64::try_from(late.len()).unwrap_or(i64::MAX);
    late.truncate(usize::try_from(limit).unwrap_or(0));
    let ids: Vec<ContractId> = late.iter().map(|(_, id)| *id).collect();
    let mut rows: HashMap<ContractId, Contract> =
        store::find_many_unscoped(db, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let with_day = |(day, id): (NaiveDate, ContractId)| Some((rows.remove(&id)?, day));
    Ok((late.into_iter().filter_map(with_day).collect(), count))
}

/// What the caller sees of a contract.
pub(super) fn view(app: &App, caller: &Caller, contract: Contract) -> ContractView {
    let today = app.clock.today_in_china();
    let policy = policy(app, &contract);
    let standing = Standing::of(caller, &contract, policy.registrant);
    let (status, fields) = (contract.status, contract.doc.0);
    let (planned_total, paid_total) = fields.totals();
    let overdue = fields.overdue(today).map(|(_, one)| one.planned).sum();
    let due_on = fields.signed_on.and_then(|day| policy.registration_due(day));
    let awaits = status.awaits_registration();
    let mut steps = status.steps_for(standing);
    // An amendment is more than a step: it has an operation of its own.
    steps.retain(|to| *to != ContractStatus::Amended);
    ContractView {
        id: contract.id,
        code: contract.code,
        status,
        version: contract.version,
        region_name: app.reference.region_name(&contract.region_code, caller.language),
        planned_total,
        paid_total,
        overdue_total: if status.is_payable() { overdue } else { crate::money::Money(0) },
        registrant: policy.registrant,
        registration_due_on: due_on,
        decision_due_on: fields.submitted_on.and_then(|day| policy.decision_due(day)),
        registration_late: match fields.submitted_on.filter(|_| !awaits) {
            Some(day) => due_on.is_some_and(|due| day > due),
            None => awaits && due_on.is_some_and(|due| today > due),
        },
        is_major: policy.major_amount.is_some_and(|from| fields.amount >= Some(from)),
        steps,
        editable: status == ContractStatus::Intended && standing.takes_part(),
        amendable: status.is_amendable() && standing.takes_part(),
        fields,
        created_at: contract.created_at,
        updated_at: contract.updated_at,
    }
}

/// Shows a contract.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: ContractId) -> Result<ContractView> {
    app.db.read(|db| Ok(view(app, caller, find(db, caller, id)?)))
}

/// A page of contracts that the caller may know of, newest first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListContracts) -> Result<Page<ContractView>> {
    app.db.read(|db| list_in(app, db, caller, query))
}

/// Like [`list`], together with other reading work.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list_in(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    query: &ListContracts,
) -> Result<Page<ContractView>> {
    caller.signed_in()?;
    let limit = checked_limit(query.limit)?;
    let filter = store::ContractFilter {
        statuses: page::statuses(query.status.as_deref())?,
        contract_types: page::codes(query.contract_type.as_deref()).map(str::to_owned).collect(),
        region: page::region(query.region.as_deref())?,
        org_id: query.org_id,
        case_id: query.case_id,
        text: page::text("/q", query.q.as_deref())?,
        party: page::text("/party", query.party.as_deref())?,
        signed_from: query.signed_from,
        signed_to: query.signed_to,
    };
    let reach = Reach::of(caller);
    let before = query.after.as_deref().map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let rows = store::list(db, &reach, &filter, before, wanted)?;
    let page = Page::cut(rows, limit, |last| page::cursor(last.created_at, last.id));
    Ok(page.map(|row| view(app, caller, row)))
}

/// Drafts a contract: for people of the buyer or the seller, and reviewers of the region.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else; [`Error::Invalid`] with every field.
pub fn create(
    app: &App,
    caller: &Caller,
    fields: &ContractFields,
) -> Result<Written<ContractView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let row = draft(app, db, caller, fields.clone(), now)?;
        store::insert(db, std::slice::from_ref(&row))?;
        let number = records::ops::trace(db, caller, now, &[row.creation("contract.create")?])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// A new draft, checked but not stored yet.
fn draft(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    mut fields: ContractFields,
    now: Timestamp,
) -> Result<Contract> {
    let blank = ContractFields::default();
    rules::check_untouched(&blank, &fields)?;
    check_links(db, caller, &blank, &fields)?;
    complete(db, &blank, &mut fields)?;
    rules::check(&fields, Stage::Draft, &app.reference, app.clock.today_in_china())?;
    let row = new_row(fields, caller, now);
    require_part(db, caller, &row)?;
    Ok(row)
}

fn new_row(fields: ContractFields, caller: &Caller, now: Timestamp) -> Contract {
    let id = ContractId::new();
    let mut row = Contract {
        id,
        code: readable_code("HT", id.0, now),
        status: ContractStatus::Intended,
        project_name: String::new(),
        contract_type: None,
        buyer_org_id: None,
        seller_org_id: None,
        need_id: None,
        capability_id: None,
        case_id: None,
        region_code: String::new(),
        amount: None,
        tech_amount: None,
        signed_on: None,
        registered_on: None,
        registration_no: None,
        next_payment_on: None,
        party_names: String::new(),
        doc: Json(ContractFields::default()),
        created_by: caller.actor_id(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    row.set_fields(fields);
    row
}

/// Applies a JSON merge patch to the fields; what only steps and payments set stays as it is.
pub(super) fn merged(
    db: &mut Db,
    caller: &Caller,
    before: &ContractFields,
    patch: &Value,
) -> Result<ContractFields> {
    let mut fields: ContractFields = records::patch::merged(serde_json::to_value(before)?, patch)?;
    rules::check_untouched(before, &fields)?;
    check_links(db, caller, before, &fields)?;
    complete(db, before, &mut fields)?;
    Ok(fields)
}

/// Writes the row under the next version.
pub(super) fn save(db: &mut Db, now: Timestamp, row: &mut Contract) -> Result<()> {
    row.version += 1;
    row.updated_at = now;
    store::update(db, row)
}

/// Changes fields of a draft by a JSON merge patch (RFC 7396).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; a conflict once it has been signed;
/// [`Error::Forbidden`] when the caller would have no part in it any more; [`Error::Invalid`]
/// with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: ContractId,
    version: i32,
    patch: &Value,
) -> Result<Written<ContractView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if row.status != ContractStatus::Intended {
            return Err(Error::conflict("error.amend_instead"));
        }
        let before = serde_json::to_value(&row.doc.0)?;
        let fields = merged(db, caller, &row.doc.0, patch)?;
        rules::check(&fields, Stage::Draft, &app.reference, app.clock.today_in_china())?;
        row.set_fields(fields);
        require_part(db, caller, &row)?;
        save(db, now, &mut row)?;
        let change = row.change("contract.update", &before)?;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Deletes a draft. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; a conflict that lists the legal steps once
/// it has been signed.
pub fn delete(app: &App, caller: &Caller, id: ContractId, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let number = app.db.write(|db| {
        let row = find(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if row.status != ContractStatus::Intended {
            let legal = row.status.steps_for(standing(app, caller, &row));
            return Err(Error::out_of_step("error.only_drafts", &legal));
        }
        attachments::ops::forget(db, caller, now, RecordKind::Contract, &id.to_string())?;
        store::remove(db, &row)?;
        records::ops::trace_removal(db, caller, now, &row.removal("contract.delete")?)
    })?;
    app.feed.wake();
    Ok(number)
}
