//! Middleware: request facts (id, language, address), and errors finished with them.

use std::fmt;
use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};

use super::extract::RequestFacts;
use super::problem::{self, ApiError};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::error::Error;

/// Header that carries the id of a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Cookie with the language chosen on the web front.
pub const LANGUAGE_COOKIE: &str = "townbridge_language";

/// Sets the facts of the request, and completes error responses with language, path and id.
///
/// # Errors
/// Passes on what inner services return.
pub async fn with_facts(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let facts = RequestFacts {
        request_id: request_id(request.request()),
        language: language(request.request()),
        address: address(request.request()),
    };
    request.extensions_mut().insert(facts.clone());
    let path = request.path().to_owned();
    // No clone of the request may be kept over this call: the router needs it for itself.
    match next.call(request).await {
        Ok(response) => {
            let mut response = finish(response.map_into_boxed_body(), &facts);
            response.headers_mut().insert(REQUEST_ID, id_value(&facts));
            Ok(response)
        }
        Err(error) => Err(Completed { error, facts, path }.into()),
    }
}

fn id_value(facts: &RequestFacts) -> HeaderValue {
    HeaderValue::from_str(&facts.request_id).unwrap_or(HeaderValue::from_static("invalid"))
}

/// Replaces the body of a problem by one that knows the request.
fn finish(response: ServiceResponse, facts: &RequestFacts) -> ServiceResponse {
    let Some(error) = response.response().error().and_then(|e| e.as_error::<ApiError>()) else {
        return response;
    };
    let completed = completed(&error.0, facts, response.request().path());
    response.into_response(completed)
}

fn completed(error: &Error, facts: &RequestFacts, path: &str) -> HttpResponse {
    problem::respond(error, facts.language, Some(path.to_owned()), Some(facts.request_id.clone()))
}

/// An error of an inner middleware together with what its answer needs.
#[derive(Debug)]
struct Completed {
    error: actix_web::Error,
    facts: RequestFacts,
    path: String,
}

impl fmt::Display for Completed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Completed {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = match self.error.as_error::<ApiError>() {
            Some(known) => {
                problem::log(&known.0);
                completed(&known.0, &self.facts, &self.path)
            }
            None => self.error.error_response(),
        };
        response.headers_mut().insert(REQUEST_ID, id_value(&self.facts));
        response
    }
}

/// The client's own id when it is short and plain, a new one otherwise.
fn request_id(request: &HttpRequest) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    given.filter(plain).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

/// The language chosen on the web front, or the first of `Accept-Language` that we speak.
fn language(request: &HttpRequest) -> Language {
    if !request.path().starts_with("/api/")
        && let Some(cookie) = request.cookie(LANGUAGE_COOKIE)
    {
        return Language::from_tag(cookie.value());
    }
    let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut wanted: Vec<(f32, &str)> = header
        .unwrap_or_default()
        .split(',')
        .filter_map(|entry| {
            let (tag, quality) = entry.split_once(";q=").unwrap_or((entry, "1"));
            Some((quality.trim().parse().ok()?, tag.trim()))
        })
        .filter(|(quality, _)| *quality > 0.0)
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted
        .iter()
        .map(|(_, tag)| tag.to_ascii_lowercase())
        .find(|tag| tag.starts_with("zh") || tag.starts_with("en"))
        .map_or(Language::Chinese, |tag| Language::from_tag(&tag))
}

/// The client's address; that of `X-Forwarded-For` only when a trusted proxy says so.
fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let app = request.app_data::<web::Data<App>>()?;
    if !app.config.server.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    // The last entry was written by our own proxy; those before it could be anyone's invention.
    let last =
        forwarded.and_then(|list| list.rsplit(',').next()).and_then(|a| a.trim().parse().ok());
    Some(last.unwrap_or(peer))
}
