//! Use cases of projects: drawing up, reading, listing, changing. Steps have a file of their own.

use serde::Deserialize;
use serde_json::Value;

use super::life::Standing;
use super::model::{Project, ProjectFields, ProjectId, ProjectStatus, ProjectView};
pub use super::overdue::{Late, Overdue, overdue};
use super::ratings::ratable;
pub use super::ratings::{RateProject, rate};
pub use super::steps::{TakeProjectStep, take_step};
use super::{rules, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::attachments;
use crate::attachments::attached::{AttachRight, Attached};
use crate::cases::model::CaseId;
use crate::db::{Db, Json, Timestamp};
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::records::life::Life;
use crate::records::model::{RecordKind, readable_code};
use crate::records::ops::Written;
use crate::records::scope::Reach;
use crate::records::traced::{Insight, State, Traced};
use crate::records::{self, page, reviewed};
use crate::{cases, contracts, organizations};

/// Which projects to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListProjects {
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of these programmes, separated by commas.
    pub programme: Option<String>,
    /// Only of these channels, separated by commas.
    pub channel: Option<String>,
    /// Only of these kinds of activity, separated by commas.
    pub activity_kind: Option<String>,
    /// Only of towns in this region, at any level of the code.
    pub region: Option<String>,
    /// Only with this organisation as a party.
    pub org_id: Option<OrgId>,
    /// Only out of this case.
    pub case_id: Option<CaseId>,
    /// Only with this text in the title or the readable code.
    pub q: Option<String>,
    /// Only with this text in the name of a party.
    pub party: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Traced for Project {
    const KIND: RecordKind = RecordKind::Project;

    type Id = ProjectId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, self.status, &self.doc.0)
    }

    /// Whoever may know of a project sees all of it.
    fn insight(db: &mut Db, caller: &Caller, id: &ProjectId) -> Result<Insight> {
        find(db, caller, *id)?;
        Ok(Insight::new(DisclosureLevel::Public, Clearance::Full))
    }
}

/// The files of a project are for those who may know of it: its parties add until it has ended,
/// reviewers keep them in order.
impl Attached for Project {
    fn attach_right(db: &mut Db, caller: &Caller, id: &ProjectId) -> Result<AttachRight> {
        let project = find(db, caller, *id)?;
        Ok(if Standing::of(caller, &project).reviewer {
            AttachRight::Write
        } else if project.status.is_open() {
            AttachRight::Add
        } else {
            AttachRight::Read
        })
    }
}

/// A project that the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: ProjectId) -> Result<Project> {
    let project = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    if Standing::of(caller, &project).takes_part() { Ok(project) } else { Err(Error::NotFound) }
}

/// What the caller sees of a project.
pub(super) fn view(app: &App, caller: &Caller, project: Project) -> ProjectView {
    let (standing, ratable) = (Standing::of(caller, &project), ratable(caller, &project));
    let (status, fields) = (project.status, project.doc.0);
    let (planned_total, paid_total) = fields.totals();
    let name = |code: &String| app.reference.region_name(code, caller.language);
    let late = fields.overdue(app.clock.today_in_china()).count();
    ProjectView {
        id: project.id,
        code: project.code,
        status,
        version: project.version,
        town_names: fields.town_codes.iter().map(name).collect(),
        planned_total,
        paid_total,
        overdue_milestones: if status.is_open() { late } else { 0 },
        steps: status.steps_for(standing),
        ratable,
        editable: status.is_open() && standing.takes_part(),
        fields,
        created_at: project.created_at,
        updated_at: project.updated_at,
    }
}

/// Shows a project.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: ProjectId) -> Result<ProjectView> {
    app.db.read(|db| Ok(view(app, caller, find(db, caller, id)?)))
}

/// A page of projects that the caller may know of, newest first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListProjects) -> Result<Page<ProjectView>> {
    caller.signed_in()?;
    let limit = checked_limit(query.limit)?;
    let codes = |text: &Option<String>| page::codes(text.as_deref()).map(str::to_owned).collect();
    let filter = store::ProjectFilter {
        statuses: page::statuses(query.status.as_deref())?,
        programmes: codes(&query.programme),
        channels: codes(&query.channel),
        activity_kinds: codes(&query.activity_kind),
        region: page::region(query.region.as_deref())?,
        org_id: query.org_id,
        case_id: query.case_id,
        text: page::text("/q", query.q.as_deref())?,
        party: page::text("/party", query.party.as_deref())?,
    };
    let reach = Reach::of(caller);
    let before = query.after.as_deref().map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let rows = app.db.read(|db| store::list(db, &reach, &filter, before, wanted))?;
    let page = Page::cut(rows, limit, |last| page::cursor(last.created_at, last.id));
    Ok(page.map(|row| view(app, caller, row)))
}

/// The caller must take part in what is written, and for an organisation that has been verified.
fn require_part(db: &mut Db, caller: &Caller, row: &Project) -> Result<()> {
    let standing = Standing::of(caller, row);
    if !standing.takes_part() {
        return Err(Error::forbidden("error.not_party_to_project"));
    }
    if standing.reviewer {
        return Ok(());
    }
    let principal = caller.signed_in()?;
    let mut parties = row.doc.0.parties.iter().filter_map(|party| party.org_id);
    let own = parties.find(|org| principal.works_for(*org));
    own.map_or(Ok(()), |org| organizations::ops::require_verified(db, org))
}

/// What a project is newly linked to must be known to the caller.
fn check_links(
    db: &mut Db,
    caller: &Caller,
    before: &ProjectFields,
    after: &ProjectFields,
) -> Result<()> {
    let mut found = Vec::new();
    for (at, party) in after.parties.iter().enumerate() {
        let known = before.parties.iter().any(|one| one.org_id == party.org_id);
        if let Some(id) = party.org_id.filter(|_| !known) {
            let pointer = format!("/parties/{at}/org_id");
            found.push((pointer, organizations::ops::find(db, caller, id).map(drop)));
        }
    }
    if let Some(id) = after.need_id.filter(|_| before.need_id != after.need_id) {
        found.push(("/need_id".to_owned(), reviewed::find(db, caller, id).map(drop)));
    }
    if let Some(id) = after.capability_id.filter(|_| before.capability_id != after.capability_id) {
        found.push(("/capability_id".to_owned(), reviewed::find(db, caller, id).map(drop)));
    }
    if let Some(id) = after.case_id.filter(|_| before.case_id != after.case_id) {
        found.push(("/case_id".to_owned(), cases::ops::find(db, caller, id).map(drop)));
    }
    for (at, id) in after.contract_ids.iter().enumerate() {
        if !before.contract_ids.contains(id) {
            let pointer = format!("/contract_ids/{at}");
            found.push((pointer, contracts::ops::find(db, caller, *id).map(drop)));
        }
    }
    for (pointer, result) in found {
        match result {
            Err(Error::NotFound) => return Err(Error::field(pointer, "field.unknown_record")),
            other => other?,
        }
    }
    Ok(())
}

/// Names the parties after their organisations where nothing is given.
fn complete(db: &mut Db, fields: &mut ProjectFields) -> Result<()> {
    for party in fields.parties.iter_mut().filter(|party| party.name.is_none()) {
        if let Some(id) = party.org_id {
            party.name = Some(organizations::ops::place(db, id)?.name);
        }
    }
    Ok(())
}

fn new_row(fields: ProjectFields, caller: &Caller, now: Timestamp) -> Project {
    let id = ProjectId::new();
    let mut row = Project {
        id,
        code: readable_code("XM", id.0, now),
        status: ProjectStatus::Planned,
        title: String::new(),
        programme: String::new(),
        channel: String::new(),
        activity_kind: String::new(),
        case_id: None,
        funds_planned: 0,
        funds_paid: 0,
        starts_on: None,
        next_milestone_on: None,
        closed_on: None,
        party_names: String::new(),
        doc: Json(ProjectFields::default()),
        created_by: caller.actor_id(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    row.set_fields(fields);
    row
}

/// Puts a project on record: for people of its parties, and reviewers of its towns.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else; [`Error::Invalid`] with every field.
pub fn create(app: &App, caller: &Caller, fields: &ProjectFields) -> Result<Written<ProjectView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (blank, mut fields) = (ProjectFields::default(), fields.clone());
        rules::check_untouched(&blank, &fields)?;
        check_links(db, caller, &blank, &fields)?;
        complete(db, &mut fields)?;
        rules::check(&fields, &app.reference, app.clock.today_in_china())?;
        let row = new_row(fields, caller, now);
        require_part(db, caller, &row)?;
        store::insert(db, &row)?;
        let number = records::ops::trace(db, caller, now, &[row.creation("project.create")?])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Writes the row under the next version.
pub(super) fn save(db: &mut Db, now: Timestamp, row: &mut Project) -> Result<()> {
    row.version += 1;
    row.updated_at = now;
    store::update(db, row)
}

/// Changes fields by a JSON merge patch (RFC 7396), until the project has ended. Milestones
/// reached and funds paid come in this way, too.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; a conflict after the end;
/// [`Error::Forbidden`] when the caller would have no part in it any more; [`Error::Invalid`]
/// with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: ProjectId,
    version: i32,
    patch: &Value,
) -> Result<Written<ProjectView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !row.status.is_open() {
            return Err(Error::conflict("error.project_ended"));
        }
        let before = serde_json::to_value(&row.doc.0)?;
        let mut fields: ProjectFields = records::patch::merged(before.clone(), patch)?;
        rules::check_untouched(&row.doc.0, &fields)?;
        check_links(db, caller, &row.doc.0, &fields)?;
        complete(db, &mut fields)?;
        rules::check(&fields, &app.reference, app.clock.today_in_china())?;
        row.set_fields(fields);
        require_part(db, caller, &row)?;
        save(db, now, &mut row)?;
        let change = row.change("project.update", &before)?;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Deletes a project that has not begun. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; a conflict that lists the legal steps once
/// it has begun.
pub fn delete(app: &App, caller: &Caller, id: ProjectId, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let number = app.db.write(|db| {
        let row = find(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if row.status != ProjectStatus::Planned {
            let legal = row.status.steps_for(Standing::of(caller, &row));
            return Err(Error::out_of_step("error.only_drafts", &legal));
        }
        attachments::ops::forget(db, caller, now, RecordKind::Project, &id.to_string())?;
        store::remove(db, &row)?;
        records::ops::trace_removal(db, caller, now, &row.removal("project.delete")?)
    })?;
    app.feed.wake();
    Ok(number)
}
