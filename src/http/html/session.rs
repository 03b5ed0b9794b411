//! The session of a browser: access and refresh token in cookies that no script can read. When
//! the access token has ended, the refresh token is exchanged on the way, unnoticed.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use chrono::TimeDelta;
use tokio::sync::Mutex;

use crate::accounts;
use crate::accounts::principal::{Caller, Principal};
use crate::accounts::sessions::model::{Refresh, Tokens};
use crate::app::App;
use crate::db::Timestamp;
use crate::error::{Error, Result};
use crate::http::extract::ACCESS_COOKIE;

/// Cookie with the refresh token.
pub const REFRESH_COOKIE: &str = "townbridge_refresh";

/// How long the answer to an exchange is kept for requests that were under way with the old token.
const KEPT: TimeDelta = TimeDelta::seconds(60);

/// Exchanges of the last minute by their old refresh token. A browser sends several requests at
/// once; a second exchange of the same token would be taken for a theft and end the session.
static EXCHANGED: LazyLock<Mutex<HashMap<String, (Timestamp, Tokens)>>> =
    LazyLock::new(Mutex::default);

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
    // Held during the exchange: who comes second with the same token finds the answer.
    let mut known = EXCHANGED.lock().await;
    let now = app.clock.now();
    known.retain(|_, (at, _)| now.0 - at.0 < KEPT);
    if let Some((_, tokens)) = known.get(&old) {
        return Ok(Some(tokens.clone()));
    }
    let (caller, command) = (nobody.clone(), Refresh { refresh_token: old.clone() });
    match app.run(move |app| accounts::sessions::ops::refresh(app, &caller, &command)).await {
        Ok(tokens) => {
            known.insert(old, (now, tokens.clone()));
            Ok(Some(tokens))
        }
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
