//! Pages of needs.

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use super::model::{NeedFields, NeedId, NeedView};
use super::ops;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};
use crate::matching::cards::MatchCards;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show_need);
}

/// A need with its matches.
#[derive(Template, WebTemplate)]
#[template(path = "need.html")]
struct NeedPage {
    page: Frame,
    title: String,
    budget: String,
    trl: String,
    need: NeedView,
    matches: MatchCards,
}

/// One need.
#[get("/needs/{id}")]
async fn show_need(app: AppData, visit: Visit, id: web::Path<NeedId>) -> PageResult<NeedPage> {
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let need = app.run(move |app| ops::show(app, &caller, *id)).await?;
    let page = Frame::new(&app, &visit, "needs");
    Ok(NeedPage {
        title: need.fields.title.clone().unwrap_or_default(),
        budget: budget(&page, &need.fields),
        trl: trl(&page, &need.fields),
        need,
        matches: MatchCards::default(),
        page,
    })
}

/// The budget in words; empty when it is not said or not shown.
pub fn budget(page: &Frame, fields: &NeedFields) -> String {
    let range = match (fields.budget_min, fields.budget_max) {
        (Some(min), Some(max)) if min != max => {
            page.fill2("need.budget_range", ("min", &page.money(&min)), ("max", &page.money(&max)))
        }
        (_, Some(max)) => page.fill("need.budget_up_to", "max", page.money(&max)),
        (Some(min), None) => page.fill("need.budget_from", "min", page.money(&min)),
        (None, None) => String::new(),
    };
    match (fields.budget_negotiable == Some(true), range.is_empty()) {
        (true, true) => page.t("need.negotiable"),
        (true, false) => page.fill("need.range_negotiable", "range", range),
        (false, _) => range,
    }
}

fn trl(page: &Frame, fields: &NeedFields) -> String {
    match (fields.current_trl, fields.target_trl) {
        (Some(now), Some(goal)) => format!("{} → {}", page.trl(now), page.trl(goal)),
        (None, Some(goal)) => page.fill("need.trl_goal", "level", page.trl(goal)),
        (Some(now), None) => page.fill("need.trl_now", "level", page.trl(now)),
        (None, None) => String::new(),
    }
}
