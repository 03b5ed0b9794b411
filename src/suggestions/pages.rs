//! Pages of suggestions: what is suggested to one, and one suggestion with what it was made of.

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::model::{
    DismissReason, DismissSuggestion, ListSuggestions, SuggestionDetail, SuggestionId, Suggestions,
};
use super::ops;
use crate::error::{Error, Message, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(list_suggestions)
        .service(show_suggestion)
        .service(accept_posted)
        .service(dismiss_posted);
}

#[derive(Template, WebTemplate)]
#[template(path = "suggestions.html")]
struct SuggestionsPage {
    page: Frame,
    found: Suggestions,
    reasons: &'static [DismissReason],
}

/// Which page of them.
#[derive(Debug, Deserialize)]
struct Which {
    after: Option<String>,
}

/// What is suggested to the reader.
#[get("/suggestions")]
async fn list_suggestions(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<SuggestionsPage> {
    let app = app.into_inner();
    let query = ListSuggestions { limit: None, after: which.into_inner().after };
    let found = ops::list(&app, &visit.caller, &query).await?;
    let page = Frame::new(&app, &visit, "suggestions");
    Ok(SuggestionsPage { page, found, reasons: DismissReason::ALL })
}

#[derive(Template, WebTemplate)]
#[template(path = "suggestion.html")]
struct SuggestionPage {
    page: Frame,
    detail: SuggestionDetail,
    reasons: &'static [DismissReason],
    refused: Option<Message>,
}

async fn suggestion_page(app: AppData, visit: &Visit, id: SuggestionId) -> Result<SuggestionPage> {
    let app = app.into_inner();
    let detail = ops::show(&app, &visit.caller, id).await?;
    let page = Frame::new(&app, visit, "suggestions");
    Ok(SuggestionPage { page, detail, reasons: DismissReason::ALL, refused: None })
}

/// One suggestion with its reasons, and what it was made of.
#[get("/suggestions/{id}")]
async fn show_suggestion(
    app: AppData,
    visit: Visit,
    id: web::Path<SuggestionId>,
) -> PageResult<SuggestionPage> {
    Ok(suggestion_page(app, &visit, *id).await?)
}

/// Takes it up, and goes to the case.
#[post("/suggestions/{id}/accept")]
async fn accept_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<SuggestionId>,
    _form: Posted,
) -> PageResult<Either<SuggestionPage, HttpResponse>> {
    let id = *id;
    match ops::accept(&app.clone().into_inner(), &visit.caller, id).await {
        Ok(written) => Ok(Either::Right(redirect(&format!("/cases/{}", written.value.id)))),
        Err(Error::Conflict { message, legal }) => {
            match Error::unless_absent(suggestion_page(app, &visit, id).await)? {
                Some(again) => Ok(Either::Left(SuggestionPage { refused: Some(message), ..again })),
                // Somebody was faster: there is nothing to show but that.
                None => Err(Error::Conflict { message, legal }.into()),
            }
        }
        Err(other) => Err(other.into()),
    }
}

/// Dismisses it.
#[post("/suggestions/{id}/dismiss")]
async fn dismiss_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<SuggestionId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    let wrong = |_| Error::field("/reason", "field.unknown_status");
    let reason = form.text("reason").parse().map_err(wrong)?;
    ops::dismiss(&app.into_inner(), &visit.caller, *id, DismissSuggestion { reason }).await?;
    Ok(redirect("/suggestions"))
}
