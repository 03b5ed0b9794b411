//! Capabilities over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Capability, CapabilityFields, CapabilityId, CapabilityView, CreateCapability};
use super::ops::{self, ListCapabilities, SetConsent, TakeCapabilityStep};
use crate::app::App;
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, OptionalIfMatch, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::life::ReviewedLife;
use crate::records::{api, freshness, likeness};
use crate::search::freshness::settle;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_capabilities)
        .service(create_capability)
        .service(show_capability)
        .service(update_capability)
        .service(delete_capability)
        .service(take_capability_step)
        .service(set_capability_consent);
    api::configure_past::<Capability>(
        config,
        &Variable::named::<CapabilityId>("id"),
        "the owner and reviewers",
    );
    api::configure_grants::<CapabilityId>(config);
    likeness::api::configure::<Capability>(config);
    freshness::api::configure::<Capability>(config);
}

/// List capabilities that the caller may know of, last changed first.
#[utoipa::path(tag = "capabilities", params(ListCapabilities),
    responses((status = 200, body = Page<CapabilityView>), (status = 422, body = Problem)))]
#[get("/capabilities")]
async fn list_capabilities(
    app: AppData,
    caller: CallerData,
    query: Query<ListCapabilities>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &*query)).await?;
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
    let place = format!("capabilities/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
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
    Ok(answer::shown(view.version, view))
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
    if written.value.status.is_open() {
        settle(&app, written.change).await;
    }
    Ok(answer::changed(written.value.version, written))
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
    Ok(answer::removed(change))
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
    settle(&app, written.change).await;
    Ok(answer::changed(written.value.version, written))
}

/// Say how far the person of an expert's profile may be shown: for the own organisation and
/// administrators. It works at once, in any state, without review. `If-Match` may name a version but
/// need not: consent depends on nothing else in the profile.
#[utoipa::path(tag = "capabilities",
    params(("id" = CapabilityId, Path), ("if-match" = Option<String>, Header)),
    request_body = SetConsent, security(("bearer" = [])),
    responses((status = 200, body = CapabilityView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
#[put("/capabilities/{id}/consent")]
async fn set_capability_consent(
    app: AppData,
    caller: CallerData,
    id: web::Path<CapabilityId>,
    version: OptionalIfMatch,
    body: JsonBody<SetConsent>,
) -> ApiResult {
    let work = move |app: &App| ops::set_consent(app, &caller.0, *id, version.0, body.0);
    let written = app.run(work).await?;
    settle(&app, written.change).await;
    Ok(answer::changed(written.value.version, written))
}
