//! Sessions over JSON.

use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Refresh, SessionView, SignIn, Tokens};
use super::ops;
use crate::accounts::api::Visitor;
use crate::accounts::principal::SessionId;
use crate::app::App;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(sign_in)
        .service(refresh_tokens)
        .service(sign_out)
        .service(list_sessions)
        .service(end_session);
}

/// What the caller's browser or program calls itself.
pub fn user_agent(request: &HttpRequest) -> Option<String> {
    request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

// Tokens must not stay in a cache between us and the caller.
fn secret_answer(tokens: Tokens) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(tokens)
}

/// Sign in with mail address and password.
#[utoipa::path(tag = "accounts", request_body = SignIn,
    responses((status = 200, body = Tokens), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/sign-in")]
async fn sign_in(
    app: AppData,
    visitor: Visitor,
    request: HttpRequest,
    body: JsonBody<SignIn>,
) -> ApiResult {
    let agent = user_agent(&request);
    let work = move |app: &App| ops::sign_in(app, &visitor.0, &body.0, agent.as_deref());
    Ok(secret_answer(app.run(work).await?))
}

/// Exchange a refresh token for new tokens. Each works once; using one again ends the session.
#[utoipa::path(tag = "accounts", request_body = Refresh,
    responses((status = 200, body = Tokens), (status = 401, body = Problem)))]
#[post("/auth/refresh")]
async fn refresh_tokens(app: AppData, visitor: Visitor, body: JsonBody<Refresh>) -> ApiResult {
    // The access token has usually ended by now, so it is not looked at.
    Ok(secret_answer(app.run(move |app| ops::refresh(app, &visitor.0, &body.0)).await?))
}

/// Sign out: end the session that asks.
#[utoipa::path(tag = "accounts", security(("bearer" = [])),
    responses((status = 204, description = "the session has ended"),
        (status = 401, body = Problem)))]
#[post("/auth/sign-out")]
async fn sign_out(app: AppData, caller: CallerData) -> ApiResult {
    app.run(move |app| ops::sign_out(app, &caller.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List where the caller is signed in, last used first.
#[utoipa::path(tag = "accounts", security(("bearer" = [])),
    responses((status = 200, body = Vec<SessionView>), (status = 401, body = Problem)))]
#[get("/me/sessions")]
async fn list_sessions(app: AppData, caller: CallerData) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::list(app, &caller.0)).await?))
}

/// End one of the caller's sessions.
#[utoipa::path(tag = "accounts", params(("id" = SessionId, Path)), security(("bearer" = [])),
    responses((status = 204, description = "the session has ended"),
        (status = 401, body = Problem), (status = 404, body = Problem)))]
#[delete("/me/sessions/{id}")]
async fn end_session(app: AppData, caller: CallerData, id: web::Path<SessionId>) -> ApiResult {
    app.run(move |app| ops::end(app, &caller.0, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
