//! Needs over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::grants;
use super::model::{CreateNeed, NeedFields, NeedId, NeedView};
use super::ops::{self, ListNeeds, TakeNeedStep};
use crate::disclosure::model::{GrantId, GrantView, OpenRecord};
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, change_header, etag};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::model::{StepView, VersionComparison, VersionSummary, VersionView};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_needs)
        .service(create_need)
        .service(show_need)
        .service(update_need)
        .service(delete_need)
        .service(take_need_step)
        .service(list_need_steps)
        .service(list_need_versions)
        .service(compare_need_versions)
        .service(show_need_version)
        .service(list_need_grants)
        .service(create_need_grant)
        .service(revoke_need_grant);
}

/// List needs that the caller may know of, last changed first.
#[utoipa::path(tag = "needs", params(ListNeeds),
    responses((status = 200, body = Page<NeedView>), (status = 422, body = Problem)))]
#[get("/needs")]
async fn list_needs(app: AppData, caller: CallerData, query: web::Query<ListNeeds>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Create a need as a draft.
#[utoipa::path(tag = "needs", request_body = CreateNeed, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = NeedView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/needs")]
async fn create_need(app: AppData, caller: CallerData, body: JsonBody<CreateNeed>) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/needs/{}", written.value.id)))
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Show a need, as far as the caller may see it.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)),
    responses((status = 200, body = NeedView), (status = 404, body = Problem)))]
#[get("/needs/{id}")]
async fn show_need(app: AppData, caller: CallerData, id: web::Path<NeedId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().insert_header(etag(view.version)).json(view))
}

/// Change fields of a need by a JSON merge patch (RFC 7396).
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path), ("if-match" = String, Header)),
    request_body = NeedFields, security(("bearer" = [])),
    responses((status = 200, body = NeedView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/needs/{id}")]
async fn update_need(
    app: AppData,
    caller: CallerData,
    id: web::Path<NeedId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Delete a need that is still a draft: for its owner.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path), ("if-match" = String, Header)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
#[delete("/needs/{id}")]
async fn delete_need(
    app: AppData,
    caller: CallerData,
    id: web::Path<NeedId>,
    version: IfMatch,
) -> ApiResult {
    let change = app.run(move |app| ops::delete(app, &caller.0, *id, version.0)).await?;
    Ok(HttpResponse::NoContent().insert_header(change_header(change)).finish())
}

/// Take a step of the need's life: submit, publish, return, suspend, renew, …
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)), request_body = TakeNeedStep,
    security(("bearer" = [])),
    responses((status = 200, body = NeedView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/needs/{id}/steps")]
async fn take_need_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<NeedId>,
    body: JsonBody<TakeNeedStep>,
) -> ApiResult {
    let written = app.run(move |app| ops::take_step(app, &caller.0, *id, &body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// List the steps taken so far: for the owner and reviewers.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<StepView>), (status = 404, body = Problem)))]
#[get("/needs/{id}/steps")]
async fn list_need_steps(app: AppData, caller: CallerData, id: web::Path<NeedId>) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::steps(app, &caller.0, *id)).await?))
}

/// List the versions, newest first: for the owner and reviewers.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<VersionSummary>), (status = 404, body = Problem)))]
#[get("/needs/{id}/versions")]
async fn list_need_versions(app: AppData, caller: CallerData, id: web::Path<NeedId>) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::versions(app, &caller.0, *id)).await?))
}

/// Show one version.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path), ("version" = i32, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = VersionView), (status = 404, body = Problem)))]
#[get("/needs/{id}/versions/{version}")]
async fn show_need_version(
    app: AppData,
    caller: CallerData,
    path: web::Path<(NeedId, i32)>,
) -> ApiResult {
    let (id, number) = path.into_inner();
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::version(app, &caller.0, id, number)).await?))
}

/// Compare two versions field by field.
#[utoipa::path(tag = "needs",
    params(("id" = NeedId, Path), ("from" = i32, Path), ("to" = i32, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = VersionComparison), (status = 404, body = Problem)))]
#[get("/needs/{id}/versions/{from}/differences/{to}")]
async fn compare_need_versions(
    app: AppData,
    caller: CallerData,
    path: web::Path<(NeedId, i32, i32)>,
) -> ApiResult {
    let (id, from, to) = path.into_inner();
    Ok(HttpResponse::Ok()
        .json(app.run(move |app| ops::compare(app, &caller.0, id, (from, to))).await?))
}

/// List the organisations that the need is opened to: for the owner and reviewers.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<GrantView>), (status = 404, body = Problem)))]
#[get("/needs/{id}/grants")]
async fn list_need_grants(app: AppData, caller: CallerData, id: web::Path<NeedId>) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| grants::list(app, &caller.0, *id)).await?))
}

/// Open the need further for one organisation: both sides have agreed, or a confidentiality
/// agreement is recorded.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)), request_body = OpenRecord,
    security(("bearer" = [])),
    responses((status = 201, body = GrantView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/needs/{id}/grants")]
async fn create_need_grant(
    app: AppData,
    caller: CallerData,
    id: web::Path<NeedId>,
    body: JsonBody<OpenRecord>,
) -> ApiResult {
    let need = *id;
    let written = app.run(move |app| grants::open(app, &caller.0, need, &body.0)).await?;
    let place = format!("/api/v1/needs/{need}/grants/{}", written.value.id);
    Ok(HttpResponse::Created()
        .insert_header(("location", place))
        .insert_header(etag(1))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Take back what was opened for an organisation.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path), ("grant_id" = GrantId, Path)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
#[delete("/needs/{id}/grants/{grant_id}")]
async fn revoke_need_grant(
    app: AppData,
    caller: CallerData,
    path: web::Path<(NeedId, GrantId)>,
) -> ApiResult {
    let (id, grant) = path.into_inner();
    let change = app.run(move |app| grants::revoke(app, &caller.0, id, grant)).await?;
    Ok(HttpResponse::NoContent().insert_header(change_header(change)).finish())
}
