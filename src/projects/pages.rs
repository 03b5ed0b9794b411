//! Pages of projects: the list, one project with all that can be done with it, and the form in which
//! it is drawn up and changed.

mod edit;
mod form;
mod show;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::model::ProjectView;
use super::ops::{self, ListProjects};
use crate::error::FieldError;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit, typed};
use crate::http::pagination::Page;
use crate::search::names::Names;
use crate::towns;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(list_projects)
        .service(edit::new_project)
        .service(edit::create_project)
        .service(edit::edit_project)
        .service(edit::update_project)
        .service(show::show_project)
        .service(show::take_step)
        .service(show::reach_milestone)
        .service(show::receive_fund)
        .service(show::rate)
        .service(show::delete_project)
        .service(show::add_files)
        .service(show::fetch_file)
        .service(show::remove_file);
}

/// Which projects to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    /// Text in title or code.
    q: String,
    /// Text in the name of a party.
    party: String,
    /// State.
    status: String,
    /// Town or another region.
    region: String,
    after: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "projects.html")]
struct ProjectsPage {
    page: Frame,
    projects: Page<ProjectView>,
    towns: Vec<String>,
    which: Which,
    errors: Vec<FieldError>,
}

/// The projects that one has a part in.
#[get("/projects")]
async fn list_projects(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<ProjectsPage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    let (caller, asked) = (visit.caller.clone(), which.clone());
    caller.signed_in()?;
    let (projects, towns, errors) = app
        .run(move |app| {
            let towns = towns::ops::offered(app, caller.language)?;
            let region = match typed::region_filter(Names::new(app, caller.language), &asked.region)
            {
                Ok(region) => region,
                Err(errors) => return Ok((Page::empty(), towns, errors)),
            };
            let query = ListProjects {
                status: Some(asked.status).filter(|text| !text.is_empty()),
                region,
                q: Some(asked.q),
                party: Some(asked.party),
                after: asked.after,
                ..ListProjects::default()
            };
            Ok((ops::list(app, &caller, &query)?, towns, Vec::new()))
        })
        .await?;
    Ok(ProjectsPage { page: Frame::new(&app, &visit, "projects"), projects, towns, which, errors })
}
