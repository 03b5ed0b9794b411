//! Use cases of locked reports: locking a period, correcting what stands. Reading has a file of its own.

mod reading;
mod records;

use chrono::TimeDelta;
use serde::Deserialize;

pub(super) use self::reading::within;
pub use self::reading::{
    CorrectionView, ListLocks, LockView, LockedReport, list, show, show_correction, show_lock,
};
use self::reading::{correction, find, sees, view};
pub use self::records::{LockedRecords, records};
use super::differences::differences;
use super::fact::{FactKey, FactKind};
use super::model::{Correction, CorrectionId, LockId, LockedFact, ReportLock};
use super::period::Period;
use super::store::sources::Scope;
use super::{collect, locked, ops, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::audit;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::records::model::RecordKind;
use crate::records::page;
use crate::records::scope::Reach;
use crate::validation::Checker;

/// Longest note or reason, in characters.
const LONGEST: usize = 500;

/// A period to be locked.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockPeriod {
    /// `2026`, `2026-Q3` or `2026-09`; it must be over.
    pub period: String,
    /// The region, at any level of the code.
    pub region_code: String,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// A fact of a locked report to be brought up to date with its record.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectReport {
    /// What happened.
    pub kind: FactKind,
    /// Id of the record.
    pub record_id: String,
    /// Number within the record.
    #[serde(default)]
    pub part: i32,
    /// Why.
    pub reason: String,
}

fn check_text(checker: &mut Checker, pointer: &str, text: Option<&str>, needed: bool) {
    if needed {
        checker.present(pointer, text.map(str::trim).filter(|text| !text.is_empty()).as_ref());
    }
    checker.length(pointer, text, 0, LONGEST);
}

/// Locks the report of a period that is over: for officers of the region and administrators.
///
/// # Errors
/// [`Error::Forbidden`] for other brokers and [`Error::NotFound`] for a region that is not theirs;
/// [`Error::Invalid`]; a conflict when the period of the region is locked already.
pub fn lock(app: &App, caller: &Caller, command: &LockPeriod) -> Result<LockView> {
    ops::broker(caller)?;
    let period = Period::read(&command.period, "/period")?;
    let mut checker = Checker::default();
    check_text(&mut checker, "/note", command.note.as_deref(), false);
    checker.finish()?;
    let region = page::region(Some(&command.region_code))
        .ok()
        .flatten()
        .filter(|code| app.reference.region(code).is_some())
        .ok_or_else(|| Error::field("/region_code", "field.region_code"))?;
    require_officer(caller, &region)?;
    if period.span.to >= app.clock.today_in_china() {
        return Err(Error::field("/period", "field.period_not_over"));
    }
    let row = app.db.write(|db| {
        dialect::lock_reports(db)?;
        // Who is later takes what is left, also where clocks of nodes differ or both began at once.
        let last =
            store::last_locked(db)?.map(|at| Timestamp::new(at.0 + TimeDelta::microseconds(1)));
        let now = last.map_or(app.clock.now(), |last| last.max(app.clock.now()));
        let row = lock_now(db, caller, &period, &region, command.note.as_deref(), now)?;
        log(db, caller, now, "report.lock", &row, serde_json::to_value(&row.sha256)?)?;
        let created = Created::record(CreatedKind::ReportLock, row.id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        Ok(row)
    })?;
    app.db.read(|db| view(app, db, caller, row.clone()))
}

/// Takes down the facts of a period that no other locked report has a say in.
fn lock_now(
    db: &mut Db,
    caller: &Caller,
    period: &Period,
    region: &str,
    note: Option<&str>,
    now: Timestamp,
) -> Result<ReportLock> {
    let reach = Reach { everything: true, ..Reach::of(caller) };
    let scope = Scope { reach: &reach, region: Some(region), span: period.span };
    let facts = collect::unlocked(db, &scope, None)?;
    let row = ReportLock {
        id: LockId::new(),
        region_code: region.to_owned(),
        period: period.name.clone(),
        first_day: period.span.from,
        last_day: period.span.to,
        note: note.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
        facts: i32::try_from(facts.len()).unwrap_or(i32::MAX),
        sha256: locked::fingerprint(&facts)?,
        created_by: caller.actor_id(),
        created_at: now,
    };
    store::insert_lock(db, &row)?;
    let rows: Vec<LockedFact> =
        facts.into_iter().map(|fact| LockedFact::new(row.id, fact, None)).collect();
    store::insert_facts(db, &rows)?;
    Ok(row)
}

fn log(
    db: &mut Db,
    caller: &Caller,
    at: Timestamp,
    action: &'static str,
    lock: &ReportLock,
    what: serde_json::Value,
) -> Result<()> {
    let changes = serde_json::json!({
        "region_code": { "after": lock.region_code },
        "period": { "after": lock.period },
        "what": { "after": what },
    });
    let id = lock.id.to_string();
    let entry = audit::ops::Entry { action, kind: RecordKind::Report, id: &id, changes };
    dialect::lock_logs(db)?;
    audit::ops::append(db, caller, at, &[entry])
}

/// Liaisons of towns read reports; officers answer for them.
fn require_officer(caller: &Caller, region: &str) -> Result<()> {
    let principal = caller.signed_in()?;
    if principal.is_admin() || principal.is_officer_of(region) {
        return Ok(());
    }
    if sees(caller, region) {
        Err(Error::forbidden("error.officers_only"))
    } else {
        Err(Error::NotFound)
    }
}

/// Brings one fact of a locked report up to date with its record.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`] as for [`lock`]; a conflict when the record tells
/// nothing else than the report.
pub fn correct(
    app: &App,
    caller: &Caller,
    id: LockId,
    command: &CorrectReport,
) -> Result<CorrectionView> {
    ops::broker(caller)?;
    let mut checker = Checker::default();
    check_text(&mut checker, "/reason", Some(&command.reason), true);
    checker.finish()?;
    let key =
        FactKey { kind: command.kind, record_id: command.record_id.clone(), part: command.part };
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_reports(db)?;
        let lock = find(db, caller, id)?;
        require_officer(caller, &lock.region_code)?;
        let found = differences(db, &lock)?.into_iter().find(|one| *one.key() == key);
        let found = found.ok_or_else(|| Error::conflict("error.nothing_to_correct"))?;
        let row = Correction {
            id: CorrectionId::new(),
            lock_id: lock.id,
            kind: key.kind,
            record_id: key.record_id.clone(),
            part: key.part,
            reason: command.reason.trim().to_owned(),
            created_by: caller.actor_id(),
            created_at: now,
        };
        store::insert_correction(db, &row)?;
        store::leave(db, lock.id, &key, row.id)?;
        if let Some(fact) = &found.recorded {
            store::insert_facts(db, &[LockedFact::new(lock.id, fact.clone(), Some(row.id))])?;
        }
        log(db, caller, now, "report.correct", &lock, serde_json::to_value(&key)?)?;
        let created = Created::part(CreatedKind::ReportCorrection, lock.id, row.id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        correction(db, &lock, row.id)
    })
}
