//! Pages of events: the list, one event for its guests, the form, and what the organisers work with:
//! invitations, timetable, check-in and results.

mod edit;
mod form;
mod organise;
mod outcome;
mod show;

use actix_web::{Either, HttpResponse, get, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::calendar::named;
use super::ops::{self, ListEvents};
use super::views::EventView;
use crate::accounts::principal::Role;
use crate::error::Result;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Refused, Visit, redirect};
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

/// Goes on after a form, or shows its page again with what was wrong.
async fn settled<P>(
    done: Result<()>,
    to: String,
    again: impl AsyncFnOnce(Refused) -> Result<P>,
) -> PageResult<Either<P, HttpResponse>> {
    match done {
        Ok(()) => Ok(Either::Right(redirect(&to))),
        Err(error) => Ok(Either::Left(again(Refused::of_form(error)?).await?)),
    }
}
