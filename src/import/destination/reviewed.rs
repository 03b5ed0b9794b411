//! Rows that become needs or capabilities.

use std::collections::HashSet;
use std::marker::PhantomData;

use chrono::Days;

use super::{Checked, Destination, Parsed, Plan, blame, reference_of, together, typed};
use crate::db::Db;
use crate::error::Result;
use crate::import::owners::Owners;
use crate::records::likeness::batch::{Earlier, Resemblance};
use crate::records::reviewed::{self, Reviewed, ReviewedId};
use crate::records::rules::Stage;

/// Records of one kind.
pub struct Records<R> {
    earlier: Earlier,
    kind: PhantomData<R>,
}

impl<R> Default for Records<R> {
    fn default() -> Self {
        Self { earlier: Earlier::default(), kind: PhantomData }
    }
}

impl<R: Reviewed> Destination for Records<R> {
    type Record = R;

    fn prepare(&self, plan: &Plan<'_>, owners: &mut Owners, row: Parsed) -> Result<Checked<R>> {
        let mut wrong = row.wrong;
        let Some(fields) = typed::<R::Fields>(row.kind, row.fields, &mut wrong) else {
            return Ok(Err(wrong));
        };
        let org = match owners.find(plan, row.org.as_deref())? {
            Ok(org) => org,
            Err(errors) => return Ok(Err([wrong, errors].concat())),
        };
        let source_ref = reference_of(row.source_ref, &(org.id, &fields));
        let mut record = R::blank(R::Id::fresh(), org.id, plan.now, plan.caller.actor_id());
        record.place(fields, &org);
        if let Err(errors) = blame(reviewed::check_author(plan.caller, &record))? {
            return Ok(Err(errors));
        }
        let stage = if plan.publish && !row.lenient { Stage::Publish } else { Stage::Draft };
        let reference = &plan.app.reference;
        let checked = match plan.publish {
            true => record.check_on(stage, reference, plan.app.clock.today(), None),
            false => record.check(stage, reference),
        };
        if let Err(errors) = together(wrong, blame(checked)?.map(drop)) {
            return Ok(Err(errors));
        }
        *record.head_mut().source = "import".to_owned();
        *record.head_mut().source_ref = Some(source_ref);
        if plan.publish {
            publish(plan, &mut record);
        }
        Ok(Ok(record))
    }

    fn key(record: &R) -> String {
        record.head().source_ref.unwrap_or_default().to_owned()
    }

    fn known(&self, plan: &Plan<'_>, keys: &[String]) -> Result<HashSet<String>> {
        let known = plan.app.db.read(|db| reviewed::known_refs::<R>(db, "import", keys))?;
        Ok(known.into_iter().collect())
    }

    fn resemblances(
        &mut self,
        plan: &Plan<'_>,
        rows: &[(u64, &R)],
    ) -> Result<Vec<Option<Resemblance>>> {
        plan.app.db.read(|db| self.earlier.resemblances(db, rows))
    }

    fn write(&self, plan: &Plan<'_>, records: &[R]) -> Result<()> {
        let action = R::ACTIONS.import;
        let enter = |db: &mut Db| reviewed::insert_many(db, plan.caller, plan.now, records, action);
        plan.app.db.write(enter).map(drop)
    }
}

/// Opens it at once, valid as long as one that goes through review.
fn publish<R: Reviewed>(plan: &Plan<'_>, record: &mut R) {
    let days = Days::new(u64::from(R::valid_days(&plan.app.config)));
    let usual = plan.app.clock.today().checked_add_days(days);
    let until = record.head().valid_until.or(usual);
    reviewed::publish(record, plan.now, until);
}
