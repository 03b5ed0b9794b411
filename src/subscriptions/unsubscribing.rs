//! Stopping a subscription by the address in its mails, without signing in. Who has the address may
//! stop that one subscription and nothing else.

use serde_json::json;

use super::model::Subscription;
use super::store;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::records::model::RecordKind;

/// What the page of the address asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What its person calls the subscription.
    pub name: String,
    /// Whether it is on.
    pub active: bool,
}

fn asked(row: &Subscription) -> Asked {
    Asked { name: row.name.clone(), active: row.active }
}

/// The subscription that this secret stops.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, secret: &str) -> Result<Asked> {
    app.db.read(|db| store::by_secret(db, secret)?.map(|row| asked(&row)).ok_or(Error::NotFound))
}

/// Switches it off, and forgets what was waiting to be told. Once more does nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub fn stop(app: &App, caller: &Caller, secret: &str) -> Result<Asked> {
    let now = app.clock.now();
    app.db.write(|db| {
        let id = store::by_secret(db, secret)?.ok_or(Error::NotFound)?.id;
        store::hold(db, &[id])?;
        let mut row = store::by_secret(db, secret)?.ok_or(Error::NotFound)?;
        if !row.active {
            return Ok(asked(&row));
        }
        row.active = false;
        row.version += 1;
        row.updated_at = now;
        store::update(db, &row)?;
        store::finds::forget_all(db, &[row.id])?;
        let entry = audit::ops::Entry {
            action: "subscription.unsubscribe",
            kind: RecordKind::Subscription,
            id: &row.id.to_string(),
            changes: json!({ "active": { "before": true, "after": false } }),
        };
        audit::ops::note(db, caller, now, entry)?;
        Ok(asked(&row))
    })
}
