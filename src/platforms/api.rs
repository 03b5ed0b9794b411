//! Platforms over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::coverage::{self, AskCoverage, Coverage};
use super::model::{Platform, PlatformFields, PlatformId, PlatformView};
use super::ops::{self, ListPlatforms};
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::api;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    // The fixed path comes before the one that takes any id.
    config
        .service(list_platforms)
        .service(show_platform_coverage)
        .service(create_platform)
        .service(show_platform)
        .service(update_platform)
        .service(delete_platform);
    let id = Variable::named::<PlatformId>("id");
    api::configure_past::<Platform>(config, &id, "those who look after its town");
}

/// List platforms, those last put on record first: for everybody.
#[utoipa::path(tag = "platforms", params(ListPlatforms),
    responses((status = 200, body = Page<PlatformView>), (status = 422, body = Problem)))]
#[get("/platforms")]
async fn list_platforms(
    app: AppData,
    caller: CallerData,
    query: Query<ListPlatforms>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Show how many towns on the register have a platform on a day, with towns and platforms behind it:
/// for everybody.
#[utoipa::path(tag = "platforms", params(AskCoverage),
    responses((status = 200, body = Coverage), (status = 422, body = Problem)))]
#[get("/platforms/coverage")]
async fn show_platform_coverage(
    app: AppData,
    caller: CallerData,
    asked: Query<AskCoverage>,
) -> ApiResult {
    let found = app.run(move |app| coverage::coverage(app, &caller.0, &asked)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Put a platform on record: for the liaison of the town, officers above and administrators.
#[utoipa::path(tag = "platforms", request_body = PlatformFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = PlatformView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/platforms")]
async fn create_platform(
    app: AppData,
    caller: CallerData,
    body: JsonBody<PlatformFields>,
) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    let place = format!("platforms/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a platform: for everybody.
#[utoipa::path(tag = "platforms", params(("id" = PlatformId, Path)),
    responses((status = 200, body = PlatformView), (status = 404, body = Problem)))]
#[get("/platforms/{id}")]
async fn show_platform(app: AppData, caller: CallerData, id: web::Path<PlatformId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
}

/// Change fields of a platform by a JSON merge patch (RFC 7396), its end by date included: for those
/// who look after its town.
#[utoipa::path(tag = "platforms", params(("id" = PlatformId, Path), ("if-match" = String, Header)),
    request_body = PlatformFields, security(("bearer" = [])),
    responses((status = 200, body = PlatformView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[patch("/platforms/{id}")]
async fn update_platform(
    app: AppData,
    caller: CallerData,
    id: web::Path<PlatformId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Delete a platform that was put on record by mistake: for those who look after its town. One that has
/// come to its end is closed by date.
#[utoipa::path(tag = "platforms", params(("id" = PlatformId, Path), ("if-match" = String, Header)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 428, body = Problem)))]
#[delete("/platforms/{id}")]
async fn delete_platform(
    app: AppData,
    caller: CallerData,
    id: web::Path<PlatformId>,
    version: IfMatch,
) -> ApiResult {
    let change = app.run(move |app| ops::delete(app, &caller.0, *id, version.0)).await?;
    Ok(answer::removed(change))
}
