//! The wrap around every page: recognises the browser's session, and completes the answer with
//! security headers, cookies and, for errors, a page.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::{PageError, failure, form, kept, session};
use crate::accounts::principal::Caller;
use crate::accounts::privacy::consents;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, visitor};
use crate::http::middleware::Unreadable;
use crate::kept::model::KeptId;
use crate::{notices, reviews};

/// Cookie with the token that forms must repeat.
pub const CSRF_COOKIE: &str = "townbridge_form";

/// Nothing but our own files, nothing inline, nobody's frame. Pictures inside the style sheet (ticks,
/// arrows) are data of that sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// One request for a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Who asks.
    pub caller: Caller,
    /// Token for forms.
    pub csrf: String,
    /// Path and query.
    pub here: String,
    /// Notices that the caller has not read.
    pub unread: i64,
    /// Records that wait for the caller's review.
    pub to_review: i64,
    /// Whether the caller is to be asked about the text on personal data.
    pub consent_due: bool,
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = Ready<std::result::Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| Error::internal("a page outside of the page scope").into()))
    }
}

/// Recognises the session before a page and completes the answer after it.
///
/// # Errors
/// Passes on what inner services return.
pub async fn with_visit(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.path().starts_with("/static/") {
        // Files are the same for everybody; only that there is none is said to somebody.
        let response = next.call(request).await?.map_into_boxed_body();
        if response.response().error().is_none() {
            return Ok(response);
        }
        let entered = enter(response.request()).await.map_err(PageError)?;
        return Ok(shown(response, &entered));
    }
    let here = here(request.request());
    let kept = kept::taken(&mut request).filter(|_| request.method() == Method::GET);
    let mut entered = enter(request.request()).await.map_err(PageError)?;
    entered.visit.here = here;
    let unreadable = request.extensions().get::<Unreadable>().map(|_| Unreadable::error());
    if let Some(error) = unreadable.or_else(|| entered.failed.take()) {
        return Ok(shown(request.error_response(PageError(error)), &entered));
    }
    request.extensions_mut().insert(entered.visit.clone());
    let response = next.call(request).await?.map_into_boxed_body();
    let response = carried(response, &entered.visit, kept).await;
    Ok(shown(response, &entered))
}

/// The answer, with what was typed kept or put back where that is to be done.
async fn carried(
    response: ServiceResponse,
    visit: &Visit,
    kept: Option<KeptId>,
) -> ServiceResponse {
    let Some(app) = response.request().app_data::<AppData>().cloned() else { return response };
    let app = app.into_inner();
    if let Some(id) = kept {
        return kept::restored(&app, response, visit, id).await;
    }
    let request = response.request().clone();
    let error = response.response().error().and_then(failure::of_page);
    let instead = match error {
        Some(error) => kept::instead(&app, &request, visit, error).await,
        None => None,
    };
    match instead {
        Some(answer) => response.into_response(answer),
        None => response,
    }
}

/// Path and query of a request.
fn here(request: &HttpRequest) -> String {
    request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned()
}

/// A visit that begins.
struct Entered {
    visit: Visit,
    /// Cookies to be set.
    cookies: Vec<Cookie<'static>>,
    /// Why it could not be told who comes (a fault of ours): there is only a page to say so.
    failed: Option<Error>,
}

/// Completes an answer; errors become pages.
fn shown(response: ServiceResponse, entered: &Entered) -> ServiceResponse {
    let mut response = failure::presented(response, &entered.visit);
    for cookie in &entered.cookies {
        // A page that sets the same cookie itself (sign-in, sign-out) has the last word.
        let decided = response.response().cookies().any(|own| own.name() == cookie.name());
        if !decided && let Err(error) = response.response_mut().add_cookie(cookie) {
            tracing::warn!(%error, name = cookie.name(), "cookie");
        }
    }
    complete(&mut response, &entered.visit);
    response
}

async fn enter(request: &HttpRequest) -> Result<Entered> {
    let app = request
        .app_data::<AppData>()
        .cloned()
        .ok_or_else(|| Error::internal("no application state"))?
        .into_inner();
    let mut cookies = Vec::new();
    let mut caller = Caller { idempotency: None, ..visitor(request) };
    let recognised = session::recognise(&app, request, &caller, &mut cookies).await;
    let (principal, failed) = match recognised {
        Ok(principal) => (principal, None),
        Err(error) => (None, Some(error)),
    };
    caller.principal = principal;
    let known = request.cookie(CSRF_COOKIE).map(|cookie| cookie.value().to_owned());
    let user = caller.principal.as_ref().map(|principal| principal.user_id);
    // Made for somebody else, or for who was signed in before: their pages are not followed any more.
    let csrf = match known.filter(|token| form::is_for(token, user)) {
        Some(token) => token,
        None => {
            let token = form::token(user)?;
            cookies.push(form::cookie(&app, token.clone()));
            token
        }
    };
    let (unread, to_review, due) = awaiting(&app, &caller).await;
    // Whoever has just sent a form goes on with that, and cannot come back to its address.
    let consent_due = due && request.method() == Method::GET;
    let here = here(request);
    let visit = Visit { caller, csrf, here, unread, to_review, consent_due };
    Ok(Entered { visit, cookies, failed })
}

/// How many notices and how many records to review wait for the caller, and whether the caller is to be
/// asked about the text on personal data. A page is shown without them rather than not at all.
async fn awaiting(app: &Arc<App>, caller: &Caller) -> (i64, i64, bool) {
    if caller.principal.is_none() {
        return (0, 0, false);
    }
    let caller = caller.clone();
    let found = app.run(move |app| {
        let unread = notices::ops::unread(app, &caller)?;
        let to_review = reviews::ops::counts(app, &caller)?.total();
        Ok((unread, to_review, consents::is_due(app, &caller)?))
    });
    match found.await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "what waits for the reader could not be told");
            (0, 0, false)
        }
    }
}

fn complete(response: &mut ServiceResponse, visit: &Visit) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(visit.caller.language.tag()));
    headers.insert(VARY, HeaderValue::from_static("Cookie, Accept, Accept-Language"));
    // Pages show what this person may see; nobody in between may keep them.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}
