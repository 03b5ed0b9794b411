//! What came of an event, counted from the records behind it: all of them as they were at one moment.

use super::guests;
use super::model::{Event, EventId, Guest, GuestOrigin, Meeting};
use super::ops::reviewed;
use super::views::{EventContract, EventResults};
use super::{store, timetable};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases::model::{Answer, CaseId};
use crate::clock::china_date;
use crate::contracts;
use crate::contracts::ops::ListContracts;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::money::Money;

/// Contracts of one case that are counted at most.
const MOST: usize = 100;

/// What came of an event: for those who run it and officers above.
///
/// # Errors
/// [`NotFound`](crate::error::Error::NotFound); [`Forbidden`](crate::error::Error::Forbidden).
pub fn show(app: &App, caller: &Caller, id: EventId) -> Result<EventResults> {
    caller.signed_in()?;
    app.db.snapshot(|db| {
        let event = reviewed(db, caller, id)?;
        let (mut results, cases) = counted(db, caller, (&event, app.clock.now()))?;
        for case in cases {
            results.contract_list.extend(contracts_of(app, db, caller, (&event, case))?);
        }
        results.contracts = results.contract_list.len();
        results.contract_amount = results.contract_list.iter().map(|one| one.amount).sum();
        Ok(results)
    })
}

/// The contracts of a case that came of an event.
fn contracts_of(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (event, case_id): (&Event, CaseId),
) -> Result<Vec<EventContract>> {
    let day = china_date(event.starts_at.0);
    let query =
        ListContracts { case_id: Some(case_id), limit: Some(MOST), ..ListContracts::default() };
    let found = contracts::ops::list_in(app, db, caller, &query)?.items.into_iter();
    let counted = found.filter_map(|contract| {
        // What was signed before the event came of something else.
        let since = contract.fields.signed_on.is_some_and(|signed| signed >= day);
        let amount = contract.fields.amount.filter(|_| contract.status.is_payable() && since)?;
        Some(EventContract { id: contract.id, code: contract.code, case_id, amount })
    });
    Ok(counted.collect())
}

fn counted(
    db: &mut Db,
    caller: &Caller,
    (event, now): (&Event, Timestamp),
) -> Result<(EventResults, Vec<CaseId>)> {
    let (list, meetings) = (store::guests(db, event.id)?, store::meetings(db, event.id)?);
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
        guests: guests::views(db, caller, event, list.clone())?,
        meetings: timetable::table(db, caller, (event, now))?.meetings,
        contract_list: Vec::new(),
    };
    Ok((results, cases))
}
