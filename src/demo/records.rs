//! Needs and capabilities of the demonstration, each with the history that led to its state:
//! written by its firm, reviewed by the liaison of its town.

use chrono::TimeDelta;

use super::accounts::People;
use super::files::{self, DemoRecord, OrgsByKey};
use super::{faulty, moved, unknown_org};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::{Capability, CapabilityFields, CapabilityId};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::needs;
use crate::needs::life::NeedStatus;
use crate::needs::model::{Need, NeedFields, NeedId};
use crate::organizations::model::Organization;
use crate::records::history::{Past, PastStep, route, trace_pasts};

/// What all records of the demonstration are entered with.
struct Entry<'a> {
    app: &'a App,
    orgs: &'a OrgsByKey,
    people: &'a People,
    moved_by: TimeDelta,
    now: Timestamp,
}

/// Writes needs and capabilities, all or none.
pub(super) fn enter(
    app: &App,
    orgs: &OrgsByKey,
    people: &People,
    moved_by: TimeDelta,
) -> Result<()> {
    let entry = Entry { app, orgs, people, moved_by, now: app.clock.now() };
    let needs = files::needs()?;
    let capabilities = files::capabilities()?;
    app.db.write(|db| {
        let mut pasts = Vec::with_capacity(needs.len() + capabilities.len());
        for (at, record) in needs.iter().enumerate() {
            pasts.push(entry.need(db, at + 1, record)?);
        }
        for (at, record) in capabilities.iter().enumerate() {
            pasts.push(entry.capability(db, at + 1, record)?);
        }
        trace_pasts(db, entry.now, &pasts)
    })
}

impl Entry<'_> {
    fn org(&self, key: &str) -> Result<&Organization> {
        self.orgs.get(key).ok_or_else(|| unknown_org(key))
    }

    fn need(&self, db: &mut Db, line: usize, record: &DemoRecord<NeedFields>) -> Result<Past> {
        use needs::rules::{Stage, check};
        let status: NeedStatus =
            record.status.parse().map_err(|reason| faulty("needs", line, reason))?;
        let mut fields = record.fields.clone();
        fields.deadline = moved(fields.deadline, self.moved_by);
        fields.valid_until = moved(fields.valid_until, self.moved_by);
        let stage = match status {
            NeedStatus::Draft => Stage::Draft,
            NeedStatus::Submitted | NeedStatus::Returned => Stage::Submit,
            _ => Stage::Publish,
        };
        let checked = check(&fields, stage, &self.app.reference);
        checked.map_err(|error| faulty("needs", line, error))?;
        let org = self.org(&record.org)?;
        let author = self.people.author(&record.org);
        let mut need = Need::blank(NeedId::new(), org.id, self.now, author.actor_id());
        need.set_fields(fields, &org.region_code, org.town_code.as_deref());
        need.status = status;
        let route = route(NeedStatus::Draft, status, NeedStatus::next);
        if route.contains(&NeedStatus::Published) {
            need.published_at = Some(self.now);
            need.last_verified_at = Some(self.now);
            need.valid_until =
                self.validity(need.valid_until, self.app.config.records.need_valid_days);
            need.doc.0.valid_until = need.valid_until;
        }
        let steps = route.iter().map(ToString::to_string).collect();
        let steps = self.steps(steps, author, &need.region_code);
        needs::past::enter(db, need, steps)
    }

    fn capability(
        &self,
        db: &mut Db,
        line: usize,
        record: &DemoRecord<CapabilityFields>,
    ) -> Result<Past> {
        use capabilities::rules::{Stage, check};
        let status: CapabilityStatus =
            record.status.parse().map_err(|reason| faulty("capabilities", line, reason))?;
        let mut fields = record.fields.clone();
        fields.valid_until = moved(fields.valid_until, self.moved_by);
        let stage = match status {
            CapabilityStatus::Draft => Stage::Draft,
            CapabilityStatus::Submitted | CapabilityStatus::Returned => Stage::Submit,
            _ => Stage::Publish,
        };
        let checked = check(&fields, stage, &self.app.reference);
        checked.map_err(|error| faulty("capabilities", line, error))?;
        let org = self.org(&record.org)?;
        let author = self.people.author(&record.org);
        let id = CapabilityId::new();
        let mut capability = Capability::blank(id, org.id, self.now, author.actor_id());
        capability.set_fields(fields, &org.region_code);
        capability.status = status;
        let route = route(CapabilityStatus::Draft, status, CapabilityStatus::next);
        if route.contains(&CapabilityStatus::Published) {
            capability.published_at = Some(self.now);
            capability.last_verified_at = Some(self.now);
            let days = self.app.config.records.capability_valid_days;
            capability.valid_until = self.validity(capability.valid_until, days);
            capability.doc.0.valid_until = capability.valid_until;
        }
        let steps = route.iter().map(ToString::to_string).collect();
        let steps = self.steps(steps, author, &capability.region_code);
        capabilities::past::enter(db, capability, steps)
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
