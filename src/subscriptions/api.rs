//! Subscriptions over JSON: each person's own.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    CreateSubscription, FindView, ListSubscriptions, Recommendations, SubscriptionFields,
    SubscriptionId, SubscriptionView,
};
use super::{ops, recommendations};
use crate::app::App;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query, etag};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_subscriptions)
        .service(create_subscription)
        .service(show_subscription)
        .service(update_subscription)
        .service(delete_subscription)
        .service(list_subscription_finds)
        .service(show_recommendations)
        .service(choose_recommendations);
}

fn shown(view: &SubscriptionView) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(view.version)).json(view)
}

/// List the caller's subscriptions, newest first.
#[utoipa::path(tag = "subscriptions", params(ListSubscriptions), security(("bearer" = [])),
    responses((status = 200, body = Page<SubscriptionView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/subscriptions")]
async fn list_subscriptions(
    app: AppData,
    caller: CallerData,
    query: Query<ListSubscriptions>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Subscribe to a search, or to the matches of a need or capability that the caller may see. What has
/// been published by then is not told.
#[utoipa::path(tag = "subscriptions", request_body = CreateSubscription,
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    security(("bearer" = [])),
    responses((status = 201, body = SubscriptionView), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "the record is not for the caller"),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/subscriptions")]
async fn create_subscription(
    app: AppData,
    caller: CallerData,
    body: JsonBody<CreateSubscription>,
) -> ApiResult {
    let view = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/subscriptions/{}", view.id)))
        .insert_header(etag(view.version))
        .json(view))
}

/// Show a subscription of the caller's.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = SubscriptionView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/subscriptions/{id}")]
async fn show_subscription(
    app: AppData,
    caller: CallerData,
    id: web::Path<SubscriptionId>,
) -> ApiResult {
    Ok(shown(&app.run(move |app| ops::show(app, &caller.0, *id)).await?))
}

/// Change a subscription by a JSON merge patch (RFC 7396); `active` switches it off and on.
#[utoipa::path(tag = "subscriptions",
    params(("id" = SubscriptionId, Path), ("if-match" = String, Header)),
    request_body = SubscriptionFields, security(("bearer" = [])),
    responses((status = 200, body = SubscriptionView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/subscriptions/{id}")]
async fn update_subscription(
    app: AppData,
    caller: CallerData,
    id: web::Path<SubscriptionId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let work = move |app: &App| ops::update(app, &caller.0, *id, version.0, &body.0);
    Ok(shown(&app.run(work).await?))
}

/// Remove a subscription with all that was found for it.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "it has been removed"), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[delete("/subscriptions/{id}")]
async fn delete_subscription(
    app: AppData,
    caller: CallerData,
    id: web::Path<SubscriptionId>,
) -> ApiResult {
    app.run(move |app| ops::delete(app, &caller.0, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List what the caller has been told of for a subscription, last told first. What is hidden or gone
/// now is left out.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ListSubscriptions),
    security(("bearer" = [])),
    responses((status = 200, body = Page<FindView>), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/subscriptions/{id}/finds")]
async fn list_subscription_finds(
    app: AppData,
    caller: CallerData,
    id: web::Path<SubscriptionId>,
    query: Query<ListSubscriptions>,
) -> ApiResult {
    let page = app.run(move |app| ops::finds(app, &caller.0, *id, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Show whether things are recommended to the caller by records and roles.
#[utoipa::path(tag = "subscriptions", security(("bearer" = [])),
    responses((status = 200, body = Recommendations), (status = 401, body = Problem)))]
#[get("/me/recommendations")]
async fn show_recommendations(app: AppData, caller: CallerData) -> ApiResult {
    let choice = app.run(move |app| recommendations::show(app, &caller.0)).await?;
    Ok(HttpResponse::Ok().json(choice))
}

/// Choose whether things are recommended to the caller by records and roles. Without, subscriptions to
/// matches rest and nothing is suggested; searching and matching by hand stay as they are.
#[utoipa::path(tag = "subscriptions", request_body = Recommendations, security(("bearer" = [])),
    responses((status = 200, body = Recommendations), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[put("/me/recommendations")]
async fn choose_recommendations(
    app: AppData,
    caller: CallerData,
    body: JsonBody<Recommendations>,
) -> ApiResult {
    let choice = app.run(move |app| recommendations::choose(app, &caller.0, body.0)).await?;
    Ok(HttpResponse::Ok().json(choice))
}
