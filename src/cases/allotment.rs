//! Gives each need that looks for a partner to a liaison of its town, who answers for it from then on:
//! however it was published, and also when the town gets its first liaison later.

use std::collections::BTreeMap;

use serde_json::json;

use super::balance::Liaisons;
use super::{store, telling};
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::roles;
use crate::app::App;
use crate::audit;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::records::model::RecordKind;

/// Needs that are given away in one transaction.
const BATCH: i64 = 200;

/// Gives away all needs that nobody answers for; returns how many have found somebody.
///
/// # Errors
/// Database faults; what was given away before stays so.
pub fn allot(app: &App) -> Result<usize> {
    let mut done = 0;
    // Towns without a liaison are passed over by reading: writers are kept off for nothing otherwise,
    // every minute and for each of them.
    let towns = app.db.read(|db| {
        let mut towns = Vec::new();
        for town in store::towns_without_broker(db)? {
            if !roles::ops::liaisons(db, &town)?.is_empty() {
                towns.push(town);
            }
        }
        Ok::<_, Error>(towns)
    })?;
    for town in towns {
        loop {
            let given = app.db.write(|db| allot_some(app, db, &town))?;
            done += given;
            if given == 0 {
                break;
            }
        }
    }
    Ok(done)
}

fn allot_some(app: &App, db: &mut Db, town: &str) -> Result<usize> {
    dialect::lock_cases(db)?;
    let mut liaisons = Liaisons::default();
    let mut given: BTreeMap<UserId, Vec<NeedId>> = BTreeMap::new();
    for need in store::needs_without_broker(db, town, BATCH)? {
        // The last one may have gone since.
        let Some(liaison) = liaisons.next(db, town, None, None)? else { break };
        given.entry(liaison).or_default().push(need);
    }
    let count = given.values().map(Vec::len).sum();
    let system = Caller::system("allotment");
    for (liaison, needs) in given {
        give(app, db, &system, &needs, Some(liaison))?;
        telling::allotted(app, db, liaison, needs.len())?;
    }
    Ok(count)
}

/// Writes down who answers for needs, and logs it.
///
/// # Errors
/// Database faults.
pub(super) fn give(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    needs: &[NeedId],
    to: Option<UserId>,
) -> Result<()> {
    store::set_broker(db, needs, to)?;
    for need in needs {
        let entry = audit::ops::Entry {
            action: "need.allot",
            kind: RecordKind::Need,
            id: &need.to_string(),
            changes: json!({ "broker_id": { "after": to } }),
        };
        audit::ops::note(db, caller, app.clock.now(), entry)?;
    }
    Ok(())
}
