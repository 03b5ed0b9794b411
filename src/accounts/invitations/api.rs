//! Invitations over JSON.

use actix_web::{HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{AcceptInvitation, Accepted, CreateInvitation, InvitationView, OfferView};
use super::ops;
use crate::accounts::links::model::LinkId;
use crate::accounts::members::model::ListMembers;
use crate::accounts::passwords::api::LinkToken;
use crate::accounts::principal::OrgId;
use crate::http::extract::{AppData, CallerData, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_invitations)
        .service(create_invitation)
        .service(withdraw_invitation)
        .service(show_invitation)
        .service(accept_invitation);
}

/// List an organisation's invitations, newest first: for those who manage it.
#[utoipa::path(tag = "accounts", params(("id" = OrgId, Path), ListMembers),
    security(("bearer" = [])),
    responses((status = 200, body = Page<InvitationView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/organizations/{id}/invitations")]
async fn list_invitations(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
    query: Query<ListMembers>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, *id, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Invite a person to an organisation by mail: for those who manage it. An older invitation of
/// the same address is replaced.
#[utoipa::path(tag = "accounts", params(("id" = OrgId, Path)), request_body = CreateInvitation,
    security(("bearer" = [])),
    responses((status = 201, body = InvitationView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
#[post("/organizations/{id}/invitations")]
async fn create_invitation(
    app: AppData,
    caller: CallerData,
    id: web::Path<OrgId>,
    body: JsonBody<CreateInvitation>,
) -> ApiResult {
    let org = *id;
    let view = app.run(move |app| ops::create(app, &caller.0, org, &body.0)).await?;
    let location = format!("/api/v1/organizations/{org}/invitations/{}", view.id);
    Ok(HttpResponse::Created().insert_header(("location", location)).json(view))
}

/// Withdraw an invitation that nobody has accepted.
#[utoipa::path(tag = "accounts",
    params(("id" = OrgId, Path), ("invitation_id" = LinkId, Path)), security(("bearer" = [])),
    responses((status = 204, description = "its link does not work any longer"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
#[delete("/organizations/{id}/invitations/{invitation_id}")]
async fn withdraw_invitation(
    app: AppData,
    caller: CallerData,
    path: web::Path<(OrgId, LinkId)>,
) -> ApiResult {
    let (org, id) = path.into_inner();
    app.run(move |app| ops::withdraw(app, &caller.0, org, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Show what an invitation offers, by the link that was sent.
#[utoipa::path(tag = "accounts", request_body = LinkToken,
    responses((status = 200, body = OfferView), (status = 422, body = Problem)))]
#[post("/auth/show-invitation")]
async fn show_invitation(app: AppData, body: JsonBody<LinkToken>) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::show(app, &body.0.token)).await?))
}

/// Accept an invitation: signed in for an address that has an account, otherwise with name and
/// password for a new one.
#[utoipa::path(tag = "accounts", request_body = AcceptInvitation,
    params(("idempotency-key" = Option<String>, Header)),
    security((), ("bearer" = [])),
    responses((status = 200, body = Accepted), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/auth/accept-invitation")]
async fn accept_invitation(
    app: AppData,
    caller: CallerData,
    body: JsonBody<AcceptInvitation>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| ops::accept(app, &caller.0, &body.0)).await?))
}
