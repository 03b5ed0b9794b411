//! The demonstration: invented firms, institutes, people, needs, capabilities, visits,
//! cases, contracts, projects, events and platforms in sixteen real towns, loaded only when asked for (`serve --demo`) and only into an empty database. The files
//! lie in `demo/` and are built into the program.

mod accounts;
mod deals;
mod files;
mod occasions;
mod records;
mod store;
mod subscriptions;
mod visits;

use chrono::{NaiveDate, TimeDelta};

use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::facts;
use crate::error::{Error, Message, Result};
use crate::jobs::indexer;
use crate::organizations::model::OrgStatus;
use crate::organizations::ops::Arrival;
use crate::{organizations, towns};

pub use accounts::DemoAccount;

/// Name of the fact that marks a database as the demonstration's.
const FACT: &str = "demo";
/// While it is being loaded, and afterwards.
const LOADING: &str = "loading";
const LOADED: &str = "loaded";

/// The day on which the files were written: their dates are moved by what has passed since.
fn written_on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default()
}

/// What starting with the demonstration has found or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoState {
    /// The records have been loaded.
    Loaded,
    /// They were there already, with whatever has been changed since.
    Kept,
}

/// Loads the demonstration into an empty database, and leaves one that has it as it is. The index
/// is filled when this returns.
///
/// # Errors
/// A conflict when the database holds anything else, or loading was broken off before.
pub fn load(app: &App) -> Result<DemoState> {
    match app.db.read(|db| facts::fact(db, FACT))?.as_deref() {
        Some(LOADED) => return Ok(DemoState::Kept),
        Some(_) => return Err(Error::conflict("demo.broken_off")),
        None => {}
    }
    if !app.db.read(store::is_empty)? {
        return Err(Error::conflict("demo.not_empty"));
    }
    let now = app.clock.now();
    app.db.write(|db| facts::set_fact(db, FACT, LOADING, now))?;
    let caller = Caller::system("demo");
    let orgs = enter_places(app, &caller)?;
    let people = accounts::enter(app, &caller, &orgs)?;
    let moved_by = app.clock.today() - written_on();
    records::enter(app, &orgs, &people, moved_by)?;
    visits::enter(app, &orgs, &people, moved_by)?;
    deals::enter(app, &orgs, &people, moved_by)?;
    subscriptions::enter(app, &people)?;
    // Events invite by match, so the index has to be there.
    indexer::catch_up(app)?;
    occasions::enter(app, &people)?;
    app.db.write(|db| facts::set_fact(db, FACT, LOADED, app.clock.now()))?;
    indexer::catch_up(app)?;
    Ok(DemoState::Loaded)
}

/// Whether this instance shows the demonstration.
///
/// # Errors
/// Database faults.
pub fn is_shown(app: &App) -> Result<bool> {
    Ok(app.db.read(|db| facts::fact(db, FACT))?.as_deref() == Some(LOADED))
}

/// The accounts to try: one of each kind.
///
/// # Errors
/// When the built-in file cannot be read.
pub fn accounts() -> Result<Vec<DemoAccount>> {
    accounts::to_try()
}

/// Towns and organisations.
fn enter_places(app: &App, caller: &Caller) -> Result<files::OrgsByKey> {
    let now = app.clock.now();
    let (keys, fields): (Vec<String>, Vec<_>) = files::organizations()?.into_iter().unzip();
    let towns = files::towns()?;
    let entered = app.db.write(|db| {
        towns::ops::enter(app, db, caller, towns.clone(), now)?;
        let arrivals = fields.iter().map(|fields| Arrival {
            fields: fields.clone(),
            status: OrgStatus::Verified,
            source: "manual",
            source_ref: None,
        });
        organizations::ops::enter(app, db, caller, arrivals.collect(), now)
    })?;
    Ok(keys.into_iter().zip(entered.value).collect())
}

/// A date of the files, moved with the time that has passed since they were written.
fn moved(date: Option<NaiveDate>, by: TimeDelta) -> Option<NaiveDate> {
    date.and_then(|date| date.checked_add_signed(by))
}

/// A built-in file that cannot be used; a test keeps this from happening.
fn faulty(file: &str, line: usize, reason: impl std::fmt::Display) -> Error {
    Error::internal(format!("demo/{file}.jsonl line {line}: {reason}"))
}

/// An organisation that a built-in file names and that is not there.
fn unknown_org(key: &str) -> Error {
    Error::BadRequest(Message::new("import.unknown_org").with("org", key))
}
