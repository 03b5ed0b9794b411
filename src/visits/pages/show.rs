//! One visit: what was found, its photos, and the button that makes a need of it.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use crate::attachments::model::{AttachmentId, AttachmentView};
use crate::attachments::{self, pages as files};
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, PostedFiles, Visit, redirect};
use crate::search::freshness;
use crate::visits::model::{VisitId, VisitView};
use crate::visits::{self, ops};

#[derive(Template, WebTemplate)]
#[template(path = "visit.html")]
pub(super) struct VisitPage {
    page: Frame,
    visit: VisitView,
    files: Vec<AttachmentView>,
}

/// One visit.
#[get("/visits/{id}")]
pub(super) async fn show_visit(
    app: AppData,
    visit: Visit,
    id: web::Path<VisitId>,
) -> PageResult<VisitPage> {
    let caller = visit.caller.clone();
    caller.signed_in()?;
    let (shown, files) = app
        .run(move |app| {
            let shown = ops::show(app, &caller, *id)?;
            Ok((shown, attachments::ops::list::<visits::model::Visit>(app, &caller, &id)?))
        })
        .await?;
    let page = Frame::new(&app.into_inner(), &visit, "visits");
    Ok(VisitPage { page, visit: shown, files })
}

/// Keeps more photos with the visit.
#[post("/visits/{id}/files")]
pub(super) async fn add_files(
    app: AppData,
    visit: Visit,
    id: web::Path<VisitId>,
    posted: PostedFiles,
) -> PageResult<HttpResponse> {
    files::add_posted::<visits::model::Visit>(app, visit, *id, posted).await
}

/// A photo or file.
#[get("/visits/{id}/files/{file}")]
pub(super) async fn fetch_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(VisitId, AttachmentId)>,
    request: HttpRequest,
) -> PageResult<HttpResponse> {
    files::fetch_file::<visits::model::Visit>(app, visit, path.into_inner(), request).await
}

/// Makes a draft need of what was found and goes on to it.
#[post("/visits/{id}/need")]
pub(super) async fn make_need(
    app: AppData,
    visit: Visit,
    id: web::Path<VisitId>,
    _: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller;
    let written = app.run(move |app| visits::needs::create_need(app, &caller, *id)).await?;
    freshness::settle(&app.into_inner(), written.change).await;
    Ok(redirect(&format!("/needs/{}/edit", written.value.id)))
}

/// Deletes a visit that was logged by mistake and goes back to the list.
#[post("/visits/{id}/delete")]
pub(super) async fn delete_visit(
    app: AppData,
    visit: Visit,
    id: web::Path<VisitId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    let version = form.version()?;
    let caller = visit.caller;
    app.run(move |app| ops::delete(app, &caller, *id, version)).await?;
    Ok(redirect("/visits"))
}
