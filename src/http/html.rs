//! The web front's own half of the transport: what every page is framed in, how a browser is
//! recognised, how forms are protected, and how errors look.
//!
//! - [`visit`] wraps every page: session cookies in, headers and cookies out.
//! - [`frame`] is what templates know about the request: language, person, texts, names of codes.
//! - [`form`] reads posted forms and refuses those that did not come from our own pages.
//! - [`failure`] turns errors into pages for browsers, and into problems for everybody else.
//! - [`typed`] reads forms of many fields, [`once`] keeps them from creating twice, `values` puts
//!   values of fields into words.
//! - [`kept`] keeps what was typed into forms that cannot be followed, [`refill`] puts it back.
//! - [`style`] shows how pages look, where that is switched on.
//! - [`paths`] lists all pages, so that wrong methods can be told the right ones.
//! - [`assets`] serves style sheet, script and icon from the binary.
//! - [`chart`] is what pages with charts are made of.
//! - [`embedded`] puts data into a page that scripts and search engines read.
//!
//! Pages hold no rules of their own: they call `ops` as the API does.

pub mod assets;
pub mod chart;
pub mod differing;
pub mod embedded;
pub mod failure;
pub mod form;
pub mod frame;
pub mod kept;
pub mod once;
pub mod paths;
pub mod refill;
pub mod session;
pub mod style;
pub mod texts;
pub mod typed;
mod values;
pub mod visit;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

pub use form::{Posted, PostedFiles, Refused, Tried};
pub use frame::Frame;
pub use visit::Visit;

use super::problem;
use crate::accounts::principal::Language;
use crate::error::Error;

/// Wraps [`Error`] for pages; [`failure`] renders it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PageError(#[from] pub Error);

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        problem::log(&self.0);
        problem::respond(&self.0, Language::Chinese, None, None)
    }
}

/// Result of a page handler.
pub type PageResult<T = HttpResponse> = Result<T, PageError>;

/// All pages. They match any path, so this comes last.
pub fn pages() -> impl HttpServiceFactory {
    web::scope("")
        .wrap(from_fn(visit::with_visit))
        .service(assets::asset)
        .service(texts::choose_language)
        .service(style::show_style)
        .configure(crate::search::pages::configure)
        .configure(crate::matching::pages::configure)
        .configure(crate::needs::pages::configure)
        .configure(crate::capabilities::pages::configure)
        .configure(crate::cases::pages::configure)
        .configure(crate::contracts::pages::configure)
        .configure(crate::projects::pages::configure)
        .configure(crate::organizations::pages::configure)
        .configure(crate::towns::pages::configure)
        .configure(crate::visits::pages::configure)
        .configure(crate::events::pages::configure)
        .configure(crate::platforms::pages::configure)
        .configure(crate::notices::pages::configure)
        .configure(crate::reports::pages::configure)
        .configure(crate::public_facts::pages::configure)
        .configure(crate::accounts::privacy::pages::configure)
        .configure(crate::accounts::users::pages::configure)
        .configure(crate::channels::pages::configure)
        .configure(crate::messages::pages::configure)
        .configure(crate::retention::pages::configure)
        .configure(crate::subscriptions::pages::configure)
        .configure(crate::suggestions::pages::configure)
        .configure(crate::kept::pages::configure)
        .configure(crate::reviews::pages::configure)
        .configure(crate::admin::pages::configure)
        .configure(crate::calendar::pages::configure)
        .configure(crate::import::pages::configure)
        .configure(crate::accounts::pages::configure)
        .default_service(web::to(unknown))
}

async fn unknown(request: HttpRequest) -> PageResult {
    Err(super::middleware::refusal(&request).into())
}

/// Sends the browser on with a GET, as after every form.
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// The page of a form that could not be followed, under the status that says so.
///
/// # Errors
/// Faults of ours.
pub fn refusing(status: u16, page: &impl askama::Template) -> Result<HttpResponse, Error> {
    let html = page.render().map_err(Error::internal)?;
    let status = StatusCode::from_u16(status).map_err(Error::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// The path when it leads to this site, the start page otherwise. A browser reads `//host` and
/// `/\host` as another site, and drops control characters before it looks.
pub fn local_path(path: &str) -> &str {
    let foreign = path.starts_with("//") || path.starts_with("/\\");
    let plain = path.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if path.starts_with('/') && !foreign && plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for good in ["/", "/needs/1", "/search?q=%E9%95%87&kind=need"] {
            assert_eq!(local_path(good), good);
        }
        let bad = [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil",
            "/a\r\nb",
        ];
        for path in bad {
            assert_eq!(local_path(path), "/", "{path:?}");
        }
    }
}
