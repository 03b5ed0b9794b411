//! Sessions over JSON.

use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{SignIn, Tokens};
use super::ops;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(sign_in);
}

fn user_agent(request: &HttpRequest) -> Option<String> {
    request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Sign in with mail address and password.
#[utoipa::path(tag = "accounts", request_body = SignIn,
    responses((status = 200, body = Tokens), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/sign-in")]
async fn sign_in(
    app: AppData,
    caller: CallerData,
    request: HttpRequest,
    body: JsonBody<SignIn>,
) -> ApiResult {
    let agent = user_agent(&request);
    let work = move |app: &crate::app::App| ops::sign_in(app, &caller.0, &body.0, agent.as_deref());
    // Tokens must not stay in a cache between us and the caller.
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(app.run(work).await?))
}
