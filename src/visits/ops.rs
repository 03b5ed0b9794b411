//! Use cases of visits.

use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::model::{Visit, VisitFields, VisitId, VisitView};
use super::{links, rules, store};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::app::App;
use crate::attachments;
use crate::attachments::attached::{AttachRight, Attached};
use crate::attachments::model::Upload;
use crate::attachments::ops::Place;
use crate::cases::model::CaseId;
use crate::db::{Db, Timestamp};
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit, decode_cursor, encode_cursor};
use crate::needs::model::NeedId;
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::page;
use crate::records::scope::Reach;
use crate::records::traced::{Insight, State, Traced};

/// Hours within which the author may delete a visit.
const DELETABLE_HOURS: i64 = 24;

/// Which visits to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListVisits {
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only to this organisation.
    pub org_id: Option<OrgId>,
    /// Only that from which this need was made.
    pub need_id: Option<NeedId>,
    /// Only those made for this case.
    pub case_id: Option<CaseId>,
    /// Only from this day on.
    pub from: Option<NaiveDate>,
    /// Only up to this day.
    pub to: Option<NaiveDate>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Traced for Visit {
    const KIND: RecordKind = RecordKind::Visit;

    type Id = VisitId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, "logged", &self.doc.0)
    }

    fn insight(db: &mut Db, caller: &Caller, id: &VisitId) -> Result<Insight> {
        find(db, caller, *id)?;
        Ok(Insight::new(DisclosureLevel::Broker, Clearance::Full))
    }
}

impl Attached for Visit {
    fn attach_right(db: &mut Db, caller: &Caller, id: &VisitId) -> Result<AttachRight> {
        let visit = find(db, caller, *id)?;
        Ok(if may_change(caller, &visit) { AttachRight::Write } else { AttachRight::Read })
    }
}

/// Reviewers of the town's region and administrators know of its visits.
pub(super) fn sees(caller: &Caller, town_code: &str) -> bool {
    let reviews = caller.principal.as_ref().is_some_and(|one| one.reviews(town_code));
    reviews || caller.is_admin()
}

/// A visit is changed by who logged it, and by the liaisons of its town: they go on with it when its
/// author has another post.
fn may_change(caller: &Caller, visit: &Visit) -> bool {
    let liaison = caller.principal.as_ref().is_some_and(|one| one.is_liaison_of(&visit.town_code));
    is_author(caller, visit) || liaison || caller.is_admin()
}

fn is_author(caller: &Caller, visit: &Visit) -> bool {
    visit.created_by.is_some() && visit.created_by == caller.actor_id()
}

/// Takes the people who were met out of visits, now and in every version that was saved: their period
/// has ended. Returns how many visits were changed.
///
/// # Errors
/// Database faults; [`Error::PreconditionFailed`] when somebody changes one meanwhile.
pub fn forget_people(
    db: &mut Db,
    caller: &Caller,
    ids: &[VisitId],
    now: Timestamp,
) -> Result<usize> {
    let mut changes = Vec::new();
    for id in ids {
        let Some(mut visit) = store::find_unscoped(db, *id)? else { continue };
        records::store::drop_from_versions(db, RecordKind::Visit, &id.to_string(), "people")?;
        if visit.doc.0.people.is_empty() {
            continue;
        }
        let before = serde_json::to_value(&visit.doc.0)?;
        visit.doc.0.people.clear();
        visit.version += 1;
        visit.updated_at = now;
        store::update(db, &visit)?;
        changes.push(visit.change("visit.forget_people", &before)?);
    }
    if !changes.is_empty() {
        records::ops::trace(db, caller, now, &changes)?;
    }
    Ok(ids.len())
}

/// Removes the files of visits that were attached before a moment: their period has ended. Returns how
/// many visits had some.
///
/// # Errors
/// Database faults.
pub fn forget_files(
    db: &mut Db,
    caller: &Caller,
    ids: &[VisitId],
    (before, now): (Timestamp, Timestamp),
) -> Result<usize> {
    let ids: Vec<String> = ids.iter().map(VisitId::to_string).collect();
    let visits = (RecordKind::Visit, ids.as_slice());
    attachments::ops::forget_before(db, caller, now, visits, Some(before))
}

/// A visit that the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub(super) fn find(db: &mut Db, caller: &Caller, id: VisitId) -> Result<Visit> {
    let visit = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    if sees(caller, &visit.town_code) { Ok(visit) } else { Err(Error::NotFound) }
}

fn changeable(db: &mut Db, caller: &Caller, id: VisitId, version: i32) -> Result<Visit> {
    let visit = find(db, caller, id)?;
    if !may_change(caller, &visit) {
        return Err(Error::forbidden("error.not_your_visit"));
    }
    if visit.version != version {
        return Err(Error::PreconditionFailed);
    }
    Ok(visit)
}

/// What callers see of visits, in the same order.
fn views(app: &App, db: &mut Db, caller: &Caller, visits: Vec<Visit>) -> Result<Vec<VisitView>> {
    let orgs: Vec<OrgId> = visits.iter().filter_map(|visit| visit.org_id).collect();
    let people: Vec<UserId> = visits.iter().filter_map(|visit| visit.created_by).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let names = crate::accounts::ops::names(db, &people)?;
    let shown = visits.into_iter().map(|visit| VisitView {
        id: visit.id,
        org: visit.org_id.and_then(|id| owners.get(&id).cloned()),
        region_name: app.reference.region_name(&visit.town_code, caller.language),
        author_name: visit.created_by.and_then(|id| names.get(&id).cloned()),
        editable: may_change(caller, &visit),
        deletable: is_deletable(app, caller, &visit),
        code: visit.code,
        version: visit.version,
        fields: visit.doc.0,
        need_id: visit.need_id,
        created_at: visit.created_at,
        updated_at: visit.updated_at,
    });
    Ok(shown.collect())
}

fn view(app: &App, db: &mut Db, caller: &Caller, visit: Visit) -> Result<VisitView> {
    views(app, db, caller, vec![visit])?.pop().ok_or_else(|| Error::internal("a visit was lost"))
}

/// Shows a visit.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: VisitId) -> Result<VisitView> {
    app.db.read(|db| {
        let visit = find(db, caller, id)?;
        view(app, db, caller, visit)
    })
}

/// A page of the visits that the caller may know of, latest first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListVisits) -> Result<Page<VisitView>> {
    caller.signed_in()?;
    let limit = checked_limit(query.limit)?;
    let filter = store::VisitFilter {
        town: page::region(query.region.as_deref())?,
        org_id: query.org_id,
        need_id: query.need_id,
        case_id: query.case_id,
        from: query.from,
        to: query.to,
    };
    let before = query.after.as_deref().map(cursor).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &Reach::of(caller), &filter, before, wanted)?;
        let page = Page::cut(rows, limit, |last| {
            encode_cursor(&last.visited_on.to_string(), &last.id.to_string())
        });
        Ok(Page { items: views(app, db, caller, page.items)?, next: page.next })
    })
}

fn cursor(text: &str) -> Result<(NaiveDate, VisitId)> {
    let (day, id) = decode_cursor(text)?;
    let bad = || Error::field("/after", "field.cursor");
    Ok((day.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?))
}

/// Logs a visit, with photos when the form brings some.
///
/// # Errors
/// [`Error::Forbidden`] for a town that is not the caller's to look after; [`Error::Invalid`] with
/// every field; those of [`attachments::ops::attach`].
pub fn create(
    app: &App,
    caller: &Caller,
    fields: &VisitFields,
    photos: &[Upload],
) -> Result<Written<VisitView>> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.liaisons_only"));
    }
    let (now, today) = (app.clock.now(), app.clock.today_in_china());
    let mut fields = fields.clone();
    rules::complete(&mut fields, principal, today);
    let written = app.db.write(|db| {
        check(app, db, caller, (&fields, None), today)?;
        let visit = Visit::new(fields.clone(), caller.actor_id(), now);
        let id = visit.id;
        let mut change = enter(db, caller, vec![visit], now)?;
        if !photos.is_empty() {
            let (kind, record) = (RecordKind::Visit, id.to_string());
            let place = Place { kind, record, part: None };
            change = attachments::ops::attach(app, db, caller, now, &place, photos)?.change;
        }
        let visit = find(db, caller, id)?;
        Ok(Written { value: view(app, db, caller, visit)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Stores visits with their trace, in the caller's transaction: for the demo as well.
///
/// # Errors
/// Database faults.
pub fn enter(db: &mut Db, caller: &Caller, visits: Vec<Visit>, now: Timestamp) -> Result<i64> {
    store::insert(db, &visits)?;
    let changes = visits.iter().map(|visit| visit.creation("visit.create"));
    records::ops::trace(db, caller, now, &changes.collect::<Result<Vec<_>>>()?)
}

/// Checks complete fields against rules, regions, registered firms and the case; `before` is the case
/// that the visit named already.
fn check(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (fields, before): (&VisitFields, Option<CaseId>),
    today: NaiveDate,
) -> Result<()> {
    rules::check(fields, &app.reference, today)?;
    if !sees(caller, fields.town_code.as_deref().unwrap_or_default()) {
        return Err(Error::forbidden("error.not_your_region"));
    }
    links::check_case(db, caller, fields, before)?;
    let Some(org) = fields.org_id else { return Ok(()) };
    let found = organizations::ops::find(db, caller, org);
    Error::named_at(found, "/org_id", "field.unknown_org")
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but its author and administrators;
/// [`Error::PreconditionFailed`] when the version is not the current one; [`Error::Invalid`] with
/// every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: VisitId,
    version: i32,
    patch: &Value,
) -> Result<Written<VisitView>> {
    caller.signed_in()?;
    let (now, today) = (app.clock.now(), app.clock.today_in_china());
    let written = app.db.write(|db| {
        let mut visit = changeable(db, caller, id, version)?;
        let before = serde_json::to_value(&visit.doc.0)?;
        let fields: VisitFields = records::patch::merged(before.clone(), patch)?;
        check(app, db, caller, (&fields, visit.case_id), today)?;
        visit.set_fields(fields);
        visit.version += 1;
        visit.updated_at = now;
        store::update(db, &visit)?;
        let change = visit.change("visit.update", &before)?;
        let change = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, db, caller, visit)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

fn is_deletable(app: &App, caller: &Caller, visit: &Visit) -> bool {
    is_author(caller, visit)
        && app.clock.time() - visit.created_at.0 < TimeDelta::hours(DELETABLE_HOURS)
}

/// Deletes a visit with its files. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but its author; a conflict when a day has
/// passed; [`Error::PreconditionFailed`] when the version is not the current one.
pub fn delete(app: &App, caller: &Caller, id: VisitId, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let change = app.db.write(|db| {
        let visit = find(db, caller, id)?;
        if !is_author(caller, &visit) {
            return Err(Error::forbidden("error.not_your_visit"));
        }
        if visit.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !is_deletable(app, caller, &visit) {
            return Err(Error::conflict("error.visit_is_old"));
        }
        attachments::ops::forget(db, caller, now, RecordKind::Visit, &id.to_string())?;
        store::delete(db, &visit)?;
        records::ops::trace_removal(db, caller, now, &visit.removal("visit.delete")?)
    })?;
    app.feed.wake();
    Ok(change)
}
