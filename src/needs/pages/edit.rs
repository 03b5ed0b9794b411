//! Writing a need: one form for a new one and for changes. Whatever is wrong is said at its
//! field, and nothing that was typed is lost.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::{doctor, form};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::diagnosis::model::Diagnosis;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};
use crate::needs::life::NeedStatus;
use crate::needs::model::{CreateNeed, NeedId};
use crate::needs::ops::{self, TakeNeedStep};
use crate::records::likeness::model::LikeRecord;
use crate::search::freshness;
use crate::search::names::Names;
use crate::{organizations, towns};

/// The form, with what is wrong.
#[derive(Template, WebTemplate)]
#[template(path = "need_form.html")]
struct NeedForm {
    page: Frame,
    /// Where the form is sent.
    action: String,
    /// Version that the changes are based on.
    version: Option<i32>,
    /// Organisations to choose from, when there are several.
    orgs: Vec<(OrgId, String)>,
    /// Whether a draft has been saved although it could not be put forward.
    saved: bool,
    /// Towns that are offered.
    towns: Vec<String>,
    form: Posted,
    errors: Vec<FieldError>,
    /// What the doctor says, once there is a text.
    diagnosis: Option<Diagnosis>,
    /// The need that is being changed.
    need: Option<NeedId>,
    /// Needs that say much the same.
    alike: Vec<LikeRecord>,
}

impl NeedForm {
    fn rows(&self) -> std::ops::Range<usize> {
        0..form::rows(&self.form)
    }

    /// Key of the label of one part of the contact.
    fn contact_key(&self, name: &str) -> String {
        format!("record.{name}")
    }

    /// Industries to choose from: coarse enough for a list.
    fn industries(&self) -> Vec<(String, String)> {
        self.page.industry_choices(self.form.text("industry_code"))
    }

    fn cell(&self, row: &usize, field: &str) -> String {
        form::cell_name(*row, field)
    }
}

/// Either the form again, or on to the need.
type FormResult = PageResult<Either<NeedForm, HttpResponse>>;

/// What has become of a posted form.
struct Outcome {
    /// The need, once there is one, with its version.
    need: Option<(NeedId, i32)>,
    /// Last change written.
    change: Option<i64>,
    errors: Vec<FieldError>,
}

/// An empty form.
#[get("/needs/new")]
async fn new_need(app: AppData, visit: Visit) -> PageResult<NeedForm> {
    let orgs = own_orgs(&app, &visit.caller).await?;
    let towns = offered_towns(&app, &visit).await?;
    Ok(NeedForm {
        page: Frame::new(&app.into_inner(), &visit, "account"),
        action: "/needs/new".to_owned(),
        version: None,
        orgs,
        saved: false,
        towns,
        form: Posted::default(),
        errors: Vec::new(),
        diagnosis: None,
        need: None,
        alike: Vec::new(),
    })
}

/// Saves a draft and, if wished, puts it forward.
#[post("/needs/new")]
async fn create_need(app: AppData, visit: Visit, form: Posted) -> FormResult {
    let action = "/needs/new".to_owned();
    if is_check(&form) {
        let outcome = Outcome { need: None, change: None, errors: Vec::new() };
        return again(app.into_inner(), visit, form, outcome, action).await;
    }
    let caller = visit.caller.clone();
    let typed = form.clone();
    let outcome = app.run(move |app| create(app, &caller, &typed)).await?;
    answer(app.into_inner(), visit, form, outcome, action).await
}

/// The form of a need that is there.
#[get("/needs/{id}/edit")]
async fn edit_need(app: AppData, visit: Visit, id: web::Path<NeedId>) -> PageResult<NeedForm> {
    let caller = visit.caller.clone();
    caller.signed_in()?;
    let need = app.run(move |app| ops::show(app, &caller, *id)).await?;
    let diagnosis = doctor::of_fields(&app, &visit, need.fields.clone()).await?;
    let towns = offered_towns(&app, &visit).await?;
    let form = form::filled(&need.fields, Names::new(&app, visit.caller.language));
    Ok(NeedForm {
        page: Frame::new(&app.into_inner(), &visit, "account"),
        action: format!("/needs/{}/edit", need.id),
        version: Some(need.version),
        orgs: Vec::new(),
        saved: false,
        towns,
        form,
        errors: Vec::new(),
        diagnosis,
        need: Some(need.id),
        alike: need.possible_duplicates,
    })
}

/// Saves changes and, if wished, puts the need forward.
#[post("/needs/{id}/edit")]
async fn update_need(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    form: Posted,
) -> FormResult {
    let (id, caller, typed) = (*id, visit.caller.clone(), form.clone());
    let action = format!("/needs/{id}/edit");
    if is_check(&form) {
        caller.signed_in()?;
        app.run(move |app| ops::show(app, &caller, id)).await?;
        let outcome = Outcome { need: None, change: None, errors: Vec::new() };
        return again(app.into_inner(), visit, form, outcome, action).await;
    }
    let outcome = app.run(move |app| update(app, &caller, id, &typed)).await?;
    answer(app.into_inner(), visit, form, outcome, action).await
}

async fn answer(
    app: Arc<App>,
    visit: Visit,
    form: Posted,
    outcome: Outcome,
    action: String,
) -> FormResult {
    if let Some(change) = outcome.change {
        freshness::settle(&app, change).await;
    }
    match outcome.need {
        Some((id, _)) if outcome.errors.is_empty() => {
            Ok(Either::Right(redirect(&format!("/needs/{id}"))))
        }
        _ => again(app, visit, form, outcome, action).await,
    }
}

/// Whether the button was that of the doctor: then nothing is stored.
fn is_check(form: &Posted) -> bool {
    form.text("button") == "check"
}

/// The form again with what was typed, what is wrong and what the doctor says.
async fn again(
    app: Arc<App>,
    visit: Visit,
    form: Posted,
    outcome: Outcome,
    action: String,
) -> FormResult {
    let orgs = own_orgs(&app, &visit.caller).await?;
    let sent: Option<i32> = form.text("version").parse().ok();
    let need = outcome.need;
    let id = need.map(|(id, _)| id).or(form.text("need").parse().ok());
    Ok(Either::Left(NeedForm {
        page: Frame::new(&app, &visit, "account"),
        action: need.map_or(action, |(id, _)| format!("/needs/{id}/edit")),
        version: need.map(|(_, version)| version).or(sent),
        orgs: if need.is_some() || sent.is_some() { Vec::new() } else { orgs },
        saved: outcome.change.is_some(),
        towns: offered_towns(&app, &visit).await?,
        diagnosis: doctor::of_form(&app, &visit, &form).await?,
        need: id,
        alike: doctor::alike(
            &app,
            &visit,
            form::sketch(&form, Names::new(&app, visit.caller.language))?,
            id,
        )
        .await?,
        form,
        errors: outcome.errors,
    }))
}

fn create(app: &App, caller: &Caller, form: &Posted) -> Result<Outcome> {
    caller.signed_in()?;
    let written = form::fields(form, Names::new(app, caller.language)).and_then(|fields| {
        let org_id = form.text("org_id").parse().ok();
        ops::create(app, caller, &CreateNeed { org_id, fields })
    });
    finish(app, caller, form, written)
}

fn update(app: &App, caller: &Caller, id: NeedId, form: &Posted) -> Result<Outcome> {
    let version = form.version()?;
    let written = form::patch(form, Names::new(app, caller.language))
        .and_then(|patch| ops::update(app, caller, id, version, &patch));
    finish(app, caller, form, written)
}

/// Puts the need forward if that was the button, and keeps what is wrong for the form.
fn finish(
    app: &App,
    caller: &Caller,
    form: &Posted,
    written: Result<ops::Written<crate::needs::model::NeedView>>,
) -> Result<Outcome> {
    let saved = match written {
        Ok(saved) => saved,
        Err(Error::Invalid(errors)) => return Ok(Outcome { need: None, change: None, errors }),
        Err(other) => return Err(other),
    };
    let (id, version) = (saved.value.id, saved.value.version);
    let mut outcome =
        Outcome { need: Some((id, version)), change: Some(saved.change), errors: Vec::new() };
    if form.text("button") == "submit" {
        let step = TakeNeedStep { to: NeedStatus::Submitted, comment: None, valid_until: None };
        match ops::take_step(app, caller, id, &step) {
            Ok(taken) => outcome.change = Some(taken.change),
            Err(Error::Invalid(errors)) => outcome.errors = errors,
            Err(other) => return Err(other),
        }
    }
    Ok(outcome)
}

/// The organisations the caller may write for, when there is a choice.
async fn own_orgs(app: &Arc<App>, caller: &Caller) -> Result<Vec<(OrgId, String)>> {
    let ids = caller.signed_in()?.org_ids();
    if ids.len() < 2 {
        return Ok(Vec::new());
    }
    let owners = app.run(move |app| app.db.read(|db| organizations::ops::owners(db, &ids))).await?;
    let mut named: Vec<(OrgId, String)> =
        owners.into_values().map(|owner| (owner.id, owner.name)).collect();
    named.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(named)
}

/// The specialised towns on record, as they are offered.
async fn offered_towns(app: &Arc<App>, visit: &Visit) -> Result<Vec<String>> {
    let language = visit.caller.language;
    app.run(move |app| towns::ops::offered(app, language)).await
}
