//! Visits over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Visit, VisitFields, VisitId, VisitView};
use super::ops::{self, ListVisits};
use crate::attachments;
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::needs::model::NeedView;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_visits)
        .service(create_visit)
        .service(show_visit)
        .service(update_visit)
        .service(delete_visit)
        .service(create_visit_need);
    attachments::api::configure::<Visit>(config, &Variable::named::<VisitId>("id"));
}

/// List the visits in the caller's regions, latest first: for liaisons, officers and administrators.
/// Others get an empty list.
#[utoipa::path(tag = "visits", params(ListVisits), security(("bearer" = [])),
    responses((status = 200, body = Page<VisitView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/visits")]
async fn list_visits(app: AppData, caller: CallerData, query: Query<ListVisits>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Log a visit to a firm: for the liaison of the town, officers above and administrators.
#[utoipa::path(tag = "visits", request_body = VisitFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = VisitView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/visits")]
async fn create_visit(app: AppData, caller: CallerData, body: JsonBody<VisitFields>) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0, &[])).await?;
    let place = format!("visits/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a visit: for reviewers of its region and administrators.
#[utoipa::path(tag = "visits", params(("id" = VisitId, Path)), security(("bearer" = [])),
    responses((status = 200, body = VisitView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/visits/{id}")]
async fn show_visit(app: AppData, caller: CallerData, id: web::Path<VisitId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
}

/// Change fields of a visit by a JSON merge patch (RFC 7396): for its author and administrators.
#[utoipa::path(tag = "visits",
    params(("id" = VisitId, Path), ("if-match" = String, Header)),
    request_body = VisitFields, security(("bearer" = [])),
    responses((status = 200, body = VisitView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[patch("/visits/{id}")]
async fn update_visit(
    app: AppData,
    caller: CallerData,
    id: web::Path<VisitId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Delete a visit with its files: for its author, within a day.
#[utoipa::path(tag = "visits",
    params(("id" = VisitId, Path), ("if-match" = String, Header)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
#[delete("/visits/{id}")]
async fn delete_visit(
    app: AppData,
    caller: CallerData,
    id: web::Path<VisitId>,
    version: IfMatch,
) -> ApiResult {
    let change = app.run(move |app| ops::delete(app, &caller.0, *id, version.0)).await?;
    Ok(answer::removed(change))
}

/// Make a draft need of the firm out of what was found, once. A firm that is not registered is recorded for
/// it, and gets the draft when it has registered and been verified.
#[utoipa::path(tag = "visits", params(("id" = VisitId, Path),
        ("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    security(("bearer" = [])),
    responses((status = 201, body = NeedView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/visits/{id}/need")]
async fn create_visit_need(app: AppData, caller: CallerData, id: web::Path<VisitId>) -> ApiResult {
    let written = app.run(move |app| super::needs::create_need(app, &caller.0, *id)).await?;
    let place = format!("needs/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}
