//! Retention over JSON, for those who run the platform.

use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::Retention;
use super::ops;
use crate::http::extract::{AppData, CallerData};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(show_retention);
}

/// Show how long each class of data is kept, what the next round would remove, and what was removed:
/// for administrators.
#[utoipa::path(tag = "privacy", security(("bearer" = [])),
    responses((status = 200, body = Retention), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
#[get("/admin/retention")]
async fn show_retention(app: AppData, caller: CallerData) -> ApiResult {
    let found = app.run(move |app| ops::show(app, &caller.0)).await?;
    Ok(HttpResponse::Ok().json(found))
}
