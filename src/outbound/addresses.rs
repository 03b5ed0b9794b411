//! Addresses of pages as they stand in mails and messages.

use crate::app::App;

/// A page at the public address of the service; the path begins with `/`.
pub fn page(app: &App, path: &str) -> String {
    format!("{}{path}", app.config.server.public_url.trim_end_matches('/'))
}

/// A page by way of signing in, for readers who come from elsewhere.
pub fn by_sign_in(app: &App, path: &str) -> String {
    page(app, &format!("/sign-in?back={path}"))
}
