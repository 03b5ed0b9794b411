//! A need with its matches.

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use crate::http::extract::{AppData, Query};
use crate::http::html::embedded::embedded;
use crate::http::html::{Frame, PageResult, Visit};
use crate::matching;
use crate::matching::answer::MatchAnswer;
use crate::matching::view::{MatchList, Narrowed};
use crate::needs::life::NeedStatus;
use crate::needs::model::{NeedFields, NeedId, NeedView};
use crate::needs::ops;
use crate::public_facts::descriptions;
use crate::records::life::ReviewedLife;

#[derive(Template, WebTemplate)]
#[template(path = "need.html")]
struct NeedPage {
    page: Frame,
    title: String,
    budget: String,
    trl: String,
    may_edit: bool,
    /// Whether the reader may confirm it, or renew it once it has expired.
    may_verify: bool,
    may_renew: bool,
    view: MatchList,
    need: NeedView,
    matches: MatchAnswer,
    /// What search engines are told, when everybody may read it.
    about: Option<String>,
}

impl NeedPage {
    /// What the page is about, in a few words.
    fn summary(&self) -> String {
        let said = self.need.fields.public_summary.as_deref().filter(|text| !text.is_empty());
        format!("{}: {}", self.need.region_name, said.unwrap_or(&self.title))
    }
}

/// One need.
#[get("/needs/{id}")]
async fn show_need(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    narrowed: Query<Narrowed>,
) -> PageResult<NeedPage> {
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let wanted = narrowed.query();
    let who = caller.clone();
    let aid = matching::aid::of_need(&app, move |_| Ok(who), *id).await;
    let (need, matches, about) = app
        .run_match(move |app| {
            let need = ops::show(app, &caller, *id)?;
            let about = descriptions::need(app, &need).map(|about| embedded(&about));
            Ok((need, matching::ops::of_need(app, &caller, *id, &wanted, &aid)?, about))
        })
        .await?;
    let page = Frame::new(&app, &visit, "needs");
    let place = need.fields.town_code.as_ref().unwrap_or(&need.region_code);
    let id = need.id.to_string();
    let view = MatchList::new(&page, ("needs", &id, place), &narrowed, &matches);
    Ok(NeedPage {
        title: need.fields.title.clone().unwrap_or_default(),
        budget: budget(&page, &need.fields),
        trl: trl(&page, &need.fields),
        // Who may put it forward may also write it.
        may_edit: need.status.is_editable() && need.steps.contains(&NeedStatus::Withdrawn),
        may_verify: need.status.lapses() && !need.steps.is_empty(),
        may_renew: need.status == NeedStatus::Expired
            && need.steps.contains(&NeedStatus::Published),
        view: view.opening(opens(&need)),
        about,
        need,
        matches,
        page,
    })
}

/// Id of a need that the reader may bring together with a match; empty for others.
pub(super) fn opens(need: &NeedView) -> String {
    let may = need.status.seeks_match() && !need.steps.is_empty();
    if may { need.id.to_string() } else { String::new() }
}

/// The budget in words; empty when it is not said or not shown.
fn budget(page: &Frame, fields: &NeedFields) -> String {
    let range = match (fields.budget_min, fields.budget_max) {
        (min, Some(max)) => page.amounts(min.as_ref(), &max),
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
