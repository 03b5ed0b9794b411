//! Creating records and changing their fields.

use serde_json::Value;

use super::reading::is_insider;
use super::{Reviewed, ReviewedId, Rewrite, seen_again, workable};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records::history::{Past, PastStep};
use crate::records::life::ReviewedLife;
use crate::records::ops::Written;
use crate::records::rules::Stage;
use crate::records::scope::Standing;
use crate::records::traced::Traced;
use crate::records::{self, likeness};

/// Creates a draft for an organisation: the caller's only one by default.
///
/// # Errors
/// [`Error::Invalid`] with every field; [`Error::Forbidden`] for an organisation that is not the
/// caller's to write for.
pub fn create<R: Reviewed>(
    app: &App,
    caller: &Caller,
    org_id: Option<OrgId>,
    fields: &R::Fields,
) -> Result<Written<R::View>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let org = organizations::ops::writable(db, caller, org_id)?;
        let mut row = R::blank(R::Id::fresh(), org.id, now, caller.actor_id());
        row.place(fields.clone(), &org);
        check_author(caller, &row)?;
        row.check(Stage::Draft, &app.reference)?;
        let id = row.id();
        let change = insert_many(db, caller, now, &[row], R::ACTIONS.create)?;
        Ok(Written { value: seen_again(app, db, caller, id)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Some things only people of the organisation itself and administrators may say in a new record.
///
/// # Errors
/// [`Error::Forbidden`] for others who say them.
pub fn check_author<R: Reviewed>(caller: &Caller, row: &R) -> Result<()> {
    if is_insider(caller, row.head().org_id) { Ok(()) } else { R::check_outsider(None, row) }
}

/// Stores new records with their trace; returns the number of the last change. What they hold has
/// been checked by the caller, and the transaction is the caller's too.
///
/// # Errors
/// A conflict when the source has delivered one of them before.
pub fn insert_many<R: Reviewed>(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    rows: &[R],
    action: &'static str,
) -> Result<i64> {
    let mut rows = rows.to_vec();
    let regrouped = likeness::ops::arrive(db, &mut rows)?;
    R::insert_rows(db, &rows)?;
    let changes = rows.iter().map(|row| row.creation(action)).collect::<Result<Vec<_>>>()?;
    records::ops::trace(db, caller, now, &changes)?;
    regrouped.tell(db, now)?;
    let rewrites: Vec<_> = rows
        .iter()
        .map(|row| Rewrite { org_id: row.head().org_id, before: None, after: Some(row.fields()) })
        .collect();
    R::written(db, now, &rewrites)
}

/// Stores a record and gives it a past, which is to be traced in the same transaction.
///
/// # Errors
/// Database faults.
pub fn enter_past<R: Reviewed>(db: &mut Db, mut row: R, steps: Vec<PastStep>) -> Result<Past> {
    *row.head_mut().version = i32::try_from(steps.len()).unwrap_or(i32::MAX);
    let regrouped = likeness::ops::arrive(db, std::slice::from_mut(&mut row))?;
    R::insert_rows(db, std::slice::from_ref(&row))?;
    let creation = row.change(R::ACTIONS.create, &Value::Null)?;
    Ok(Past { creation, step_action: R::ACTIONS.step, steps, regrouped })
}

/// Which of these references of a source are there already.
///
/// # Errors
/// Database faults.
pub fn known_refs<R: Reviewed>(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>> {
    R::known_rows(db, source, refs)
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes.
///
/// # Errors
/// [`Error::PreconditionFailed`] when the version is not the current one; a conflict while the
/// record is under review or closed; [`Error::Invalid`] with every field.
pub fn update<I: ReviewedId>(
    app: &App,
    caller: &Caller,
    id: I,
    version: i32,
    patch: &Value,
) -> Result<Written<<I::Record as Reviewed>::View>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (old, standing) = workable(db, caller, id)?;
        if old.head().version != version {
            return Err(Error::PreconditionFailed);
        }
        if !old.head().status.is_editable() {
            return Err(Error::conflict("error.not_editable"));
        }
        let before = serde_json::to_value(old.fields())?;
        let merged = records::patch::merged(before.clone(), patch)?;
        let org = organizations::ops::place(db, old.head().org_id)?;
        let mut row = old.clone();
        row.place(merged, &org);
        check_update(app, caller, &old, &row, standing)?;
        let change = if row.fields() == old.fields() {
            records::ops::last_change(db)?
        } else {
            let regrouped = likeness::ops::rewrite(db, &old, &mut row)?;
            save(db, caller, now, &mut row)?;
            let change = row.change(<I::Record as Reviewed>::ACTIONS.update, &before)?;
            records::ops::trace(db, caller, now, &[change])?;
            regrouped.tell(db, now)?;
            let rewrite =
                Rewrite { org_id: org.id, before: Some(old.fields()), after: Some(row.fields()) };
            <I::Record as Reviewed>::written(db, now, &[rewrite])?
        };
        Ok(Written { value: seen_again(app, db, caller, id)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// What has been published must stay complete. Reviewers may make it stricter, but only the owner
/// decides to open it further.
fn check_update<R: Reviewed>(
    app: &App,
    caller: &Caller,
    old: &R,
    new: &R,
    standing: Standing,
) -> Result<()> {
    if !standing.owner && !caller.is_admin() {
        R::check_outsider(Some(old), new)?;
        if R::stated_level(new).is_some_and(|level| level < old.head().confidentiality) {
            return Err(Error::forbidden("error.confidentiality_not_yours"));
        }
    }
    if !old.head().status.is_reviewed() {
        return new.check(Stage::Draft, &app.reference);
    }
    R::check_fixed(old, new)?;
    new.check_on(Stage::Publish, &app.reference, app.clock.today(), Some(old.fields()))
}

/// Writes a changed row under its next version.
///
/// # Errors
/// Those of `Rows::replace_row`.
pub fn save<R: Reviewed>(db: &mut Db, caller: &Caller, now: Timestamp, row: &mut R) -> Result<()> {
    let head = row.head_mut();
    *head.version += 1;
    *head.updated_at = now;
    *head.updated_by = caller.actor_id();
    R::replace_row(db, row)
}
