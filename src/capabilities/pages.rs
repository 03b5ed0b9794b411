//! Pages of capabilities: showing one with its matches, writing one, taking a step.

mod conflict;
mod edit;
mod form;
mod send;

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::model::{CapabilityFields, CapabilityId, CapabilityView};
use super::ops;
use crate::cases::feedback::{self, Feedback};
use crate::error::Error;
use crate::http::extract::{AppData, Query};
use crate::http::html::embedded::embedded;
use crate::http::html::{Frame, PageResult, Posted, Visit};
use crate::matching;
use crate::matching::answer::MatchAnswer;
use crate::matching::view::{MatchList, Narrowed};
use crate::public_facts::descriptions;
use crate::records::life::ReviewedLife;
use crate::records::pages::{take_posted_step, verify_posted};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(edit::new_capability)
        .service(edit::create_capability)
        .service(edit::edit_capability)
        .service(edit::update_capability)
        .service(take_capability_step)
        .service(verify_capability)
        .service(show_capability);
}

#[derive(Template, WebTemplate)]
#[template(path = "capability.html")]
struct CapabilityPage {
    page: Frame,
    title: String,
    /// Whether there is a form for the reader to change it.
    may_edit: bool,
    /// Whether the reader may confirm it, or renew it once it has expired.
    may_verify: bool,
    may_renew: bool,
    view: MatchList,
    price: String,
    trl: String,
    industries: String,
    item: CapabilityView,
    matches: MatchAnswer,
    /// Why firms have declined it, for who answers for it.
    feedback: Option<Feedback>,
    /// What search engines are told, when everybody may read it.
    about: Option<String>,
}

impl CapabilityPage {
    /// What the page is about, in a few words.
    fn summary(&self) -> String {
        let said = self.item.fields.summary.as_deref().filter(|text| !text.is_empty());
        said.unwrap_or(&self.title).to_owned()
    }
}

/// One capability with the needs it fits.
#[get("/capabilities/{id}")]
async fn show_capability(
    app: AppData,
    visit: Visit,
    id: web::Path<CapabilityId>,
    narrowed: Query<Narrowed>,
) -> PageResult<CapabilityPage> {
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let wanted = narrowed.query();
    let who = caller.clone();
    let aid = matching::aid::of_capability(&app, move |_| Ok(who), *id).await;
    let (item, matches, feedback, about) = app
        .run_match(move |app| {
            let item = ops::show(app, &caller, *id)?;
            let matches = matching::ops::of_capability(app, &caller, *id, &wanted, &aid)?;
            let feedback = match feedback::feedback(app, &caller, *id) {
                Ok(found) => Some(found),
                Err(Error::NotFound | Error::Unauthenticated(_)) => None,
                Err(error) => return Err(error),
            };
            let kind = item.fields.asset_kind.as_deref().unwrap_or_default();
            let kind = app.reference.code_name("asset_kind", kind, caller.language);
            let about = descriptions::capability(app, &item, &kind).map(|about| embedded(&about));
            Ok((item, matches, feedback, about))
        })
        .await?;
    let page = Frame::new(&app, &visit, "capabilities");
    let codes = item.fields.industry_codes.iter();
    let code = item.id.to_string();
    let home = item.fields.town_code.as_ref().unwrap_or(&item.region_code);
    let view = MatchList::new(&page, ("capabilities", &code, home), &narrowed, &matches);
    let open = item.status == ReviewedLife::PUBLISHED && !item.steps.is_empty();
    let industries: Vec<String> = codes.map(|code| page.industry(code)).collect();
    Ok(CapabilityPage {
        title: item.fields.title.clone().unwrap_or_default(),
        may_edit: item.status.is_editable() && item.takes_part(&visit.caller),
        may_verify: item.status.lapses() && !item.steps.is_empty(),
        may_renew: item.status == ReviewedLife::EXPIRED
            && item.steps.contains(&ReviewedLife::PUBLISHED),
        view: view.opening(if open { code } else { String::new() }),
        price: price(&page, &item.fields),
        trl: item.fields.trl.map(|level| page.trl(level)).unwrap_or_default(),
        // Names of industries are lists themselves.
        industries: industries.join(" / "),
        item,
        matches,
        feedback,
        about,
        page,
    })
}

/// The price in words; empty when it is not said or not shown.
fn price(page: &Frame, fields: &CapabilityFields) -> String {
    let mode = page.code_of("price_mode", &fields.price_mode);
    let amount = match (fields.price, fields.price_max) {
        (from, Some(to)) => page.amounts(from.as_ref(), &to),
        (Some(price), None) => page.money(&price),
        (None, None) => return mode,
    };
    if mode.is_empty() {
        return amount;
    }
    page.fill2("capability.price_up_to", "mode", mode, "amount", amount)
}

/// Takes the step of a form and goes back to where the form was.
#[post("/capabilities/{id}/step")]
async fn take_capability_step(
    app: AppData,
    visit: Visit,
    id: web::Path<CapabilityId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    take_posted_step(app, visit, *id, form).await
}

/// Confirms that the capability is still on offer and goes back to where the form was.
#[post("/capabilities/{id}/verify")]
async fn verify_capability(
    app: AppData,
    visit: Visit,
    id: web::Path<CapabilityId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    verify_posted(app, visit, *id, form).await
}
