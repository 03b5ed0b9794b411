//! Roles over JSON.

use actix_web::{HttpResponse, delete, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{GrantId, GrantRole, RoleView};
use super::ops;
use crate::accounts::principal::UserId;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(grant_role).service(revoke_role);
}

/// Grant a role: administrators any, officers that of a liaison in their region, managers of an
/// organisation its roles to its members.
#[utoipa::path(tag = "accounts", params(("id" = UserId, Path)), request_body = GrantRole,
    security(("bearer" = [])),
    responses((status = 201, body = RoleView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/users/{id}/roles")]
async fn grant_role(
    app: AppData,
    caller: CallerData,
    id: web::Path<UserId>,
    body: JsonBody<GrantRole>,
) -> ApiResult {
    let user = *id;
    let role = app.run(move |app| ops::grant(app, &caller.0, user, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/users/{user}/roles/{}", role.id)))
        .json(role))
}

/// Take a role away. It works at once.
#[utoipa::path(tag = "accounts", params(("id" = UserId, Path), ("role_id" = GrantId, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "the role has been taken away"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[delete("/users/{id}/roles/{role_id}")]
async fn revoke_role(
    app: AppData,
    caller: CallerData,
    path: web::Path<(UserId, GrantId)>,
) -> ApiResult {
    let (user, role) = path.into_inner();
    app.run(move |app| ops::revoke(app, &caller.0, user, role)).await?;
    Ok(HttpResponse::NoContent().finish())
}
