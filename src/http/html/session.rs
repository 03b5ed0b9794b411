//! The session of a browser: access and refresh token in cookies that no script can read.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;

use crate::accounts;
use crate::accounts::principal::Principal;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::ACCESS_COOKIE;

/// The person behind the request's cookies. Cookies that have become worthless are not an error:
/// the visitor just is not signed in any more.
///
/// # Errors
/// Database faults.
pub async fn recognise(
    app: &Arc<App>,
    request: &HttpRequest,
    cookies: &mut Vec<Cookie<'static>>,
) -> Result<Option<Principal>> {
    let Some(token) = request.cookie(ACCESS_COOKIE).map(|cookie| cookie.value().to_owned()) else {
        return Ok(None);
    };
    match app.run(move |app| accounts::ops::authenticate(app, &token)).await {
        Ok(principal) => Ok(Some(principal)),
        Err(Error::Unauthenticated(_)) => {
            cookies.push(Cookie::build(ACCESS_COOKIE, "").path("/").finish());
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
