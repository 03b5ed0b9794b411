//! Visits that were made for a case (对接).

use super::model::{Visit, VisitFields};
use super::{ops, store};
use crate::accounts::principal::Caller;
use crate::cases;
use crate::cases::model::{CaseId, Side};
use crate::db::Db;
use crate::error::{Error, Result};

/// A visit names a case of its town that the caller brokers, and that was open when it was named.
///
/// # Errors
/// [`Error::Invalid`] at the field.
pub(super) fn check_case(
    db: &mut Db,
    caller: &Caller,
    fields: &VisitFields,
    before: Option<CaseId>,
) -> Result<()> {
    let Some(id) = fields.case_id else { return Ok(()) };
    let wrong = |message: &'static str| Error::field("/case_id", message);
    let (case, sides) = match cases::ops::find(db, caller, id) {
        Err(Error::NotFound) => return Err(wrong("field.unknown_record")),
        found => found?,
    };
    if !sides.contains(&Side::Broker) {
        return Err(wrong("field.unknown_record"));
    }
    let town = fields.town_code.as_deref().unwrap_or_default();
    if !town.starts_with(&case.region_code) {
        return Err(wrong("field.case_elsewhere"));
    }
    if case.stage.is_closed() && before != Some(id) {
        return Err(wrong("field.case_closed"));
    }
    Ok(())
}

/// The visits made for a case that the caller may know of: those who look after their town.
///
/// # Errors
/// Database faults.
pub fn of_case(db: &mut Db, caller: &Caller, case: CaseId) -> Result<Vec<Visit>> {
    let mut visits = store::of_case_unscoped(db, case)?;
    visits.retain(|visit| ops::sees(caller, &visit.town_code));
    Ok(visits)
}
