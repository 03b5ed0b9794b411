//! Matching of free text: a problem is pasted, nothing of it is stored.

use actix_web::{get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::answer::MatchAnswer;
use super::query::{MatchSide, MatchText};
use super::view::MatchList;
use super::{aid, ops};
use crate::error::{Error, FieldError};
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, Visit, form};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(match_form).service(match_posted);
}

/// Matches shown on one page.
const SHOWN: usize = 6;

#[derive(Template, WebTemplate)]
#[template(path = "match.html")]
struct MatchPage {
    page: Frame,
    form: Posted,
    errors: Vec<FieldError>,
    matches: Option<MatchAnswer>,
    view: MatchList,
}

/// The empty form.
#[get("/match")]
async fn match_form(app: AppData, visit: Visit) -> PageResult<MatchPage> {
    let page = Frame::new(&app.into_inner(), &visit, "match");
    Ok(MatchPage {
        page,
        form: Posted::default(),
        errors: Vec::new(),
        matches: None,
        view: MatchList::default(),
    })
}

/// The form with what was found.
#[post("/match")]
async fn match_posted(app: AppData, visit: Visit, form: Posted) -> PageResult<MatchPage> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    let found = match given(&form) {
        Ok(given) => {
            let aid = aid::of_text(&app, &given).await;
            app.run_match(move |app| ops::of_text(app, &caller, &given, &aid)).await
        }
        Err(error) => Err(error),
    };
    let page = Frame::new(&app, &visit, "match");
    let (matches, errors) = match found {
        Ok(answer) => (Some(answer), Vec::new()),
        Err(Error::Invalid(errors)) => (None, errors),
        Err(other) => return Err(other.into()),
    };
    Ok(MatchPage { page, form, errors, matches, view: MatchList::default() })
}

fn given(form: &Posted) -> Result<MatchText, Error> {
    let offers = form.text("side") == "capability";
    Ok(MatchText {
        side: if offers { MatchSide::Capability } else { MatchSide::Need },
        title: form.filled("title"),
        text: form.filled("text"),
        tech_field: form.filled("tech_field"),
        budget_max: form::money(form, "budget_max")?.filter(|_| !offers),
        min_budget: form::money(form, "budget_max")?.filter(|_| offers),
        limit: Some(SHOWN),
        ..MatchText::default()
    })
}
