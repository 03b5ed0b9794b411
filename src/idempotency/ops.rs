//! Claiming a key inside a write, and recalling what became of it.

use chrono::TimeDelta;

use super::model::{Claim, Created, Headers, Recalled, UsedKey};
use super::store;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Json, Timestamp};
use crate::error::{Error, Result};

/// Uses up the caller's key, if there is one, in the transaction of the write. Called wherever a
/// write leaves its trace, and once more by writes whose trace does not name what they create; a
/// further call in the same request only adds what was created.
///
/// # Errors
/// A conflict when another request has used the key meanwhile: the write is then rolled back.
pub fn claim(
    db: &mut Db,
    caller: &Caller,
    at: Timestamp,
    created: Option<&Created>,
    change: Option<i64>,
) -> Result<()> {
    let Some(claim) = &caller.idempotency else { return Ok(()) };
    let row = UsedKey {
        user_id: claim.user_id,
        key_hash: claim.key_hash.clone(),
        operation: claim.operation.clone(),
        request_hash: claim.request_hash.clone(),
        attempt_id: claim.attempt_id,
        record_kind: created.map(|created| created.kind),
        record_id: created.map(|created| created.id.clone()),
        change,
        status: None,
        body: None,
        headers: Json(Headers::new()),
        created_at: at,
    };
    if store::insert(db, &row)? {
        return Ok(());
    }
    let own = store::find(db, claim)?.is_some_and(|row| row.attempt_id == claim.attempt_id);
    match (own, created) {
        (false, _) => Err(Error::conflict("error.key_in_use")),
        (true, Some(created)) => store::set_created(db, claim, created, change),
        (true, None) => Ok(()),
    }
}

/// What became of the key; none when it has not been used, or not within the time that keys are
/// remembered.
///
/// # Errors
/// [`Error::Invalid`] when it was used for another operation or another body.
pub fn recall(app: &App, claim: &Claim) -> Result<Option<Recalled>> {
    let Some(row) = app.db.read(|db| store::find(db, claim))? else { return Ok(None) };
    let oldest = oldest(app);
    if row.created_at < oldest {
        app.db.write(|db| store::delete_before(db, claim, oldest))?;
        return Ok(None);
    }
    if row.operation != claim.operation || row.request_hash != claim.request_hash {
        return Err(Error::field("", "field.key_reused"));
    }
    Ok(Some(match (row.status, row.record_kind, row.record_id) {
        (Some(status), _, _) => Recalled::Answer {
            status: u16::try_from(status).unwrap_or(500),
            headers: row.headers.0,
            body: row.body.unwrap_or_default(),
        },
        (None, Some(kind), Some(id)) => {
            Recalled::Created { created: Created { kind, id }, change: row.change }
        }
        (None, _, _) => Recalled::Lost,
    }))
}

/// Keeps the answer of a write that succeeded.
///
/// # Errors
/// Database faults.
pub fn keep(app: &App, claim: &Claim, status: u16, headers: &Headers, body: &str) -> Result<()> {
    app.db.write(|db| store::set_answer(db, claim, i32::from(status), headers, body))
}

/// Gives the key back after an attempt that failed.
///
/// # Errors
/// Database faults.
pub fn release(app: &App, claim: &Claim) -> Result<()> {
    app.db.write(|db| store::delete(db, claim))
}

fn oldest(app: &App) -> Timestamp {
    let hours = TimeDelta::hours(i64::from(app.config.records.idempotency_hours));
    Timestamp::new(app.clock.time() - hours)
}
