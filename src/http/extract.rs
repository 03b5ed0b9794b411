//! Extractors: who is calling, typed bodies, versions.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::ApiError;
use crate::accounts::principal::{Caller, Language, Principal};
use crate::app::App;
use crate::error::{Error, Message, Result};
use crate::idempotency::Claim;

/// Name of the cookie that carries the access token of the web front.
pub const ACCESS_COOKIE: &str = "townbridge_access";

/// What the middleware knows about a request before anyone has signed in.
#[derive(Debug, Clone)]
pub struct RequestFacts {
    /// Id of the request.
    pub request_id: String,
    /// Language of the answer.
    pub language: Language,
    /// Address of the client.
    pub address: Option<std::net::IpAddr>,
}

/// The running service.
pub type AppData = web::Data<App>;

/// Extracts the [`Caller`]: a bearer token, or the web front's cookie on requests that are not
/// API calls. A token that is present but not valid is refused, not ignored.
pub struct CallerData(pub Caller);

impl FromRequest for CallerData {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(caller(&request).await?)) })
    }
}

/// Extracts a caller who is still to be looked up: for operations whose work does so itself, which
/// saves a change of threads.
#[derive(Clone)]
pub struct Asking {
    token: Option<String>,
    known: Option<SignedIn>,
    facts: RequestFacts,
    idempotency: Option<Claim>,
}

impl FromRequest for Asking {
    type Error = ApiError;
    type Future = Ready<std::result::Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(bearer(request).map_err(ApiError).map(|token| Self {
            token,
            known: request.extensions().get().cloned(),
            facts: facts(request),
            idempotency: request.extensions().get().cloned(),
        }))
    }
}

impl Asking {
    /// Looks the caller up; blocking.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is a token that is not valid.
    pub fn caller(self, app: &App) -> Result<Caller> {
        let principal = match (self.known, self.token) {
            (Some(SignedIn(principal)), _) => principal,
            (None, None) => None,
            (None, Some(token)) => Some(crate::accounts::ops::authenticate(app, &token)?),
        };
        if let Some(principal) = &principal {
            super::trace::record_user(principal.user_id);
        }
        Ok(Caller {
            principal,
            address: self.facts.address,
            request_id: self.facts.request_id,
            language: self.facts.language,
            idempotency: self.idempotency,
        })
    }
}

/// Who is calling, and how.
///
/// # Errors
/// [`Error::Unauthenticated`] when there is a token that is not valid.
pub async fn caller(request: &HttpRequest) -> Result<Caller> {
    let principal = principal(request).await?;
    Ok(Caller { principal, ..visitor(request) })
}

/// The caller as a visitor, whatever token comes along.
pub fn visitor(request: &HttpRequest) -> Caller {
    let facts = facts(request);
    Caller {
        principal: None,
        address: facts.address,
        request_id: facts.request_id,
        language: facts.language,
        idempotency: request.extensions().get::<Claim>().cloned(),
    }
}

/// The signed-in person, looked up once for each request.
#[derive(Clone)]
struct SignedIn(Option<Principal>);

/// The signed-in person; none for visitors.
///
/// # Errors
/// [`Error::Unauthenticated`] when there is a token that is not valid.
pub async fn principal(request: &HttpRequest) -> Result<Option<Principal>> {
    let known = request.extensions().get::<SignedIn>().cloned();
    if let Some(SignedIn(principal)) = known {
        return Ok(principal);
    }
    let app = request.app_data::<AppData>().cloned();
    let app = app.ok_or_else(|| Error::internal("no application state"))?.into_inner();
    let principal = match bearer(request)? {
        None => None,
        Some(token) => {
            Some(app.run(move |app| crate::accounts::ops::authenticate(app, &token)).await?)
        }
    };
    if let Some(principal) = &principal {
        super::trace::record_user(principal.user_id);
    }
    request.extensions_mut().insert(SignedIn(principal.clone()));
    Ok(principal)
}

/// The facts put there by the middleware.
pub fn facts(request: &HttpRequest) -> RequestFacts {
    request.extensions().get::<RequestFacts>().cloned().unwrap_or(RequestFacts {
        request_id: String::new(),
        language: Language::Chinese,
        address: request.peer_addr().map(|peer| peer.ip()),
    })
}

fn bearer(request: &HttpRequest) -> Result<Option<String>> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let refused = || Error::Unauthenticated("error.token_invalid".into());
        let text = value.to_str().map_err(|_| refused())?;
        let (scheme, token) = text.split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        return Ok(Some(token.trim().to_owned()));
    }
    // Cookies are for pages only: an API call by cookie would need CSRF protection of its own.
    if request.path().starts_with("/api/") {
        return Ok(None);
    }
    Ok(request
        .cookie(ACCESS_COOKIE)
        .map(|cookie| cookie.value().to_owned())
        .filter(|t| !t.is_empty()))
}

/// The parameters of the address. Unknown ones are refused by the types themselves.
pub struct Query<T>(pub T);

impl<T> Query<T> {
    /// The parameters.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<std::result::Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(crate::reading::from_query(request.query_string()).map(Self).map_err(ApiError))
    }
}

/// A JSON body. Unknown fields are refused by the types themselves; see
/// [`reading`](crate::reading) for how errors are placed.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Error::UnsupportedMediaType.into());
            }
            let body = body.await.map_err(|error| body_error(&error))?;
            Ok(Self(crate::reading::from_slice(&body)?))
        })
    }
}

/// `application/json` or a type built on it, such as `application/merge-patch+json`; in UTF-8, and
/// packed in no way that is not unpacked here.
fn is_json(request: &HttpRequest) -> bool {
    let media = request.content_type().trim().to_ascii_lowercase();
    let json = media == "application/json"
        || (media.starts_with("application/") && media.ends_with("+json"));
    let utf8 = request.encoding().is_ok_and(|encoding| encoding == encoding_rs::UTF_8);
    let packing = request.headers().get(header::CONTENT_ENCODING);
    let unpacked = packing.is_none_or(|packing| {
        let packing = packing.to_str().unwrap_or_default().trim();
        UNPACKED.iter().any(|known| packing.eq_ignore_ascii_case(known))
    });
    json && utf8 && unpacked
}

/// Encodings of bodies that are undone before they are read.
const UNPACKED: [&str; 4] = ["identity", "gzip", "deflate", "br"];

/// What is wrong when a body cannot be read.
pub fn body_error(error: &actix_web::Error) -> Error {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Error::TooLarge,
        _ => Error::BadRequest(Message::new("error.unreadable").with("reason", error)),
    }
}

/// Version named by `If-Match`, which every update must carry.
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<std::result::Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if_match(request).map(Self).map_err(ApiError))
    }
}

/// Version named by `If-Match`, where an update may name one but need not.
pub struct OptionalIfMatch(pub Option<i32>);

impl FromRequest for OptionalIfMatch {
    type Error = ApiError;
    type Future = Ready<std::result::Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.headers().contains_key(header::IF_MATCH);
        let version = named.then(|| if_match(request)).transpose();
        ready(version.map(Self).map_err(ApiError))
    }
}

fn if_match(request: &HttpRequest) -> Result<i32> {
    let value = request.headers().get(header::IF_MATCH).ok_or(Error::PreconditionRequired)?;
    let text = value.to_str().unwrap_or_default().trim();
    // Compared strongly (RFC 9110, 13.1.1): a weak tag never agrees.
    if text.starts_with("W/") {
        return Err(Error::PreconditionFailed);
    }
    let text = text.trim_matches('"');
    text.trim_start_matches('v')
        .parse()
        .map_err(|_| Error::BadRequest(Message::new("error.if_match").with("value", text)))
}

/// The entity tag of a version, for `ETag`.
pub fn etag(version: i32) -> (&'static str, String) {
    ("etag", format!("\"v{version}\""))
}

/// The header that names the change a write made.
pub fn change_header(change: i64) -> (&'static str, String) {
    ("townbridge-change", change.to_string())
}
