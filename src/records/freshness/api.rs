//! Confirming records over JSON, for every kind of reviewed record.

use actix_web::web;
use utoipa::ToSchema;
use utoipa::openapi::path::HttpMethod;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops;
use crate::http::answer;
use crate::http::entry::{Entry, Variable};
use crate::http::extract::{AppData, CallerData};
use crate::http::problem::ApiResult;
use crate::records::ops::Written;
use crate::records::reviewed::{Reviewed, ReviewedId};
use crate::records::traced::Traced;

/// Adds the operation.
pub fn configure<R>(config: &mut ServiceConfig<'_>)
where
    R: Reviewed<View: ToSchema>,
    <R as Traced>::Id: ToSchema,
{
    let (kind, folder) = (R::KIND, R::KIND.folder());
    let path = format!("/{folder}/{{id}}/verify");
    let summary = format!(
        "Confirm that an open {kind} is still true: for its owner and its reviewers. It stays valid at\n\
         least as long as one published today."
    );
    let verify = Entry::new(HttpMethod::Post, path, folder, format!("verify_{kind}"), &summary)
        .signed_in()
        .variable(&Variable::named::<<R as Traced>::Id>("id"))
        .answers::<R::View>(200)
        .by(verify_record::<<R as Traced>::Id>);
    config.service(verify);
}

async fn verify_record<I: ReviewedId>(
    app: AppData,
    caller: CallerData,
    id: web::Path<I>,
) -> ApiResult {
    let Written { value: (version, view), change } =
        app.run(move |app| ops::verify(app, &caller.0, *id)).await?;
    Ok(answer::changed(version, Written { value: view, change }))
}
