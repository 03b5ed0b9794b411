//! Organisations: found, verified, suspended.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::accounts::principal::OrgId;
use crate::admin::ops::only_for_admins;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::failure::in_query;
use crate::http::html::{Frame, PageResult, Posted, Tried, Visit, redirect, refusing};
use crate::http::pagination::Page;
use crate::organizations::model::{OrgStatus, OrganizationView};
use crate::organizations::ops::{self, ListOrganizations, TakeOrganizationStep};

/// Which organisations to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    /// Part of the name, or a credit code.
    q: String,
    status: String,
    org_type: String,
    region: String,
    after: String,
    /// The state that one has just been put into.
    done: String,
}

impl Which {
    fn of(form: &Posted) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            q: text("q"),
            status: text("status"),
            org_type: text("org_type"),
            region: text("region"),
            after: text("after"),
            done: String::new(),
        }
    }

    /// The address of what follows an entry, or of this page.
    fn address(&self, after: &str) -> String {
        format!(
            "/admin/organizations?q={}&status={}&org_type={}&region={}&after={}",
            in_query(&self.q),
            in_query(&self.status),
            in_query(&self.org_type),
            in_query(&self.region),
            in_query(after),
        )
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "admin_organizations.html")]
pub(super) struct OrganizationsPage {
    page: Frame,
    found: Page<OrganizationView>,
    which: Which,
    /// The step that could not be taken.
    tried: Tried,
}

impl OrganizationsPage {
    /// Whether a step failed of an organisation that is not on the page.
    fn lost(&self) -> bool {
        let on_page = |one: &OrganizationView| self.tried.is(one.id.to_string());
        !self.tried.name.is_empty() && !self.found.items.iter().any(on_page)
    }
}

async fn page(
    app: &Arc<App>,
    visit: &Visit,
    which: Which,
    tried: Tried,
) -> Result<OrganizationsPage> {
    only_for_admins(&visit.caller)?;
    let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let region = typed(&which.region).map(|text| region(app, &text)).transpose()?;
    let query = ListOrganizations {
        q: typed(&which.q),
        status: typed(&which.status),
        org_type: typed(&which.org_type),
        region,
        after: typed(&which.after),
        ..ListOrganizations::default()
    };
    let caller = visit.caller.clone();
    let found = app.run(move |app| ops::list(app, &caller, &query)).await?;
    Ok(OrganizationsPage { page: Frame::new(app, visit, "account"), found, which, tried })
}

/// The code of the region that a text means.
fn region(app: &App, text: &str) -> Result<String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    match app.reference.regions_meant(text).as_slice() {
        [one] => Ok(one.code.clone()),
        _ => Err(Error::field("/region", "field.region_code")),
    }
}

/// The organisations, newest first.
#[get("/admin/organizations")]
pub(super) async fn list_organizations(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<OrganizationsPage> {
    let which = which.into_inner();
    Ok(page(&app.into_inner(), &visit, which, Tried::default()).await?)
}

/// Verifies an organisation, refuses or suspends it, or lets it in again.
#[post("/admin/organizations/{id}/step")]
pub(super) async fn step_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<OrgId>,
    form: Posted,
) -> PageResult<Either<HttpResponse, HttpResponse>> {
    only_for_admins(&visit.caller)?;
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let which = Which::of(&form);
    let to = form.text("to").parse::<OrgStatus>();
    let to = to.map_err(|_| Error::field("/to", "field.unknown_status"))?;
    let (version, comment) = (form.version()?, form.filled("comment"));
    let done = app
        .run(move |app| {
            // What is decided is what was looked at.
            if ops::show(app, &caller, id)?.version != version {
                return Err(Error::PreconditionFailed);
            }
            ops::take_step(app, &caller, id, &TakeOrganizationStep { to, comment })
        })
        .await;
    match done {
        Ok(_) => {
            let back = format!("{}&done={}", which.address(&which.after), to.as_str());
            Ok(Either::Right(redirect(&back)))
        }
        Err(error) => {
            let status = error.status();
            let tried = Tried::failed(id.to_string(), form.clone(), error)?;
            Ok(Either::Left(refusing(status, &page(&app, &visit, which, tried).await?)?))
        }
    }
}
