//! Pages of visits: the list, the form for the phone, one visit with its photos.

mod edit;
mod show;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use serde::Deserialize;

use super::model::VisitView;
use super::ops::{self, ListVisits};
use crate::error::{Error, FieldError};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit, typed};
use crate::http::pagination::Page;
use crate::search::names::Names;
use crate::towns;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(list_visits)
        .service(edit::new_visit)
        .service(edit::create_visit)
        .service(edit::edit_visit)
        .service(edit::update_visit)
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
    visits: Page<VisitView>,
    towns: Vec<String>,
    which: Which,
    errors: Vec<FieldError>,
}

impl VisitsPage {
    /// The inputs for days with what was typed.
    fn days(&self) -> [(&'static str, &str); 2] {
        [("from", &self.which.from), ("to", &self.which.to)]
    }
}

/// Which visits to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    /// Town or another region.
    region: String,
    /// First day.
    from: String,
    /// Last day.
    to: String,
    after: Option<String>,
}

impl Which {
    /// The question, with what is wrong about it.
    fn asked(&self, names: Names<'_>) -> Result<ListVisits, Vec<FieldError>> {
        let mut errors = Vec::new();
        let region = typed::region_filter(names, &self.region).unwrap_or_else(|wrong| {
            errors.extend(wrong);
            None
        });
        let mut day = |name: &str, text: &str| {
            let text = Some(text.trim()).filter(|text| !text.is_empty())?;
            let day = text.parse();
            day.map_err(|_| errors.push(FieldError::new(format!("/{name}"), "field.date"))).ok()
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        let after = self.after.clone();
        if errors.is_empty() {
            Ok(ListVisits { region, from, to, after, ..ListVisits::default() })
        } else {
            Err(errors)
        }
    }
}

/// Characters of what was found that the list shows.
const SHOWN: usize = 120;

/// The visits that the reader may know of, latest first.
#[get("/visits")]
async fn list_visits(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<VisitsPage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    let (caller, asked) = (visit.caller.clone(), which.clone());
    let (visits, towns, errors) = app
        .run(move |app| {
            let (visits, errors) = match asked.asked(Names::new(app, caller.language)) {
                Ok(query) => (ops::list(app, &caller, &query)?, Vec::new()),
                Err(errors) => (Page::empty(), errors),
            };
            Ok::<_, Error>((visits, towns::ops::offered(app, caller.language)?, errors))
        })
        .await?;
    let page = Frame::new(&app, &visit, "visits");
    Ok(VisitsPage { page, visits, towns, which, errors })
}
