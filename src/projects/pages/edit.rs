//! Writing a project: one form for a new one and for changes. Whatever is wrong is said at its field,
//! and nothing that was typed is lost.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::form;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases::model::CaseId;
use crate::contracts;
use crate::contracts::model::ContractId;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::once;
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect, typed};
use crate::projects::model::{ProjectFields, ProjectId, ProjectView};
use crate::projects::{ops, suggestion};
use crate::search::names::Names;
use crate::{organizations, towns};

#[derive(Template, WebTemplate)]
#[template(path = "project_form.html")]
pub(super) struct ProjectForm {
    page: Frame,
    /// The project that is changed; none for a new one.
    project: Option<ProjectView>,
    /// Towns that are offered.
    towns: Vec<String>,
    /// Contracts that it is linked to or may be, with their names.
    contracts: Vec<(String, String)>,
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl ProjectForm {
    fn title(&self) -> String {
        self.page.t(if self.project.is_some() { "project.edit" } else { "project.new" })
    }

    fn action(&self) -> String {
        match &self.project {
            None => "/projects/new".to_owned(),
            Some(project) => format!("/projects/{}/edit", project.id),
        }
    }

    fn rows(&self, list: &str) -> std::ops::Range<usize> {
        let lists = form::LISTS.iter().find(|(name, _)| *name == list);
        0..lists.map_or(0, |(_, cells)| typed::rows(&self.form, list, cells, form::ROWS))
    }

    fn town_inputs(&self) -> Vec<String> {
        let mut typed = self.form.all("town_codes");
        typed.resize((typed.len() + 1).max(form::TOWNS), String::new());
        typed
    }

    fn cell(&self, list: &str, row: &usize, field: &str) -> String {
        format!("{list}/{row}/{field}")
    }
}

/// Where a new project comes from.
#[derive(Debug, Deserialize)]
struct From {
    case_id: Option<CaseId>,
}

/// A new project, filled in as far as a case says.
#[get("/projects/new")]
pub(super) async fn new_project(
    app: AppData,
    visit: Visit,
    from: Query<From>,
) -> PageResult<ProjectForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let principal = caller.signed_in()?;
    if principal.org_ids().is_empty() && !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.not_party_to_project").into());
    }
    let case = from.case_id;
    let pairs = app
        .run(move |app| {
            let fields = match case {
                Some(case) => suggestion::of_case(app, &caller, case)?,
                None => suggestion::blank(app, &caller)?,
            };
            form::filled(&fields, Names::new(app, caller.language))
        })
        .await?;
    let form = Posted::new([pairs, vec![once::key()]].concat());
    Ok(shown(&app, &visit, None, form, Refused::default()).await?)
}

/// Puts a project on record. A form that is sent twice does it once.
#[post("/projects/new")]
pub(super) async fn create_project(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<ProjectForm, HttpResponse>> {
    let app = app.into_inner();
    let create = |app: &App, caller: &Caller, form: &Posted| {
        let fields: ProjectFields = typed::document(&patch(app, caller, form)?)?;
        Ok(ops::create(app, caller, &fields)?.value.id.to_string())
    };
    match once::create_posted(&app, &visit, &form, "projects", create).await? {
        Either::Right(on) => Ok(Either::Right(on)),
        Either::Left((_, refused)) => {
            Ok(Either::Left(shown(&app, &visit, None, form, refused).await?))
        }
    }
}

/// The form of a project that is there.
#[get("/projects/{id}/edit")]
pub(super) async fn edit_project(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
) -> PageResult<ProjectForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let (project, pairs) = app
        .run(move |app| {
            let project = ops::show(app, &caller, *id)?;
            let pairs = form::filled(&project.fields, Names::new(app, caller.language))?;
            Ok((project, pairs))
        })
        .await?;
    if !project.editable {
        return Err(Error::conflict("error.project_ended").into());
    }
    let form = Posted::new(pairs);
    Ok(shown(&app, &visit, Some(project), form, Refused::default()).await?)
}

/// Changes a project.
#[post("/projects/{id}/edit")]
pub(super) async fn update_project(
    app: AppData,
    visit: Visit,
    id: web::Path<ProjectId>,
    form: Posted,
) -> PageResult<Either<ProjectForm, HttpResponse>> {
    let (app, caller, sent, id) = (app.into_inner(), visit.caller.clone(), form.clone(), *id);
    let Err(error) = app.run(move |app| update(app, &caller, id, &sent)).await else {
        return Ok(Either::Right(redirect(&format!("/projects/{id}"))));
    };
    let refused = Refused::of_form(error)?;
    let caller = visit.caller.clone();
    let project = app.run(move |app| ops::show(app, &caller, id)).await?;
    Ok(Either::Left(shown(&app, &visit, Some(project), form, refused).await?))
}

fn update(app: &App, caller: &Caller, id: ProjectId, form: &Posted) -> Result<()> {
    let version = form.version_if(ops::show(app, caller, id)?.version)?;
    let changes = patch(app, caller, form)?;
    ops::update(app, caller, id, version, &changes).map(drop)
}

fn patch(app: &App, caller: &Caller, form: &Posted) -> Result<serde_json::Value> {
    let known = |name: &str| app.db.read(|db| organizations::ops::known_by_name(db, caller, name));
    form::patch(form, Names::new(app, caller.language), known)
}

async fn shown(
    app: &Arc<App>,
    visit: &Visit,
    project: Option<ProjectView>,
    form: Posted,
    refused: Refused,
) -> Result<ProjectForm> {
    let caller = visit.caller.clone();
    let linked = project.as_ref().map(|one| one.fields.contract_ids.clone()).unwrap_or_default();
    let typed: Vec<ContractId> =
        form.all("contract_ids").iter().filter_map(|id| id.parse().ok()).collect();
    let case = project.as_ref().and_then(|one| one.fields.case_id);
    let case = case.or(form.text("case_id").parse().ok());
    let (towns, contracts) = app
        .run(move |app| {
            let ids = [linked, typed].concat();
            let found = contracts::ops::linkable(app, &caller, &ids, case)?;
            Ok((towns::ops::offered(app, caller.language)?, found))
        })
        .await?;
    let page = Frame::new(app, visit, "projects");
    let reason = refused.reason.map(|message| page.message(&message));
    let errors = refused.errors;
    Ok(ProjectForm { page, project, towns, contracts, form, errors, refused: reason })
}
