//! Endpoints and deliveries over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    CreateEndpoint, DeliveryId, DeliveryView, EndpointFields, EndpointId, EndpointView,
    FreshSecret, ListDeliveries, ListEndpoints,
};
use super::{ops, outbox, telling};
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query, etag};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_endpoints)
        .service(create_endpoint)
        .service(show_endpoint)
        .service(update_endpoint)
        .service(delete_endpoint)
        .service(change_endpoint_secret)
        .service(test_endpoint)
        .service(list_deliveries)
        .service(resend_delivery);
}

fn shown(view: &EndpointView) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(view.version)).json(view)
}

/// List the group robots and webhooks that the caller looks after, newest first: those of
/// organisations that the caller manages, and of the offices of the caller's own regions.
#[utoipa::path(tag = "channels", params(ListEndpoints), security(("bearer" = [])),
    responses((status = 200, body = Page<EndpointView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/endpoints")]
async fn list_endpoints(
    app: AppData,
    caller: CallerData,
    query: Query<ListEndpoints>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Register a group robot or webhook: for an organisation that the caller manages, or for the office
/// of the caller's own region. Address and secret are not shown again.
#[utoipa::path(tag = "channels", request_body = CreateEndpoint, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = EndpointView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/endpoints")]
async fn create_endpoint(
    app: AppData,
    caller: CallerData,
    body: JsonBody<CreateEndpoint>,
) -> ApiResult {
    let view = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/endpoints/{}", view.id)))
        .insert_header(etag(view.version))
        .json(view))
}

/// Show a group robot or webhook.
#[utoipa::path(tag = "channels", params(("id" = EndpointId, Path)), security(("bearer" = [])),
    responses((status = 200, body = EndpointView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/endpoints/{id}")]
async fn show_endpoint(app: AppData, caller: CallerData, id: web::Path<EndpointId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(shown(&view))
}

/// Change a group robot or webhook by a JSON merge patch (RFC 7396); `active` pauses it.
#[utoipa::path(tag = "channels",
    params(("id" = EndpointId, Path), ("if-match" = String, Header)),
    request_body = EndpointFields, security(("bearer" = [])),
    responses((status = 200, body = EndpointView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/endpoints/{id}")]
async fn update_endpoint(
    app: AppData,
    caller: CallerData,
    id: web::Path<EndpointId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let work = move |app: &crate::app::App| ops::update(app, &caller.0, *id, version.0, &body.0);
    Ok(shown(&app.run(work).await?))
}

/// Remove a group robot or webhook with all that is on its way to it.
#[utoipa::path(tag = "channels", params(("id" = EndpointId, Path)), security(("bearer" = [])),
    responses((status = 204, description = "it has been removed"), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[delete("/endpoints/{id}")]
async fn delete_endpoint(app: AppData, caller: CallerData, id: web::Path<EndpointId>) -> ApiResult {
    app.run(move |app| ops::delete(app, &caller.0, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a new secret for a webhook. It is shown this once; for a day messages carry a signature with
/// the secret before as well.
#[utoipa::path(tag = "channels", params(("id" = EndpointId, Path)), security(("bearer" = [])),
    responses((status = 200, body = FreshSecret), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/endpoints/{id}/secret")]
async fn change_endpoint_secret(
    app: AppData,
    caller: CallerData,
    id: web::Path<EndpointId>,
) -> ApiResult {
    let fresh = app.run(move |app| ops::change_secret(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(fresh))
}

/// Send a message that says it is a test.
#[utoipa::path(tag = "channels", params(("id" = EndpointId, Path)), security(("bearer" = [])),
    responses((status = 202, body = DeliveryView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/endpoints/{id}/test")]
async fn test_endpoint(app: AppData, caller: CallerData, id: web::Path<EndpointId>) -> ApiResult {
    let delivery = app.run(move |app| telling::test(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Accepted().json(delivery))
}

/// List what was sent, is waiting and was given up, newest first: of the endpoints that the caller
/// looks after, of all for administrators. `state=dead` are the dead letters.
#[utoipa::path(tag = "channels", params(ListDeliveries), security(("bearer" = [])),
    responses((status = 200, body = Page<DeliveryView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/deliveries")]
async fn list_deliveries(
    app: AppData,
    caller: CallerData,
    query: Query<ListDeliveries>,
) -> ApiResult {
    let page = app.run(move |app| outbox::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Send a message again that was given up, under the same id.
#[utoipa::path(tag = "channels", params(("id" = DeliveryId, Path)), security(("bearer" = [])),
    responses((status = 200, body = DeliveryView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/deliveries/{id}/resend")]
async fn resend_delivery(app: AppData, caller: CallerData, id: web::Path<DeliveryId>) -> ApiResult {
    let delivery = app.run(move |app| outbox::resend(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(delivery))
}
