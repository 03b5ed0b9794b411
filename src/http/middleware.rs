//! Middleware: request facts (id, language, address), and errors finished with them.

use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};

use super::extract::RequestFacts;
use super::problem::{self, ApiError};
use crate::accounts::principal::Language;
use crate::app::App;

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
    let original = request.request().clone();
    let mut response = match next.call(request).await {
        Ok(response) => finish(response.map_into_boxed_body(), &facts),
        Err(error) => {
            let response = error_response(&error, &facts, original.path());
            ServiceResponse::new(original, response)
        }
    };
    let id =
        HeaderValue::from_str(&facts.request_id).unwrap_or(HeaderValue::from_static("invalid"));
    response.headers_mut().insert(REQUEST_ID, id);
    Ok(response)
}

fn finish(response: ServiceResponse, facts: &RequestFacts) -> ServiceResponse {
    let Some(error) = response.response().error().and_then(|e| e.as_error::<ApiError>()) else {
        return response;
    };
    let path = response.request().path().to_owned();
    let completed =
        problem::respond(&error.0, facts.language, Some(path), Some(facts.request_id.clone()));
    let request = response.request().clone();
    ServiceResponse::new(request, completed)
}

fn error_response(
    error: &actix_web::Error,
    facts: &RequestFacts,
    path: &str,
) -> actix_web::HttpResponse {
    match error.as_error::<ApiError>() {
        Some(known) => {
            problem::log(&known.0);
            problem::respond(
                &known.0,
                facts.language,
                Some(path.to_owned()),
                Some(facts.request_id.clone()),
            )
        }
        None => error.error_response(),
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
