//! Amendments (变更): the only way to change what a signed contract says.

use serde::Deserialize;
use serde_json::Value;

use super::model::{ContractId, ContractView};
use super::ops::{find, merged, save, standing, view};
use super::parties::require_part;
use super::rules::{self, Stage};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::records;
use crate::records::life::Life;
use crate::records::ops::Written;
use crate::records::traced::Traced;
use crate::validation::Checker;

/// An amendment of a signed contract.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendContract {
    /// Why it is amended; kept with the version.
    pub reason: String,
    /// The fields that change, as a JSON merge patch (RFC 7396).
    #[schema(value_type = Object)]
    pub changes: Value,
}

/// Amends a signed contract: a new version with the reason, as complete as it was. A registered
/// one is `amended` until the registry has confirmed it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; a conflict that lists the legal steps while
/// the registry decides, before signing and after the end; [`Error::Forbidden`] when the caller
/// would have no part in it any more; [`Error::Invalid`] with every field, and when nothing
/// changes.
pub fn amend(
    app: &App,
    caller: &Caller,
    id: ContractId,
    version: i32,
    command: &AmendContract,
) -> Result<Written<ContractView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !row.status.is_amendable() {
            let legal = row.status.steps_for(standing(app, caller, &row));
            return Err(Error::out_of_step("error.not_amendable", &legal));
        }
        let mut checker = Checker::default();
        checker.name("/reason", Some(&command.reason));
        checker.length("/reason", Some(&command.reason), 0, 2_000);
        checker.ensure(command.changes.is_object(), "/changes", "field.required");
        checker.finish()?;
        let before = serde_json::to_value(&row.doc.0)?;
        let fields = merged(db, caller, &row.doc.0, &command.changes)?;
        let day = row.signed_on.unwrap_or_else(|| app.clock.today_in_china());
        rules::check(&fields, Stage::Complete, &app.reference, day)?;
        if fields == row.doc.0 {
            return Err(Error::field("/changes", "field.nothing_changed"));
        }
        row.set_fields(fields);
        require_part(db, caller, &row)?;
        let from = row.status;
        row.status = from.after_amendment();
        save(db, now, &mut row)?;
        let reason = Some(command.reason.trim().to_owned());
        let mut change = row.step("contract.amend", from, reason)?;
        change.before = before;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}
