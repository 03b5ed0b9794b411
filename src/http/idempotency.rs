//! `Idempotency-Key`: a client may repeat a request that creates something without creating it
//! twice. What is kept and how it survives a crash is in
//! [`idempotency`](crate::idempotency).

mod created;

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};

use super::extract::{self, AppData};
use super::operations::Operation;
use super::problem::ApiError;
use super::upload;
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::error::{Error, Result};
use crate::idempotency::model::{Claim, Headers, Recalled, RunningGuard};
use crate::idempotency::ops;

/// Header with the key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Header of an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Headers that are kept with an answer.
const KEPT: [&str; 5] =
    ["content-type", "content-language", "etag", "location", "townbridge-change"];
/// Longest key.
const MAX_KEY: usize = 255;

/// Answers a repeated request like the first, and lets the others through with their claim.
///
/// # Errors
/// Passes on what inner services return.
pub async fn once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let claim = match claim(&mut request).await {
        Ok(Some(claim)) => claim,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(error) => return Ok(request.error_response(ApiError(error))),
    };
    let (app, caller, _running) = match prepare(&request, &claim).await {
        Ok(Ready::Go(app, caller, running)) => (app, caller, running),
        Ok(Ready::Replay(answer)) => return Ok(request.into_response(answer)),
        Err(error) => return Ok(request.error_response(ApiError(error))),
    };
    request.extensions_mut().insert(claim.clone());
    let response = next.call(request).await?.map_into_boxed_body();
    if response.status().is_success() {
        return keep(&app, claim, response).await;
    }
    match after_failure(&app, &caller, &claim).await {
        Some(answer) => Ok(response.into_response(answer)),
        None => Ok(response),
    }
}

/// What to do with a request that has a claim.
enum Ready {
    /// Nobody has made this write yet.
    Go(Arc<App>, Caller, RunningGuard),
    /// It has been made: this was or is its answer.
    Replay(HttpResponse),
}

async fn prepare(request: &ServiceRequest, claim: &Claim) -> Result<Ready> {
    let app = app(request.request())?;
    let caller = caller(request.request()).await?;
    let running = app.running.begin(claim).ok_or_else(|| Error::conflict("error.key_in_use"))?;
    match recall(&app, claim).await? {
        Some(recalled) => Ok(Ready::Replay(replay(&app, &caller, recalled).await?)),
        None => Ok(Ready::Go(app, caller, running)),
    }
}

fn app(request: &HttpRequest) -> Result<Arc<App>> {
    let data = request.app_data::<AppData>().cloned();
    Ok(data.ok_or_else(|| Error::internal("no application state"))?.into_inner())
}

fn operation(request: &HttpRequest) -> Option<&'static Operation> {
    request.extensions().get::<&'static Operation>().copied()
}

/// Who calls; a visitor for operations that nobody needs to sign in for, which may come with a token
/// that has ended.
async fn caller(request: &HttpRequest) -> Result<Caller> {
    if operation(request).is_some_and(|operation| operation.needs_sign_in) {
        extract::caller(request).await
    } else {
        Ok(extract::visitor(request))
    }
}

/// The claim of a request with a key. Operations of visitors have no person whose keys they are:
/// all share one space, in which a random key is met by nobody else.
async fn claim(request: &mut ServiceRequest) -> Result<Option<Claim>> {
    let takes_key = operation(request.request()).is_some_and(|operation| operation.takes_key);
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY).filter(|_| takes_key) else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default().trim().to_owned();
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(Error::BadRequest("error.idempotency_key".into()));
    }
    let caller = caller(request.request()).await?;
    let owner = caller.principal.map_or(UserId(uuid::Uuid::nil()), |principal| principal.user_id);
    let operation = format!("{} {}", request.method(), request.path());
    let query = request.query_string().to_owned();
    let body = buffered_body(request).await?;
    let sent = match takes_files(request.request()) {
        true => upload::without_boundary(upload::content_type(request.request()), &body),
        false => body.to_vec(),
    };
    let content = [query.as_bytes(), b"\n", &sent].concat();
    Ok(Some(Claim::new(owner, &key, operation, &content)))
}

fn takes_files(request: &HttpRequest) -> bool {
    operation(request).is_some_and(|operation| operation.takes_files)
}

/// Reads the body and puts it back for the handler.
async fn buffered_body(request: &mut ServiceRequest) -> Result<web::Bytes> {
    let body = if takes_files(request.request()) {
        let limit = app(request.request())?.config.attachments.max_file_bytes;
        let body = upload::whole(request.take_payload(), limit + upload::ROOM_BYTES).await?;
        web::Bytes::from(body)
    } else {
        let body = request.extract::<web::Bytes>().await;
        let body = body.map_err(|error| extract::body_error(&error))?;
        // Reading has unpacked it.
        request.headers_mut().remove(header::CONTENT_ENCODING);
        body
    };
    let again = body.clone();
    let stream = futures_util::stream::once(std::future::ready(Ok(again)));
    request.set_payload(Payload::Stream { payload: Box::pin(stream) });
    Ok(body)
}

async fn recall(app: &Arc<App>, claim: &Claim) -> Result<Option<Recalled>> {
    let claim = claim.clone();
    app.run(move |app| ops::recall(app, &claim)).await
}

/// Keeps the answer. When that fails the write stands all the same, and so does its key.
async fn keep(
    app: &Arc<App>,
    claim: Claim,
    response: ServiceResponse<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|error| ApiError(Error::internal(error)))?;
    let headers: Headers = KEPT
        .iter()
        .filter_map(|name| {
            let value = head.headers().get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        })
        .collect();
    let (status, text) = (head.status().as_u16(), String::from_utf8_lossy(&body).into_owned());
    let kept = app.run(move |app| ops::keep(app, &claim, status, &headers, &text)).await;
    if let Err(error) = kept {
        tracing::warn!(%error, "the answer to a repeatable request was not kept");
    }
    Ok(ServiceResponse::new(request, head.set_body(body).map_into_boxed_body()))
}

/// After an attempt that failed: the answer when the write stands all the same (another node was
/// faster, or the failure came after the commit), otherwise the key is free again.
async fn after_failure(app: &Arc<App>, caller: &Caller, claim: &Claim) -> Option<HttpResponse> {
    match recall(app, claim).await.ok()?? {
        Recalled::Lost => {
            let claim = claim.clone();
            let released = app.run(move |app| ops::release(app, &claim)).await;
            if let Err(error) = released {
                tracing::warn!(%error, "a key was not released");
            }
            None
        }
        recalled => replay(app, caller, recalled).await.ok(),
    }
}

async fn replay(app: &Arc<App>, caller: &Caller, recalled: Recalled) -> Result<HttpResponse> {
    let (status, headers, body) = match recalled {
        Recalled::Answer { status, headers, body } => (status, headers, body),
        Recalled::Lost => return Err(Error::conflict("error.answer_lost")),
        Recalled::Created { created, change } => {
            let caller = caller.clone();
            let status = created::status(&created);
            let (mut headers, body) =
                app.run(move |app| created::answer(app, &caller, &created)).await?;
            headers.extend(change.map(|n| ("townbridge-change".to_owned(), n.to_string())));
            (status, headers, body)
        }
    };
    let status = actix_web::http::StatusCode::from_u16(status)
        .map_err(|error| Error::internal(format!("kept status: {error}")))?;
    let mut builder = HttpResponse::build(status);
    for (name, value) in headers {
        builder.insert_header((name, value));
    }
    builder.insert_header((REPLAYED, HeaderValue::from_static("true")));
    Ok(builder.body(body))
}
