//! Planning an event: one form for a new one and for changes.

use std::sync::Arc;

use actix_web::{Either, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::form;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::events::model::{EventFields, EventId};
use crate::events::ops;
use crate::events::views::EventView;
use crate::http::extract::AppData;
use crate::http::html::once;
use crate::http::html::{Frame, PageResult, Posted, Refused, Tried, Visit, refusing, typed};
use crate::search::names::Names;
use crate::towns;

#[derive(Template, WebTemplate)]
#[template(path = "event_form.html")]
pub(super) struct EventForm {
    page: Frame,
    /// The event that is changed; none for a new one.
    event: Option<EventView>,
    /// Towns that are offered.
    towns: Vec<String>,
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl EventForm {
    fn title(&self) -> String {
        self.page.t(if self.event.is_some() { "event.edit" } else { "event.new" })
    }

    fn action(&self) -> String {
        match &self.event {
            None => "/events/new".to_owned(),
            Some(event) => format!("/events/{}/edit", event.id),
        }
    }

    fn breaks(&self) -> std::ops::Range<usize> {
        0..form::break_rows(&self.form)
    }

    fn cell(&self, row: &usize, end: &str) -> String {
        format!("slots/breaks/{row}/{end}")
    }

    fn industry(&self) -> &str {
        self.form.text("industry_codes")
    }
}

/// A new event, filled in as far as it can be.
#[get("/events/new")]
pub(super) async fn new_event(app: AppData, visit: Visit) -> PageResult<EventForm> {
    let app = app.into_inner();
    let principal = visit.caller.signed_in()?;
    let mut pairs = vec![once::key(), ("public".to_owned(), "yes".to_owned())];
    if let Some(town) = crate::visits::rules::only_town(principal) {
        let label = Names::new(&app, visit.caller.language).region_label(&town);
        pairs.push(("town_code".to_owned(), label));
    }
    Ok(shown(&app, &visit, None, Posted::new(pairs), Refused::default()).await?)
}

/// Plans an event. A form that is sent twice does it once.
#[post("/events/new")]
pub(super) async fn create_event(app: AppData, visit: Visit, form: Posted) -> PageResult {
    let app = app.into_inner();
    let create = |app: &App, caller: &Caller, sent: &Posted| {
        let patch = form::patch(sent, Names::new(app, caller.language))?;
        let fields: EventFields = typed::document(&patch)?;
        Ok(ops::create(app, caller, &fields)?.value.id.to_string())
    };
    match once::create_posted(&app, &visit, &form, "events", create).await? {
        Either::Right(on) => Ok(on),
        Either::Left((status, refused)) => {
            Ok(refusing(status, &shown(&app, &visit, None, form, refused).await?)?)
        }
    }
}

/// The form of an event that is there.
#[get("/events/{id}/edit")]
pub(super) async fn edit_event(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<EventForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let event = app.run(move |app| ops::show(app, &caller, *id)).await?;
    if !event.runs {
        return Err(Error::forbidden("error.not_your_event").into());
    }
    if !event.editable {
        return Err(Error::conflict("error.event_ended").into());
    }
    let pairs = form::filled(&event.fields, Names::new(&app, visit.caller.language));
    Ok(shown(&app, &visit, Some(event), Posted::new(pairs), Refused::default()).await?)
}

/// Changes an event.
#[post("/events/{id}/edit")]
pub(super) async fn update_event(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, sent, id) = (app.into_inner(), visit.caller.clone(), form.clone(), *id);
    let done = app
        .run(move |app| {
            let version = sent.version_if(ops::show(app, &caller, id)?.version)?;
            let patch = form::patch(&sent, Names::new(app, caller.language))?;
            ops::update(app, &caller, id, version, &patch).map(drop)
        })
        .await;
    let again = async |tried: Tried| {
        let caller = visit.caller.clone();
        let event = app.run(move |app| ops::show(app, &caller, id)).await?;
        shown(&app, &visit, Some(event), tried.form, tried.refused).await
    };
    super::settled(done, format!("/events/{id}"), ("edit".to_owned(), form), again).await
}

async fn shown(
    app: &Arc<App>,
    visit: &Visit,
    event: Option<EventView>,
    form: Posted,
    refused: Refused,
) -> Result<EventForm> {
    let language = visit.caller.language;
    let towns = app.run(move |app| towns::ops::offered(app, language)).await?;
    let page = Frame::new(app, visit, "events");
    let reason = refused.reason.map(|message| page.message(&message));
    Ok(EventForm { page, event, towns, form, errors: refused.errors, refused: reason })
}
