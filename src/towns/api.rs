//! Towns over JSON.

use actix_web::{HttpResponse, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Town, TownFields, TownView};
use super::ops::{self, ListTowns};
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::api;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_towns).service(create_town).service(show_town).service(update_town);
    let code = Variable::plain::<String>("code", Some("9 digits"));
    api::configure_past::<Town>(config, &code, "the liaisons, officers above and administrators");
}

/// List specialised towns in the order of their codes.
#[utoipa::path(tag = "towns", params(ListTowns),
    responses((status = 200, body = Page<TownView>), (status = 422, body = Problem)))]
#[get("/towns")]
async fn list_towns(app: AppData, caller: CallerData, query: Query<ListTowns>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Put a town on the list: for administrators and officers of the province.
#[utoipa::path(tag = "towns", request_body = TownFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = TownView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/towns")]
async fn create_town(app: AppData, caller: CallerData, body: JsonBody<TownFields>) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    let code = written.value.fields.code.as_deref().unwrap_or_default();
    let place = format!("towns/{code}");
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a town with its liaisons and how much is open there.
#[utoipa::path(tag = "towns", params(("code" = String, Path, description = "9 digits")),
    responses((status = 200, body = TownView), (status = 404, body = Problem)))]
#[get("/towns/{code}")]
async fn show_town(app: AppData, caller: CallerData, code: web::Path<String>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, &code)).await?;
    Ok(answer::shown(view.version, view))
}

/// Change fields of a town by a JSON merge patch (RFC 7396): for administrators and officers of
/// its city or province.
#[utoipa::path(tag = "towns",
    params(("code" = String, Path, description = "9 digits"), ("if-match" = String, Header)),
    request_body = TownFields, security(("bearer" = [])),
    responses((status = 200, body = TownView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[patch("/towns/{code}")]
async fn update_town(
    app: AppData,
    caller: CallerData,
    code: web::Path<String>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written =
        app.run(move |app| ops::update(app, &caller.0, &code, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}
