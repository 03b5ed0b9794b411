//! Accounts over JSON.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use utoipa_actix_web::service_config::ServiceConfig;

use super::principal::Caller;
use crate::http::extract::visitor;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    super::sessions::api::configure(config);
    super::passwords::api::configure(config);
    super::registration::api::configure(config);
    super::invitations::api::configure(config);
    super::members::api::configure(config);
    super::users::api::configure(config);
    super::roles::api::configure(config);
}

/// A caller taken for a visitor, whatever token comes along: signing in or renewing a token must
/// work with one that has ended.
pub struct Visitor(pub Caller);

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = Ready<std::result::Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(visitor(request))))
    }
}
