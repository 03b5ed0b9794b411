//! Forms that cannot be followed because their session has ended or their page is out of date: what was
//! typed is kept, the browser is led to the sign-in if it needs one, and then back to the form, filled in
//! as it was. Nothing is done until the person sends it again.
//!
//! The token of a page tells for whom it was made ([`form::is_for`]), so that what was typed comes back to
//! that person alone, whoever signs in next in the same browser.

use std::sync::Arc;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, REFERER};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use super::failure::{in_query, prefers_html};
use super::visit::CSRF_COOKIE;
use super::{Frame, Posted, Visit, form, local_path, paths, redirect, refill};
use crate::accounts::secrets;
use crate::app::App;
use crate::error::{Error, Result};
use crate::kept::model::{Fields, KeptId};
use crate::kept::ops::{self, Lost};

/// Cookie with the secret of a browser that has lost a form.
const BROWSER_COOKIE: &str = "townbridge_kept";
/// Hours that the browser remembers it: longer than a form is kept.
const BROWSER_HOURS: i64 = 2;
/// Parameter that names a kept form.
const PARAMETER: &str = "kept";
/// Where the content of every page begins.
const MAIN: &str = "<main id=\"main\" tabindex=\"-1\">";

/// A form that has been read, kept with its request.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its fields.
    pub form: Posted,
    /// Whether it brought files.
    pub files: bool,
}

/// What stands above a form that was filled in again.
#[derive(Template)]
#[template(path = "kept.html")]
struct Above {
    page: Frame,
    /// Whether there were files.
    files: bool,
    /// Whether something has no input to stand in.
    hidden: bool,
    /// What was typed, where the page has no such form any more.
    list: Vec<(String, String)>,
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// For whom a form is kept, by which token; and whether the browser may go straight back to it.
fn owner(
    request: &HttpRequest,
    visit: &Visit,
    sent: &str,
    error: &Error,
) -> Option<(String, bool)> {
    let user = visit.caller.principal.as_ref().map(|principal| principal.user_id);
    let signs_in = matches!(error, Error::Unauthenticated(_));
    if user.is_some() && form::is_for(sent, user) || form::is_for(sent, None) {
        return Some((sent.to_owned(), !signs_in));
    }
    // Browsers send the cookie along with forms of this site alone.
    let cookie = request.cookie(CSRF_COOKIE);
    let own = cookie.is_some_and(|cookie| form::is_token(cookie.value()));
    match user {
        None if own && form::is_token(sent) => Some((sent.to_owned(), false)),
        // No token at all, but the browser itself says that the form was ours.
        Some(_) if !form::is_token(sent) => {
            let site = header(request.headers(), "sec-fetch-site");
            let token = form::token(user).ok()?;
            (site == Some("same-origin")).then_some((token, true))
        }
        _ => None,
    }
}

/// The answer in place of an error, when what was typed could be kept.
pub async fn instead(
    app: &Arc<App>,
    request: &HttpRequest,
    visit: &Visit,
    error: &Error,
) -> Option<HttpResponse> {
    let lost = match error {
        Error::Unauthenticated(_) => true,
        Error::Forbidden(message) => message.key == form::EXPIRED,
        _ => false,
    };
    let navigates =
        header(request.headers(), "sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    if !lost || !navigates || request.method() != Method::POST || !prefers_html(request) {
        return None;
    }
    let sent = request.extensions().get::<Sent>().cloned()?;
    let (token, direct) = owner(request, visit, sent.form.raw(form::CSRF_FIELD), error)?;
    let known = request.cookie(BROWSER_COOKIE).map(|cookie| cookie.value().to_owned());
    let browser = known.filter(|text| !text.is_empty()).or_else(|| secrets::random().ok())?;
    let pairs = sent.form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let lost = Lost {
        place: request.path().to_owned(),
        fields: Fields { pairs: pairs.collect(), files: sent.files },
        token,
        browser: browser.clone(),
    };
    let id = match app.run(move |app| ops::keep_lost(app, &lost)).await {
        Ok(id) => id?,
        Err(error) => {
            tracing::error!(%error, "a form could not be kept");
            return None;
        }
    };
    let back = back(request, id);
    let to = if direct { back } else { format!("/sign-in?done=kept&back={}", in_query(&back)) };
    let mut response = redirect(&to);
    let cookie = Cookie::build(BROWSER_COOKIE, browser)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.server.secure_cookies)
        .max_age(Duration::hours(BROWSER_HOURS))
        .finish();
    response.add_cookie(&cookie).ok()?;
    Some(response)
}

/// The page that the form stood on, with the name of what was kept.
fn back(request: &HttpRequest, id: KeptId) -> String {
    let from = header(request.headers(), REFERER.as_str());
    let from = from.and_then(|address| address.parse::<Uri>().ok());
    let from = from.as_ref().and_then(Uri::path_and_query).map(|path| path.as_str());
    let shown = |path: &str| {
        let get = |(method, pattern): &(Method, &str)| method == Method::GET && fits(pattern, path);
        paths::PAGES.iter().any(get)
    };
    let place = Some(request.path()).filter(|path| shown(path));
    let page = from.map(local_path).filter(|path| *path != "/").or(place).unwrap_or("/");
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !is_ours(pair));
    let kept: String = kept.map(|pair| format!("{pair}&")).collect();
    format!("{path}?{kept}{PARAMETER}={id}")
}

/// Whether a path is one of a pattern's.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(one), Some(part)) if one.starts_with('{') || one == part => {}
            _ => return false,
        }
    }
}

fn is_ours(pair: &str) -> bool {
    pair.split('=').next() == Some(PARAMETER)
}

/// Takes the name of a kept form out of the address: pages know nothing of it.
pub fn taken(request: &mut ServiceRequest) -> Option<KeptId> {
    let query = request.uri().query()?;
    let pair = query.split('&').find(|pair| is_ours(pair))?;
    let id = pair.split_once('=').and_then(|(_, id)| id.parse().ok());
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_ours(pair)).collect();
    let path = request.uri().path();
    let address = match kept.as_slice() {
        [] => path.to_owned(),
        kept => format!("{path}?{}", kept.join("&")),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(address.parse().ok()?);
    request.head_mut().uri = Uri::from_parts(parts).ok()?;
    id
}

/// The page with the kept form filled in, when it is for whoever asks.
pub async fn restored(
    app: &Arc<App>,
    response: ServiceResponse,
    visit: &Visit,
    id: KeptId,
) -> ServiceResponse {
    let html = header(response.headers(), CONTENT_TYPE.as_str());
    let html = html.is_some_and(|kind| kind.starts_with("text/html"));
    let cookie = response.request().cookie(BROWSER_COOKIE);
    let Some(cookie) = cookie.filter(|_| html && response.status() == StatusCode::OK) else {
        return response;
    };
    let user = visit.caller.principal.as_ref().map(|principal| principal.user_id);
    let found = app.run(move |app| {
        let theirs = |token: &str| form::is_for(token, user) || form::is_for(token, None);
        ops::lost(app, id, cookie.value(), theirs)
    });
    let kept = match found.await {
        Ok(Some(kept)) => kept,
        Ok(None) => return response,
        Err(error) => {
            tracing::error!(%error, "a kept form could not be read");
            return response;
        }
    };
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let page = to_bytes(body).await.unwrap_or_default();
    let page = String::from_utf8_lossy(&page).into_owned();
    let filled = filled(app, visit, &page, &kept.place, kept.doc.0).unwrap_or(page);
    ServiceResponse::new(request, response.set_body(BoxBody::new(filled)))
}

fn filled(
    app: &Arc<App>,
    visit: &Visit,
    page: &str,
    place: &str,
    fields: Fields,
) -> Result<String> {
    let (page, hidden, list) = match refill::refilled(page, place, &fields.pairs) {
        Some((page, whole)) => (page, !whole, Vec::new()),
        None => {
            let typed = fields.pairs.into_iter();
            let said = typed.filter(|(_, value)| {
                value.chars().any(char::is_whitespace) || value.chars().count() > 1
            });
            (page.to_owned(), false, said.filter(|(name, _)| !is_inner(name)).collect())
        }
    };
    let frame = Frame::new(app, visit, "");
    let above = Above { page: frame, files: fields.files, hidden, list };
    let above = above.render().map_err(Error::internal)?;
    Ok(page.replacen(MAIN, &format!("{MAIN}\n{above}"), 1))
}

/// Whether a field is no text of a person.
fn is_inner(name: &str) -> bool {
    ["version", "once", "button", "back", "return_to"].contains(&name) || name.ends_with("_id")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn back_from(referer: Option<&str>, path: &str) -> String {
        let mut request = TestRequest::post().uri(path);
        if let Some(referer) = referer {
            request = request.insert_header((REFERER, referer));
        }
        let address = back(&request.to_http_request(), KeptId::new());
        let (address, id) = address.rsplit_once('=').unwrap();
        assert!(id.parse::<KeptId>().is_ok());
        address.to_owned()
    }

    #[test]
    fn the_way_back_is_the_page_of_the_form_and_never_another_site() {
        let from = |referer| back_from(Some(referer), "/cases/1/note");
        assert_eq!(from("http://a.example/cases/1"), "/cases/1?kept");
        assert_eq!(from("http://a.example/cases/1?x=y&kept=1"), "/cases/1?x=y&kept");
        for foreign in
            ["http://a.example//evil.example/x", "//evil.example", "javascript:1", "nonsense"]
        {
            let back = from(foreign);
            assert!(back.starts_with('/') && !back.starts_with("//"), "{foreign}: {back}");
        }
        assert_eq!(back_from(None, "/needs/new"), "/needs/new?kept");
        assert_eq!(back_from(None, "/cases/1/note"), "/?kept");
    }

    #[test]
    fn the_name_is_taken_out_of_the_address() {
        let id = KeptId::new();
        for (address, left) in [("/a?x=1&kept=ID", "/a?x=1"), ("/a?kept=ID", "/a")] {
            let uri = address.replace("ID", &id.to_string());
            let mut request = TestRequest::get().uri(&uri).to_srv_request();
            assert_eq!(taken(&mut request), Some(id));
            assert_eq!(request.uri().to_string(), left);
        }
        let mut request = TestRequest::get().uri("/a?kept=x").to_srv_request();
        assert_eq!(taken(&mut request), None);
        assert_eq!(request.uri().to_string(), "/a");
    }
}
