//! Extractors: who is calling, typed bodies, versions.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::ApiError;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::error::{Error, Message, Result};

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
        let facts = facts(request);
        let token = bearer(request);
        let app = request.app_data::<AppData>().cloned();
        Box::pin(async move {
            let app = app.ok_or_else(|| Error::internal("no application state"))?.into_inner();
            Ok(Self(caller(&app, facts, token?).await?))
        })
    }
}

async fn caller(app: &Arc<App>, facts: RequestFacts, token: Option<String>) -> Result<Caller> {
    let principal = match token {
        None => None,
        Some(token) => {
            Some(app.run(move |app| crate::accounts::ops::authenticate(app, &token)).await?)
        }
    };
    Ok(Caller {
        principal,
        address: facts.address,
        request_id: facts.request_id,
        language: facts.language,
    })
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

/// A JSON body. Unknown fields are refused by the types themselves.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Json::<T>::from_request(request, payload);
        Box::pin(async move { Ok(Self(body.await?.into_inner())) })
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

fn if_match(request: &HttpRequest) -> Result<i32> {
    let value = request.headers().get(header::IF_MATCH).ok_or(Error::PreconditionRequired)?;
    let text = value.to_str().unwrap_or_default().trim().trim_start_matches("W/").trim_matches('"');
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
