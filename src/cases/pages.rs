//! Pages of cases: the list, one case with its timeline and what can be done, the cockpit, and handing
//! over.

mod cockpit;
mod handover;
mod show;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::ops::{self, ListCases};
use super::views::CaseView;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};
use crate::http::pagination::Page;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(cockpit::show_cockpit)
        .service(handover::show_handover)
        .service(handover::hand_over)
        .service(list_cases)
        .service(show::open_posted)
        .service(show::answer_posted)
        .service(show::step_posted)
        .service(show::note_posted)
        .service(show::assign_posted)
        .service(show::add_files)
        .service(show::fetch_file)
        .service(show::remove_file)
        .service(show::show_case);
}

#[derive(Template, WebTemplate)]
#[template(path = "cases.html")]
struct CasesPage {
    page: Frame,
    cases: Page<CaseView>,
    open: bool,
    broker: bool,
}

/// Which cases to show.
#[derive(Debug, Deserialize)]
struct Which {
    open: Option<bool>,
    after: Option<String>,
}

/// The cases that one has a part in.
#[get("/cases")]
async fn list_cases(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<CasesPage> {
    let app = app.into_inner();
    let which = which.into_inner();
    let open = which.open.unwrap_or(true);
    let query = ListCases { open: Some(open), after: which.after, ..ListCases::default() };
    let caller = visit.caller.clone();
    let broker = caller.principal.as_ref().is_some_and(|one| one.is_broker() || one.is_admin());
    let cases = app.run(move |app| ops::list(app, &caller, &query)).await?;
    Ok(CasesPage { page: Frame::new(&app, &visit, "cases"), cases, open, broker })
}
