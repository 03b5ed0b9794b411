//! Pages of visits: the list, the form for the phone, one visit with its photos.

mod new;
mod show;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use super::model::VisitView;
use super::ops::{self, ListVisits};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(list_visits)
        .service(new::new_visit)
        .service(new::create_visit)
        .service(show::show_visit)
        .service(show::add_files)
        .service(show::fetch_file)
        .service(show::make_need)
        .service(show::delete_visit);
}

#[derive(Template, WebTemplate)]
#[template(path = "visits.html")]
struct VisitsPage {
    page: Frame,
    visits: Vec<VisitView>,
    next: Option<String>,
}

/// Characters of what was found that the list shows.
const SHOWN: usize = 120;

/// The visits that the reader may know of, latest first.
#[get("/visits")]
async fn list_visits(
    app: AppData,
    visit: Visit,
    query: Query<ListVisits>,
) -> PageResult<VisitsPage> {
    let caller = visit.caller.clone();
    let query = query.into_inner();
    let found = app.run(move |app| ops::list(app, &caller, &query)).await?;
    let page = Frame::new(&app.into_inner(), &visit, "visits");
    Ok(VisitsPage { page, visits: found.items, next: found.next })
}
