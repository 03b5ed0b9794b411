//! Pages of events: the list, one event for its guests, the form, and what the organisers work with:
//! invitations, timetable, check-in and results.

mod edit;
mod form;
mod organise;
mod outcome;
mod show;

use std::sync::Arc;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::calendar::named;
use super::model::{EventId, MeetingId};
use super::ops::{self, ListEvents};
use super::timetable::{self, BookMeeting};
use super::views::EventView;
use crate::accounts::principal::Role;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Tried, Visit, redirect, refusing};
use crate::http::pagination::Page;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(list_events)
        .service(edit::new_event)
        .service(edit::create_event)
        .service(edit::edit_event)
        .service(edit::update_event)
        .service(show::show_event)
        .service(show::fetch_calendar)
        .service(show::take_step)
        .service(show::register)
        .service(show::answer_invitation)
        .service(show::book)
        .service(organise::show_invitations)
        .service(organise::invite)
        .service(organise::show_timetable)
        .service(organise::fill_timetable)
        .service(organise::book_meeting)
        .service(outcome::show_check_in)
        .service(outcome::check_in)
        .service(outcome::walk_in)
        .service(outcome::show_results)
        .service(outcome::record_result);
}

/// Which events to show.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    /// Those that have ended.
    past: Option<String>,
    after: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "events.html")]
struct EventsPage {
    page: Frame,
    events: Page<EventView>,
    past: bool,
    /// Whether the reader may plan one.
    plans: bool,
}

/// The events that the reader may know of.
#[get("/events")]
async fn list_events(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<EventsPage> {
    let (caller, which) = (visit.caller.clone(), which.into_inner());
    let past = which.past.is_some();
    let query = ListEvents { past, after: which.after, ..ListEvents::default() };
    let events = app.run(move |app| ops::list(app, &caller, &query)).await?;
    let page = Frame::new(&app.into_inner(), &visit, "events");
    let person = visit.caller.principal.as_ref();
    let plans = person.is_some_and(|one| one.is_admin() || one.has(Role::Liaison));
    Ok(EventsPage { page, events, past, plans })
}

/// What an event is called in the reader's language.
fn title(page: &Frame, event: &EventView) -> String {
    let fields = &event.fields;
    named(fields.title.as_deref(), fields.title_en.as_deref(), page.caller.language)
}

/// When an event is, as clocks in China show it: the day once when it is one.
fn time(page: &Frame, event: &EventView) -> String {
    let (Some(from), Some(to)) = (&event.fields.starts_at, &event.fields.ends_at) else {
        return String::new();
    };
    let same = crate::clock::china_date(from.0) == crate::clock::china_date(to.0);
    let end = if same { form::clock(*to) } else { page.moment(to) };
    format!("{} – {end}", page.moment(from))
}

/// Goes on after a form of a name, or shows its page again with what was typed there, what was wrong,
/// and the status that says so.
async fn settled<P: Template>(
    done: Result<()>,
    to: String,
    (name, form): (String, Posted),
    again: impl AsyncFnOnce(Tried) -> Result<P>,
) -> PageResult {
    let Err(error) = done else { return Ok(redirect(&to)) };
    let status = error.status();
    let tried = Tried { name, form, refused: Refused::of_form(error)? };
    Ok(refusing(status, &again(tried).await?)?)
}

/// The pair that a form is about.
fn meeting_of(form: &Posted) -> Result<MeetingId> {
    form.text("meeting").parse().map_err(|_| Error::NotFound)
}

/// Name of the form of a pair, and of its place on the page.
fn pair_form(id: &MeetingId) -> String {
    format!("m-{id}")
}

/// Gives the pair of a form the time that was chosen there, or takes it back when none was.
async fn booked(app: &Arc<App>, visit: &Visit, id: EventId, form: &Posted) -> Result<()> {
    let (caller, form) = (visit.caller.clone(), form.clone());
    app.run(move |app| {
        let (meeting, version) = (meeting_of(&form)?, form.version()?);
        let bad = |_| Error::field("/slot", "field.no_such_slot");
        let slot: Option<i32> =
            form.filled("slot").map(|text| text.parse().map_err(bad)).transpose()?;
        let place = slot.map(|slot| BookMeeting { slot, table: None });
        timetable::book(app, &caller, (id, meeting), version, place.as_ref()).map(drop)
    })
    .await
}

/// What was wrong, in words.
fn told(page: &Frame, tried: &Tried) -> Option<String> {
    let first = tried.refused.errors.first().map(|error| page.message(&error.message));
    tried.reason(page).or(first)
}
