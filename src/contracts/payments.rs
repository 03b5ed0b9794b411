//! What has been paid of a contract's instalments, and what is overdue.

use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{Contract, ContractId, ContractView};
use super::ops::{find, save, view};
use super::rules::step_day;
use super::store;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::app::App;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::records;
use crate::records::ops::Written;
use crate::records::scope::{BrokeredBy, Reach};
use crate::records::traced::Traced;
use crate::validation::Checker;

/// What has been paid of one instalment. Without amount and day it is taken back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPayment {
    /// Place of the instalment in the plan, from 0.
    pub instalment: usize,
    /// 实付金额
    #[serde(default)]
    pub paid: Option<Money>,
    /// 实付日期
    #[serde(default)]
    pub paid_on: Option<NaiveDate>,
}

/// Records a payment, corrects one, or takes one back. It is no amendment: what was agreed stays.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; a conflict before signing and after the
/// end; [`Error::Invalid`] when there is no such instalment, or all payments would come to more
/// than the amount.
pub fn record_payment(
    app: &App,
    caller: &Caller,
    id: ContractId,
    version: i32,
    command: &RecordPayment,
) -> Result<Written<ContractView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !row.status.is_payable() {
            return Err(Error::conflict("error.not_payable"));
        }
        let before = serde_json::to_value(&row.doc.0)?;
        let mut fields = row.doc.0.clone();
        let Some(instalment) = fields.instalments.get_mut(command.instalment) else {
            return Err(Error::field("/instalment", "field.unknown_instalment"));
        };
        instalment.paid = command.paid;
        instalment.paid_on = match command.paid {
            None => None,
            Some(_) => {
                let today = app.clock.today_in_china();
                Some(step_day("/paid_on", command.paid_on, None, today)?)
            }
        };
        let mut checker = Checker::default();
        checker.ensure(command.paid != Some(Money(0)), "/paid", "field.amount_zero");
        let taken_back = command.paid.is_none() && command.paid_on.is_some();
        checker.ensure(!taken_back, "/paid", "field.paid_with_day");
        let within = fields.totals().1 <= fields.amount.unwrap_or(Money(0));
        checker.ensure(within, "/paid", "field.over_amount");
        checker.finish()?;
        row.set_fields(fields);
        save(db, now, &mut row)?;
        let change = row.change("contract.payment", &before)?;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Contracts within reach under which an instalment is overdue, so many of them, the longest due first,
/// and how many there are.
///
/// # Errors
/// Database faults.
pub fn overdue(
    db: &mut Db,
    of: (&Reach, BrokeredBy),
    today: NaiveDate,
    limit: i64,
) -> Result<(Vec<Contract>, i64)> {
    Ok((store::with_overdue(db, of, today, limit)?, store::count_overdue(db, of, today)?))
}

/// Organisations, region and author of a contract: who is to know of its payments.
///
/// # Errors
/// Database faults.
pub fn parts(db: &mut Db, id: &str) -> Result<(Vec<OrgId>, Vec<String>, Option<UserId>)> {
    let found = match id.parse() {
        Ok(id) => store::find_unscoped(db, id)?,
        Err(_) => None,
    };
    Ok(found.map_or_else(Default::default, |row| {
        let orgs = [row.buyer_org_id, row.seller_org_id].into_iter().flatten().collect();
        (orgs, vec![row.region_code], row.created_by)
    }))
}
