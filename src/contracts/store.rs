//! Queries on technology contracts.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Contract, ContractId, ContractStatus};
use crate::accounts::principal::OrgId;
use crate::cases::model::CaseId;
use crate::db::functions::{containing, lower};
use crate::db::schema::{contract_payments, contracts};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, is_unique_violation};
use crate::on;
use crate::records::scope::{BrokeredBy, Reach};

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ContractFilter {
    /// Only in these states.
    pub statuses: Vec<ContractStatus>,
    /// Only of these types.
    pub contract_types: Vec<String>,
    /// Only of regions with this prefix.
    pub region: Option<String>,
    /// Only with this organisation as buyer or seller.
    pub org_id: Option<OrgId>,
    /// Only out of this case.
    pub case_id: Option<CaseId>,
    /// Only with this text in the name of the project, the code or the registration number.
    pub text: Option<String>,
    /// Only with this text in the name of a side.
    pub party: Option<String>,
    /// Only signed on this day or later.
    pub signed_from: Option<NaiveDate>,
    /// Only signed on this day or earlier.
    pub signed_to: Option<NaiveDate>,
}

fn taken(error: diesel::result::Error) -> Error {
    if is_unique_violation(&error) {
        Error::conflict("error.registration_no_taken")
    } else {
        error.into()
    }
}

/// Inserts contracts.
///
/// # Errors
/// A conflict when a registration number is taken.
pub fn insert(db: &mut Db, rows: &[Contract]) -> Result<()> {
    for chunk in rows.chunks(500) {
        on!(db, conn => diesel::insert_into(contracts::table).values(chunk).execute(conn))
            .map_err(taken)?;
        for row in chunk {
            insert_payments(db, row)?;
        }
    }
    Ok(())
}

fn insert_payments(db: &mut Db, row: &Contract) -> Result<()> {
    let rows = row.payment_rows();
    on!(db, conn => diesel::insert_into(contract_payments::table).values(&rows).execute(conn))?;
    Ok(())
}

fn remove_payments(db: &mut Db, id: ContractId) -> Result<()> {
    let theirs = contract_payments::table.filter(contract_payments::contract_id.eq(id));
    on!(db, conn => diesel::delete(theirs).execute(conn))?;
    Ok(())
}

/// Replaces a contract, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster; a conflict when the registration number
/// is taken.
pub fn update(db: &mut Db, row: &Contract) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        contracts::table
            .filter(contracts::id.eq(row.id))
            .filter(contracts::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))
    .map_err(taken)?;
    if changed != 1 {
        return Err(Error::PreconditionFailed);
    }
    remove_payments(db, row.id)?;
    insert_payments(db, row)
}

/// Removes a contract, if it still has the version that was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn remove(db: &mut Db, row: &Contract) -> Result<()> {
    remove_payments(db, row.id)?;
    let removed = on!(db, conn => diesel::delete(
        contracts::table
            .filter(contracts::id.eq(row.id))
            .filter(contracts::version.eq(row.version)),
    )
    .execute(conn))?;
    if removed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A contract by id, whoever asks.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: ContractId) -> Result<Option<Contract>> {
    Ok(on!(db, conn => contracts::table.find(id).select(Contract::as_select()).first(conn))
        .optional()?)
}

/// The condition that the caller may know of a row: as in
/// [`Standing::takes_part`](super::life::Standing::takes_part).
macro_rules! within_reach {
    ($query:expr, $reach:expr) => {{
        let (mut query, reach) = ($query, $reach);
        if !reach.everything {
            query = query.filter(
                contracts::buyer_org_id
                    .assume_not_null()
                    .eq_any(&reach.orgs)
                    .or(contracts::seller_org_id.assume_not_null().eq_any(&reach.orgs))
                    .or(crate::in_regions!(contracts::region_code, reach)),
            );
        }
        query
    }};
}

/// A page of contracts that the caller may know of, newest first.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &ContractFilter,
    before: Option<(Timestamp, ContractId)>,
    limit: i64,
) -> Result<Vec<Contract>> {
    use contracts::dsl as c;
    Ok(on!(db, conn => {
        let mut query = within_reach!(c::contracts.into_boxed(), reach);
        if !filter.statuses.is_empty() {
            query = query.filter(c::status.eq_any(filter.statuses.clone()));
        }
        if !filter.contract_types.is_empty() {
            query = query.filter(
                c::contract_type.assume_not_null().eq_any(filter.contract_types.clone()),
            );
        }
        if let Some(region) = &filter.region {
            query = query.filter(c::region_code.like(format!("{region}%")));
        }
        if let Some(org) = filter.org_id {
            query = query.filter(
                c::buyer_org_id.assume_not_null().eq(org)
                    .or(c::seller_org_id.assume_not_null().eq(org)),
            );
        }
        if let Some(case) = filter.case_id {
            query = query.filter(c::case_id.assume_not_null().eq(case));
        }
        if let Some(text) = &filter.text {
            let pattern = containing(text);
            query = query.filter(
                lower(c::project_name).like(pattern.clone()).escape('!')
                    .or(lower(c::code).like(pattern.clone()).escape('!'))
                    .or(c::registration_no.assume_not_null().like(pattern).escape('!')),
            );
        }
        if let Some(party) = &filter.party {
            query = query.filter(lower(c::party_names).like(containing(party)).escape('!'));
        }
        if let Some(day) = filter.signed_from {
            query = query.filter(c::signed_on.assume_not_null().ge(day));
        }
        if let Some(day) = filter.signed_to {
            query = query.filter(c::signed_on.assume_not_null().le(day));
        }
        if let Some((at, id)) = before {
            query = query.filter(c::created_at.lt(at).or(c::created_at.eq(at).and(c::id.lt(id))));
        }
        query
            .order((c::created_at.desc(), c::id.desc()))
            .limit(limit)
            .select(Contract::as_select())
            .load(conn)
    })?)
}

/// Contracts by id, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn find_many_unscoped(db: &mut Db, ids: &[ContractId]) -> Result<Vec<Contract>> {
    Ok(on!(db, conn => contracts::table
        .filter(contracts::id.eq_any(ids))
        .select(Contract::as_select())
        .load(conn))?)
}

/// Contracts under which an instalment was due before a day and has not been paid.
macro_rules! unpaid {
    ($reach:expr, $whose:expr, $today:expr) => {{
        let unpaid = within_reach!(contracts::table.into_boxed(), $reach)
            .filter(contracts::status.ne_all([ContractStatus::Intended, ContractStatus::Cancelled]))
            .filter(contracts::next_payment_on.assume_not_null().lt($today));
        crate::brokered_by!(unpaid, contracts::case_id, $whose)
    }};
}

/// Contracts that the caller may know of under which an instalment was due before a day and has
/// not been paid, the longest due first.
///
/// # Errors
/// Database faults.
pub fn with_overdue(
    db: &mut Db,
    (reach, whose): (&Reach, BrokeredBy),
    today: NaiveDate,
    limit: i64,
) -> Result<Vec<Contract>> {
    use contracts::dsl as c;
    Ok(on!(db, conn => {
        unpaid!(reach, whose, today)
            .order((c::next_payment_on.asc(), c::id.asc()))
            .limit(limit)
            .select(Contract::as_select())
            .load(conn)
    })?)
}

/// How many contracts [`with_overdue`] finds without a limit.
///
/// # Errors
/// Database faults.
pub fn count_overdue(
    db: &mut Db,
    (reach, whose): (&Reach, BrokeredBy),
    today: NaiveDate,
) -> Result<i64> {
    Ok(on!(db, conn => unpaid!(reach, whose, today).count().get_result(conn))?)
}

/// Contracts within reach that are signed and not handed in for registration: their regions, and when
/// they were signed.
///
/// # Errors
/// Database faults.
pub fn unregistered(
    db: &mut Db,
    (reach, whose): (&Reach, BrokeredBy),
) -> Result<Vec<(ContractId, String, NaiveDate)>> {
    use contracts::dsl as c;
    Ok(on!(db, conn => {
        let waiting = within_reach!(c::contracts.into_boxed(), reach)
            .filter(c::status.eq_any([ContractStatus::Signed, ContractStatus::Refused]))
            .filter(c::signed_on.is_not_null());
        crate::brokered_by!(waiting, c::case_id, whose)
            .select((c::id, c::region_code, c::signed_on.assume_not_null()))
            .load(conn)
    })?)
}
