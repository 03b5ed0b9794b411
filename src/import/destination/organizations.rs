//! Rows that become organisations. An organisation is known by its credit code, whatever the
//! source; with `--publish` it counts as verified.

use std::collections::HashSet;

use super::{Checked, Destination, Parsed, Plan, blame, together, typed};
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
        let mut wrong = row.wrong;
        let fields = typed::<OrganizationFields>(row.kind, row.fields, &mut wrong);
        let Some(mut fields) = fields else { return Ok(Err(wrong)) };
        fields.tidy();
        // One that is there already is a repeat and not a row that breaks the rule of uniqueness.
        let uscc: Vec<String> = fields.uscc.iter().cloned().collect();
        let known = plan.app.db.read(|db| ops::by_uscc(db, &uscc))?;
        let checked = match known.is_empty() {
            true => blame(plan.app.db.read(|db| ops::check(plan.app, db, &fields, None)))?,
            false => Ok(()),
        };
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

    fn write(&self, plan: &Plan<'_>, records: &[Arrival]) -> Result<()> {
        let enter = |db: &mut Db| ops::enter(plan.app, db, plan.caller, records.to_vec(), plan.now);
        plan.app.db.write(enter).map(drop)
    }
}
