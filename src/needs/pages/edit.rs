//! Writing a need: one form for a new one and for changes. Whatever is wrong is said at its
//! field, and nothing that was typed is lost.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::conflict::differences;
use super::send::{Outcome, create, update};
use super::{doctor, form};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::diagnosis::model::Diagnosis;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::differing::Difference;
use crate::http::html::{Frame, PageResult, Posted, Visit, once, redirect, refusing};
use crate::kept::drafts::{self, DraftNote};
use crate::needs::model::NeedId;
use crate::needs::ops;
use crate::records::likeness::model::LikeRecord;
use crate::search::cards::Card;
use crate::search::freshness;
use crate::search::names::Names;
use crate::{organizations, towns};

/// Questions of the form.
const STEPS: usize = 5;

/// How the form is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    step: usize,
}

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
    /// Needs like this that have found a partner.
    solved: Vec<Card>,
    /// The question that is shown alone, from 1; 0 for all on one page.
    step: usize,
    /// The draft that has been put back into the form.
    draft: Option<DraftNote>,
    /// Version of the draft that the window knows.
    draft_version: String,
    /// What differs from what somebody else has stored meanwhile.
    differences: Vec<Difference>,
}

impl NeedForm {
    /// Whether a question is hidden, because another is shown alone.
    fn hides(&self, step: usize) -> bool {
        self.step > 0 && self.step != step
    }

    fn before(&self) -> usize {
        self.step.saturating_sub(1)
    }

    /// The button that the key Enter presses.
    fn enter(&self) -> String {
        match self.step {
            0 | STEPS => "check".to_owned(),
            step => format!("step:{}", step + 1),
        }
    }

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

/// An empty form, or what was saved of it before.
#[get("/needs/new")]
async fn new_need(app: AppData, visit: Visit, way: Query<Way>) -> PageResult<NeedForm> {
    let app = app.into_inner();
    let orgs = own_orgs(&app, &visit.caller).await?;
    let towns = offered_towns(&app, &visit).await?;
    let action = "/needs/new".to_owned();
    let kept = drafts::of(&app, &visit, &action).await?;
    let (key, value) = once::key();
    let form = kept.form.unwrap_or_default().with(&key, &value);
    let sketch = form::sketch(&form, Names::new(&app, visit.caller.language))?;
    Ok(NeedForm {
        page: Frame::new(&app, &visit, "account"),
        action,
        version: None,
        orgs,
        saved: false,
        towns,
        errors: Vec::new(),
        diagnosis: doctor::of_form(&app, &visit, &form).await?,
        need: None,
        alike: Vec::new(),
        solved: doctor::solved(&app, &visit, &sketch, None).await,
        form,
        step: way.step.min(STEPS),
        draft_version: kept.version.to_string(),
        draft: kept.note,
        differences: Vec::new(),
    })
}

/// Saves a draft and, if wished, puts it forward.
#[post("/needs/new")]
async fn create_need(app: AppData, visit: Visit, form: Posted) -> FormResult {
    let action = "/needs/new".to_owned();
    if is_check(&form) {
        return again(app.into_inner(), visit, form, Outcome::default(), action).await;
    }
    let caller = visit.caller.clone();
    let typed = form.clone();
    let outcome = app.run(move |app| create(app, &caller, &typed)).await?;
    answer(app.into_inner(), visit, form, outcome, action).await
}

/// The form of a need that is there.
#[get("/needs/{id}/edit")]
async fn edit_need(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    way: Query<Way>,
) -> PageResult<NeedForm> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    caller.signed_in()?;
    let need = app.run(move |app| ops::show(app, &caller, *id)).await?;
    let towns = offered_towns(&app, &visit).await?;
    let action = format!("/needs/{}/edit", need.id);
    let mut kept = drafts::of(&app, &visit, &action).await?;
    // The draft goes on from the version that it was begun on, so that saving tells what came between.
    let base = kept.form.as_ref().and_then(|form| form.version().ok()).unwrap_or(need.version);
    if let Some(note) = &mut kept.note {
        note.moved = base != need.version;
    }
    let form = kept
        .form
        .unwrap_or_else(|| form::filled(&need.fields, Names::new(&app, visit.caller.language)));
    Ok(NeedForm {
        page: Frame::new(&app, &visit, "account"),
        action,
        version: Some(base),
        orgs: Vec::new(),
        saved: false,
        towns,
        errors: Vec::new(),
        diagnosis: doctor::of_form(&app, &visit, &form).await?,
        solved: doctor::solved(&app, &visit, &need.fields, Some(need.id)).await,
        form,
        need: Some(need.id),
        alike: need.possible_duplicates,
        step: way.step.min(STEPS),
        draft_version: kept.version.to_string(),
        draft: kept.note,
        differences: Vec::new(),
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
        return again(app.into_inner(), visit, form, Outcome::default(), action).await;
    }
    let outcome = match app.run(move |app| update(app, &caller, id, &typed)).await {
        Err(Error::PreconditionFailed) => return conflicting(app, visit, id, form, action).await,
        other => other?,
    };
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
    if outcome.need.is_some() {
        // It is stored, in the record itself.
        drafts::done(&app, &visit, &action).await?;
    }
    match outcome.need {
        Some((id, _)) if outcome.errors.is_empty() => {
            Ok(Either::Right(redirect(&format!("/needs/{id}"))))
        }
        _ => again(app, visit, form, outcome, action).await,
    }
}

/// The form again for the version that is stored now, with what differs from it.
async fn conflicting(
    app: AppData,
    visit: Visit,
    id: NeedId,
    form: Posted,
    action: String,
) -> FormResult {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    let need = app.run(move |app| ops::show(app, &caller, id)).await?;
    let form = form.with("version", &need.version.to_string());
    let names = Names::new(&app, visit.caller.language);
    let page = Frame::new(&app, &visit, "account");
    let found = differences(&page, names, &need.fields, &form);
    let mut shown = typed_form(app, visit, form, Outcome::default(), action).await?;
    shown.need = Some(id);
    shown.step = 0;
    shown.differences = found;
    Ok(Either::Right(refusing(412, &shown)?))
}

/// Whether the button was that of the doctor, or leads to another question: then nothing is stored.
fn is_check(form: &Posted) -> bool {
    let button = form.text("button");
    button == "check" || button.starts_with("step:")
}

/// The question to be shown alone: the one asked for by a button, all of them for a mistake.
fn step_of(form: &Posted, errors: &[FieldError]) -> usize {
    let asked = form.text("button").strip_prefix("step:").unwrap_or(form.text("step"));
    if errors.is_empty() { asked.parse().unwrap_or(0).min(STEPS) } else { 0 }
}

/// The form again with what was typed, what is wrong and what the doctor says.
async fn again(
    app: Arc<App>,
    visit: Visit,
    form: Posted,
    outcome: Outcome,
    action: String,
) -> FormResult {
    Ok(Either::Left(typed_form(app, visit, form, outcome, action).await?))
}

async fn typed_form(
    app: Arc<App>,
    visit: Visit,
    form: Posted,
    outcome: Outcome,
    action: String,
) -> PageResult<NeedForm> {
    let orgs = own_orgs(&app, &visit.caller).await?;
    let sent: Option<i32> = form.text("version").parse().ok();
    let need = outcome.need;
    let id = need.map(|(id, _)| id).or(form.text("need").parse().ok());
    let sketch = form::sketch(&form, Names::new(&app, visit.caller.language))?;
    Ok(NeedForm {
        page: Frame::new(&app, &visit, "account"),
        action: need.map_or(action, |(id, _)| format!("/needs/{id}/edit")),
        version: need.map(|(_, version)| version).or(sent),
        orgs: if need.is_some() || sent.is_some() { Vec::new() } else { orgs },
        saved: outcome.change.is_some(),
        towns: offered_towns(&app, &visit).await?,
        diagnosis: doctor::of_form(&app, &visit, &form).await?,
        need: id,
        solved: doctor::solved(&app, &visit, &sketch, id).await,
        alike: doctor::alike(&app, &visit, sketch, id).await?,
        step: step_of(&form, &outcome.errors),
        draft: None,
        // What was a draft of a new need is one of a stored need now.
        draft_version: if need.is_some() { "0" } else { form.text("draft_version") }.to_owned(),
        differences: Vec::new(),
        form,
        errors: outcome.errors,
    })
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
