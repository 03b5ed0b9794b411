//! One case: its two sides, its timeline with files, what can be done, and what was agreed on.

use std::sync::Arc;

use actix_web::{Either, HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::accounts::principal::Caller;
use crate::app::App;
use crate::attachments::attached::{AttachRight, Attached};
use crate::attachments::model::{AttachmentId, AttachmentView};
use crate::attachments::{self, pages as files};
use crate::cases::commands::{AddCaseNote, AnswerCase, AssignCase, OpenCase, TakeCaseStep};
use crate::cases::handover::{self, ReceiverView};
use crate::cases::model::{Case, CaseId, Side};
use crate::cases::ops;
use crate::cases::stage::CaseStage;
use crate::cases::views::{CaseEntryView, CaseView};
use crate::contracts;
use crate::contracts::model::ContractView;
use crate::contracts::ops::ListContracts;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::form::command;
use crate::http::html::{Frame, PageResult, Posted, PostedFiles, Refused, Visit, redirect};
use crate::http::pagination::PageQuery;
use crate::projects;
use crate::projects::model::ProjectView;
use crate::projects::ops::ListProjects;

#[derive(Template, WebTemplate)]
#[template(path = "case.html")]
pub(super) struct CasePage {
    page: Frame,
    case: CaseView,
    /// A part of the timeline, oldest first.
    entries: Vec<CaseEntryView>,
    /// Where the part before it is found.
    earlier: Option<String>,
    /// Whether it is an earlier part itself.
    is_earlier: bool,
    broker: bool,
    /// Whether the reader may draft a contract or open a project out of it.
    may_agree: bool,
    contracts: Vec<ContractView>,
    projects: Vec<ProjectView>,
    /// Whether the files are for the reader, and what the reader may do with them.
    sees_files: bool,
    right: AttachRight,
    files: Vec<AttachmentView>,
    /// To whom the reader may give it.
    liaisons: Vec<ReceiverView>,
    /// What is wrong with a form that was sent.
    errors: Vec<FieldError>,
    /// Why a form could not be followed.
    refused: Option<String>,
    /// What was typed into it, and which form it was.
    form: Posted,
    failed: &'static str,
}

impl CasePage {
    /// Whether files may come with an entry.
    fn takes_files(&self) -> bool {
        self.sees_files && self.right >= AttachRight::Add
    }

    /// Whether it counts as signed without a contract on record, so that no report counts it.
    fn lacks_contract(&self) -> bool {
        let signed = (CaseStage::Signed..=CaseStage::ClosedWon).contains(&self.case.stage);
        signed && !self.contracts.iter().any(|contract| contract.status.is_payable())
    }

    fn is_brokered_by(&self, one: &ReceiverView) -> bool {
        self.case.liaison.as_ref().is_some_and(|liaison| liaison.id == one.liaison.id)
    }
}

/// Entries of the timeline that are shown at a time.
const SHOWN: usize = 50;

/// Which part of the timeline is asked for: the newest, or what comes before an entry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    before: Option<String>,
}

/// Whether there are files for the caller, what the caller may do with them, and which they are.
type Kept = (bool, AttachRight, Vec<AttachmentView>);

/// A form that was sent: which, with what, and what came of it.
struct Sent {
    name: &'static str,
    form: Posted,
    done: Result<()>,
}

/// One case.
#[get("/cases/{id}")]
pub(super) async fn show_case(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    part: Query<Part>,
) -> PageResult<CasePage> {
    Ok(case_page(app.into_inner(), &visit, *id, part.into_inner()).await?)
}

async fn case_page(app: Arc<App>, visit: &Visit, id: CaseId, part: Part) -> Result<CasePage> {
    let caller = visit.caller.clone();
    let is_earlier = part.before.is_some();
    let part = PageQuery { limit: Some(SHOWN), after: part.before };
    let (case, timeline, (contracts, projects), ((sees_files, right, files), liaisons)) = app
        .run(move |app| {
            let case = ops::show(app, &caller, id)?;
            let timeline = ops::entries(app, &caller, id, &part)?;
            let of_case = ListContracts { case_id: Some(id), ..ListContracts::default() };
            let contracts = contracts::ops::list(app, &caller, &of_case)?.items;
            let of_case = ListProjects { case_id: Some(id), ..ListProjects::default() };
            let projects = projects::ops::list(app, &caller, &of_case)?.items;
            let liaisons = match case.sides.contains(&Side::Broker) && case.closed_at.is_none() {
                true => handover::liaisons(app, &case.region_code)?,
                false => Vec::new(),
            };
            Ok((case, timeline, (contracts, projects), (kept_files(app, &caller, id)?, liaisons)))
        })
        .await?;
    // Both sides must be known to whoever names them in a contract.
    let known = case.need.org.is_some() && case.capability.org.is_some();
    let may_agree = case.stage.is_mutual() && known;
    let broker = case.sides.contains(&Side::Broker);
    let page = Frame::new(&app, visit, "cases");
    let (errors, refused, form, failed) = (Vec::new(), None, Posted::default(), "");
    Ok(CasePage {
        page,
        case,
        entries: timeline.items.into_iter().rev().collect(),
        earlier: timeline.next,
        is_earlier,
        broker,
        may_agree,
        contracts,
        projects,
        sees_files,
        right,
        files,
        liaisons,
        errors,
        refused,
        form,
        failed,
    })
}

/// The files of a case, when they are for the caller at all, and what the caller may do with them.
fn kept_files(app: &App, caller: &Caller, id: CaseId) -> Result<Kept> {
    match app.db.read(|db| Case::attach_right(db, caller, &id)) {
        Ok(right) => Ok((true, right, attachments::ops::list::<Case>(app, caller, &id)?)),
        Err(Error::NotFound) => Ok((false, AttachRight::Read, Vec::new())),
        Err(error) => Err(error),
    }
}

/// The page again with what was wrong and what was typed, or on to it when all went well.
async fn after(
    app: Arc<App>,
    visit: &Visit,
    id: CaseId,
    sent: Sent,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let Err(error) = sent.done else {
        return Ok(Either::Right(redirect(&format!("/cases/{id}"))));
    };
    let Refused { errors, reason } = Refused::of(error)?;
    let again = case_page(app, visit, id, Part::default()).await?;
    let refused = reason.map(|message| again.page.message(&message));
    let (form, failed) = (sent.form, sent.name);
    Ok(Either::Left(CasePage { errors, refused, form, failed, ..again }))
}

/// What every form may hold.
const REMARK: [&str; 4] = ["channel", "note", "next_action", "due_on"];

fn with_remark<T: serde::de::DeserializeOwned>(form: &Posted, names: &[&str]) -> Result<T> {
    command(form, &[names, &REMARK].concat(), &["shared", "suggested"])
}

/// Opens a case from a match, and goes there.
#[post("/cases")]
pub(super) async fn open_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<HttpResponse> {
    let opening: OpenCase = with_remark(&form, &["need_id", "capability_id"])?;
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let opened = app.run(move |app| ops::open(app, &caller, &opening)).await?;
    Ok(redirect(&format!("/cases/{}", opened.value.id)))
}

/// Says yes or no for a side.
#[post("/cases/{id}/answer")]
pub(super) async fn answer_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    form: Posted,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let done = match with_remark::<AnswerCase>(&form, &["side", "answer", "reason"]) {
        Ok(said) => app.run(move |app| ops::answer(app, &caller, id, &said).map(drop)).await,
        Err(error) => Err(error),
    };
    after(app, &visit, id, Sent { name: "answer", form, done }).await
}

/// Takes a step, with the files that belong to it.
#[post("/cases/{id}/step")]
pub(super) async fn step_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    posted: PostedFiles,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let form = posted.form.clone();
    let done = app
        .run(move |app| {
            let step = with_remark::<TakeCaseStep>(&posted.form, &["to", "reason"])?;
            ops::take_step(app, &caller, id, &step, posted.whole()?).map(drop)
        })
        .await;
    after(app, &visit, id, Sent { name: "step", form, done }).await
}

/// Adds a note, with the files that belong to it.
#[post("/cases/{id}/note")]
pub(super) async fn note_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    posted: PostedFiles,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let form = posted.form.clone();
    let done = app
        .run(move |app| {
            let note = with_remark::<AddCaseNote>(&posted.form, &[])?;
            ops::add_note(app, &caller, id, &note, posted.whole()?).map(drop)
        })
        .await;
    after(app, &visit, id, Sent { name: "note", form, done }).await
}

/// Gives the case to a liaison.
#[post("/cases/{id}/liaison")]
pub(super) async fn assign_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    form: Posted,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let done = match command::<AssignCase>(&form, &["liaison_id"], &[]) {
        Ok(to) => app.run(move |app| ops::assign(app, &caller, id, &to).map(drop)).await,
        Err(error) => Err(error),
    };
    after(app, &visit, id, Sent { name: "liaison", form, done }).await
}

/// Keeps files with the case.
#[post("/cases/{id}/files")]
pub(super) async fn add_files(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    posted: PostedFiles,
) -> PageResult<HttpResponse> {
    files::add_posted::<Case>(app, visit, *id, posted).await
}

/// A file of the case.
#[get("/cases/{id}/files/{file}")]
pub(super) async fn fetch_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(CaseId, AttachmentId)>,
    request: HttpRequest,
) -> PageResult<HttpResponse> {
    files::fetch_file::<Case>(app, visit, path.into_inner(), request).await
}

/// Removes a file of the case.
#[post("/cases/{id}/files/{file}/delete")]
pub(super) async fn remove_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(CaseId, AttachmentId)>,
    _: Posted,
) -> PageResult<HttpResponse> {
    files::remove_posted::<Case>(app, visit, path.into_inner()).await
}
