//! The session of a browser: access and refresh token in cookies that no script can read. When
//! the access token has ended, the refresh token is exchanged on the way, unnoticed.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

use crate::accounts;
use crate::accounts::principal::{Caller, Principal};
use crate::accounts::sessions::model::Tokens;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::ACCESS_COOKIE;

/// Cookie with the refresh token.
pub const REFRESH_COOKIE: &str = "townbridge_refresh";

/// The person behind the request's cookies. Cookies that have become worthless are not an error:
/// the visitor just is not signed in any more.
///
/// # Errors
/// Database faults.
pub async fn recognise(
    app: &Arc<App>,
    request: &HttpRequest,
    nobody: &Caller,
    cookies: &mut Vec<Cookie<'static>>,
) -> Result<Option<Principal>> {
    let value = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
    let refresh = value(REFRESH_COOKIE).filter(|token| !token.is_empty());
    let access = value(ACCESS_COOKIE).filter(|token| !token.is_empty());
    if access.is_none() && refresh.is_none() {
        return Ok(None);
    }
    if let Some(principal) = authenticated(app, access).await? {
        return Ok(Some(principal));
    }
    let renewed = match refresh {
        Some(refresh) => exchanged(app, nobody, refresh).await?,
        None => None,
    };
    match renewed {
        Some(tokens) => {
            let principal = authenticated(app, Some(tokens.access_token.clone())).await?;
            cookies.extend(self::cookies(app, &tokens));
            Ok(principal)
        }
        None => {
            cookies.extend(no_cookies(app));
            Ok(None)
        }
    }
}

async fn authenticated(app: &Arc<App>, token: Option<String>) -> Result<Option<Principal>> {
    let Some(token) = token else { return Ok(None) };
    match app.run(move |app| accounts::ops::authenticate(app, &token)).await {
        Ok(principal) => Ok(Some(principal)),
        Err(Error::Unauthenticated(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

async fn exchanged(app: &Arc<App>, nobody: &Caller, old: String) -> Result<Option<Tokens>> {
    let caller = nobody.clone();
    match app.run(move |app| accounts::sessions::ops::renew(app, &caller, &old)).await {
        Ok(tokens) => Ok(Some(tokens)),
        Err(Error::Unauthenticated(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The cookies of a session.
pub fn cookies(app: &App, tokens: &Tokens) -> [Cookie<'static>; 2] {
    [
        cookie(app, ACCESS_COOKIE, tokens.access_token.clone()),
        cookie(app, REFRESH_COOKIE, tokens.refresh_token.clone()),
    ]
}

/// The same cookies, to be forgotten.
pub fn no_cookies(app: &App) -> [Cookie<'static>; 2] {
    [ACCESS_COOKIE, REFRESH_COOKIE].map(|name| {
        let mut cookie = cookie(app, name, String::new());
        cookie.make_removal();
        cookie
    })
}

fn cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.server.secure_cookies)
        .max_age(Duration::days(app.config.accounts.refresh_token_days.into()))
        .finish()
}
