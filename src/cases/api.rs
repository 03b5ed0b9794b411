//! Cases over JSON.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa::openapi::path::HttpMethod;
use utoipa_actix_web::service_config::ServiceConfig;

use super::cockpit::{self, Cockpit, ShowCockpit};
use super::commands::{AddCaseNote, AnswerCase, AssignCase, OpenCase, TakeCaseStep};
use super::feedback::{self, Feedback};
use super::handover::{self, HandOver, HandedOver, HandoverView};
use super::model::{Case, CaseId, EntryId};
use super::ops::{self, ListCases};
use super::views::{CaseEntryView, CaseView};
use crate::accounts::principal::UserId;
use crate::attachments;
use crate::attachments::model::AttachmentView;
use crate::capabilities::model::CapabilityId;
use crate::http::answer;
use crate::http::entry::{Entry, Variable};
use crate::http::extract::{AppData, CallerData, JsonBody, Query};
use crate::http::pagination::{Page, PageQuery};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_cases)
        .service(open_case)
        .service(show_case)
        .service(answer_case)
        .service(take_case_step)
        .service(list_case_entries)
        .service(add_case_note)
        .service(assign_case)
        .service(show_capability_feedback)
        .service(show_cockpit)
        .service(show_handover)
        .service(hand_over_cases);
    let id = Variable::named::<CaseId>("id");
    attachments::api::configure::<Case>(config, &id);
    let summary = "Keep a file with an entry of the timeline: for those who may read its note.";
    let path = "/cases/{id}/entries/{entry_id}/attachments".to_owned();
    let name = "create_case_entry_attachment".to_owned();
    let add = Entry::new(HttpMethod::Post, path, "cases", name, summary)
        .variable(&id)
        .variable(&Variable::named::<EntryId>("entry_id"))
        .signed_in()
        .takes_file()
        .answers::<AttachmentView>(201)
        .by(create_entry_file);
    config.service(add);
}

/// List cases that the caller has a part in, newest first.
#[utoipa::path(tag = "cases", params(ListCases), security(("bearer" = [])),
    responses((status = 200, body = Page<CaseView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/cases")]
async fn list_cases(app: AppData, caller: CallerData, query: Query<ListCases>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Open a case about a need and a capability, or join the one that is open: as the liaison of the
/// need's town, or by the interest of one side.
#[utoipa::path(tag = "cases", request_body = OpenCase, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = CaseView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/cases")]
async fn open_case(app: AppData, caller: CallerData, body: JsonBody<OpenCase>) -> ApiResult {
    let written = app.run(move |app| ops::open(app, &caller.0, &body.0)).await?;
    let place = format!("cases/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a case: for its brokers and its two sides.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)), security(("bearer" = [])),
    responses((status = 200, body = CaseView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/cases/{id}")]
async fn show_case(app: AppData, caller: CallerData, id: web::Path<CaseId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
}

/// Say for a side whether it is interested; declining takes a reason.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)), request_body = AnswerCase,
    security(("bearer" = [])),
    responses((status = 200, body = CaseView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
#[post("/cases/{id}/answer")]
async fn answer_case(
    app: AppData,
    caller: CallerData,
    id: web::Path<CaseId>,
    body: JsonBody<AnswerCase>,
) -> ApiResult {
    let written = app.run(move |app| ops::answer(app, &caller.0, *id, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Take a step of a case: introduce, log a meeting, record a confidentiality agreement, give up, …
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)), request_body = TakeCaseStep,
    security(("bearer" = [])),
    responses((status = 200, body = CaseView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
#[post("/cases/{id}/steps")]
async fn take_case_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<CaseId>,
    body: JsonBody<TakeCaseStep>,
) -> ApiResult {
    let written = app.run(move |app| ops::take_step(app, &caller.0, *id, &body.0, &[])).await?;
    Ok(answer::changed(written.value.version, written))
}

/// List the entries of a case's timeline, newest first, with the notes that are for the caller.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path), PageQuery),
    security(("bearer" = [])),
    responses((status = 200, body = Page<CaseEntryView>), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/cases/{id}/entries")]
async fn list_case_entries(
    app: AppData,
    caller: CallerData,
    id: web::Path<CaseId>,
    query: Query<PageQuery>,
) -> ApiResult {
    let page = app.run(move |app| ops::entries(app, &caller.0, *id, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Add a note to a case's timeline without a step.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path),
        ("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    request_body = AddCaseNote, security(("bearer" = [])),
    responses((status = 201, body = CaseEntryView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
#[post("/cases/{id}/entries")]
async fn add_case_note(
    app: AppData,
    caller: CallerData,
    id: web::Path<CaseId>,
    body: JsonBody<AddCaseNote>,
) -> ApiResult {
    let case = *id;
    let written = app.run(move |app| ops::add_note(app, &caller.0, case, &body.0, &[])).await?;
    let place = format!("cases/{case}/entries/{}", written.value.id);
    Ok(answer::created(&place, 1, written))
}

async fn create_entry_file(
    app: AppData,
    caller: CallerData,
    path: web::Path<(CaseId, EntryId)>,
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult {
    let (case, entry) = path.into_inner();
    let part = Some(entry.to_string());
    attachments::api::add_received::<Case>(app, caller, (case, part), request, payload).await
}

/// Give a case to a liaison of its town: for its brokers.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)), request_body = AssignCase,
    security(("bearer" = [])),
    responses((status = 200, body = CaseView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
#[put("/cases/{id}/liaison")]
async fn assign_case(
    app: AppData,
    caller: CallerData,
    id: web::Path<CaseId>,
    body: JsonBody<AssignCase>,
) -> ApiResult {
    let written = app.run(move |app| ops::assign(app, &caller.0, *id, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Show why firms have declined a capability, counted by reason and told for three firms at a time:
/// for its owner and reviewers.
#[utoipa::path(tag = "cases", params(("id" = CapabilityId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Feedback), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/capabilities/{id}/feedback")]
async fn show_capability_feedback(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
) -> ApiResult {
    let found = app.run(move |app| feedback::feedback(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Show what waits in the caller's regions, the most worthwhile first, with clocks in working days: for
/// liaisons, officers and administrators.
#[utoipa::path(tag = "cases", params(ShowCockpit), security(("bearer" = [])),
    responses((status = 200, body = Cockpit), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/cockpit")]
async fn show_cockpit(app: AppData, caller: CallerData, query: Query<ShowCockpit>) -> ApiResult {
    let found = app.run(move |app| cockpit::cockpit(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Show what a liaison would hand over, and who could take it.
#[utoipa::path(tag = "cases", params(("id" = UserId, Path)), security(("bearer" = [])),
    responses((status = 200, body = HandoverView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/liaisons/{id}/handover")]
async fn show_handover(app: AppData, caller: CallerData, id: web::Path<UserId>) -> ApiResult {
    let found = app.run(move |app| handover::preview(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Hand over everything that a liaison answers for, her open cases and the needs without one: to another
/// liaison, or to those with the least to do. What she has written stays as it is.
#[utoipa::path(tag = "cases", params(("id" = UserId, Path)), request_body = HandOver,
    security(("bearer" = [])),
    responses((status = 200, body = HandedOver), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
#[post("/liaisons/{id}/handover")]
async fn hand_over_cases(
    app: AppData,
    caller: CallerData,
    id: web::Path<UserId>,
    body: JsonBody<HandOver>,
) -> ApiResult {
    let done = app.run(move |app| handover::hand_over(app, &caller.0, *id, &body.0)).await?;
    Ok(HttpResponse::Ok().json(done))
}
