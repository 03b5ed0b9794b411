//! Pages of people: signing in and out, what is one's own, and the pages that mailed links lead to.

mod account;
mod links;
mod register;
mod sign_in;

use actix_web::web;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(sign_in::sign_in_form)
        .service(sign_in::sign_in_posted)
        .service(sign_in::sign_out)
        .service(account::show_account)
        .service(register::register_form)
        .service(register::register_posted)
        .configure(links::configure);
}
