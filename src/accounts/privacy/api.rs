//! Personal data over JSON.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::erasure::{self, ErasePerson, EraseSelf, Erased};
use super::model::{ConsentText, ConsentView, GiveConsent};
use super::{consents, export};
use crate::accounts::principal::UserId;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_consent_texts)
        .service(list_own_consents)
        .service(give_consent)
        .service(export_own_data)
        .service(erase_own_account)
        .service(export_user_data)
        .service(erase_user);
}

/// List the texts that people agree to, all versions; the last one of a purpose is in force.
#[utoipa::path(tag = "privacy", responses((status = 200, body = [ConsentText])))]
#[get("/consent-texts")]
async fn list_consent_texts(app: AppData) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.reference.consent_texts()))
}

/// Show where the caller stands towards the texts in force.
#[utoipa::path(tag = "privacy", security(("bearer" = [])),
    responses((status = 200, body = [ConsentView]), (status = 401, body = Problem)))]
#[get("/me/consents")]
async fn list_own_consents(app: AppData, caller: CallerData) -> ApiResult {
    let views = app.run(move |app| consents::own(app, &caller.0)).await?;
    Ok(HttpResponse::Ok().json(views))
}

/// Agree to the text in force, or take that back.
#[utoipa::path(tag = "privacy", request_body = GiveConsent, security(("bearer" = [])),
    responses((status = 200, body = [ConsentView]), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/me/consents")]
async fn give_consent(app: AppData, caller: CallerData, body: JsonBody<GiveConsent>) -> ApiResult {
    let views = app.run(move |app| consents::say(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Ok().json(views))
}

/// A document to keep.
pub(in crate::accounts) fn document(value: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"personal-data.json\""))
        .json(value)
}

/// Export everything that is on record about the caller.
#[utoipa::path(tag = "privacy", security(("bearer" = [])),
    responses((status = 200, body = serde_json::Value), (status = 401, body = Problem),
        (status = 429, body = Problem)))]
#[get("/me/data")]
async fn export_own_data(app: AppData, caller: CallerData) -> ApiResult {
    let value = app.run(move |app| export::own(app, &caller.0)).await?;
    Ok(document(&value))
}

/// Erase the caller's own account: personal data are removed, records of the organisation stay without
/// the person.
#[utoipa::path(tag = "privacy", request_body = EraseSelf, security(("bearer" = [])),
    responses((status = 200, body = Erased), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
#[post("/me/erasure")]
async fn erase_own_account(
    app: AppData,
    caller: CallerData,
    body: JsonBody<EraseSelf>,
) -> ApiResult {
    let erased = app.run(move |app| erasure::erase_own(app, &caller.0, &body.0)).await?;
    Ok(HttpResponse::Ok().json(erased))
}

/// Export everything that is on record about somebody who has asked for it: for administrators.
#[utoipa::path(tag = "privacy", params(("id" = UserId, Path)), security(("bearer" = [])),
    responses((status = 200, body = serde_json::Value), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/users/{id}/data")]
async fn export_user_data(app: AppData, caller: CallerData, id: web::Path<UserId>) -> ApiResult {
    let value = app.run(move |app| export::of(app, &caller.0, *id)).await?;
    Ok(document(&value))
}

/// Erase somebody who has asked for it: for administrators.
#[utoipa::path(tag = "privacy", params(("id" = UserId, Path)), request_body = ErasePerson,
    security(("bearer" = [])),
    responses((status = 200, body = Erased), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/users/{id}/erasure")]
async fn erase_user(
    app: AppData,
    caller: CallerData,
    id: web::Path<UserId>,
    body: JsonBody<ErasePerson>,
) -> ApiResult {
    let erased = app.run(move |app| erasure::erase_person(app, &caller.0, *id, &body.0)).await?;
    Ok(HttpResponse::Ok().json(erased))
}
