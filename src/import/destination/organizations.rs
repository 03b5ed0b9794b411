//! Rows that become organisations. An organisation is known by its credit code, whatever the
//! source; with `--publish` it counts as verified.

use std::collections::{HashMap, HashSet};

use search_index::analysis::fold;
use serde_json::Value;

use super::{Checked, Destination, Parsed, Plan, Repeat, blame, together, typed};
use crate::db::Db;
use crate::error::{FieldError, Message, Result};
use crate::import::owners::Owners;
use crate::organizations::model::{OrgStatus, OrganizationFields};
use crate::organizations::ops::{self, Arrival};

/// Organisations, with the rows of the file so far by their credit codes.
#[derive(Default)]
pub struct Organizations {
    rows: HashMap<String, (u64, OrganizationFields)>,
}

impl Destination for Organizations {
    type Record = Arrival;

    fn prepare(&self, plan: &Plan<'_>, _: &mut Owners, row: Parsed) -> Result<Checked<Arrival>> {
        let mut wrong = row.wrong;
        let fields = typed::<OrganizationFields>(row.kind, row.fields, &mut wrong);
        let Some(mut fields) = fields else { return Ok(Err(wrong)) };
        fields.tidy();
        let mut checked = blame(plan.app.db.read(|db| ops::check(plan.app, db, &fields, None)))?;
        // One that is there already is a repeat and not a row that breaks the rule of uniqueness.
        // Asked afterwards, so that it is found even if it came in between.
        let uscc: Vec<String> = fields.uscc.iter().cloned().collect();
        if checked.is_err() && !plan.app.db.read(|db| ops::by_uscc(db, &uscc))?.is_empty() {
            checked = Ok(());
        }
        if let Err(errors) = together(wrong, checked) {
            return Ok(Err(errors));
        }
        let status = if plan.publish { OrgStatus::Verified } else { OrgStatus::Pending };
        Ok(Ok(Arrival { fields, status, source: "import", source_ref: row.source_ref }))
    }

    fn key(record: &Arrival) -> String {
        record.fields.uscc.clone().unwrap_or_default()
    }

    fn known(&self, plan: &Plan<'_>, keys: &[String]) -> Result<HashSet<String>> {
        Ok(plan.app.db.read(|db| ops::by_uscc(db, keys))?.into_keys().collect())
    }

    fn remember(&mut self, number: u64, record: &Arrival) {
        self.rows.insert(Self::key(record), (number, record.fields.clone()));
    }

    fn repeat(&self, plan: &Plan<'_>, number: u64, record: &Arrival) -> Result<Repeat> {
        let uscc = Self::key(record);
        // A row before it may itself contradict the record.
        let found = plan.app.db.read(|db| {
            let id = ops::by_uscc(db, std::slice::from_ref(&uscc))?.remove(&uscc);
            id.map(|id| ops::place(db, id)).transpose()
        })?;
        if let Some(org) = found {
            let message = |key| Message::new(key).with("code", &org.code);
            let keys = ["import.unlike_record", "import.uscc_of_record"];
            return compare(&record.fields, &org.doc.0, message, keys);
        }
        match self.rows.get(&uscc).filter(|(first, _)| *first != number) {
            None => Ok(Repeat::Same),
            Some((first, fields)) => {
                let message = |key| Message::new(key).with("row", first);
                let keys = ["import.unlike_row", "import.uscc_of_row"];
                compare(&record.fields, fields, message, keys)
            }
        }
    }

    fn write(&self, plan: &Plan<'_>, records: &[Arrival]) -> Result<()> {
        let enter = |db: &mut Db| ops::enter(plan.app, db, plan.caller, records.to_vec(), plan.now);
        plan.app.db.write(enter).map(drop)
    }
}

/// Holds a row against what has its credit code, as far as the row says anything. Another name
/// means that one of the two codes is wrong; other fields may only be out of date.
fn compare(
    row: &OrganizationFields,
    there: &OrganizationFields,
    message: impl Fn(&'static str) -> Message,
    [unlike, conflict]: [&'static str; 2],
) -> Result<Repeat> {
    let name = there.name.as_deref().unwrap_or_default();
    if row.name.as_deref().is_some_and(|own| bare(own) != bare(name)) {
        let error = FieldError::new("/uscc", message(conflict).with("name", name));
        return Ok(Repeat::Conflict(vec![error]));
    }
    let mut fields = Vec::new();
    differing(&serde_json::to_value(row)?, &serde_json::to_value(there)?, "", &mut fields);
    if fields.is_empty() {
        return Ok(Repeat::Same);
    }
    Ok(Repeat::Other { fields, message: message(unlike).with("name", name) })
}

/// A name without what differs from keyboard to keyboard: width of brackets, spaces.
fn bare(name: &str) -> String {
    fold(name).split_whitespace().collect()
}

/// Pointers of the values of a row that are not the same there.
fn differing(row: &Value, there: &Value, pointer: &str, found: &mut Vec<String>) {
    match (row, there) {
        (Value::Object(row), Value::Object(there)) => {
            for (name, value) in row {
                let there = there.get(name).unwrap_or(&Value::Null);
                differing(value, there, &format!("{pointer}/{name}"), found);
            }
        }
        (row, there) if row == there => {}
        _ => found.push(pointer.to_owned()),
    }
}
