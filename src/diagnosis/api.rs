//! The need doctor over JSON, for anybody.

use actix_web::{HttpResponse, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::Diagnosis;
use super::ops;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::{ApiResult, Problem};
use crate::needs::model::NeedFields;

/// Adds the operation.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(diagnose_need);
}

/// Diagnose a need that is being written: its score, what is missing, what to split. Any fields of
/// a need may be sent, at least a text among `title`, `problem` and `background`. Nothing is stored.
#[utoipa::path(tag = "needs", request_body = NeedFields,
    responses((status = 200, body = Diagnosis), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
#[post("/needs/diagnose")]
async fn diagnose_need(app: AppData, caller: CallerData, body: JsonBody<NeedFields>) -> ApiResult {
    let diagnosis = app.run(move |app| ops::check(app, caller.0.language, &body.0)).await?;
    Ok(HttpResponse::Ok().json(diagnosis))
}
