//! Rows that become needs.

use std::collections::HashSet;

use super::{Checked, Destination, Parsed, Plan, blame, reference_of, typed};
use crate::db::Db;
use crate::error::Result;
use crate::import::owners::Owners;
use crate::needs::life::NeedStatus;
use crate::needs::model::{Need, NeedFields, NeedId};
use crate::needs::ops;
use crate::needs::rules::{self, Stage};

/// Needs.
pub struct Needs;

impl Destination for Needs {
    type Record = Need;

    fn prepare(&self, plan: &Plan<'_>, owners: &mut Owners, row: Parsed) -> Result<Checked<Need>> {
        let fields: NeedFields = match typed(row.fields) {
            Ok(fields) => fields,
            Err(errors) => return Ok(Err(errors)),
        };
        let org = match owners.find(plan, row.org.as_deref())? {
            Ok(org) => org,
            Err(errors) => return Ok(Err(errors)),
        };
        let stage = if plan.publish && !row.lenient { Stage::Publish } else { Stage::Draft };
        let reference = &plan.app.reference;
        let checked = match plan.publish {
            true => rules::check_on(&fields, stage, reference, plan.app.clock.today(), None),
            false => rules::check(&fields, stage, reference),
        };
        if let Err(errors) = blame(checked)? {
            return Ok(Err(errors));
        }
        let reference = reference_of(row.source_ref, &(org.id, &fields));
        let mut need = Need::blank(NeedId::new(), org.id, plan.now, plan.caller.actor_id());
        need.set_fields(fields, &org.region_code, org.town_code.as_deref());
        need.source = "import".to_owned();
        need.source_ref = Some(reference);
        if plan.publish {
            publish(plan, &mut need);
        }
        Ok(Ok(need))
    }

    fn key(record: &Need) -> String {
        record.source_ref.clone().unwrap_or_default()
    }

    fn known(&self, plan: &Plan<'_>, keys: &[String]) -> Result<HashSet<String>> {
        let known = plan.app.db.read(|db| ops::known_refs(db, "import", keys))?;
        Ok(known.into_iter().collect())
    }

    fn write(&self, plan: &Plan<'_>, records: &[Need]) -> Result<()> {
        let enter =
            |db: &mut Db| ops::insert_many(db, plan.caller, plan.now, records, "need.import");
        plan.app.db.write(enter).map(drop)
    }
}

/// Opens it at once, valid as long as one that goes through review.
fn publish(plan: &Plan<'_>, need: &mut Need) {
    need.status = NeedStatus::Published;
    need.published_at = Some(plan.now);
    need.last_verified_at = Some(plan.now);
    let days = chrono::Days::new(u64::from(plan.app.config.records.need_valid_days));
    let usual = plan.app.clock.today().checked_add_days(days);
    need.valid_until = need.valid_until.or(usual);
    need.doc.0.valid_until = need.valid_until;
}
