//! Confirming records, and asking for it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::letters;
use super::model::{Doubt, RenewalPing};
use super::store;
use crate::accounts::members;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::messages;
use crate::outbound;
use crate::records::life::{Life, ReviewedLife};
use crate::records::ops::Written;
use crate::records::reviewed::{Reviewed, ReviewedId, save, seen_again, workable};
use crate::records::traced::Traced;
use crate::records::{self, rules};

pub use super::letters::sample as sample_mail;

/// Records that are asked about in one transaction.
const BATCH: i64 = 500;

/// Confirms that an open record is still true, and returns it with its version. It stays valid at
/// least as long as one that is published today.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but its owner and its reviewers; a conflict
/// that lists the legal steps when it does not wait for a partner.
pub fn verify<I: ReviewedId>(
    app: &App,
    caller: &Caller,
    id: I,
) -> Result<Written<(i32, <I::Record as Reviewed>::View)>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (mut row, standing) = workable(db, caller, id)?;
        let status = row.head().status;
        if !status.lapses() {
            return Err(Error::out_of_step("error.not_waiting", &status.steps_for(standing)));
        }
        let before = serde_json::to_value(row.fields())?;
        let until = validity(app, &row);
        let head = row.head_mut();
        *head.last_verified_at = Some(now);
        *head.valid_until = until;
        *head.valid_until_field = until;
        save(db, caller, now, &mut row)?;
        let mut change = row.change(<I::Record as Reviewed>::ACTIONS.verify, &before)?;
        change.step_from = Some(Some(status.to_string()));
        let change = records::ops::trace(db, caller, now, &[change])?;
        let version = row.head().version;
        Ok(Written { value: (version, seen_again(app, db, caller, id)?), change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// The present end of validity, or the one that publishing today would set if that is later.
fn validity<R: Reviewed>(app: &App, row: &R) -> Option<NaiveDate> {
    let usual = (R::valid_days(&app.config), R::VALID_YEARS);
    let fresh = rules::validity_on_publishing(None, None, app.clock.today(), usual);
    row.head().valid_until.max(fresh)
}

/// Asks the people of owners about open records that lapse soon, or that nobody has confirmed for
/// long: their managers, and who wrote the record. Returns how many records were asked about.
///
/// # Errors
/// Database faults.
pub fn ask<R: Reviewed>(app: &App) -> Result<usize> {
    let doubt = Doubt::now(&app.clock, &app.config.records);
    if app.db.read(|db| R::doubtful_rows(db, &doubt, 1))?.is_empty() {
        return Ok(0);
    }
    let now = app.clock.now();
    app.db.write(|db| {
        // Of several nodes one asks at a time, and the next sees what it has noted.
        dialect::lock_logs(db)?;
        let rows = R::doubtful_rows(db, &doubt, BATCH)?;
        let mut by_org: BTreeMap<OrgId, Vec<&R>> = BTreeMap::new();
        for row in &rows {
            by_org.entry(row.head().org_id).or_default().push(row);
        }
        for (org, rows) in by_org {
            ask_people(app, db, org, &rows, now)?;
        }
        let noted = rows.iter().map(|row| {
            let id = row.id().to_string().parse();
            let record_id = id.map_err(|_| Error::internal("the id of a record is no UUID"))?;
            Ok(RenewalPing { record_id, asked_at: now })
        });
        store::note(db, &noted.collect::<Result<Vec<_>>>()?)?;
        Ok(rows.len())
    })
}

/// Writes one mail to each of those who can confirm: managers about all records of the
/// organisation, others about those they wrote.
fn ask_people<R: Reviewed>(
    app: &App,
    db: &mut Db,
    org: OrgId,
    rows: &[&R],
    now: Timestamp,
) -> Result<()> {
    let texts = messages::ops::texts(db)?;
    for person in members::ops::people(db, org)? {
        let known = |row: &&&R| person.manages || row.head().created_by == Some(person.user.id);
        let own: Vec<&R> = rows.iter().filter(known).copied().collect();
        if own.is_empty() {
            continue;
        }
        let user = &person.user;
        let letter = letters::renewal(app, &texts, user.language(), &user.name, &own);
        outbound::ops::enqueue(db, &user.login_mail, letter, now)?;
    }
    Ok(())
}

/// Asks about everything that is in doubt.
///
/// # Errors
/// Database faults.
pub fn ask_all(app: &App, kinds: &[fn(&App) -> Result<usize>]) -> Result<usize> {
    let mut count = 0;
    for kind in kinds {
        loop {
            match kind(app)? {
                0 => break,
                asked => count += asked,
            }
        }
    }
    Ok(count)
}
