//! The documentation that the service itself serves: the OpenAPI document, a page to try it, and
//! the kinds of problems.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Where the OpenAPI document is.
pub const OPENAPI_PATH: &str = "/openapi.json";

static OPENAPI: LazyLock<String> =
    LazyLock::new(|| super::server::openapi().to_pretty_json().unwrap_or_default());

/// Adds `/openapi.json`, `/docs/api/` and `/docs/errors`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(OPENAPI_PATH, web::get().to(openapi))
        .route("/docs/errors", web::get().to(errors))
        // Trailing slashes are cut off before routing, and the page needs to lie below itself.
        .route("/docs/api", web::get().to(to_ui))
        .service(SwaggerUi::new("/docs/api/{_:.*}").config(Config::from(OPENAPI_PATH)));
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(OPENAPI.as_str())
}

async fn errors() -> HttpResponse {
    // Plain text, so that browsers show it.
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(include_str!("../../docs/errors.md"))
}

async fn to_ui() -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", "/docs/api/index.html")).finish()
}
