//! The inbox over JSON.

use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Inbox, ListNotices, NoticeId, NoticeSettings, ReadNotices, Unread};
use super::{ops, settings};
use crate::http::extract::{AppData, CallerData, JsonBody, Query};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_notices)
        .service(read_notices)
        .service(read_notice)
        .service(show_notice_settings)
        .service(choose_notice_settings);
}

/// List what the caller has been told, newest first, with the number of what is unread.
#[utoipa::path(tag = "notices", params(ListNotices), security(("bearer" = [])),
    responses((status = 200, body = Inbox), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/inbox")]
async fn list_notices(app: AppData, caller: CallerData, query: Query<ListNotices>) -> ApiResult {
    let inbox = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(inbox))
}

/// Mark all notices as read, or all up to one, so that what has come since stays unread.
#[utoipa::path(tag = "notices", request_body = ReadNotices, security(("bearer" = [])),
    responses((status = 200, body = Unread), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[post("/inbox/read")]
async fn read_notices(app: AppData, caller: CallerData, body: JsonBody<ReadNotices>) -> ApiResult {
    let left = app.run(move |app| ops::read_all(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Ok().json(left))
}

/// Mark a notice as read.
#[utoipa::path(tag = "notices", params(("id" = NoticeId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Unread), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[post("/inbox/{id}/read")]
async fn read_notice(app: AppData, caller: CallerData, id: web::Path<NoticeId>) -> ApiResult {
    let left = app.run(move |app| ops::read(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(left))
}

/// Show what the caller wants by mail.
#[utoipa::path(tag = "notices", security(("bearer" = [])),
    responses((status = 200, body = NoticeSettings), (status = 401, body = Problem)))]
#[get("/me/notices")]
async fn show_notice_settings(app: AppData, caller: CallerData) -> ApiResult {
    let found = app.run(move |app| settings::show(app, &caller.0)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Choose what is wanted by mail: of each topic never, at once, or once a day. What is left out is as
/// it is usual. The inbox has everything in any case.
#[utoipa::path(tag = "notices", request_body = NoticeSettings, security(("bearer" = [])),
    responses((status = 200, body = NoticeSettings), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[put("/me/notices")]
async fn choose_notice_settings(
    app: AppData,
    caller: CallerData,
    body: JsonBody<NoticeSettings>,
) -> ApiResult {
    let chosen = app.run(move |app| settings::choose(app, &caller.0, body.0)).await?;
    Ok(HttpResponse::Ok().json(chosen))
}
