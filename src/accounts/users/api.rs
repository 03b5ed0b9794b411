//! Accounts over JSON.

use actix_web::{HttpResponse, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{CreateUser, ListUsers, PersonFields, UserFields, UserView};
use super::ops;
use crate::accounts::principal::UserId;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query, etag};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(show_own_account)
        .service(update_own_account)
        .service(list_users)
        .service(create_user)
        .service(show_user)
        .service(update_user);
}

fn with_version(view: UserView) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(view.version)).json(view)
}

/// Show the caller's own account with the roles held.
#[utoipa::path(tag = "accounts", security(("bearer" = [])),
    responses((status = 200, body = UserView), (status = 401, body = Problem)))]
#[get("/me")]
async fn show_own_account(app: AppData, caller: CallerData) -> ApiResult {
    Ok(with_version(app.run(move |app| ops::show_own(app, &caller.0)).await?))
}

/// Change name or language of the caller's own account by a JSON merge patch (RFC 7396).
#[utoipa::path(tag = "accounts", params(("if-match" = String, Header)),
    request_body = PersonFields, security(("bearer" = [])),
    responses((status = 200, body = UserView), (status = 401, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[patch("/me")]
async fn update_own_account(
    app: AppData,
    caller: CallerData,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let work = move |app: &crate::app::App| ops::update_own(app, &caller.0, version.0, &body.0);
    Ok(with_version(app.run(work).await?))
}

/// List accounts, newest first: all for administrators; for officers one address exactly, or the
/// liaisons of the own region.
#[utoipa::path(tag = "accounts", params(ListUsers), security(("bearer" = [])),
    responses((status = 200, body = Page<UserView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/users")]
async fn list_users(app: AppData, caller: CallerData, query: Query<ListUsers>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Create an account: for administrators. Without a password the person is sent a link to set it.
#[utoipa::path(tag = "accounts", request_body = CreateUser, security(("bearer" = [])),
    responses((status = 201, body = UserView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/users")]
async fn create_user(app: AppData, caller: CallerData, body: JsonBody<CreateUser>) -> ApiResult {
    let view = app.run(move |app| ops::create_user(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/users/{}", view.id)))
        .insert_header(etag(view.version))
        .json(view))
}

/// Show an account: the own one, any for administrators and officers, members for managers of an
/// organisation.
#[utoipa::path(tag = "accounts", params(("id" = UserId, Path)), security(("bearer" = [])),
    responses((status = 200, body = UserView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/users/{id}")]
async fn show_user(app: AppData, caller: CallerData, id: web::Path<UserId>) -> ApiResult {
    Ok(with_version(app.run(move |app| ops::show(app, &caller.0, *id)).await?))
}

/// Change an account by a JSON merge patch (RFC 7396): for administrators. Disabling it ends all
/// sessions at once.
#[utoipa::path(tag = "accounts", params(("id" = UserId, Path), ("if-match" = String, Header)),
    request_body = UserFields, security(("bearer" = [])),
    responses((status = 200, body = UserView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/users/{id}")]
async fn update_user(
    app: AppData,
    caller: CallerData,
    id: web::Path<UserId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let work = move |app: &crate::app::App| ops::update(app, &caller.0, *id, version.0, &body.0);
    Ok(with_version(app.run(work).await?))
}
