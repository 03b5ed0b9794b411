//! Files of records over HTTP: the operations that a domain adds by [`configure`], and the answer that
//! carries a content, for pages as well.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::path::HttpMethod;
use utoipa_actix_web::service_config::ServiceConfig;

use super::attached::Attached;
use super::model::{Attachment, AttachmentId, AttachmentView, Upload};
use super::{naming, ops};
use crate::error::{Error, FieldError, Result};
use crate::http::answer;
use crate::http::entry::{Entry, Variable};
use crate::http::extract::{AppData, CallerData};
use crate::http::problem::ApiResult;
use crate::http::upload;

/// Adds the operations on the files of a record.
pub fn configure<R: Attached>(config: &mut ServiceConfig<'_>, key: &Variable) {
    let noun = R::KIND.as_str();
    let (folder, variable) = (R::KIND.folder(), key.name());
    let entry = |method, tail: &str, name: &str, summary: &str| {
        let path = format!("/{folder}/{{{variable}}}/attachments{tail}");
        Entry::new(method, path, folder, name.replace('*', noun), summary).variable(key).signed_in()
    };
    let file = Variable::named::<AttachmentId>("attachment_id");
    let list = entry(HttpMethod::Get, "", "list_*_attachments", "List its files, oldest first.")
        .answers_all::<AttachmentView>(200)
        .by(list_files::<R>);
    let summary = "Keep a file with it. The type is told from the content: PDF, JPEG, PNG, WebP, \
                   docx, xlsx,\npptx and plain text are taken.";
    let add = entry(HttpMethod::Post, "", "create_*_attachment", summary)
        .takes_file()
        .answers::<AttachmentView>(201)
        .by(create_file::<R>);
    let one = "/{attachment_id}";
    let show = entry(HttpMethod::Get, one, "show_*_attachment", "Show one of its files.")
        .variable(&file)
        .answers::<AttachmentView>(200)
        .by(show_file::<R>);
    let content = "/{attachment_id}/content";
    let fetch = entry(HttpMethod::Get, content, "fetch_*_attachment", "Fetch one of its files.")
        .variable(&file)
        .answers_file(200)
        .by(fetch_file::<R>);
    let remove = entry(HttpMethod::Delete, one, "delete_*_attachment", "Remove one of its files.")
        .variable(&file)
        .answers_nothing(204)
        .by(delete_file::<R>);
    config.service(list).service(add).service(show).service(fetch).service(remove);
}

async fn list_files<R: Attached>(
    app: AppData,
    caller: CallerData,
    id: web::Path<R::Id>,
) -> ApiResult {
    let files = app.run(move |app| ops::list::<R>(app, &caller.0, &id)).await?;
    Ok(HttpResponse::Ok().json(files))
}

async fn create_file<R: Attached>(
    app: AppData,
    caller: CallerData,
    id: web::Path<R::Id>,
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult {
    add_received::<R>(app, caller, (id.into_inner(), None), request, payload).await
}

/// Keeps the file that a request brings, with a record or a part of it.
///
/// # Errors
/// Those of [`ops::add`].
pub async fn add_received<R: Attached>(
    app: AppData,
    caller: CallerData,
    (id, part): (R::Id, Option<String>),
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult {
    let limit = app.config.attachments.max_file_bytes;
    let limits = upload::Limits { each: limit, together: limit, forgiven: 0 };
    let received = upload::read(&request, &mut payload.into_inner(), limits).await?;
    let upload = only_file(received)?;
    let folder = format!("{}/{id}", R::KIND.folder());
    let written = app.run(move |app| ops::add::<R>(app, &caller.0, &id, part, &upload)).await?;
    let place = format!("{folder}/attachments/{}", written.value.id);
    Ok(answer::created(&place, 1, written))
}

/// The one file of a form that brings nothing else.
fn only_file(received: upload::Received) -> Result<Upload> {
    let others = received.fields.iter().map(|(name, _)| name);
    let others = others.chain(received.files.iter().map(|(name, _)| name));
    let mut errors: Vec<FieldError> = others
        .filter(|name| *name != "file")
        .map(|name| FieldError::new(format!("/{name}"), "field.unknown_field"))
        .collect();
    let mut files: Vec<Upload> = received.files.into_iter().map(|(_, upload)| upload).collect();
    if errors.is_empty() && files.len() != 1 {
        errors.push(FieldError::new("/file", "field.one_file"));
    }
    match files.pop().filter(|_| errors.is_empty()) {
        Some(file) => Ok(file),
        None => Err(Error::Invalid(errors)),
    }
}

async fn show_file<R: Attached>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(R::Id, AttachmentId)>,
) -> ApiResult {
    let (id, file) = path.into_inner();
    let view = app.run(move |app| ops::show::<R>(app, &caller.0, &id, file)).await?;
    Ok(answer::shown(1, view))
}

async fn fetch_file<R: Attached>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(R::Id, AttachmentId)>,
    request: HttpRequest,
) -> ApiResult {
    let (id, file) = path.into_inner();
    let (row, bytes) = app.run(move |app| ops::fetch::<R>(app, &caller.0, &id, file)).await?;
    Ok(content(&request, &row, bytes))
}

async fn delete_file<R: Attached>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(R::Id, AttachmentId)>,
) -> ApiResult {
    let (id, file) = path.into_inner();
    Ok(answer::removed(app.run(move |app| ops::remove::<R>(app, &caller.0, &id, file)).await?))
}

/// The answer with a content: to be saved rather than opened, as what it is and nothing else, kept by
/// the reader alone and not without asking whether the reader still may see it.
pub fn content(request: &HttpRequest, row: &Attachment, bytes: Vec<u8>) -> HttpResponse {
    let tag = format!("\"{}\"", row.sha256);
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let known = known
        .is_some_and(|tags| tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    // Weak: the same content may be sent compressed or not.
    let weak = format!("W/{tag}");
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((ETAG, weak))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    if known {
        return answer.finish();
    }
    answer
        .insert_header((CONTENT_TYPE, row.media_type.as_str()))
        .insert_header((CONTENT_DISPOSITION, naming::disposition(&row.name)))
        .body(bytes)
}
