//! The steps of a contract: signing, applying for registration, what the registry said, the end.

use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{Contract, ContractFields, ContractId, ContractStatus, ContractView};
use super::ops::{find, save, standing, view};
use super::rules::{self, Stage, step_day};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::records;
use crate::records::life::Life;
use crate::records::ops::Written;
use crate::records::rules::step_comment;
use crate::records::traced::Traced;
use crate::validation::Checker;

/// Digits of a registration number.
const REGISTRATION_DIGITS: usize = 16;

/// A step to take, with what the new state needs.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeContractStep {
    /// The state to go to.
    pub to: ContractStatus,
    /// Why; needed for `refused`, `cancelled` and for taking an application back.
    #[serde(default)]
    pub comment: Option<String>,
    /// 签订日期; needed for `signed` out of a draft.
    #[serde(default)]
    pub signed_on: Option<NaiveDate>,
    /// 提交登记日期; needed for `submitted`.
    #[serde(default)]
    pub submitted_on: Option<NaiveDate>,
    /// 合同登记编号, 16 digits; needed for `registered`.
    #[serde(default)]
    pub registration_no: Option<String>,
    /// 登记日期; needed for `registered`.
    #[serde(default)]
    pub registered_on: Option<NaiveDate>,
    /// 登记机构; needed for `registered`.
    #[serde(default)]
    pub registrar: Option<String>,
}

/// Takes a step of a contract's life. Of two who step one contract at a time, one finds it where
/// it was and the other is told that the step is not legal any more.
///
/// # Errors
/// [`Error::NotFound`]; a conflict that lists the legal steps, or when the registration number is
/// taken; [`Error::Forbidden`]; [`Error::Invalid`] with what the new state lacks.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: ContractId,
    step: &TakeContractStep,
) -> Result<Written<ContractView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        row.status.check_step(step.to, standing(app, caller, &row))?;
        if step.to == ContractStatus::Amended {
            return Err(Error::field("/to", "field.amend_instead"));
        }
        let needed = row.status.needs_comment(step.to);
        let comment = step_comment(step.comment.as_deref(), needed)?;
        let before = serde_json::to_value(&row.doc.0)?;
        let fields = entered(app, &row, step)?;
        row.set_fields(fields);
        let from = std::mem::replace(&mut row.status, step.to);
        save(db, now, &mut row)?;
        let mut change = row.step("contract.step", from, comment.map(str::to_owned))?;
        change.before = before;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// The fields in the new state.
fn entered(app: &App, row: &Contract, step: &TakeContractStep) -> Result<ContractFields> {
    let (mut fields, today) = (row.doc.0.clone(), app.clock.today_in_china());
    match (row.status, step.to) {
        (ContractStatus::Intended, ContractStatus::Signed) => {
            let day = step_day("/signed_on", step.signed_on, None, today)?;
            rules::check(&fields, Stage::Complete, &app.reference, day)?;
            fields.signed_on = Some(day);
        }
        (_, ContractStatus::Submitted) => {
            let earliest = fields.signed_on;
            let day = step_day("/submitted_on", step.submitted_on, earliest, today)?;
            fields.submitted_on = Some(day);
        }
        (ContractStatus::Submitted, ContractStatus::Signed) => fields.submitted_on = None,
        (_, ContractStatus::Registered) => register(&mut fields, step, today)?,
        _ => {}
    }
    Ok(fields)
}

/// What the registry gave. The number stays when an amendment is confirmed.
fn register(fields: &mut ContractFields, step: &TakeContractStep, today: NaiveDate) -> Result<()> {
    let earliest = fields.registered_on.or(fields.submitted_on);
    let day = step_day("/registered_on", step.registered_on, earliest, today)?;
    let mut checker = Checker::default();
    let number = step.registration_no.as_deref().or(fields.registration_no.as_deref());
    let sixteen = number.is_some_and(|number| {
        number.len() == REGISTRATION_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    checker.ensure(sixteen, "/registration_no", "field.registration_no");
    let same = fields.registration_no.is_none() || fields.registration_no.as_deref() == number;
    checker.ensure(same, "/registration_no", "field.unchangeable");
    let registrar = step.registrar.as_deref().or(fields.registrar.as_deref());
    checker.text("/registrar", registrar);
    checker.line("/registrar", registrar, 0, 100);
    checker.finish()?;
    let (number, registrar) = (number.map(str::to_owned), registrar.map(str::to_owned));
    (fields.registration_no, fields.registrar) = (number, registrar);
    fields.registered_on = Some(day);
    Ok(())
}
