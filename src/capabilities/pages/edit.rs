//! Writing a capability: one form for a new one and for changes, to be kept as a draft or put
//! forward. Whatever is wrong is said at its field, and nothing that was typed is lost.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::conflict::differences;
use super::form;
use super::send::{Outcome, author, can_submit, create, own, update};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::capabilities::model::{Capability, CapabilityFields, CapabilityId, CapabilityView};
use crate::error::{Error, FieldError, Result};
use crate::http::extract::AppData;
use crate::http::html::differing::Difference;
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, once, redirect, typed};
use crate::kept::drafts::{self, DraftNote};
use crate::records::life::ReviewedLife;
use crate::records::likeness;
use crate::records::likeness::model::LikeRecord;
use crate::search::freshness;
use crate::search::names::Names;
use crate::{organizations, towns};

/// Choices of industries in an empty form, and at most.
const INDUSTRIES: (usize, usize) = (3, 20);

/// The form, with what is wrong.
#[derive(Template, WebTemplate)]
#[template(path = "capability_form.html")]
pub(super) struct CapabilityForm {
    page: Frame,
    /// The capability that is changed; none for a new one.
    item: Option<CapabilityView>,
    /// Organisations to choose from, when there are several.
    orgs: Vec<(OrgId, String)>,
    /// Towns that are offered.
    towns: Vec<String>,
    /// Whether it has been saved although it could not be put forward.
    saved: bool,
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
    /// Records that say much the same.
    alike: Vec<LikeRecord>,
    /// The draft that has been put back into the form.
    draft: Option<DraftNote>,
    /// Version of the draft that the window knows.
    draft_version: String,
    /// What differs from what somebody else has stored meanwhile.
    differences: Vec<Difference>,
}

/// Fields that stand among the further ones.
const FURTHER: [&str; 9] = [
    "economic_comparison",
    "elements",
    "registration_no",
    "registered_on",
    "orcid",
    "ipc",
    "evidence",
    "papers",
    "grants",
];

impl CapabilityForm {
    fn title(&self) -> String {
        self.page.t(if self.item.is_some() {
            "capability_form.edit"
        } else {
            "capability_form.new"
        })
    }

    fn action(&self) -> String {
        match &self.item {
            None => "/capabilities/new".to_owned(),
            Some(item) => format!("/capabilities/{}/edit", item.id),
        }
    }

    /// Whether it may still be put forward for review.
    fn may_submit(&self) -> bool {
        self.item.as_ref().is_none_or(|item| can_submit(item.status))
    }

    fn rows(&self, list: &str) -> std::ops::Range<usize> {
        let cells = form::LISTS.iter().find(|(name, _)| *name == list);
        0..cells.map_or(0, |(_, cells)| typed::rows(&self.form, list, cells, form::ROWS))
    }

    fn cell(&self, list: &str, row: &usize, field: &str) -> String {
        format!("{list}/{row}/{field}")
    }

    /// The industries that are chosen, and room for more.
    fn industries(&self) -> Vec<String> {
        let mut chosen = self.form.all("industry_codes");
        let rows = (chosen.len() + 1).clamp(INDUSTRIES.0, INDUSTRIES.1).max(chosen.len());
        chosen.resize(rows, String::new());
        chosen
    }

    /// Whether a part that only one kind has is to be shown open.
    fn open(&self, part: &str) -> bool {
        let inside = format!("{part}/");
        let typed = self
            .form
            .pairs()
            .any(|(name, text)| name.starts_with(&inside) && !text.trim().is_empty());
        typed
            || self.form.text("asset_kind") == part
            || !self.page.wrong_at(&self.errors, part).is_empty()
    }

    /// Whether something among the further fields is wrong.
    fn more(&self) -> bool {
        FURTHER.iter().any(|name| !self.page.wrong_at(&self.errors, name).is_empty())
    }

    /// Version that the changes are based on: that of a draft is the one it was begun on.
    fn version(&self, item: &CapabilityView) -> i32 {
        let base = self.draft.as_ref().and_then(|_| self.form.version().ok());
        base.unwrap_or(item.version)
    }

    /// Yes and no, for choices.
    fn yes_or_no(&self) -> Vec<(String, String)> {
        [("true", "yes"), ("false", "no")]
            .map(|(code, key)| (code.to_owned(), self.page.t(key)))
            .to_vec()
    }
}

/// An empty form.
#[get("/capabilities/new")]
pub(super) async fn new_capability(app: AppData, visit: Visit) -> PageResult<CapabilityForm> {
    author(&visit.caller)?;
    let app = app.into_inner();
    let kept = drafts::of(&app, &visit, "/capabilities/new").await?;
    let (key, value) = once::key();
    let form = kept.form.unwrap_or_default().with(&key, &value);
    let mut page = shown(&app, &visit, None, form, Refused::default()).await?;
    (page.draft, page.draft_version) = (kept.note, kept.version.to_string());
    Ok(page)
}

/// Saves a draft, once however often the form is sent, and puts it forward if that was the button.
#[post("/capabilities/new")]
pub(super) async fn create_capability(app: AppData, visit: Visit, form: Posted) -> PageResult {
    let (app, caller, form) = (app.into_inner(), visit.caller.clone(), form::compact(&form));
    let sent = form.clone();
    let outcome = app.run(move |app| create(app, &caller, &sent)).await?;
    Ok(answer(&app, &visit, form, outcome).await?)
}

/// The form of a capability that is there.
#[get("/capabilities/{id}/edit")]
pub(super) async fn edit_capability(
    app: AppData,
    visit: Visit,
    id: web::Path<CapabilityId>,
) -> PageResult<CapabilityForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let item = app.run(move |app| own(app, &caller, *id)).await?;
    if !item.status.is_editable() {
        return Err(Error::conflict("error.not_editable").into());
    }
    let mut kept = drafts::of(&app, &visit, &format!("/capabilities/{}/edit", item.id)).await?;
    let base = kept.form.as_ref().and_then(|form| form.version().ok());
    if let Some(note) = &mut kept.note {
        note.moved = base.is_some_and(|base| base != item.version);
    }
    let form = match kept.form {
        Some(form) => form,
        None => form::filled(&item.fields, Names::new(&app, visit.caller.language))?,
    };
    let mut page = shown(&app, &visit, Some(item), form, Refused::default()).await?;
    (page.draft, page.draft_version) = (kept.note, kept.version.to_string());
    Ok(page)
}

/// Saves changes and, if that was the button, puts the capability forward.
#[post("/capabilities/{id}/edit")]
pub(super) async fn update_capability(
    app: AppData,
    visit: Visit,
    id: web::Path<CapabilityId>,
    form: Posted,
) -> PageResult {
    let (app, caller, form) = (app.into_inner(), visit.caller.clone(), form::compact(&form));
    let (id, sent) = (*id, form.clone());
    let outcome = app.run(move |app| update(app, &caller, id, &sent)).await?;
    Ok(answer(&app, &visit, form, outcome).await?)
}

/// On to the page of the capability, or the form again.
async fn answer(
    app: &Arc<App>,
    visit: &Visit,
    form: Posted,
    outcome: Outcome,
) -> Result<HttpResponse> {
    if let Some(change) = outcome.change {
        freshness::settle(app, change).await;
        // It is stored, in the record itself.
        drafts::done(app, visit, form.text("draft_place")).await?;
    }
    let (status, refused) = match (outcome.id, outcome.refused) {
        (Some(id), None) => return Ok(redirect(&format!("/capabilities/{id}"))),
        (_, refused) => refused.unwrap_or_default(),
    };
    let caller = visit.caller.clone();
    let item = match outcome.id {
        Some(id) => Some(app.run(move |app| own(app, &caller, id)).await?),
        None => None,
    };
    let mut found = Vec::new();
    let form = match &item {
        Some(item) => {
            let stored = form::filled(&item.fields, Names::new(app, visit.caller.language))?;
            if status == Error::PreconditionFailed.status() {
                found = differences(&Frame::new(app, visit, "capabilities"), &stored, &form);
            }
            form::completed(&form, &stored)
        }
        None => form,
    };
    let mut page = shown(app, visit, item, form, refused).await?;
    page.differences = found;
    page.saved = outcome.change.is_some();
    if page.saved {
        // What was a draft is stored.
        page.draft_version = "0".to_owned();
    }
    let html = page.render().map_err(|error| Error::internal(error.to_string()))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(html))
}

async fn shown(
    app: &Arc<App>,
    visit: &Visit,
    item: Option<CapabilityView>,
    form: Posted,
    refused: Refused,
) -> Result<CapabilityForm> {
    let language = visit.caller.language;
    let towns = app.run(move |app| towns::ops::offered(app, language)).await?;
    let orgs = if item.is_some() { Vec::new() } else { own_orgs(app, &visit.caller).await? };
    let alike = alike(app, &visit.caller, item.as_ref(), &form).await?;
    let page = Frame::new(app, visit, "capabilities");
    let reason = refused.reason.map(|message| page.message(&message));
    let errors = refused.errors;
    let draft_version = form.filled("draft_version").unwrap_or_else(|| "0".to_owned());
    Ok(CapabilityForm {
        page,
        item,
        orgs,
        towns,
        saved: false,
        form,
        errors,
        refused: reason,
        alike,
        draft: None,
        draft_version,
        differences: Vec::new(),
    })
}

/// Capabilities that say much the same as what was typed, as far as it can be read.
async fn alike(
    app: &Arc<App>,
    caller: &Caller,
    item: Option<&CapabilityView>,
    form: &Posted,
) -> Result<Vec<LikeRecord>> {
    let stored = item.map(|item| item.fields.clone()).unwrap_or_default();
    let (caller, form, id) = (caller.clone(), form.clone(), item.map(|item| item.id));
    app.run(move |app| {
        let read =
            form::patch(&form, Names::new(app, caller.language), &stored).and_then(|patch| {
                crate::records::patch::merged(serde_json::to_value(&stored)?, &patch)
            });
        let fields: CapabilityFields = match read {
            Ok(fields) => fields,
            Err(Error::Invalid(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        if fields.title.is_none() {
            return Ok(Vec::new());
        }
        likeness::ops::of_fields::<Capability>(app, &caller, &fields, id)
    })
    .await
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
