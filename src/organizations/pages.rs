//! Pages of organisations.

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use super::model::OrganizationView;
use super::ops;
use crate::accounts::principal::OrgId;
use crate::capabilities::listing::{self, ListCapabilities};
use crate::capabilities::model::CapabilityView;
use crate::http::extract::AppData;
use crate::http::html::embedded::embedded;
use crate::http::html::{Frame, PageResult, Visit};
use crate::needs;
use crate::needs::model::NeedView;
use crate::needs::ops::ListNeeds;
use crate::public_facts::descriptions;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show_organization);
}

/// Records of one kind shown with an organisation.
const SHOWN: usize = 20;

#[derive(Template, WebTemplate)]
#[template(path = "organization.html")]
struct OrganizationPage {
    page: Frame,
    name: String,
    org: OrganizationView,
    needs: Vec<NeedView>,
    capabilities: Vec<CapabilityView>,
    /// What search engines are told, when it has been verified.
    about: Option<String>,
}

impl OrganizationPage {
    /// What the page is about, in a few words.
    fn summary(&self) -> String {
        let said = self.org.fields.summary.as_deref().filter(|text| !text.is_empty());
        format!("{}: {}", self.org.region_name, said.unwrap_or(&self.name))
    }
}

/// One organisation with those of its records that the caller may know to be its own.
#[get("/organizations/{id}")]
async fn show_organization(
    app: AppData,
    visit: Visit,
    id: web::Path<OrgId>,
) -> PageResult<OrganizationPage> {
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let (org, needs, capabilities, about) = app
        .run(move |app| {
            let org = ops::show(app, &caller, *id)?;
            let own = ListNeeds { org_id: Some(*id), limit: Some(SHOWN), ..ListNeeds::default() };
            let needs = needs::ops::list(app, &caller, &own)?.items;
            let (org_id, limit) = (Some(*id), Some(SHOWN));
            let own = ListCapabilities { org_id, limit, ..ListCapabilities::default() };
            let about = descriptions::organization(app, &org).map(|about| embedded(&about));
            Ok((org, needs, listing::list(app, &caller, &own)?.items, about))
        })
        .await?;
    let page = Frame::new(&app, &visit, "");
    let name = org.fields.name.clone().unwrap_or_default();
    Ok(OrganizationPage { page, name, org, needs, capabilities, about })
}
