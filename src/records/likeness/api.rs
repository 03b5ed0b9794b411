//! Asking for near-duplicates over JSON, for every kind of reviewed record.

use actix_web::HttpResponse;
use utoipa::ToSchema;
use utoipa::openapi::path::HttpMethod;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::LikeRecord;
use super::ops;
use crate::http::entry::Entry;
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::ApiResult;
use crate::records::reviewed::Reviewed;

/// Adds the operation.
pub fn configure<R: Reviewed<Fields: ToSchema>>(config: &mut ServiceConfig<'_>) {
    let (kind, folder) = (R::KIND, R::KIND.folder());
    let summary = format!(
        "Find records that say much the same as a {kind} that is being written, as far as the \
         caller may\nknow of them, most alike first. Nothing is stored."
    );
    let (path, name) = (format!("/{folder}/duplicates"), format!("find_{kind}_duplicates"));
    let find = Entry::new(HttpMethod::Post, path, folder, name, &summary)
        .signed_in()
        .takes::<R::Fields>()
        .answers_all::<LikeRecord>(200)
        .by(find_duplicates::<R>);
    config.service(find);
}

async fn find_duplicates<R: Reviewed>(
    app: AppData,
    caller: CallerData,
    body: JsonBody<R::Fields>,
) -> ApiResult {
    let work = move |app: &_| ops::of_fields::<R>(app, &caller.0, &body.0, None);
    Ok(HttpResponse::Ok().json(app.run(work).await?))
}
