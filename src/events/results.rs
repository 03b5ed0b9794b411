//! What came of an event, counted from the records behind it.

use super::guests;
use super::model::{EventId, Guest, GuestOrigin, Meeting};
use super::ops::reviewed;
use super::views::{EventContract, EventResults};
use super::{store, timetable};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases::model::{Answer, CaseId};
use crate::clock::china_date;
use crate::contracts;
use crate::contracts::ops::ListContracts;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::money::Money;

/// Contracts of one case that are counted at most.
const MOST: usize = 100;

/// What came of an event: for those who run it and officers above.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub fn show(app: &App, caller: &Caller, id: EventId) -> Result<EventResults> {
    caller.signed_in()?;
    let (mut results, cases, day) = app.db.read(|db| {
        let (results, cases) = counted(db, caller, id)?;
        Ok::<_, Error>((results, cases, china_date(reviewed(db, caller, id)?.starts_at.0)))
    })?;
    for case_id in cases {
        let query =
            ListContracts { case_id: Some(case_id), limit: Some(MOST), ..ListContracts::default() };
        for contract in contracts::ops::list(app, caller, &query)?.items {
            // What was signed before the event came of something else.
            let since = contract.fields.signed_on.is_some_and(|signed| signed >= day);
            let counts = contract.status.is_payable() && since;
            let amount = contract.fields.amount.filter(|_| counts);
            if let Some(amount) = amount {
                let (id, code) = (contract.id, contract.code);
                results.contract_list.push(EventContract { id, code, case_id, amount });
            }
        }
    }
    results.contracts = results.contract_list.len();
    results.contract_amount = results.contract_list.iter().map(|one| one.amount).sum();
    Ok(results)
}

fn counted(db: &mut Db, caller: &Caller, id: EventId) -> Result<(EventResults, Vec<CaseId>)> {
    let event = reviewed(db, caller, id)?;
    let (list, meetings) = (store::guests(db, id)?, store::meetings(db, id)?);
    let count = |which: &dyn Fn(&Guest) -> bool| list.iter().filter(|guest| which(guest)).count();
    let held = |which: &dyn Fn(&Meeting) -> bool| meetings.iter().filter(|one| which(one)).count();
    let asked = |guest: &Guest| matches!(guest.origin, GuestOrigin::Match | GuestOrigin::Liaison);
    let mut cases: Vec<CaseId> = meetings.iter().filter_map(|one| one.case_id).collect();
    cases.sort_unstable();
    cases.dedup();
    let results = EventResults {
        invited: count(&asked),
        accepted: count(&|guest| guest.answer == Answer::Accepted),
        declined: count(&|guest| guest.answer == Answer::Declined),
        attended: count(&|guest| guest.attended_at.is_some()),
        walk_ins: count(&|guest| guest.attended_at.is_some() && guest.answer != Answer::Accepted),
        booked: held(&|one| one.slot.is_some()),
        met: held(&|one| one.result.is_some_and(|result| result.is_met())),
        cases: cases.len(),
        contracts: 0,
        contract_amount: Money(0),
        guests: guests::views(db, caller, &event, list.clone())?,
        meetings: timetable::table(db, caller, &event)?.meetings,
        contract_list: Vec::new(),
    };
    Ok::<_, Error>((results, cases))
}
