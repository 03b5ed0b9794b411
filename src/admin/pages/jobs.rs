//! Work in the background: what waits, how far it has come, what failed.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;

use crate::admin::model::{Queue, Work};
use crate::admin::ops;
use crate::http::extract::AppData;
use crate::http::health::{self, Readiness};
use crate::http::html::{Frame, PageResult, Visit};
use crate::retention;
use crate::retention::model::RunView;

#[derive(Template, WebTemplate)]
#[template(path = "admin_jobs.html")]
pub(super) struct JobsPage {
    page: Frame,
    ready: Readiness,
    work: Work,
    /// The last round of retention that was begun.
    retention: Option<RunView>,
}

impl JobsPage {
    /// Queues with their names and the page of what was given up.
    fn queues(&self) -> [(&'static str, &Queue); 2] {
        [("mails", &self.work.mails), ("deliveries", &self.work.deliveries)]
    }
}

/// Queues and loops.
#[get("/admin/jobs")]
pub(super) async fn show_jobs(app: AppData, visit: Visit) -> PageResult<JobsPage> {
    ops::only_for_admins(&visit.caller)?;
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let ready = health::readiness(&app).await;
    let (work, retention) = app
        .run(move |app| Ok((ops::work(app, &caller)?, retention::ops::show(app, &caller)?)))
        .await?;
    let retention = retention.rules.into_iter().filter_map(|rule| rule.last_run);
    let retention = retention.max_by_key(|run| run.started_at);
    Ok(JobsPage { page: Frame::new(&app, &visit, "account"), ready, work, retention })
}
