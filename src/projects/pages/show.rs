//! One project: who takes part, how far it is, its money, what came of it, its past and its files.

use std::sync::Arc;

use actix_web::{Either, HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::app::App;
use crate::attachments::attached::{AttachRight, Attached};
use crate::attachments::model::{AttachmentId, AttachmentView};
use crate::attachments::{self, pages as files};
use crate::cases::links::{Links, links};
use crate::contracts;
use crate::error::{Error, Result};
use crate::http::extract::AppData;
use crate::http::html::form::{command, money};
use crate::http::html::{Frame, PageResult, Posted, PostedFiles, Tried, Visit, redirect};
use crate::projects::model::{
    Fund, Milestone, Output, Project, ProjectId, ProjectSide, ProjectStatus, ProjectView,
};
use crate::projects::ops::{self, RateProject, TakeProjectStep};
use crate::records;
use crate::records::model::VersionChanges;

#[derive(Template, WebTemplate)]
#[template(path = "project.html")]
pub(super) struct ProjectPage {
    page: Frame,
    project: ProjectView,
    links: Links,
    /// Contracts that it carries out, those first that the reader may follow.
    contracts: Vec<(String, String)>,
    past: Vec<VersionChanges>,
    files: Vec<AttachmentView>,
    right: AttachRight,
    today: NaiveDate,
    /// The form that was sent, if it could not be followed.
    tried: Tried,
}

impl ProjectPage {
    fn verb(&self, to: &ProjectStatus) -> String {
        let again = self.project.status == ProjectStatus::Suspended && *to == ProjectStatus::Active;
        if again { self.page.t("project.go_on") } else { self.page.t(format!("project.to_{to}")) }
    }

    fn closes(&self, to: &ProjectStatus) -> bool {
        *to == ProjectStatus::Closed
    }

    fn is_late(&self, one: &Milestone) -> bool {
        self.project.status.is_open() && one.done_on.is_none() && one.due_on < self.today
    }

    fn done(&self, one: &Milestone) -> String {
        one.done_on.unwrap_or(self.today).to_string()
    }

    fn paid(&self, fund: &Fund) -> String {
        fund.paid.unwrap_or(fund.planned).to_wan()
    }

    fn rating_form(&self, side: &ProjectSide) -> String {
        format!("rate-{side}")
    }

    fn rating_title(&self, side: &ProjectSide) -> &'static str {
        match side {
            ProjectSide::Need => "project.rate_need",
            ProjectSide::Provider => "project.rate_provider",
        }
    }

    /// What a side has said so far.
    fn said(&self, side: &ProjectSide) -> String {
        let fields = &self.project.fields;
        let said = match side {
            ProjectSide::Need => fields.satisfaction_need,
            ProjectSide::Provider => fields.satisfaction_provider,
        };
        said.map(|rating| rating.to_string()).unwrap_or_default()
    }

    fn deletable(&self) -> bool {
        self.project.editable && self.project.status == ProjectStatus::Planned
    }

    fn is_money(&self, kind: &str) -> bool {
        kind == MONEY
    }

    fn output(&self, kind: &str, field: &str) -> String {
        format!("{kind}-{field}")
    }

    fn row(&self, list: &str, at: &usize) -> String {
        format!("{list}-{at}")
    }
}

/// The kind of output that is an amount.
const MONEY: &str = "output_value";

/// One project.
#[get("/projects/{id}")]
pub(super) async fn show_project(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
) -> PageResult<ProjectPage> {
    Ok(shown(app.into_inner(), &visit, *id).await?)
}

async fn shown(app: Arc<App>, visit: &Visit, id: ProjectId) -> Result<ProjectPage> {
    let caller = visit.caller.clone();
    caller.signed_in()?;
    let today = app.clock.today_in_china();
    let (project, files, contracts, (past, right, links)) = app
        .run(move |app| {
            let project = ops::show(app, &caller, id)?;
            let files = attachments::ops::list::<Project>(app, &caller, &id)?;
            let fields = &project.fields;
            let ids = (fields.need_id, fields.capability_id, fields.case_id);
            let more = app.db.read(|db| {
                let past = records::ops::past::<Project>(db, &caller, &id)?;
                let right = Project::attach_right(db, &caller, &id)?;
                Ok::<_, Error>((past, right, links(db, &caller, ids)?))
            })?;
            let linked = contracts::ops::linkable(app, &caller, &fields.contract_ids, None)?;
            Ok((project, files, linked, more))
        })
        .await?;
    Ok(ProjectPage {
        page: Frame::new(&app, visit, "projects"),
        project,
        links,
        contracts,
        past,
        files,
        right,
        today,
        tried: Tried::default(),
    })
}

/// The page again with what was wrong and what was typed, or without the form when all went well.
async fn after(
    app: Arc<App>,
    visit: &Visit,
    id: ProjectId,
    (failed, form, done): (String, Posted, Result<()>),
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    let Err(error) = done else {
        return Ok(Either::Right(redirect(&format!("/projects/{id}"))));
    };
    let tried = Tried::failed(failed, form, error)?;
    let again = shown(app, visit, id).await?;
    Ok(Either::Left(ProjectPage { tried, ..again }))
}

/// Takes a step.
#[post("/projects/{id}/step")]
pub(super) async fn take_step(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    form: Posted,
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let kinds: Vec<String> =
        app.reference.code_table("output_kind").iter().map(|one| one.code.clone()).collect();
    let sent = form.clone();
    let done = app
        .run(move |app| {
            sent.version_if(ops::show(app, &caller, id)?.version)?;
            ops::take_step(app, &caller, id, &step(&sent, &kinds)?).map(drop)
        })
        .await;
    after(app, &visit, id, (form.text("to").to_owned(), form, done)).await
}

fn step(form: &Posted, kinds: &[String]) -> Result<TakeProjectStep> {
    let mut step: TakeProjectStep = command(form, &["to", "comment", "closed_on"], &[])?;
    let rating = |name: &str| form.text(name).parse().ok();
    step.satisfaction_need = rating("satisfaction_need");
    step.satisfaction_provider = rating("satisfaction_provider");
    for kind in kinds {
        let (value, note) = (format!("{kind}-value"), form.filled(&format!("{kind}-note")));
        if form.filled(&value).is_none() && note.is_none() {
            continue;
        }
        let amount = if kind == MONEY { money(form, &value)? } else { None };
        let typed = form.filled(&value).filter(|_| kind != MONEY);
        let count = typed.map(|text| {
            text.parse().map_err(|_| Error::field(format!("/{value}"), "field.number"))
        });
        step.outputs.push(Output { kind: kind.clone(), count: count.transpose()?, amount, note });
    }
    Ok(step)
}

/// Reads what a form says of one entry into it.
type ReadEntry = fn(&Posted, &mut Value) -> Result<()>;

/// Changes one entry of a list, on the version that the form was made for.
async fn change_entry(
    app: Arc<App>,
    visit: &Visit,
    id: ProjectId,
    form: Posted,
    (list, read): (&'static str, ReadEntry),
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    let caller = visit.caller.clone();
    let (at, sent) = (form.text("at").parse::<usize>().ok(), form.clone());
    let done = app
        .run(move |app| {
            let project = ops::show(app, &caller, id)?;
            let version = sent.version_if(project.version)?;
            let mut entries = serde_json::to_value(&project.fields)?[list].take();
            let entry = at.and_then(|at| entries.get_mut(at)).ok_or(Error::NotFound)?;
            read(&sent, entry)?;
            ops::update(app, &caller, id, version, &json!({ list: entries })).map(drop)
        })
        .await;
    after(app, visit, id, (format!("{list}-{}", form.text("at")), form, done)).await
}

/// Records when a milestone was reached, or takes that back.
#[post("/projects/{id}/milestone")]
pub(super) async fn reach_milestone(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    form: Posted,
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    fn read(form: &Posted, milestone: &mut Value) -> Result<()> {
        milestone["done_on"] = match form.filled("done_on") {
            _ if form.text("button") == "back" => Value::Null,
            None => return Err(Error::field("/done_on", "field.required")),
            Some(day) => match day.parse::<NaiveDate>() {
                Ok(day) => json!(day),
                Err(_) => return Err(Error::field("/done_on", "field.date")),
            },
        };
        Ok(())
    }
    change_entry(app.into_inner(), &visit, *id, form, ("milestones", read)).await
}

/// Records what has come in from a source.
#[post("/projects/{id}/fund")]
pub(super) async fn receive_fund(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    form: Posted,
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    fn read(form: &Posted, fund: &mut Value) -> Result<()> {
        fund["paid"] = json!(money(form, "paid")?);
        Ok(())
    }
    change_entry(app.into_inner(), &visit, *id, form, ("funds", read)).await
}

/// Says for one's own side how satisfied it is.
#[post("/projects/{id}/rating")]
pub(super) async fn rate(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    form: Posted,
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let sent = form.clone();
    let done = app
        .run(move |app| {
            sent.version_if(ops::show(app, &caller, id)?.version)?;
            ops::rate(app, &caller, id, &rating(&sent)?).map(drop)
        })
        .await;
    after(app, &visit, id, (format!("rate-{}", form.text("side")), form, done)).await
}

fn rating(form: &Posted) -> Result<RateProject> {
    let side = form.text("side").parse();
    let side = side.map_err(|_| Error::field("/side", "field.not_a_party"))?;
    let rating = form.text("rating").parse();
    let rating = rating.map_err(|_| Error::field("/rating", "field.required"))?;
    Ok(RateProject { side, rating })
}

/// Deletes a project that has not begun and goes back to the list.
#[post("/projects/{id}/delete")]
pub(super) async fn delete_project(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    form: Posted,
) -> PageResult<Either<ProjectPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let version = form.version()?;
    let done = app.run(move |app| ops::delete(app, &caller, id, version).map(drop)).await;
    match done {
        Ok(()) => Ok(Either::Right(redirect("/projects"))),
        failed => after(app, &visit, id, ("delete".to_owned(), form, failed)).await,
    }
}

/// Keeps files with the project.
#[post("/projects/{id}/files")]
pub(super) async fn add_files(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    posted: PostedFiles,
) -> PageResult<HttpResponse> {
    files::add_posted::<Project>(app, visit, *id, posted).await
}

/// A file of the project.
#[get("/projects/{id}/files/{file}")]
pub(super) async fn fetch_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(ProjectId, AttachmentId)>,
    request: HttpRequest,
) -> PageResult<HttpResponse> {
    files::fetch_file::<Project>(app, visit, path.into_inner(), request).await
}

/// Removes a file of the project.
#[post("/projects/{id}/files/{file}/delete")]
pub(super) async fn remove_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(ProjectId, AttachmentId)>,
    _: Posted,
) -> PageResult<HttpResponse> {
    files::remove_posted::<Project>(app, visit, path.into_inner()).await
}
