//! Calls from pages of other origins: none unless `server.cors_origins` names the origin.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header;

use super::idempotency::{IDEMPOTENCY_KEY, REPLAYED};
use super::middleware::REQUEST_ID;

/// The rule for the origins named in the settings. Cookies are never allowed: the API does not
/// look at them.
pub fn rule(origins: &[String]) -> Cors {
    let rule = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([
            header::ACCEPT,
            header::ACCEPT_LANGUAGE,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([
            header::CONTENT_LANGUAGE,
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            REPLAYED,
            REQUEST_ID,
            header::HeaderName::from_static("townbridge-change"),
        ])
        .max_age(600);
    origins.iter().fold(rule, |rule, origin| rule.allowed_origin(origin))
}
