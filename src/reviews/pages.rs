//! The page of the queue.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::model::{Counts, Decision, KINDS, Queue, ShowQueue};
use super::ops;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::failure::in_query;
use crate::http::html::{Frame, PageResult, Posted, Tried, Visit, redirect, refusing};
use crate::records::model::RecordKind;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show_reviews).service(review_posted);
}

/// Which part of the queue to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    kind: String,
    after: String,
    /// What has just been done: `approved` or `returned`.
    done: String,
}

impl Which {
    fn kind(&self) -> Result<Option<RecordKind>> {
        if self.kind.is_empty() {
            return Ok(None);
        }
        let known = self.kind.parse().ok().filter(|kind| KINDS.contains(kind));
        known.map(Some).ok_or_else(|| Error::field("/kind", "field.unknown_status"))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "reviews.html")]
struct ReviewsPage {
    page: Frame,
    queue: Queue,
    which: Which,
    /// The decision that could not be followed.
    tried: Tried,
}

impl ReviewsPage {
    /// Codes of the kinds to choose from, with how many wait; all of them first.
    fn tabs(&self) -> Vec<(&'static str, i64)> {
        let counts: &Counts = &self.queue.counts;
        let kinds = KINDS.iter().map(|kind| (kind.as_str(), counts.of(Some(*kind))));
        std::iter::once(("", counts.total())).chain(kinds).collect()
    }

    /// Whether a decision failed about a record that is not on the page.
    fn lost(&self) -> bool {
        !self.tried.name.is_empty() && !self.queue.items.iter().any(|one| self.tried.is(&one.id))
    }
}

async fn reviews_page(
    app: &Arc<App>,
    visit: &Visit,
    which: Which,
    tried: Tried,
) -> Result<ReviewsPage> {
    let after = Some(which.after.clone()).filter(|text| !text.is_empty());
    let query = ShowQueue { kind: which.kind()?, limit: None, after };
    let caller = visit.caller.clone();
    let queue = app.run(move |app| ops::queue(app, &caller, &query)).await?;
    Ok(ReviewsPage { page: Frame::new(app, visit, "reviews"), queue, which, tried })
}

/// What waits for the reader's review.
#[get("/reviews")]
async fn show_reviews(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<ReviewsPage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    Ok(reviews_page(&app, &visit, which, Tried::default()).await?)
}

/// Approves a record or gives it back, and shows what is left.
#[post("/reviews")]
async fn review_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<HttpResponse, HttpResponse>> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let text = |name: &str| form.text(name).to_owned();
    let which = Which { kind: text("kind"), after: text("after"), done: String::new() };
    let approved = form.text("decision") == "approved";
    let decision = Decision {
        kind: form.text("record").parse().map_err(|_| Error::NotFound)?,
        id: text("id"),
        version: form.version()?,
        approved,
        comment: form.filled("comment"),
    };
    let done = app.run(move |app| ops::decide(app, &caller, &decision)).await;
    match done {
        Ok(_) => {
            let done = if approved { "approved" } else { "returned" };
            let (kind, after) = (in_query(&which.kind), in_query(&which.after));
            let back = format!("/reviews?kind={kind}&after={after}&done={done}");
            Ok(Either::Right(redirect(&back)))
        }
        Err(error) => {
            let status = error.status();
            let tried = Tried::failed(form.text("id"), form.clone(), error)?;
            let page = reviews_page(&app, &visit, which, tried).await?;
            Ok(Either::Left(refusing(status, &page)?))
        }
    }
}
