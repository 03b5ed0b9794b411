//! Steps taken from a page: put forward, publish, return, withdraw.

use actix_web::{HttpResponse, post, web};

use crate::error::Error;
use crate::http::extract::AppData;
use crate::http::html::{PageResult, Posted, Visit, local_path, redirect, settle};
use crate::needs::model::NeedId;
use crate::needs::ops::{self, TakeNeedStep};

/// Takes the step of a form and goes back to where the form was.
#[post("/needs/{id}/step")]
async fn take_need_step(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    let to = form.text("to").parse().map_err(|_| Error::field("/to", "field.unknown_status"))?;
    let step = TakeNeedStep { to, comment: form.filled("comment"), valid_until: None };
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let written = app.run(move |app| ops::take_step(app, &caller, *id, &step)).await?;
    settle(&app, written.change).await;
    let back = format!("/needs/{}", written.value.id);
    Ok(redirect(match form.text("back") {
        "" => &back,
        given => local_path(given),
    }))
}
