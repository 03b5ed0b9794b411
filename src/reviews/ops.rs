//! The queue of a reviewer, and what is decided about its entries.

use std::collections::HashMap;

use super::model::{Counts, Decision, Queue, ShowQueue, Waiting};
use super::store;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::{Capability, CapabilityId};
use crate::clock::china_date;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::needs::life::NeedStatus;
use crate::needs::model::{Need, NeedId};
use crate::organizations;
use crate::organizations::model::OrgStatus;
use crate::organizations::ops::TakeOrganizationStep;
use crate::records::model::RecordKind;
use crate::records::page;
use crate::records::reviewed::{self, Reviewed, Seen, StepTo};
use crate::records::scope::Reach;

/// Records of a kind that are looked at for one page: those that have waited longest. Who has more waiting
/// begins with these.
const MOST: i64 = 2_000;

/// The reach of a reviewer; whoever reviews nothing has no queue.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors; [`Error::NotFound`] for everybody else.
fn reach(caller: &Caller) -> Result<Reach> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::NotFound);
    }
    Ok(Reach::of(caller))
}

/// How much waits for the caller; nothing for who reviews nothing.
///
/// # Errors
/// Database faults.
pub fn counts(app: &App, caller: &Caller) -> Result<Counts> {
    match reach(caller) {
        Ok(reach) => app.db.read(|db| count(db, &reach)),
        Err(_) => Ok(Counts::default()),
    }
}

fn count(db: &mut Db, reach: &Reach) -> Result<Counts> {
    Ok(Counts {
        organizations: store::count_organizations(db, reach)?,
        needs: store::count_needs(db, reach)?,
        capabilities: store::count_capabilities(db, reach)?,
    })
}

/// A record that waits, before it is loaded.
type Entry = (Timestamp, String, RecordKind);

/// A page of what waits for the caller, those first that have waited longest.
///
/// # Errors
/// [`Error::NotFound`] for who reviews nothing; [`Error::Invalid`] for a page that cannot be.
pub fn queue(app: &App, caller: &Caller, query: &ShowQueue) -> Result<Queue> {
    let reach = reach(caller)?;
    let limit = checked_limit(query.limit)?;
    let after: Option<(Timestamp, String)> = query.after.as_deref().map(page::parse).transpose()?;
    app.db.read(|db| {
        let mut entries = entries(db, &reach, query.kind)?;
        entries.sort();
        if let Some((at, id)) = after {
            entries.retain(|one| (one.0, &one.1) > (at, &id));
        }
        entries.truncate(limit + 1);
        let page = Page::cut(entries, limit, |last| page::cursor(last.0, &last.1));
        let items = load(app, db, caller, &page.items)?;
        Ok(Queue { counts: count(db, &reach)?, items, next: page.next })
    })
}

fn entries(db: &mut Db, reach: &Reach, kind: Option<RecordKind>) -> Result<Vec<Entry>> {
    let wanted = |one: RecordKind| kind.is_none_or(|kind| kind == one);
    let mut entries: Vec<Entry> = Vec::new();
    if wanted(RecordKind::Need) {
        let rows = store::needs(db, reach, MOST)?.into_iter();
        entries.extend(rows.map(|(id, at)| (at, id.to_string(), RecordKind::Need)));
    }
    if wanted(RecordKind::Capability) {
        let rows = store::capabilities(db, reach, MOST)?.into_iter();
        entries.extend(rows.map(|(id, at)| (at, id.to_string(), RecordKind::Capability)));
    }
    if wanted(RecordKind::Organization) {
        let rows = store::organizations(db, reach, MOST)?;
        let ids: Vec<OrgId> = rows.iter().map(|(id, _)| *id).collect();
        let asked: HashMap<String, Option<Timestamp>> =
            store::asked_again(db, &ids)?.into_iter().collect();
        entries.extend(rows.into_iter().map(|(id, created)| {
            let id = id.to_string();
            let at = asked.get(&id).copied().flatten().unwrap_or(created);
            (at, id, RecordKind::Organization)
        }));
    }
    Ok(entries)
}

/// Loads the entries of a page, as far as the caller may know of them, in their order.
fn load(app: &App, db: &mut Db, caller: &Caller, page: &[Entry]) -> Result<Vec<Waiting>> {
    let of = |kind: RecordKind| page.iter().filter(move |one| one.2 == kind).map(|one| &one.1);
    let needs: Vec<NeedId> = of(RecordKind::Need).filter_map(|id| id.parse().ok()).collect();
    let capabilities: Vec<CapabilityId> =
        of(RecordKind::Capability).filter_map(|id| id.parse().ok()).collect();
    let orgs: Vec<OrgId> = of(RecordKind::Organization).filter_map(|id| id.parse().ok()).collect();
    let mut found: HashMap<String, Waiting> = HashMap::new();
    for seen in reviewed::find_many(db, caller, &needs)? {
        found.insert(seen.row.id.to_string(), need(app, caller, &seen));
    }
    for seen in reviewed::find_many(db, caller, &capabilities)? {
        found.insert(seen.row.id.to_string(), capability(app, caller, &seen));
    }
    for seen in organizations::ops::find_many(db, caller, &orgs)? {
        found.insert(seen.org.id.to_string(), organization(app, caller, &seen.org));
    }
    let (calendar, today) = (app.reference.calendar(), app.clock.today_in_china());
    let shown = page.iter().filter_map(|(since, id, _)| {
        let days = calendar.workdays_between(china_date(since.0), today);
        Some(Waiting { since: *since, days, ..found.remove(id)? })
    });
    Ok(shown.collect())
}

fn need(app: &App, caller: &Caller, seen: &Seen<Need>) -> Waiting {
    let fields = &seen.row.doc.0;
    Waiting {
        sort: fields.need_kind.clone(),
        summary: fields.public_summary.clone().or_else(|| fields.problem.clone()),
        ..record(app, caller, seen)
    }
}

fn capability(app: &App, caller: &Caller, seen: &Seen<Capability>) -> Waiting {
    let fields = &seen.row.doc.0;
    let (sort, summary) = (fields.asset_kind.clone(), fields.summary.clone());
    Waiting { sort, summary, ..record(app, caller, seen) }
}

fn record<R: Reviewed>(app: &App, caller: &Caller, seen: &Seen<R>) -> Waiting {
    let head = seen.row.head();
    Waiting {
        kind: R::KIND,
        id: seen.row.id().to_string(),
        version: head.version,
        title: R::wording(seen.row.fields()).title.to_owned(),
        owner: seen.owner.name.clone(),
        region_name: app.reference.region_name(head.region_code, caller.language),
        sort: None,
        summary: None,
        repeats: seen.row.duplicate_of().is_some(),
        since: head.updated_at,
        days: 0,
    }
}

fn organization(app: &App, caller: &Caller, org: &organizations::model::Organization) -> Waiting {
    Waiting {
        kind: RecordKind::Organization,
        id: org.id.to_string(),
        version: org.version,
        title: org.name.clone(),
        owner: org.uscc.clone(),
        region_name: app.reference.region_name(&org.region_code, caller.language),
        sort: Some(org.org_type.clone()),
        summary: org.doc.0.summary.clone(),
        repeats: false,
        since: org.created_at,
        days: 0,
    }
}

/// Publishes or verifies a record that waits, or gives it back. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`] for who may not know of it; [`Error::PreconditionFailed`] when it is no longer what
/// was looked at; those of the step.
pub fn decide(app: &App, caller: &Caller, decision: &Decision) -> Result<i64> {
    reach(caller)?;
    match decision.kind {
        RecordKind::Need => {
            let status = match decision.approved {
                true => NeedStatus::Published,
                false => NeedStatus::Returned,
            };
            step::<Need>(app, caller, decision, status)
        }
        RecordKind::Capability => {
            let status = match decision.approved {
                true => CapabilityStatus::Published,
                false => CapabilityStatus::Returned,
            };
            step::<Capability>(app, caller, decision, status)
        }
        RecordKind::Organization => {
            let id: OrgId = decision.id.parse().map_err(|_| Error::NotFound)?;
            let version = organizations::ops::show(app, caller, id)?.version;
            same(decision, version)?;
            let to = if decision.approved { OrgStatus::Verified } else { OrgStatus::Rejected };
            let step = TakeOrganizationStep { to, comment: decision.comment.clone() };
            Ok(organizations::ops::take_step(app, caller, id, &step)?.change)
        }
        _ => Err(Error::NotFound),
    }
}

fn step<R: Reviewed>(
    app: &App,
    caller: &Caller,
    decision: &Decision,
    to: R::Status,
) -> Result<i64> {
    let id: R::Id = decision.id.parse().map_err(|_| Error::NotFound)?;
    let version = app.db.read(|db| Ok(reviewed::find(db, caller, id)?.row.head().version))?;
    same(decision, version)?;
    let step = StepTo { to, comment: decision.comment.clone(), valid_until: None };
    Ok(reviewed::take_step(app, caller, id, step)?.change)
}

/// What is approved is what was looked at.
fn same(decision: &Decision, version: i32) -> Result<()> {
    if version == decision.version { Ok(()) } else { Err(Error::PreconditionFailed) }
}
