//! The pages: methods and paths. The router tells nobody what it knows, but wrong methods are to be
//! answered with the right ones. A test compares this list with the handlers.

use actix_web::http::Method;

/// Every page.
pub const PAGES: [(Method, &str); 30] = [
    (Method::GET, "/"),
    (Method::GET, "/account"),
    (Method::GET, "/capabilities/{id}"),
    (Method::POST, "/capabilities/{id}/step"),
    (Method::POST, "/capabilities/{id}/verify"),
    (Method::GET, "/invitation"),
    (Method::POST, "/invitation"),
    (Method::GET, "/language"),
    (Method::GET, "/match"),
    (Method::POST, "/match"),
    (Method::POST, "/needs/diagnose"),
    (Method::GET, "/needs/new"),
    (Method::POST, "/needs/new"),
    (Method::GET, "/needs/{id}"),
    (Method::GET, "/needs/{id}/edit"),
    (Method::POST, "/needs/{id}/edit"),
    (Method::POST, "/needs/{id}/step"),
    (Method::POST, "/needs/{id}/verify"),
    (Method::GET, "/organizations/{id}"),
    (Method::GET, "/reset"),
    (Method::POST, "/reset"),
    (Method::GET, "/search"),
    (Method::GET, "/sign-in"),
    (Method::POST, "/sign-in"),
    (Method::POST, "/sign-out"),
    (Method::GET, "/static/{name}"),
    (Method::GET, "/towns"),
    (Method::GET, "/towns/{code}"),
    (Method::GET, "/verify"),
    (Method::POST, "/verify"),
];
