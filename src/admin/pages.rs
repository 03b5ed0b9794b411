//! Pages for those who run the platform. To everybody else there are none.

mod audit;
mod jobs;
mod organizations;
mod reference;
mod settings;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use super::ops::only_for_admins;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(show_start)
        .service(organizations::list_organizations)
        .service(organizations::step_posted)
        .service(reference::show_reference)
        .service(settings::show_settings)
        .service(jobs::show_jobs)
        .service(audit::show_audit);
}

/// Pages with their names, in the order of the work.
const PARTS: [(&str, &str); 10] = [
    ("/reviews", "reviews"),
    ("/admin/users", "users"),
    ("/admin/organizations", "organizations"),
    ("/admin/reference", "reference"),
    ("/admin/settings", "settings"),
    ("/admin/jobs", "jobs"),
    ("/admin/audit", "audit"),
    ("/admin/deliveries", "deliveries"),
    ("/admin/messages", "messages"),
    ("/admin/retention", "retention"),
];

#[derive(Template, WebTemplate)]
#[template(path = "admin.html")]
struct StartPage {
    page: Frame,
    parts: [(&'static str, &'static str); 10],
}

/// Where everything is.
#[get("/admin")]
async fn show_start(app: AppData, visit: Visit) -> PageResult<StartPage> {
    only_for_admins(&visit.caller)?;
    Ok(StartPage { page: Frame::new(&app.into_inner(), &visit, "account"), parts: PARTS })
}
