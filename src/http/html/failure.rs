//! Errors as pages. Browsers get a page in their language, other clients the problem they would
//! get from the API; who has to sign in first is led there.

use actix_web::HttpRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, ALLOW, RETRY_AFTER};
use askama::Template;
use askama_web::WebTemplate;

use super::{Frame, PageError, Visit, redirect};
use crate::error::Error;
use crate::http::extract::AppData;
use crate::http::problem::{self, ApiError, Problem};

/// The page of an error.
#[derive(Template, WebTemplate)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Frame,
    problem: Problem,
}

/// Gives an answer that is an error the shape that the client prefers.
pub fn presented(response: ServiceResponse, visit: &Visit) -> ServiceResponse {
    let Some(error) = response.response().error().and_then(of_page) else { return response };
    let shaped = shape(error, response.request(), visit);
    response.into_response(shaped)
}

/// The error of ours behind an answer.
pub fn of_page(error: &actix_web::Error) -> Option<&Error> {
    let page = error.as_error::<PageError>().map(|page| &page.0);
    page.or_else(|| error.as_error::<ApiError>().map(|api| &api.0))
}

fn shape(error: &Error, request: &HttpRequest, visit: &Visit) -> actix_web::HttpResponse {
    let language = visit.caller.language;
    let path = Some(request.path().to_owned());
    let id = Some(visit.caller.request_id.clone());
    let app = request.app_data::<AppData>();
    let Some(app) = app.filter(|_| prefers_html(request)) else {
        return problem::respond(error, language, path, id);
    };
    if matches!(error, Error::Unauthenticated(_)) && request.method() == Method::GET {
        return redirect(&sign_in_address(&visit.here));
    }
    let page = Frame::new(app, visit, "");
    let mut problem = problem::describe(error, language, path, id);
    if let Error::Conflict { message, .. } | Error::Forbidden(message) = error {
        problem.detail = Some(page.message(message));
    }
    let page = ErrorPage { page, problem };
    let Ok(html) = page.render() else {
        return problem::respond(error, language, None, None);
    };
    let status = actix_web::http::StatusCode::from_u16(error.status())
        .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = actix_web::HttpResponse::build(status);
    if let Error::RateLimited { retry_after } = error {
        builder.insert_header((RETRY_AFTER, retry_after.to_string()));
    }
    if let Error::MethodNotAllowed { allow } = error {
        builder.insert_header((ALLOW, allow.as_str()));
    }
    builder.content_type("text/html; charset=utf-8").body(html)
}

/// Address of the sign-in page that leads back afterwards.
pub fn sign_in_address(back: &str) -> String {
    format!("/sign-in?back={}", in_query(back))
}

/// A text as it stands in the query of an address.
pub fn in_query(text: &str) -> String {
    match askama::filters::urlencode_strict(text) {
        Ok(text) => text.0.to_string(),
        Err(never) => match never {},
    }
}

/// Whether HTML is what the client likes best. `*/*` alone is a program, not a browser.
pub fn prefers_html(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let quality = |wanted: &str| {
        accept.unwrap_or_default().split(',').find_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let kind = parts.next()?;
            let quality = parts.find_map(|part| part.strip_prefix("q="));
            kind.eq_ignore_ascii_case(wanted)
                .then(|| quality.map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0)))
        })
    };
    let html = quality("text/html").unwrap_or(0.0);
    html > 0.0 && html >= quality("application/json").unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn prefers(accept: &str) -> bool {
        prefers_html(&TestRequest::default().insert_header((ACCEPT, accept)).to_http_request())
    }

    #[test]
    fn browsers_prefer_html_and_programs_do_not() {
        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!prefers("*/*"));
        assert!(!prefers("application/json"));
        assert!(!prefers("application/json, text/html;q=0.5"));
        assert!(!prefers("text/html;q=0"));
    }

    #[test]
    fn the_way_back_is_one_parameter() {
        assert_eq!(sign_in_address("/a?b=c&d=e"), "/sign-in?back=%2Fa%3Fb%3Dc%26d%3De");
    }
}
