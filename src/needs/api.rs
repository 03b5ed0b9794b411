//! Needs over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{CreateNeed, Need, NeedFields, NeedId, NeedView};
use super::ops::{self, ListNeeds, TakeNeedStep};
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::life::ReviewedLife;
use crate::records::{api, freshness, likeness};
use crate::search::freshness::settle;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_needs)
        .service(create_need)
        .service(show_need)
        .service(update_need)
        .service(delete_need)
        .service(take_need_step);
    api::configure_past::<Need>(
        config,
        &Variable::named::<NeedId>("id"),
        "the owner and reviewers",
    );
    api::configure_grants::<NeedId>(config);
    likeness::api::configure::<Need>(config);
    freshness::api::configure::<Need>(config);
}

/// List needs that the caller may know of, last changed first.
#[utoipa::path(tag = "needs", params(ListNeeds),
    responses((status = 200, body = Page<NeedView>), (status = 422, body = Problem)))]
#[get("/needs")]
async fn list_needs(app: AppData, caller: CallerData, query: Query<ListNeeds>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &*query)).await?;
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
    let place = format!("needs/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a need, as far as the caller may see it.
#[utoipa::path(tag = "needs", params(("id" = NeedId, Path)),
    responses((status = 200, body = NeedView), (status = 404, body = Problem)))]
#[get("/needs/{id}")]
async fn show_need(app: AppData, caller: CallerData, id: web::Path<NeedId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
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
    if written.value.status.is_open() {
        settle(&app, written.change).await;
    }
    Ok(answer::changed(written.value.version, written))
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
    Ok(answer::removed(change))
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
    settle(&app, written.change).await;
    Ok(answer::changed(written.value.version, written))
}
