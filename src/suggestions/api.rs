//! Suggestions over JSON.

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    DismissSuggestion, ListSuggestions, SuggestionDetail, SuggestionId, Suggestions,
};
use super::ops;
use crate::cases::views::CaseView;
use crate::http::answer::created;
use crate::http::extract::{AppData, CallerData, JsonBody, Query};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_suggestions)
        .service(show_suggestion)
        .service(accept_suggestion)
        .service(dismiss_suggestion);
}

/// List what is suggested to the caller, best first: pairs in the regions of a liaison or officer, and
/// those of the caller's own organisations.
#[utoipa::path(tag = "suggestions", params(ListSuggestions), security(("bearer" = [])),
    responses((status = 200, body = Suggestions), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/suggestions")]
async fn list_suggestions(
    app: AppData,
    caller: CallerData,
    query: Query<ListSuggestions>,
) -> ApiResult {
    let found = ops::list(&app.into_inner(), &caller.0, &query).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Show a suggestion with the match and its reasons, and what it was made of: data, rule, versions.
#[utoipa::path(tag = "suggestions", params(("id" = SuggestionId, Path)), security(("bearer" = [])),
    responses((status = 200, body = SuggestionDetail), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/suggestions/{id}")]
async fn show_suggestion(
    app: AppData,
    caller: CallerData,
    id: web::Path<SuggestionId>,
) -> ApiResult {
    let found = ops::show(&app.into_inner(), &caller.0, *id).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Take a suggestion up: a case is opened, by the broker or by the interest of the caller's side.
#[utoipa::path(tag = "suggestions",
    params(("id" = SuggestionId, Path),
        ("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    security(("bearer" = [])),
    responses((status = 201, body = CaseView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/suggestions/{id}/accept")]
async fn accept_suggestion(
    app: AppData,
    caller: CallerData,
    id: web::Path<SuggestionId>,
) -> ApiResult {
    let written = ops::accept(&app.into_inner(), &caller.0, *id).await?;
    Ok(created(&format!("cases/{}", written.value.id), written.value.version, written))
}

/// Dismiss a suggestion for the caller's side: it is not suggested to that side again.
#[utoipa::path(tag = "suggestions", params(("id" = SuggestionId, Path)),
    request_body = DismissSuggestion, security(("bearer" = [])),
    responses((status = 204, description = "it has been dismissed"), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/suggestions/{id}/dismiss")]
async fn dismiss_suggestion(
    app: AppData,
    caller: CallerData,
    id: web::Path<SuggestionId>,
    body: JsonBody<DismissSuggestion>,
) -> ApiResult {
    ops::dismiss(&app.into_inner(), &caller.0, *id, body.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
