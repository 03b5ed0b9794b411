//! The start page and the page of search results.

mod home;
mod links;
mod results;

use actix_web::web;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(home::home).service(results::search_page);
}
