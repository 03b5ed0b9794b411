//! The page of retention.

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use super::model::{Retention, RuleView};
use super::ops;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};

/// Registers the page.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show_retention_page);
}

#[derive(Template, WebTemplate)]
#[template(path = "retention.html")]
struct RetentionPage {
    page: Frame,
    retention: Retention,
}

impl RetentionPage {
    /// How long a class is kept, in words.
    fn period(&self, rule: &RuleView) -> String {
        match rule.hours {
            None => self.page.t("retention.for_good"),
            Some(0) => self.page.t("retention.own_end"),
            Some(hours) if hours % 24 == 0 => self.page.fill("retention.days", "count", hours / 24),
            Some(hours) => self.page.fill("retention.hours", "count", hours),
        }
    }
}

/// Periods, and what was done about them: for administrators.
#[get("/admin/retention")]
async fn show_retention_page(app: AppData, visit: Visit) -> PageResult<RetentionPage> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let retention = app.run(move |app| ops::show(app, &caller)).await?;
    Ok(RetentionPage { page: Frame::new(&app, &visit, "account"), retention })
}
