//! Putting a platform on record: one form for a new one and for changes.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::form;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::AppData;
use crate::http::html::once;
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect, typed};
use crate::platforms::model::{PlatformFields, PlatformId, PlatformView};
use crate::platforms::ops;
use crate::search::names::Names;
use crate::{organizations, towns};

#[derive(Template, WebTemplate)]
#[template(path = "platform_form.html")]
pub(super) struct PlatformForm {
    page: Frame,
    /// The platform that is changed; none for a new one.
    platform: Option<PlatformView>,
    /// Towns that are offered.
    towns: Vec<String>,
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl PlatformForm {
    fn title(&self) -> String {
        self.page.t(if self.platform.is_some() { "platform.edit" } else { "platform.new" })
    }

    fn action(&self) -> String {
        match &self.platform {
            None => "/platforms/new".to_owned(),
            Some(platform) => format!("/platforms/{}/edit", platform.id),
        }
    }

    fn rows(&self, list: &str) -> std::ops::Range<usize> {
        let cells = form::LISTS.iter().find(|(name, _)| *name == list);
        0..cells.map_or(0, |(_, cells)| typed::rows(&self.form, list, cells, form::ROWS))
    }

    fn cell(&self, list: &str, row: &usize, field: &str) -> String {
        format!("{list}/{row}/{field}")
    }
}

/// A new platform.
#[get("/platforms/new")]
pub(super) async fn new_platform(app: AppData, visit: Visit) -> PageResult<PlatformForm> {
    let app = app.into_inner();
    let principal = visit.caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.platform_keepers_only").into());
    }
    let mut pairs = vec![once::key()];
    if let Some(town) = crate::visits::rules::only_town(principal) {
        let label = Names::new(&app, visit.caller.language).region_label(&town);
        pairs.push(("town_code".to_owned(), label));
    }
    Ok(shown(&app, &visit, None, Posted::new(pairs), Refused::default()).await?)
}

/// Puts a platform on record. A form that is sent twice does it once.
#[post("/platforms/new")]
pub(super) async fn create_platform(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<PlatformForm, HttpResponse>> {
    let app = app.into_inner();
    let create = |app: &App, caller: &Caller, form: &Posted| {
        let stored = PlatformFields::default();
        let fields: PlatformFields = typed::document(&patch(app, caller, form, &stored)?)?;
        Ok(ops::create(app, caller, &fields)?.value.id.to_string())
    };
    match once::create_posted(&app, &visit, &form, "platforms", create).await? {
        Either::Right(on) => Ok(Either::Right(on)),
        Either::Left((_, refused)) => {
            Ok(Either::Left(shown(&app, &visit, None, form, refused).await?))
        }
    }
}

/// The form of a platform that is there.
#[get("/platforms/{id}/edit")]
pub(super) async fn edit_platform(
    app: AppData,
    visit: Visit,
    id: web::Path<PlatformId>,
) -> PageResult<PlatformForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let platform = app.run(move |app| ops::show(app, &caller, *id)).await?;
    if !platform.editable {
        return Err(Error::forbidden("error.not_your_region").into());
    }
    let pairs = form::filled(&platform.fields, Names::new(&app, visit.caller.language))?;
    Ok(shown(&app, &visit, Some(platform), Posted::new(pairs), Refused::default()).await?)
}

/// Changes a platform.
#[post("/platforms/{id}/edit")]
pub(super) async fn update_platform(
    app: AppData,
    visit: Visit,
    id: web::Path<PlatformId>,
    form: Posted,
) -> PageResult<Either<PlatformForm, HttpResponse>> {
    let (app, caller, sent, id) = (app.into_inner(), visit.caller.clone(), form.clone(), *id);
    let Err(error) = app.run(move |app| update(app, &caller, id, &sent)).await else {
        return Ok(Either::Right(redirect(&format!("/platforms/{id}"))));
    };
    let refused = Refused::of_form(error)?;
    let caller = visit.caller.clone();
    let platform = app.run(move |app| ops::show(app, &caller, id)).await?;
    Ok(Either::Left(shown(&app, &visit, Some(platform), form, refused).await?))
}

fn update(app: &App, caller: &Caller, id: PlatformId, form: &Posted) -> Result<()> {
    let stored = ops::show(app, caller, id)?;
    let version = form.version_if(stored.version)?;
    let changes = patch(app, caller, form, &stored.fields)?;
    ops::update(app, caller, id, version, &changes).map(drop)
}

fn patch(
    app: &App,
    caller: &Caller,
    form: &Posted,
    stored: &PlatformFields,
) -> Result<serde_json::Value> {
    let known = |name: &str| app.db.read(|db| organizations::ops::known_by_name(db, caller, name));
    form::patch(form, Names::new(app, caller.language), stored, known)
}

async fn shown(
    app: &Arc<App>,
    visit: &Visit,
    platform: Option<PlatformView>,
    form: Posted,
    refused: Refused,
) -> Result<PlatformForm> {
    let language = visit.caller.language;
    let towns = app.run(move |app| towns::ops::offered(app, language)).await?;
    let page = Frame::new(app, visit, "platforms");
    let reason = refused.reason.map(|message| page.message(&message));
    let errors = refused.errors;
    Ok(PlatformForm { page, platform, towns, form, errors, refused: reason })
}
