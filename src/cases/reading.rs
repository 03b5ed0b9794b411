//! What a caller sees of cases. A side sees of the other what the record's confidentiality opens to
//! it, no more; what the broker notes is the broker's unless it is shared.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::model::{Answer, Case, CaseEntry, CaseId, EntryId, Side};
use super::stage::{self, CaseStage};
use super::store::{self, CaseFilter};
use super::views::{CaseEntryView, CaseRecord, CaseView};
use super::visiting;
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::roles::model::BrokerView;
use crate::app::App;
use crate::attachments;
use crate::capabilities::model::CapabilityId;
use crate::db::Db;
use crate::disclosure::Clearance;
use crate::error::{Error, Result};
use crate::http::pagination::{Page, PageQuery, checked_limit};
use crate::needs::model::NeedId;
use crate::records::model::RecordKind;
use crate::records::page;
use crate::records::parts::Contact;
use crate::records::reviewed::{self, Reviewed, ReviewedId, Seen};
use crate::records::scope::Reach;
use crate::records::traced::Insight;

/// Which cases to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListCases {
    /// Only in these stages, separated by commas.
    pub stage: Option<String>,
    /// Only about this need.
    pub need_id: Option<NeedId>,
    /// Only about this capability.
    pub capability_id: Option<CapabilityId>,
    /// Only those that this person brokers.
    pub liaison_id: Option<UserId>,
    /// `true`: only open ones; `false`: only ended ones.
    pub open: Option<bool>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl ListCases {
    fn filter(&self) -> Result<CaseFilter> {
        let stages = page::codes(self.stage.as_deref())
            .map(|code| code.parse().map_err(|_| Error::field("/stage", "field.unknown_status")))
            .collect::<Result<Vec<CaseStage>>>()?;
        let bad = |_| Error::field("/after", "field.cursor");
        Ok(CaseFilter {
            stages,
            need_id: self.need_id,
            capability_id: self.capability_id,
            liaison_id: self.liaison_id,
            open: self.open,
            before: self.after.as_deref().map(str::parse).transpose().map_err(bad)?,
        })
    }
}

/// A case that the caller may know of, and what the caller is in it.
///
/// # Errors
/// [`Error::NotFound`] for everybody but the broker and the two sides.
pub fn find(db: &mut Db, caller: &Caller, id: CaseId) -> Result<(Case, Vec<Side>)> {
    let case = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    let sides = case.sides(caller);
    if sides.is_empty() { Err(Error::NotFound) } else { Ok((case, sides)) }
}

/// Shows a case.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: CaseId) -> Result<CaseView> {
    app.db.read(|db| {
        let (case, _) = find(db, caller, id)?;
        view(app, db, caller, case)
    })
}

/// A page of cases that the caller has a part in, newest first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListCases) -> Result<Page<CaseView>> {
    caller.signed_in()?;
    let limit = checked_limit(query.limit)?;
    let filter = query.filter()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &Reach::of(caller), &filter, wanted)?;
        let page = Page::cut(rows, limit, |last| last.id.to_string());
        Ok(Page { items: views(app, db, caller, page.items)?, next: page.next })
    })
}

/// A page of the timeline of a case, newest first: as much of it as is for the caller.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a page that cannot be.
pub fn entries(
    app: &App,
    caller: &Caller,
    id: CaseId,
    query: &PageQuery,
) -> Result<Page<CaseEntryView>> {
    let limit = query.limit()?;
    let bad = |_| Error::field("/after", "field.cursor");
    let mut before: Option<EntryId> =
        query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = limit + 1;
    app.db.read(|db| {
        let (case, sides) = find(db, caller, id)?;
        // Visits are few, and their ids are of the same kind: by them both stand in one order.
        let mut visits = visiting::entries(db, caller, id)?;
        visits.retain(|visit| before.is_none_or(|before| visit.id < before));
        let mut shown = Vec::new();
        // What is not for the caller makes no page shorter.
        while shown.len() < wanted {
            let rows = store::entries(db, id, before, i64::try_from(wanted).unwrap_or(101))?;
            let all = rows.len() < wanted;
            before = rows.last().map(|row| row.id);
            shown.extend(entry_views(db, &case, &sides, rows)?);
            if all {
                break;
            }
        }
        shown.extend(visits);
        shown.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id));
        Ok(Page::cut(shown, limit, |last| last.id.to_string()))
    })
}

/// Those of these entries whose notes the caller may read.
pub(super) fn readable_entries(
    db: &mut Db,
    caller: &Caller,
    id: CaseId,
    parts: &[&str],
) -> Result<HashSet<String>> {
    let (_, sides) = find(db, caller, id)?;
    let ids: Vec<EntryId> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let mut rows = store::entries_of(db, id, &ids)?;
    rows.retain(|row| row.is_readable(&sides));
    Ok(rows.into_iter().map(|row| row.id.to_string()).collect())
}

/// One entry of a timeline.
///
/// # Errors
/// [`Error::NotFound`].
pub fn entry(app: &App, caller: &Caller, id: CaseId, entry: EntryId) -> Result<CaseEntryView> {
    app.db.read(|db| {
        let (case, sides) = find(db, caller, id)?;
        let rows = store::entries_of(db, id, &[entry])?;
        entry_views(db, &case, &sides, rows)?.pop().ok_or(Error::NotFound)
    })
}

pub(super) fn entry_views(
    db: &mut Db,
    case: &Case,
    sides: &[Side],
    rows: Vec<CaseEntry>,
) -> Result<Vec<CaseEntryView>> {
    let people: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    let names = accounts::ops::names(db, &people)?;
    let broker = sides.contains(&Side::Broker);
    let met = case.stage.is_mutual();
    let mut files = if broker || case.is_introducible() {
        attachments::ops::by_part(db, RecordKind::Case, &case.id.to_string())?
    } else {
        HashMap::new()
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = broker || sides.contains(&row.side);
            let readable = row.is_readable(sides);
            let named = own || met || row.side == Side::Broker;
            let reason = own.then_some(row.lost_reason).flatten();
            CaseEntryView {
                id: row.id,
                from_stage: row.from_stage,
                to_stage: row.to_stage,
                side: row.side,
                actor_name: row.actor_id.filter(|_| named).and_then(|id| names.get(&id).cloned()),
                channel: row.channel,
                note: row.note.filter(|_| readable),
                shared: row.shared,
                next_action: row.next_action.filter(|_| broker),
                due_on: row.due_on.filter(|_| broker),
                visit_id: None,
                visited_on: None,
                lost_reason: reason,
                files: files.remove(&row.id.to_string()).filter(|_| readable).unwrap_or_default(),
                created_at: row.created_at,
            }
        })
        // A note of another side that is not shared leaves nothing to show.
        .filter(|row| !row.is_note() || !row.is_silent())
        .collect())
}

/// The titles of need and capability of the cases among these that the caller has a part in; those
/// that are not open to the caller are missing.
///
/// # Errors
/// Database faults.
pub fn titles(
    db: &mut Db,
    caller: &Caller,
    ids: &[CaseId],
) -> Result<HashMap<CaseId, [Option<String>; 2]>> {
    let mut cases = store::find_many_unscoped(db, ids)?;
    cases.retain(|case| !case.sides(caller).is_empty());
    let needs =
        title_of::<NeedId>(db, caller, cases.iter().map(|case| case.need_id), |all| all.title)?;
    let capabilities = cases.iter().map(|case| case.capability_id);
    let capabilities = title_of::<CapabilityId>(db, caller, capabilities, |fields| fields.title)?;
    let pair = |case: &Case| {
        let need = needs.get(&case.need_id.to_string()).cloned();
        [need, capabilities.get(&case.capability_id.to_string()).cloned()]
    };
    Ok(cases.iter().map(|case| (case.id, pair(case))).collect())
}

/// Titles of records by id, as far as the caller may see them.
fn title_of<I: ReviewedId>(
    db: &mut Db,
    caller: &Caller,
    ids: impl Iterator<Item = I>,
    title: impl Fn(<I::Record as Reviewed>::Fields) -> Option<String>,
) -> Result<HashMap<String, String>> {
    let ids: Vec<I> = ids.collect();
    let mut found = HashMap::new();
    for seen in reviewed::find_many(db, caller, &ids)? {
        let text = title(seen.redacted()?.0);
        found.extend(text.map(|text| (seen.row.id().to_string(), text)));
    }
    Ok(found)
}

/// What the caller sees of a case.
pub(super) fn view(app: &App, db: &mut Db, caller: &Caller, case: Case) -> Result<CaseView> {
    let mut views = views(app, db, caller, vec![case])?;
    views.pop().ok_or_else(|| Error::internal("a case was lost"))
}

/// The same of several, in their order.
pub(super) fn views(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    cases: Vec<Case>,
) -> Result<Vec<CaseView>> {
    let needs: Vec<NeedId> = cases.iter().map(|case| case.need_id).collect();
    let capabilities: Vec<CapabilityId> = cases.iter().map(|case| case.capability_id).collect();
    let people: Vec<UserId> = cases.iter().filter_map(|case| case.liaison_id).collect();
    let liaisons = accounts::roles::ops::brokers(db, &people)?;
    let needs: HashMap<NeedId, _> =
        reviewed::find_many(db, caller, &needs)?.into_iter().map(|one| (one.row.id, one)).collect();
    let capabilities: HashMap<CapabilityId, _> = reviewed::find_many(db, caller, &capabilities)?
        .into_iter()
        .map(|one| (one.row.id, one))
        .collect();
    cases
        .into_iter()
        .map(|case| {
            let need = match needs.get(&case.need_id) {
                Some(seen) => record(seen, |fields| (fields.title, fields.contact))?,
                None => hidden(case.need_id),
            };
            let capability = match capabilities.get(&case.capability_id) {
                Some(seen) => record(seen, |fields| (fields.title, fields.contact))?,
                None => hidden(case.capability_id),
            };
            let mut need = CaseRecord { answer: case.need_answer, ..need };
            let mut capability = CaseRecord { answer: case.provider_answer, ..capability };
            if case.is_introducible() && case.sides(caller).contains(&Side::Broker) {
                // Who brings two together must be able to reach both, wherever they are.
                let (of_need, of_capability) =
                    (needs.get(&case.need_id), capabilities.get(&case.capability_id));
                need.contact =
                    of_need.map(|seen| reachable(seen, |all| all.contact)).transpose()?.flatten();
                capability.contact = of_capability
                    .map(|seen| reachable(seen, |all| all.contact))
                    .transpose()?
                    .flatten();
            }
            let liaison = case.liaison_id.and_then(|id| liaisons.get(&id));
            Ok(shown(app, caller, &case, (need, capability), liaison))
        })
        .collect()
}

fn shown(
    app: &App,
    caller: &Caller,
    case: &Case,
    (need, capability): (CaseRecord, CaseRecord),
    liaison: Option<&BrokerView>,
) -> CaseView {
    let sides = case.sides(caller);
    let broker = sides.contains(&Side::Broker);
    let knows_reason = broker || case.lost_side.is_some_and(|side| sides.contains(&side));
    CaseView {
        id: case.id,
        code: case.code.clone(),
        origin: case.origin,
        stage: case.stage,
        held_stage: case.held_stage,
        stage_since: case.stage_since,
        need,
        capability,
        region_code: case.region_code.clone(),
        region_name: app.reference.region_name(&case.region_code, caller.language),
        liaison: liaison.cloned(),
        lost_reason: case.lost_reason.filter(|_| knows_reason),
        next_action: case.next_action.clone().filter(|_| broker),
        due_on: case.due_on.filter(|_| broker),
        answers: case.may_accept(&sides),
        declines: case.may_decline(&sides),
        steps: stage::open_to(case.stage, case.held_stage, &sides),
        sides,
        version: case.version,
        created_at: case.created_at,
        updated_at: case.updated_at,
        closed_at: case.closed_at,
    }
}

/// What is seen of a record on one side.
fn record<R: Reviewed>(
    seen: &Seen<R>,
    parts: impl FnOnce(R::Fields) -> (Option<String>, Option<Contact>),
) -> Result<CaseRecord> {
    let (title, contact) = parts(seen.redacted()?.0);
    let org = seen.knows_owner().then(|| seen.owner.clone());
    let id = seen.row.id().to_string();
    Ok(CaseRecord { id, title, org, contact, answer: Answer::Open })
}

/// Whom to turn to, for who brings the two together: whatever the record's confidentiality, but not
/// somebody who has not agreed to be shown.
fn reachable<R: Reviewed>(
    seen: &Seen<R>,
    contact: impl FnOnce(R::Fields) -> Option<Contact>,
) -> Result<Option<Contact>> {
    let insight = Insight { clearance: Clearance::Full, ..seen.insight.clone() };
    let seen = Seen { row: seen.row.clone(), owner: seen.owner.clone(), insight };
    Ok(contact(seen.redacted()?.0))
}

/// A record that is not open to the caller any more.
fn hidden(id: impl ToString) -> CaseRecord {
    CaseRecord { id: id.to_string(), title: None, org: None, contact: None, answer: Answer::Open }
}
