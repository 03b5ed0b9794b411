//! Removing what has had its time, and showing what was done.

use chrono::TimeDelta;

use super::model::{DataClass, Retention, RuleView, Run, RunId, RunView, period};
use super::store::{self, Work};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::records::reviewed;
use crate::visits;

/// Rows that are removed in one transaction.
const BATCH: i64 = 500;
/// Records that are changed in one transaction.
const RECORDS: i64 = 50;
/// What is counted at most of classes whose records are looked at one by one.
const MOST_COUNTED: i64 = 10_000;
/// Days that runs are remembered.
const RUNS_DAYS: i64 = 3 * 366;
/// Days that runs which found nothing are remembered.
const IDLE_DAYS: i64 = 2;
/// Runs that are shown.
const SHOWN: i64 = 100;

/// What is older than this has had its time; none for what is kept for good.
fn limit_of(class: DataClass, config: &Config, clock: &Clock) -> Option<Timestamp> {
    let seconds = period(class, config).1?;
    Some(Timestamp::new(clock.time() - TimeDelta::seconds(seconds)))
}

/// One round over all classes; returns how much was removed. A class that fails keeps no other from
/// its turn.
///
/// # Errors
/// The first class's that could not be done.
pub fn apply(app: &App) -> Result<i64> {
    let (mut removed, mut failed) = (0, None);
    for class in DataClass::ALL {
        match apply_class(app, *class) {
            Ok(count) => removed += count,
            Err(error) => {
                tracing::error!(%class, %error, "what has had its time could not be removed");
                failed = failed.or(Some(error));
            }
        }
    }
    let ago = |days| Timestamp::new(app.clock.time() - TimeDelta::days(days));
    app.db.write(|db| store::forget_runs(db, ago(RUNS_DAYS), ago(IDLE_DAYS)))?;
    failed.map_or(Ok(removed), Err)
}

/// Removes what has had its time of one class. Each transaction writes down what it has removed, so that
/// a round that is cut short has said all it did, and the next goes on.
///
/// # Errors
/// Database faults.
pub fn apply_class(app: &App, class: DataClass) -> Result<i64> {
    let Some(before) = limit_of(class, &app.config, &app.clock) else { return Ok(0) };
    let (id, now) = (RunId::new(), app.clock.now());
    let row = Run { id, class, before, removed: 0, started_at: now, finished_at: None };
    app.db.write(|db| store::begin(db, &row))?;
    let mut removed = 0;
    loop {
        let some = batch(app, (id, class), before)?;
        if some == 0 {
            break;
        }
        removed += some;
    }
    app.db.write(|db| store::end(db, id, app.clock.now()))?;
    if removed > 0 {
        tracing::info!(%class, removed, before = %before.0, "what has had its time was removed");
    }
    Ok(removed)
}

fn batch(app: &App, (run, class): (RunId, DataClass), before: Timestamp) -> Result<i64> {
    let system = Caller::system("retention");
    let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let now = app.clock.now();
    if class == DataClass::Drafts {
        return drafts(app, &system, run, before);
    }
    let removed = app.db.write(|db| {
        let removed = match class {
            DataClass::VisitPeople => {
                let ids = store::visits_with_people(db, before, RECORDS)?;
                wide(visits::ops::forget_people(db, &system, &ids, now)?)
            }
            DataClass::VisitFiles => {
                let ids = store::visits_with_files(db, before, RECORDS)?;
                wide(visits::ops::forget_files(db, &system, &ids, (before, now))?)
            }
            _ => store::plain(db, class, before, Work::Remove(BATCH))?,
        };
        store::add(db, run, removed)?;
        Ok(removed)
    })?;
    if class == DataClass::VisitPeople && removed > 0 {
        app.feed.wake();
    }
    Ok(removed)
}

/// Drafts go as their owners would delete them, one by one. One that is touched meanwhile stays, and
/// so does one that cannot be removed: those behind it have their turn all the same.
fn drafts(app: &App, system: &Caller, run: RunId, before: Timestamp) -> Result<i64> {
    let (mut removed, mut after) = (0, store::DraftIds::default());
    loop {
        let some = app.db.read(|db| store::drafts(db, before, after, RECORDS))?;
        if some.is_empty() {
            return Ok(removed);
        }
        removed += remove_drafts(app, system, run, &some)?;
        after = after.beyond(&some);
    }
}

fn remove_drafts(app: &App, system: &Caller, run: RunId, drafts: &[store::Draft]) -> Result<i64> {
    let mut removed = 0;
    for draft in drafts {
        let done = match *draft {
            store::Draft::Need(id, version) => reviewed::delete(app, system, id, version),
            store::Draft::Capability(id, version) => reviewed::delete(app, system, id, version),
        };
        match done {
            Ok(_) => {
                removed += 1;
                app.db.write(|db| store::add(db, run, 1))?;
            }
            Err(Error::NotFound | Error::PreconditionFailed | Error::Conflict { .. }) => {}
            // One that cannot be removed keeps no other from it.
            Err(error) => tracing::error!(%error, ?draft, "a draft could not be removed"),
        }
    }
    Ok(removed)
}

/// How much of a class is older than this.
fn waiting(db: &mut Db, class: DataClass, before: Timestamp) -> Result<i64> {
    let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(match class {
        DataClass::Drafts => {
            wide(store::drafts(db, before, store::DraftIds::default(), MOST_COUNTED)?.len())
        }
        DataClass::VisitPeople => wide(store::visits_with_people(db, before, MOST_COUNTED)?.len()),
        DataClass::VisitFiles => wide(store::visits_with_files(db, before, MOST_COUNTED)?.len()),
        _ => store::plain(db, class, before, Work::Count)?,
    })
}

/// Periods, what the next round would remove, and what was done: for administrators.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub fn show(app: &App, caller: &Caller) -> Result<Retention> {
    if !caller.signed_in()?.is_admin() {
        return Err(Error::forbidden("error.admin_only"));
    }
    app.db.read(|db| {
        let mut rules = Vec::new();
        for class in DataClass::ALL {
            let (setting, seconds) = period(*class, &app.config);
            let before = limit_of(*class, &app.config, &app.clock);
            rules.push(RuleView {
                class: *class,
                setting,
                hours: seconds.map(|seconds| seconds / 3_600),
                would_remove: before.map_or(Ok(0), |before| waiting(db, *class, before))?,
                last_run: store::last(db, *class)?.map(RunView::from),
            });
        }
        let runs = store::runs(db, SHOWN)?.into_iter().map(RunView::from).collect();
        Ok(Retention { rules, runs })
    })
}

/// Classes of which something should have gone a day ago: the job does not run.
///
/// # Errors
/// Database faults.
pub fn overdue(db: &mut Db, config: &Config, clock: &Clock) -> Result<Vec<DataClass>> {
    let mut found = Vec::new();
    for class in DataClass::ALL {
        let Some(before) = limit_of(*class, config, clock) else { continue };
        let before = Timestamp::new(before.0 - TimeDelta::days(1));
        if waiting(db, *class, before)? > 0 {
            found.push(*class);
        }
    }
    Ok(found)
}
