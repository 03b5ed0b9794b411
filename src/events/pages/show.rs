//! One event: what it is, whether one comes, and one's own meetings.

use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::organise::{invitations, invitations_at};
use super::{booked, meeting_of, pair_form, settled, time, title};
use crate::accounts::principal::OrgId;
use crate::app::App;
use crate::error::{Error, Result};
use crate::events::guests::{self, AddGuest, AnswerInvitation};
use crate::events::model::{EventId, GuestId};
use crate::events::steps::{self, TakeEventStep};
use crate::events::timetable;
use crate::events::views::{EventView, Timetable};
use crate::events::{api, calendar, ops};
use crate::http::extract::AppData;
use crate::http::html::embedded::embedded;
use crate::http::html::form::command;
use crate::http::html::{Frame, PageResult, Posted, Tried, Visit};
use crate::organizations;
use crate::public_facts::descriptions;

#[derive(Template, WebTemplate)]
#[template(path = "event.html")]
pub(super) struct EventPage {
    page: Frame,
    event: EventView,
    /// Times and own meetings, for who is signed in.
    timetable: Option<Timetable>,
    /// Own organisations that may be registered.
    orgs: Vec<(OrgId, String)>,
    /// The form that could not be followed.
    tried: Tried,
    refused: Option<String>,
    /// What search engines are told, when everybody may know of it.
    about: Option<String>,
}

impl EventPage {
    fn title(&self) -> String {
        title(&self.page, &self.event)
    }

    /// What the page is about, in a few words.
    fn summary(&self) -> String {
        let said = self.event.fields.description.as_deref().unwrap_or_default();
        format!("{}, {}: {said}", self.event.region_name, self.time())
    }

    fn time(&self) -> String {
        time(&self.page, &self.event)
    }

    fn slot_name(&self, slot: &i32) -> String {
        let slots = self.timetable.as_ref().map(|all| all.slots.as_slice()).unwrap_or_default();
        slots
            .iter()
            .find(|one| one.slot == *slot)
            .map(|one| self.page.moment(&one.starts_at))
            .unwrap_or_default()
    }
}

/// One event.
#[get("/events/{id}")]
pub(super) async fn show_event(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<EventPage> {
    Ok(shown(&app.into_inner(), &visit, *id, Tried::default()).await?)
}

async fn shown(app: &Arc<App>, visit: &Visit, id: EventId, tried: Tried) -> Result<EventPage> {
    let caller = visit.caller.clone();
    let (event, timetable, orgs) = app
        .run(move |app| {
            let event = ops::show(app, &caller, id)?;
            let Some(principal) = &caller.principal else { return Ok((event, None, Vec::new())) };
            let mut orgs = principal.org_ids();
            orgs.retain(|org| {
                event.own.iter().all(|one| one.org.as_ref().map(|own| own.id) != Some(*org))
            });
            let found = app.db.read(|db| organizations::ops::owners(db, &orgs))?;
            let name = |id: OrgId| Some((id, found.get(&id)?.name.clone()));
            let orgs = orgs.into_iter().filter_map(name).collect();
            Ok((event, Some(timetable::show(app, &caller, id)?), orgs))
        })
        .await?;
    let page = Frame::new(app, visit, "events");
    let refused = tried.reason(&page);
    let name = title(&page, &event);
    let about = descriptions::event(app, &event, &name).map(|about| embedded(&about));
    Ok(EventPage { page, event, timetable, orgs, tried, refused, about })
}

/// The event and one's meetings for a calendar.
#[get("/events/{id}/calendar.ics")]
pub(super) async fn fetch_calendar(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<HttpResponse> {
    let caller = visit.caller;
    let text = app.run(move |app| calendar::show(app, &caller, *id)).await?;
    let disposition = ("content-disposition", "attachment; filename=\"event.ics\"");
    Ok(HttpResponse::Ok().content_type(api::CALENDAR).insert_header(disposition).body(text))
}

/// Takes a step.
#[post("/events/{id}/step")]
pub(super) async fn take_step(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let done = match command::<TakeEventStep>(&form, &["to", "comment"], &[]) {
        Ok(step) => app.run(move |app| steps::take_step(app, &caller, id, &step).map(drop)).await,
        Err(error) => Err(error),
    };
    let again = async |tried| shown(&app, &visit, id, tried).await;
    let name = format!("to-{}", form.text("to"));
    settled(done, format!("/events/{id}"), (name, form), again).await
}

/// Registers one's organisation.
#[post("/events/{id}/register")]
pub(super) async fn register(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let guest = AddGuest { org_id: form.text("org_id").parse().ok(), ..AddGuest::default() };
    let done = app.run(move |app| guests::add(app, &caller, id, &guest).map(drop)).await;
    let again = async |tried| shown(&app, &visit, id, tried).await;
    settled(done, format!("/events/{id}"), ("register".to_owned(), form), again).await
}

/// Says whether an organisation comes.
#[post("/events/{id}/answer")]
pub(super) async fn answer_invitation(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let guest: GuestId = form.text("guest").parse().map_err(|_| Error::NotFound)?;
    let done = match said(&form) {
        Ok(said) => {
            app.run(move |app| guests::answer(app, &caller, (id, guest), &said).map(drop)).await
        }
        Err(error) => Err(error),
    };
    let name = format!("answer-{guest}");
    if form.text("back") == "invitations" {
        let after = form.filled("after");
        let back = invitations_at(id, after.as_deref(), "guests");
        let again = async |tried| invitations(&app, &visit, id, (after, tried)).await;
        return settled(done, back, (name, form), again).await;
    }
    let again = async |tried| shown(&app, &visit, id, tried).await;
    settled(done, format!("/events/{id}"), (name, form), again).await
}

/// A reason that stands beside a yes was typed for the other button.
fn said(form: &Posted) -> Result<AnswerInvitation> {
    let fields: &[&str] =
        if form.text("answer") == "declined" { &["answer", "reason"] } else { &["answer"] };
    command(form, fields, &[])
}

/// Chooses a time for one's own meeting, or takes it back.
#[post("/events/{id}/book")]
pub(super) async fn book(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, id) = (app.into_inner(), *id);
    let name = pair_form(&meeting_of(&form)?);
    let done = booked(&app, &visit, id, &form).await;
    let again = async |tried| shown(&app, &visit, id, tried).await;
    settled(done, format!("/events/{id}#{name}"), (name, form), again).await
}
