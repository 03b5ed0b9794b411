//! Middleware around everything: what is known of a request before anybody looks at it (id,
//! language, address), refusal of addresses that cannot be read, and answers completed with the
//! headers that all of them carry.

use std::fmt;
use std::net::IpAddr;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};

use super::extract::RequestFacts;
use super::finish;
use super::html::PageError;
use super::html::failure::prefers_html;
use super::operations::operations;
use super::problem::{self, ApiError};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::error::{Error, Message};

/// Header that carries the id of a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Cookie with the language chosen on the web front.
pub const LANGUAGE_COOKIE: &str = "townbridge_language";

/// Marks a request whose address is no text. Its page says so instead of looking at the address.
#[derive(Debug, Clone, Copy)]
pub struct Unreadable;

impl Unreadable {
    /// The refusal.
    pub fn error() -> Error {
        Error::BadRequest("error.unreadable_address".into())
    }
}

/// Sets the facts of the request, and completes every answer.
///
/// # Errors
/// Passes on what inner services return, completed.
pub async fn with_facts(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asked = Asked {
        facts: RequestFacts {
            request_id: request_id(request.request()),
            language: language(request.request()),
            address: address(request.request()),
        },
        path: request.path().to_owned(),
        signed_in: request.headers().contains_key(AUTHORIZATION),
    };
    request.extensions_mut().insert(asked.facts.clone());
    let uri = request.uri();
    if !is_readable(uri.path()) || !uri.query().is_none_or(is_readable) {
        if uri.path().starts_with("/api/") || !prefers_html(request.request()) {
            return Ok(request.into_response(asked.answer(&Unreadable::error())));
        }
        // A browser is to get a page. The start page is one whose address is surely text.
        request.extensions_mut().insert(Unreadable);
        let start = Uri::from_static("/");
        request.match_info_mut().get_mut().update(&start);
        request.head_mut().uri = start;
    }
    // No clone of the request may be kept over this call: the router needs it for itself.
    match next.call(request).await {
        Ok(response) => {
            let mut response = finish(response.map_into_boxed_body(), &asked);
            asked.complete(response.headers_mut());
            Ok(response)
        }
        Err(error) => Err(Completed { error, asked }.into()),
    }
}

/// Whether a path or query is properly percent-encoded UTF-8 without NUL, which PostgreSQL keeps
/// in no text.
fn is_readable(encoded: &str) -> bool {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
            return false;
        };
        decoded.push(u8::try_from(high * 16 + low).unwrap_or(0));
    }
    !decoded.contains(&0) && std::str::from_utf8(&decoded).is_ok()
}

/// What answers are completed with.
#[derive(Debug)]
struct Asked {
    facts: RequestFacts,
    path: String,
    signed_in: bool,
}

impl Asked {
    /// The problem for an error, complete.
    fn answer(&self, error: &Error) -> HttpResponse {
        let facts = &self.facts;
        let (path, id) = (self.path.clone(), facts.request_id.clone());
        let mut response = problem::respond(error, facts.language, Some(path), Some(id));
        self.complete(response.headers_mut());
        response
    }

    /// Headers of every answer; one that the handler has set stays.
    fn complete(&self, headers: &mut HeaderMap) {
        let id = HeaderValue::from_str(&self.facts.request_id);
        headers.insert(REQUEST_ID, id.unwrap_or(HeaderValue::from_static("invalid")));
        let mut default = |name: HeaderName, value: &'static str| {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        };
        default(X_CONTENT_TYPE_OPTIONS, "nosniff");
        default(REFERRER_POLICY, "same-origin");
        default(CONTENT_SECURITY_POLICY, "frame-ancestors 'none'");
        if !self.path.starts_with("/api/") {
            return;
        }
        default(CONTENT_LANGUAGE, self.facts.language.tag());
        // What a signed-in caller sees is nobody else's; what a visitor sees may change any time.
        default(CACHE_CONTROL, if self.signed_in { "no-store" } else { "no-cache" });
        headers.append(VARY, HeaderValue::from_static("Accept-Language, Authorization"));
        finish::unite_vary(headers);
    }
}

/// The error of the service in one of actix.
fn known(error: &actix_web::Error) -> Option<&Error> {
    let of_page = || error.as_error::<PageError>().map(|page| &page.0);
    error.as_error::<ApiError>().map(|api| &api.0).or_else(of_page)
}

/// Replaces the body of an error by a problem that knows the request.
fn finish(response: ServiceResponse, asked: &Asked) -> ServiceResponse {
    let mut completed = match response.response().error().and_then(known) {
        Some(error) => asked.answer(error),
        None => match plain_error(response.response()) {
            Some(error) => asked.answer(&error),
            None => return response,
        },
    };
    // What inner layers have added (for other origins, say) stays.
    for (name, value) in response.headers() {
        let adds = name == VARY || !completed.headers().contains_key(name);
        if adds && name != CONTENT_LENGTH {
            completed.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(completed)
}

/// The problem for an error that a library has answered in its own words.
fn plain_error(response: &HttpResponse) -> Option<Error> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response.headers().get(ALLOW).and_then(|value| value.to_str().ok());
            Error::MethodNotAllowed { allow: allow.unwrap_or_default().to_owned() }
        }
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::UnsupportedMediaType,
        status if status.is_client_error() => Error::BadRequest(
            Message::new("error.unreadable")
                .with("reason", status.canonical_reason().unwrap_or("")),
        ),
        status => Error::internal(format!("a library answered {status}")),
    })
}

/// An error of an inner middleware together with what its answer needs.
#[derive(Debug)]
struct Completed {
    error: actix_web::Error,
    asked: Asked,
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
        if let Some(known) = known(&self.error) {
            problem::log(known);
            return self.asked.answer(known);
        }
        let mut response = self.error.error_response();
        match plain_error(&response) {
            Some(error) => self.asked.answer(&error),
            None => {
                self.asked.complete(response.headers_mut());
                response
            }
        }
    }
}

/// Answers HEAD like GET (the connection leaves the body out), and OPTIONS with the methods of the
/// path.
///
/// # Errors
/// Passes on what inner services return.
pub async fn with_methods(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.method() == Method::OPTIONS
        && let Some(allow) = operations().allowed(request.path())
    {
        let answer = HttpResponse::NoContent().insert_header((ALLOW, allow)).finish();
        return Ok(request.into_response(answer));
    }
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// For every path that nothing serves: "method not allowed" when the path knows other methods.
///
/// # Errors
/// Always.
pub async fn unknown(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(refusal(&request).into())
}

/// Why a request is served by nothing.
pub fn refusal(request: &HttpRequest) -> Error {
    match operations().allowed(request.path()) {
        Some(allow) => Error::MethodNotAllowed { allow },
        None => Error::NotFound,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_percent_encoded_text() {
        for good in ["/needs/1", "/%E9%95%87", "q=%E9%95%87&x=%2B+", "100%25"] {
            assert!(is_readable(good), "{good}");
        }
        for bad in ["/%", "/%e", "/%zz", "q=%E9%95", "q=%ff", "q=%00", "/%c0%80"] {
            assert!(!is_readable(bad), "{bad}");
        }
    }
}
