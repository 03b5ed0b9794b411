//! Use cases of towns.

use serde_json::Value;

use super::model::{Town, TownFields, TownStatus};
use super::{document, rules, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Json, Timestamp};
use crate::error::Result;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::{Change, Written};

/// Brings towns in, traced in one go: for the API, import and the demo. Call it in a write
/// transaction; it takes the logs' lock.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every wrong field of the first town that
/// has any; a conflict when a town is there already.
pub fn enter(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    towns: Vec<TownFields>,
    now: Timestamp,
) -> Result<Written<Vec<Town>>> {
    let mut rows = Vec::with_capacity(towns.len());
    let mut changes = Vec::with_capacity(towns.len());
    for mut fields in towns {
        rules::complete(&mut fields, &app.reference);
        rules::check(&fields, &app.reference, app.clock.today())?;
        let row = new_row(fields, now);
        let mut change = change(&row, "town.create", &Value::Null)?;
        change.step_from = Some(None);
        changes.push(change);
        rows.push(row);
    }
    store::insert(db, &rows)?;
    let change = records::ops::trace(db, caller, now, &changes)?;
    Ok(Written { value: rows, change })
}

fn new_row(fields: TownFields, now: Timestamp) -> Town {
    let mut row = Town {
        code: fields.code.clone().unwrap_or_default(),
        name: String::new(),
        city_code: String::new(),
        county_code: String::new(),
        region_group: String::new(),
        level: String::new(),
        status: TownStatus::Active,
        doc: Json(TownFields::default()),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    row.set_fields(fields);
    row
}

/// The trace of a write of this town.
fn change(town: &Town, action: &'static str, before: &Value) -> Result<Change> {
    Ok(Change {
        kind: RecordKind::Town,
        id: town.code.clone(),
        action,
        version: town.version,
        status: town.status.to_string(),
        step_from: None,
        comment: None,
        before: before.clone(),
        after: serde_json::to_value(&town.doc.0)?,
    })
}

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(_: &App, db: &mut Db, codes: &[String]) -> Result<Vec<search_index::Document>> {
    Ok(store::find_many(db, codes)?.iter().map(document::document).collect())
}

/// Codes after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    store::codes(db, after, limit)
}
