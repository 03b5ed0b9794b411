//! Pages of cases: the list, one case with its timeline and what can be done, and the cockpit.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::cockpit::{self, Cockpit, ShowCockpit};
use super::commands::{AddCaseNote, AnswerCase, OpenCase, TakeCaseStep};
use super::model::{CaseId, Side};
use super::ops::{self, ListCases};
use super::views::{CaseEntryView, CaseView};
use crate::app::App;
use crate::contracts;
use crate::contracts::model::ContractView;
use crate::contracts::ops::ListContracts;
use crate::error::{FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::form::command;
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect};
use crate::http::pagination::Page;
use crate::projects;
use crate::projects::model::ProjectView;
use crate::projects::ops::ListProjects;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(show_cockpit)
        .service(list_cases)
        .service(open_posted)
        .service(answer_posted)
        .service(step_posted)
        .service(note_posted)
        .service(show_case);
}

#[derive(Template, WebTemplate)]
#[template(path = "cases.html")]
struct CasesPage {
    page: Frame,
    cases: Page<CaseView>,
    open: bool,
    broker: bool,
}

/// Which cases to show.
#[derive(Debug, Deserialize)]
struct Which {
    open: Option<bool>,
    after: Option<String>,
}

/// The cases that one has a part in.
#[get("/cases")]
async fn list_cases(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<CasesPage> {
    let app = app.into_inner();
    let which = which.into_inner();
    let open = which.open.unwrap_or(true);
    let query = ListCases { open: Some(open), after: which.after, ..ListCases::default() };
    let caller = visit.caller.clone();
    let broker = caller.principal.as_ref().is_some_and(|one| one.is_broker() || one.is_admin());
    let cases = app.run(move |app| ops::list(app, &caller, &query)).await?;
    Ok(CasesPage { page: Frame::new(&app, &visit, "cases"), cases, open, broker })
}

#[derive(Template, WebTemplate)]
#[template(path = "case.html")]
struct CasePage {
    page: Frame,
    case: CaseView,
    entries: Vec<CaseEntryView>,
    broker: bool,
    /// Whether the reader may draft a contract or open a project out of it.
    may_agree: bool,
    contracts: Vec<ContractView>,
    projects: Vec<ProjectView>,
    /// What is wrong with a form that was sent.
    errors: Vec<FieldError>,
    /// Why a form could not be followed.
    refused: Option<String>,
    /// What was typed into it, and which form it was.
    form: Posted,
    failed: &'static str,
}

/// A form that was sent: which, with what, and what came of it.
struct Sent {
    name: &'static str,
    form: Posted,
    done: Result<()>,
}

/// One case.
#[get("/cases/{id}")]
async fn show_case(app: AppData, visit: Visit, id: web::Path<CaseId>) -> PageResult<CasePage> {
    Ok(case_page(app.into_inner(), &visit, *id).await?)
}

async fn case_page(app: Arc<App>, visit: &Visit, id: CaseId) -> Result<CasePage> {
    let caller = visit.caller.clone();
    let (case, entries, contracts, projects) = app
        .run(move |app| {
            let (case, entries) = (ops::show(app, &caller, id)?, ops::entries(app, &caller, id)?);
            let of_case = ListContracts { case_id: Some(id), ..ListContracts::default() };
            let contracts = contracts::ops::list(app, &caller, &of_case)?.items;
            let of_case = ListProjects { case_id: Some(id), ..ListProjects::default() };
            Ok((case, entries, contracts, projects::ops::list(app, &caller, &of_case)?.items))
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
        entries,
        broker,
        may_agree,
        contracts,
        projects,
        errors,
        refused,
        form,
        failed,
    })
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
    let again = case_page(app, visit, id).await?;
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
async fn open_posted(app: AppData, visit: Visit, form: Posted) -> PageResult<HttpResponse> {
    let opening: OpenCase = with_remark(&form, &["need_id", "capability_id"])?;
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let opened = app.run(move |app| ops::open(app, &caller, &opening)).await?;
    Ok(redirect(&format!("/cases/{}", opened.value.id)))
}

/// Says yes or no for a side.
#[post("/cases/{id}/answer")]
async fn answer_posted(
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

/// Takes a step.
#[post("/cases/{id}/step")]
async fn step_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    form: Posted,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let done = match with_remark::<TakeCaseStep>(&form, &["to", "reason"]) {
        Ok(step) => app.run(move |app| ops::take_step(app, &caller, id, &step).map(drop)).await,
        Err(error) => Err(error),
    };
    after(app, &visit, id, Sent { name: "step", form, done }).await
}

/// Adds a note.
#[post("/cases/{id}/note")]
async fn note_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<CaseId>,
    form: Posted,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let done = match with_remark::<AddCaseNote>(&form, &[]) {
        Ok(note) => app.run(move |app| ops::add_note(app, &caller, id, &note).map(drop)).await,
        Err(error) => Err(error),
    };
    after(app, &visit, id, Sent { name: "note", form, done }).await
}

#[derive(Template, WebTemplate)]
#[template(path = "cockpit.html")]
struct CockpitPage {
    page: Frame,
    cockpit: Cockpit,
    show: String,
    /// Name, count, and whether the count is bad news.
    figures: Vec<(&'static str, usize, bool)>,
}

/// What to show in the cockpit.
#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default)]
    show: String,
    #[serde(default)]
    offset: usize,
}

/// What waits in one's regions.
#[get("/cockpit")]
async fn show_cockpit(app: AppData, visit: Visit, shown: Query<Shown>) -> PageResult<CockpitPage> {
    let (app, shown) = (app.into_inner(), shown.into_inner());
    let query = ShowCockpit {
        overdue: shown.show == "overdue",
        escalated: shown.show == "escalated",
        offset: shown.offset,
        ..ShowCockpit::default()
    };
    let caller = visit.caller.clone();
    let cockpit = app.run(move |app| cockpit::cockpit(app, &caller, &query)).await?;
    let figures = vec![
        ("case.open_ones", cockpit.open, false),
        ("case.uncontacted", cockpit.uncontacted, false),
        ("case.overdue", cockpit.overdue, cockpit.overdue > 0),
        ("case.stalled", cockpit.stalled, cockpit.stalled > 0),
        ("case.escalated", cockpit.escalated, cockpit.escalated > 0),
        ("deal.delays", cockpit.delays.len(), !cockpit.delays.is_empty()),
    ];
    let page = Frame::new(&app, &visit, "cockpit");
    Ok(CockpitPage { page, cockpit, show: shown.show, figures })
}
