//! Capabilities over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::grants;
use super::model::{CapabilityFields, CapabilityId, CapabilityView, CreateCapability};
use super::ops::{self, ListCapabilities, SetConsent, TakeCapabilityStep};
use crate::disclosure::model::{GrantId, GrantView, OpenRecord};
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, change_header, etag};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::model::{StepView, VersionComparison, VersionSummary, VersionView};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_capabilities)
        .service(create_capability)
        .service(show_capability)
        .service(update_capability)
        .service(delete_capability)
        .service(take_capability_step)
        .service(set_capability_consent)
        .service(list_capability_steps)
        .service(list_capability_versions)
        .service(compare_capability_versions)
        .service(show_capability_version)
        .service(list_capability_grants)
        .service(create_capability_grant)
        .service(revoke_capability_grant);
}

/// List capabilities that the caller may know of, last changed first.
#[utoipa::path(tag = "capabilities", params(ListCapabilities),
    responses((status = 200, body = Page<CapabilityView>), (status = 422, body = Problem)))]
#[get("/capabilities")]
async fn list_capabilities(
    app: AppData,
    caller: CallerData,
    query: web::Query<ListCapabilities>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Create a capability as a draft.
#[utoipa::path(tag = "capabilities", request_body = CreateCapability, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = CapabilityView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/capabilities")]
async fn create_capability(
    app: AppData,
    caller: CallerData,
    body: JsonBody<CreateCapability>,
) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/capabilities/{}", written.value.id)))
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Show a capability, as far as the caller may see it.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)),
    responses((status = 200, body = CapabilityView), (status = 404, body = Problem)))]
#[get("/capabilities/{id}")]
async fn show_capability(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().insert_header(etag(view.version)).json(view))
}

/// Change fields of a capability by a JSON merge patch (RFC 7396).
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path), ("if-match" = String, Header)),
    request_body = CapabilityFields, security(("bearer" = [])),
    responses((status = 200, body = CapabilityView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/capabilities/{id}")]
async fn update_capability(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Delete a capability that is still a draft: for its owner.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path), ("if-match" = String, Header)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
#[delete("/capabilities/{id}")]
async fn delete_capability(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
    version: IfMatch,
) -> ApiResult {
    let change = app.run(move |app| ops::delete(app, &caller.0, *id, version.0)).await?;
    Ok(HttpResponse::NoContent().insert_header(change_header(change)).finish())
}

/// Take a step of the capability's life: submit, publish, return, suspend, renew, …
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)), request_body = TakeCapabilityStep,
    security(("bearer" = [])),
    responses((status = 200, body = CapabilityView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/capabilities/{id}/steps")]
async fn take_capability_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
    body: JsonBody<TakeCapabilityStep>,
) -> ApiResult {
    let written = app.run(move |app| ops::take_step(app, &caller.0, *id, &body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Say how far the person of an expert's profile may be shown: for the own organisation and
/// administrators. It works at once, in any state, without review and without `If-Match`.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)),
    request_body = SetConsent, security(("bearer" = [])),
    responses((status = 200, body = CapabilityView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[put("/capabilities/{id}/consent")]
async fn set_capability_consent(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
    body: JsonBody<SetConsent>,
) -> ApiResult {
    let written = app.run(move |app| ops::set_consent(app, &caller.0, *id, body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// List the steps taken so far: for the owner and reviewers.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<StepView>), (status = 404, body = Problem)))]
#[get("/capabilities/{id}/steps")]
async fn list_capability_steps(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::steps(app, &caller.0, *id)).await?))
}

/// List the versions, newest first: for the owner and reviewers.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<VersionSummary>), (status = 404, body = Problem)))]
#[get("/capabilities/{id}/versions")]
async fn list_capability_versions(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::versions(app, &caller.0, *id)).await?))
}

/// Show one version.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path), ("version" = i32, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = VersionView), (status = 404, body = Problem)))]
#[get("/capabilities/{id}/versions/{version}")]
async fn show_capability_version(
    app: AppData,
    caller: CallerData,
    path: web::Path<(CapabilityId, i32)>,
) -> ApiResult {
    let (id, number) = path.into_inner();
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::version(app, &caller.0, id, number)).await?))
}

/// Compare two versions field by field.
#[utoipa::path(tag = "capabilities",
    params(("id" = CapabilityId, Path), ("from" = i32, Path), ("to" = i32, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = VersionComparison), (status = 404, body = Problem)))]
#[get("/capabilities/{id}/versions/{from}/differences/{to}")]
async fn compare_capability_versions(
    app: AppData,
    caller: CallerData,
    path: web::Path<(CapabilityId, i32, i32)>,
) -> ApiResult {
    let (id, from, to) = path.into_inner();
    Ok(HttpResponse::Ok()
        .json(app.run(move |app| ops::compare(app, &caller.0, id, (from, to))).await?))
}

/// List the organisations that the capability is opened to: for the owner and reviewers.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<GrantView>), (status = 404, body = Problem)))]
#[get("/capabilities/{id}/grants")]
async fn list_capability_grants(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| grants::list(app, &caller.0, *id)).await?))
}

/// Open the capability further for one organisation: both sides have agreed, or a confidentiality
/// agreement is recorded.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path)), request_body = OpenRecord,
    security(("bearer" = [])),
    responses((status = 201, body = GrantView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/capabilities/{id}/grants")]
async fn create_capability_grant(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
    body: JsonBody<OpenRecord>,
) -> ApiResult {
    let capability = *id;
    let written = app.run(move |app| grants::open(app, &caller.0, capability, &body.0)).await?;
    let place = format!("/api/v1/capabilities/{capability}/grants/{}", written.value.id);
    Ok(HttpResponse::Created()
        .insert_header(("location", place))
        .insert_header(etag(1))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Take back what was opened for an organisation.
#[utoipa::path(tag = "capabilities", params(("id" = CapabilityId, Path), ("grant_id" = GrantId, Path)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
#[delete("/capabilities/{id}/grants/{grant_id}")]
async fn revoke_capability_grant(
    app: AppData,
    caller: CallerData,
    path: web::Path<(CapabilityId, GrantId)>,
) -> ApiResult {
    let (id, grant) = path.into_inner();
    let change = app.run(move |app| grants::revoke(app, &caller.0, id, grant)).await?;
    Ok(HttpResponse::NoContent().insert_header(change_header(change)).finish())
}
