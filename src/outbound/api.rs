//! The outbox of mails over JSON, for those who run the platform.

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{ListMails, MailId, MailView};
use super::ops;
use crate::http::extract::{AppData, CallerData, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_mails).service(resend_mail);
}

/// List mails without their texts, newest first: for administrators. `state=dead` are those that were
/// given up.
#[utoipa::path(tag = "channels", params(ListMails), security(("bearer" = [])),
    responses((status = 200, body = Page<MailView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/mails")]
async fn list_mails(app: AppData, caller: CallerData, query: Query<ListMails>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Send a mail again that was given up: for administrators.
#[utoipa::path(tag = "channels", params(("id" = MailId, Path)), security(("bearer" = [])),
    responses((status = 200, body = MailView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/mails/{id}/resend")]
async fn resend_mail(app: AppData, caller: CallerData, id: web::Path<MailId>) -> ApiResult {
    let mail = app.run(move |app| ops::resend(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(mail))
}
