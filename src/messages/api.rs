//! Templates of messages over JSON, for those who run the platform.

use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    Preview, PreviewTemplate, RestoreTemplate, TemplateSummary, TemplateTexts, TemplateVersion,
    TemplateView,
};
use super::ops;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, etag};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_message_templates)
        .service(show_message_template)
        .service(save_message_template)
        .service(list_message_template_versions)
        .service(restore_message_template)
        .service(preview_message_template)
        .service(test_message_template);
}

/// Name of a message and tag of a language.
type Place = web::Path<(String, String)>;

fn shown(view: &TemplateView) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(view.version)).json(view)
}

/// List every message in every language: for administrators.
#[utoipa::path(tag = "messages", security(("bearer" = [])),
    responses((status = 200, body = [TemplateSummary]), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
#[get("/message-templates")]
async fn list_message_templates(app: AppData, caller: CallerData) -> ApiResult {
    let all = app.run(move |app| ops::list(app, &caller.0)).await?;
    Ok(HttpResponse::Ok().json(all))
}

/// Show the texts of a message in a language (`zh-CN`, `en`) with the values that they may name: for
/// administrators.
#[utoipa::path(tag = "messages", security(("bearer" = [])),
    params(("kind" = String, Path), ("language" = String, Path)),
    responses((status = 200, body = TemplateView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/message-templates/{kind}/{language}")]
async fn show_message_template(app: AppData, caller: CallerData, place: Place) -> ApiResult {
    let view = app
        .run(move |app| ops::show(app, &caller.0, ops::key(&caller.0, &place.0, &place.1)?))
        .await?;
    Ok(shown(&view))
}

/// Put own texts in place of those of a message: for administrators. A text that is left out, is empty
/// or says what is shipped is the shipped one. What waits in an outbox stays as it was written.
#[utoipa::path(tag = "messages", request_body = TemplateTexts, security(("bearer" = [])),
    params(("kind" = String, Path), ("language" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = TemplateView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[put("/message-templates/{kind}/{language}")]
async fn save_message_template(
    app: AppData,
    caller: CallerData,
    place: Place,
    version: IfMatch,
    body: JsonBody<TemplateTexts>,
) -> ApiResult {
    let view = app
        .run(move |app| {
            let key = ops::key(&caller.0, &place.0, &place.1)?;
            ops::save(app, &caller.0, key, version.0, &body.0)
        })
        .await?;
    Ok(shown(&view))
}

/// List the saves of a message in a language, the last first: for administrators.
#[utoipa::path(tag = "messages", security(("bearer" = [])),
    params(("kind" = String, Path), ("language" = String, Path)),
    responses((status = 200, body = [TemplateVersion]), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/message-templates/{kind}/{language}/versions")]
async fn list_message_template_versions(
    app: AppData,
    caller: CallerData,
    place: Place,
) -> ApiResult {
    let all = app
        .run(move |app| ops::versions(app, &caller.0, ops::key(&caller.0, &place.0, &place.1)?))
        .await?;
    Ok(HttpResponse::Ok().json(all))
}

/// Take the texts of an earlier save again, or with 0 the shipped ones: for administrators. It is a
/// save like any other.
#[utoipa::path(tag = "messages", request_body = RestoreTemplate, security(("bearer" = [])),
    params(("kind" = String, Path), ("language" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = TemplateView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[post("/message-templates/{kind}/{language}/restore")]
async fn restore_message_template(
    app: AppData,
    caller: CallerData,
    place: Place,
    version: IfMatch,
    body: JsonBody<RestoreTemplate>,
) -> ApiResult {
    let view = app
        .run(move |app| {
            let key = ops::key(&caller.0, &place.0, &place.1)?;
            ops::restore(app, &caller.0, key, version.0, body.0)
        })
        .await?;
    Ok(shown(&view))
}

/// Show a message with invented values as it would go out, also with texts that are not saved: for
/// administrators.
#[utoipa::path(tag = "messages", request_body = PreviewTemplate, security(("bearer" = [])),
    params(("kind" = String, Path), ("language" = String, Path)),
    responses((status = 200, body = Preview), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[post("/message-templates/{kind}/{language}/preview")]
async fn preview_message_template(
    app: AppData,
    caller: CallerData,
    place: Place,
    body: JsonBody<PreviewTemplate>,
) -> ApiResult {
    let preview = app
        .run(move |app| {
            let key = ops::key(&caller.0, &place.0, &place.1)?;
            ops::preview(app, &caller.0, key, &body.0)
        })
        .await?;
    Ok(HttpResponse::Ok().json(preview))
}

/// Send a message with invented values to the caller's own address: for administrators.
#[utoipa::path(tag = "messages", request_body = PreviewTemplate, security(("bearer" = [])),
    params(("kind" = String, Path), ("language" = String, Path)),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
#[post("/message-templates/{kind}/{language}/test")]
async fn test_message_template(
    app: AppData,
    caller: CallerData,
    place: Place,
    body: JsonBody<PreviewTemplate>,
) -> ApiResult {
    app.run(move |app| {
        let key = ops::key(&caller.0, &place.0, &place.1)?;
        ops::send_test(app, &caller.0, key, &body.0)
    })
    .await?;
    Ok(HttpResponse::Accepted().finish())
}
