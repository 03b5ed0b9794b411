//! Steps taken from a page: put forward, publish, return, withdraw, confirm.

use actix_web::{HttpResponse, post, web};

use crate::http::extract::AppData;
use crate::http::html::{PageResult, Posted, Visit};
use crate::needs::model::NeedId;
use crate::records::pages::{take_posted_step, verify_posted};

/// Takes the step of a form and goes back to where the form was.
#[post("/needs/{id}/step")]
async fn take_need_step(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    take_posted_step(app, visit, *id, form).await
}

/// Confirms that the need is still open and goes back to where the form was.
#[post("/needs/{id}/verify")]
async fn verify_need(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    verify_posted(app, visit, *id, form).await
}
