//! Passwords and mail addresses over JSON.

use actix_web::{HttpResponse, post, put};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{ChangePassword, MailAddress, ResetPassword};
use super::ops;
use crate::accounts::api::Visitor;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(change_password)
        .service(request_password_reset)
        .service(reset_password)
        .service(resend_verification);
}

/// The secret of a link.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// `token` of the link.
    pub token: String,
}

/// Change the caller's password; ends all other sessions.
#[utoipa::path(tag = "accounts", request_body = ChangePassword, security(("bearer" = [])),
    responses((status = 204, description = "the password has been changed"),
        (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
#[put("/me/password")]
async fn change_password(
    app: AppData,
    caller: CallerData,
    body: JsonBody<ChangePassword>,
) -> ApiResult {
    app.run(move |app| ops::change(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask for a link to set a new password. The answer is the same with and without an account.
#[utoipa::path(tag = "accounts", request_body = MailAddress,
    responses((status = 202, description = "a mail is sent if there is such an account"),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/request-password-reset")]
async fn request_password_reset(
    app: AppData,
    visitor: Visitor,
    body: JsonBody<MailAddress>,
) -> ApiResult {
    ops::request_reset(&app.into_inner(), &visitor.0, &body.0.mail)?;
    Ok(HttpResponse::Accepted().finish())
}

/// Set a new password by the link that was sent; ends all sessions.
#[utoipa::path(tag = "accounts", request_body = ResetPassword,
    responses((status = 204, description = "the password has been set"),
        (status = 422, body = Problem)))]
#[post("/auth/reset-password")]
async fn reset_password(
    app: AppData,
    visitor: Visitor,
    body: JsonBody<ResetPassword>,
) -> ApiResult {
    app.run(move |app| ops::reset(app, &visitor.0, &body.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask for the verification link again. The answer is the same with and without an account.
#[utoipa::path(tag = "accounts", request_body = MailAddress,
    responses((status = 202, description = "a mail is sent if an account waits for it"),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/resend-verification")]
async fn resend_verification(
    app: AppData,
    visitor: Visitor,
    body: JsonBody<MailAddress>,
) -> ApiResult {
    ops::resend_verification(&app.into_inner(), &visitor.0, &body.0.mail)?;
    Ok(HttpResponse::Accepted().finish())
}
