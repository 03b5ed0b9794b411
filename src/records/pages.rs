//! Steps taken and records confirmed from a page, for every kind of reviewed record.

use std::sync::Arc;

use actix_web::HttpResponse;

use super::freshness::ops::verify;
use super::reviewed::{ReviewedId, Rows, StepTo, take_step};
use super::traced::Traced;
use crate::app::App;
use crate::error::Error;
use crate::http::extract::AppData;
use crate::http::html::{PageResult, Posted, Visit, local_path, redirect};
use crate::search::freshness::settle;

/// Takes the step of a form and goes back to where the form was.
///
/// # Errors
/// Those of [`take_step`]; an unknown state.
pub async fn take_posted_step<I: ReviewedId>(
    app: AppData,
    visit: Visit,
    id: I,
    form: Posted,
) -> PageResult<HttpResponse> {
    let to = form.text("to").parse().map_err(|_| Error::field("/to", "field.unknown_status"))?;
    let step: StepTo<<I::Record as Rows>::Status> =
        StepTo { to, comment: form.filled("comment"), valid_until: None };
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let change = app.run(move |app| Ok(take_step(app, &caller, id, step)?.change)).await?;
    go_back::<I>(&app, id, &form, change).await
}

/// Confirms the record of a form and goes back to where the form was.
///
/// # Errors
/// Those of [`verify`].
pub async fn verify_posted<I: ReviewedId>(
    app: AppData,
    visit: Visit,
    id: I,
    form: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let change = app.run(move |app| Ok(verify(app, &caller, id)?.change)).await?;
    go_back::<I>(&app, id, &form, change).await
}

/// Waits until the page shows the change, and goes there.
async fn go_back<I: ReviewedId>(
    app: &Arc<App>,
    id: I,
    form: &Posted,
    change: i64,
) -> PageResult<HttpResponse> {
    settle(app, change).await;
    let back = format!("/{}/{id}", <I::Record as Traced>::KIND.folder());
    Ok(redirect(match form.text("back") {
        "" => &back,
        given => local_path(given),
    }))
}
