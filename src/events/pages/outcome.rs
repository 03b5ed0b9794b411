//! What the liaison works with at an event and after it: check-in from a phone, and results.

use std::sync::Arc;

use actix_web::{get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::organise::reviewed;
use super::{meeting_of, pair_form, settled, title, told};
use crate::app::App;
use crate::cases::model::Answer;
use crate::error::{Error, Result};
use crate::events::guests::{self, AddGuest, MarkAttendance};
use crate::events::meetings::{self, RecordResult};
use crate::events::model::{EventId, GuestId};
use crate::events::results;
use crate::events::views::{EventResults, EventView, GuestView, MeetingView};
use crate::http::extract::AppData;
use crate::http::html::form::command;
use crate::http::html::once::{self, create_once};
use crate::http::html::{Frame, PageResult, Posted, Tried, Visit};

#[derive(Template, WebTemplate)]
#[template(path = "event_check_in.html")]
pub(super) struct CheckInPage {
    page: Frame,
    event: EventView,
    /// Those who come first, then those who have not said so.
    guests: Vec<GuestView>,
    /// Key of the form for walk-ins.
    once: String,
    /// The form that could not be followed.
    tried: Tried,
    refused: Option<String>,
}

impl CheckInPage {
    fn title(&self) -> String {
        title(&self.page, &self.event)
    }

    fn here(&self) -> usize {
        self.guests.iter().filter(|guest| guest.attended_at.is_some()).count()
    }
}

/// Who is here.
#[get("/events/{id}/check-in")]
pub(super) async fn show_check_in(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<CheckInPage> {
    Ok(list(&app.into_inner(), &visit, *id, Tried::default()).await?)
}

async fn list(app: &Arc<App>, visit: &Visit, id: EventId, tried: Tried) -> Result<CheckInPage> {
    let caller = visit.caller.clone();
    let (event, mut guests) = app
        .run(move |app| {
            let event = reviewed(app, &caller, id)?;
            Ok((event, guests::list(app, &caller, id)?))
        })
        .await?;
    guests.sort_by_key(|guest| match guest.answer {
        Answer::Accepted => 0,
        Answer::Open => 1,
        Answer::Declined => 2,
    });
    let page = Frame::new(app, visit, "events");
    let refused = told(&page, &tried);
    Ok(CheckInPage { page, event, guests, once: once::key().1, tried, refused })
}

/// Checks a guest in, or takes that back.
#[post("/events/{id}/check-in")]
pub(super) async fn check_in(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let guest: GuestId = form.text("guest").parse().map_err(|_| Error::NotFound)?;
    let mark = MarkAttendance { attended: form.filled("attended").is_some() };
    let done = app.run(move |app| guests::attend(app, &caller, (id, guest), &mark).map(drop)).await;
    let again = async |tried| list(&app, &visit, id, tried).await;
    let name = format!("g-{guest}");
    settled(done, format!("/events/{id}/check-in#{name}"), (name, form), again).await
}

/// Checks in somebody who was not on the list: an organisation that is registered is meant by its name.
#[post("/events/{id}/walk-in")]
pub(super) async fn walk_in(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let sent = form.clone();
    let done = app
        .run(move |app| {
            create_once(app, &caller, &sent, "POST /events/walk-in", |caller| {
                let org_name = sent.filled("org_name");
                let guest = AddGuest { org_id: None, org_name, walk_in: true };
                Ok(guests::add(app, caller, id, &guest)?.value.id.to_string())
            })
        })
        .await;
    let again = async |tried| list(&app, &visit, id, tried).await;
    let name = "walk-in".to_owned();
    settled(done.map(drop), format!("/events/{id}/check-in#{name}"), (name, form), again).await
}

#[derive(Template, WebTemplate)]
#[template(path = "event_results.html")]
pub(super) struct ResultsPage {
    page: Frame,
    event: EventView,
    results: EventResults,
    /// The form that could not be followed.
    tried: Tried,
    refused: Option<String>,
}

impl ResultsPage {
    fn title(&self) -> String {
        title(&self.page, &self.event)
    }

    /// What stands in the note of a pair.
    fn note(&self, meeting: &MeetingView) -> String {
        let stored = meeting.note.as_deref().unwrap_or_default();
        self.tried.typed(pair_form(&meeting.id), "note", stored)
    }

    /// Figures with the part of the page that holds what is behind them.
    fn figures(&self) -> [(&'static str, usize, &'static str); 9] {
        let all = &self.results;
        [
            ("event.invited", all.invited, "#guests"),
            ("event.accepted", all.accepted, "#guests"),
            ("event.declined", all.declined, "#guests"),
            ("event.attended", all.attended, "#guests"),
            ("event.walk_ins", all.walk_ins, "#guests"),
            ("event.booked", all.booked, "#meetings"),
            ("event.met", all.met, "#meetings"),
            ("event.cases", all.cases, "#meetings"),
            ("event.contracts", all.contracts, "#contracts"),
        ]
    }
}

/// What came of an event.
#[get("/events/{id}/results")]
pub(super) async fn show_results(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<ResultsPage> {
    Ok(outcome(&app.into_inner(), &visit, *id, Tried::default()).await?)
}

async fn outcome(app: &Arc<App>, visit: &Visit, id: EventId, tried: Tried) -> Result<ResultsPage> {
    let caller = visit.caller.clone();
    let (event, results) = app
        .run(move |app| {
            let event = reviewed(app, &caller, id)?;
            Ok((event, results::show(app, &caller, id)?))
        })
        .await?;
    let page = Frame::new(app, visit, "events");
    let refused = told(&page, &tried);
    Ok(ResultsPage { page, event, results, tried, refused })
}

/// Records what came of a meeting.
#[post("/events/{id}/results")]
pub(super) async fn record_result(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let (meeting, version) = (meeting_of(&form)?, form.version()?);
    let done = match command::<RecordResult>(&form, &["result", "note"], &["open_case"]) {
        Ok(result) => {
            let work = move |app: &App| {
                meetings::record(app, &caller, (id, meeting), version, &result).map(drop)
            };
            app.run(work).await
        }
        Err(error) => Err(error),
    };
    let again = async |tried| outcome(&app, &visit, id, tried).await;
    let name = pair_form(&meeting);
    settled(done, format!("/events/{id}/results#{name}"), (name, form), again).await
}
