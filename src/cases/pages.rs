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
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};
use crate::http::pagination::Page;

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
    let (case, entries) = app
        .run(move |app| Ok((ops::show(app, &caller, id)?, ops::entries(app, &caller, id)?)))
        .await?;
    let broker = case.sides.contains(&Side::Broker);
    let page = Frame::new(&app, visit, "cases");
    let (errors, refused, form, failed) = (Vec::new(), None, Posted::default(), "");
    Ok(CasePage { page, case, entries, broker, errors, refused, form, failed })
}

/// The page again with what was wrong and what was typed, or on to it when all went well.
async fn after(
    app: Arc<App>,
    visit: &Visit,
    id: CaseId,
    sent: Sent,
) -> PageResult<Either<CasePage, HttpResponse>> {
    let (errors, refused) = match sent.done {
        Ok(()) => return Ok(Either::Right(redirect(&format!("/cases/{id}")))),
        Err(Error::Invalid(errors)) => (errors, None),
        Err(Error::Conflict { message, .. }) => (Vec::new(), Some(message)),
        Err(Error::PreconditionFailed) => (Vec::new(), Some("error.precondition_failed".into())),
        Err(other) => return Err(other.into()),
    };
    let again = case_page(app, visit, id).await?;
    let refused = refused.map(|message| again.page.message(&message));
    let (form, failed) = (sent.form, sent.name);
    Ok(Either::Left(CasePage { errors, refused, form, failed, ..again }))
}

/// Reads a command from a form: empty fields are left out, so that the rules of the API name what is
/// missing.
fn command<T: serde::de::DeserializeOwned>(form: &Posted, names: &[&str]) -> Result<T> {
    let mut fields = serde_json::Map::new();
    for name in names {
        if let Some(text) = form.filled(name) {
            fields.insert((*name).to_owned(), text.into());
        }
    }
    for name in ["shared", "suggested"] {
        if form.filled(name).is_some() {
            fields.insert(name.to_owned(), true.into());
        }
    }
    crate::reading::from_value(fields.into())
}

/// What every form may hold.
const REMARK: [&str; 4] = ["channel", "note", "next_action", "due_on"];

fn with_remark<T: serde::de::DeserializeOwned>(form: &Posted, names: &[&str]) -> Result<T> {
    command(form, &[names, &REMARK].concat())
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
    ];
    let page = Frame::new(&app, &visit, "cockpit");
    Ok(CockpitPage { page, cockpit, show: shown.show, figures })
}
