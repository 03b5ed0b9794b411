//! Registration over JSON.

use actix_web::{HttpResponse, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Register, Registered};
use super::ops;
use crate::accounts::api::Visitor;
use crate::http::extract::{AppData, JsonBody, change_header, etag};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(register_organization);
}

/// Register an organisation and the account of its first manager. The organisation waits for
/// review; the account can be used once its mail address is verified.
#[utoipa::path(tag = "accounts", request_body = Register,
    responses((status = 201, body = Registered), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/register")]
async fn register_organization(
    app: AppData,
    visitor: Visitor,
    body: JsonBody<Register>,
) -> ApiResult {
    let written = app.run(move |app| ops::register(app, &visitor.0, &body.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/organizations/{}", written.value.org_id)))
        .insert_header(etag(1))
        .insert_header(change_header(written.change))
        .json(written.value))
}
