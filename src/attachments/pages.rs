//! Files of records on pages: sent by a form, fetched, removed. The folder that owns the record has
//! the routes.

use actix_web::{HttpRequest, HttpResponse};

use super::api::content;
use super::attached::Attached;
use super::model::AttachmentId;
use super::ops;
use crate::http::extract::AppData;
use crate::http::html::{PageResult, PostedFiles, Visit, redirect};

/// Address of the page of a record.
fn page_of<R: Attached>(id: &R::Id) -> String {
    format!("/{}/{id}", R::KIND.folder())
}

/// Keeps the files of a form with the record and goes back to its page.
///
/// # Errors
/// Those of [`ops::add`].
pub async fn add_posted<R: Attached>(
    app: AppData,
    visit: Visit,
    id: R::Id,
    posted: PostedFiles,
) -> PageResult<HttpResponse> {
    let (back, caller) = (page_of::<R>(&id), visit.caller);
    app.run(move |app| ops::add_all::<R>(app, &caller, &id, posted.whole()?)).await?;
    Ok(redirect(&back))
}

/// The content of a file.
///
/// # Errors
/// Those of [`ops::fetch`].
pub async fn fetch_file<R: Attached>(
    app: AppData,
    visit: Visit,
    (id, file): (R::Id, AttachmentId),
    request: HttpRequest,
) -> PageResult<HttpResponse> {
    let caller = visit.caller;
    caller.signed_in()?;
    let (row, bytes) = app.run(move |app| ops::fetch::<R>(app, &caller, &id, file)).await?;
    Ok(content(&request, &row, bytes))
}

/// Removes a file and goes back to the page of its record.
///
/// # Errors
/// Those of [`ops::remove`].
pub async fn remove_posted<R: Attached>(
    app: AppData,
    visit: Visit,
    (id, file): (R::Id, AttachmentId),
) -> PageResult<HttpResponse> {
    let (back, caller) = (page_of::<R>(&id), visit.caller);
    app.run(move |app| ops::remove::<R>(app, &caller, &id, file)).await?;
    Ok(redirect(&back))
}
