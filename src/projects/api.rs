//! Projects over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Project, ProjectFields, ProjectId, ProjectView};
use super::ops::{self, ListProjects, RateProject, TakeProjectStep};
use crate::attachments;
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::api;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_projects)
        .service(create_project)
        .service(show_project)
        .service(update_project)
        .service(delete_project)
        .service(take_project_step)
        .service(rate_project);
    let id = Variable::named::<ProjectId>("id");
    api::configure_past::<Project>(config, &id, "its parties and its reviewers");
    attachments::api::configure::<Project>(config, &id);
}

/// List projects in which the caller takes part or that count for the own region, newest first.
#[utoipa::path(tag = "projects", params(ListProjects), security(("bearer" = [])),
    responses((status = 200, body = Page<ProjectView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/projects")]
async fn list_projects(app: AppData, caller: CallerData, query: Query<ListProjects>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Put a project on record: for people of its parties, and reviewers of its towns.
#[utoipa::path(tag = "projects", request_body = ProjectFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = ProjectView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/projects")]
async fn create_project(
    app: AppData,
    caller: CallerData,
    body: JsonBody<ProjectFields>,
) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    let place = format!("projects/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a project: for its parties and its reviewers.
#[utoipa::path(tag = "projects", params(("id" = ProjectId, Path)), security(("bearer" = [])),
    responses((status = 200, body = ProjectView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/projects/{id}")]
async fn show_project(app: AppData, caller: CallerData, id: web::Path<ProjectId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
}

/// Change fields of a project that has not ended by a JSON merge patch (RFC 7396): also milestones
/// reached and funds paid.
#[utoipa::path(tag = "projects", params(("id" = ProjectId, Path), ("if-match" = String, Header)),
    request_body = ProjectFields, security(("bearer" = [])),
    responses((status = 200, body = ProjectView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/projects/{id}")]
async fn update_project(
    app: AppData,
    caller: CallerData,
    id: web::Path<ProjectId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Delete a project that has not begun.
#[utoipa::path(tag = "projects", params(("id" = ProjectId, Path), ("if-match" = String, Header)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 428, body = Problem)))]
#[delete("/projects/{id}")]
async fn delete_project(
    app: AppData,
    caller: CallerData,
    id: web::Path<ProjectId>,
    version: IfMatch,
) -> ApiResult {
    let change = app.run(move |app| ops::delete(app, &caller.0, *id, version.0)).await?;
    Ok(answer::removed(change))
}

/// Take a step of the project's life: begin, pause, go on, close with what came of it, give up.
#[utoipa::path(tag = "projects", params(("id" = ProjectId, Path)),
    request_body = TakeProjectStep, security(("bearer" = [])),
    responses((status = 200, body = ProjectView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/projects/{id}/steps")]
async fn take_project_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<ProjectId>,
    body: JsonBody<TakeProjectStep>,
) -> ApiResult {
    let written = app.run(move |app| ops::take_step(app, &caller.0, *id, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Say for one's own side how satisfied it is with a project that has been closed.
#[utoipa::path(tag = "projects", params(("id" = ProjectId, Path)), request_body = RateProject,
    security(("bearer" = [])),
    responses((status = 200, body = ProjectView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
#[post("/projects/{id}/ratings")]
async fn rate_project(
    app: AppData,
    caller: CallerData,
    id: web::Path<ProjectId>,
    body: JsonBody<RateProject>,
) -> ApiResult {
    let written = app.run(move |app| ops::rate(app, &caller.0, *id, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}
