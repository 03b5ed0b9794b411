//! Locked reports as they are read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::require_officer;
use crate::accounts;
use crate::accounts::principal::{Caller, Principal, UserId};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit, decode_cursor, encode_cursor};
use crate::records::scope::Reach;
use crate::reports::differences::{Difference, differences};
use crate::reports::fact::{Fact, FactKey};
use crate::reports::model::{Correction, CorrectionId, LockId, ReportLock};
use crate::reports::period::Span;
use crate::reports::store::sources::Scope;
use crate::reports::tally::Figures;
use crate::reports::{locked, ops, store};

/// Differences that are shown at most.
const MOST_SHOWN: usize = 500;

/// A locked report in a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LockView {
    /// Id.
    pub id: LockId,
    /// The region.
    pub region_code: String,
    /// Its name.
    pub region_name: String,
    /// Name of the period.
    pub period: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// What was remarked at locking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many facts were locked.
    pub facts: i32,
    /// SHA-256 over them in hexadecimal digits.
    pub sha256: String,
    /// Who locked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_by_name: Option<String>,
    /// When.
    pub locked_at: Timestamp,
    /// Whether the caller may correct it.
    pub correctable: bool,
}

/// A correction as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CorrectionView {
    /// Id.
    pub id: CorrectionId,
    /// Which fact.
    #[serde(flatten)]
    pub key: FactKey,
    /// As it was reported before; absent for one that was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Fact>,
    /// As it is reported since; absent for one that was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Fact>,
    /// Why.
    pub reason: String,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by_name: Option<String>,
    /// When.
    pub made_at: Timestamp,
}

/// A locked report with its figures.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LockedReport {
    /// What was locked.
    #[serde(flatten)]
    pub lock: LockView,
    /// Figures as they were locked, made again from the facts that were locked; money in 万元.
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    pub as_locked: BTreeMap<&'static str, serde_json::Value>,
    /// Figures with all corrections.
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    pub corrected: BTreeMap<&'static str, serde_json::Value>,
    /// Whether the facts that were locked are still those of the fingerprint.
    pub intact: bool,
    /// Corrections, oldest first.
    pub corrections: Vec<CorrectionView>,
    /// What the records tell otherwise by now; at most 500.
    pub differences: Vec<Difference>,
}

/// Who looks after the region, a part of it, or one that it is part of, knows of its locked reports.
pub(super) fn sees(caller: &Caller, region: &str) -> bool {
    let Some(principal) = &caller.principal else { return false };
    let related = |own: &String| own.starts_with(region) || region.starts_with(own.as_str());
    principal.is_admin() || principal.regions().iter().any(related)
}

pub(super) fn find(db: &mut Db, caller: &Caller, id: LockId) -> Result<ReportLock> {
    let lock = store::find_lock(db, id)?.ok_or(Error::NotFound)?;
    if sees(caller, &lock.region_code) { Ok(lock) } else { Err(Error::NotFound) }
}

pub(super) fn view(app: &App, db: &mut Db, caller: &Caller, lock: ReportLock) -> Result<LockView> {
    views(app, db, caller, vec![lock])?.pop().ok_or(Error::NotFound)
}

fn views(app: &App, db: &mut Db, caller: &Caller, locks: Vec<ReportLock>) -> Result<Vec<LockView>> {
    let people: Vec<UserId> = locks.iter().filter_map(|lock| lock.created_by).collect();
    let names = accounts::ops::names(db, &people)?;
    let view = |lock: ReportLock| LockView {
        id: lock.id,
        region_name: app.reference.region_name(&lock.region_code, caller.language),
        correctable: require_officer(caller, &lock.region_code).is_ok(),
        region_code: lock.region_code,
        period: lock.period,
        from: lock.first_day,
        to: lock.last_day,
        note: lock.note,
        facts: lock.facts,
        sha256: lock.sha256,
        locked_by_name: lock.created_by.and_then(|id| names.get(&id).cloned()),
        locked_at: lock.created_at,
    };
    Ok(locks.into_iter().map(view).collect())
}

/// Which locked reports to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListLocks {
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of the locked reports of the caller's regions, those of the latest days first.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but liaisons, officers and administrators;
/// [`Error::Invalid`].
pub fn list(app: &App, caller: &Caller, query: &ListLocks) -> Result<Page<LockView>> {
    let reach = ops::broker(caller)?;
    let limit = checked_limit(query.limit)?;
    let after = query.after.as_deref().map(place).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let own = caller.principal.as_ref().map(Principal::regions).unwrap_or_default();
    let above: Vec<String> = own
        .iter()
        .flat_map(|code| app.reference.region_path(code))
        .map(|region| region.code.clone())
        .collect();
    app.db.read(|db| {
        let locks = store::list_locks(db, &reach, &above, after, wanted)?;
        let cursor =
            |last: &ReportLock| encode_cursor(&last.last_day.to_string(), &last.id.to_string());
        let page = Page::cut(locks, limit, cursor);
        Ok(Page { items: views(app, db, caller, page.items)?, next: page.next })
    })
}

fn place(cursor: &str) -> Result<(NaiveDate, LockId)> {
    let (day, id) = decode_cursor(cursor)?;
    let both = day.parse().ok().zip(id.parse().ok());
    both.ok_or_else(|| Error::field("/after", "field.cursor"))
}

/// Locked reports that the caller knows of and that have a day in common with a span.
pub(in crate::reports) fn within(app: &App, caller: &Caller, span: Span) -> Result<Vec<LockView>> {
    app.db.read(|db| {
        let mut locks = store::locks(db, span)?;
        locks.retain(|one| sees(caller, &one.region_code));
        views(app, db, caller, locks)
    })
}

/// A locked report: as it was locked, with corrections, and what differs by now. What the caller does
/// not look after is left out of all but the fingerprint.
///
/// # Errors
/// [`Error::Forbidden`] as for [`list`]; [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: LockId) -> Result<LockedReport> {
    ops::broker(caller)?;
    app.db.read(|db| {
        let lock = find(db, caller, id)?;
        report(app, db, caller, lock)
    })
}

fn report(app: &App, db: &mut Db, caller: &Caller, lock: ReportLock) -> Result<LockedReport> {
    let first = locked::facts(db, lock.id, true)?;
    let now = locked::facts(db, lock.id, false)?;
    let intact = locked::fingerprint(&first)? == lock.sha256;
    let reach = Reach::of(caller);
    let scope = Scope { reach: &reach, region: None, span: lock.span() };
    let shown =
        |fact: &Option<Fact>| fact.as_ref().is_none_or(|one| scope.covers(&one.region_code));
    let figures = |facts: &[Fact]| {
        Figures::of(facts.iter().filter(|fact| scope.covers(&fact.region_code))).values()
    };
    let mut differences = differences(db, &lock)?;
    differences.retain(|one| shown(&one.reported) && shown(&one.recorded));
    differences.truncate(MOST_SHOWN);
    let mut corrections = corrections(db, &lock)?;
    corrections.retain(|one| shown(&one.before) && shown(&one.after));
    Ok(LockedReport {
        intact,
        as_locked: figures(&first),
        corrected: figures(&now),
        corrections,
        differences,
        lock: view(app, db, caller, lock)?,
    })
}

fn corrections(db: &mut Db, lock: &ReportLock) -> Result<Vec<CorrectionView>> {
    let rows = store::corrections(db, lock.id)?;
    let people: Vec<UserId> = rows.iter().filter_map(|row| row.created_by).collect();
    let names = accounts::ops::names(db, &people)?;
    let (mut entered, mut left) = (BTreeMap::new(), BTreeMap::new());
    for fact in store::corrected_facts(db, lock.id)? {
        if let Some(by) = fact.entered_by {
            entered.insert(by.0, fact.clone());
        }
        if let Some(by) = fact.left_by {
            left.insert(by.0, fact);
        }
    }
    let view = |row: Correction| CorrectionView {
        id: row.id,
        key: row.key(),
        before: left.remove(&row.id.0).map(Fact::from),
        after: entered.remove(&row.id.0).map(Fact::from),
        made_by_name: row.created_by.and_then(|id| names.get(&id).cloned()),
        reason: row.reason,
        made_at: row.created_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A correction by its id.
pub(super) fn correction(
    db: &mut Db,
    lock: &ReportLock,
    id: CorrectionId,
) -> Result<CorrectionView> {
    corrections(db, lock)?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)
}

/// A correction of a locked report, for who may know of it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show_correction(
    app: &App,
    caller: &Caller,
    id: LockId,
    correction_id: CorrectionId,
) -> Result<CorrectionView> {
    app.db.read(|db| {
        let lock = find(db, caller, id)?;
        correction(db, &lock, correction_id)
    })
}

/// A locked report in short, for who may know of it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show_lock(app: &App, caller: &Caller, id: LockId) -> Result<LockView> {
    app.db.read(|db| {
        let lock = find(db, caller, id)?;
        view(app, db, caller, lock)
    })
}
