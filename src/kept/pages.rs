//! Saving while somebody types.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, post, web};
use askama::Template;

use super::ops::{self, Saved};
use crate::db::Timestamp;
use crate::error::Error;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, Visit, local_path, redirect};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(save_draft).service(discard_draft);
}

/// Fields that say what is saved, not what was typed.
const OURS: [&str; 3] = ["draft_place", "draft_version", "button"];

/// What has become of it, to be put into the page.
#[derive(Template)]
#[template(path = "draft_state.html")]
struct State {
    page: Frame,
    place: String,
    /// Version that is stored now.
    version: i32,
    /// When it was saved; none when it is gone.
    at: Option<Timestamp>,
    /// Whether another window was faster.
    conflict: bool,
}

/// Saves a draft over the version that the window knows.
#[post("/forms/draft")]
async fn save_draft(app: AppData, visit: Visit, form: Posted) -> PageResult {
    let app = app.into_inner();
    let place = form.text("draft_place").to_owned();
    let known = form.text("draft_version").parse().unwrap_or_default();
    let typed = form.pairs().filter(|(name, _)| !OURS.contains(name));
    let pairs: Vec<(String, String)> =
        typed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (caller, to) = (visit.caller.clone(), place.clone());
    let saved = app.run(move |app| ops::save_draft(app, &caller, &to, &pairs, known)).await?;
    let page = Frame::new(&app, &visit, "account");
    let (status, version, at) = match saved {
        Saved::As(version, at) => (StatusCode::OK, version, Some(at)),
        Saved::Elsewhere(version, at) => (StatusCode::PRECONDITION_FAILED, version, Some(at)),
        Saved::Gone => (StatusCode::PRECONDITION_FAILED, 0, None),
    };
    let conflict = status != StatusCode::OK;
    let part = State { page, place, version, at, conflict };
    let html = part.render().map_err(Error::internal)?;
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(html))
}

/// Throws a draft away and goes back to the form.
#[post("/forms/draft/discard")]
async fn discard_draft(app: AppData, visit: Visit, form: Posted) -> PageResult {
    let user = visit.caller.signed_in()?.user_id;
    let place = local_path(form.text("draft_place")).to_owned();
    let to = place.clone();
    app.run(move |app| ops::discard_draft(app, user, &place)).await?;
    Ok(redirect(&to))
}
