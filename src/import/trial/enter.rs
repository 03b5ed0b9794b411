//! Taking in the good rows of a table.

use super::look::{self, Found, Looked, Order, Wrong};
use super::table::Table;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::Capability;
use crate::error::{Error, Result};
use crate::http::text;
use crate::import::columns::FileKind;
use crate::import::destination::reviewed::Records;
use crate::import::destination::{Checked, Destination, Plan, blame};
use crate::needs::model::Need;
use crate::records::reviewed::{self, Reviewed, StepTo};

/// A record that has come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Number of its row.
    pub number: u64,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Why it could not be put forward, when that was asked for.
    pub not_submitted: Option<String>,
}

/// What has been found out about a table, and what has come in of it.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The rows that are left.
    pub rows: Vec<Looked>,
    /// What has come in.
    pub entered: Vec<Entered>,
    /// Rows that are left out of the table now because they had come in before.
    pub repeated: usize,
    /// Rows that were left out because they say much the same as something else.
    pub skipped: usize,
}

/// What is wrong with the rows of a table. Nothing is written.
///
/// # Errors
/// Database faults; [`Error::NotFound`] for who writes for nobody.
pub fn look_at(app: &App, caller: &Caller, order: &Order, table: &Table) -> Result<Vec<Looked>> {
    look::require_writer(caller)?;
    match order.kind {
        FileKind::Needs => Ok(look::look::<Need>(app, caller, order, table)?.rows),
        FileKind::Capabilities => Ok(look::look::<Capability>(app, caller, order, table)?.rows),
        _ => Err(Error::NotFound),
    }
}

/// Takes in the good rows; `table` keeps those that are not. Unless `some` are enough, nothing is written
/// while a row is wrong.
///
/// # Errors
/// Those of [`look_at`].
pub fn enter(
    app: &App,
    caller: &Caller,
    order: &Order,
    table: &mut Table,
    some: bool,
) -> Result<Outcome> {
    look::require_writer(caller)?;
    match order.kind {
        FileKind::Needs => enter_as::<Need>(app, caller, order, table, some),
        FileKind::Capabilities => enter_as::<Capability>(app, caller, order, table, some),
        _ => Err(Error::NotFound),
    }
}

fn enter_as<R: Reviewed>(
    app: &App,
    caller: &Caller,
    order: &Order,
    table: &mut Table,
    some: bool,
) -> Result<Outcome> {
    let Found { mut rows, records } = look::look::<R>(app, caller, order, table)?;
    if !some && rows.iter().any(|row| !row.wrong.is_empty()) {
        return Ok(Outcome { rows, ..Outcome::default() });
    }
    let mut outcome = Outcome::default();
    for Written { number, record, written } in write(app, caller, records)? {
        let Some(row) = rows.iter_mut().find(|row| row.number == number) else { continue };
        match written {
            Ok(()) => outcome.entered.push(Entered {
                number,
                id: record.id().to_string(),
                title: R::wording(record.fields()).title.to_owned(),
                not_submitted: None,
            }),
            Err(text) => {
                row.good = false;
                row.wrong.push(Wrong { column: None, item: None, text });
            }
        }
    }
    if order.submit {
        submit::<R>(app, caller, &mut outcome.entered)?;
    }
    outcome.repeated = rows.iter().filter(|row| row.repeated).count();
    outcome.skipped =
        rows.iter().filter(|row| row.wrong.is_empty() && !row.repeated && !row.good).count();
    rows.retain(|row| !row.wrong.is_empty());
    table.rows.retain(|line| rows.iter().any(|row| row.number == line.number));
    outcome.rows = rows;
    if !outcome.entered.is_empty() {
        app.feed.wake();
    }
    Ok(outcome)
}

/// A record that was to be written.
struct Written<R> {
    number: u64,
    record: R,
    /// Why it was not, in words.
    written: std::result::Result<(), String>,
}

/// Writes records, all in one go, or one by one when the database refuses one of them; what became of
/// each.
fn write<R: Reviewed>(
    app: &App,
    caller: &Caller,
    records: Vec<(u64, R)>,
) -> Result<Vec<Written<R>>> {
    let plan = Plan { app, caller, publish: false, now: app.clock.now() };
    let destination = Records::<R>::default();
    let all: Vec<R> = records.iter().map(|(_, record)| record.clone()).collect();
    let together = all.is_empty() || blame(destination.write(&plan, &all))?.is_ok();
    let mut written = Vec::with_capacity(records.len());
    for (number, record) in records {
        let one: Checked<()> = match together {
            true => Ok(()),
            false => blame(destination.write(&plan, std::slice::from_ref(&record)))?,
        };
        let one = one.map_err(|errors| {
            let texts = errors.iter().map(|error| text::render(&error.message, caller.language));
            texts.collect::<Vec<_>>().join("; ")
        });
        written.push(Written { number, record, written: one });
    }
    Ok(written)
}

/// Puts forward what has come in. What cannot be stays a draft.
fn submit<R: Reviewed>(app: &App, caller: &Caller, entered: &mut [Entered]) -> Result<()> {
    for one in entered {
        let Ok(id) = one.id.parse::<R::Id>() else { continue };
        let step = StepTo { to: look::submitted::<R>(), comment: None, valid_until: None };
        if let Err(errors) = blame(reviewed::take_step(app, caller, id, step))? {
            let texts = errors.iter().map(|error| text::render(&error.message, caller.language));
            one.not_submitted = Some(texts.collect::<Vec<_>>().join("; "));
        }
    }
    Ok(())
}
