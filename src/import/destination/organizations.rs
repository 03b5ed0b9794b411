//! Rows that become organisations. An organisation is known by its credit code, whatever the
//! source; with `--publish` it counts as verified.

use std::collections::HashSet;

use super::{Checked, Destination, Parsed, Plan, blame, typed};
use crate::db::Db;
use crate::error::Result;
use crate::import::owners::Owners;
use crate::organizations::model::{OrgStatus, OrganizationFields};
use crate::organizations::ops::{self, Arrival};

/// Organisations.
pub struct Organizations;

impl Destination for Organizations {
    type Record = Arrival;

    fn prepare(&self, plan: &Plan<'_>, _: &mut Owners, row: Parsed) -> Result<Checked<Arrival>> {
        let mut fields: OrganizationFields = match typed(row.fields) {
            Ok(fields) => fields,
            Err(errors) => return Ok(Err(errors)),
        };
        fields.tidy();
        // One that is there already is a repeat and not a row that breaks the rule of uniqueness.
        let uscc: Vec<String> = fields.uscc.iter().cloned().collect();
        let known = plan.app.db.read(|db| ops::by_uscc(db, &uscc))?;
        if known.is_empty() {
            let checked = plan.app.db.read(|db| ops::check(plan.app, db, &fields, None));
            if let Err(errors) = blame(checked)? {
                return Ok(Err(errors));
            }
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

    fn write(&self, plan: &Plan<'_>, records: &[Arrival]) -> Result<()> {
        let enter = |db: &mut Db| ops::enter(plan.app, db, plan.caller, records.to_vec(), plan.now);
        plan.app.db.write(enter).map(drop)
    }
}
