//! Technology contracts over JSON.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::form::{self, ExportForm, FormFormat};
use super::model::{Contract, ContractFields, ContractId, ContractView};
use super::ops::{self, AmendContract, ListContracts, RecordPayment, TakeContractStep};
use crate::attachments;
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::api;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_contracts)
        .service(create_contract)
        .service(show_contract)
        .service(update_contract)
        .service(delete_contract)
        .service(take_contract_step)
        .service(amend_contract)
        .service(record_contract_payment)
        .service(export_contract_form);
    let id = Variable::named::<ContractId>("id");
    api::configure_past::<Contract>(config, &id, "its parties and its reviewers");
    attachments::api::configure::<Contract>(config, &id);
}

/// List contracts in which the caller takes part or that count for the own region, newest first.
#[utoipa::path(tag = "contracts", params(ListContracts), security(("bearer" = [])),
    responses((status = 200, body = Page<ContractView>), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
#[get("/contracts")]
async fn list_contracts(
    app: AppData,
    caller: CallerData,
    query: Query<ListContracts>,
) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Draft a contract: for people of the buyer or the seller, and reviewers of the region.
#[utoipa::path(tag = "contracts", request_body = ContractFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = ContractView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/contracts")]
async fn create_contract(
    app: AppData,
    caller: CallerData,
    body: JsonBody<ContractFields>,
) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    let place = format!("contracts/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show a contract: for its parties and its reviewers.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path)), security(("bearer" = [])),
    responses((status = 200, body = ContractView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/contracts/{id}")]
async fn show_contract(app: AppData, caller: CallerData, id: web::Path<ContractId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
}

/// Change fields of a contract that is not signed yet by a JSON merge patch (RFC 7396).
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("if-match" = String, Header)),
    request_body = ContractFields, security(("bearer" = [])),
    responses((status = 200, body = ContractView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/contracts/{id}")]
async fn update_contract(
    app: AppData,
    caller: CallerData,
    id: web::Path<ContractId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Delete a contract that is not signed yet.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("if-match" = String, Header)),
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 428, body = Problem)))]
#[delete("/contracts/{id}")]
async fn delete_contract(
    app: AppData,
    caller: CallerData,
    id: web::Path<ContractId>,
    version: IfMatch,
) -> ApiResult {
    let change = app.run(move |app| ops::delete(app, &caller.0, *id, version.0)).await?;
    Ok(answer::removed(change))
}

/// Take a step of the contract's life: sign, apply for registration, record what the registry
/// said, cancel.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path)),
    request_body = TakeContractStep, security(("bearer" = [])),
    responses((status = 200, body = ContractView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/contracts/{id}/steps")]
async fn take_contract_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<ContractId>,
    body: JsonBody<TakeContractStep>,
) -> ApiResult {
    let written = app.run(move |app| ops::take_step(app, &caller.0, *id, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Amend a signed contract, stating why: the only way to change what it says.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("if-match" = String, Header)),
    request_body = AmendContract, security(("bearer" = [])),
    responses((status = 200, body = ContractView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[post("/contracts/{id}/amendments")]
async fn amend_contract(
    app: AppData,
    caller: CallerData,
    id: web::Path<ContractId>,
    version: IfMatch,
    body: JsonBody<AmendContract>,
) -> ApiResult {
    let written = app.run(move |app| ops::amend(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Record what has been paid of an instalment, correct it, or take it back.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("if-match" = String, Header)),
    request_body = RecordPayment, security(("bearer" = [])),
    responses((status = 200, body = ContractView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[post("/contracts/{id}/payments")]
async fn record_contract_payment(
    app: AppData,
    caller: CallerData,
    id: web::Path<ContractId>,
    version: IfMatch,
    body: JsonBody<RecordPayment>,
) -> ApiResult {
    let work = move |app: &_| ops::record_payment(app, &caller.0, *id, version.0, &body.0);
    let written = app.run(work).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Download the registration form 技术合同登记表, filled in as far as the contract goes.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ExportForm),
    security(("bearer" = [])),
    responses((status = 200, description = "the form", content_type = "application/pdf"),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/contracts/{id}/form")]
async fn export_contract_form(
    app: AppData,
    caller: CallerData,
    id: web::Path<ContractId>,
    query: Query<ExportForm>,
) -> ApiResult {
    let format = query.format;
    let file = app.run(move |app| form::export(app, &caller.0, *id, format)).await?;
    Ok(form_file(&file, format))
}

/// The form as a file to keep.
pub(super) fn form_file(file: &form::FormFile, format: FormFormat) -> HttpResponse {
    let kind = match format {
        FormFormat::Pdf => "application/pdf",
        FormFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let name = format!("attachment; filename=\"{}.{format}\"", file.name);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(file.bytes.clone())
}
