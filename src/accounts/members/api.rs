//! Members over JSON.

use actix_web::{HttpResponse, delete, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{ListMembers, MemberView};
use super::ops;
use crate::accounts::principal::{OrgId, UserId};
use crate::http::extract::{AppData, CallerData, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_members).service(remove_member);
}

/// List the people of an organisation: for those who work for it and those who review it.
#[utoipa::path(tag = "accounts", params(("id" = OrgId, Path), ListMembers),
    security(("bearer" = [])),
    responses((status = 200, body = Page<MemberView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/organizations/{id}/members")]
async fn list_members(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
    query: Query<ListMembers>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, *id, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Remove a person from an organisation: by those who manage it, or by the person.
#[utoipa::path(tag = "accounts", params(("id" = OrgId, Path), ("user_id" = UserId, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "all roles in it have been taken away"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[delete("/organizations/{id}/members/{user_id}")]
async fn remove_member(
    app: AppData,
    caller: CallerData,
    path: web::Path<(OrgId, UserId)>,
) -> ApiResult {
    let (org, user) = path.into_inner();
    app.run(move |app| ops::remove(app, &caller.0, org, user)).await?;
    Ok(HttpResponse::NoContent().finish())
}
