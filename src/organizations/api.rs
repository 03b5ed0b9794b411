//! Organisations over JSON.

use actix_web::{HttpResponse, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Organization, OrganizationFields, OrganizationView};
use super::ops::{self, ListOrganizations, TakeOrganizationStep};
use crate::accounts::principal::OrgId;
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::api;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_organizations)
        .service(create_organization)
        .service(show_organization)
        .service(update_organization)
        .service(take_organization_step);
    api::configure_past::<Organization>(
        config,
        &Variable::named::<OrgId>("id"),
        "its own people and its reviewers",
    );
}

/// List organisations that the caller may know of, newest first.
#[utoipa::path(tag = "organizations", params(ListOrganizations),
    responses((status = 200, body = Page<OrganizationView>), (status = 422, body = Problem)))]
#[get("/organizations")]
async fn list_organizations(
    app: AppData,
    caller: CallerData,
    query: Query<ListOrganizations>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Create an organisation, which then waits for review: on behalf of one in the own region, or by
/// somebody who belongs to none yet.
#[utoipa::path(tag = "organizations", request_body = OrganizationFields, security(("bearer" = [])),
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
    let place = format!("organizations/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show an organisation, as far as the caller may see it.
#[utoipa::path(tag = "organizations", params(("id" = OrgId, Path)),
    responses((status = 200, body = OrganizationView), (status = 404, body = Problem)))]
#[get("/organizations/{id}")]
async fn show_organization(app: AppData, caller: CallerData, id: web::Path<OrgId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
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
    Ok(answer::changed(written.value.version, written))
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
    Ok(answer::changed(written.value.version, written))
}
