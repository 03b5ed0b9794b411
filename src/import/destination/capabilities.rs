//! Rows that become capabilities.

use std::collections::HashSet;

use super::{Checked, Destination, Parsed, Plan, blame, reference_of, typed};
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::{Capability, CapabilityFields, CapabilityId};
use crate::capabilities::ops;
use crate::capabilities::rules::{self, Stage};
use crate::db::Db;
use crate::error::Result;
use crate::import::owners::Owners;

/// Capabilities.
pub struct Capabilities;

impl Destination for Capabilities {
    type Record = Capability;

    fn prepare(
        &self,
        plan: &Plan<'_>,
        owners: &mut Owners,
        row: Parsed,
    ) -> Result<Checked<Capability>> {
        let fields: CapabilityFields = match typed(row.fields) {
            Ok(fields) => fields,
            Err(errors) => return Ok(Err(errors)),
        };
        let org = match owners.find(plan, row.org.as_deref())? {
            Ok(org) => org,
            Err(errors) => return Ok(Err(errors)),
        };
        if let Err(errors) = blame(ops::check_consent_statement(plan.caller, org.id, &fields))? {
            return Ok(Err(errors));
        }
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
        let mut capability =
            Capability::blank(CapabilityId::new(), org.id, plan.now, plan.caller.actor_id());
        capability.set_fields(fields, &org.region_code);
        capability.source = "import".to_owned();
        capability.source_ref = Some(reference);
        if plan.publish {
            publish(plan, &mut capability);
        }
        Ok(Ok(capability))
    }

    fn key(record: &Capability) -> String {
        record.source_ref.clone().unwrap_or_default()
    }

    fn known(&self, plan: &Plan<'_>, keys: &[String]) -> Result<HashSet<String>> {
        let known = plan.app.db.read(|db| ops::known_refs(db, "import", keys))?;
        Ok(known.into_iter().collect())
    }

    fn write(&self, plan: &Plan<'_>, records: &[Capability]) -> Result<()> {
        let enter =
            |db: &mut Db| ops::insert_many(db, plan.caller, plan.now, records, "capability.import");
        plan.app.db.write(enter).map(drop)
    }
}

/// Opens it at once, valid as long as one that goes through review.
fn publish(plan: &Plan<'_>, capability: &mut Capability) {
    capability.status = CapabilityStatus::Published;
    capability.published_at = Some(plan.now);
    capability.last_verified_at = Some(plan.now);
    let days = chrono::Days::new(u64::from(plan.app.config.records.capability_valid_days));
    let usual = plan.app.clock.today().checked_add_days(days);
    capability.valid_until = capability.valid_until.or(usual);
    capability.doc.0.valid_until = capability.valid_until;
}
