//! Organisations over JSON.

use actix_web::{HttpResponse, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{OrganizationFields, OrganizationView};
use super::ops::{self, ListOrganizations, TakeOrganizationStep};
use crate::accounts::principal::OrgId;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, change_header, etag};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::model::{StepView, VersionComparison, VersionSummary, VersionView};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_organizations)
        .service(create_organization)
        .service(show_organization)
        .service(update_organization)
        .service(take_organization_step)
        .service(list_organization_steps)
        .service(list_organization_versions)
        .service(compare_organization_versions)
        .service(show_organization_version);
}

/// List organisations that the caller may know of, newest first.
#[utoipa::path(tag = "organizations", params(ListOrganizations),
    responses((status = 200, body = Page<OrganizationView>), (status = 422, body = Problem)))]
#[get("/organizations")]
async fn list_organizations(
    app: AppData,
    caller: CallerData,
    query: web::Query<ListOrganizations>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Create an organisation, which then waits for review: on behalf of one in the own region, or by
/// somebody who belongs to none yet.
#[utoipa::path(tag = "organizations", request_body = OrganizationFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = OrganizationView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/organizations")]
async fn create_organization(
    app: AppData,
    caller: CallerData,
    body: JsonBody<OrganizationFields>,
) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/organizations/{}", written.value.id)))
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Show an organisation, as far as the caller may see it.
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path)),
    responses((status = 200, body = OrganizationView), (status = 404, body = Problem)))]
#[get("/organizations/{id}")]
async fn show_organization(app: AppData, caller: CallerData, id: web::Path<OrgId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().insert_header(etag(view.version)).json(view))
}

/// Change fields of an organisation by a JSON merge patch (RFC 7396).
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path), ("if-match" = String, Header)),
    request_body = OrganizationFields, security(("bearer" = [])),
    responses((status = 200, body = OrganizationView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/organizations/{id}")]
async fn update_organization(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// Take a step of the verification: verify, reject, suspend, ask again.
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path)), request_body = TakeOrganizationStep,
    security(("bearer" = [])),
    responses((status = 200, body = OrganizationView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/organizations/{id}/steps")]
async fn take_organization_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
    body: JsonBody<TakeOrganizationStep>,
) -> ApiResult {
    let written = app.run(move |app| ops::take_step(app, &caller.0, *id, &body.0)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(written.value.version))
        .insert_header(change_header(written.change))
        .json(written.value))
}

/// List the steps taken so far: for its own people and its reviewers.
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<StepView>), (status = 404, body = Problem)))]
#[get("/organizations/{id}/steps")]
async fn list_organization_steps(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::steps(app, &caller.0, *id)).await?))
}

/// List the versions, newest first: for its own people and its reviewers.
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<VersionSummary>), (status = 404, body = Problem)))]
#[get("/organizations/{id}/versions")]
async fn list_organization_versions(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::versions(app, &caller.0, *id)).await?))
}

/// Show one version.
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path), ("version" = i32, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = VersionView), (status = 404, body = Problem)))]
#[get("/organizations/{id}/versions/{version}")]
async fn show_organization_version(
    app: AppData,
    caller: CallerData,
    path: web::Path<(OrgId, i32)>,
) -> ApiResult {
    let (id, number) = path.into_inner();
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::version(app, &caller.0, id, number)).await?))
}

/// Compare two versions field by field.
#[utoipa::path(tag = "organizations",
    params(("id" = OrgId, Path), ("from" = i32, Path), ("to" = i32, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = VersionComparison), (status = 404, body = Problem)))]
#[get("/organizations/{id}/versions/{from}/differences/{to}")]
async fn compare_organization_versions(
    app: AppData,
    caller: CallerData,
    path: web::Path<(OrgId, i32, i32)>,
) -> ApiResult {
    let (id, from, to) = path.into_inner();
    Ok(HttpResponse::Ok()
        .json(app.run(move |app| ops::compare(app, &caller.0, id, (from, to))).await?))
}
