//! Next actions of cases by the day on which they are due.

use chrono::NaiveDate;

use super::views::CaseView;
use super::{reading, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Db;
use crate::error::Result;
use crate::records::scope::{BrokeredBy, Reach};

/// Open cases in the caller's regions whose next action is due on one of these days, the first due first,
/// at most so many; none for who brokers nothing: what a broker means to do next is not for the sides.
///
/// # Errors
/// Database faults.
pub fn due(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    whose: BrokeredBy,
    days: (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<CaseView>> {
    let reach = Reach { orgs: Vec::new(), ..Reach::of(caller) };
    let mut rows = store::due(db, &reach, days, limit)?;
    rows.retain(|case| match whose {
        BrokeredBy::Anybody => true,
        BrokeredBy::Person(person, unassigned) => {
            case.liaison_id.map_or(unassigned, |liaison| liaison == person)
        }
    });
    reading::views(app, db, caller, rows)
}
