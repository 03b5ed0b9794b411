//! Opening one record further for one organisation.

use super::{Reviewed, ReviewedId, find};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Db;
use crate::disclosure::model::{GrantId, GrantView, OpenRecord};
use crate::disclosure::ops::{self as grants, Record};
use crate::error::Result;
use crate::records::ops::Written;
use crate::records::traced::Traced;

/// The record as grants know it, for its owner and its reviewers, and whether the caller is one of the
/// latter: only they are shown what cases have opened, since the case decides when the owner learns
/// whom it is about.
fn read<I: ReviewedId>(db: &mut Db, caller: &Caller, id: I) -> Result<(Record, bool)> {
    let seen = find(db, caller, id)?;
    seen.insight.require_full()?;
    Ok((record(&seen.row), seen.row.head().standing(caller).reviewer))
}

/// The same, for whoever may work on the record.
fn write<I: ReviewedId>(db: &mut Db, caller: &Caller, id: I) -> Result<Record> {
    Ok(record(&super::workable(db, caller, id)?.0))
}

fn record<R: Reviewed>(row: &R) -> Record {
    Record { kind: <R as Traced>::KIND, id: row.id().to_string(), org_id: row.head().org_id }
}

/// The grants of a record, for its owner and its reviewers.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound).
pub fn list<I: ReviewedId>(app: &App, caller: &Caller, id: I) -> Result<Vec<GrantView>> {
    app.db.read(|db| {
        let (record, reviewer) = read(db, caller, id)?;
        grants::list(db, &record, reviewer)
    })
}

/// One grant of a record, taken back or not, for its owner and its reviewers.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound), also for a grant on another record.
pub fn show<I: ReviewedId>(app: &App, caller: &Caller, id: I, grant: GrantId) -> Result<GrantView> {
    app.db.read(|db| {
        let (record, reviewer) = read(db, caller, id)?;
        grants::show(db, &record, grant, reviewer)
    })
}

/// Opens a record for an organisation.
///
/// # Errors
/// Those of [`disclosure::ops::open`](crate::disclosure::ops::open), and
/// [`Error::Forbidden`](crate::error::Error::Forbidden) for callers who see the record only.
pub fn open<I: ReviewedId>(
    app: &App,
    caller: &Caller,
    id: I,
    command: &OpenRecord,
) -> Result<Written<GrantView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let record = write(db, caller, id)?;
        grants::open(db, caller, now, &record, command)
    })?;
    app.feed.wake();
    Ok(written)
}

/// Takes a grant back. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound),
/// [`Error::Forbidden`](crate::error::Error::Forbidden).
pub fn revoke<I: ReviewedId>(app: &App, caller: &Caller, id: I, grant: GrantId) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let change = app.db.write(|db| {
        let record = write(db, caller, id)?;
        grants::revoke(db, caller, now, &record, grant)
    })?;
    app.feed.wake();
    Ok(change)
}
