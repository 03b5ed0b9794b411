//! Needs and capabilities of the demonstration, each with the history that led to its state:
//! written by its firm, reviewed by the liaison of its town.

use chrono::TimeDelta;

use super::accounts::People;
use super::files::{self, DemoRecord, OrgsByKey};
use super::{faulty, moved, unknown_org};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::{Capability, CapabilityFields};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::needs::model::{Need, NeedFields};
use crate::organizations::model::Organization;
use crate::records::history::{Past, PastStep, route, trace_pasts};
use crate::records::life::{Life, ReviewedLife};
use crate::records::reviewed::{Reviewed, ReviewedId, enter_past, publish};
use crate::records::rules::Stage;

/// What all records of the demonstration are entered with.
struct Entry<'a> {
    app: &'a App,
    orgs: &'a OrgsByKey,
    people: &'a People,
    now: Timestamp,
}

/// Writes needs and capabilities, all or none.
pub(super) fn enter(
    app: &App,
    orgs: &OrgsByKey,
    people: &People,
    moved_by: TimeDelta,
) -> Result<()> {
    let entry = Entry { app, orgs, people, now: app.clock.now() };
    let mut needs: Vec<DemoRecord<NeedFields>> = files::needs()?;
    for DemoRecord { fields, .. } in &mut needs {
        fields.deadline = moved(fields.deadline, moved_by);
        fields.valid_until = moved(fields.valid_until, moved_by);
    }
    let mut capabilities: Vec<DemoRecord<CapabilityFields>> = files::capabilities()?;
    for DemoRecord { fields, .. } in &mut capabilities {
        fields.valid_until = moved(fields.valid_until, moved_by);
    }
    app.db.write(|db| {
        let mut pasts = Vec::with_capacity(needs.len() + capabilities.len());
        for (at, record) in needs.iter().enumerate() {
            pasts.push(entry.record::<Need>(db, at + 1, record)?);
        }
        for (at, record) in capabilities.iter().enumerate() {
            pasts.push(entry.record::<Capability>(db, at + 1, record)?);
        }
        trace_pasts(db, entry.now, pasts)
    })
}

impl Entry<'_> {
    fn org(&self, key: &str) -> Result<&Organization> {
        self.orgs.get(key).ok_or_else(|| unknown_org(key))
    }

    /// Writes one record, line by line of a file; its dates have been moved.
    fn record<R: Reviewed>(
        &self,
        db: &mut Db,
        line: usize,
        record: &DemoRecord<R::Fields>,
    ) -> Result<Past> {
        let file = R::KIND.folder();
        let unknown = || faulty(file, line, format!("unknown state {}", record.status));
        let status: R::Status = record.status.parse().map_err(|_| unknown())?;
        let org = self.org(&record.org)?;
        let author = self.people.author(&record.org);
        let mut row = R::blank(R::Id::fresh(), org.id, self.now, author.actor_id());
        row.place(record.fields.clone(), org);
        let stage = match status {
            status if status == R::Status::DRAFT => Stage::Draft,
            status if status.is_reviewed() => Stage::Publish,
            _ => Stage::Submit,
        };
        let checked = row.check(stage, &self.app.reference);
        checked.map_err(|error| faulty(file, line, error))?;
        let route = route(R::Status::DRAFT, status, R::Status::next);
        if route.contains(&R::Status::PUBLISHED) {
            let until = self.validity(row.head().valid_until, R::valid_days(&self.app.config));
            publish(&mut row, self.now, until);
        }
        *row.head_mut().status = status;
        let steps = route.iter().map(ToString::to_string).collect();
        let steps = self.steps(steps, author, row.head().region_code);
        enter_past(db, row, steps)
    }

    /// The end of validity of a record that has been published: as given, or as usual.
    fn validity(&self, given: Option<chrono::NaiveDate>, days: u32) -> Option<chrono::NaiveDate> {
        let days = chrono::Days::new(u64::from(days));
        given.or_else(|| self.app.clock.today().checked_add_days(days))
    }

    /// Who took which step: the author creates, submits and withdraws, the reviewer does the rest.
    fn steps(&self, states: Vec<String>, author: &Caller, region: &str) -> Vec<PastStep> {
        let reviewer = self.people.reviewer(region);
        let step = |status: String| {
            let own = matches!(status.as_str(), "draft" | "submitted" | "withdrawn" | "suspended");
            let comment = (status == "returned").then(|| RETURNED.to_owned());
            let actor = if own { author } else { reviewer }.clone();
            PastStep { status, actor, comment }
        };
        states.into_iter().map(step).collect()
    }
}

/// Comment with which reviewers of the demonstration return a record.
const RETURNED: &str = "请补充测试条件和现有数据，写明希望达到的指标，再提交一次。";
