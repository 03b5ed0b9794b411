//! Registration over JSON.

use actix_web::{HttpResponse, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Register, RegistrationReceived, VerifyMail};
use super::ops;
use crate::accounts::api::Visitor;
use crate::accounts::passwords::api::LinkToken;
use crate::http::extract::{AppData, JsonBody};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(register_organization).service(verify_mail).service(decline_registration);
}

/// Register an organisation and the account of its first manager. Both are made once the link is
/// used that is sent to the mail address, with a password that is chosen then; the organisation then
/// waits for review. The answer is the
/// same when the address has an account already: its owner is told by mail.
#[utoipa::path(tag = "accounts", request_body = Register,
    params(("idempotency-key" = Option<String>, Header)),
    responses((status = 202, body = RegistrationReceived), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/register")]
async fn register_organization(
    app: AppData,
    visitor: Visitor,
    body: JsonBody<Register>,
) -> ApiResult {
    let received = app.run(move |app| ops::register(app, &visitor.0, &body.0)).await?;
    Ok(HttpResponse::Accepted().json(received))
}

/// Verify a mail address by the link that was sent. The link of a registration makes the
/// organisation and the account, with the password that comes with it.
#[utoipa::path(tag = "accounts", request_body = VerifyMail,
    params(("idempotency-key" = Option<String>, Header)),
    responses((status = 204, description = "the address is verified"),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/auth/verify-mail")]
async fn verify_mail(app: AppData, visitor: Visitor, body: JsonBody<VerifyMail>) -> ApiResult {
    app.run(move |app| ops::verify(app, &visitor.0, &body.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End a registration that somebody else made with this address, by the link that was sent.
#[utoipa::path(tag = "accounts", request_body = LinkToken,
    responses((status = 204, description = "the registration is gone, and its links with it"),
        (status = 422, body = Problem)))]
#[post("/auth/decline-registration")]
async fn decline_registration(app: AppData, body: JsonBody<LinkToken>) -> ApiResult {
    app.run(move |app| ops::decline(app, &body.0.token)).await?;
    Ok(HttpResponse::NoContent().finish())
}
