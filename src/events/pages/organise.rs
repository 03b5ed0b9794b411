//! What the liaison works with before an event: whom to invite, and the timetable.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::show::booking;
use super::{settled, title};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::events::guests::{self, AddGuest};
use crate::events::meetings::{self, AddMeeting};
use crate::events::model::EventId;
use crate::events::ops;
use crate::events::proposals::{self, ListProposals, Proposals};
use crate::events::timetable::{self, ProposeTimetable};
use crate::events::views::{EventView, GuestView, MeetingView, SlotView, Timetable};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit};
use crate::organizations;

#[derive(Template, WebTemplate)]
#[template(path = "event_invitations.html")]
pub(super) struct InvitationsPage {
    page: Frame,
    event: EventView,
    proposals: Proposals,
    guests: Vec<GuestView>,
    refused: Option<String>,
}

impl InvitationsPage {
    fn title(&self) -> String {
        title(&self.page, &self.event)
    }
}

/// Where the proposals go on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Further {
    after: Option<String>,
}

/// The event, for who sees all of it.
pub(super) fn reviewed(app: &App, caller: &Caller, id: EventId) -> Result<EventView> {
    caller.signed_in()?;
    let event = ops::show(app, caller, id)?;
    if event.reviews { Ok(event) } else { Err(Error::forbidden("error.not_your_event")) }
}

/// Whom to invite, and who has been.
#[get("/events/{id}/invitations")]
pub(super) async fn show_invitations(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    further: Query<Further>,
) -> PageResult<InvitationsPage> {
    let after = further.into_inner().after;
    Ok(invitations(&app.into_inner(), &visit, *id, (after, Refused::default())).await?)
}

async fn invitations(
    app: &Arc<App>,
    visit: &Visit,
    id: EventId,
    (after, refused): (Option<String>, Refused),
) -> Result<InvitationsPage> {
    let caller = visit.caller.clone();
    let (event, proposals, guests) = app
        .run_match(move |app| {
            let event = reviewed(app, &caller, id)?;
            let query = ListProposals { after, ..ListProposals::default() };
            let proposals = proposals::list(app, &caller, id, &query)?;
            Ok((event, proposals, guests::list(app, &caller, id)?))
        })
        .await?;
    let page = Frame::new(app, visit, "events");
    let refused = told(&page, refused);
    Ok(InvitationsPage { page, event, proposals, guests, refused })
}

/// What was wrong, in words.
pub(super) fn told(page: &Frame, refused: Refused) -> Option<String> {
    let first = refused.errors.first().map(|error| page.message(&error.message));
    refused.reason.map(|message| page.message(&message)).or(first)
}

/// Invites the pairs that were ticked, or an organisation by its name.
#[post("/events/{id}/invitations")]
pub(super) async fn invite(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult<Either<InvitationsPage, HttpResponse>> {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let done = app.run_match(move |app| invite_all(app, &caller, id, &form)).await;
    let again = async |refused| invitations(&app, &visit, id, (None, refused)).await;
    settled(done, format!("/events/{id}/invitations"), again).await
}

fn invite_all(app: &App, caller: &Caller, id: EventId, form: &Posted) -> Result<()> {
    for pair in form.all("pair") {
        let (need, capability) = pair.split_once(' ').ok_or(Error::NotFound)?;
        let unknown = |_| Error::NotFound;
        let need_id = need.parse().map_err(unknown)?;
        let capability_id = capability.parse().map_err(unknown)?;
        meetings::add(app, caller, id, &AddMeeting { need_id, capability_id })?;
    }
    let Some(name) = form.filled("org") else { return Ok(()) };
    let org = app.db.read(|db| organizations::ops::known_by_name(db, caller, &name))?;
    let org_id = Some(org.ok_or_else(|| Error::field("/org", "field.unknown_org"))?);
    guests::add(app, caller, id, &AddGuest { org_id, ..AddGuest::default() }).map(drop)
}

#[derive(Template, WebTemplate)]
#[template(path = "event_timetable.html")]
pub(super) struct TimetablePage {
    page: Frame,
    event: EventView,
    timetable: Timetable,
    refused: Option<String>,
}

impl TimetablePage {
    fn title(&self) -> String {
        title(&self.page, &self.event)
    }

    fn at(&self, slot: &SlotView) -> Vec<&MeetingView> {
        self.timetable.meetings.iter().filter(|one| one.slot == Some(slot.slot)).collect()
    }

    fn waiting(&self) -> Vec<&MeetingView> {
        self.timetable.meetings.iter().filter(|one| one.slot.is_none()).collect()
    }

    fn slot_name(&self, slot: &i32) -> String {
        let found = self.timetable.slots.iter().find(|one| one.slot == *slot);
        found.map(|one| super::form::clock(one.starts_at)).unwrap_or_default()
    }

    fn span(&self, slot: &SlotView) -> String {
        format!("{} – {}", self.page.moment(&slot.starts_at), super::form::clock(slot.ends_at))
    }
}

/// Who meets whom, and when.
#[get("/events/{id}/timetable")]
pub(super) async fn show_timetable(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<TimetablePage> {
    Ok(table(&app.into_inner(), &visit, *id, Refused::default()).await?)
}

async fn table(
    app: &Arc<App>,
    visit: &Visit,
    id: EventId,
    refused: Refused,
) -> Result<TimetablePage> {
    let caller = visit.caller.clone();
    let (event, timetable) = app
        .run(move |app| {
            let event = reviewed(app, &caller, id)?;
            Ok((event, timetable::show(app, &caller, id)?))
        })
        .await?;
    let page = Frame::new(app, visit, "events");
    let refused = told(&page, refused);
    Ok(TimetablePage { page, event, timetable, refused })
}

/// Gives times to all pairs that come.
#[post("/events/{id}/timetable")]
pub(super) async fn fill_timetable(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    _: Posted,
) -> PageResult<Either<TimetablePage, HttpResponse>> {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let wish = ProposeTimetable::default();
    let done = app.run(move |app| timetable::fill(app, &caller, id, &wish).map(drop)).await;
    let again = async |refused| table(&app, &visit, id, refused).await;
    settled(done, format!("/events/{id}/timetable"), again).await
}

/// Gives one pair a time, or takes it back.
#[post("/events/{id}/timetable/book")]
pub(super) async fn book_meeting(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult<Either<TimetablePage, HttpResponse>> {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let done = match booking(&form) {
        Ok((meeting, version, place)) => {
            let ids = (id, meeting);
            let work = move |app: &App| {
                timetable::book(app, &caller, ids, version, place.as_ref()).map(drop)
            };
            app.run(work).await
        }
        Err(error) => Err(error),
    };
    let again = async |refused| table(&app, &visit, id, refused).await;
    settled(done, format!("/events/{id}/timetable"), again).await
}
