//! The settings in force, without what is secret.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;

use crate::admin::ops::only_for_admins;
use crate::config::Setting;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};

#[derive(Template, WebTemplate)]
#[template(path = "admin_settings.html")]
pub(super) struct SettingsPage {
    page: Frame,
    /// Sections with their settings.
    sections: Vec<(String, Vec<Setting>)>,
    version: &'static str,
}

/// Every setting, its value and where that comes from.
#[get("/admin/settings")]
pub(super) async fn show_settings(app: AppData, visit: Visit) -> PageResult<SettingsPage> {
    only_for_admins(&visit.caller)?;
    let app = app.into_inner();
    let mut sections: Vec<(String, Vec<Setting>)> = Vec::new();
    for setting in &app.config.effective {
        let section = setting.name.rsplit_once('.').map_or("", |(section, _)| section).to_owned();
        match sections.last_mut().filter(|(name, _)| *name == section) {
            Some((_, settings)) => settings.push(setting.clone()),
            None => sections.push((section, vec![setting.clone()])),
        }
    }
    let page = Frame::new(&app, &visit, "account");
    Ok(SettingsPage { page, sections, version: env!("CARGO_PKG_VERSION") })
}
